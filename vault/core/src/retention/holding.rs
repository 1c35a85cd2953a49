//! Holdings (保有): for each relationship and group of works, the days of use and of keeping.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::period::{next_fiscal_year, slip_deadline, unfiled_cap, year_end, year_start};
use super::{Cycle, Rule, Todo};
use crate::access::Denial;
use crate::id::{FactId, RelationshipId, UserId};
use crate::person::PersonKind;
use crate::purpose::{Bundle, Purpose};
use crate::time::{CivilDate, ParseDateError};

/// Why one number is held, for one relationship and the works of one bundle under one rule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// The relationship it hangs on.
    pub relationship: RelationshipId,
    /// That relationship's kind.
    pub kind: PersonKind,
    /// The bundle whose works it is for.
    pub bundle: Bundle,
    /// The retention rule of those works' documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// Whether it is for the retirement slip, which is filed apart from the salary slip.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub retirement: bool,
    /// The days a read's period may lie in.
    pub span: Span,
    /// The last day of use; none while use is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_until: Option<CivilDate>,
    /// The last day its documents keep the number; none while that is open. Never before `use_until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<CivilDate>,
    /// 推定: an end was derived from the settings, no fact says it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub estimated: bool,
    /// The fact that set the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_by: Option<SetBy>,
}

/// Days from `from` to `until`, both inclusive; a missing end is open.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<CivilDate>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<CivilDate>,
}

/// The fact that set an end, with its author, who may not approve the deletion.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetBy {
    /// The fact.
    pub fact: FactId,
    /// Who wrote it.
    pub author: UserId,
}

/// Everything a person's number is held for. Depends on no day, so it is kept with the person.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Holdings {
    /// Each reason to hold the number.
    pub items: Vec<Holding>,
    /// What the clerk is asked, with the day from which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todos: Vec<Todo>,
    /// How soon after the last day the organisation deletes.
    pub cycle: Cycle,
}

/// When the number is to be deleted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Due {
    /// The first day on which the law no longer lets the number be kept.
    pub first_deletable: CivilDate,
    /// The first day of the organisation's cycle from then on.
    pub purge_on: CivilDate,
    /// The facts that set the day; none of their authors may approve the deletion.
    pub set_by: BTreeSet<SetBy>,
}

/// What a read is for: a tax year or a day.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Period {
    /// The day of the matter.
    Day(CivilDate),
    /// A tax year (年分), which is a calendar year.
    TaxYear(i16),
}

impl Period {
    /// The tax year it lies in.
    pub fn year(self) -> i16 {
        match self {
            Self::Day(day) => day.year(),
            Self::TaxYear(year) => year,
        }
    }

    fn first(self) -> CivilDate {
        match self {
            Self::Day(day) => day,
            Self::TaxYear(year) => year_start(year),
        }
    }

    fn last(self) -> CivilDate {
        match self {
            Self::Day(day) => day,
            Self::TaxYear(year) => year_end(year),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::TaxYear(year) => write!(f, "{year:04}"),
        }
    }
}

impl FromStr for Period {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(year) if is_year && year > 0 => Ok(Self::TaxYear(year)),
            _ => text.parse().map(Self::Day),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Span {
    /// Whether a part of `period` lies in these days.
    pub fn meets(self, period: Period) -> bool {
        self.from.is_none_or(|from| from <= period.last())
            && self.until.is_none_or(|until| period.first() <= until)
    }
}

impl Holding {
    /// Whether it is for `purpose`.
    ///
    /// The ledger entry is made from a declaration, so what holds the one serves the other.
    pub fn covers(&self, purpose: Purpose) -> bool {
        let rule = purpose.rule();
        self.bundle.purposes().contains(&purpose)
            && purpose.kinds().contains(&self.kind)
            && (rule == self.rule || (self.rule, rule) == (Some(Rule::R1), Some(Rule::R2)))
            && self.retirement == (purpose == Purpose::RetirementSlip)
    }

    /// The works it is for.
    pub fn purposes(&self) -> impl Iterator<Item = Purpose> + '_ {
        self.bundle.purposes().iter().copied().filter(|purpose| self.covers(*purpose))
    }

