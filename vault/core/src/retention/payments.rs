//! Holdings of those who are paid without being staff: contracts, single payments, heirs.

use super::derive::Deriving;
use super::employment::facts_of;
use super::fact::{Fact, FactKind};
use super::slips::{Last, Part, Years, closings, parts, unfiled};
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
        let closings = closings(facts, self.settings.r6_keep, of_bundle);
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
        match (years.last, last) {
            (Some(_), _) => {}
            (None, Some(tax_year)) => {
                let asked_from = super::period::year_start(tax_year + 2);
                self.ask(TodoKind::NoPaymentSince { tax_year }, Some(asked_from));
            }
            (None, None) if years.first.is_none() => self.ask(TodoKind::NoPaymentKnown, None),
            (None, None) => {}
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

fn newest_setter(facts: &[&Fact]) -> Option<SetBy> {
    facts
        .iter()
        .rev()
        .find(|fact| reported_years(&[fact]).next().is_some())
        .map(|fact| fact.setter())
}
