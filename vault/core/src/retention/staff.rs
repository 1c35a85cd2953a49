//! Holdings of employees and officers.

use super::coverage::{Coverage, coverages};
use super::derive::Deriving;
use super::employment::{Employment, Stint};
use super::fact::{Fact, FactKind, Scheme};
use super::period::{declaration_keep_until, last_day, slip_deadline, year_end, year_start};
use super::slips::{Last, Part, Years, closings, parts, unfiled, within};
use super::{Rule, SetBy, Settings, Span, TodoKind};
use crate::person::TaxColumn;
use crate::purpose::{Bundle, Purpose};
use crate::time::CivilDate;

impl Deriving<'_> {
    pub(super) fn staff(&mut self) {
        let (person, relationship, settings) = (self.person, self.relationship, self.settings);
        let employment = Employment::of(person, relationship, settings);
        for bundle in self.bundles.clone() {
            match bundle {
                Bundle::Declarations => self.declarations(&employment),
                Bundle::Withholding => self.withholding(&employment),
                Bundle::HealthPension => {
                    self.insured(&employment, bundle, Scheme::HealthPension, Rule::R4);
                }
                Bundle::LabourInsurance => {
                    self.insured(&employment, bundle, Scheme::Labour, Rule::R5);
                    self.accidents(&employment);
                }
                Bundle::OtherTax | Bundle::Stock => self.occasional(&employment, bundle),
                Bundle::DeathBenefit
                | Bundle::Dividends
                | Bundle::Fees
                | Bundle::HealthFamily
                | Bundle::PayerOwn
                | Bundle::PensionCat3
                | Bundle::Rents => {}
            }
            self.matters(&employment.facts, bundle);
        }
    }

    fn declarations(&mut self, employment: &Employment<'_>) {
        let last = employment.stints.len().saturating_sub(1);
        for (at, stint) in employment.stints.iter().enumerate() {
            let beyond = if at == last { employment.last_year() } else { None };
            if let Some(part) = self.declared(employment, stint, beyond) {
                self.hold(Bundle::Declarations, Some(Rule::R1), part);
            }
        }
        self.ledger(employment);
        self.retirement(employment);
        self.ask_about_declarations(employment);
    }

    /// R1 of one stint: open while it is, then to the end of its last declaration's period.
    fn declared(
        &self,
        employment: &Employment<'_>,
        stint: &Stint,
        beyond: Option<i16>,
    ) -> Option<Part> {
        let first = stint.first_year(self.settings);
        let span = Span { from: first.map(year_start), until: None };
        let Some(end) = stint.end else {
            let otsu = employment.declared_years().is_empty()
                && employment.relationship.tax_column == Some(TaxColumn::Otsu);
            return (!otsu).then(|| Part::open(span.from));
        };
        let last = beyond.unwrap_or(end.last_paid_on.year());
        let (year, declaration) = employment.last_declaration(first, last)?;
        let use_until = slip_deadline(year).max(end.on);
        let keep_until = if employment.paper_suffices(first, year) {
            use_until
        } else {
            declaration.keep_until.max(use_until)
        };
        Some(Part {
            span: Span { until: Some(year_end(year)), ..span },
            use_until: Some(use_until),
            keep_until: Some(keep_until),
            estimated: declaration.estimated,
            set_by: Some(end.set_by),
        })
    }

    fn ledger(&mut self, employment: &Employment<'_>) {
        if let Some((from, keep_until)) = employment.ledger(None, None) {
            let set_by = employment.end().map(|end| end.set_by);
            self.rely_on_ledger(from, set_by.map(|set_by| (keep_until, set_by)));
        }
    }

    /// R2: the ledger lives as long as the last declaration that relied on it, and is read meanwhile.
    pub(super) fn rely_on_ledger(&mut self, from: i16, ended: Option<(CivilDate, SetBy)>) {
        let from = Some(year_start(from));
        let part = ended.map_or(Part::open(from), |(last, set_by)| {
            Part::until(Span { from, until: Some(last) }, last, false, Some(set_by))
        });
        self.hold(Bundle::Declarations, Some(Rule::R2), part);
    }

    /// R3: the declaration on retirement income, 7 years or, with a pension lump sum, 10.
    fn retirement(&mut self, employment: &Employment<'_>) {
        let mut paid = false;
        for fact in &employment.facts {
            let FactKind::RetirementAllowancePaid { declaration_deadline, pension_lump_sum } =
                fact.kind
            else {
                continue;
            };
            paid = true;
            let years = if pension_lump_sum { 10 } else { 7 };
            let part = Part {
                span: Span { from: None, until: Some(year_end(fact.on.year())) },
                use_until: Some(slip_deadline(fact.on.year())),
                keep_until: Some(declaration_keep_until(declaration_deadline, years)),
                estimated: false,
                set_by: Some(fact.setter()),
            };
            self.hold(Bundle::Declarations, Some(Rule::R3), part);
        }
        if !paid {
            self.hold(Bundle::Declarations, Some(Rule::R3), while_retiring(employment));
        }
    }

    fn ask_about_declarations(&mut self, employment: &Employment<'_>) {
        for year in employment.declared_years() {
            if employment.declaration(year).is_some_and(|declaration| declaration.without_pay) {
                self.ask(TodoKind::DeclarationWithoutPay { tax_year: year }, None);
            }
        }
    }

    fn withholding(&mut self, employment: &Employment<'_>) {
        let closed = closings(&employment.facts, self.settings.r6_keep, is_salary);
        let known_since = self.person.created_at.tokyo_date().year();
        let newest = employment.stints.len().saturating_sub(1);
        for (at, stint) in employment.stints.iter().enumerate() {
            let years = paid_years(stint, self.settings);
            let own = match years.last {
                Some(last) if at < newest => within(&closed, years.first, last.year),
                _ => closed.clone(),
            };
            for part in parts(years, &own) {
                self.hold(Bundle::Withholding, Some(Rule::R6), part);
            }
            if let Some((tax_year, from)) = unfiled(years, &own, known_since) {
                self.ask(TodoKind::NotFiled { tax_year }, Some(from));
            }
        }
        self.retirement_slip(employment);
    }

    fn retirement_slip(&mut self, employment: &Employment<'_>) {
        let is_slip = |purpose| purpose == Purpose::RetirementSlip;
        let closed = closings(&employment.facts, self.settings.r6_keep, is_slip);
        let is_paid = |kind: &FactKind| matches!(kind, FactKind::RetirementAllowancePaid { .. });
        let paid: Vec<_> =
            employment.facts.iter().filter(|fact| is_paid(&fact.kind)).copied().collect();
        for fact in &paid {
            let year = fact.on.year();
            let last = Some(Last { year, on: Some(fact.on), set_by: Some(fact.setter()) });
            let mut own = closed.clone();
            own.retain(|closed, _| *closed == year);
            for part in parts(Years { first: Some(year), last }, &own) {
                self.hold_retirement(part);
            }
        }
        if paid.is_empty() {
            self.hold_retirement(while_retiring(employment));
        }
    }

    fn insured(&mut self, employment: &Employment<'_>, bundle: Bundle, of: Scheme, rule: Rule) {
        for coverage in coverages(employment, of) {
            self.hold(bundle, Some(rule), finished(coverage, rule));
        }
    }

    /// R7: every employee may have an accident; without one nothing is kept after the end.
    fn accidents(&mut self, employment: &Employment<'_>) {
        for stint in &employment.stints {
            let part = stint.end.map_or(Part::open(stint.start), |end| {
                let span = Span { from: stint.start, until: Some(end.on) };
                Part::until(span, end.on, true, Some(end.set_by))
            });
            self.hold(Bundle::LabourInsurance, Some(Rule::R7), part);
        }
    }

    /// Reports that come up now and then: open while employed, then until they are due or filed.
    fn occasional(&mut self, employment: &Employment<'_>, bundle: Bundle) {
        let of_bundle = |purpose| bundle.purposes().contains(&purpose);
        let closed = closings(&employment.facts, self.settings.r6_keep, of_bundle);
        let first = employment.stints.first().and_then(|stint| stint.first_year(self.settings));
        let last = employment.end().map(|end| Last {
            year: end.on.year(),
            on: Some(end.on),
            set_by: Some(end.set_by),
        });
        for mut part in parts(Years { first, last }, &closed) {
            if let (true, Some(last)) = (part.estimated, last) {
                let due = slip_deadline(last.year);
                part = Part::until(part.span, due, true, last.set_by);
            }
            self.hold(bundle, Some(Rule::R6), part);
        }
    }

    /// Single matters: open until finished, then the period of their rule.
    pub(super) fn matters(&mut self, facts: &[&Fact], bundle: Bundle) {
        for purpose in bundle.purposes() {
            let Some(rule) = purpose.rule() else { continue };
            let mut opened = None;
            for fact in facts {
                match &fact.kind {
                    FactKind::MatterOpened { purpose: of } if of == purpose => {
                        opened = opened.or(Some(fact.on));
                    }
                    FactKind::MatterFinished { purpose: of } if of == purpose => {
                        let last = last_day(fact.on, rule.years());
                        let span = Span { from: opened.take(), until: Some(last) };
                        let part = Part::until(span, last, false, Some(fact.setter()));
                        self.hold(bundle, Some(rule), part);
                    }
                    _ => {}
                }
            }
            if opened.is_some() {
                self.hold(bundle, Some(rule), Part::open(opened));
            }
        }
    }
}

