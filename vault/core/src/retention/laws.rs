//! The worked dates of the statutes, and what holds for any dates between 1970 and 2100.

use proptest::collection::vec;
use proptest::prelude::*;

use super::fact::{DeclarationKind, Fact, FactKind, Medium, Scheme};
use super::fixture::{PAYROLL, clerk, day, deletable, derive, derive_with, id, person};
use super::{Holdings, Rule, Settings, declaration_keep_until, last_day};
use crate::id::{FactId, RelationshipId};
use crate::person::{Person, PersonKind};
use crate::purpose::{Bundle, Purpose};
use crate::time::{CivilDate, Timestamp};

#[test]
fn r1_declarations_go_seven_years_after_10_january() {
    for (deadline, deletable) in [
        ("2026-01-22", "2034-01-11"),
        ("2025-12-31", "2033-01-11"),
        ("2026-04-24", "2034-01-11"),
        ("2027-01-24", "2035-01-11"),
    ] {
        let last = declaration_keep_until(day(deadline), 7);
        assert_eq!(last.plus_days(1), day(deletable), "{deadline}");
    }
}

#[test]
fn r2_the_ledger_goes_with_the_last_declaration_that_relied_on_it() {
    let by_ledger = |tax_year| FactKind::DeclarationReceived {
        tax_year,
        kind: DeclarationKind::Dependents,
        medium: Medium::PaperByLedger,
    };
    let leaver = person(1)
        .with(PersonKind::Employee, Some("2019-04-01"))
        .fact("2024-12-10", by_ledger(2025))
        .fact("2025-12-10", by_ledger(2026))
        .ended("2026-09-30");
    let holdings = derive(&leaver, &[Bundle::Declarations]);
    let ledger = holdings.items.iter().find(|item| item.rule == Some(Rule::R2)).unwrap();
    assert_eq!(ledger.keep_until, Some(day("2034-01-10")));
    assert!(!holdings.is_keep_only(day("2030-01-01")), "the ledger is still worked with");
}

#[test]
fn r3_retirement_declarations_go_after_seven_or_ten_years() {
    let deadline = day("2026-03-31");
    assert_eq!(declaration_keep_until(deadline, 7).plus_days(1), day("2034-01-11"));
    assert_eq!(declaration_keep_until(deadline, 10).plus_days(1), day("2037-01-11"));
}

#[test]
fn r4_r5_r7_run_from_the_day_the_matter_is_finished() {
    for (rule, deletable) in
        [(Rule::R4, "2028-04-01"), (Rule::R5, "2030-04-01"), (Rule::R7, "2029-04-01")]
    {
        let last = last_day(day("2026-03-31"), rule.years());
        assert_eq!(last.plus_days(1), day(deletable), "{}", rule.code());
    }
}

#[test]
fn periods_end_where_the_civil_code_ends_them() {
    for (finished, years, deletable) in [
        ("2026-02-28", 2, "2028-03-01"),
        ("2024-02-28", 2, "2026-03-01"),
        ("2024-02-29", 4, "2028-03-01"),
        ("2024-02-28", 4, "2028-02-29"),
    ] {
        assert_eq!(last_day(day(finished), years).plus_days(1), day(deletable), "{finished}");
    }
}

#[test]
fn a_finished_matter_keeps_the_number_and_an_open_one_forbids_deletion() {
    let purpose = Purpose::WorkersAccidentClaims;
    let opened = person(1)
        .with(PersonKind::Employee, Some("2019-04-01"))
        .ended("2026-03-31")
        .fact("2026-05-01", FactKind::MatterOpened { purpose });
    assert_eq!(derive(&opened, &[Bundle::LabourInsurance]).due(), None);
    let finished = opened.fact("2029-03-31", FactKind::MatterFinished { purpose });
    let due = deletable(&derive(&finished, &[Bundle::LabourInsurance]));
    assert_eq!(due, Some(day("2032-04-01")));
}

