//! The one queue of changes that wait for a second person (申請).
//!
//! A change is proposed once, decided once and never edited: what the second person agreed to is
//! exactly what the first one wrote. A rejected change is final; its successor names it.
//!
//! Source: regulation 003 ch.8 2(8), 2(12); `practice.md` §3.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{ChangeId, ClientId, OrganisationId, UserId};
use crate::time::Timestamp;

pub use self::client::{Amendment, ClientChange, Regrant};
pub use self::content::{
    Content, FactCorrection, LockedAccount, NewOrganisation, NewReset, NewUser, NumberProposal,
    Rebinding, TrainingExtension, Unfreeze,
};

mod client;
mod content;

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
