//! From what went wrong to what the caller is told: one problem each, never the input.
//!
//! Source: RFC 9457.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use azekura_core::access::Denial;
use azekura_core::change::ReviewError;
use azekura_core::id::RequestId;
use azekura_core::purge::PurgeError;
use azekura_wire::problem::{self as wire, Pointed};

use super::code::Code;
use super::lang::Lang;
use super::render;
use crate::service::{Error, Fault};

/// Why a call has no answer of its own.
#[derive(Debug)]
pub(super) enum Failed {
    /// It was answered before; this is that answer.
    Answered {
        /// Its status.
        status: u16,
        /// Its body, as it was.
        body: Vec<u8>,
    },
    /// It was refused.
    Problem(Box<Problem>),
}

/// A problem before it is put into words: the outermost layer knows language and request.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    errors: Vec<Pointed>,
    attempts_left: Option<u8>,
    id: Option<String>,
    oauth: Option<&'static str>,
    ask: Vec<wire::Contact>,
}

impl Problem {
    /// What a code says by itself.
    fn new(code: Code) -> Self {
        let (errors, ask) = (Vec::new(), Vec::new());
        Self { code, errors, attempts_left: None, id: None, oauth: None, ask }
    }

    /// Its stable code.
    pub(super) fn code(&self) -> &'static str {
        self.code.text()
    }

    /// The problem in words.
    pub(super) fn response(&self, lang: Lang, request: Option<RequestId>) -> Response {
        let body = wire::Problem {
            kind: format!("/problems/{}", self.code.text()),
            title: String::from(lang.pick(self.code.title())),
            status: self.code.status().as_u16(),
            detail: String::from(lang.pick(self.code.help())),
            code: String::from(self.code.text()),
            request_id: request.map(|id| id.to_string()),
            errors: self.errors.clone(),
            attempts_left: self.attempts_left,
            id: self.id.clone(),
            error: self.oauth.map(String::from),
            ask: self.ask.clone(),
        };
        let mut response = (self.code.status(), Json(body)).into_response();
        let media_type = HeaderValue::from_static(wire::MEDIA_TYPE);
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        if self.code == Code::TooManyAttempts {
            // Tries come back one a second; quotas by the hour.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        response
    }
}

impl Failed {
    /// The same for a caller that expects the words of OAuth 2.0. Source: RFC 6749 §5.2.
    pub(super) fn for_oauth(self) -> Self {
        let Self::Problem(mut problem) = self else { return self };
        problem.oauth = Some(match problem.code.status() {
            StatusCode::UNAUTHORIZED => "invalid_client",
            StatusCode::FORBIDDEN => "unauthorized_client",
            status if status.is_server_error() => "temporarily_unavailable",
            _ => "invalid_request",
        });
        Self::Problem(problem)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Answered { status, body } => render::json(status, body),
            Self::Problem(problem) => {
                let mut response = problem.code.status().into_response();
                response.extensions_mut().insert::<Arc<Problem>>(problem.into());
                response
            }
        }
    }
}

impl From<Code> for Failed {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Denial> for Failed {
    fn from(denial: Denial) -> Self {
        Code::from(denial).into()
    }
}

/// Faults of the input, all of them.
impl From<Vec<Fault>> for Failed {
    fn from(faults: Vec<Fault>) -> Self {
        let errors = faults.into_iter().map(pointed).collect();
        Problem { errors, ..Problem::new(Code::InvalidInput) }.into()
    }
}

/// A body that is JSON, and not the JSON of this call.
impl From<Pointed> for Failed {
    fn from(pointed: Pointed) -> Self {
        let malformed = pointed.code == "malformed";
        let code = if malformed { Code::MalformedBody } else { Code::InvalidInput };
        Problem { errors: vec![pointed], ..Problem::new(code) }.into()
    }
}

/// Adding a variant to [`Error`] does not compile until it has a problem here.
impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let code = match error {
            Error::Access(denial) => denial.into(),
            Error::AlreadyDone { id } => {
                return Problem { id: Some(id), ..Problem::new(Code::AlreadyDone) }.into();
            }
            Error::AlreadyRegistered => Code::AlreadyRegistered,
            Error::Answered { status, body } => return Self::Answered { status, body },
            // Whoever could not write the log said so there.
            Error::AuditUnavailable(_) => Code::AuditUnavailable,
            Error::ChangedOutside { what } => {
                tracing::error!(what, "request failed; changed outside the vault");
                Code::ChangedOutside
            }
            Error::DigestMismatch => Code::DigestMismatch,
            Error::Duplicate { .. } => Code::Duplicate,
            Error::IdempotencyMismatch => Code::IdempotencyMismatch,
            Error::Input(faults) => return faults.into(),
            Error::Internal(source) => {
                tracing::error!(error = &*source as &dyn std::error::Error, "request failed");
                Code::Internal
            }
            Error::Locked => Code::Locked,
            Error::Mismatch { attempts_left } => {
                let attempts_left = Some(attempts_left);
                return Problem { attempts_left, ..Problem::new(Code::NumberMismatch) }.into();
            }
            Error::MinimumStaff => Code::MinimumStaff,
            Error::NotFound => Code::NotFound,
            Error::NoticeMissing => Code::NoticeMissing,
            Error::NotPermitted => Code::NotPermitted,
            Error::PastRetention => Code::PastRetention,
            Error::Purge(PurgeError::NotNow) => Code::PurgeStep,
            Error::Purge(PurgeError::SamePerson) => Code::SamePerson,
            Error::Review(error) => review(error),
            Error::SignIn => Code::SignInFailed,
            Error::Stale => Code::PreconditionFailed,
            Error::StepUp => Code::StepUpRequired,
            Error::Throttled => Code::TooManyAttempts,
            Error::TooBusy => Code::TooBusy,
            Error::Unauthenticated => Code::Unauthenticated,
            Error::Untrained { ask } => {
                let contact = |(title, name)| wire::Contact { title: String::from(title), name };
                let ask = ask.into_iter().map(contact).collect();
                return Problem { ask, ..Problem::new(Denial::TrainingExpired.into()) }.into();
            }
        };
        code.into()
    }
}

const fn review(error: ReviewError) -> Code {
    match error {
        ReviewError::Excluded => Code::RoleExcluded,
        ReviewError::Expired => Code::ChangeExpired,
        ReviewError::NotForYou => Code::NotForYou,
        ReviewError::NotTheMaker => Code::NotTheMaker,
        ReviewError::RecentGrant => Code::RecentGrant,
        ReviewError::RekeyNeeded => Code::RekeyNeeded,
        ReviewError::SamePerson => Code::SamePerson,
        ReviewError::Settled => Code::Settled,
    }
}

fn pointed(fault: Fault) -> Pointed {
    let Fault { pointer, code, detail } = fault;
    Pointed { pointer, code: String::from(code), detail: String::from(detail) }
}