#[test]
fn paper_that_shows_the_number_may_outlive_the_vault_only_if_the_organisation_says_so() {
    use super::AfterLastUse::AsSoonAsUnneeded;
    let received = |tax_year, medium| FactKind::DeclarationReceived {
        tax_year,
        kind: DeclarationKind::Dependents,
        medium,
    };
    let leaver = |medium| {
        person(1)
            .with(PersonKind::Employee, Some("2026-01-01"))
            .fact("2026-01-10", received(2026, medium))
            .ended("2026-06-30")
    };
    let soon = Settings { after_last_use: AsSoonAsUnneeded, ..Settings::default() };
    let due = |person: &Person, settings: &Settings| {
        deletable(&derive_with(person, &[Bundle::Declarations], &[], settings))
            .map(|day| day.to_string())
    };
    let paper = leaver(Medium::PaperWithNumber);
    assert_eq!(due(&paper, &Settings::default()).as_deref(), Some("2034-01-11"));
    let holdings = derive_with(&paper, &[Bundle::Declarations], &[], &soon);
    let r1 = holdings.items.iter().find(|item| item.rule == Some(Rule::R1)).unwrap();
    assert_eq!(r1.keep_until, Some(day("2027-01-31")));
    for relies_on_the_vault in [Medium::Electronic, Medium::PaperByLedger] {
        let due = due(&leaver(relies_on_the_vault), &soon);
        assert_eq!(due.as_deref(), Some("2034-01-11"), "{relies_on_the_vault:?}");
    }
}

#[test]
fn a_superseded_fact_counts_for_nothing() {
    let mut leaver = person(1).with(PersonKind::Employee, Some("2019-04-01")).ended("2026-02-28");
    assert!(derive(&leaver, PAYROLL).due().is_some());
    let supersedes = leaver.facts[0].id;
    leaver = leaver.fact("2026-03-02", FactKind::FactCorrected { supersedes });
    leaver.facts[0].superseded_by = Some(leaver.facts[1].id);
    assert_eq!(derive(&leaver, PAYROLL).due(), None);
}

#[test]
fn insurance_lost_during_employment_ends_that_holding_alone() {
    let lost = FactKind::InsuranceLost { scheme: Scheme::HealthPension, finished_on: None };
    let employee =
        person(1).with(PersonKind::Employee, Some("2019-04-01")).fact("2026-03-31", lost);
    let holdings = derive(&employee, &[Bundle::HealthPension]);
    assert_eq!(deletable(&holdings), Some(day("2028-04-01")));
    assert_eq!(derive(&employee, PAYROLL).due(), None);
}

#[test]
fn part_timers_and_officers_are_insured_only_as_far_as_usual() {
    let rules = |person: &Person| -> Vec<Rule> {
        let holdings = derive(person, &[Bundle::HealthPension, Bundle::LabourInsurance]);
        holdings.items.iter().filter_map(|item| item.rule).collect()
    };
    let part_timer = person(1).with(PersonKind::Employee, None).part_time();
    assert_eq!(rules(&part_timer), [Rule::R7]);
    let enrolled =
        part_timer.fact("2026-04-01", FactKind::InsuranceEnrolled { scheme: Scheme::Labour });
    assert_eq!(rules(&enrolled), [Rule::R5, Rule::R7]);
    assert_eq!(rules(&person(1).with(PersonKind::Officer, None)), [Rule::R4, Rule::R7]);
}

#[test]
fn a_number_that_nothing_needs_is_a_question_and_not_a_deletion() {
    let payee = person(1).with(PersonKind::Payee, None);
    let holdings = derive(&payee, PAYROLL);
    assert_eq!(holdings.due(), None);
    assert_eq!(holdings.todo(day("1970-01-01")).count(), PAYROLL.len());
}

#[test]
fn a_bundle_that_holds_nothing_is_asked_about() {
    let otsu = person(1).with(PersonKind::Employee, Some("2026-02-01")).otsu().ended("2026-06-30");
    let holdings = derive(&otsu, &[Bundle::HealthPension]);
    assert_eq!(holdings.due(), None);
    assert_eq!(holdings.todo(day("2026-07-01")).count(), 1);
}

#[test]
fn filings_of_a_later_stint_stand_for_the_earlier_one() {
    let rehired = person(1)
        .with(PersonKind::Employee, Some("2023-02-01"))
        .otsu()
        .ended("2024-06-30")
        .fact("2026-02-01", FactKind::EmploymentStarted {})
        .ended("2026-06-30")
        .filed("2027-01-29", Purpose::WithholdingSlip, 2026);
    let holdings = derive(&rehired, &[Bundle::Withholding]);
    assert_eq!(deletable(&holdings), Some(day("2027-01-30")));
    assert_eq!(holdings.todo(day("2027-02-01")).count(), 0);
}

