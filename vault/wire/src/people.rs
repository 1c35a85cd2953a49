//! People (対象者) and their relationships, with the number always masked.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What stands for every number, whoever looks and whatever it is.
pub const MASK: &str = "●●●●-●●●●-●●●●";

/// `POST /people`: a person with their first relationship → 201 `Person`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// The payroll's key (社員番号), unique in the organisation.
    #[cfg_attr(feature = "openapi", schema(example = "E-0001"))]
    pub external_ref: String,
    /// Further keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// `employee`, `officer`, `dependant`, `payee`, `landlord`, `shareholder`, `heir`, `proprietor`.
    #[cfg_attr(feature = "openapi", schema(example = "employee"))]
    pub kind: String,
    /// As in the documents.
    pub name: PersonName,
    /// A date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// The person whose dependant or heir they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependant_of: Option<String>,
    /// 続柄 as a code: `spouse`, `child`, `parent` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// A date: hired, became a dependant, contract began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_on: Option<String>,
    /// `kou` (甲欄) or `otsu` (乙欄); `kou` for an employee if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_column: Option<String>,
    /// Outside health, pension and labour insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_time: Option<bool>,
}

/// `PATCH /people/{id}` with `If-Match` → `Person`. What is left out stays as it is. While a
/// number exists these fields change only by two people.
#[derive(Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonPatch {
    /// The payroll's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// All further keys; replaces those that were there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<Key>>,
    /// The whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// A date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
}

/// A key of another system, such as 受給者番号 or 被保険者整理番号.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Which system.
    #[cfg_attr(feature = "openapi", schema(example = "payee_no"))]
    pub system: String,
    /// The key there.
    #[cfg_attr(feature = "openapi", schema(example = "0001"))]
    pub value: String,
}

/// A person's name. `{:?}` shows none of it.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    /// 姓.
    #[cfg_attr(feature = "openapi", schema(example = "見本"))]
    pub family: String,
    /// 名.
    #[cfg_attr(feature = "openapi", schema(example = "花子"))]
    pub given: String,
    /// 姓 in katakana.
    #[cfg_attr(feature = "openapi", schema(example = "ミホン"))]
    pub family_kana: String,
    /// 名 in katakana.
    #[cfg_attr(feature = "openapi", schema(example = "ハナコ"))]
    pub given_kana: String,
}

/// A person as everybody sees them. `{:?}` shows the id only.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// `per_…`
    pub id: String,
    /// The payroll's key.
    pub external_ref: String,
    /// Further keys.
    pub keys: Vec<Key>,
    /// Why the number is held, oldest first.
    pub relationships: Vec<Relationship>,
    /// `null` once personal fields were destroyed after the ledger period.
    pub name: Option<PersonName>,
    /// A date.
    pub birth_date: Option<String>,
    /// The record, masked.
    pub number: NumberView,
}

/// A person's record (個人番号レコード) without the number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberView {
    /// `not_submitted`, `requested`, `pending_review`, `returned`, `active`, `disposal_scheduled`,
    /// `disposal_pending`, `disposed`, or a side state: `declined`, `on_hold`, `suspended`,
    /// `misdirected`, `keep_only`.
    #[cfg_attr(feature = "openapi", schema(example = "active"))]
    pub status: String,
    /// `MASK` if there is a number, else `null`.
    #[cfg_attr(feature = "openapi", schema(example = "●●●●-●●●●-●●●●"))]
    pub masked: Option<String>,
    /// The active version, from 1.
    pub version: Option<u64>,
    /// The bundles it is bound to.
    #[cfg_attr(feature = "openapi", schema(example = json!(["withholding"])))]
    pub purposes: Vec<String>,
    /// When the active version passed its check.
    pub registered_at: Option<String>,
    /// The last day it is kept; `null` while no end is known.
    pub retain_until: Option<String>,
    /// The purpose notice shown at collection.
    pub notice: Option<String>,
    /// How the person was identified: `mn_card` …
    pub identity_method: Option<String>,
    /// The change that waits for a second person.
    pub pending_change: Option<String>,
}

/// Why a number is held (関係).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Relationship {
    /// `rel_…`
    pub id: String,
    /// `employee`, `officer`, `dependant` …
    pub kind: String,
    /// The person whose dependant or heir this is.
    pub of: Option<String>,
    /// 続柄 as a code.
    pub relation: Option<String>,
    /// A date.
    pub started_on: Option<String>,
    /// A date.
    pub ended_on: Option<String>,
    /// `resigned`, `retired`, `death`, `transfer` …
    pub end_reason: Option<String>,
    /// `kou` or `otsu`.
    pub tax_column: Option<String>,
    /// Outside health, pension and labour insurance.
    pub part_time: bool,
}

/// `POST /people/{id}/relationships` → 201 `Relationship`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRelationship {
    /// `employee`, `officer`, `dependant` …
    pub kind: String,
    /// The person whose dependant or heir this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// 続柄 as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// A date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_on: Option<String>,
    /// `kou` or `otsu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_column: Option<String>,
    /// Outside health, pension and labour insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_time: Option<bool>,
}

/// `GET /people`: all conditions hold together. Never a number; `{:?}` shows nothing.
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    /// The beginning of the payroll's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// Exactly this further key, as `system:value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A kind of relationship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A status of the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_status: Option<String>,
    /// A part of the name, in Kanji or kana.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// How many at most, 1 to 200; 50 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonName").finish_non_exhaustive()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for PeopleQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeopleQuery").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name() -> serde_json::Value {
        json!({"family": "見本", "given": "花子", "family_kana": "ミホン", "given_kana": "ハナコ"})
    }

    #[test]
    fn what_may_be_left_out_of_a_new_person_is_left_out_again() {
        let json = json!({"external_ref": "E-1", "kind": "employee", "name": name()});
        let person: NewPerson = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&person).unwrap(), json);
    }

    #[test]
    fn a_new_person_has_no_place_for_a_number() {
        let json = json!({"external_ref": "E-1", "kind": "employee", "name": name(),
            "number": "123456789018"});
        assert!(serde_json::from_value::<NewPerson>(json).is_err());
    }

    #[test]
    fn a_person_is_debugged_without_personal_fields() {
        let json = json!({"id": "per_1", "external_ref": "E-1", "keys": [], "relationships": [],
            "name": name(), "birth_date": "1990-01-01", "number": {"status": "active",
            "masked": MASK, "version": 1, "purposes": [], "registered_at": null,
            "retain_until": null, "notice": null, "identity_method": null,
            "pending_change": null}});
        let person: Person = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&person).unwrap(), json);
        assert_eq!(format!("{person:?}"), r#"Person { id: "per_1", .. }"#);
        assert_eq!(format!("{:?}", person.name), "Some(PersonName { .. })");
    }
}
