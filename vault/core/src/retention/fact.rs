//! What happened to a relationship (事実): the only input that moves a retention clock.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{FactId, RelationshipId, UserId};
use crate::person::Relationship;
use crate::retention::Rule;
use crate::time::{CivilDate, Timestamp};

pub use self::kind::{
    DeclarationKind, EndReason, FactKind, FamilyWork, Medium, RemovalReason, Scheme,
};

mod kind;

/// One recorded fact. It is never changed: a correction supersedes it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Which fact.
    pub id: FactId,
    /// What it is a fact of.
    pub relationship: RelationshipId,
    /// The day it happened.
    pub on: CivilDate,
    /// What happened.
    pub kind: FactKind,
    /// Who wrote it; the owner, where a client did.
    pub author: UserId,
    /// When it was written.
    pub recorded_at: Timestamp,
    /// The fact that corrects it; superseded facts count for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<FactId>,
}

/// Why a fact cannot be recorded.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FactError {
    /// The kind of fact does not belong to this kind of relationship.
    #[error("this kind of fact does not belong to this kind of relationship")]
    Kind,
    /// The days of the fact contradict one another.
    #[error("a day of the fact lies before what it ends or finishes")]
    Order,
    /// The purpose is not one this kind of fact can speak of.
    #[error("this kind of fact does not speak of this purpose")]
    Purpose,
    /// No scope is named.
    #[error("the fact names no scope")]
    Scope,
    /// The tax year does not lie near the day of the fact.
    #[error("the tax year does not fit the day of the fact")]
    TaxYear,
}

impl FactError {
    /// The field of the event that does not do.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Kind => "type",
            Self::Order => "on",
            Self::Purpose => "purpose",
            Self::Scope => "scope",
            Self::TaxYear => "tax_year",
        }
    }
}

impl Fact {
    /// Whether the fact counts: it is not superseded and does not merely void another.
    pub fn counts(&self) -> bool {
        self.superseded_by.is_none() && !matches!(self.kind, FactKind::FactCorrected { .. })
    }

    /// Whether the fact may be recorded for `relationship`.
    ///
    /// An end before the known beginning is refused: a slip of the finger there would make the number
    /// look long past its retention.
    ///
    /// # Errors
    ///
    /// [`FactError`]: the first rule that is broken.
    pub fn check(&self, relationship: &Relationship) -> Result<(), FactError> {
        if !self.kind.belongs_to(relationship.kind) {
            return Err(FactError::Kind);
        }
        let before = |day: CivilDate| relationship.started_on.is_some_and(|start| day < start);
        let paid_before = self.kind.last_paid_on().is_some_and(before);
        if paid_before || self.kind.is_end() && before(self.on) {
            return Err(FactError::Order);
        }
        self.check_fields()
    }

    fn check_fields(&self) -> Result<(), FactError> {
        match &self.kind {
            FactKind::DependantAdded { scope } if scope.is_empty() => Err(FactError::Scope),
            FactKind::DependantRemoved { scope, .. } if scope.is_empty() => Err(FactError::Scope),
            FactKind::DependantRemoved { finished_on: Some(day), .. }
            | FactKind::InsuranceLost { finished_on: Some(day), .. }
                if *day < self.on =>
            {
                Err(FactError::Order)
            }
            FactKind::DocumentFiled { purpose, .. } if !purpose.is_slip() => {
                Err(FactError::Purpose)
            }
            FactKind::MatterOpened { purpose } | FactKind::MatterFinished { purpose }
                if !matches!(purpose.rule(), Some(Rule::R4 | Rule::R5 | Rule::R7)) =>
            {
                Err(FactError::Purpose)
            }
            kind => match kind.tax_year() {
                Some(year) if !self.is_near(year) => Err(FactError::TaxYear),
                _ => Ok(()),
            },
        }
    }

