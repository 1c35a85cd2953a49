//! Statutory periods in calendar days, and the fixed days of the tax year.

use crate::time::CivilDate;

/// The last day of a period of `years` that a fact on `finished` begins.
///
/// The first day does not count (民法140条), so the period starts on the day after; it ends on the day
/// before the one that corresponds to its start, or, where the last month has no such day, on that
/// month's last day (民法143条2項). With 0 years it is `finished` itself.
///
/// Source: 民法 140条, 143条.
pub fn last_day(finished: CivilDate, years: u8) -> CivilDate {
    if years == 0 {
        return finished;
    }
    let start = finished.plus_days(1);
    let anniversary = start.plus_months(12 * i32::from(years));
    if anniversary.day() == start.day() { anniversary.plus_days(-1) } else { anniversary }
}

/// The last day a declaration due on `deadline` is kept: `years` from 11 January of the year after.
///
/// Source: 所得税法施行規則 76条の3 (7 years), 77条 (7 years; 10 with a pension lump sum).
pub fn declaration_keep_until(deadline: CivilDate, years: u8) -> CivilDate {
    day_of(deadline.year() + 1 + i16::from(years), 1, 10)
}

/// 31 December of `year`.
pub fn year_end(year: i16) -> CivilDate {
    day_of(year, 12, 31)
}

/// 1 January of `year`.
pub(super) fn year_start(year: i16) -> CivilDate {
    day_of(year, 1, 1)
}

/// 31 January after tax year `year`: slips are due, and year-end adjustment can no longer be redone.
pub(super) fn slip_deadline(year: i16) -> CivilDate {
    day_of(year + 1, 1, 31)
}

/// The last day a slip that nobody says was filed is kept: 7 years after its tax year.
pub(super) fn unfiled_cap(year: i16) -> CivilDate {
    year_end(year + 7)
}

/// 1 April on or after `day`: the first day of the business year that most organisations have.
pub(super) fn next_fiscal_year(day: CivilDate) -> CivilDate {
    let april = day_of(day.year(), 4, 1);
    if day <= april { april } else { day_of(day.year() + 1, 4, 1) }
}

fn day_of(year: i16, month: i8, day: i8) -> CivilDate {
    CivilDate::new(year.clamp(1, 9998), month, day)
        .expect("callers name a day that every year has, and the year is clamped")
}
