//! Holdings of dependants: they end with the dependence or with the employment, whichever is first,
//! and keep the employee's deadlines for the years in between.

use super::coverage::{Coverage, Finished, coverages};
use super::derive::{Deriving, Family};
use super::employment::{Employment, facts_of};
use super::fact::{Fact, FactKind, FamilyWork, Scheme};
use super::period::{slip_deadline, year_end, year_start};
use super::slips::{Last, Part, Years, closings, parts, within};
use super::staff::{finished, is_salary};
use super::{Rule, SetBy, Span, TodoKind};
use crate::person::Person;
use crate::purpose::Bundle;
use crate::time::CivilDate;

/// Since when and until when someone counts as family for one work.
struct Dependence {
    from: Option<CivilDate>,
    ended: Option<Ended>,
}

/// The end of a dependence: the day itself, and the day its filing was finished.
#[derive(Clone, Copy)]
struct Ended {
    on: CivilDate,
    finished: CivilDate,
    set_by: SetBy,
}

impl<'a> Deriving<'a> {
    pub(super) fn dependant(&mut self, of: &Family<'a>) {
        let bundles = self.bundles.clone();
        let employee = self.relationship.of.and_then(of);
        let employments = employee.map(|person| self.employments(person)).unwrap_or_default();
        if employments.is_empty() {
            self.ask(TodoKind::FamilyOfNobody, None);
        }
        let facts = facts_of(self.person, self.relationship);
        for bundle in bundles {
            self.matters(&facts, bundle);
            match bundle {
                Bundle::Declarations => self.declared_family(&facts, &employments),
                Bundle::Withholding => self.family_on_slips(&facts, &employments),
                Bundle::HealthFamily | Bundle::HealthPension => {
                    self.insured_family(&facts, &employments, bundle, FamilyWork::Health);
                }
                Bundle::PensionCat3 => {
                    self.insured_family(&facts, &employments, bundle, FamilyWork::Cat3);
                }
                Bundle::DeathBenefit
                | Bundle::Dividends
                | Bundle::Fees
                | Bundle::LabourInsurance
                | Bundle::OtherTax
                | Bundle::PayerOwn
                | Bundle::Rents
                | Bundle::Stock => {}
            }
        }
    }

