//! Pay days, as they follow from the organisation's pay rule.

use super::settings::{PayDay, PayRule};
use crate::time::CivilDate;

impl PayRule {
    /// The day on which work done on `worked` is paid.
    pub fn paid_for(self, worked: CivilDate) -> CivilDate {
        let this_month = self.closing_day.in_month_of(worked);
        if worked <= this_month { self.paid(worked) } else { self.paid(next_month(worked)) }
    }

    /// The first pay day in `year` for someone who works since `start`; none if all their pay days
    /// come later.
    pub fn first_in(self, year: i16, start: Option<CivilDate>) -> Option<CivilDate> {
        let earliest = CivilDate::new(year - 1, 9, 1).ok()?;
        (0..16)
            .map(|months| earliest.plus_months(months))
            .filter(|month| start.is_none_or(|start| start <= self.closing_day.in_month_of(*month)))
            .map(|month| self.paid(month))
            .find(|day| day.year() == year)
    }

    /// The day on which the wages closed in the month of `closed` are paid.
    fn paid(self, closed: CivilDate) -> CivilDate {
        let first = closed.plus_days(1 - i32::from(closed.day()));
        let month = first.plus_months(i32::from(self.pay_month_offset));
        business_day_before(self.pay_day.in_month_of(month))
    }
}

impl PayDay {
    fn in_month_of(self, month: CivilDate) -> CivilDate {
        let last = month.last_of_month();
        let over = i32::from(last.day()) - i32::from(self.0.max(1));
        last.plus_days(-over.max(0))
    }
}

/// `day`, or the last day before it that is neither a weekend nor in 31 December to 3 January.
fn business_day_before(mut day: CivilDate) -> CivilDate {
    while day.is_weekend() || matches!((day.month(), day.day()), (12, 31) | (1, 1..=3)) {
        day = day.plus_days(-1);
    }
    day
}

fn next_month(day: CivilDate) -> CivilDate {
    day.last_of_month().plus_days(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    fn rule(closing: u8, offset: u8, pay: u8) -> PayRule {
        PayRule { closing_day: PayDay(closing), pay_month_offset: offset, pay_day: PayDay(pay) }
    }

    #[test]
    fn a_pay_day_on_a_weekend_is_brought_forward() {
        let monthly = rule(31, 1, 25);
        assert_eq!(monthly.paid_for(day("2026-02-28")), day("2026-03-25"));
        assert_eq!(monthly.paid_for(day("2026-06-30")), day("2026-07-24"));
        assert_eq!(monthly.paid_for(day("2026-12-31")), day("2027-01-25"));
    }

    #[test]
    fn a_pay_day_at_new_year_falls_into_the_old_year() {
        assert_eq!(rule(31, 1, 1).paid_for(day("2026-12-10")), day("2026-12-30"));
        assert_eq!(rule(31, 0, 31).paid_for(day("2026-12-10")), day("2026-12-30"));
        assert_eq!(rule(31, 1, 3).paid_for(day("2027-12-10")), day("2027-12-30"));
    }

    #[test]
    fn work_after_the_closing_day_is_paid_a_month_later() {
        let rule = rule(20, 1, 10);
        assert_eq!(rule.paid_for(day("2026-04-20")), day("2026-05-08"));
        assert_eq!(rule.paid_for(day("2026-04-21")), day("2026-06-10"));
    }

    #[test]
    fn the_first_pay_day_of_a_year_depends_on_the_hire_date() {
        let next_month = rule(31, 1, 25);
        assert_eq!(next_month.first_in(2026, None), Some(day("2026-01-23")));
        assert_eq!(next_month.first_in(2026, Some(day("2026-04-01"))), Some(day("2026-05-25")));
        assert_eq!(next_month.first_in(2026, Some(day("2026-12-01"))), None);
        let same_month = rule(15, 0, 25);
        assert_eq!(same_month.first_in(2026, Some(day("2026-04-01"))), Some(day("2026-04-24")));
    }

    proptest! {
        #[test]
        fn pay_days_are_business_days_and_never_go_back_with_the_work(
            days in 0i32..47_000,
            closing in 1u8..=31,
            offset in 0u8..=2,
            pay in 1u8..=31,
        ) {
            let rule = rule(closing, offset, pay);
            let worked = day("1970-01-01").plus_days(days);
            let paid = rule.paid_for(worked);
            prop_assert!(!paid.is_weekend());
            prop_assert!(!matches!((paid.month(), paid.day()), (12, 31) | (1, 1..=3)));
            prop_assert!(paid <= rule.paid_for(worked.plus_days(1)));
        }
    }
}
