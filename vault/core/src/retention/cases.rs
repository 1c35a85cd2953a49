//! Worked cases: what an office really meets, with the day that must come out.
//!
//! Today is 2026-11-21; wages close at month end and are paid on the 25th of the next month.

use std::collections::BTreeSet;

use super::fact::{FactKind, FamilyWork, Scheme};
use super::fixture::{PAYROLL, day, deletable, derive, derive_with, ended, person, removed, today};
use super::{Due, Holdings, Period, Rule, Settings, TodoKind, declarations};
use crate::access::Denial;
use crate::person::{Person, PersonKind};
use crate::purpose::{Bundle, Purpose};
use crate::time::CivilDate;

fn all_kinds() -> BTreeSet<PersonKind> {
    PersonKind::ALL.iter().copied().collect()
}

fn read(holdings: &Holdings, purpose: Purpose, period: Period, on: &str) -> Result<(), Denial> {
    holdings.readable(purpose, period, &all_kinds(), day(on)).map(drop)
}

fn of_rule(holdings: &Holdings, rule: Rule) -> Option<CivilDate> {
    let items = holdings.items.iter().filter(|item| item.rule == Some(rule));
    items.map(|item| item.keep_until.unwrap().plus_days(1)).max()
}

fn leaver() -> Person {
    person(1).with(PersonKind::Employee, Some("2019-04-01")).ended("2026-02-28").filed(
        "2027-01-29",
        Purpose::WithholdingSlip,
        2026,
    )
}

