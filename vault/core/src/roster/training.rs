//! Trainings (教育): the plan, who attended, and until when that counts.
//!
//! Source: regulation 000 §5, 001 §2 4, 002 §3(3), 003 ch.7; `practice.md` §3.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{ChangeId, OrganisationId, TrainingId, TrainingPlanId, UserId};
use crate::time::{CivilDate, Timestamp};

/// Days before its end from which an expiry is told.
pub const WARNED_DAYS: i32 = 60;

/// Days that two people may add, once.
pub const EXTENSION_DAYS: i32 = 30;

/// One training somebody attended. Without one that counts no number is handled.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Names the record.
    pub id: TrainingId,
    /// Where it counts.
    pub org: OrganisationId,
    /// Who attended (受講者).
    pub user: UserId,
    /// On which day.
    pub on: CivilDate,
    /// What it was about.
    pub subject: String,
    /// The line of the plan that it carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<TrainingPlanId>,
    /// Who wrote it down: another person than the attendee.
    pub recorded_by: UserId,
    /// When the attendee confirmed it (受講者の確認); it counts from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// More days, agreed on by two people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
}

/// More days for a training that could not be repeated in time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The change that two people agreed on.
    pub change: ChangeId,
    /// The last day it counts.
    pub until: CivilDate,
}

/// What a line of the training plan says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlanText {
    /// 部門.
    pub section: String,
    /// 内容.
    pub content: String,
    /// 担当.
    pub teacher: String,
    /// 対象.
    pub audience: String,
    /// 手段.
    pub means: String,
    /// 周期.
    pub cycle: String,
}

/// A line of the training plan (教育計画).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingPlan {
    /// Names the line.
    pub id: TrainingPlanId,
    /// Whose plan.
    pub org: OrganisationId,
    /// 部門・内容・担当・対象・手段・周期.
    pub text: PlanText,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it was taken out of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// Where somebody stands with their training on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TrainingStanding {
    /// It counted until this day.
    Expired(CivilDate),
    /// It counts until this day, which is near.
    Expiring(CivilDate),
    /// None was ever confirmed.
    Missing,
    /// It counts until this day.
    Valid(CivilDate),
}

/// Why a training gets no more days.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ExtensionError {
    /// It has them already.
    #[error("a training is extended once")]
    Once,
    /// It never counted, or even with more days it no longer would.
    #[error("only a training that has counted until lately is extended")]
    TooLate,
    /// Its end is further away than the warning.
    #[error("a training is extended when its end is near")]
    TooSoon,
}

impl Training {
    /// The last day it counts: the end of the month twelve months later, or what two people added.
    pub fn valid_until(&self) -> CivilDate {
        self.extension.map_or_else(|| self.ordinary_end(), |extension| extension.until)
    }

    /// Whether it counts on `day`.
    pub fn counts(&self, day: CivilDate) -> bool {
        self.confirmed_at.is_some() && self.on <= day && day <= self.valid_until()
    }

    /// The training with [`EXTENSION_DAYS`] more days, as agreed on `today` by `change`.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn extended(&self, change: ChangeId, today: CivilDate) -> Result<Self, ExtensionError> {
        let until = self.extensible(today)?;
        Ok(Self { extension: Some(Extension { change, until }), ..self.clone() })
    }

    /// The last day an extension agreed on `today` would give.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn extensible(&self, today: CivilDate) -> Result<CivilDate, ExtensionError> {
        let end = self.ordinary_end();
        let until = end.plus_days(EXTENSION_DAYS);
        if self.extension.is_some() {
            Err(ExtensionError::Once)
        } else if self.confirmed_at.is_none() || today > until {
            Err(ExtensionError::TooLate)
        } else if end.days_since(today) > WARNED_DAYS {
            Err(ExtensionError::TooSoon)
        } else {
            Ok(until)
        }
    }

    fn ordinary_end(&self) -> CivilDate {
        self.on.plus_months(12).last_of_month()
    }
}

