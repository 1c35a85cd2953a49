//! Where two facts meet: which of them counts, and what neither may move.

use super::fact::{FactKind, FamilyWork, Scheme};
use super::fixture::{day, deletable, derive, derive_with, ended, person, removed};
use super::{Holdings, Period, Rule, Settings};
use crate::access::Denial;
use crate::person::{Person, PersonKind};
use crate::purpose::{Bundle, Purpose};
use crate::time::CivilDate;

fn ends(holdings: &Holdings, rule: Rule) -> Vec<Option<CivilDate>> {
    let items = holdings.items.iter().filter(|item| item.rule == Some(rule));
    items.map(|item| item.keep_until).collect()
}

fn lost(finished_on: Option<&str>) -> FactKind {
    let finished_on = finished_on.map(day);
    FactKind::InsuranceLost { scheme: Scheme::HealthPension, finished_on }
}

fn employee() -> Person {
    person(1).with(PersonKind::Employee, Some("2019-04-01"))
}

fn child_of(parent: &Person) -> Person {
    person(2).with(PersonKind::Dependant, None).family_of(parent)
}

#[test]
fn a_retirement_slip_closes_itself_and_not_the_salary_slip() {
    let retiree = employee()
        .ended("2026-03-31")
        .fact(
            "2026-04-10",
            FactKind::RetirementAllowancePaid {
                declaration_deadline: day("2026-04-09"),
                pension_lump_sum: false,
            },
        )
        .filed("2026-04-30", Purpose::RetirementSlip, 2026);
    let holdings = derive(&retiree, &[Bundle::Withholding]);
    let staff = [PersonKind::Employee].into();
    let read = |purpose, on: &str| {
        holdings.readable(purpose, Period::TaxYear(2026), &staff, day(on)).map(drop)
    };
    assert_eq!(read(Purpose::RetirementSlip, "2026-04-30"), Ok(()));
    assert_eq!(read(Purpose::RetirementSlip, "2026-05-01"), Err(Denial::PurposeEnded));
    assert_eq!(read(Purpose::WithholdingSlip, "2026-05-01"), Ok(()));
}

#[test]
fn family_is_read_for_family_works_only() {
    let parent = employee();
    let bound = [Bundle::HealthPension];
    let child = derive_with(&child_of(&parent), &bound, &[&parent], &Settings::default());
    let family = [PersonKind::Dependant].into();
    let read = |purpose| {
        let period = Period::Day(day("2026-11-21"));
        child.readable(purpose, period, &family, day("2026-11-21")).map(drop)
    };
    assert_eq!(read(Purpose::HealthDependents), Ok(()));
    assert_eq!(read(Purpose::HealthPensionLoss), Err(Denial::NoRelationshipInPeriod));
}

#[test]
fn a_declaration_is_kept_while_the_employment_goes_on_without_pay() {
    let unpaid = employee().fact("2036-03-31", ended(Some("2024-12-25")));
    let holdings = derive(&unpaid, &[Bundle::Declarations]);
    assert_eq!(ends(&holdings, Rule::R1), [Some(day("2036-03-31"))]);
}

#[test]
fn of_two_facts_about_one_end_the_later_finish_counts() {
    let parent = employee();
    let child = child_of(&parent)
        .fact("2026-04-01", removed(&[FamilyWork::Health], Some("2026-04-10")))
        .fact("2026-04-02", lost(None));
    let bound = [Bundle::HealthFamily];
    let holdings = derive_with(&child, &bound, &[&parent], &Settings::default());
    assert_eq!(deletable(&holdings), Some(day("2028-04-11")));
}

#[test]
fn family_that_comes_back_is_open_again() {
    let parent = employee();
    let scope = [FamilyWork::Health];
    let child = child_of(&parent).fact("2026-04-01", removed(&scope, None));
    let bound = [Bundle::HealthFamily];
    let due = |child: &Person| derive_with(child, &bound, &[&parent], &Settings::default()).due();
    assert!(due(&child).is_some());
    let back = child.fact("2026-10-01", FactKind::DependantAdded { scope: scope.into() });
    assert_eq!(due(&back), None);
}

#[test]
fn family_does_not_outlast_the_employment_on_its_slips() {
    let parent = employee().ended("2026-02-28");
    let child = child_of(&parent).fact("2027-03-01", removed(&[FamilyWork::Tax], None));
    let bound = [Bundle::Withholding];
    let holdings = derive_with(&child, &bound, &[&parent], &Settings::default());
    assert_eq!(deletable(&holdings), Some(day("2034-01-01")));
}

#[test]
fn a_report_filed_before_the_contract_ends_does_not_end_it() {
    let designer = person(1)
        .with(PersonKind::Payee, Some("2026-01-10"))
        .filed("2026-08-01", Purpose::FeePaymentReport, 2026)
        .fact("2026-08-31", FactKind::ContractEnded {});
    let holdings = derive(&designer, &[Bundle::Fees]);
    let due = holdings.due().unwrap();
    assert_eq!(due.first_deletable, day("2026-09-01"));
    let set_by: Vec<_> = due.set_by.into_iter().collect();
    assert_eq!(set_by, [designer.facts[1].setter()]);
}

#[test]
fn a_corrected_report_counts_from_its_own_filing() {
    let designer = person(1)
        .with(PersonKind::Payee, None)
        .filed("2027-01-29", Purpose::FeePaymentReport, 2026)
        .filed("2027-03-10", Purpose::FeePaymentReport, 2026);
    assert_eq!(deletable(&derive(&designer, &[Bundle::Fees])), Some(day("2027-03-11")));
}

#[test]
fn a_loss_belongs_to_the_stint_in_which_it_was_filed() {
    let rehired = employee()
        .ended("2024-03-31")
        .fact("2024-04-01", lost(Some("2024-04-05")))
        .fact("2026-04-01", FactKind::EmploymentStarted {});
    let bound = [Bundle::HealthPension];
    assert_eq!(ends(&derive(&rehired, &bound), Rule::R4), [Some(day("2026-04-05")), None]);
    let gone = rehired.ended("2027-03-31").fact("2027-04-01", lost(Some("2027-04-06")));
    let expected = [Some(day("2026-04-05")), Some(day("2029-04-06"))];
    assert_eq!(ends(&derive(&gone, &bound), Rule::R4), expected);
}
