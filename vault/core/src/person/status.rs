//! The one word by which screens and the API say where a person's number stands.

use serde::{Deserialize, Serialize};

use super::{Active, NumberState, Person};
use crate::time::CivilDate;

/// Where a number stands, as the API says it: one chain, then the side states.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberStatus {
    /// 登録済.
    Active,
    /// 提供なし（経緯記録あり）.
    Declined,
    /// 廃棄待ち: in a confirmed purge, no longer readable.
    DisposalPending,
    /// 廃棄予定: it has a last day; still readable.
    DisposalScheduled,
    /// 廃棄済.
    Disposed,
    /// 保管のみ: nothing needs its use, a statutory period still runs.
    KeepOnly,
    /// 誤収集.
    Misdirected,
    /// 未提出.
    NotSubmitted,
    /// 廃棄保留.
    OnHold,
    /// 点検待ち.
    PendingReview,
    /// 依頼中.
    Requested,
    /// 差戻し.
    Returned,
    /// 利用停止中.
    Suspended,
}

impl NumberStatus {
    /// The `snake_case` constant of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Declined => "declined",
            Self::DisposalPending => "disposal_pending",
            Self::DisposalScheduled => "disposal_scheduled",
            Self::Disposed => "disposed",
            Self::KeepOnly => "keep_only",
            Self::Misdirected => "misdirected",
            Self::NotSubmitted => "not_submitted",
            Self::OnHold => "on_hold",
            Self::PendingReview => "pending_review",
            Self::Requested => "requested",
            Self::Returned => "returned",
            Self::Suspended => "suspended",
        }
    }

    /// The word of the Japanese screens.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Active => "登録済",
            Self::Declined => "提供なし（経緯記録あり）",
            Self::DisposalPending => "廃棄待ち",
            Self::DisposalScheduled => "廃棄予定",
            Self::Disposed => "廃棄済",
            Self::KeepOnly => "保管のみ",
            Self::Misdirected => "誤収集",
            Self::NotSubmitted => "未提出",
            Self::OnHold => "廃棄保留",
            Self::PendingReview => "点検待ち",
            Self::Requested => "依頼中",
            Self::Returned => "差戻し",
            Self::Suspended => "利用停止中",
        }
    }
}

impl Person {
    /// Where the number stands on `today`.
    ///
    /// A side state hides the chain behind it, the one that stops more before the one that stops
    /// less: 廃棄待ち, 誤収集, 利用停止中, 廃棄保留, then 保管のみ and 廃棄予定.
    pub fn status(&self, today: CivilDate) -> NumberStatus {
        match &self.number.state {
            NumberState::Active(active) => self.status_of(active, today),
            NumberState::Disposed { .. } => NumberStatus::Disposed,
            NumberState::Pending { .. } => NumberStatus::PendingReview,
            NumberState::NotSubmitted
            | NumberState::Requested { .. }
            | NumberState::Returned { .. }
                if self.marks.declined.is_some() =>
            {
                NumberStatus::Declined
            }
            NumberState::NotSubmitted => NumberStatus::NotSubmitted,
            NumberState::Requested { .. } => NumberStatus::Requested,
            NumberState::Returned { .. } => NumberStatus::Returned,
        }
    }

    fn status_of(&self, active: &Active, today: CivilDate) -> NumberStatus {
        if active.purge.is_some() {
            NumberStatus::DisposalPending
        } else if self.marks.misdirected.is_some() {
            NumberStatus::Misdirected
        } else if self.marks.suspended.is_some() {
            NumberStatus::Suspended
        } else if self.marks.on_hold.is_some() {
            NumberStatus::OnHold
        } else if self.holdings.is_keep_only(today) {
            NumberStatus::KeepOnly
        } else if self.holdings.due().is_some() {
            NumberStatus::DisposalScheduled
        } else {
            NumberStatus::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::PersonKind;
    use crate::retention::fixture::{PAYROLL, day, id, person, some_change, today};
    use crate::time::Timestamp;

    fn employee() -> Person {
        person(1).with(PersonKind::Employee, Some("2019-04-01"))
    }

    #[test]
    fn the_chain_follows_the_number() {
        let (change, at) = (some_change(), Timestamp::from_millis(0));
        let chain = [
            (NumberState::NotSubmitted, NumberStatus::NotSubmitted),
            (NumberState::Requested { at }, NumberStatus::Requested),
            (NumberState::Pending { change }, NumberStatus::PendingReview),
            (NumberState::Returned { change }, NumberStatus::Returned),
            (NumberState::Disposed { at, certificate: id(7) }, NumberStatus::Disposed),
        ];
        for (state, status) in chain {
            let mut person = employee();
            person.number.state = state;
            assert_eq!(person.status(today()), status);
        }
        assert_eq!(employee().registered(PAYROLL).status(today()), NumberStatus::Active);
    }

    #[test]
    fn a_leaver_is_scheduled_then_kept_only_then_scheduled_again() {
        let leaver = employee().ended("2026-02-28").registered(PAYROLL);
        for (on, status) in [
            ("2026-11-21", NumberStatus::DisposalScheduled),
            ("2033-12-31", NumberStatus::DisposalScheduled),
            ("2034-01-01", NumberStatus::KeepOnly),
            ("2034-01-11", NumberStatus::DisposalScheduled),
        ] {
            assert_eq!(leaver.status(day(on)), status, "{on}");
        }
    }

    #[test]
    fn the_mark_that_stops_more_hides_the_others() {
        let mut person = employee().registered(PAYROLL);
        person.marks.on_hold = Some(some_change());
        assert_eq!(person.status(today()), NumberStatus::OnHold);
        person.marks.suspended = Some(some_change());
        assert_eq!(person.status(today()), NumberStatus::Suspended);
        person.marks.misdirected = Some(some_change());
        assert_eq!(person.status(today()), NumberStatus::Misdirected);
        person.active_mut().purge = Some(id(8));
        assert_eq!(person.status(today()), NumberStatus::DisposalPending);
    }

    #[test]
    fn who_declined_stays_so_until_a_number_comes() {
        let mut person = employee();
        person.marks.declined = Some(day("2026-04-10"));
        assert_eq!(person.status(today()), NumberStatus::Declined);
        person.number.state = NumberState::Pending { change: some_change() };
        assert_eq!(person.status(today()), NumberStatus::PendingReview);
    }
}
