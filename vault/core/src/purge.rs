//! A batch of deletions: proposed, confirmed by a handler, approved by the manager, executed by the
//! job after its grace. Nobody does two of these.
//!
//! Source: regulation 000 §6.5; `practice.md` 2.5, 2.9; `reliability.md` 6.4.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::id::{CertificateId, OrganisationId, PersonId, PurgeId, UserId};
use crate::time::{CivilDate, Timestamp};

/// How far ahead of its day a deletion may be proposed.
pub const AHEAD_DAYS: i32 = 30;

/// A batch and where it stands. Its items are kept beside it; `digest` binds them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// Names the batch.
    pub id: PurgeId,
    /// Whose people.
    pub org: OrganisationId,
    /// How many items it had when proposed.
    pub count: u32,
    /// SHA-256 over the items, as hexadecimal: what confirmer and approver agree to.
    pub digest: String,
    /// The latest first deletable day of its items: executed not before.
    pub not_before: CivilDate,
    /// When it was proposed, by the job or a person.
    pub proposed_at: Timestamp,
    /// Who proposed it, if it was a person.
    pub proposed_by: Option<UserId>,
    /// Who confirmed the targets (対象確認), and when.
    pub confirmed: Option<Signed>,
    /// Who approved (承認), and when.
    pub approved: Option<Signed>,
    /// Where it stands.
    pub state: PurgeState,
}

/// One person's agreement.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The log entry that holds it.
    pub entry: u64,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PurgeState {
    /// Waits for its day and its grace (実行待ち).
    Approved,
    /// Dropped.
    Cancelled,
    /// Waits for the manager (承認待ち).
    Confirmed,
    /// Some of its items are gone.
    Executing,
    /// All of its items are settled (廃棄済).
    Finished,
    /// Waits for a handler's confirmation (対象確認待ち).
    Proposed,
}

/// One record to be deleted, as it was when the batch was proposed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Item {
    /// Whose number.
    pub person: PersonId,
    /// Which version.
    pub version: u64,
    /// The first day on which it may go.
    pub first_deletable: CivilDate,
    /// Whoever wrote the fact that set that day; they cannot approve.
    pub set_by: Option<UserId>,
}

/// An item, and what became of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The item.
    pub item: Item,
    /// The payroll system's key for the person.
    pub external_ref: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// The number is gone; `None` between destruction and certificate.
    Deleted(Option<CertificateId>),
    /// A new fact keeps the number, or the batch was cancelled.
    Dropped,
    /// It waits for its day.
    Waiting,
}

/// Why a batch did not move.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PurgeError {
    /// The batch is not at that step.
    #[error("the batch is not at this step")]
    NotNow,
    /// The approver confirmed the targets, or wrote a fact that set a day.
    #[error("whoever confirmed the targets or wrote the date cannot approve")]
    SamePerson,
}

impl Purge {
    /// Notes that `signed.by` looked through the targets.
    ///
    /// # Errors
    ///
    /// [`PurgeError::NotNow`] unless the batch waits for that.
    pub fn confirm(&mut self, signed: Signed) -> Result<(), PurgeError> {
        if self.state != PurgeState::Proposed {
            return Err(PurgeError::NotNow);
        }
        self.confirmed = Some(signed);
        self.state = PurgeState::Confirmed;
        Ok(())
    }

    /// Notes the manager's approval.
    ///
    /// # Errors
    ///
    /// [`PurgeError::SamePerson`] if the manager confirmed the targets or wrote a fact that set one
    /// of the days; [`PurgeError::NotNow`] unless the batch waits for approval.
    pub fn approve(&mut self, signed: Signed, items: &[Item]) -> Result<(), PurgeError> {
        if self.state != PurgeState::Confirmed {
            return Err(PurgeError::NotNow);
        }
        let confirmer = self.confirmed.map(|confirmed| confirmed.by);
        if confirmer == Some(signed.by) || items.iter().any(|item| item.set_by == Some(signed.by)) {
            return Err(PurgeError::SamePerson);
        }
        self.approved = Some(signed);
        self.state = PurgeState::Approved;
        Ok(())
    }

    /// Drops the batch before anything in it is gone.
    ///
    /// # Errors
    ///
    /// [`PurgeError::NotNow`] once it executes, is finished or was dropped.
    pub fn cancel(&mut self) -> Result<(), PurgeError> {
        match self.state {
            PurgeState::Proposed | PurgeState::Confirmed | PurgeState::Approved => {
                self.state = PurgeState::Cancelled;
                Ok(())
            }
            PurgeState::Cancelled | PurgeState::Executing | PurgeState::Finished => {
                Err(PurgeError::NotNow)
            }
        }
    }

