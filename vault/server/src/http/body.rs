//! JSON bodies: read within limits, refused in fixed words, and wiped.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use azekura_core::number::MyNumber;
use azekura_wire::problem::Pointed;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::code::Code;
use super::extract::SignedIn;
use super::fingerprint::WithoutNumbers;
use super::problem::Failed;
use super::render;
use crate::app::App;
use crate::auth::{Actor, Once};
use crate::service::Error;

/// Bytes of a body.
const LIMIT: usize = 64 * 1024;
/// Bytes of a body that names up to ten thousand people.
const READS_LIMIT: usize = 1024 * 1024;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A body that is a form, as OAuth 2.0 has it.
pub(super) struct Form<T>(pub(super) T);

/// The body.
pub(super) struct Json<T>(pub(super) T);

/// The caller and the body of a request that is done once under its `Idempotency-Key`.
pub(super) struct Act<T> {
    /// Who asks.
    pub(super) actor: Actor,
    /// For what.
    pub(super) body: T,
}

/// The caller of a request without a body that is done once under its `Idempotency-Key`.
pub(super) struct Bare(pub(super) Actor);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Failed> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts, body).await?;
        read(&parts, &bytes).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Form<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Failed> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts, body).await?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(FORM)) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let read = serde_urlencoded::from_bytes(&bytes);
        read.map(Self).map_err(|_| malformed("each field of the reference once, as a form"))
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Act<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failed> {
        let (mut parts, body) = request.into_parts();
        let SignedIn(actor) = SignedIn::from_request_parts(&mut parts, app).await?;
        let bytes = collect(&parts, body).await?;
        let body = read(&parts, &bytes)?;
        Ok(Self { actor: Actor { once: once(&parts, &bytes)?, ..actor }, body })
    }
}

impl FromRequest<Arc<App>> for Bare {
    type Rejection = Failed;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failed> {
        let (mut parts, body) = request.into_parts();
        let SignedIn(actor) = SignedIn::from_request_parts(&mut parts, app).await?;
        if !collect(&parts, body).await?.is_empty() {
            return Err(malformed("this call takes no body"));
        }
        Ok(Self(Actor { once: once(&parts, b"null")?, ..actor }))
    }
}

/// The whole body, in a buffer that is wiped and never moved while it grows.
async fn collect(parts: &Parts, mut body: Body) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let limit = if parts.uri.path().ends_with("/reads") { READS_LIMIT } else { LIMIT };
    let announced = parts.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Code::TooLarge.into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(limit)));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| malformed("the body stopped before its end"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Code::TooLarge.into());
        }
        bytes.extend_from_slice(&data);
        if let Ok(mut data) = data.try_into_mut() {
            data.as_mut().zeroize();
        }
    }
    Ok(bytes)
}

fn read<T: DeserializeOwned>(parts: &Parts, bytes: &[u8]) -> Result<T, Failed> {
    if !is_json(parts) {
        return Err(Code::UnsupportedMediaType.into());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("the body is not UTF-8"))?;
    let read = if bytes.len() > LIMIT {
        serde_json::from_str(text)
    } else {
        // Byte by byte: for the place of an error in a slice, the parser searches it with vector
        // registers, and these were found on the stack afterwards with the digits in them.
        serde_json::from_reader(text.as_bytes())
    };
    // The parser's own words quote what was sent.
    read.map_err(|error| Pointed::unreadable(&error).into())
}

/// `application/json`, which is UTF-8 and may say so.
fn is_json(parts: &Parts) -> bool {
    let value = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| {
        let (kind, parameter) = value.split_once(';').unwrap_or((value, ""));
        let parameter = parameter.trim().to_ascii_lowercase();
        kind.trim().eq_ignore_ascii_case("application/json")
            && matches!(parameter.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")
    })
}

/// The request's key, with what says whether a later request is the same one.
fn once(parts: &Parts, body: &[u8]) -> Result<Option<Once>, Failed> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| {
        (1..=128).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic())
            && MyNumber::parse(key).is_err()
    });
    let key = key.ok_or_else(|| {
        Failed::from(Error::fault("Idempotency-Key", "header", "1 to 128 visible ASCII characters"))
    })?;
    let route = format!("{} {}", parts.method, parts.uri.path());
    let WithoutNumbers(body) =
        serde_json::from_slice(body).map_err(|error| Failed::from(Pointed::unreadable(&error)))?;
    let mut digest = Sha256::new();
    digest.update(route.as_bytes());
    digest.update([0]);
    // Maps are sorted, so the same fields give the same text.
    digest.update(body.to_string().as_bytes());
    let (key, fingerprint) = (String::from(key), digest.finalize().into());
    Ok(Some(Once { key, route, fingerprint, render: render::saved }))
}

fn malformed(detail: &str) -> Failed {
    let (pointer, code) = (String::new(), String::from("malformed"));
    Pointed { pointer, code, detail: String::from(detail) }.into()
}
