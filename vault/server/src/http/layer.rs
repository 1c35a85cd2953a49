//! What every request passes through, from the outside in: its id, its answer's headers, the time
//! it may take, and the line in the access log.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use azekura_core::access::Denial;
use azekura_core::id::RequestId;
use azekura_core::text::contains_number;
use tokio::time::{Instant, timeout};

use super::code::Code;
use super::extract::source;
use super::lang::Lang;
use super::listen::{Peer, Transport};
use super::problem::{Failed, Problem};
use crate::app::App;

/// From the request's header to the first byte of its answer.
const LONGEST: Duration = Duration::from_secs(30);

/// For a year, and for every name under the vault's own: browsers then never ask in the clear.
///
/// Source: RFC 6797 6.1.
const TLS_ONLY: &str = "max-age=31536000; includeSubDomains";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// No page of the API loads, frames or sends anything; those that are read have one stylesheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Runs a request and finishes its answer.
pub(super) async fn around(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (id, started) = (app.new_id::<RequestId>(), Instant::now());
    request.extensions_mut().insert(id);
    let (method, lang) = (request.method().clone(), Lang::of(request.headers()));
    let caller_id = caller_id(request.headers());
    let transport = request.extensions().get::<Peer>().map(|peer| peer.transport);
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let source = source(request.extensions());
    let ran = timeout(LONGEST, next.run(request)).await;
    let mut response = ran.unwrap_or_else(|_| Failed::from(Code::Timeout).into_response());
    if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
        if !path.is_empty() && only_counted(&method, response.status(), problem.code()) {
            app.refusals.note(problem.code(), path, source);
        }
        response = problem.response(lang, Some(id));
    }
    retry_after(&app, &mut response);
    let shown = caller_id.or_else(|| HeaderValue::from_str(&id.to_string()).ok());
    finish(response.headers_mut(), shown, brought_a_number(&method, path));
    if transport == Some(Transport::Tls) {
        let value = HeaderValue::from_static(TLS_ONLY);
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let method = known(&method);
    tracing::info!(request.id = %id, method, path, status, duration_ms, "answered");
    response
}

/// The answer to a request whose handler panicked. What it said is not repeated.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Failed::from(Code::Internal).into_response()
}

/// The headers of every answer; `close` ends its connection.
pub(super) fn finish(headers: &mut HeaderMap, request_id: Option<HeaderValue>, close: bool) {
    let fixed = |value| HeaderValue::from_static(value);
    headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(POLICY));
    headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, fixed("DENY"));
    headers.insert(OPENER_POLICY, fixed("same-origin"));
    if let Some(id) = request_id {
        headers.insert(REQUEST_ID, id);
    }
    if close {
        headers.insert(header::CONNECTION, fixed("close"));
    }
}

/// Whether a refusal is not in the log yet: whoever looks changes nothing, and whoever is not known,
/// is stopped, or must show more of themselves first gets no transaction. Sign-ins, and programs
/// beyond their grant, have entries of their own.
fn only_counted(method: &Method, status: StatusCode, code: &str) -> bool {
    let unknown = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::LOCKED);
    let hidden = matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    let before = [Code::StepUpRequired.text(), Code::TooManyAttempts.text()];
    let stopped = code == Denial::ClientStopped.code() || before.contains(&code);
    let logged = code == Code::SignInFailed.text() || code == Denial::ClientNotGranted.code();
    !logged && (unknown || stopped || (method == Method::GET && hidden))
}

/// The name of a method that the API has; any other is the caller's own text.
fn known(method: &Method) -> &'static str {
    let names = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    names.into_iter().find(|name| method == name).unwrap_or("other")
}

/// The buffers of a connection may hold what it brought; they go with it.
fn brought_a_number(method: &Method, path: &str) -> bool {
    method == Method::POST
        && (path.ends_with("/{org}/changes") || path.ends_with("/changes/{id}/check"))
}

fn retry_after(app: &App, response: &mut Response) {
    if response.headers().contains_key(header::RETRY_AFTER) {
        return;
    }
    let seconds = match response.status() {
        StatusCode::SERVICE_UNAVAILABLE => 2,
        // Quotas are counted by the hour.
        StatusCode::TOO_MANY_REQUESTS => {
            3600 - app.clock.now().as_millis().rem_euclid(3_600_000) / 1000
        }
        _ => return,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

/// The caller's own name for the request, given back to them if nothing can hide in it.
fn caller_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(REQUEST_ID)?;
    let text = value.as_bytes();
    let fits = (1..=64).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && text.split(|byte| !byte.is_ascii_digit()).all(|run| run.len() < 12)
        && !value.to_str().is_ok_and(contains_number);
    fits.then(|| value.clone())
}
