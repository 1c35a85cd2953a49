//! Answers. What is sent and what is kept for a repeated request are made here, from the same value.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use azekura_core::change::{Change, ChangeState};
use azekura_core::purge::PurgeState;
use azekura_wire::accounts::Approval;
use azekura_wire::page::Page;
use serde::Serialize;
use zeroize::Zeroizing;

use super::show;
use crate::auth::Made;
use crate::service::{self, Paging};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const SHEET: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");
const DOCUMENT: HeaderValue = HeaderValue::from_static("application/pdf");
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The answer to a request that made something.
pub(super) fn made(made: &Made<'_>) -> Response {
    let (status, body) = saved(made);
    json(status, body)
}

/// Status and body of the answer. For something with a secret in its answer, 409 and its id: what a
/// repeated request is told.
pub(super) fn saved(made: &Made<'_>) -> (u16, Vec<u8>) {
    match *made {
        Made::Accepted(change) => match show::roster::accepted_designation(change) {
            Some(designation) => (200, written(&designation)),
            None => (200, written(&show::roster::accepted_appointment(change))),
        },
        Made::Appointment(appointment) => (200, written(&show::roster::appointment(appointment))),
        Made::Change(change) => settled(change),
        Made::Client(client) => (200, written(&show::clients::client(client))),
        Made::Designation(line) => (200, written(&show::roster::designation(line))),
        Made::Emergency(emergency) => (200, written(&show::emergencies::emergency(emergency))),
        Made::Fact(fact) => (201, written(&show::retention::recorded(fact))),
        Made::Freeze(freeze) => (200, written(&show::oversight::frozen(freeze))),
        Made::ItAccess(visit) => (200, written(&show::oversight::it_access(visit))),
        Made::Person(person, personal, today) => {
            (201, written(&show::people::person(person, personal, today)))
        }
        Made::Purge(purge, targets) => {
            let status = if purge.state == PurgeState::Proposed { 201 } else { 200 };
            (status, written(&show::purges::detail(purge, targets)))
        }
        Made::Relationship(person, relationship) => {
            (201, written(&show::people::relationship(person, relationship)))
        }
        Made::Reset(reset, org) => (200, written(&show::oversight::reset(reset, org))),
        Made::Secret(id) => (409, id.as_bytes().to_vec()),
        Made::Training(training) => (201, written(&show::training::training(training))),
        Made::TrainingConfirmed(training) => (200, written(&show::training::training(training))),
        Made::TrainingPlan(line) => {
            let status = if line.ended_at.is_some() { 200 } else { 201 };
            (status, written(&show::training::plan(line)))
        }
        Made::User(user) => (200, written(&show::accounts::user(user))),
    }
}

/// A JSON answer of bytes that are ready.
pub(super) fn json(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// A JSON answer.
pub(super) fn ok(value: &impl Serialize) -> Response {
    json(200, written(value))
}

/// A table as a file that spreadsheets open as it is: UTF-8 with a byte order mark, lines ended as
/// RFC 4180 has it, and no cell that a spreadsheet would take for a formula.
pub(super) fn spreadsheet<const N: usize>(name: &str, rows: &[[String; N]]) -> Response {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::from(BYTE_ORDER_MARK));
    for row in rows {
        if writer.write_record(row.iter().map(|cell| inert(cell).into_owned())).is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    let Ok(body) = writer.into_inner() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    file(name, SHEET, body)
}

/// A document to print.
pub(super) fn document(name: &str, body: Vec<u8>) -> Response {
    file(name, DOCUMENT, body)
}

fn file(name: &str, media: HeaderValue, body: Vec<u8>) -> Response {
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let named = named.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, named)];
    (StatusCode::OK, headers, body).into_response()
}

/// A cell that begins like a formula begins with an apostrophe instead.
fn inert(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A JSON answer with another status.
pub(super) fn with_status(status: u16, value: &impl Serialize) -> Response {
    json(status, written(value))
}

/// A JSON answer with the tag by which an update names it.
pub(super) fn tagged(status: u16, version: u64, value: &impl Serialize) -> Response {
    let mut response = json(status, written(value));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A JSON answer that holds numbers or a secret: written once, into a buffer of at least `size`
/// bytes that is wiped when it was sent.
pub(super) fn secret(status: u16, value: &impl Serialize, size: usize) -> Response {
    let mut body = Zeroizing::new(Vec::with_capacity(size));
    if serde_json::to_writer(&mut *body, value).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = Body::from(Bytes::from_owner(Wiped(body)));
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// Bytes that are wiped when the last of them was sent.
pub(super) struct Wiped(pub(super) Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// One page of a list.
pub(super) fn page<T, W: Serialize>(page: &service::Page<T>, show: impl Fn(&T) -> W) -> Response {
    let items: Vec<W> = page.items.iter().map(show).collect();
    ok(&Page { items, next_cursor: page.next.clone() })
}

/// One page of a list that is at hand as a whole: the cursor counts what came before.
pub(super) fn slice<T, W: Serialize>(
    all: &[T],
    paging: &Paging,
    show: impl Fn(&T) -> W,
) -> Result<Response, service::Error> {
    let start = paging.cursor.as_deref().map_or(Ok(0), str::parse::<usize>);
    let start = start
        .map_err(|_| service::Error::fault("?cursor", "cursor", "as the page before gave it"))?;
    let end = start.saturating_add(usize::from(paging.limit));
    let items: Vec<W> = all.iter().skip(start).take(usize::from(paging.limit)).map(show).collect();
    let next_cursor = (end < all.len()).then(|| end.to_string());
    Ok(ok(&Page { items, next_cursor }))
}

/// A change that waits is 202; the approval of one of the vault's own has room for a token.
fn settled(change: &Change) -> (u16, Vec<u8>) {
    let shown = show::changes::change(change);
    match (&change.state, change.org) {
        (ChangeState::Pending, _) => (202, written(&shown)),
        (ChangeState::Approved { .. }, None) => {
            let approval = Approval { change: shown, enrolment_token: None, expires_at: None };
            (200, written(&approval))
        }
        _ => (200, written(&shown)),
    }
}

/// The types of the API are maps with text keys, which always become JSON.
fn written(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
