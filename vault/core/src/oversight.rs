//! What keeps those who operate the vault from becoming somebody who sees: duties that exclude each
//! other, credentials made anew, a stop for all reads, and visits of IT staff.
//!
//! Source: regulation 000 §7.1(3); `access.md` 5.6.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{ChangeId, ItAccessId, OrganisationId, ResetId, UserId};
use crate::roster::{Profile, Role};
use crate::time::{CivilDate, Timestamp};

/// Something a person is, of which not everything goes together. In the order in which the earlier
/// one stands where two exclude each other: what sees less.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Duty {
    /// Operates the vault.
    Administrator,
    /// Reviews ledgers and log.
    Auditor,
    /// Designates and approves.
    Manager,
    /// Holds a designation.
    Handler,
    /// Answers for a program.
    Program,
    /// Anything else that a role stands for.
    Other,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 6] = [
        Self::Administrator,
        Self::Auditor,
        Self::Manager,
        Self::Handler,
        Self::Program,
        Self::Other,
    ];

    /// What a role makes of its holder.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Auditor => Self::Auditor,
            Role::Manager => Self::Manager,
            Role::Complaints | Role::Educator | Role::Viewer => Self::Other,
        }
    }

    /// Whether it makes its holder one of those who share the work of an organisation.
    pub const fn shares_the_work(self) -> bool {
        matches!(self, Self::Handler | Self::Manager)
    }

    /// Whether one person must not hold both in an organisation of this profile.
    ///
    /// The auditor excludes everything; the administrator too, unless a few people share all the work.
    pub fn excludes(self, other: Self, profile: Profile) -> bool {
        let pair = [self.min(other), self.max(other)];
        match pair {
            [one, same] if one == same => false,
            [Self::Auditor, _] | [Self::Administrator, Self::Auditor] => true,
            [Self::Administrator, _] => !profile.joins_administrators(),
            _ => false,
        }
    }

    /// Those of `held` that count: where two exclude each other, only the one that sees less.
    pub fn effective(held: &BTreeSet<Self>, profile: Profile) -> BTreeSet<Self> {
        let mut counted = BTreeSet::new();
        for duty in held {
            if !counted.iter().any(|earlier: &Self| earlier.excludes(*duty, profile)) {
                counted.insert(*duty);
            }
        }
        counted
    }
}

/// Who said yes, and when.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The person.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A stop for all reads of an organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Who stopped them, alone.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Credentials that were made anew (再登録).
///
/// Whoever holds the new ones may be somebody else. So their owner reads and checks nothing, and
/// manages nothing, until somebody of each organisation says that it is them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Names the reset.
    pub id: ResetId,
    /// Whose credentials.
    pub user: UserId,
    /// When the old ones ended.
    pub at: Timestamp,
    /// How that came about.
    pub cause: Cause,
    /// Who met them in person, by organisation.
    pub confirmed: BTreeMap<OrganisationId, Signed>,
}

/// Why credentials are made anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Cause {
    /// Two administrators agreed on it.
    Agreed {
        /// On what.
        change: ChangeId,
        /// Why.
        reason: String,
        /// Who asked for it.
        proposed_by: UserId,
        /// Who agreed, and handed over the token.
        approved_by: UserId,
    },
    /// Their owner, or somebody with the same paper, showed the password and a recovery code.
    RecoveryCode,
}

impl Cause {
    /// What was agreed on, if it took two.
    pub const fn change(&self) -> Option<ChangeId> {
        match self {
            Self::Agreed { change, .. } => Some(*change),
            Self::RecoveryCode => None,
        }
    }
}

impl Reset {
    /// However soon it is confirmed, it holds for a day.
    pub const AT_LEAST_MS: i64 = 24 * 3_600_000;

    /// When it ends at the earliest.
    pub fn holds_until(&self) -> Timestamp {
        self.at.plus_millis(Self::AT_LEAST_MS)
    }

    /// Whether its owner may not yet use, check or manage in `org`.
    pub fn holds(&self, org: OrganisationId, now: Timestamp) -> bool {
        !self.confirmed.contains_key(&org) || now < self.holds_until()
    }
}

/// A visit of IT staff to the system that keeps the numbers (情報システム担当者のアクセス).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ItAccess {
    /// Names the visit.
    pub id: ItAccessId,
    /// Whose system.
    pub org: OrganisationId,
    /// Who comes: names as on a visitor's list, of people who may have no account.
    pub who: String,
    /// What for.
    pub purpose: String,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub until: CivilDate,
    /// The manager's approval; none while it is a proposal.
    pub approved: Option<Signed>,
    /// What was done, once it is over.
    pub done: Option<Done>,
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// Who wrote it down.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// In words.
    pub report: String,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_excludes_what_is_as_written() {
        use Duty::{Administrator, Auditor, Handler, Manager, Other, Program};
        let standard = [
            (Administrator, Auditor),
            (Administrator, Handler),
            (Administrator, Manager),
            (Administrator, Other),
            (Administrator, Program),
            (Auditor, Handler),
            (Auditor, Manager),
            (Auditor, Other),
            (Auditor, Program),
        ];
        let small = [
            (Administrator, Auditor),
            (Auditor, Handler),
            (Auditor, Manager),
            (Auditor, Other),
            (Auditor, Program),
        ];
        for (one, other) in Duty::ALL.into_iter().flat_map(|one| Duty::ALL.map(|two| (one, two))) {
            let listed = |pairs: &[(Duty, Duty)]| {
                pairs.contains(&(one, other)) || pairs.contains(&(other, one))
            };
            assert_eq!(
                one.excludes(other, Profile::Standard),
                listed(&standard),
                "{one:?} {other:?}"
            );
            assert_eq!(one.excludes(other, Profile::Small), listed(&small), "{one:?} {other:?}");
        }
    }

    #[test]
    fn of_two_that_exclude_each_other_the_one_that_sees_less_counts() {
        let counted = |held: &[Duty]| {
            let held = held.iter().copied().collect();
            Duty::effective(&held, Profile::Standard).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(counted(&[Duty::Handler, Duty::Auditor]), [Duty::Auditor]);
        assert_eq!(counted(&[Duty::Manager, Duty::Administrator]), [Duty::Administrator]);
        assert_eq!(counted(&[Duty::Handler, Duty::Manager]), [Duty::Manager, Duty::Handler]);
        assert_eq!(counted(&Duty::ALL), [Duty::Administrator]);
    }

    #[test]
    fn a_reset_holds_for_a_day_and_until_it_is_confirmed_in_each_organisation() {
        let id = Uuid::from_u128;
        let (org, other) = (OrganisationId::from(id(1)), OrganisationId::from(id(2)));
        let at = Timestamp::from_millis(1_000);
        let signed = Signed { by: UserId::from(id(3)), at };
        let mut reset = Reset {
            id: ResetId::from(id(4)),
            user: UserId::from(id(5)),
            at,
            cause: Cause::RecoveryCode,
            confirmed: BTreeMap::new(),
        };
        let late = at.plus_millis(100 * Reset::AT_LEAST_MS);
        assert!(reset.holds(org, late), "nobody confirmed it");
        reset.confirmed.insert(org, signed);
        let end = reset.holds_until();
        assert_eq!(end.millis_since(at), Reset::AT_LEAST_MS);
        assert!(reset.holds(org, end.plus_millis(-1)) && !reset.holds(org, end));
        assert!(reset.holds(other, late), "another organisation did not");
    }
}
