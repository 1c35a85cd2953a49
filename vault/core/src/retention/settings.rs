//! What an organisation decides about pay days and keeping; each with a floor that no one can lower.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The organisation's settings for retention.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When wages are paid.
    pub pay_rule: PayRule,
    /// Years a number is kept for a slip after it was filed, 0 to 7.
    pub r6_keep: u8,
    /// How soon after the last day a number is deleted.
    pub cycle: Cycle,
    /// Whether the vault's copy lives as long as the document.
    pub after_last_use: AfterLastUse,
    /// Observed days between approval and deletion; at least 1.
    pub grace_days: u8,
}

/// When wages are paid: closing day and pay day.
///
/// A pay day on a weekend or between 31 December and 3 January is brought forward to the business day
/// before; other holidays are not looked at, because none of them moves a pay day into another year.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PayRule {
    /// The day the month's wages are closed.
    pub closing_day: PayDay,
    /// Months from the closing month to the month of payment, 0 to 2.
    pub pay_month_offset: u8,
    /// The day they are paid.
    pub pay_day: PayDay,
}

/// A day of the month, 1 to 31; a month that is shorter has it on its last day.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct PayDay(pub u8);

impl PayDay {
    /// The last day of every month.
    pub const LAST: Self = Self(31);
}

/// When a number whose last day has come is deleted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// On the day itself.
    #[default]
    Immediate,
    /// On the first of the next month.
    Monthly,
    /// On 1 April.
    FiscalYearEnd,
}

/// How long the vault's copy lives where the document has it too.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterLastUse {
    /// Until nothing uses it, where paper that shows the number is kept.
    AsSoonAsUnneeded,
    /// As long as the document.
    #[default]
    WithDocument,
}

/// Why settings are refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SettingsError {
    /// `grace_days` is below 1 or above 30.
    #[error("grace_days must be 1 to 30")]
    GraceDays,
    /// `pay_rule` names no possible day.
    #[error(
        "pay_rule must name days 1 to 31 and a pay day after the closing day, at most 2 months later"
    )]
    PayRule,
    /// `r6_keep` is above 7.
    #[error("r6_keep must be 0 to 7")]
    R6Keep,
}

impl SettingsError {
    /// The setting that does not do.
    pub const fn field(self) -> &'static str {
        match self {
            Self::GraceDays => "grace_days",
            Self::PayRule => "pay_rule",
            Self::R6Keep => "r6_keep",
        }
    }
}

impl Default for Settings {
    /// Closed at month end and paid on the 25th of the next month, nothing kept longer than it must be.
    fn default() -> Self {
        Self {
            pay_rule: PayRule {
                closing_day: PayDay::LAST,
                pay_month_offset: 1,
                pay_day: PayDay(25),
            },
            r6_keep: 0,
            cycle: Cycle::Immediate,
            after_last_use: AfterLastUse::WithDocument,
            grace_days: 3,
        }
    }
}

impl Settings {
    /// Whether the settings stay within what the rules allow everybody.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]: the first setting out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !self.pay_rule.is_possible() {
            Err(SettingsError::PayRule)
        } else if self.r6_keep > 7 {
            Err(SettingsError::R6Keep)
        } else if !(1..=30).contains(&self.grace_days) {
            Err(SettingsError::GraceDays)
        } else {
            Ok(())
        }
    }

    /// Whether going from these settings to `next` weakens something, which takes two people.
    ///
    /// Weaker is what moves dates that are already running, either way (`pay_rule`, `r6_keep`,
    /// `after_last_use`), keeps numbers past their last day for longer (`cycle`), or leaves less time
    /// to object to a deletion (`grace_days`).
    pub fn weakens(&self, next: &Self) -> bool {
        next.r6_keep != self.r6_keep
            || next.cycle > self.cycle
            || next.after_last_use != self.after_last_use
            || next.grace_days < self.grace_days
            || next.pay_rule != self.pay_rule
    }
}

impl PayRule {
    fn is_possible(self) -> bool {
        let days = [self.closing_day, self.pay_day];
        days.iter().all(|day| (1..=31).contains(&day.0))
            && self.pay_month_offset <= 2
            && (self.pay_month_offset > 0 || self.pay_day >= self.closing_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Settings)) -> Settings {
        let mut settings = Settings::default();
        change(&mut settings);
        settings
    }

    #[test]
    fn settings_stay_above_their_floors() {
        assert_eq!(Settings::default().check(), Ok(()));
        let refused = [
            (with(|settings| settings.r6_keep = 8), SettingsError::R6Keep),
            (with(|settings| settings.grace_days = 0), SettingsError::GraceDays),
            (with(|settings| settings.grace_days = 31), SettingsError::GraceDays),
            (with(|settings| settings.pay_rule.pay_day = PayDay(0)), SettingsError::PayRule),
            (with(|settings| settings.pay_rule.closing_day = PayDay(32)), SettingsError::PayRule),
            (with(|settings| settings.pay_rule.pay_month_offset = 3), SettingsError::PayRule),
            (with(|settings| settings.pay_rule.pay_month_offset = 0), SettingsError::PayRule),
        ];
        for (settings, error) in refused {
            assert_eq!(settings.check(), Err(error), "{}", error.field());
        }
    }

    #[test]
    fn what_moves_dates_or_shortens_the_grace_weakens() {
        let now = Settings::default();
        assert!(!now.weakens(&now));
        assert!(!now.weakens(&with(|next| next.grace_days = 5)));
        for next in [
            with(|next| next.grace_days = 2),
            with(|next| next.r6_keep = 1),
            with(|next| next.cycle = Cycle::Monthly),
            with(|next| next.after_last_use = AfterLastUse::AsSoonAsUnneeded),
            with(|next| next.pay_rule.pay_day = PayDay(10)),
        ] {
            assert!(now.weakens(&next), "{next:?}");
        }
        assert!(!with(|now| now.cycle = Cycle::FiscalYearEnd).weakens(&now));
    }

    #[test]
    fn a_cycle_begins_on_its_own_first_day() {
        let on = |cycle: Cycle, day: &str| cycle.on_or_after(day.parse().unwrap()).to_string();
        assert_eq!(on(Cycle::Immediate, "2034-01-11"), "2034-01-11");
        assert_eq!(on(Cycle::Monthly, "2034-01-11"), "2034-02-01");
        assert_eq!(on(Cycle::Monthly, "2034-02-01"), "2034-02-01");
        assert_eq!(on(Cycle::FiscalYearEnd, "2034-04-01"), "2034-04-01");
        assert_eq!(on(Cycle::FiscalYearEnd, "2034-04-02"), "2035-04-01");
    }
}
