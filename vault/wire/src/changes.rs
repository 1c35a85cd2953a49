//! The queue of changes (申請) that wait for a second person.

use serde::{Deserialize, Serialize};

use crate::accounts::{NewOrganisation, Settings};
use crate::clients::{Client, ClientChange};
use crate::number::NumberText;
use crate::oversight::{ItAccess, ProposedReset, Reason};
use crate::retention::NewEvent;
use crate::roster::{Appointment, Designation, Notice};

/// `POST /changes` → 202 `Change`. `type` says which.
#[derive(Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NewChange {
    /// A number that replaces the active one.
    Correct(NewNumber),
    /// A recorded fact that was wrong.
    FactCorrected(FactCorrection),
    /// Other purposes for a record, by a notice that told its person of them.
    Rebind(NewPurposes),
    /// A person's first number.
    Register(NewNumber),
}

/// Other purposes for a record (利用目的の変更). What is added must be told by a later notice than the
/// one the record is bound by.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPurposes {
    /// Whose record.
    pub person: String,
    /// Bundles: all of them, as they are to be.
    #[cfg_attr(feature = "openapi", schema(example = json!(["withholding"])))]
    pub purposes: Vec<String>,
    /// The purpose notice shown; the newest in force that covers the purposes if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Why.
    pub reason: String,
}

/// A number with what makes it lawful. It waits for a blind check by a second person.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewNumber {
    /// Whose.
    pub person: String,
    /// As keyed from the document; full-width digits, spaces and hyphens are read too.
    pub number: NumberText,
    /// Bundles.
    #[cfg_attr(feature = "openapi", schema(example = json!(["withholding"])))]
    pub purposes: Vec<String>,
    /// The purpose notice shown; the newest in force that covers the purposes if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// How the person was identified.
    pub identity_check: IdentityCheck,
    /// Why; a correction needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rejected change this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// How a person was identified (本人確認). Kinds of documents only, never images or their numbers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentityCheck {
    /// `mn_card`, `juminhyo_plus_id`, `known_person` …
    #[cfg_attr(feature = "openapi", schema(example = "mn_card"))]
    pub method: String,
    /// What showed the number (番号確認書類).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_document: Option<String>,
    /// What showed who it is (身元確認書類).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_documents: Vec<String>,
    /// What gave an agent their right (代理権確認書類).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_document: Option<String>,
    /// The day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-01"))]
    pub verified_on: String,
}

/// A recorded fact to be replaced or voided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FactCorrection {
    /// Whose fact.
    pub person: String,
    /// Which one (`fct_…`).
    pub supersedes: String,
    /// What holds instead; left out or `null` voids it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<NewEvent>,
    /// Why.
    pub reason: String,
}

/// A proposal and what became of it. Never holds a number.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// `chg_…`
    pub id: String,
    /// `pending`, `approved`, `rejected`, `withdrawn`, `expired`.
    #[cfg_attr(feature = "openapi", schema(example = "pending"))]
    pub status: String,
    /// The organisation whose queue it waits in; `null` for the vault's own.
    pub org: Option<String>,
    /// What is to change: the fields `type` and `content`.
    #[serde(flatten)]
    pub content: Content,
    /// Who proposed it; for a program its owner.
    pub proposed_by: String,
    /// The program it came through.
    pub client: Option<String>,
    /// An instant.
    pub proposed_at: String,
    /// An instant: it lapses then, undecided.
    pub expires_at: String,
    /// Who decided; `null` while pending, and if it expired.
    pub decided_by: Option<String>,
    /// An instant; `null` while pending.
    pub decided_at: Option<String>,
    /// Why it was rejected.
    pub decision_reason: Option<String>,
}

/// What is to change.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", content = "content", rename_all = "snake_case")]
pub enum Content {
    /// A person's role.
    Appointment(Appointment),
    /// An API client.
    Client(Client),
    /// An API client that is to do more, or to go on.
    ClientAmended(Box<ClientChange>),
    /// A number that replaces the active one.
    Correct(ProposedNumber),
    /// A line of the roster.
    Designation(Designation),
    /// A recorded fact that was wrong.
    FactCorrected(FactCorrection),
    /// A visit of IT staff.
    ItAccess(ItAccess),
    /// A version of the purpose notice.
    Notice(Notice),
    /// An organisation with its first manager.
    Organisation(NewOrganisation),
    /// Other purposes for a record.
    Rebind(Rebinding),
    /// A person's first number.
    Register(ProposedNumber),
    /// Credentials to be made anew.
    Reset(ProposedReset),
    /// Settings, at least one of them weaker than before.
    Settings(Settings),
    /// More days for a training.
    TrainingExtension(TrainingExtension),
    /// An account that failures locked.
    Unlock(Unlocked),
    /// Reads to be let through again.
    Unfreeze(Reason),
    /// An account.
    User(ProposedUser),
}

/// Other purposes for a record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rebinding {
    /// Whose record.
    pub person: String,
    /// The bundles it is bound to.
    pub before: Vec<String>,
    /// The bundles it is to be bound to.
    pub purposes: Vec<String>,
    /// The purpose notice shown.
    pub notice: String,
    /// Why.
    pub reason: String,
}

