//! How many people share the work: what a few of them lose, and what is missing for the work to be
//! done at all.
//!
//! Source: guideline 別添1-2 (注) for businesses of at most 100 employees; `practice.md` §3.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Capability;
use crate::id::UserId;

/// How strictly roles exclude each other.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Two to five people (中小規模事業者): administrators may also manage and handle numbers.
    /// Never for whoever handles numbers for others.
    Small,
    /// Every exclusion holds.
    #[default]
    Standard,
}

/// People who share the work of a small organisation, at most; an outside auditor is not counted.
pub const SMALL_STAFF: usize = 5;

/// One person who shares the work of an organisation, as of a day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Whether they operate the vault.
    pub administrator: bool,
    /// Whether they hold the manager's office, themself or as a deputy.
    pub manager: bool,
    /// What their designations let them do.
    pub capabilities: BTreeSet<Capability>,
}

/// A protection that does not hold, because too few people share the work. Told as long as it holds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lost {
    /// Somebody who operates the vault also handles numbers.
    AdministratorHandles,
    /// Somebody who operates the vault also designates handlers and approves deletion.
    AdministratorManages,
    /// Two people share all of the work: together they can do everything.
    TwoPeople,
}

/// What is missing for the work to be done by the right pairs of people.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// A second active administrator.
    Administrator,
    /// Somebody who checks what another enters.
    Checker,
    /// Somebody who confirms what is to be deleted, beside the manager who approves it.
    Deleter,
    /// A manager in office.
    Manager,
}

impl Profile {
    /// Whether administrators may hold roles and designations too.
    pub const fn joins_administrators(self) -> bool {
        matches!(self, Self::Small)
    }
}

/// What an organisation with these members has lost; never anything in the standard profile.
pub fn lost(profile: Profile, members: &[Member]) -> BTreeSet<Lost> {
    if profile == Profile::Standard {
        return BTreeSet::new();
    }
    let joined = |lost, holds: fn(&Member) -> bool| {
        members.iter().any(|member| member.administrator && holds(member)).then_some(lost)
    };
    let few = (members.len() <= 2).then_some(Lost::TwoPeople);
    joined(Lost::AdministratorHandles, |member| !member.capabilities.is_empty())
        .into_iter()
        .chain(joined(Lost::AdministratorManages, |member| member.manager))
        .chain(few)
        .collect()
}

/// What an organisation with these members lacks, when `administrators` of the vault are active.
pub fn missing(administrators: usize, members: &[Member]) -> BTreeSet<Missing> {
    let mut missing = BTreeSet::new();
    if administrators < 2 {
        missing.insert(Missing::Administrator);
    }
    if !members.iter().any(|member| member.manager) {
        missing.insert(Missing::Manager);
    }
    let can = |capability, member: &Member| member.capabilities.contains(&capability);
    if !pair(members, |one| can(Capability::Enter, one), |other| can(Capability::Check, other)) {
        missing.insert(Missing::Checker);
    }
    if !pair(members, |one| one.manager, |other| can(Capability::Delete, other)) {
        missing.insert(Missing::Deleter);
    }
    missing
}

/// Whether two different people are one the first, one the second.
fn pair(
    members: &[Member],
    first: impl Fn(&Member) -> bool,
    second: impl Fn(&Member) -> bool,
) -> bool {
    let of = |one: &Member| members.iter().any(|other| other.user != one.user && second(other));
    members.iter().any(|one| first(one) && of(one))
}