    /// A declaration comes in from the year before its tax year; a report may be filed, and a year
    /// put right, up to eight years after it.
    fn is_near(&self, year: i16) -> bool {
        (year.saturating_sub(1)..=year.saturating_add(8)).contains(&self.on.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::PersonKind;
    use crate::purpose::Purpose;
    use crate::retention::fixture::{clerk, day, id, person};

    fn check(on: &str, kind: PersonKind, fact: serde_json::Value) -> Result<(), FactError> {
        let person = person(1).with(kind, Some("2020-04-01"));
        let relationship = person.relationships.last().unwrap();
        let fact = Fact {
            id: id(1),
            relationship: relationship.id,
            on: day(on),
            kind: serde_json::from_value(fact).unwrap(),
            author: clerk(),
            recorded_at: Timestamp::from_millis(0),
            superseded_by: None,
        };
        let row = serde_json::to_vec(&fact).unwrap();
        assert_eq!(serde_json::from_slice::<Fact>(&row).unwrap(), fact);
        fact.check(relationship)
    }

    #[test]
    fn nothing_ends_before_it_began() {
        let resigned = serde_json::json!({"type": "employment_ended", "reason": "resigned"});
        let ended = |on, fact| check(on, PersonKind::Employee, fact);
        assert_eq!(ended("2006-03-31", resigned.clone()), Err(FactError::Order));
        assert_eq!(ended("2020-04-01", resigned.clone()), Ok(()));
        let mut paid = resigned;
        paid["last_paid_on"] = "2006-03-31".into();
        assert_eq!(ended("2026-03-31", paid), Err(FactError::Order));
    }

    #[test]
    fn each_kind_of_fact_belongs_to_some_relationships_only() {
        use PersonKind::{Dependant, Employee, Heir, Landlord, Officer, Payee, Shareholder};
        let staff = [Employee, Officer].as_slice();
        let outsiders = [Heir, Landlord, Payee, PersonKind::Proprietor, Shareholder].as_slice();
        let cases = [
            (r#"{"type":"employment_ended","reason":"resigned"}"#, staff),
            (r#"{"type":"employment_started"}"#, staff),
            (r#"{"type":"leave_started"}"#, staff),
            (r#"{"type":"declaration_voided","tax_year":2026}"#, staff),
            (r#"{"type":"insurance_enrolled","scheme":"labour"}"#, &[Dependant, Employee, Officer]),
            (r#"{"type":"dependant_added","scope":["tax"]}"#, &[Dependant]),
            (r#"{"type":"contract_ended"}"#, outsiders),
            (
                r#"{"type":"payment_made","tax_year":2026}"#,
                &[Employee, Heir, Landlord, Officer, Payee, Shareholder],
            ),
        ];
        for (fact, kinds) in cases {
            for kind in PersonKind::ALL {
                let fact = serde_json::from_str(fact).unwrap();
                let expected = if kinds.contains(kind) { Ok(()) } else { Err(FactError::Kind) };
                assert_eq!(check("2026-04-01", *kind, fact), expected, "{kind}");
            }
        }
    }

    #[test]
    fn a_fact_that_contradicts_itself_is_refused() {
        use serde_json::json;
        let cases = [
            (
                PersonKind::Dependant,
                json!({"type": "dependant_removed", "scope": [], "reason": "divorce"}),
                FactError::Scope,
            ),
            (
                PersonKind::Dependant,
                json!({"type": "dependant_removed", "scope": ["tax"], "reason": "divorce",
                       "finished_on": "2026-03-31"}),
                FactError::Order,
            ),
            (
                PersonKind::Employee,
                json!({"type": "insurance_lost", "scheme": "labour", "finished_on": "2026-03-31"}),
                FactError::Order,
            ),
            (
                PersonKind::Employee,
                json!({"type": "document_filed", "purpose": "health_dependents",
                       "tax_year": 2025, "destination": "架空税務署"}),
                FactError::Purpose,
            ),
            (
                PersonKind::Employee,
                json!({"type": "matter_opened", "purpose": "withholding_slip"}),
                FactError::Purpose,
            ),
            (
                PersonKind::Employee,
                json!({"type": "declaration_voided", "tax_year": 2062}),
                FactError::TaxYear,
            ),
            (
                PersonKind::Employee,
                json!({"type": "declaration_voided", "tax_year": i16::MAX}),
                FactError::TaxYear,
            ),
        ];
        for (kind, fact, error) in cases {
            assert_eq!(check("2026-04-01", kind, fact), Err(error), "{}", error.field());
        }
    }

    #[test]
    fn unknown_fields_and_types_are_errors() {
        for text in [
            r#"{"type":"contract_ended","number":"1"}"#,
            r#"{"type":"leave_started","until":"2026-04-01"}"#,
            r#"{"type":"something_else"}"#,
            r#"{"type":"document_filed","purpose":"other","tax_year":2026,"destination":""}"#,
        ] {
            assert!(serde_json::from_str::<FactKind>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_type_of_the_api_is_the_code() {
        let kind = FactKind::MatterOpened { purpose: Purpose::WorkersAccidentClaims };
        assert_eq!(serde_json::to_value(&kind).unwrap()["type"], kind.code());
        assert_eq!(serde_json::to_value(FactKind::LeaveEnded {}).unwrap()["type"], "leave_ended");
        assert!(FactKind::FactCorrected { supersedes: id(1) }.needs_two() && !kind.needs_two());
    }
}
