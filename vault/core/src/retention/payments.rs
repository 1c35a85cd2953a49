//! Holdings of those who are paid without being staff: contracts, single payments, heirs.

use super::derive::Deriving;
use super::employment::facts_of;
use super::fact::{Fact, FactKind};
use super::period::year_start;
use super::slips::{Closing, Last, Part, Years, closings, parts, unfiled};
use super::{Rule, SetBy, Span, TodoKind};
use crate::person::{PersonKind, Relationship};
use crate::purpose::Bundle;
use crate::time::CivilDate;

impl Deriving<'_> {
    pub(super) fn counterparty(&mut self) {
        let facts = facts_of(self.person, self.relationship);
        let bundles = self.bundles.clone();
        let years = years(self.relationship, &facts);
        for bundle in &bundles {
            self.reports(*bundle, years, &facts);
        }
        if !bundles.is_empty() {
            self.ask_about_payments(years, &facts);
        }
    }

    fn reports(&mut self, bundle: Bundle, years: Years, facts: &[&Fact]) {
        let of_bundle = |purpose| bundle.purposes().contains(&purpose);
        let mut closings = closings(facts, self.settings.r6_keep, of_bundle);
        closings.retain(|year, closing| !facts.iter().any(|fact| reopens(fact, *year, *closing)));
        for part in parts(years, &closings) {
            self.hold(bundle, Some(Rule::R6), part);
        }
        let known_since = self.person.created_at.tokyo_date().year();
        if (years.last.is_some() || years.first.is_some())
            && let Some((tax_year, from)) = unfiled(years, &closings, known_since)
        {
            self.ask(TodoKind::NotFiled { tax_year }, Some(from));
        }
    }

    fn ask_about_payments(&mut self, years: Years, facts: &[&Fact]) {
        let last = reported_years(facts).max();
        if years.last.is_some() {
            return;
        }
        if let Some(tax_year) = last {
            let asked_from = year_start(tax_year + 2);
            self.ask(TodoKind::NoPaymentSince { tax_year }, Some(asked_from));
        } else if years.first.is_none() {
            self.ask(TodoKind::NoPaymentKnown, None);
        }
    }
}

/// The days of a contract, held until its end.
pub(super) fn contract(relationship: &Relationship, facts: &[&Fact]) -> Part {
    let from = began(relationship, facts);
    match ended(facts) {
        Some((on, set_by)) => Part::until(Span { from, until: Some(on) }, on, false, Some(set_by)),
        None => Part::open(from),
    }
}

/// The years with something to report.
///
/// A contract (one that a date or fact says began or ended) goes on until its end, whatever was paid;
/// without one there are only the years of the recorded payments. If neither is known, the years are
/// open: the number was asked for because a payment was foreseen.
fn years(relationship: &Relationship, facts: &[&Fact]) -> Years {
    let began = began(relationship, facts).map(CivilDate::year);
    let reported = reported_years(facts);
    let (first, newest) = reported.fold((began, None), |(first, last), year| {
        (Some(first.map_or(year, |first: i16| first.min(year))), last.max(Some(year)))
    });
    let is_contract =
        relationship.kind != PersonKind::Heir && (began.is_some() || ended(facts).is_some());
    let last = match ended(facts) {
        Some((on, set_by)) => {
            let year = newest.map_or(on.year(), |newest| newest.max(on.year()));
            Some(Last { year, on: Some(on), set_by: Some(set_by) })
        }
        None if is_contract => None,
        None => newest.or(began).map(|year| Last { year, on: None, set_by: newest_setter(facts) }),
    };
    Years { first, last }
}

fn began(relationship: &Relationship, facts: &[&Fact]) -> Option<CivilDate> {
    let started = facts.iter().filter(|fact| matches!(fact.kind, FactKind::ContractStarted {}));
    started.map(|fact| fact.on).chain(relationship.started_on).min()
}

/// The end of the last contract, unless another began after it.
fn ended(facts: &[&Fact]) -> Option<(CivilDate, SetBy)> {
    let mut end = None;
    for fact in facts {
        match fact.kind {
            FactKind::ContractStarted {} => end = None,
            FactKind::ContractEnded {} => end = Some((fact.on, fact.setter())),
            _ => {}
        }
    }
    end
}

/// The tax years of payments, filings, and years without anything to file.
fn reported_years(facts: &[&Fact]) -> impl Iterator<Item = i16> {
    facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::PaymentMade { tax_year } => Some(tax_year.unwrap_or(fact.on.year())),
        FactKind::DocumentFiled { tax_year, .. } | FactKind::NoFilingRequired { tax_year, .. } => {
            Some(*tax_year)
        }
        _ => None,
    })
}

/// A payment after its year was closed has to be reported again.
fn reopens(fact: &Fact, year: i16, closing: Closing) -> bool {
    match fact.kind {
        FactKind::PaymentMade { tax_year } => {
            tax_year.unwrap_or(fact.on.year()) == year && closing.on < fact.on
        }
        _ => false,
    }
}

