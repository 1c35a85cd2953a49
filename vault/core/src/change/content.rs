//! What a change is about: one kind of content for each thing that takes two people.

use serde::{Deserialize, Serialize};

use super::{CHECK_ATTEMPTS, ClientChange};
use crate::id::{
    AppointmentId, ChangeId, EnrolmentId, FactId, NoticeId, PersonId, ResetId, SlotId, TrainingId,
    UserId,
};
use crate::identity::IdentityCheck;
use crate::oversight::ItAccess;
use crate::purpose::Purposes;
use crate::retention::{Fact, Settings};
use crate::roster::{Appointment, Client, Designation, Notice, Organisation};
use crate::time::CivilDate;

/// What is to change. The content is complete: approving it needs no further input, except that a
/// number is keyed again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// A person's role.
    Appointment(Appointment),
    /// An API client.
    Client(Client),
    /// An API client that is to do more, or to go on.
    ClientAmended(Box<ClientChange>),
    /// A number that replaces the active one.
    Correct(NumberProposal),
    /// A line of the roster; its designee accepts it.
    Designation(Designation),
    /// A recorded fact that was wrong.
    FactCorrected(FactCorrection),
    /// A visit of IT staff; the manager agrees.
    ItAccess(ItAccess),
    /// A version of the purpose notice.
    Notice(Notice),
    /// An organisation with its first manager.
    Organisation(NewOrganisation),
    /// Other purposes for a record, by a notice that told its person of them.
    Rebind(Rebinding),
    /// A person's first number.
    Register(NumberProposal),
    /// Credentials to be made anew.
    Reset(NewReset),
    /// Settings, at least one of them weaker than before.
    Settings(Box<Settings>),
    /// More days for a training.
    TrainingExtension(TrainingExtension),
    /// Reads that were stopped, to be let through again.
    Unfreeze(Unfreeze),
    /// An account that failures locked, to be opened before its time.
    Unlock(LockedAccount),
    /// An account.
    User(NewUser),
}

/// A number waiting for its check. The digits are sealed elsewhere, under a kind that no release
/// path can open.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NumberProposal {
    /// Whose number.
    pub person: PersonId,
    /// The version it will be.
    pub version: u64,
    /// The slot of the sealed proposal.
    pub slot: SlotId,
    /// What the person was told it is for.
    pub purposes: Purposes,
    /// By which notice.
    pub notice: NoticeId,
    /// How the person was identified.
    pub identity: IdentityCheck,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// The rejected change this one follows.
    pub replaces: Option<ChangeId>,
    /// Blind entries left.
    pub attempts_left: u8,
}

/// A fact to be replaced or voided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactCorrection {
    /// Whose fact.
    pub person: PersonId,
    /// Which one.
    pub supersedes: FactId,
    /// What holds instead; `None` voids it.
    pub with: Option<Box<Fact>>,
    /// Why.
    pub reason: String,
}

/// Other purposes for a record (利用目的の変更).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rebinding {
    /// Whose record.
    pub person: PersonId,
    /// The version of the number that was in force.
    pub version: u64,
    /// What it was bound to.
    pub before: Purposes,
    /// What it is to be bound to.
    pub purposes: Purposes,
    /// The notice that told the person.
    pub notice: NoticeId,
    /// Why.
    pub reason: String,
}

/// More days for a training that could not be repeated in time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingExtension {
    /// The training.
    pub training: TrainingId,
    /// Who attended.
    pub user: UserId,
    /// Until when it would count.
    pub until: CivilDate,
    /// Why.
    pub reason: String,
}

/// An organisation that two administrators agree on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// As it will be.
    pub organisation: Organisation,
    /// Its first manager.
    pub manager: UserId,
    /// The manager's appointment.
    pub appointment: AppointmentId,
}

/// An account that two administrators agree on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The account.
    pub user: UserId,
    /// What colleagues read.
    pub display_name: String,
    /// The employer's key for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_ref: Option<String>,
    /// The enrolment that approval opens.
    pub enrolment: EnrolmentId,
}

/// Credentials that two administrators have their owner make anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewReset {
    /// Names it.
    pub reset: ResetId,
    /// Whose credentials.
    pub user: UserId,
    /// Why.
    pub reason: String,
    /// The enrolment that approval opens.
    pub enrolment: EnrolmentId,
}

/// An account that two administrators open before its time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedAccount {
    /// Whose.
    pub user: UserId,
}

/// The end of a stop for all reads.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Unfreeze {
    /// Why it is over.
    pub reason: String,
}

