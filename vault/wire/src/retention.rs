//! Facts that move the day on which a number must go, and the reasoning behind that day.

use serde::{Deserialize, Serialize};

/// `POST /people/{id}/events` → 201 `RecordedEvent`. Effective at once. `type` says what happened;
/// dates are days on which it happened.
///
/// Source: `practice.md` 2.4.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A contract ended.
    ContractEnded {
        /// The last day of it.
        on: String,
    },
    /// A contract began.
    ContractStarted {
        /// The first day of it.
        on: String,
    },
    /// 扶養控除等申告書 or the like came in.
    DeclarationReceived {
        /// The day it came in; today if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<String>,
        /// The year it is for, `2026`.
        tax_year: u16,
        /// Which declaration: `dependents`, `secondary_income`, `year_end`.
        kind: String,
        /// `paper_with_number`, `paper_by_ledger`, `electronic`.
        medium: String,
    },
    /// A declaration has no effect.
    DeclarationVoided {
        /// The day that was found; today if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<String>,
        /// The year it was for.
        tax_year: u16,
    },
    /// The person, a dependant, became family for these works.
    DependantAdded {
        /// The day.
        on: String,
        /// `tax`, `health`, `cat3`.
        scope: Vec<String>,
    },
    /// The person is no dependant for these works any more.
    DependantRemoved {
        /// The day.
        on: String,
        /// `tax`, `health`, `cat3`.
        scope: Vec<String>,
        /// `employment`, `divorce`, `death`, `income`, `other`.
        reason: String,
        /// The day the paperwork was filed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finished_on: Option<String>,
    },
    /// A document was filed.
    DocumentFiled {
        /// The work it was made for.
        purpose: String,
        /// The year it is about.
        tax_year: u16,
        /// The day.
        on: String,
        /// Where (提出先).
        destination: String,
    },
    /// The person left.
    EmploymentEnded {
        /// The last day of employment.
        on: String,
        /// `resigned`, `retired`, `death`, `transfer`.
        reason: String,
        /// The day of the last pay; from the pay rule if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_paid_on: Option<String>,
    },
    /// The person was hired, again or for the first time.
    EmploymentStarted {
        /// The first day.
        on: String,
    },
    /// Enrolled in an insurance.
    InsuranceEnrolled {
        /// `health_pension`, `labour`.
        scheme: String,
        /// The day.
        on: String,
    },
    /// No longer in an insurance.
    InsuranceLost {
        /// `health_pension`, `labour`.
        scheme: String,
        /// The day.
        on: String,
        /// The day the paperwork was filed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finished_on: Option<String>,
    },
    /// Leave ended.
    LeaveEnded {
        /// The last day of it.
        on: String,
    },
    /// Leave began.
    LeaveStarted {
        /// The first day of it.
        on: String,
    },
    /// A matter that needs the number ended.
    MatterFinished {
        /// The work.
        purpose: String,
        /// The day.
        on: String,
    },
    /// A matter that needs the number began.
    MatterOpened {
        /// The work.
        purpose: String,
        /// The day.
        on: String,
    },
    /// Nothing is to be filed for a year.
    NoFilingRequired {
        /// The day it was settled; the last day of the year if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<String>,
        /// The year.
        tax_year: u16,
        /// Why: `below_threshold` …
        reason: String,
    },
    /// A payment was made. One of the two is there.
    PaymentMade {
        /// The day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<String>,
        /// The year, if days are not kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tax_year: Option<u16>,
    },
    /// A retirement allowance was paid.
    RetirementAllowancePaid {
        /// The day.
        on: String,
        /// The day by which 退職所得申告書 was due.
        declaration_deadline: String,
        /// Whether a pension lump sum is part of it.
        #[serde(default)]
        pension_lump_sum: bool,
    },
}

/// An event of one of the person's relationships.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEvent {
    /// Which relationship (`rel_…`); may be left out where only one can be meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    /// What happened. Refuses fields that are not its own.
    #[serde(flatten)]
    pub event: Event,
}

impl From<Event> for NewEvent {
    fn from(event: Event) -> Self {
        Self { relationship: None, event }
    }
}

