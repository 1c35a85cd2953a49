//! R6: the years of slips and reports, closed one by one as they are filed.

use std::collections::BTreeMap;

use super::fact::{Fact, FactKind};
use super::period::{last_day, slip_deadline, unfiled_cap, year_end, year_start};
use super::{SetBy, Span};
use crate::purpose::Purpose;
use crate::time::CivilDate;

/// The tax years in which there is something to report.
#[derive(Clone, Copy)]
pub(super) struct Years {
    /// The first; none if it is not known.
    pub(super) first: Option<i16>,
    /// The last, with what ended it; none while more may come.
    pub(super) last: Option<Last>,
}

/// The last year with something to report.
#[derive(Clone, Copy)]
pub(super) struct Last {
    pub(super) year: i16,
    /// The day on which nothing more could come; the number is needed at least until then.
    pub(super) on: Option<CivilDate>,
    pub(super) set_by: Option<SetBy>,
}

/// Until when a filed year keeps the number, and which fact says so.
#[derive(Clone, Copy)]
pub(super) struct Closing {
    /// The day of the fact.
    pub(super) on: CivilDate,
    pub(super) keep_until: CivilDate,
    pub(super) set_by: SetBy,
}

/// Some days of use and keeping; becomes a holding.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) use_until: Option<CivilDate>,
    pub(super) keep_until: Option<CivilDate>,
    pub(super) estimated: bool,
    pub(super) set_by: Option<SetBy>,
}

impl Part {
    /// Held without an end since `from`.
    pub(super) fn open(from: Option<CivilDate>) -> Self {
        let span = Span { from, until: None };
        Self { span, use_until: None, keep_until: None, estimated: false, set_by: None }
    }

    /// Used and kept to the same day.
    pub(super) fn until(
        span: Span,
        last: CivilDate,
        estimated: bool,
        set_by: Option<SetBy>,
    ) -> Self {
        Self { span, use_until: Some(last), keep_until: Some(last), estimated, set_by }
    }
}

impl Part {
    /// Kept at least until the day that ended the years.
    fn not_before(self, last: Last) -> Self {
        match (last.on, self.keep_until) {
            (Some(on), Some(filed)) if filed < on => Self::until(self.span, on, false, last.set_by),
            _ => self,
        }
    }
}

/// The years that facts close: filed, or nothing to file.
///
/// A filed year keeps the number for `r6_keep` years, one without filing for none.
pub(super) fn closings(
    facts: &[&Fact],
    r6_keep: u8,
    is_slip: impl Fn(Purpose) -> bool,
) -> BTreeMap<i16, Closing> {
    let mut closings: BTreeMap<i16, Closing> = BTreeMap::new();
    for fact in facts {
        let (year, keep_until) = match &fact.kind {
            FactKind::DocumentFiled { purpose, tax_year, .. } if is_slip(*purpose) => {
                (*tax_year, last_day(fact.on, r6_keep))
            }
            FactKind::NoFilingRequired { tax_year, .. } => (*tax_year, fact.on),
            _ => continue,
        };
        let closing = Closing { on: fact.on, keep_until, set_by: fact.setter() };
        let known = closings.entry(year).or_insert(closing);
        if known.keep_until < keep_until {
            *known = closing;
        }
    }
    closings
}

/// The parts of `years`, oldest first.
///
/// A filing closes its year and, presumably, the years before it that nobody recorded. What follows
/// the last closed year is open or, once something ended it, kept to the cap of its last year.
pub(super) fn parts(years: Years, closings: &BTreeMap<i16, Closing>) -> Vec<Part> {
    let mut parts = Vec::with_capacity(closings.len() + 1);
    let mut first = years.first;
    for (year, closing) in closings {
        if first.is_some_and(|first| *year < first) {
            continue;
        }
        let span = Span { from: first.map(year_start), until: Some(year_end(*year)) };
        let filed = Part::until(span, closing.keep_until, false, Some(closing.set_by));
        let last = years.last.filter(|last| last.year == *year);
        parts.push(last.map_or(filed, |last| filed.not_before(last)));
        first = Some(year + 1);
    }
    match years.last {
        None => parts.push(Part::open(first.map(year_start))),
        Some(last) if first.is_none_or(|first| first <= last.year) => {
            let span = Span { from: first.map(year_start), until: Some(year_end(last.year)) };
            parts.push(Part::until(span, unfiled_cap(last.year), true, last.set_by));
        }
        Some(_) => {}
    }
    parts
}

/// The closed years from `first` to `last`; a later filing stands for a last year nobody recorded.
pub(super) fn within(
    closed: &BTreeMap<i16, Closing>,
    first: Option<i16>,
    last: i16,
) -> BTreeMap<i16, Closing> {
    let standing = closed.range(last..).next().map(|(_, closing)| (last, *closing));
    let early = closed.iter().filter(|(year, _)| **year < last);
    let known = early.filter(|(year, _)| first.is_none_or(|first| first <= **year));
    known.map(|(year, closing)| (*year, *closing)).chain(standing).collect()
}

/// The first year to ask about, and the day from which: 1 February after it.
pub(super) fn unfiled(
    years: Years,
    closings: &BTreeMap<i16, Closing>,
    known_since: i16,
) -> Option<(i16, CivilDate)> {
    let next = closings.keys().next_back().map(|year| year + 1);
    let first = next.or(years.first).map_or(known_since, |year| year.max(known_since));
    let year = match years.last {
        Some(last) if next.is_some_and(|next| next > last.year) => return None,
        Some(last) => last.year,
        None => first,
    };
    Some((year, slip_deadline(year).plus_days(1)))
}
