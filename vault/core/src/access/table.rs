//! The decision over every state and every reason, alone and two at a time.

use super::{Allowed, Ask, Denial, Grounds, Scope, decide};
use crate::id::RelationshipId;
use crate::identity::Method;
use crate::person::{NumberState, Person, PersonKind};
use crate::purpose::{Bundle, Purpose};
use crate::retention::fixture::{PAYROLL, bundles, day, id, person, some_change, today};
use crate::retention::{FactKind, Period, Rule};
use crate::time::{CivilDate, Timestamp};

const SLIP: Purpose = Purpose::WithholdingSlip;

/// Everything one decision depends on.
struct Case {
    ask: Ask,
    scope: Scope,
    person: Person,
    today: CivilDate,
}

impl Case {
    /// A leaver whose slip of 2026 is made on 2026-11-21 by someone who may.
    fn allowed() -> Self {
        let person = person(1)
            .with(PersonKind::Employee, Some("2019-04-01"))
            .ended("2026-02-28")
            .filed("2027-01-29", SLIP, 2026)
            .registered(PAYROLL);
        let scope = Scope {
            purposes: [SLIP, Purpose::HealthPensionLoss].into(),
            kinds: [PersonKind::Employee].into(),
        };
        let ask = Ask { purpose: SLIP, period: Period::TaxYear(2026), correction_reason: false };
        Self { ask, scope, person, today: today() }
    }

    fn decide(&self) -> Result<Allowed, Denial> {
        decide(self.ask, &self.scope, &stored(&self.person), self.today)
    }
}

/// The grounds of a person as they come back from the row.
fn stored(person: &Person) -> Grounds {
    Grounds::decode(&Grounds::of(person).encode()).unwrap()
}

type Break = fn(&mut Case);

/// What breaks each rule, in the order in which the rules are asked.
const RULES: &[(Denial, Break)] = &[
    (Denial::OutsideScope, |case| case.scope.purposes.clear()),
    (Denial::OutsideScope, |case| case.scope.kinds = [PersonKind::Landlord].into()),
    (Denial::Deleted, |case| {
        let at = Timestamp::from_millis(0);
        case.person.number.state = NumberState::Disposed { at, certificate: id(7) };
    }),
    (Denial::DisposalPending, |case| {
        if let NumberState::Active(active) = &mut case.person.number.state {
            active.purge = Some(id(8));
        }
    }),
    (Denial::Suspended, |case| case.person.marks.suspended = Some(some_change())),
    (Denial::PurposeNotBound, |case| {
        if let NumberState::Active(active) = &mut case.person.number.state {
            active.purposes = bundles(&[Bundle::Fees]);
        }
    }),
    (Denial::PastRetention, |case| case.today = day("2034-01-11")),
    (Denial::NoRelationshipInPeriod, |case| case.ask.period = Period::TaxYear(2028)),
    (Denial::PurposeEnded, |case| case.today = case.today.max(day("2027-01-30"))),
    (Denial::Unverified, |case| {
        if let NumberState::Active(active) = &mut case.person.number.state {
            active.identity.method = Method::NotRequiredDependant;
        }
    }),
];

#[test]
fn each_rule_refuses_alone_with_its_own_code() {
    assert!(Case::allowed().decide().is_ok());
    for (denial, broken) in RULES {
        let mut case = Case::allowed();
        broken(&mut case);
        assert_eq!(case.decide(), Err(*denial));
    }
}

#[test]
fn of_two_broken_rules_the_one_asked_first_answers() {
    for (at, (first, one)) in RULES.iter().enumerate() {
        for (second, other) in RULES.iter().skip(at + 1) {
            let mut case = Case::allowed();
            one(&mut case);
            other(&mut case);
            assert_eq!(case.decide(), Err(*first), "{first} and {second}");
        }
    }
}

#[test]
fn only_a_checked_number_is_released() {
    let change = some_change();
    let at = Timestamp::from_millis(0);
    let states = [
        (NumberState::NotSubmitted, Denial::NoNumber),
        (NumberState::Requested { at }, Denial::NoNumber),
        (NumberState::Returned { change }, Denial::NoNumber),
        (NumberState::Pending { change }, Denial::PendingCheck),
        (NumberState::Disposed { at, certificate: id(7) }, Denial::Deleted),
    ];
    for (state, denial) in states {
        for purpose in [SLIP, Purpose::EmergencyProtection] {
            let mut case = Case::allowed();
            case.scope.purposes.insert(purpose);
            case.ask.purpose = purpose;
            case.person.number.state = state.clone();
            assert_eq!(case.decide(), Err(denial), "{purpose} {state:?}");
        }
    }
}

#[test]
fn a_waiting_correction_or_a_hold_stops_no_read() {
    let mut case = Case::allowed();
    case.person.active_mut().correction = Some(some_change());
    case.person.marks.on_hold = Some(some_change());
    assert!(case.decide().is_ok());
}

#[test]
fn a_number_collected_by_mistake_is_not_used() {
    let mut case = Case::allowed();
    case.person.marks.misdirected = Some(some_change());
    assert_eq!(case.decide(), Err(Denial::Suspended));
}

