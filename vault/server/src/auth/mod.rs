//! Who calls, and which right they need for what they ask.

pub mod credentials;
pub mod hashing;
pub mod once;
pub mod passwords;
pub mod recovery_codes;
pub mod sources;
pub mod tokens;

use std::net::IpAddr;

use azekura_core::audit::{ActorRef, SessionMark};
use azekura_core::id::{ClientId, RequestId, SessionId, UserId};
use uuid::Uuid;

pub use self::once::{Made, Once};

/// Who does something, in which request, from where.
#[derive(Clone)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// The request; it is in every log entry that the request causes.
    pub request: Option<RequestId>,
    /// The source address.
    pub ip: Option<IpAddr>,
    /// The request's `Idempotency-Key`, if it has one.
    pub once: Option<Once>,
}

/// Who does something.
#[derive(Clone, Debug)]
pub enum Who {
    /// A program, acting as its owner.
    Client {
        /// The program.
        id: ClientId,
        /// The natural person who answers for it.
        owner: UserId,
    },
    /// Whoever holds the terminal of the host: starts, stops, exports. Never a number.
    Operator,
    /// A scheduled job.
    Job(&'static str),
    /// Somebody who proves who they are in this very call: sign-in and enrolment.
    Nobody,
    /// A signed-in person.
    User {
        /// The person.
        id: UserId,
        /// Their session.
        session: SessionId,
        /// How the session is named in the log.
        mark: SessionMark,
    },
}

impl Actor {
    /// A scheduled job.
    pub const fn job(name: &'static str) -> Self {
        Self { who: Who::Job(name), request: None, ip: None, once: None }
    }

    /// Whoever holds the terminal.
    pub const fn operator() -> Self {
        Self { who: Who::Operator, request: None, ip: None, once: None }
    }

    /// The natural person this counts as where people are compared; for a program its owner.
    pub const fn person(&self) -> Option<UserId> {
        match self.who {
            Who::Client { owner: id, .. } | Who::User { id, .. } => Some(id),
            Who::Job(_) | Who::Nobody | Who::Operator => None,
        }
    }

    /// The user or program, as a key.
    pub fn uuid(&self) -> Option<Uuid> {
        match self.who {
            Who::Client { id, .. } => Some(id.into()),
            Who::User { id, .. } => Some(id.into()),
            Who::Job(_) | Who::Nobody | Who::Operator => None,
        }
    }

    /// The session, if a person signed in.
    pub const fn session(&self) -> Option<SessionId> {
        match self.who {
            Who::User { session, .. } => Some(session),
            Who::Client { .. } | Who::Job(_) | Who::Nobody | Who::Operator => None,
        }
    }

    /// How the log names the actor.
    pub fn as_logged(&self, cap: Option<&str>) -> ActorRef {
        match &self.who {
            Who::Client { id, owner } => ActorRef::Client { id: *id, owner: *owner },
            Who::Job(job) => ActorRef::System { job: String::from(*job) },
            Who::Nobody => ActorRef::System { job: String::from("sign-in") },
            Who::Operator => ActorRef::Operator,
            Who::User { id, mark, .. } => {
                ActorRef::User { cap: cap.map(String::from), id: *id, sess: Some(*mark) }
            }
        }
    }
}

/// What a use case asks of its caller. Each use case names exactly one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Permission {
    /// Accounts, organisations, clients, settings: an administrator.
    Administer,
    /// Ledgers, log and certificates: the auditor or the manager.
    Audit,
    /// Blind re-keying: a designation with `check`.
    Check,
    /// Confirming the targets of a purge: a designation with `delete`.
    Delete,
    /// What the manager approves or proposes: the manager, or a designation with `enter`.
    Draft,
    /// People, facts and changes: a designation with `enter`, or a client granted the operation.
    Enter(azekura_core::roster::Operation),
    /// Designations, notices, approvals: the manager.
    Manage,
    /// Settings and clients: an administrator proposes and the manager agrees, or the other way.
    Oversee,
    /// What was done with the recovery shares: an auditor or manager of any organisation.
    Review,
    /// A change names its own second person; the change decides who may settle it.
    Settle,
    /// The training plan and who attended: the manager or whoever answers for education.
    Train,
    /// Numbers for a purpose: a designation with `use`, or a client granted reads.
    Use,
    /// Masked views: anyone with a place in the organisation, and administrators.
    View,
}

impl Permission {
    /// The capability or role in the log, where the actor acts by one.
    pub const fn as_logged(self) -> Option<&'static str> {
        match self {
            Self::Administer => Some("administrator"),
            Self::Audit => Some("audit"),
            Self::Check => Some("check"),
            Self::Delete => Some("delete"),
            Self::Enter(_) => Some("enter"),
            Self::Manage => Some("manager"),
            Self::Review => Some("review"),
            Self::Train => Some("educator"),
            Self::Use => Some("use"),
            Self::Draft | Self::Oversee | Self::Settle | Self::View => None,
        }
    }
}