impl Content {
    /// The constant by which the API, the log and the screens name this kind of change.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Appointment(_) => "appointment",
            Self::Client(_) => "client",
            Self::ClientAmended(_) => "client_amended",
            Self::Correct(_) => "correct",
            Self::Designation(_) => "designation",
            Self::FactCorrected(_) => "fact_corrected",
            Self::ItAccess(_) => "it_access",
            Self::Notice(_) => "notice",
            Self::Organisation(_) => "organisation",
            Self::Rebind(_) => "rebind",
            Self::Register(_) => "register",
            Self::Reset(_) => "reset",
            Self::Settings(_) => "settings",
            Self::TrainingExtension(_) => "training_extension",
            Self::Unfreeze(_) => "unfreeze",
            Self::Unlock(_) => "unlock",
            Self::User(_) => "user",
        }
    }

    /// The number it brings, if it brings one.
    pub const fn number(&self) -> Option<&NumberProposal> {
        match self {
            Self::Correct(proposal) | Self::Register(proposal) => Some(proposal),
            Self::Appointment(_)
            | Self::Client(_)
            | Self::ClientAmended(_)
            | Self::Designation(_)
            | Self::FactCorrected(_)
            | Self::ItAccess(_)
            | Self::Notice(_)
            | Self::Organisation(_)
            | Self::Rebind(_)
            | Self::Reset(_)
            | Self::Settings(_)
            | Self::TrainingExtension(_)
            | Self::Unfreeze(_)
            | Self::Unlock(_)
            | Self::User(_) => None,
        }
    }

    /// Whose record it is about, if it is about one.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Correct(proposal) | Self::Register(proposal) => Some(proposal.person),
            Self::FactCorrected(correction) => Some(correction.person),
            Self::Rebind(rebinding) => Some(rebinding.person),
            Self::Appointment(_)
            | Self::Client(_)
            | Self::ClientAmended(_)
            | Self::Designation(_)
            | Self::ItAccess(_)
            | Self::Notice(_)
            | Self::Organisation(_)
            | Self::Reset(_)
            | Self::Settings(_)
            | Self::TrainingExtension(_)
            | Self::Unfreeze(_)
            | Self::Unlock(_)
            | Self::User(_) => None,
        }
    }

    /// The one person who must agree, where it cannot be just any second person: a roster line or a
    /// role is accepted by whoever is to hold it.
    pub const fn accepted_by(&self) -> Option<UserId> {
        match self {
            Self::Appointment(appointment) => Some(appointment.user),
            Self::Designation(designation) => Some(designation.user),
            Self::Client(_)
            | Self::ClientAmended(_)
            | Self::Correct(_)
            | Self::FactCorrected(_)
            | Self::ItAccess(_)
            | Self::Notice(_)
            | Self::Organisation(_)
            | Self::Rebind(_)
            | Self::Register(_)
            | Self::Reset(_)
            | Self::Settings(_)
            | Self::TrainingExtension(_)
            | Self::Unfreeze(_)
            | Self::Unlock(_)
            | Self::User(_) => None,
        }
    }

    /// The person whom it gives more to do, and who for that cannot be the second one: whoever
    /// answers for a program, or whose account is opened or given new credentials. A training's days
    /// have a rule of their own.
    pub fn benefits(&self) -> Option<UserId> {
        match self {
            Self::Client(client) => Some(client.grant.owner),
            Self::ClientAmended(change) => Some(change.owner()),
            Self::Reset(new) => Some(new.user),
            Self::Unlock(locked) => Some(locked.user),
            Self::Appointment(_)
            | Self::Correct(_)
            | Self::Designation(_)
            | Self::FactCorrected(_)
            | Self::ItAccess(_)
            | Self::Notice(_)
            | Self::Organisation(_)
            | Self::Rebind(_)
            | Self::Register(_)
            | Self::Settings(_)
            | Self::TrainingExtension(_)
            | Self::Unfreeze(_)
            | Self::User(_) => None,
        }
    }

    /// The content as it was proposed: counted entries are no part of what two people agree to.
    pub fn forget_attempts(&mut self) {
        if let Some(proposal) = self.number_mut() {
            proposal.attempts_left = CHECK_ATTEMPTS;
        }
    }

    pub(super) fn number_mut(&mut self) -> Option<&mut NumberProposal> {
        match self {
            Self::Correct(proposal) | Self::Register(proposal) => Some(proposal),
            Self::Appointment(_)
            | Self::Client(_)
            | Self::ClientAmended(_)
            | Self::Designation(_)
            | Self::FactCorrected(_)
            | Self::ItAccess(_)
            | Self::Notice(_)
            | Self::Organisation(_)
            | Self::Rebind(_)
            | Self::Reset(_)
            | Self::Settings(_)
            | Self::TrainingExtension(_)
            | Self::Unfreeze(_)
            | Self::Unlock(_)
            | Self::User(_) => None,
        }
    }
}