/// An event as it was written down.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordedEvent {
    /// `fct_…`
    pub id: String,
    /// What happened.
    pub event: Event,
    /// The relationship it is about (`rel_…`).
    pub relationship: String,
    /// Who wrote it; for a program its owner.
    pub recorded_by: String,
    /// An instant.
    pub recorded_at: String,
    /// The event that holds instead, or the change that voided this one.
    pub superseded_by: Option<String>,
}

/// `GET /people/{id}/retention?lang=`: in which language the reasoning is told.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct RetentionQuery {
    /// `ja` or `en`; `ja` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// Until when a number is kept, and why.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Retention {
    /// `per_…`
    pub person: String,
    /// The last day it is kept; `null` while no end is known.
    pub retain_until: Option<String>,
    /// The day after; `null` while no end is known.
    pub first_deletable: Option<String>,
    /// What keeps it, each with its own end.
    pub holdings: Vec<Holding>,
    /// The reasoning, one step a line; 「推定」 marks what was assumed.
    pub lines: Vec<String>,
}

/// One work of one relationship that keeps the number (保存期間).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holding {
    /// `rel_…`
    pub relationship: String,
    /// The bundle it was collected for.
    pub purpose: String,
    /// `R1` to `R8`; `null` while the work itself goes on.
    pub rule: Option<String>,
    /// The article.
    pub article: Option<String>,
    /// The first day it kept the number.
    pub start: Option<String>,
    /// The last day; `null` while no end is known.
    pub end: Option<String>,
    /// Whether it was assumed rather than documented.
    pub estimated: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(json: Value) -> Result<Event, serde_json::Error> {
        serde_json::from_value(json)
    }

    #[test]
    fn every_kind_of_event_reads_as_it_is_written() {
        let day = "2026-08-31";
        let events = [
            json!({"type": "contract_ended", "on": day}),
            json!({"type": "contract_started", "on": day}),
            json!({"type": "declaration_received", "tax_year": 2027,
                "kind": "dependents", "medium": "electronic"}),
            json!({"type": "declaration_voided", "tax_year": 2027}),
            json!({"type": "dependant_added", "on": day, "scope": ["tax"]}),
            json!({"type": "dependant_removed", "on": day, "scope": ["tax", "health"],
                "reason": "employment", "finished_on": day}),
            json!({"type": "document_filed", "purpose": "withholding_slip", "tax_year": 2026,
                "on": day, "destination": "試験税務署"}),
            json!({"type": "employment_ended", "on": day, "reason": "resigned",
                "last_paid_on": day}),
            json!({"type": "employment_started", "on": day}),
            json!({"type": "insurance_enrolled", "scheme": "labour", "on": day}),
            json!({"type": "insurance_lost", "scheme": "labour", "on": day}),
            json!({"type": "leave_ended", "on": day}),
            json!({"type": "leave_started", "on": day}),
            json!({"type": "matter_finished", "purpose": "workers_accident_claims", "on": day}),
            json!({"type": "matter_opened", "purpose": "workers_accident_claims", "on": day}),
            json!({"type": "no_filing_required", "tax_year": 2026, "reason": "below_threshold"}),
            json!({"type": "payment_made", "tax_year": 2026}),
            json!({"type": "retirement_allowance_paid", "on": day, "declaration_deadline": day,
                "pension_lump_sum": true}),
        ];
        for json in events {
            let event = read(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&event).unwrap(), json);
        }
    }

    #[test]
    fn an_event_may_name_its_relationship_and_nothing_else() {
        let json = json!({"relationship": "rel_1", "type": "leave_started", "on": "2026-01-01"});
        let new: NewEvent = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(new.relationship.as_deref(), Some("rel_1"));
        assert_eq!(serde_json::to_value(&new).unwrap(), json);
        let mut more = json;
        more["tax_year"] = json!(2026);
        assert!(serde_json::from_value::<NewEvent>(more).is_err());
    }

    #[test]
    fn an_event_with_a_field_of_another_one_is_refused() {
        assert!(read(json!({"type": "leave_started", "on": "2026-01-01", "tax_year": 1})).is_err());
        assert!(read(json!({"type": "leave_started"})).is_err());
        assert!(read(json!({"type": "sabbatical", "on": "2026-01-01"})).is_err());
    }
}