#[test]
fn a_childs_slips_begin_with_the_child() {
    let parent = person(1).with(PersonKind::Employee, Some("2015-04-01")).filed(
        "2025-01-29",
        Purpose::WithholdingSlip,
        2024,
    );
    let child = person(2).with(PersonKind::Dependant, Some("2026-06-01")).family_of(&parent);
    let holdings = derive_with(&child, &[Bundle::Withholding], &[&parent], &Settings::default());
    let from: Vec<_> = holdings.items.iter().map(|item| item.span.from).collect();
    assert_eq!(from, [Some(day("2026-01-01"))]);
}

#[test]
fn a_dependant_whose_employee_is_unknown_is_kept() {
    let child = person(1).with(PersonKind::Dependant, None);
    let bound = [Bundle::Declarations, Bundle::HealthFamily];
    let holdings = derive(&child, &bound);
    assert_eq!(holdings.due(), None);
    assert_eq!(holdings.todo(day("1970-01-01")).count(), 1);
}

#[test]
fn explain_says_each_reason_in_both_languages_and_marks_what_is_estimated() {
    use super::Lang;
    let leaver = person(1).with(PersonKind::Employee, Some("2019-04-01")).ended("2026-02-28");
    let holdings = derive(&leaver, PAYROLL);
    let ja = holdings.explain(Lang::Ja);
    assert_eq!(ja.len(), holdings.items.len() + 1);
    let health = ja.iter().find(|line| line.text.contains("健康保険法施行規則34条")).unwrap();
    assert!(health.estimated && health.text.contains("2028年2月29日まで保管"), "{}", health.text);
    assert_eq!(ja.last().unwrap().text, "2034年1月11日から廃棄できます");
    assert_eq!(holdings.explain(Lang::En).last().unwrap().text, "Deletable from 2034-01-11");
}

fn any_day() -> impl Strategy<Value = CivilDate> {
    (0i32..47_480).prop_map(|days| day("1970-01-01").plus_days(days))
}

/// What may happen to an employee, on a day of the years 1970 to 2100.
fn any_fact() -> impl Strategy<Value = (CivilDate, FactKind)> {
    let purpose = Purpose::HealthBenefitClaims;
    let scheme = Scheme::HealthPension;
    let slip = Purpose::WithholdingSlip;
    (any_day(), 0u8..9).prop_map(move |(on, which)| {
        let tax_year = on.year();
        let kind = match which {
            0 => FactKind::EmploymentStarted {},
            1 | 2 => super::fixture::ended(None),
            3 => FactKind::DeclarationReceived {
                tax_year: tax_year + 1,
                kind: DeclarationKind::Dependents,
                medium: Medium::PaperWithNumber,
            },
            4 => FactKind::InsuranceLost { scheme, finished_on: None },
            5 => FactKind::MatterOpened { purpose },
            6 => FactKind::MatterFinished { purpose },
            7 => FactKind::RetirementAllowancePaid {
                declaration_deadline: on,
                pension_lump_sum: false,
            },
            _ => FactKind::DocumentFiled { purpose: slip, tax_year, destination: String::new() },
        };
        (on, kind)
    })
}

fn employee(facts: &[(CivilDate, FactKind)]) -> Person {
    let mut employee = person(1).with(PersonKind::Employee, None);
    let relationship: RelationshipId = employee.newest();
    for (at, (on, kind)) in facts.iter().enumerate() {
        employee.facts.push(Fact {
            id: id::<FactId>(u8::try_from(at).unwrap()),
            relationship,
            on: *on,
            kind: kind.clone(),
            author: clerk(),
            recorded_at: Timestamp::from_millis(i64::try_from(at).unwrap()),
            superseded_by: None,
        });
    }
    employee
}

