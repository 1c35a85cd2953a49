//! An employment as facts and pay rule describe it: when, paid until when, with which declarations.

use std::collections::BTreeSet;

use super::fact::{Fact, FactKind, Medium};
use super::period::declaration_keep_until;
use super::{AfterLastUse, SetBy, Settings};
use crate::person::{Person, Relationship, TaxColumn};
use crate::time::CivilDate;

/// One employment or office of one person, through all its stints.
pub(super) struct Employment<'a> {
    pub(super) relationship: &'a Relationship,
    pub(super) facts: Vec<&'a Fact>,
    /// In the order of time; never empty, and only the last may be open.
    pub(super) stints: Vec<Stint>,
    settings: &'a Settings,
}

/// From one beginning to its end.
pub(super) struct Stint {
    pub(super) start: Option<CivilDate>,
    pub(super) end: Option<End>,
}

/// The end of a stint.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) on: CivilDate,
    pub(super) last_paid_on: CivilDate,
    /// Whether a fact names the last pay day.
    documented: bool,
    pub(super) set_by: SetBy,
}

/// A declaration of one tax year.
pub(super) struct Declaration {
    pub(super) deadline: CivilDate,
    pub(super) keep_until: CivilDate,
    pub(super) estimated: bool,
    pub(super) medium: Option<Medium>,
    /// It came in, but no pay day of its year is known.
    pub(super) without_pay: bool,
}

/// Whether a declaration came in.
enum Received {
    By(Medium),
    No,
    Void,
}

impl Fact {
    pub(super) fn setter(&self) -> SetBy {
        SetBy { fact: self.id, author: self.author }
    }
}

/// The facts of `relationship` that count, in the order of their days.
pub(super) fn facts_of<'a>(person: &'a Person, relationship: &Relationship) -> Vec<&'a Fact> {
    let counting = person.facts.iter().filter(|fact| fact.counts());
    let mut facts: Vec<_> = counting.filter(|fact| fact.relationship == relationship.id).collect();
    facts.sort_by_key(|fact| (fact.on, fact.recorded_at, fact.id));
    facts
}

impl<'a> Employment<'a> {
    pub(super) fn of(
        person: &'a Person,
        relationship: &'a Relationship,
        settings: &'a Settings,
    ) -> Self {
        let facts = facts_of(person, relationship);
        let mut stints = vec![Stint { start: relationship.started_on, end: None }];
        for fact in &facts {
            follow(&mut stints, fact, settings);
        }
        Self { relationship, facts, stints, settings }
    }

    /// The end of the last stint; none while the employment goes on.
    pub(super) fn end(&self) -> Option<End> {
        self.stints.last().and_then(|stint| stint.end)
    }

    /// The last tax year with a pay day or, beyond it, a declaration that came in; none while open.
    pub(super) fn last_year(&self) -> Option<i16> {
        let paid = self.end()?.last_paid_on.year();
        let declared = self.declared_years().into_iter().rev();
        declared
            .take_while(|year| *year > paid)
            .find(|year| self.declaration(*year).is_some())
            .or(Some(paid))
    }

    /// The tax years for which a declaration came in.
    pub(super) fn declared_years(&self) -> BTreeSet<i16> {
        let year = |fact: &&Fact| match fact.kind {
            FactKind::DeclarationReceived { tax_year, .. } => Some(tax_year),
            _ => None,
        };
        self.facts.iter().filter_map(year).collect()
    }

    /// The declaration of `year`: in the 甲欄 one for each year with a pay day, else only those that
    /// came in. Void if voided, or if the documented last pay day leaves its year without pay.
    ///
    /// Its deadline is the day before the first pay day of the year. Source: 所得税法 194条.
    pub(super) fn declaration(&self, year: i16) -> Option<Declaration> {
        let medium = match self.received(year) {
            Received::Void => return None,
            Received::No if self.relationship.tax_column == Some(TaxColumn::Otsu) => return None,
            Received::No => None,
            Received::By(medium) => Some(medium),
        };
        let pay = self.first_pay(year);
        let assumed = medium.and_then(|_| self.assumed_pay(year));
        let deadline = pay.or(assumed)?.plus_days(-1);
        Some(Declaration {
            deadline,
            keep_until: declaration_keep_until(deadline, 7),
            estimated: medium.is_none() || pay.is_none(),
            medium,
            without_pay: pay.is_none(),
        })
    }