    /// Whether the job may delete on `today` after `observed` days of grace, where `grace` are due.
    ///
    /// Observed days are counted from the log's heartbeats, so that a clock that jumps ahead brings
    /// no deletion nearer.
    pub fn due(&self, today: CivilDate, observed: u32, grace: u32) -> bool {
        matches!(self.state, PurgeState::Approved | PurgeState::Executing)
            && self.not_before <= today
            && observed >= grace
    }
}

/// How many observed days `beats` show, the first heartbeat of each hour: Tokyo days with
/// heartbeats in at least [`OBSERVED_HOURS`] distinct hours.
pub fn observed_days(beats: &[Timestamp]) -> u32 {
    let mut hours: BTreeMap<CivilDate, BTreeSet<i8>> = BTreeMap::new();
    for beat in beats {
        hours.entry(beat.tokyo_date()).or_default().insert(beat.tokyo_hour());
    }
    let observed = hours.values().filter(|hours| hours.len() >= OBSERVED_HOURS).count();
    u32::try_from(observed).unwrap_or(u32::MAX)
}

/// SHA-256 over the items in their order, one line each, as hexadecimal.
pub fn digest(items: &[Item]) -> String {
    let mut hash = Sha256::new();
    for item in items {
        let set_by = item.set_by.map(|user| user.to_string()).unwrap_or_default();
        let Item { person, version, first_deletable, .. } = item;
        hash.update(format!("{person} {version} {first_deletable} {set_by}\n"));
    }
    HEXLOWER.encode(&hash.finalize())
}

/// An observed day is a Tokyo day with heartbeats in this many distinct hours.
pub const OBSERVED_HOURS: usize = 4;

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        Uuid::from_u128(n).into()
    }

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn signed(by: u128) -> Signed {
        Signed { by: user(by), at: Timestamp::from_millis(0), entry: 1 }
    }

    fn item(set_by: Option<u128>) -> Item {
        Item {
            person: Uuid::from_u128(9).into(),
            version: 1,
            first_deletable: day("2026-11-21"),
            set_by: set_by.map(user),
        }
    }

    fn proposed() -> Purge {
        Purge {
            id: Uuid::from_u128(1).into(),
            org: Uuid::from_u128(2).into(),
            count: 1,
            digest: digest(&[item(None)]),
            not_before: day("2026-11-21"),
            proposed_at: Timestamp::from_millis(0),
            proposed_by: None,
            confirmed: None,
            approved: None,
            state: PurgeState::Proposed,
        }
    }

    #[test]
    fn the_confirmer_cannot_approve_nor_can_whoever_wrote_the_date() {
        let mut purge = proposed();
        assert_eq!(purge.approve(signed(1), &[item(None)]), Err(PurgeError::NotNow));
        purge.confirm(signed(1)).unwrap();
        assert_eq!(purge.approve(signed(1), &[item(None)]), Err(PurgeError::SamePerson));
        assert_eq!(purge.approve(signed(2), &[item(Some(2))]), Err(PurgeError::SamePerson));
        assert_eq!(purge.approve(signed(2), &[item(Some(3))]), Ok(()));
    }

    #[test]
    fn nothing_is_due_before_its_day_or_its_grace_or_unapproved() {
        let mut purge = proposed();
        assert!(!purge.due(day("2026-11-21"), 9, 0));
        purge.confirm(signed(1)).unwrap();
        purge.approve(signed(2), &[]).unwrap();
        assert!(!purge.due(day("2026-11-20"), 9, 0));
        assert!(!purge.due(day("2026-11-21"), 2, 3));
        assert!(purge.due(day("2026-11-21"), 3, 3));
    }

    #[test]
    fn a_begun_batch_cannot_be_dropped() {
        let mut purge = proposed();
        purge.state = PurgeState::Executing;
        assert_eq!(purge.cancel(), Err(PurgeError::NotNow));
        purge.state = PurgeState::Approved;
        assert_eq!(purge.cancel(), Ok(()));
    }

    #[test]
    fn a_clock_that_jumps_ten_years_observes_no_day() {
        let jumped = [day("2026-11-21").tokyo_start(), day("2036-11-21").tokyo_start()];
        assert_eq!(observed_days(&jumped), 0);
        let hours = |count: i64| -> Vec<Timestamp> {
            (0..count).map(|h| day("2026-11-21").tokyo_start().plus_millis(h * 3_600_000)).collect()
        };
        assert_eq!(observed_days(&hours(3)), 0);
        assert_eq!(observed_days(&hours(4)), 1);
        assert_eq!(observed_days(&hours(28)), 2);
    }

    #[test]
    fn the_digest_depends_on_every_item_and_their_order() {
        let other = Item { version: 2, ..item(None) };
        assert_ne!(digest(&[item(None), other]), digest(&[other, item(None)]));
        assert_ne!(digest(&[item(None)]), digest(&[item(Some(1))]));
    }
}
