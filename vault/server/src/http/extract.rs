//! What handlers are given: who calls, which thing the path names, what the query asks for.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{Extensions, Uri, header};
use azekura_core::id::{OrganisationId, RequestId};
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::code::Code;
use super::listen::Peer;
use super::problem::Failed;
use crate::app::App;
use crate::auth::{Actor, Who};
use crate::service::sessions::{self, Call};
use crate::service::{Error, Paging};

/// Whoever the bearer token belongs to.
pub(super) struct SignedIn(pub(super) Actor);

/// A person: no program has a session of its own.
pub(super) struct Person(pub(super) Actor);

/// The same for what a screen asks by itself, again and again: it keeps no session open.
pub(super) struct Watching(pub(super) Actor);

/// The same, also while their session is locked: to unlock it, to look at it and to end it.
pub(super) struct LockedIn(pub(super) Actor);

/// Somebody who proves who they are in this very call.
pub(super) struct Anyone(pub(super) Actor);

/// The organisation that the path names.
pub(super) struct Org(pub(super) OrganisationId);

/// The one thing that the path names.
pub(super) struct One<T>(pub(super) T);

/// The organisation that the path names, and the thing in it.
pub(super) struct InOrg<T>(pub(super) OrganisationId, pub(super) T);

/// The organisation that the path names, the thing in it, and the name of something of that.
pub(super) struct NamedIn<T>(pub(super) OrganisationId, pub(super) T, pub(super) String);

/// Which media type the caller takes in place of JSON.
pub(super) struct Accept(String);

impl Accept {
    /// Whether it names `media`.
    pub(super) fn names(&self, media: &str) -> bool {
        self.0.contains(media)
    }
}

/// The query. Parameters that the call does not have are refused.
pub(super) struct Query<T>(pub(super) T);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        bearer(parts, app, Call::Act).map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        bearer(parts, app, Call::Act).and_then(person).map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Watching {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        bearer(parts, app, Call::Passive).map(Self)
    }
}

impl FromRequestParts<Arc<App>> for LockedIn {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        bearer(parts, app, Call::Session).and_then(person).map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Anyone {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        let request = Some(request_id(parts, app));
        Ok(Self(Actor { who: Who::Nobody, request, ip: ip(parts), once: None }))
    }
}

impl FromRequestParts<Arc<App>> for Accept {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Failed> {
        let accepted = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        Ok(Self(String::from(accepted.unwrap_or_default())))
    }
}

impl FromRequestParts<Arc<App>> for Org {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        One::from_request_parts(parts, app).await.map(|One(org)| Self(org))
    }
}

impl<T: FromStr> FromRequestParts<Arc<App>> for One<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        let Path(text) = path::<String>(parts, app).await?;
        id(&text).map(Self)
    }
}

impl<T: FromStr> FromRequestParts<Arc<App>> for InOrg<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        let Path((org, text)) = path::<(String, String)>(parts, app).await?;
        Ok(Self(id(&org)?, id(&text)?))
    }
}

impl<T: FromStr> FromRequestParts<Arc<App>> for NamedIn<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failed> {
        let Path((org, text, name)) = path::<(String, String, String)>(parts, app).await?;
        Ok(Self(id(&org)?, id(&text)?, name))
    }
}

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Failed> {
        match axum::extract::Query::<T>::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(_) => Err(bad_query(&parts.uri)),
        }
    }
}

/// Which page of a list is asked for.
///
/// # Errors
///
/// A fault unless `limit` is 1 to 200.
pub(super) fn paging(limit: Option<u16>, cursor: Option<String>) -> Result<Paging, Failed> {
    let limit = limit.unwrap_or(50);
    if (1..=200).contains(&limit) {
        return Ok(Paging { limit, cursor });
    }
    Err(Error::fault("?limit", "range", "1 to 200").into())
}

/// The request as the log names it.
pub(super) fn request_id(parts: &Parts, app: &App) -> RequestId {
    parts.extensions.get().copied().unwrap_or_else(|| app.new_id())
}

fn bearer(parts: &Parts, app: &App, call: Call) -> Result<Actor, Failed> {
    let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    let token = SecretString::from(token.ok_or(Code::Unauthenticated)?);
    Ok(sessions::authenticate(app, &token, call, request_id(parts, app), ip(parts))?)
}

fn person(actor: Actor) -> Result<Actor, Failed> {
    if actor.session().is_some() { Ok(actor) } else { Err(Code::Unauthenticated.into()) }
}

fn ip(parts: &Parts) -> Option<IpAddr> {
    source(&parts.extensions)
}

/// Where a request comes from.
pub(super) fn source(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Peer>().map(|peer| peer.ip)
}

async fn path<T>(parts: &mut Parts, app: &Arc<App>) -> Result<Path<T>, Failed>
where
    T: DeserializeOwned + Send,
{
    Path::from_request_parts(parts, app).await.map_err(|_| Code::NotFound.into())
}

/// An id that is none names nothing.
fn id<T: FromStr>(text: &str) -> Result<T, Failed> {
    text.parse().map_err(|_| Code::NotFound.into())
}

/// Names the parameter only if it is one of ours that must be a number.
fn bad_query(uri: &Uri) -> Failed {
    type Pairs = Vec<(String, String)>;
    let pairs = axum::extract::Query::<Pairs>::try_from_uri(uri);
    let pairs = pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default();
    let is_number = |name: &str, value: &str| match name {
        "limit" => value.parse::<u16>().is_ok(),
        "entry" | "from" => value.parse::<u64>().is_ok(),
        _ => true,
    };
    let wrong = pairs.iter().find(|(name, value)| !is_number(name, value));
    if let Some((name, _)) = wrong {
        return Error::fault(format!("?{name}"), "range", "a whole number").into();
    }
    Error::fault("?", "query", "each parameter of the reference at most once, and no other").into()
}

/// The version that `If-Match` names.
pub(super) struct IfMatch(pub(super) u64);

impl FromRequestParts<Arc<App>> for IfMatch {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Failed> {
        let value = parts.headers.get(header::IF_MATCH).ok_or(Code::PreconditionRequired)?;
        let tag = value.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
        // A tag that is none of ours names no version that is there.
        tag.and_then(|tag| tag.parse().ok()).map(Self).ok_or(Code::PreconditionFailed.into())
    }
}