    /// The last declaration from `first` to `last`.
    pub(super) fn last_declaration(
        &self,
        first: Option<i16>,
        last: i16,
    ) -> Option<(i16, Declaration)> {
        let declared = self.declared_years().into_iter().next();
        let floor = declared.map_or(last - 10, |year| year.min(last - 10));
        let from = first.map_or(floor, |first| first.max(floor));
        (from..=last).rev().find_map(|year| Some((year, self.declaration(year)?)))
    }

    /// Whether the organisation lets the vault's copy go before the document, and each declaration
    /// that is still kept is known to show the number itself.
    pub(super) fn paper_suffices(&self, first: Option<i16>, last: i16) -> bool {
        let from = first.map_or(last - 8, |first| first.max(last - 8));
        let mut kept = (from..=last).filter_map(|year| self.declaration(year));
        self.settings.after_last_use == AfterLastUse::AsSoonAsUnneeded
            && kept.all(|declaration| declaration.medium == Some(Medium::PaperWithNumber))
    }

    /// The first year whose declaration relied on the ledger, and the last day of the last such one,
    /// among the years from `first` to `last`.
    pub(super) fn ledger(&self, first: Option<i16>, last: Option<i16>) -> Option<(i16, CivilDate)> {
        let within = |year: &i16| {
            first.is_none_or(|first| first <= *year) && last.is_none_or(|last| *year <= last)
        };
        let relying = |year| {
            let declaration = self.declaration(year)?;
            let relies = declaration.medium == Some(Medium::PaperByLedger);
            relies.then_some((year, declaration.keep_until))
        };
        let years = self.declared_years().into_iter().filter(within);
        years.filter_map(relying).reduce(|(first, _), (_, last)| (first, last))
    }

    /// The newest word on the declaration of `year`.
    fn received(&self, year: i16) -> Received {
        let said = self.facts.iter().rev().find_map(|fact| match fact.kind {
            FactKind::DeclarationReceived { tax_year, medium, .. } if tax_year == year => {
                Some(Received::By(medium))
            }
            FactKind::DeclarationVoided { tax_year } if tax_year == year => Some(Received::Void),
            _ => None,
        });
        said.unwrap_or(Received::No)
    }

    fn first_pay(&self, year: i16) -> Option<CivilDate> {
        let rule = self.settings.pay_rule;
        let first = |stint: &Stint| {
            let day = rule.first_in(year, stint.start)?;
            stint.end.is_none_or(|end| day <= end.last_paid_on).then_some(day)
        };
        self.stints.iter().filter_map(first).min()
    }

    /// The pay day to count from where a declaration came in for a year without a known pay day:
    /// only what a fact says makes it void.
    fn assumed_pay(&self, year: i16) -> Option<CivilDate> {
        let known = self.end().is_some_and(|end| end.documented && end.last_paid_on.year() < year);
        if known { None } else { self.settings.pay_rule.first_in(year, None) }
    }
}

impl Stint {
    /// The tax year of the first pay day; none if nobody knows the hire date.
    pub(super) fn first_year(&self, settings: &Settings) -> Option<i16> {
        self.start.map(|start| settings.pay_rule.paid_for(start).year())
    }
}

fn follow(stints: &mut Vec<Stint>, fact: &Fact, settings: &Settings) {
    let Some(last) = stints.last_mut() else { return };
    match &fact.kind {
        FactKind::EmploymentStarted {} if last.end.is_some() => {
            stints.push(Stint { start: Some(fact.on), end: None });
        }
        FactKind::EmploymentStarted {} => {
            last.start = Some(last.start.map_or(fact.on, |start| start.min(fact.on)));
        }
        FactKind::EmploymentEnded { last_paid_on, .. } => {
            let paid = last_paid_on.unwrap_or_else(|| settings.pay_rule.paid_for(fact.on));
            last.end = Some(End {
                on: fact.on,
                last_paid_on: paid,
                documented: last_paid_on.is_some(),
                set_by: fact.setter(),
            });
        }
        _ => {}
    }
}
