//! Events of the queue of two-person acts (申請).

use serde::{Deserialize, Serialize};

use crate::audit::Digest;
use crate::id::{
    AppointmentId, ChangeId, ClientId, DesignationId, FactId, NoticeId, OrganisationId, PersonId,
    TrainingId, UserId,
};

/// What a change is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Subject {
    /// A role.
    Appointment(AppointmentId),
    /// A program.
    Client(ClientId),
    /// A roster line.
    Designation(DesignationId),
    /// A recorded fact.
    Fact(FactId),
    /// A notice.
    Notice(NoticeId),
    /// A tenant or its settings.
    Organisation(OrganisationId),
    /// A person's record.
    Person(PersonId),
    /// A training.
    Training(TrainingId),
    /// An account.
    User(UserId),
}

/// What the blind re-keying showed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rekeyed {
    /// The two numbers differ.
    Different,
    /// The comparison could not be made.
    Failed,
    /// The two numbers are equal.
    Same,
}

/// Events of the queue of two-person acts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum ChangeEvent {
    /// A second person agreed to what `digest` covers.
    #[serde(rename = "change.approved")]
    Approved {
        /// The change.
        change: ChangeId,
        /// Digest of the content that was shown, without any number.
        digest: Digest,
    },
    /// A pending number is about to be opened for a blind comparison.
    #[serde(rename = "check.intent")]
    CheckIntent {
        /// The change.
        change: ChangeId,
        /// Whose number.
        person: PersonId,
        /// Which version of the record.
        version: u64,
    },
    /// How the comparison ended.
    #[serde(rename = "check.outcome")]
    CheckOutcome {
        /// The change.
        change: ChangeId,
        /// Equal, different or not done.
        result: Rekeyed,
    },
    /// Nobody decided in time.
    #[serde(rename = "change.expired")]
    Expired {
        /// The change.
        change: ChangeId,
    },
    /// The checker keyed another number.
    #[serde(rename = "change.mismatch")]
    Mismatch {
        /// How often the checker may try again; at 0 the change is over.
        attempts_left: u8,
        /// The change.
        change: ChangeId,
    },
    /// Somebody asks for an act that takes two.
    #[serde(rename = "change.proposed")]
    Proposed {
        /// The change.
        change: ChangeId,
        /// Digest of the content, without any number.
        digest: Digest,
        /// The kind of act: `register`, `correct`, `client`, …
        #[serde(rename = "type")]
        kind: String,
        /// The rejected change that this one follows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ChangeId>,
        /// What it is about, where that exists already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
    },
    /// A second person refused.
    #[serde(rename = "change.rejected")]
    Rejected {
        /// The change.
        change: ChangeId,
        /// Free text, scanned for digits.
        reason: String,
    },
    /// The maker took it back.
    #[serde(rename = "change.withdrawn")]
    Withdrawn {
        /// The change.
        change: ChangeId,
    },
}

impl ChangeEvent {
    pub(super) fn people(&self) -> Vec<PersonId> {
        match self {
            Self::CheckIntent { person, .. }
            | Self::Proposed { subject: Some(Subject::Person(person)), .. } => vec![*person],
            Self::Approved { .. }
            | Self::CheckOutcome { .. }
            | Self::Expired { .. }
            | Self::Mismatch { .. }
            | Self::Proposed { .. }
            | Self::Rejected { .. }
            | Self::Withdrawn { .. } => Vec::new(),
        }
    }
}