fn newest_setter(facts: &[&Fact]) -> Option<SetBy> {
    facts
        .iter()
        .rev()
        .find(|fact| reported_years(&[fact]).next().is_some())
        .map(|fact| fact.setter())
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use crate::person::{Person, PersonKind};
    use crate::purpose::{Bundle, Purpose};
    use crate::retention::fixture::{day, deletable, derive, person};
    use crate::retention::{FactKind, TodoKind};
    use crate::time::CivilDate;

    const FEES: &[Bundle] = &[Bundle::Fees];

    fn payee() -> Person {
        person(1).with(PersonKind::Payee, None)
    }

    fn paid(person: Person, on: &str) -> Person {
        person.fact(on, FactKind::PaymentMade { tax_year: None })
    }

    fn not_required(person: Person, on: &str, tax_year: i16) -> Person {
        let reason = "年間支払額5万円以下".to_owned();
        person.fact(on, FactKind::NoFilingRequired { tax_year, reason })
    }

    #[test]
    fn a_payee_of_whom_nothing_is_known_is_asked_about() {
        let holdings = derive(&payee(), FEES);
        assert_eq!(holdings.due(), None);
        let asked: Vec<_> = holdings.todo(day("2026-11-21")).map(|todo| todo.kind).collect();
        assert_eq!(asked, [TodoKind::NoPaymentKnown]);
    }

    #[test]
    fn a_contract_without_payment_for_a_year_is_asked_about() {
        let payee = paid(payee().fact("2024-01-10", FactKind::ContractStarted {}), "2024-05-31");
        let holdings = derive(&payee, FEES);
        let asked = |on: &str| {
            let since = TodoKind::NoPaymentSince { tax_year: 2024 };
            holdings.todo(day(on)).any(|todo| todo.kind == since)
        };
        assert!(!asked("2025-12-31") && asked("2026-01-01"));
        assert_eq!(holdings.due(), None);
    }

    #[test]
    fn a_payment_that_nobody_filed_is_kept_to_the_cap_of_its_year() {
        let holdings = derive(&paid(payee(), "2026-05-20"), FEES);
        assert_eq!(deletable(&holdings), Some(day("2034-01-01")));
        assert!(holdings.items[0].estimated);
    }

    #[test]
    fn a_payment_after_the_year_was_closed_reopens_it() {
        let below = not_required(paid(payee(), "2026-02-10"), "2026-06-30", 2026);
        assert_eq!(deletable(&derive(&below, FEES)), Some(day("2026-07-01")));
        let again = paid(below, "2026-10-20");
        assert_eq!(deletable(&derive(&again, FEES)), Some(day("2034-01-01")));
    }

    #[test]
    fn a_report_of_another_bundle_closes_nothing() {
        let landlord = person(1)
            .with(PersonKind::Landlord, Some("2024-04-01"))
            .filed("2027-01-29", Purpose::FeePaymentReport, 2026)
            .fact("2026-12-31", FactKind::ContractEnded {});
        assert_eq!(deletable(&derive(&landlord, &[Bundle::Rents])), Some(day("2034-01-01")));
    }

    fn any_fact() -> impl Strategy<Value = (CivilDate, FactKind)> {
        let purpose = Purpose::FeePaymentReport;
        (0i32..47_480, 0u8..5).prop_map(move |(days, which)| {
            let on = day("1970-01-01").plus_days(days);
            let tax_year = on.year() - 1;
            let kind = match which {
                0 => FactKind::ContractStarted {},
                1 => FactKind::ContractEnded {},
                2 => FactKind::PaymentMade { tax_year: None },
                3 => FactKind::NoFilingRequired { tax_year, reason: String::new() },
                _ => FactKind::DocumentFiled { purpose, tax_year, destination: String::new() },
            };
            (on, kind)
        })
    }

    proptest! {
        #[test]
        fn nothing_goes_before_a_payment_a_filing_or_the_end_of_a_contract(
            facts in vec(any_fact(), 1..8),
        ) {
            let with = |person: Person, (on, kind): &(CivilDate, FactKind)| {
                person.fact(&on.to_string(), kind.clone())
            };
            let holdings = derive(&facts.iter().fold(payee(), with), FEES);
            let open = holdings.items.iter().any(|item| item.keep_until.is_none());
            prop_assert_eq!(open, holdings.due().is_none());
            let newest = facts.iter().max_by_key(|(on, _)| *on);
            if matches!(newest, Some((_, FactKind::ContractStarted {}))) {
                prop_assert!(open);
            }
            if let Some(due) = deletable(&holdings) {
                for (on, kind) in &facts {
                    let begins = matches!(kind, FactKind::ContractStarted {});
                    prop_assert!(begins || *on < due, "{} {} {}", kind.code(), on, due);
                }
            }
        }
    }
}
