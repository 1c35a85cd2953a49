//! Builders of synthetic people for the tests of rules.

use crate::id::{
    ChangeId, NoticeId, OrganisationId, PersonId, RelationshipId, SlotId, UserId, new_uuid,
};
use crate::identity::{Document, IdentityCheck, Method};
use crate::person::{
    Active, Marks, NumberState, Person, PersonKind, Record, Relationship, TaxColumn,
};
use crate::purpose::{Bundle, Purpose, Purposes};
use crate::retention::{EndReason, Fact, FactKind, FamilyWork, Holdings, RemovalReason, Settings};
use crate::time::{CivilDate, Timestamp};

/// Every bundle an ordinary employee is told of.
pub(crate) const PAYROLL: &[Bundle] =
    &[Bundle::Declarations, Bundle::Withholding, Bundle::HealthPension, Bundle::LabourInsurance];

pub(crate) fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

pub(crate) fn today() -> CivilDate {
    day("2026-11-21")
}

pub(crate) fn id<T: From<uuid::Uuid>>(n: u8) -> T {
    new_uuid(Timestamp::from_millis(1_795_000_000_000), [n; 10]).into()
}

/// The clerk who records the facts.
pub(crate) fn clerk() -> UserId {
    id(200)
}

pub(crate) fn bundles(of: &[Bundle]) -> Purposes {
    of.iter().copied().collect()
}

pub(crate) fn mn_card() -> IdentityCheck {
    IdentityCheck {
        method: Method::MnCard,
        number_document: Some(Document::MnCard),
        identity_documents: [Document::MnCard].into(),
        agent_document: None,
        verified_on: day("2018-04-01"),
    }
}

/// A person without relationships; `n` tells people apart.
pub(crate) fn person(n: u8) -> Person {
    Person {
        id: id(n),
        org: id::<OrganisationId>(1),
        external_ref: format!("E-{n:03}"),
        keys: Vec::new(),
        relationships: Vec::new(),
        facts: Vec::new(),
        number: Record::default(),
        marks: Marks::default(),
        holdings: Holdings::default(),
        personal_version: 1,
        created_at: day("2026-11-21").tokyo_start(),
    }
}

impl Person {
    /// With a further relationship, of which the facts that follow speak.
    pub(crate) fn with(mut self, kind: PersonKind, started_on: Option<&str>) -> Self {
        let n = u8::try_from(self.relationships.len()).unwrap();
        self.relationships.push(Relationship {
            id: id(100 + n),
            kind,
            of: None,
            relation: None,
            started_on: started_on.map(day),
            tax_column: None,
            part_time: false,
        });
        self
    }

    pub(crate) fn otsu(mut self) -> Self {
        self.relationships.last_mut().unwrap().tax_column = Some(TaxColumn::Otsu);
        self
    }

    pub(crate) fn part_time(mut self) -> Self {
        self.relationships.last_mut().unwrap().part_time = true;
        self
    }

    pub(crate) fn family_of(mut self, employee: &Self) -> Self {
        self.relationships.last_mut().unwrap().of = Some(employee.id);
        self
    }

    /// With a fact about the newest relationship.
    pub(crate) fn fact(mut self, on: &str, kind: FactKind) -> Self {
        let relationship = self.relationships.last().unwrap();
        let fact = Fact {
            id: id(u8::try_from(self.facts.len()).unwrap()),
            relationship: relationship.id,
            on: day(on),
            kind,
            author: clerk(),
            recorded_at: Timestamp::from_millis(0),
            superseded_by: None,
        };
        assert_eq!(fact.check(relationship), Ok(()));
        self.facts.push(fact);
        self
    }

    pub(crate) fn ended(self, on: &str) -> Self {
        self.fact(on, ended(None))
    }

    pub(crate) fn filed(self, on: &str, purpose: Purpose, tax_year: i16) -> Self {
        let destination = "架空税務署".to_owned();
        self.fact(on, FactKind::DocumentFiled { purpose, tax_year, destination })
    }

    /// Registered, checked and bound to `bound`, with its holdings derived.
    pub(crate) fn registered(mut self, bound: &[Bundle]) -> Self {
        self.holdings = derive(&self, bound);
        self.number.highest_version = 1;
        self.number.state = NumberState::Active(Box::new(Active {
            version: 1,
            purposes: bundles(bound),
            notice: id::<NoticeId>(2),
            identity: mn_card(),
            registered_at: Timestamp::from_millis(0),
            slot: id::<SlotId>(3),
            epoch: 1,
            correction: None,
            purge: None,
        }));
        self
    }

    pub(crate) fn active_mut(&mut self) -> &mut Active {
        let NumberState::Active(active) = &mut self.number.state else {
            panic!("the person has no number")
        };
        active
    }

    pub(crate) fn newest(&self) -> RelationshipId {
        self.relationships.last().unwrap().id
    }
}

pub(crate) fn ended(last_paid_on: Option<&str>) -> FactKind {
    let last_paid_on = last_paid_on.map(day);
    FactKind::EmploymentEnded { reason: EndReason::Resigned, last_paid_on }
}

pub(crate) fn removed(scope: &[FamilyWork], finished_on: Option<&str>) -> FactKind {
    FactKind::DependantRemoved {
        scope: scope.iter().copied().collect(),
        reason: RemovalReason::Other,
        finished_on: finished_on.map(day),
    }
}

pub(crate) fn some_change() -> ChangeId {
    id(9)
}

/// What the number of someone without family is held for, under the default settings.
pub(crate) fn derive(person: &Person, bound: &[Bundle]) -> Holdings {
    derive_with(person, bound, &[], &Settings::default())
}

pub(crate) fn derive_with(
    person: &Person,
    bound: &[Bundle],
    employees: &[&Person],
    settings: &Settings,
) -> Holdings {
    let of = |id: PersonId| employees.iter().copied().find(|employee| employee.id == id);
    Holdings::derive(person, &bundles(bound), &of, settings)
}

/// The first deletable day.
pub(crate) fn deletable(holdings: &Holdings) -> Option<CivilDate> {
    holdings.due().map(|due| due.first_deletable)
}
