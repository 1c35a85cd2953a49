//! Why a use case did not happen, in terms a caller can act on.

use azekura_core::access::Denial;
use azekura_core::change::ReviewError;
use azekura_core::purge::PurgeError;

use crate::auth::hashing::Busy;
use crate::auth::sources::Throttled;
use crate::{keyfile, store};

/// The outcome of every use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case did not happen. The HTTP layer turns each into one problem.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call as a whole is refused, for a reason that lies with the caller.
    #[error("refused: {}", .0.code())]
    Access(Denial),
    /// The one-time answer of this call was given before; it is not repeated.
    #[error("this was done before")]
    AlreadyDone {
        /// What the first call made.
        id: String,
    },
    /// The same request was answered before; this is that answer.
    #[error("answered before")]
    Answered {
        /// Its HTTP status.
        status: u16,
        /// Its body.
        body: Vec<u8>,
    },
    /// The person's number is already registered.
    #[error("the person already has a number or a change that waits")]
    AlreadyRegistered,
    /// The log could not be written; nothing was released or changed.
    #[error("could not write the log")]
    AuditUnavailable(#[source] Option<Box<store::Error>>),
    /// A stored row is not as the vault left it. Which, is for whoever runs the vault.
    #[error("the stored {what} was changed outside the vault")]
    ChangedOutside {
        /// The table or part.
        what: &'static str,
    },
    /// What was agreed to is not what is there.
    #[error("the list is not the one you saw")]
    DigestMismatch,
    /// Such a thing exists.
    #[error("{what} exists already")]
    Duplicate {
        /// Of what kind.
        what: &'static str,
    },
    /// An `Idempotency-Key` came back with another body.
    #[error("this key was used for another request")]
    IdempotencyMismatch,
    /// The input breaks rules of its own.
    #[error("the input has {} faults", .0.len())]
    Input(Vec<Fault>),
    /// A defect, or a row that the vault did not write.
    #[error("could not finish")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The session waits for its password.
    #[error("the session is locked")]
    Locked,
    /// The blind entry differs from the first one.
    #[error("the two entries differ")]
    Mismatch {
        /// Entries left; 0 ended the change.
        attempts_left: u8,
    },
    /// Too few people would be left for acts of two.
    #[error("too few people would be left")]
    MinimumStaff,
    /// No such thing, or nothing the caller may know of.
    #[error("no such thing")]
    NotFound,
    /// No notice in force covers the purposes.
    #[error("no notice covers the purposes")]
    NoticeMissing,
    /// The caller's role does not include this.
    #[error("not permitted")]
    NotPermitted,
    /// The number would be past its retention already.
    #[error("past retention")]
    PastRetention,
    /// A batch of deletions did not move.
    #[error(transparent)]
    Purge(#[from] PurgeError),
    /// A change did not move.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// Login, password or code is wrong, or the account is locked: not said which.
    #[error("could not sign in")]
    SignIn,
    /// The thing changed since the caller saw it.
    #[error("changed meanwhile")]
    Stale,
    /// The second factor was given too long ago for this.
    #[error("a fresh second factor is needed")]
    StepUp,
    /// The address tried too often.
    #[error("too many tries from this address")]
    Throttled,
    /// Too much is waiting.
    #[error("too much is waiting")]
    TooBusy,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    Unauthenticated,
    /// The caller's training no longer counts.
    #[error("the caller's training no longer counts")]
    Untrained {
        /// Title and name of whoever answers for education.
        ask: Vec<(&'static str, String)>,
    },
}

/// One fault of the input: where (RFC 6901 pointer), which, and what to do. Never the input itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// JSON pointer into the request body.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// What is expected.
    pub detail: &'static str,
}

impl Error {
    /// A single fault.
    pub fn fault(pointer: impl Into<String>, code: &'static str, detail: &'static str) -> Self {
        Self::Input(vec![Fault { pointer: pointer.into(), code, detail }])
    }

    /// A defect.
    pub fn internal(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(source))
    }
}

impl From<keyfile::Error> for Error {
    fn from(error: keyfile::Error) -> Self {
        Self::internal(error)
    }
}

impl From<Throttled> for Error {
    fn from(_: Throttled) -> Self {
        Self::Throttled
    }
}

impl From<Busy> for Error {
    fn from(_: Busy) -> Self {
        Self::TooBusy
    }
}