/// A coverage and, once it is finished, the period of its documents: claims come in until then.
pub(super) fn finished(coverage: Coverage, rule: Rule) -> Part {
    match coverage.finished {
        None => Part::open(coverage.from),
        Some(end) => {
            let last = last_day(end.on, rule.years());
            let span = Span { from: coverage.from, until: Some(last) };
            Part::until(span, last, end.estimated, Some(end.set_by))
        }
    }
}

fn paid_years(stint: &Stint, settings: &Settings) -> Years {
    let last = stint.end.map(|end| Last {
        year: end.last_paid_on.year(),
        on: Some(end.on),
        set_by: Some(end.set_by),
    });
    Years { first: stint.first_year(settings), last }
}

/// Open while employed, then to the end of the next month: a retirement slip is due within one, and
/// nobody has recorded that an allowance was paid.
fn while_retiring(employment: &Employment<'_>) -> Part {
    let start = employment.stints.first().and_then(|stint| stint.start);
    employment.end().map_or(Part::open(start), |end| {
        let last: CivilDate = end.on.last_of_month().plus_days(1).last_of_month();
        let span = Span { from: start, until: Some(last) };
        Part::until(span, last, true, Some(end.set_by))
    })
}

/// The slips that are filed for salaries; either closes the year.
pub(super) fn is_salary(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::WithholdingSlip | Purpose::SalaryPaymentReport)
}
