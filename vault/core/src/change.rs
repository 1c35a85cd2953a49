//! The one queue of changes that wait for a second person (申請).
//!
//! A change is proposed once, decided once and never edited: what the second person agreed to is
//! exactly what the first one wrote. A rejected change is final; its successor names it.
//!
//! Source: regulation 003 ch.8 2(8), 2(12); `practice.md` §3.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{
    AppointmentId, ChangeId, ClientId, EnrolmentId, FactId, NoticeId, OrganisationId, PersonId,
    ResetId, SlotId, TrainingId, UserId,
};
use crate::identity::IdentityCheck;
use crate::oversight::ItAccess;
use crate::purpose::Purposes;
use crate::retention::{Fact, Settings};
use crate::roster::{Appointment, Client, Designation, Notice, Organisation};
use crate::time::{CivilDate, Timestamp};

pub use self::client::{Amendment, ClientChange, Regrant};

mod client;

/// Days until an undecided change lapses.
pub const EXPIRES_AFTER_DAYS: i32 = 30;

/// Blind entries a checker has; the last mismatch ends the change.
pub const CHECK_ATTEMPTS: u8 = 3;

/// One proposal and what became of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Names the change.
    pub id: ChangeId,
    /// Whose queue it waits in; `None` is the vault's own (users, organisations).
    pub org: Option<OrganisationId>,
    /// Who proposed it.
    pub maker: Maker,
    /// When.
    pub proposed_at: Timestamp,
    /// Lapses then, undecided.
    pub expires_at: Timestamp,
    /// What is to change.
    pub content: Content,
    /// Where it stands.
    pub state: ChangeState,
}

/// The person a proposal counts as, and the program it came through, if any.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Maker {
    /// The natural person; for a program its owner.
    pub user: UserId,
    /// The program.
    pub client: Option<ClientId>,
}

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

/// Where a change stands. Only `Pending` can move.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChangeState {
    /// In force.
    Approved {
        /// The second person.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Nobody decided in time.
    Expired {
        /// When that was noticed.
        at: Timestamp,
    },
    /// Waits for a second person.
    Pending,
    /// Sent back, or ended by a third mismatch.
    Rejected {
        /// The second person.
        by: UserId,
        /// When.
        at: Timestamp,
        /// What the maker should do.
        reason: String,
    },
    /// Taken back by its maker.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// What the blind re-keying showed; the digits themselves are compared where they are opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rekey {
    /// The two entries differ.
    Different,
    /// The change brings no number.
    NotAsked,
    /// The two entries agree.
    Same,
}

/// What a blind entry led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checked {
    /// The change is approved.
    Approved,
    /// The last mismatch: the change is rejected.
    Ended,
    /// A mismatch; so many entries are left.
    Mismatch(u8),
}