#[test]
fn case_1_a_leaver_in_the_kou_column() {
    let holdings = derive(&leaver(), PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
    assert_eq!(of_rule(&holdings, Rule::R4), Some(day("2028-03-01")));
    assert_eq!(of_rule(&holdings, Rule::R5), Some(day("2030-03-01")));
    assert_eq!(of_rule(&holdings, Rule::R6), Some(day("2027-01-30")));
}

#[test]
fn case_1_reads_follow_the_period_and_the_end_of_each_use() {
    let holdings = derive(&leaver(), PAYROLL);
    let slip = |year| Period::TaxYear(year);
    let loss = Period::Day(day("2026-03-01"));
    assert_eq!(read(&holdings, Purpose::WithholdingSlip, slip(2026), "2026-11-21"), Ok(()));
    assert_eq!(
        read(&holdings, Purpose::WithholdingSlip, slip(2027), "2026-11-21"),
        Err(Denial::NoRelationshipInPeriod)
    );
    assert_eq!(read(&holdings, Purpose::HealthPensionLoss, loss, "2028-02-29"), Ok(()));
    assert_eq!(
        read(&holdings, Purpose::HealthPensionLoss, loss, "2028-03-01"),
        Err(Denial::PurposeEnded)
    );
    assert!(!holdings.is_keep_only(day("2030-02-28")));
    assert!(holdings.is_keep_only(day("2030-03-01")));
    assert!(holdings.is_keep_only(day("2034-01-10")));
    assert!(!holdings.is_keep_only(day("2034-01-11")));
    assert_eq!(
        read(&holdings, Purpose::WithholdingSlip, slip(2026), "2034-01-11"),
        Err(Denial::PastRetention)
    );
}

fn leaver_at_year_end(last_paid_on: Option<&str>) -> Person {
    use super::fact::{DeclarationKind, Medium};
    person(2)
        .with(PersonKind::Employee, Some("2020-04-01"))
        .fact("2026-12-31", ended(last_paid_on))
        .fact(
            "2026-11-20",
            FactKind::DeclarationReceived {
                tax_year: 2027,
                kind: DeclarationKind::Dependents,
                medium: Medium::PaperWithNumber,
            },
        )
}

#[test]
fn case_2a_paid_once_more_in_the_new_year() {
    let holdings = derive(&leaver_at_year_end(Some("2027-01-25")), PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2035-01-11")));
    let without_date = derive(&leaver_at_year_end(None), PAYROLL);
    assert_eq!(deletable(&without_date), Some(day("2035-01-11")));
}

#[test]
fn case_2b_without_pay_in_the_new_year_its_declaration_is_void() {
    let holdings = derive(&leaver_at_year_end(Some("2026-12-25")), PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
}

#[test]
fn case_3_leave_is_no_end_and_old_paper_may_go() {
    let on_leave = person(3)
        .with(PersonKind::Employee, Some("2016-01-01"))
        .fact("2025-08-01", FactKind::LeaveStarted {});
    assert_eq!(derive(&on_leave, PAYROLL).due(), None);
    let papers = declarations(&on_leave, &Settings::default(), today());
    let heisei_31 = papers.iter().find(|paper| paper.tax_year == 2019).unwrap();
    assert_eq!(heisei_31.shred_from, day("2027-01-11"));
    assert!(heisei_31.estimated);
}

fn parent() -> Person {
    person(4).with(PersonKind::Employee, Some("2015-04-01"))
}

#[test]
fn case_4a_a_child_takes_a_job() {
    let parent = parent();
    let child = person(5)
        .with(PersonKind::Dependant, Some("2015-04-01"))
        .family_of(&parent)
        .fact("2026-04-01", removed(&[FamilyWork::Tax, FamilyWork::Health], None))
        .fact(
            "2026-04-01",
            FactKind::InsuranceLost {
                scheme: Scheme::HealthPension,
                finished_on: Some(day("2026-04-03")),
            },
        );
    let bound = [Bundle::Declarations, Bundle::HealthFamily];
    let holdings = derive_with(&child, &bound, &[&parent], &Settings::default());
    assert_eq!(of_rule(&holdings, Rule::R4), Some(day("2028-04-04")));
    assert_eq!(of_rule(&holdings, Rule::R1), Some(day("2034-01-11")));
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
    assert_eq!(derive(&parent, PAYROLL).due(), None);
}

#[test]
fn case_4b_a_spouse_for_insurance_only_is_divorced() {
    let parent = parent();
    let spouse = |finished_on| {
        let fact = removed(&[FamilyWork::Health, FamilyWork::Cat3], finished_on);
        person(6).with(PersonKind::Dependant, None).family_of(&parent).fact("2026-09-30", fact)
    };
    let bound = [Bundle::HealthFamily, Bundle::PensionCat3];
    let due =
        |person: &Person| deletable(&derive_with(person, &bound, &[&parent], &Settings::default()));
    assert_eq!(due(&spouse(Some("2026-10-02"))), Some(day("2028-10-03")));
    assert_eq!(due(&spouse(None)), Some(day("2028-10-01")));
}

fn designer() -> Person {
    person(7).with(PersonKind::Payee, Some("2024-09-01")).filed(
        "2027-01-29",
        Purpose::FeePaymentReport,
        2026,
    )
}

#[test]
fn case_5a_a_contract_ends_and_the_report_is_filed() {
    let ended = designer().fact("2026-08-31", FactKind::ContractEnded {});
    for (r6_keep, expected) in [(0, "2027-01-30"), (1, "2028-01-30"), (7, "2034-01-30")] {
        let settings = Settings { r6_keep, ..Settings::default() };
        let holdings = derive_with(&ended, &[Bundle::Fees], &[], &settings);
        assert_eq!(deletable(&holdings), Some(day(expected)), "r6_keep {r6_keep}");
    }
    assert_eq!(derive(&designer(), &[Bundle::Fees]).due(), None);
}

#[test]
fn case_5b_one_lecture() {
    let lecturer = person(8)
        .with(PersonKind::Payee, None)
        .fact("2026-05-20", FactKind::PaymentMade { tax_year: None })
        .filed("2027-01-31", Purpose::FeePaymentReport, 2026);
    assert_eq!(deletable(&derive(&lecturer, &[Bundle::Fees])), Some(day("2027-02-01")));
}

#[test]
fn case_5c_a_payment_below_the_threshold() {
    let reason = "年間支払額5万円以下".to_owned();
    let payee = person(9)
        .with(PersonKind::Payee, None)
        .fact("2026-12-31", FactKind::NoFilingRequired { tax_year: 2026, reason });
    assert_eq!(deletable(&derive(&payee, &[Bundle::Fees])), Some(day("2027-01-01")));
}

#[test]
fn case_6_rehired_and_gone_again() {
    let once = person(10).with(PersonKind::Employee, Some("2019-04-01")).ended("2026-03-31");
    assert_eq!(deletable(&derive(&once, PAYROLL)), Some(day("2034-01-11")));
    let back = once.fact("2027-05-01", FactKind::EmploymentStarted {});
    assert_eq!(derive(&back, PAYROLL).due(), None);
    let gone = back.fact("2029-09-30", ended(Some("2029-10-25")));
    let holdings = derive(&gone, PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2037-01-11")));
    assert_eq!(of_rule(&holdings, Rule::R4), Some(day("2031-10-01")));
    assert_eq!(of_rule(&holdings, Rule::R5), Some(day("2033-10-01")));
}

#[test]
fn case_6_back_as_a_contractor_the_date_stays() {
    let contractor = person(11)
        .with(PersonKind::Employee, Some("2019-04-01"))
        .ended("2026-03-31")
        .with(PersonKind::Payee, Some("2026-10-01"));
    let holdings = derive(&contractor, PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
    let fees = read(&holdings, Purpose::FeePaymentReport, Period::TaxYear(2026), "2026-11-21");
    assert_eq!(fees, Err(Denial::NoRelationshipInPeriod));
}

#[test]
fn case_7_death_and_the_benefit_of_the_heir() {
    use super::fact::EndReason;
    let died = FactKind::EmploymentEnded { reason: EndReason::Death, last_paid_on: None };
    let husband =
        person(12).with(PersonKind::Employee, Some("2010-04-01")).fact("2026-08-10", died);
    let holdings = derive(&husband, PAYROLL);
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
    assert_eq!(of_rule(&holdings, Rule::R4), Some(day("2028-08-11")));
    assert_eq!(of_rule(&holdings, Rule::R5), Some(day("2030-08-11")));

    let wife = person(13)
        .with(PersonKind::Dependant, Some("2010-04-01"))
        .family_of(&husband)
        .with(PersonKind::Heir, Some("2026-08-10"))
        .family_of(&husband)
        .filed("2026-11-13", Purpose::DeathRetirementReport, 2026);
    let bound = [Bundle::Declarations, Bundle::HealthFamily, Bundle::DeathBenefit];
    let holdings = derive_with(&wife, &bound, &[&husband], &Settings::default());
    assert_eq!(deletable(&holdings), Some(day("2034-01-11")));
    let heir = holdings.items.iter().find(|item| item.kind == PersonKind::Heir).unwrap();
    assert_eq!(heir.keep_until, Some(day("2026-11-13")));
}

#[test]
fn case_8_the_otsu_column_without_insurance() {
    let otsu = person(14)
        .with(PersonKind::Employee, Some("2026-02-01"))
        .otsu()
        .ended("2026-06-30")
        .filed("2027-01-29", Purpose::WithholdingSlip, 2026);
    for (r6_keep, expected) in [(0, "2027-01-30"), (1, "2028-01-30")] {
        let settings = Settings { r6_keep, ..Settings::default() };
        for bound in [PAYROLL, &[Bundle::Withholding]] {
            let holdings = derive_with(&otsu, bound, &[], &settings);
            let due = deletable(&holdings);
            assert_eq!(due, Some(day(expected)), "r6_keep {r6_keep} {bound:?}");
        }
    }
}

#[test]
fn case_9_the_first_import_stores_nothing_that_is_past() {
    let import = day("2026-11-24");
    let left = |on| person(15).with(PersonKind::Employee, None).ended(on);
    let x = derive(&left("2018-10-31"), PAYROLL);
    assert!(x.past_retention(import));
    let y = derive(&left("2018-12-31"), PAYROLL);
    assert!(!y.past_retention(import));
    assert_eq!(deletable(&y), Some(day("2027-01-11")));
}

#[test]
fn case_10_the_declaration_on_retirement_income() {
    let retiree = |pension_lump_sum| {
        let declaration_deadline = day("2026-03-30");
        person(16).with(PersonKind::Employee, Some("1990-04-01")).ended("2026-03-31").fact(
            "2026-03-31",
            FactKind::RetirementAllowancePaid { declaration_deadline, pension_lump_sum },
        )
    };
    let due = |person: &Person| deletable(&derive(person, PAYROLL));
    assert_eq!(due(&retiree(false)), Some(day("2034-01-11")));
    assert_eq!(due(&retiree(true)), Some(day("2037-01-11")));
}

#[test]
fn a_date_names_its_author_and_waits_for_the_cycle() {
    use super::Cycle;
    let settings = Settings { cycle: Cycle::FiscalYearEnd, ..Settings::default() };
    let leaver = leaver();
    let due: Due = derive_with(&leaver, PAYROLL, &[], &settings).due().unwrap();
    assert_eq!(due.first_deletable, day("2034-01-11"));
    assert_eq!(due.purge_on, day("2034-04-01"));
    let set_by: Vec<_> = due.set_by.into_iter().collect();
    assert_eq!(set_by, [leaver.facts[0].setter()]);
}

#[test]
fn an_unfiled_slip_is_asked_for_from_february() {
    let leaver = person(1).with(PersonKind::Employee, Some("2019-04-01")).ended("2026-02-28");
    let holdings = derive(&leaver, PAYROLL);
    assert_eq!(holdings.todo(day("2027-01-31")).count(), 0);
    let asked: Vec<_> = holdings.todo(day("2027-02-01")).map(|todo| todo.kind).collect();
    assert_eq!(asked, [TodoKind::NotFiled { tax_year: 2026 }]);
}