    fn employments(&self, employee: &'a Person) -> Vec<Employment<'a>> {
        let staff = employee.relationships.iter().filter(|held| held.kind.is_staff());
        staff.map(|held| Employment::of(employee, held, self.settings)).collect()
    }

    /// R1: the deadlines of the employee's declarations in the years of the dependence.
    fn declared_family(&mut self, facts: &[&Fact], employments: &[Employment<'_>]) {
        let dependence = Dependence::of(facts, FamilyWork::Tax, self.relationship.started_on);
        let first = dependence.from.map(CivilDate::year);
        let span = Span { from: first.map(year_start), until: None };
        let Some((on, set_by)) = dependence.end(employments) else {
            self.hold(Bundle::Declarations, Some(Rule::R1), Part::open(span.from));
            for employment in employments {
                if let Some((from, _)) = employment.ledger(first, None) {
                    self.rely_on_ledger(from, None);
                }
            }
            return;
        };
        let mut part = Part::until(Span { until: Some(on), ..span }, on, true, Some(set_by));
        for employment in employments {
            let last = dependence.last_year(employment).unwrap_or(on.year());
            let Some((year, declaration)) = employment.last_declaration(first, last) else {
                continue;
            };
            let use_until = slip_deadline(year).max(on);
            let suffices = employment.paper_suffices(first, year);
            let keep_until = if suffices { use_until } else { declaration.keep_until };
            part = Part {
                span: Span { until: Some(year_end(year)), ..span },
                use_until: part.use_until.max(Some(use_until)),
                keep_until: part.keep_until.max(Some(keep_until.max(use_until))),
                estimated: declaration.estimated,
                set_by: Some(set_by),
            };
            if let Some((from, keep_until)) = employment.ledger(first, Some(last)) {
                self.rely_on_ledger(from, Some((keep_until, set_by)));
            }
        }
        self.hold(Bundle::Declarations, Some(Rule::R1), part);
    }

    /// R6: the employee's slips of the years of the dependence.
    fn family_on_slips(&mut self, facts: &[&Fact], employments: &[Employment<'_>]) {
        let dependence = Dependence::of(facts, FamilyWork::Tax, self.relationship.started_on);
        let first = dependence.from.map(CivilDate::year);
        if employments.is_empty() {
            let open = Part::open(first.map(year_start));
            self.hold(Bundle::Withholding, Some(Rule::R6), open);
        }
        let ended = dependence.end(employments);
        for employment in employments {
            let closed = closings(&employment.facts, self.settings.r6_keep, is_salary);
            let last = ended.map(|(on, set_by)| Last {
                year: dependence.last_year(employment).unwrap_or(on.year()),
                on: Some(on),
                set_by: Some(set_by),
            });
            let own = last.map(|last| within(&closed, first, last.year));
            for part in parts(Years { first, last }, &own.unwrap_or(closed)) {
                self.hold(Bundle::Withholding, Some(Rule::R6), part);
            }
        }
    }

    /// R4: from the end of the dependence, or of the employee's own coverage.
    fn insured_family(
        &mut self,
        facts: &[&Fact],
        employments: &[Employment<'_>],
        bundle: Bundle,
        scope: FamilyWork,
    ) {
        let dependence = Dependence::of(facts, scope, self.relationship.started_on);
        let own = dependence.ended.map(|ended| Finished {
            on: ended.finished,
            estimated: false,
            set_by: ended.set_by,
        });
        let finish = own.or_else(|| end_of_coverage(employments));
        let coverage = Coverage { from: dependence.from, finished: finish };
        self.hold(bundle, Some(Rule::R4), finished(coverage, Rule::R4));
    }
}

impl Dependence {
    fn of(facts: &[&Fact], scope: FamilyWork, started_on: Option<CivilDate>) -> Self {
        let mut dependence = Self { from: started_on, ended: None };
        for fact in facts {
            match &fact.kind {
                FactKind::DependantAdded { scope: added } if added.contains(&scope) => {
                    dependence.from = dependence.from.or(Some(fact.on));
                    dependence.ended = None;
                }
                FactKind::DependantRemoved { scope: removed, finished_on, .. }
                    if removed.contains(&scope) =>
                {
                    dependence.end_by(fact, *finished_on);
                }
                FactKind::InsuranceLost { scheme: Scheme::HealthPension, finished_on }
                    if scope == FamilyWork::Health =>
                {
                    dependence.end_by(fact, *finished_on);
                }
                _ => {}
            }
        }
        dependence
    }

    /// Two facts about one end: the later one counts.
    fn end_by(&mut self, fact: &Fact, finished_on: Option<CivilDate>) {
        let finished = finished_on.unwrap_or(fact.on);
        if self.ended.is_none_or(|ended| ended.finished <= finished) {
            self.ended = Some(Ended { on: fact.on, finished, set_by: fact.setter() });
        }
    }

    /// When it ended and by which fact: its own, or the end of every employment it rests on.
    fn end(&self, employments: &[Employment<'_>]) -> Option<(CivilDate, SetBy)> {
        let by_employment = || {
            let ends: Option<Vec<_>> = employments.iter().map(Employment::end).collect();
            ends?.into_iter().max_by_key(|end| end.on).map(|end| (end.on, end.set_by))
        };
        self.ended.map(|ended| (ended.on, ended.set_by)).or_else(by_employment)
    }

    /// The last tax year in which it touched `employment`; none while both go on.
    fn last_year(&self, employment: &Employment<'_>) -> Option<i16> {
        let own = self.ended.map(|ended| ended.on.year());
        match (own, employment.last_year()) {
            (Some(own), Some(paid)) => Some(own.min(paid)),
            (own, paid) => own.or(paid),
        }
    }
}

/// The end of the employee's health coverage or, without any, of the employment.
fn end_of_coverage(employments: &[Employment<'_>]) -> Option<Finished> {
    let covered = employments.iter().flat_map(|held| coverages(held, Scheme::HealthPension));
    let covered: Vec<_> = covered.map(|coverage| coverage.finished).collect();
    let by_end = |held: &Employment<'_>| {
        held.end().map(|end| Finished { on: end.on, estimated: true, set_by: end.set_by })
    };
    let ends: Vec<_> =
        if covered.is_empty() { employments.iter().map(by_end).collect() } else { covered };
    let ends: Option<Vec<_>> = ends.into_iter().collect();
    ends?.into_iter().max_by_key(|finished| finished.on)
}
