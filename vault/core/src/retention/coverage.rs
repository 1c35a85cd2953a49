//! Enrolment in an insurance scheme, as facts say it or as employment implies it.

use super::SetBy;
use super::employment::{Employment, Stint};
use super::fact::{Fact, FactKind, Scheme};
use crate::person::{PersonKind, TaxColumn};
use crate::time::CivilDate;

/// From enrolment to the day the loss was finished (完結の日).
#[derive(Clone, Copy)]
pub(super) struct Coverage {
    pub(super) from: Option<CivilDate>,
    pub(super) finished: Option<Finished>,
}

/// The end of a coverage.
#[derive(Clone, Copy)]
pub(super) struct Finished {
    pub(super) on: CivilDate,
    /// Derived from the end of the employment.
    pub(super) estimated: bool,
    pub(super) set_by: SetBy,
}

/// The coverages of `employment` in `scheme`, oldest first.
///
/// Employees are taken to be enrolled while employed, officers in health and pension only; those in
/// the 乙欄 and part-timers only where a fact says so. The end of the employment ends the coverage
/// unless a fact about the loss says it was finished on another day.
pub(super) fn coverages(employment: &Employment<'_>, scheme: Scheme) -> Vec<Coverage> {
    let mut coverages = Vec::new();
    for (at, stint) in employment.stints.iter().enumerate() {
        let next = employment.stints.get(at + 1).and_then(|next| next.start);
        let here = |fact: &&&Fact| {
            (at == 0 || stint.start.is_none_or(|start| start <= fact.on))
                && next.is_none_or(|next| fact.on < next)
        };
        let facts: Vec<&Fact> = employment.facts.iter().filter(here).copied().collect();
        coverages.extend(in_stint(employment, stint, &facts, scheme));
    }
    coverages
}

fn in_stint(
    employment: &Employment<'_>,
    stint: &Stint,
    facts: &[&Fact],
    of: Scheme,
) -> Vec<Coverage> {
    let mut found = Vec::new();
    if implied(employment, of) {
        found.push(Coverage { from: stint.start, finished: None });
    }
    for fact in facts {
        match fact.kind {
            FactKind::InsuranceEnrolled { scheme } if scheme == of => enrol(&mut found, fact.on),
            FactKind::InsuranceLost { scheme, finished_on } if scheme == of => {
                let on = finished_on.unwrap_or(fact.on);
                let finished = Finished { on, estimated: false, set_by: fact.setter() };
                if let Some(last) = found.last_mut() {
                    last.finished = Some(finished);
                }
            }
            _ => {}
        }
    }
    if let (Some(last), Some(end)) = (found.last_mut(), stint.end) {
        let by_end = Finished { on: end.on, estimated: true, set_by: end.set_by };
        last.finished.get_or_insert(by_end);
    }
    found
}

fn enrol(found: &mut Vec<Coverage>, on: CivilDate) {
    match found.last_mut() {
        Some(last) if last.finished.is_none() => {}
        _ => found.push(Coverage { from: Some(on), finished: None }),
    }
}

fn implied(employment: &Employment<'_>, scheme: Scheme) -> bool {
    let relationship = employment.relationship;
    let insured = relationship.kind == PersonKind::Employee || scheme == Scheme::HealthPension;
    insured && relationship.tax_column != Some(TaxColumn::Otsu) && !relationship.part_time
}