#[test]
fn what_is_allowed_says_on_what_it_rests() {
    let case = Case::allowed();
    let expected = Allowed {
        rule: "holding",
        bundle: Some(Bundle::Withholding),
        relationship: Some(case.person.newest()),
        retention: Some(Rule::R6),
        version: 1,
        slot: id(3),
        epoch: 1,
    };
    assert_eq!(case.decide(), Ok(expected));
}

#[test]
fn a_slip_is_corrected_with_a_reason_while_the_number_is_kept() {
    let mut case = Case::allowed();
    case.today = day("2033-06-01");
    assert!(case.person.holdings.is_keep_only(case.today));
    assert_eq!(case.decide(), Err(Denial::PurposeEnded));
    case.ask.correction_reason = true;
    assert_eq!(case.decide().map(|allowed| allowed.rule), Ok("slip-correction"));
    case.today = day("2034-01-11");
    assert_eq!(case.decide(), Err(Denial::PastRetention));
}

#[test]
fn a_reason_opens_nothing_but_slips_of_the_period() {
    let mut case = Case::allowed();
    case.ask.correction_reason = true;
    case.today = day("2028-03-01");
    case.ask.purpose = Purpose::HealthPensionLoss;
    case.ask.period = Period::Day(day("2026-03-01"));
    assert_eq!(case.decide(), Err(Denial::PurposeEnded));
    case.ask.purpose = SLIP;
    case.ask.period = Period::TaxYear(2027);
    assert_eq!(case.decide(), Err(Denial::NoRelationshipInPeriod));
}

#[test]
fn an_officer_who_is_a_landlord_is_read_only_by_those_who_handle_that_relationship() {
    let officer = person(1)
        .with(PersonKind::Officer, Some("2019-04-01"))
        .with(PersonKind::Landlord, Some("2020-01-01"))
        .registered(&[Bundle::Withholding, Bundle::Rents]);
    let ask = |purpose| Ask { purpose, period: Period::TaxYear(2026), correction_reason: false };
    let rents = Scope {
        purposes: [SLIP, Purpose::RentPaymentReport].into(),
        kinds: [PersonKind::Landlord].into(),
    };
    let rent = decide(ask(Purpose::RentPaymentReport), &rents, &stored(&officer), today());
    let landlord: RelationshipId = officer.newest();
    assert_eq!(rent.map(|allowed| allowed.relationship), Ok(Some(landlord)));
    assert_eq!(decide(ask(SLIP), &rents, &stored(&officer), today()), Err(Denial::OutsideScope));
}

#[test]
fn back_as_a_contractor_the_number_is_not_bound_to_fees() {
    let contractor = person(1)
        .with(PersonKind::Employee, Some("2019-04-01"))
        .ended("2026-03-31")
        .with(PersonKind::Payee, None)
        .fact("2026-10-20", FactKind::PaymentMade { tax_year: None })
        .registered(PAYROLL);
    let purpose = Purpose::FeePaymentReport;
    let ask = Ask { purpose, period: Period::TaxYear(2026), correction_reason: false };
    let scope = Scope { purposes: [purpose].into(), kinds: [PersonKind::Payee].into() };
    assert_eq!(decide(ask, &scope, &stored(&contractor), today()), Err(Denial::PurposeNotBound));
}

#[test]
fn an_emergency_needs_the_scope_and_a_verified_number_that_may_be_kept() {
    let mut case = Case::allowed();
    case.ask.purpose = Purpose::EmergencyProtection;
    assert_eq!(case.decide(), Err(Denial::OutsideScope));
    case.scope.purposes.insert(Purpose::EmergencyProtection);
    let allowed = case.decide().unwrap();
    assert_eq!((allowed.rule, allowed.bundle), ("emergency", None));
    case.person.active_mut().identity.method = Method::NotRequiredDependant;
    assert_eq!(case.decide(), Err(Denial::Unverified));
    case.today = day("2034-01-11");
    assert_eq!(case.decide(), Err(Denial::PastRetention));
    case.person.marks.suspended = Some(some_change());
    assert_eq!(case.decide(), Err(Denial::Suspended));
}

#[test]
fn nobody_reads_for_a_year_that_is_not_near() {
    let employee = person(1).with(PersonKind::Employee, Some("2019-04-01")).registered(PAYROLL);
    let scope = Case::allowed().scope;
    let read = |year| {
        let ask = Ask { purpose: SLIP, period: Period::TaxYear(year), correction_reason: false };
        decide(ask, &scope, &stored(&employee), today()).map(drop)
    };
    assert_eq!(read(2026), Ok(()));
    assert_eq!(read(2027), Ok(()));
    assert_eq!(read(2028), Err(Denial::NoRelationshipInPeriod));
    assert_eq!(read(2018), Err(Denial::NoRelationshipInPeriod));
}

#[test]
fn a_scope_lies_within_another_only_in_both_ways() {
    let wide = Case::allowed().scope;
    let mut narrow = wide.clone();
    narrow.purposes.remove(&SLIP);
    assert!(narrow.is_within(&wide) && !wide.is_within(&narrow));
    narrow.kinds.insert(PersonKind::Heir);
    assert!(!narrow.is_within(&wide));
}