/// The last day for which one fact alone keeps its document.
fn documented(on: CivilDate, kind: &FactKind) -> Option<CivilDate> {
    match kind {
        FactKind::InsuranceLost { .. } | FactKind::MatterFinished { .. } => Some(last_day(on, 2)),
        FactKind::RetirementAllowancePaid { declaration_deadline, .. } => {
            Some(declaration_keep_until(*declaration_deadline, 7))
        }
        FactKind::DocumentFiled { .. } => Some(on),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_period_lasts_its_years_to_the_day(finished in any_day(), years in 1u8..=10) {
        let last = last_day(finished, years);
        let start = finished.plus_days(1);
        prop_assert_eq!(last.year(), start.plus_days(-1).year() + i16::from(years));
        let whole = last.plus_days(1).days_since(start);
        let least = 365 * i32::from(years);
        prop_assert!((least..=least + 3).contains(&whole), "{} days", whole);
        prop_assert!(last < last_day(finished.plus_days(2), years));
        prop_assert!(last_day(finished, years - 1) < last);
    }

    #[test]
    fn a_declaration_is_kept_to_a_tenth_of_january(deadline in any_day()) {
        let last = declaration_keep_until(deadline, 7);
        prop_assert_eq!((last.month(), last.day()), (1, 10));
        prop_assert!(last_day(deadline, 7) < last);
    }

    #[test]
    fn nobody_who_is_employed_has_a_date(facts in vec(any_fact(), 0..8), start in any_day()) {
        let mut facts = facts;
        let last = facts.iter().map(|(on, _)| *on).max().unwrap_or(start);
        facts.push((last.plus_days(1), FactKind::EmploymentStarted {}));
        let holdings = derive(&employee(&facts), PAYROLL);
        prop_assert_eq!(holdings.due(), None);
        prop_assert!(!holdings.past_retention(day("2199-12-31")));
    }

    #[test]
    fn no_date_comes_before_what_any_fact_documents(facts in vec(any_fact(), 1..8)) {
        let Some(due) = deletable(&derive(&employee(&facts), PAYROLL)) else { return Ok(()) };
        for (on, kind) in &facts {
            if let Some(last) = documented(*on, kind) {
                prop_assert!(last < due, "{} {} {}", kind.code(), last, due);
            }
            if matches!(kind, FactKind::EmploymentEnded { .. }) {
                prop_assert!(*on < due, "left {} {}", on, due);
            }
        }
    }

    #[test]
    fn nothing_is_deleted_while_a_holding_is_open(facts in vec(any_fact(), 0..8)) {
        let holdings = derive(&employee(&facts), PAYROLL);
        let open = holdings.items.iter().any(|item| item.keep_until.is_none());
        prop_assert_eq!(open, holdings.due().is_none());
        if let Some(due) = holdings.due() {
            let latest = holdings.items.iter().filter_map(|item| item.keep_until).max();
            prop_assert_eq!(Some(due.first_deletable.plus_days(-1)), latest);
            prop_assert!(due.first_deletable <= due.purge_on);
        }
    }

    #[test]
    fn use_never_outlives_keeping(facts in vec(any_fact(), 0..8)) {
        for item in derive(&employee(&facts), PAYROLL).items {
            match (item.use_until, item.keep_until) {
                (Some(used), Some(kept)) => prop_assert!(used <= kept),
                (used, kept) => prop_assert!(kept.is_none() && used.is_none()),
            }
        }
    }

    #[test]
    fn the_order_in_which_facts_are_written_does_not_matter(facts in vec(any_fact(), 0..6)) {
        let mut days: Vec<_> = facts.iter().map(|(on, _)| *on).collect();
        days.sort_unstable();
        days.dedup();
        prop_assume!(days.len() == facts.len());
        let mut reversed = facts.clone();
        reversed.reverse();
        let plain = |facts: &[(CivilDate, FactKind)]| {
            deletable(&derive(&employee(facts), PAYROLL))
        };
        prop_assert_eq!(plain(&facts), plain(&reversed));
    }

    #[test]
    fn holdings_read_back_from_the_sealed_row(facts in vec(any_fact(), 0..8)) {
        let holdings = derive(&employee(&facts), PAYROLL);
        let row = serde_json::to_vec(&holdings).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Holdings>(&row).unwrap(), holdings);
    }

    #[test]
    fn a_dependant_never_goes_before_the_declarations_that_name_them(end in any_day()) {
        let parent = employee(&[(end, super::fixture::ended(None))]);
        let child = person(2).with(PersonKind::Dependant, None).family_of(&parent);
        let bound = [Bundle::Declarations];
        let own = derive_with(&child, &bound, &[&parent], &Settings::default());
        let theirs = derive(&parent, &bound);
        prop_assert_eq!(deletable(&own), deletable(&theirs));
    }
}
