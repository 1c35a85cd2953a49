//! The queue of changes (申請) that wait for a second person.

use serde::{Deserialize, Serialize};

use crate::accounts::{NewOrganisation, Settings};
use crate::number::NumberText;
use crate::retention::Event;
use crate::roster::{Appointment, Client, Designation, Notice};

/// `POST /changes` → 202 [`Change`]. `type` says which.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NewChange {
    /// A number that replaces the active one.
    Correct(NewNumber),
    /// A recorded fact that was wrong.
    FactCorrected(FactCorrection),
    /// A person's first number.
    Register(NewNumber),
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
    pub with: Option<Event>,
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
    /// A number that replaces the active one.
    Correct(ProposedNumber),
    /// A line of the roster.
    Designation(Designation),
    /// A recorded fact that was wrong.
    FactCorrected(FactCorrection),
    /// A version of the purpose notice.
    Notice(Notice),
    /// An organisation with its first manager.
    Organisation(NewOrganisation),
    /// A person's first number.
    Register(ProposedNumber),
    /// Settings, at least one of them weaker than before.
    Settings(Settings),
    /// An account.
    User(ProposedUser),
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

/// A proposed account.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedUser {
    /// The account it will be.
    pub user: String,
    /// What colleagues read.
    pub display_name: String,
}

/// `POST /changes/{id}/check` → [`Change`], approved; or 409 `number-mismatch` with
/// `attempts_left`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Keyed again from the document, blind (点検).
    pub number: NumberText,
}

/// `POST /changes/{id}/reject` → [`Change`].
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