impl Lost {
    /// The `kebab-case` code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AdministratorHandles => "administrator-handles",
            Self::AdministratorManages => "administrator-manages",
            Self::TwoPeople => "two-people",
        }
    }

    /// What it means, in Japanese.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::AdministratorHandles => {
                "システム管理者が事務取扱担当者を兼ねているため、運用する人が個人番号を見られます。使用の記録を毎月、外部の人に確認してもらってください"
            }
            Self::AdministratorManages => {
                "システム管理者が管理責任者を兼ねているため、アカウントを作る人が担当者を指定できます。指定には今も本人の受諾が必要です"
            }
            Self::TwoPeople => {
                "二人ですべての事務を行うため、二人が示し合わせた行為を止める人がいません。また、一人が不在の間、二人で行う手続きは止まります"
            }
        }
    }

    /// What it means, in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::AdministratorHandles => {
                "Someone who operates the vault also handles numbers and can see them: let an outsider review the use each month"
            }
            Self::AdministratorManages => {
                "Someone who makes accounts also designates handlers; a designation still needs its designee's acceptance"
            }
            Self::TwoPeople => {
                "Two people share all of the work: nobody stops what both agree on, and acts of two wait while one is away"
            }
        }
    }
}

impl Missing {
    /// The `kebab-case` code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Checker => "checker",
            Self::Deleter => "deleter",
            Self::Manager => "manager",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::new_uuid;
    use crate::time::Timestamp;
    use Capability::{Check, Delete, Enter, Use};

    fn member(at: u8, administrator: bool, manager: bool, can: &[Capability]) -> Member {
        let user = new_uuid(Timestamp::from_millis(0), [at; 10]).into();
        Member { user, administrator, manager, capabilities: can.iter().copied().collect() }
    }

    const ALL: [Capability; 4] = [Check, Delete, Enter, Use];

    #[test]
    fn two_people_can_do_the_work_and_lose_three_protections() {
        let two = [member(1, true, true, &ALL), member(2, true, false, &ALL)];
        assert_eq!(missing(2, &two), BTreeSet::new());
        let told = [Lost::AdministratorHandles, Lost::AdministratorManages, Lost::TwoPeople];
        assert_eq!(lost(Profile::Small, &two), BTreeSet::from(told));
        assert_eq!(lost(Profile::Standard, &two), BTreeSet::new());
    }

    #[test]
    fn three_people_lose_less_and_five_can_lose_nothing() {
        let three = [
            member(1, true, false, &[Delete]),
            member(2, true, true, &ALL),
            member(3, false, false, &ALL),
        ];
        let told = [Lost::AdministratorHandles, Lost::AdministratorManages];
        assert_eq!(lost(Profile::Small, &three), BTreeSet::from(told));
        let apart = [
            member(3, false, true, &[]),
            member(4, false, false, &[Enter, Use, Delete]),
            member(5, false, false, &[Check, Use]),
        ];
        assert_eq!(lost(Profile::Small, &apart), BTreeSet::new());
        assert_eq!(missing(2, &apart), BTreeSet::new());
    }

    #[test]
    fn one_person_never_makes_a_pair() {
        let alone = [member(1, false, true, &ALL)];
        let all = [Missing::Administrator, Missing::Checker, Missing::Deleter];
        assert_eq!(missing(1, &alone), BTreeSet::from(all));
    }

    fn members() -> impl Strategy<Value = Vec<Member>> {
        let one = (any::<bool>(), any::<bool>(), proptest::sample::subsequence(&ALL[..], 0..=4));
        proptest::collection::vec(one, 0..6).prop_map(|all| {
            let numbered = all.into_iter().zip(1_u8..);
            numbered.map(|((admin, manager, can), at)| member(at, admin, manager, &can)).collect()
        })
    }

    proptest! {
        #[test]
        fn nobody_more_makes_anything_missing(mut few in members(), administrators in 0_usize..4) {
            let before = missing(administrators, &few);
            few.push(member(99, false, true, &ALL));
            prop_assert!(missing(administrators + 1, &few).is_subset(&before));
        }

        #[test]
        fn what_is_told_as_lost_is_so(all in members()) {
            let told = lost(Profile::Small, &all);
            let handles = all.iter().any(|one| one.administrator && !one.capabilities.is_empty());
            prop_assert_eq!(told.contains(&Lost::AdministratorHandles), handles);
            prop_assert_eq!(told.contains(&Lost::TwoPeople), all.len() <= 2);
        }
    }
}