/// More days for a training.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingExtension {
    /// The training.
    pub training: String,
    /// Who attended.
    pub user: String,
    /// Until when it would count.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// A proposed number, without the number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedNumber {
    /// Whose.
    pub person: String,
    /// The version it will be.
    pub version: u64,
    /// Bundles.
    pub purposes: Vec<String>,
    /// The purpose notice shown.
    pub notice: String,
    /// How the person was identified.
    pub identity_check: IdentityCheck,
    /// Why, where a reason was asked for.
    pub reason: Option<String>,
    /// The rejected change this one follows.
    pub replaces: Option<String>,
    /// Blind entries that are left.
    pub attempts_left: u8,
}

/// An account that is to be opened before its time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unlocked {
    /// Whose.
    pub user: String,
}

/// A proposed account.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedUser {
    /// The account it will be.
    pub user: String,
    /// What colleagues read.
    pub display_name: String,
    /// The employer's key for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_ref: Option<String>,
}

/// `POST /changes/{id}/check` → `Change`, approved; or 409 `number-mismatch` with
/// `attempts_left`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Keyed again from the document, blind (点検).
    pub number: NumberText,
}

/// `POST /changes/{id}/reject` → `Change`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// What its maker should do (差戻しの理由).
    pub reason: String,
}

/// `GET /changes`: all conditions hold together.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// `pending`, `approved`, `rejected`, `withdrawn`, `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Those about this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// How many at most, 1 to 200; 50 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Written out because a derived schema would join `type` to objects that allow no further field.
#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
    use utoipa::openapi::{Object, RefOr};
    use utoipa::{PartialSchema, ToSchema};

    use super::{FactCorrection, NewChange, NewNumber, NewPurposes};

    impl ToSchema for NewChange {
        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            NewNumber::schemas(schemas);
            FactCorrection::schemas(schemas);
            NewPurposes::schemas(schemas);
        }
    }

    impl PartialSchema for NewChange {
        fn schema() -> RefOr<Schema> {
            OneOfBuilder::new()
                .item(typed("register", NewNumber::schema()))
                .item(typed("correct", NewNumber::schema()))
                .item(typed("fact_corrected", FactCorrection::schema()))
                .item(typed("rebind", NewPurposes::schema()))
                .description(Some("What is proposed to a second person; `type` says which."))
                .into()
        }
    }

    fn typed(name: &str, content: RefOr<Schema>) -> Schema {
        let RefOr::T(Schema::Object(mut object)) = content else {
            return Schema::Object(Object::new());
        };
        let kind = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([name]));
        object.properties.insert(String::from("type"), kind.into());
        object.required.push(String::from("type"));
        Schema::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn register() -> serde_json::Value {
        json!({"type": "register", "person": "per_1", "number": "123456789018",
            "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": "2026-04-01"}})
    }

    #[test]
    fn a_new_change_reads_as_it_is_written() {
        let json = register();
        let change: NewChange = serde_json::from_str(&json.to_string()).unwrap();
        assert!(matches!(&change, NewChange::Register(new) if new.notice.is_none()));
        assert_eq!(serde_json::to_value(&change).unwrap(), json);
    }

    #[test]
    fn unknown_fields_of_a_new_change_are_refused() {
        let mut json = register();
        json["priority"] = json!(1);
        assert!(serde_json::from_value::<NewChange>(json).is_err());
        let mut json = register();
        json["identity_check"]["image"] = json!("x");
        assert!(serde_json::from_value::<NewChange>(json).is_err());
        assert!(serde_json::from_value::<Check>(json!({"number": "1", "why": "2"})).is_err());
    }

    #[test]
    fn a_change_carries_type_and_content_beside_its_other_fields() {
        let json = json!({"id": "chg_1", "status": "pending", "org": null, "type": "user",
            "content": {"user": "usr_2", "display_name": "見本 花子"}, "proposed_by": "usr_1",
            "client": null, "proposed_at": "2026-11-21T05:00:00Z",
            "expires_at": "2026-12-21T05:00:00Z", "decided_by": null, "decided_at": null,
            "decision_reason": null});
        let change: Change = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(&change.content, Content::User(user) if user.user == "usr_2"));
        assert_eq!(serde_json::to_value(&change).unwrap(), json);
    }

    #[test]
    fn a_field_that_a_later_vault_adds_to_a_change_is_passed_over() {
        let json = json!({"id": "chg_1", "status": "approved", "org": "org_1", "type": "settings",
            "content": {"pay_rule": {"closing_day": 31, "pay_day": 25, "pay_month_offset": 1},
                "r6_keep": 0, "cycle": "immediate", "after_last_use": "with_document",
                "purge": {"grace_days": 3}},
            "proposed_by": "usr_1", "proposed_at": "", "expires_at": "", "later": true});
        let change: Change = serde_json::from_value(json).unwrap();
        assert!(matches!(change.content, Content::Settings(settings) if settings.r6_keep == 0));
    }
}