impl TrainingStanding {
    /// Where the attendee of `trainings` stands on `day`.
    pub fn of<'a>(trainings: impl IntoIterator<Item = &'a Training>, day: CivilDate) -> Self {
        let confirmed = trainings.into_iter().filter(|one| one.confirmed_at.is_some());
        let begun = confirmed.filter(|one| one.on <= day);
        match begun.map(Training::valid_until).max() {
            None => Self::Missing,
            Some(until) if until < day => Self::Expired(until),
            Some(until) if until.days_since(day) <= WARNED_DAYS => Self::Expiring(until),
            Some(until) => Self::Valid(until),
        }
    }

    /// The constant of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::Expiring(_) => "expiring",
            Self::Missing => "missing",
            Self::Valid(_) => "valid",
        }
    }

    /// The last day it counts or counted.
    pub const fn until(self) -> Option<CivilDate> {
        match self {
            Self::Expired(until) | Self::Expiring(until) | Self::Valid(until) => Some(until),
            Self::Missing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::new_uuid;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn training(on: &str) -> Training {
        let id = |byte| new_uuid(Timestamp::from_millis(0), [byte; 10]);
        Training {
            id: id(1).into(),
            org: id(2).into(),
            user: id(3).into(),
            on: day(on),
            subject: "試験".to_owned(),
            plan: None,
            recorded_by: id(4).into(),
            confirmed_at: Some(Timestamp::from_millis(0)),
            extension: None,
        }
    }

    fn change() -> ChangeId {
        new_uuid(Timestamp::from_millis(0), [9; 10]).into()
    }

    #[test]
    fn a_training_counts_to_the_end_of_the_month_twelve_months_later() {
        for (on, last) in [
            ("2026-01-05", "2027-01-31"),
            ("2026-01-31", "2027-01-31"),
            ("2027-02-10", "2028-02-29"),
            ("2028-02-29", "2029-02-28"),
        ] {
            let training = training(on);
            assert_eq!(training.valid_until(), day(last), "{on}");
            assert!(training.counts(day(last)) && training.counts(day(on)));
            assert!(!training.counts(day(last).plus_days(1)));
            assert!(!training.counts(day(on).plus_days(-1)));
        }
    }

    #[test]
    fn a_training_counts_only_once_its_attendee_has_confirmed_it() {
        let silent = Training { confirmed_at: None, ..training("2026-04-01") };
        assert!(!silent.counts(day("2026-04-02")));
        let standing = TrainingStanding::of([&silent], day("2026-04-02"));
        assert_eq!(standing, TrainingStanding::Missing);
    }

    #[test]
    fn an_expiry_is_told_sixty_days_ahead() {
        use TrainingStanding::{Expired, Expiring, Valid};
        let (kept, end) = (training("2026-01-05"), day("2027-01-31"));
        for (today, standing) in [
            (end.plus_days(-61), Valid(end)),
            (end.plus_days(-60), Expiring(end)),
            (end, Expiring(end)),
            (end.plus_days(1), Expired(end)),
        ] {
            assert_eq!(TrainingStanding::of([&kept], today), standing, "{today}");
        }
        let newer = training("2026-12-10");
        assert_eq!(TrainingStanding::of([&kept, &newer], end), Valid(day("2027-12-31")));
    }

    #[test]
    fn thirty_days_are_added_once_near_the_end() {
        let (kept, end) = (training("2026-01-05"), day("2027-01-31"));
        assert_eq!(kept.extensible(end.plus_days(-61)), Err(ExtensionError::TooSoon));
        assert_eq!(kept.extensible(end.plus_days(31)), Err(ExtensionError::TooLate));
        let extended = kept.extended(change(), end.plus_days(1)).unwrap();
        assert_eq!(extended.valid_until(), day("2027-03-02"));
        assert!(extended.counts(day("2027-03-02")) && !extended.counts(day("2027-03-03")));
        assert_eq!(extended.extended(change(), end), Err(ExtensionError::Once));
    }

    proptest! {
        #[test]
        fn a_standing_agrees_with_what_counts(
            attended in proptest::collection::vec((0_i32..900, any::<bool>()), 0..4),
            today in 0_i32..1_400,
        ) {
            let from = |days| day("2026-01-01").plus_days(days);
            let all: Vec<Training> = attended
                .iter()
                .map(|(days, confirmed)| Training {
                    on: from(*days),
                    confirmed_at: confirmed.then(|| Timestamp::from_millis(0)),
                    ..training("2026-01-01")
                })
                .collect();
            let standing = TrainingStanding::of(&all, from(today));
            let counts = all.iter().any(|one| one.counts(from(today)));
            let told = matches!(
                standing,
                TrainingStanding::Valid(_) | TrainingStanding::Expiring(_)
            );
            prop_assert_eq!(counts, told, "{:?}", standing);
        }

        #[test]
        fn no_training_ever_counts_longer_than_fourteen_months(days in 0_i32..2_000) {
            let kept = Training { on: day("2026-01-01").plus_days(days), ..training("2026-01-01") };
            let end = kept.valid_until();
            let longest = kept.extended(change(), end).unwrap().valid_until();
            prop_assert!(longest.days_since(kept.on) <= 366 + 31 + EXTENSION_DAYS);
            prop_assert_eq!(longest.days_since(end), EXTENSION_DAYS);
        }
    }
}