    /// The article its period rests on.
    pub fn article(&self) -> &'static str {
        self.rule.map_or("番号法9条4項", Rule::article)
    }

    /// The last day on which it may be used for `period`; none while that is open.
    ///
    /// A declaration is worked with until the year-end adjustment of its year can no longer be redone;
    /// a slip nobody says was filed, until the cap of its year.
    pub fn use_until_for(&self, period: Period) -> Option<CivilDate> {
        let of_year = match self.rule {
            Some(Rule::R1) => Some(slip_deadline(period.year())),
            Some(Rule::R6) if self.estimated || self.use_until.is_none() => {
                Some(unfiled_cap(period.year()))
            }
            Some(_) | None => None,
        };
        match (of_year, self.use_until) {
            (Some(year), Some(last)) => Some(year.min(last)),
            (year, last) => year.or(last),
        }
    }
}

impl Holdings {
    /// The holding that lets `purpose` be done for `period` on `today`, among those of `kinds`.
    ///
    /// A period is at most a year ahead: nobody knows who will be employed later.
    ///
    /// # Errors
    ///
    /// [`Denial::PastRetention`] if the number should be gone, [`Denial::NoRelationshipInPeriod`] if
    /// nothing holds it for that work and period, [`Denial::PurposeEnded`] if something did and its
    /// last day of use is over; then [`Self::held_for`] finds what a correction may rest on.
    pub fn readable(
        &self,
        purpose: Purpose,
        period: Period,
        kinds: &BTreeSet<PersonKind>,
        today: CivilDate,
    ) -> Result<&Holding, Denial> {
        if self.past_retention(today) {
            return Err(Denial::PastRetention);
        }
        if period.year() > today.year() + 1 {
            return Err(Denial::NoRelationshipInPeriod);
        }
        let mut ended = false;
        for holding in self.held_for(purpose, period, kinds) {
            if holding.use_until_for(period).is_none_or(|last| today <= last) {
                return Ok(holding);
            }
            ended = true;
        }
        Err(if ended { Denial::PurposeEnded } else { Denial::NoRelationshipInPeriod })
    }

    /// What holds the number for `purpose` and `period`, whether or not its use is over.
    pub fn held_for<'a>(
        &'a self,
        purpose: Purpose,
        period: Period,
        kinds: &BTreeSet<PersonKind>,
    ) -> impl Iterator<Item = &'a Holding> {
        self.items.iter().filter(move |holding| {
            holding.covers(purpose) && kinds.contains(&holding.kind) && holding.span.meets(period)
        })
    }

    /// When the number is to be deleted; none while anything holds it without an end, and none if
    /// nothing is known to hold it, which is a question and not a deletion.
    pub fn due(&self) -> Option<Due> {
        let last = self.last_day()?;
        let set_last = self.items.iter().filter(|holding| holding.keep_until == Some(last));
        let first_deletable = last.plus_days(1);
        Some(Due {
            first_deletable,
            purge_on: self.cycle.on_or_after(first_deletable),
            set_by: set_last.filter_map(|holding| holding.set_by).collect(),
        })
    }

    /// Whether the number may no longer be stored on `today`: every reason to keep it has passed.
    pub fn past_retention(&self, today: CivilDate) -> bool {
        self.last_day().is_some_and(|last| last < today)
    }

    /// 保管のみ: nothing needs its use on `today`, while a statutory period still runs.
    pub fn is_keep_only(&self, today: CivilDate) -> bool {
        let over = |holding: &Holding| holding.use_until.is_some_and(|last| last < today);
        self.last_day().is_some_and(|last| today <= last) && self.items.iter().all(over)
    }

    /// The last day on which anything keeps the number; none while something is open or unknown.
    fn last_day(&self) -> Option<CivilDate> {
        let mut ends = self.items.iter().map(|holding| holding.keep_until);
        let first = ends.next()??;
        ends.try_fold(first, |last, end| Some(last.max(end?)))
    }
}

impl Cycle {
    /// The first day of the cycle on or after `day`. The business year is taken to begin on 1 April.
    pub fn on_or_after(self, day: CivilDate) -> CivilDate {
        match self {
            Self::Immediate => day,
            Self::Monthly if day.day() == 1 => day,
            Self::Monthly => day.last_of_month().plus_days(1),
            Self::FiscalYearEnd => next_fiscal_year(day),
        }
    }
}
