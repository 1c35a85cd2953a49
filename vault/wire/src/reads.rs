//! Numbers for a purpose (使用).

use serde::{Deserialize, Serialize};

use crate::number::NumberText;

/// The most people one call may name.
pub const MAX_PEOPLE: usize = 10_000;

/// The media type of a streamed answer: a `ReadHead`, then one `ReadResult` a line.
pub const NDJSON: &str = "application/x-ndjson";

/// `POST /reads` → `ReadAnswer`, or with `Accept: application/x-ndjson` a `ReadHead` line and
/// one `ReadResult` line per person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadRequest {
    /// One work of the closed table.
    #[cfg_attr(feature = "openapi", schema(example = "withholding_slip"))]
    pub purpose: String,
    /// A tax year or a date.
    #[cfg_attr(feature = "openapi", schema(example = "2026"))]
    pub period: String,
    /// What it is for, as the ledger will say.
    #[cfg_attr(feature = "openapi", schema(example = "令和8年分 源泉徴収票"))]
    pub reference: String,
    /// Where it goes (提出先); the purpose's own if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Why, where a reason is asked for: the correction of a slip from a record on `keep_only`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Only tell who would be refused and why. Opens nothing; logged as such.
    #[serde(default)]
    pub dry_run: bool,
    /// Whose numbers: 1 to `MAX_PEOPLE`, in the order of the answer.
    pub people: Vec<PersonRef>,
}

/// A person by id, or by the payroll's key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged, expecting = "invalid person, expected an id or an object with external_ref")]
pub enum PersonRef {
    /// `"per_…"`
    Id(String),
    /// `{"external_ref":"…"}`
    External(ExternalRef),
}

/// A person by the payroll's key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExternalRef {
    /// The payroll's key.
    #[cfg_attr(feature = "openapi", schema(example = "E-0001"))]
    pub external_ref: String,
}

/// What a read found: an answer for each person asked for, in that order.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadAnswer {
    /// `red_…`; `GET /reads/{id}` tells later what was asked and decided.
    pub id: String,
    /// One each.
    pub results: Vec<ReadResult>,
}

/// The first line of a streamed answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadHead {
    /// `red_…`
    pub id: String,
}

/// One person's answer: exactly one of `number`, `denied` and, in a dry run, `allowed` is there; the
/// others are left out.
#[derive(Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadResult {
    /// `per_…`; left out if the person was named by a key that nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The payroll's key; left out if the person was named by an id that nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<NumberText>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Denied>,
    /// `true`: a real read would answer with the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<bool>,
}

/// A reason that lies with the person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Denied {
    /// `purpose-not-bound`, `outside-scope`, `suspended`, `purpose-ended`, `disposal-pending`,
    /// `no-relationship-in-period`, `past-retention`, `unverified`, `no-number`, `pending-check`,
    /// `deleted` or `not-found`.
    #[cfg_attr(feature = "openapi", schema(example = "purpose-not-bound"))]
    pub code: String,
    /// What to do next.
    pub detail: String,
}

/// `GET /reads/{id}`: what was asked and decided, without numbers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadRecord {
    /// `red_…`
    pub id: String,
    /// One work of the closed table.
    pub purpose: String,
    /// A tax year or a date.
    pub period: String,
    /// What it was for.
    pub reference: String,
    /// Where it went.
    pub destination: String,
    /// Whether nothing was opened.
    pub dry_run: bool,
    /// The natural person it counts for; for a program its owner.
    pub user: String,
    /// The program.
    pub client: Option<String>,
    /// When it was decided.
    pub at: String,
    /// How many people were answered with the number, or in a dry run would have been.
    pub allowed: u32,
    /// How many were refused.
    pub denied: u32,
    /// One for each person who was found: those allowed first.
    pub results: Vec<ReadDecision>,
}

/// What was decided about one person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadDecision {
    /// `per_…`
    pub person: String,
    /// Why not; `null` if allowed.
    pub denied: Option<Denied>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_named_by_id_or_by_key() {
        let json = json!({"purpose": "withholding_slip", "period": "2026", "reference": "試験",
            "dry_run": false, "people": ["per_1", {"external_ref": "E-1"}]});
        let request: ReadRequest = serde_json::from_value(json.clone()).unwrap();
        let external = ExternalRef { external_ref: "E-1".into() };
        let people = [PersonRef::Id("per_1".into()), PersonRef::External(external)];
        assert_eq!(request.people, people);
        assert_eq!(serde_json::to_value(&request).unwrap(), json);
    }

    #[test]
    fn a_result_holds_the_number_or_the_reason_and_nothing_else() {
        let number = ReadResult {
            person: Some("per_1".into()),
            external_ref: Some("E-1".into()),
            number: Some("123456789018".into()),
            ..ReadResult::default()
        };
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(json, r#"{"person":"per_1","external_ref":"E-1","number":"123456789018"}"#);
        let back: ReadResult = serde_json::from_str(&json).unwrap();
        assert_eq!(back.number.unwrap().expose(), "123456789018");

        let json = r#"{"person":"per_1","denied":{"code":"no-number","detail":"試験"}}"#;
        let denied: ReadResult = serde_json::from_str(json).unwrap();
        assert!(denied.number.is_none());
        assert_eq!(serde_json::to_string(&denied).unwrap(), json);
    }
}
