//! Which fact ended a relationship, so that its last day stands in one place.

use super::employment::facts_of;
use super::fact::{Fact, FactKind};
use crate::person::{Person, Relationship};

impl Person {
    /// The fact that ended `relationship` and was followed by no new beginning: its day is the last
    /// one, its kind has the reason. None while the relationship goes on.
    ///
    /// Family removed from one work goes on while another still holds the number.
    pub fn ended_by(&self, relationship: &Relationship) -> Option<&Fact> {
        let mut last = None;
        for fact in facts_of(self, relationship) {
            match &fact.kind {
                FactKind::ContractEnded {} | FactKind::EmploymentEnded { .. } => last = Some(fact),
                FactKind::DependantRemoved { .. } if !self.is_open(relationship) => {
                    last = Some(fact);
                }
                FactKind::ContractStarted {}
                | FactKind::DependantAdded { .. }
                | FactKind::EmploymentStarted {} => last = None,
                _ => {}
            }
        }
        last
    }

    fn is_open(&self, relationship: &Relationship) -> bool {
        let mut own =
            self.holdings.items.iter().filter(|item| item.relationship == relationship.id);
        own.any(|item| item.keep_until.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::PersonKind;
    use crate::purpose::Bundle;
    use crate::retention::fixture::{PAYROLL, day, derive_with, person, removed};
    use crate::retention::{FamilyWork, Settings};

    #[test]
    fn an_employment_ends_with_its_last_end_and_begins_anew() {
        let ended_on = |person: &Person| {
            let relationship = person.relationships.last().unwrap();
            person.ended_by(relationship).map(|fact| fact.on)
        };
        let employee = person(1).with(PersonKind::Employee, Some("2019-04-01"));
        assert_eq!(ended_on(&employee), None);
        let gone = employee.ended("2026-03-31").registered(PAYROLL);
        assert_eq!(ended_on(&gone), Some(day("2026-03-31")));
        let back = gone.fact("2027-05-01", FactKind::EmploymentStarted {});
        assert_eq!(ended_on(&back), None);
    }

    #[test]
    fn family_removed_from_one_work_goes_on_for_the_others() {
        let parent = person(1).with(PersonKind::Employee, Some("2019-04-01"));
        let bound = [Bundle::Declarations, Bundle::HealthFamily];
        let spouse = |works: &[FamilyWork]| {
            let mut spouse = person(2)
                .with(PersonKind::Dependant, None)
                .family_of(&parent)
                .fact("2026-04-01", removed(works, None));
            spouse.holdings = derive_with(&spouse, &bound, &[&parent], &Settings::default());
            spouse
        };
        let earner = spouse(&[FamilyWork::Tax]);
        assert!(earner.ended_by(&earner.relationships[0]).is_none());
        let divorced = spouse(&[FamilyWork::Tax, FamilyWork::Health]);
        assert!(divorced.ended_by(&divorced.relationships[0]).is_some());
    }
}