/// Why a change did not move. It is then as it was.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ReviewError {
    /// Something else that the person is excludes it.
    #[error("the person holds a role that excludes this one")]
    Excluded,
    /// It lapsed.
    #[error("the change has expired; propose it again")]
    Expired,
    /// Someone else must accept it.
    #[error("this change waits for the person it names")]
    NotForYou,
    /// Only the maker takes a change back.
    #[error("only the person who proposed a change can withdraw it")]
    NotTheMaker,
    /// The maker gave the second person the right to decide it less than a day ago.
    #[error("whoever proposed a change cannot have it decided by a person they appointed just now")]
    RecentGrant,
    /// A number comes in by a blind check only.
    #[error("this change brings a number; key the number again from the document")]
    RekeyNeeded,
    /// The maker cannot be the second person, nor whoever is given more by it.
    #[error("the person who proposed a change, or gains by it, cannot decide it")]
    SamePerson,
    /// It was decided before.
    #[error("the change is already settled")]
    Settled,
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

    fn number_mut(&mut self) -> Option<&mut NumberProposal> {
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

impl Change {
    /// A proposal that waits from `at` for [`EXPIRES_AFTER_DAYS`].
    pub fn propose(
        id: ChangeId,
        org: Option<OrganisationId>,
        maker: Maker,
        content: Content,
        at: Timestamp,
    ) -> Self {
        let expires_at = at.plus_millis(i64::from(EXPIRES_AFTER_DAYS) * 86_400_000);
        Self { id, org, maker, proposed_at: at, expires_at, content, state: ChangeState::Pending }
    }

    /// Approves the change if `by` is a second person and no number has to be keyed again.
    ///
    /// # Errors
    ///
    /// [`ReviewError`] names the first rule that is broken; the change is then unchanged.
    pub fn approve(&mut self, by: UserId, at: Timestamp) -> Result<(), ReviewError> {
        self.open_to(by, at)?;
        if self.content.number().is_some() {
            return Err(ReviewError::RekeyNeeded);
        }
        if self.content.benefits() == Some(by) {
            return Err(ReviewError::SamePerson);
        }
        self.state = ChangeState::Approved { by, at };
        Ok(())
    }

    /// Counts one blind entry before it is compared, so that a crash never gives one for free.
    ///
    /// # Errors
    ///
    /// [`ReviewError`] names the first rule that is broken; nothing is then counted.
    pub fn take_attempt(&mut self, by: UserId, at: Timestamp) -> Result<(), ReviewError> {
        self.open_to(by, at)?;
        let proposal = self.content.number_mut().ok_or(ReviewError::NotForYou)?;
        proposal.attempts_left =
            proposal.attempts_left.checked_sub(1).ok_or(ReviewError::Settled)?;
        Ok(())
    }

    /// Settles a counted entry: the same digits approve, the last different ones reject.
    ///
    /// # Errors
    ///
    /// [`ReviewError`] names the first rule that is broken; the change is then unchanged.
    pub fn checked(
        &mut self,
        by: UserId,
        entry: Rekey,
        at: Timestamp,
    ) -> Result<Checked, ReviewError> {
        self.open_to(by, at)?;
        let left = self.content.number().ok_or(ReviewError::NotForYou)?.attempts_left;
        match entry {
            Rekey::Same => {
                self.state = ChangeState::Approved { by, at };
                Ok(Checked::Approved)
            }
            Rekey::Different if left == 0 => {
                let reason = String::from("number-mismatch");
                self.state = ChangeState::Rejected { by, at, reason };
                Ok(Checked::Ended)
            }
            Rekey::Different => Ok(Checked::Mismatch(left)),
            Rekey::NotAsked => Err(ReviewError::RekeyNeeded),
        }
    }

    /// Sends the change back to its maker, for good.
    ///
    /// # Errors
    ///
    /// [`ReviewError`] names the first rule that is broken; the change is then unchanged.
    pub fn reject(&mut self, by: UserId, reason: String, at: Timestamp) -> Result<(), ReviewError> {
        self.open_to(by, at)?;
        self.state = ChangeState::Rejected { by, at, reason };
        Ok(())
    }

    /// Takes the change back.
    ///
    /// # Errors
    ///
    /// [`ReviewError::NotTheMaker`], or [`ReviewError::Settled`] if it was decided before.
    pub fn withdraw(&mut self, by: UserId, at: Timestamp) -> Result<(), ReviewError> {
        self.pending(at)?;
        if by != self.maker.user {
            return Err(ReviewError::NotTheMaker);
        }
        self.state = ChangeState::Withdrawn { at };
        Ok(())
    }

    /// Marks the change as lapsed; `false` if it is settled or still has time.
    pub fn expire(&mut self, at: Timestamp) -> bool {
        at >= self.expires_at && self.lapse(at)
    }

    /// Marks the change as lapsed whether or not it still has time, because what it is about is gone;
    /// `false` if it is settled.
    pub fn lapse(&mut self, at: Timestamp) -> bool {
        let waits = self.state == ChangeState::Pending;
        if waits {
            self.state = ChangeState::Expired { at };
        }
        waits
    }

    fn open_to(&self, by: UserId, at: Timestamp) -> Result<(), ReviewError> {
        self.pending(at)?;
        if by == self.maker.user {
            return Err(ReviewError::SamePerson);
        }
        match self.content.accepted_by() {
            Some(named) if named != by => Err(ReviewError::NotForYou),
            Some(_) | None => Ok(()),
        }
    }

    fn pending(&self, at: Timestamp) -> Result<(), ReviewError> {
        match self.state {
            ChangeState::Pending if at >= self.expires_at => Err(ReviewError::Expired),
            ChangeState::Pending => Ok(()),
            ChangeState::Expired { .. } => Err(ReviewError::Expired),
            ChangeState::Approved { .. }
            | ChangeState::Rejected { .. }
            | ChangeState::Withdrawn { .. } => Err(ReviewError::Settled),
        }
    }
}
