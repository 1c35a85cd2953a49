//! Every problem the API can answer: code, status, and what to do, in two languages.

use axum::http::StatusCode;
use azekura_core::access::Denial;

/// A problem of the API. [`Code::text`] is part of the contract and never changes its meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Code {
    /// This was done before.
    AlreadyDone,
    /// A number is registered or waits for its check.
    AlreadyRegistered,
    /// The log cannot be written.
    AuditUnavailable,
    /// The change has expired.
    ChangeExpired,
    /// What is stored was changed outside the vault.
    ChangedOutside,
    /// A number is not released; the rules say why.
    Denied(Denial),
    /// The list is not the one you saw.
    DigestMismatch,
    /// It exists already.
    Duplicate,
    /// This Idempotency-Key was used for another request.
    IdempotencyMismatch,
    /// The server could not do this.
    Internal,
    /// The input breaks a rule.
    InvalidInput,
    /// The session is locked.
    Locked,
    /// The body is not the JSON that was expected.
    MalformedBody,
    /// The resource has no such method.
    MethodNotAllowed,
    /// Too few people would be left.
    MinimumStaff,
    /// The change waits for the person it names.
    NotForYou,
    /// No such thing.
    NotFound,
    /// Your role does not include this.
    NotPermitted,
    /// Only the person who proposed a change withdraws it.
    NotTheMaker,
    /// No notice in force covers the purposes.
    NoticeMissing,
    /// The two entries differ.
    NumberMismatch,
    /// Past its retention: it would have to be deleted at once.
    PastRetention,
    /// It changed since you read it.
    PreconditionFailed,
    /// If-Match is missing.
    PreconditionRequired,
    /// The batch is not at this step.
    PurgeStep,
    /// Whoever proposed this appointed you less than a day ago.
    RecentGrant,
    /// A number comes in by a blind check only.
    RekeyNeeded,
    /// Another role of this person excludes it.
    RoleExcluded,
    /// Another person must do this.
    SamePerson,
    /// The server was not given its secret.
    Sealed,
    /// The change is already settled.
    Settled,
    /// Sign-in failed.
    SignInFailed,
    /// A fresh second factor is needed.
    StepUpRequired,
    /// It took too long.
    Timeout,
    /// Too much is waiting.
    TooBusy,
    /// The request is too large.
    TooLarge,
    /// Too many tries from this address.
    TooManyAttempts,
    /// Sign in first.
    Unauthenticated,
    /// The body must be application/json.
    UnsupportedMediaType,
}

impl Code {
    /// The codes of this table; those of [`Denial`] come beside them.
    const OWN: [Self; 38] = [
        Self::AlreadyDone,
        Self::AlreadyRegistered,
        Self::AuditUnavailable,
        Self::ChangeExpired,
        Self::ChangedOutside,
        Self::DigestMismatch,
        Self::Duplicate,
        Self::IdempotencyMismatch,
        Self::Internal,
        Self::InvalidInput,
        Self::Locked,
        Self::MalformedBody,
        Self::MethodNotAllowed,
        Self::MinimumStaff,
        Self::NotForYou,
        Self::NotFound,
        Self::NotPermitted,
        Self::NotTheMaker,
        Self::NoticeMissing,
        Self::NumberMismatch,
        Self::PastRetention,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::PurgeStep,
        Self::RecentGrant,
        Self::RekeyNeeded,
        Self::RoleExcluded,
        Self::SamePerson,
        Self::Sealed,
        Self::Settled,
        Self::SignInFailed,
        Self::StepUpRequired,
        Self::Timeout,
        Self::TooBusy,
        Self::TooLarge,
        Self::TooManyAttempts,
        Self::Unauthenticated,
        Self::UnsupportedMediaType,
    ];

    /// Every code: those of the table, then the denials that are not among them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let denials = Denial::ALL.iter().map(|denial| Self::from(*denial));
        Self::OWN.into_iter().chain(denials.filter(|code| matches!(code, Self::Denied(_))))
    }

    /// The stable code, also the last part of the problem's address.
    pub(super) fn text(self) -> &'static str {
        self.entry().text
    }

    /// The HTTP status.
    pub(super) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What happened, in one line: (English, Japanese).
    pub(super) fn title(self) -> (&'static str, &'static str) {
        self.entry().title
    }

    /// What to do: (English, Japanese).
    pub(super) fn help(self) -> (&'static str, &'static str) {
        self.entry().help
    }
}

impl From<Denial> for Code {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotFound => Self::NotFound,
            Denial::PastRetention => Self::PastRetention,
            Denial::ClientNotGranted
            | Denial::ClientStopped
            | Denial::Deleted
            | Denial::DisposalPending
            | Denial::NoNumber
            | Denial::NoRelationshipInPeriod
            | Denial::NotDesignated
            | Denial::OutsideNetwork
            | Denial::OutsideScope
            | Denial::PendingCheck
            | Denial::PurposeEnded
            | Denial::PurposeNotBound
            | Denial::QuotaExceeded
            | Denial::ReadsFrozen
            | Denial::ResetUnconfirmed
            | Denial::Suspended
            | Denial::TrainingExpired
            | Denial::Unverified => Self::Denied(denial),
        }
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::all().find(|code| code.text() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_for_one_problem() {
        for code in Code::all() {
            assert_eq!(code.text().parse(), Ok(code));
            assert!(code.status().is_client_error() || code.status().is_server_error());
            for text in [code.title().0, code.title().1, code.help().0, code.help().1] {
                assert!(!text.is_empty() && !text.contains("  "), "{}", code.text());
            }
        }
        assert!(Denial::ALL.iter().all(|denial| denial.code().parse::<Code>().is_ok()));
    }
}
