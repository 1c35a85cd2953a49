//! Roles, roster lines (様式7) and purpose notices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `POST /appointments` → 202 change; the user accepts it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAppointment {
    /// Who.
    pub user: String,
    /// `manager`, `auditor`, `complaints`, `educator`, `viewer`.
    #[cfg_attr(feature = "openapi", schema(example = "auditor"))]
    pub role: String,
    /// Whom they stand in for (代理); then `until` says until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_for: Option<String>,
    /// First day; today if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A user's role in the organisation, for a time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appointment {
    /// `apt_…`
    pub id: String,
    /// Who.
    pub user: String,
    /// `manager`, `auditor`, `complaints`, `educator`, `viewer`.
    pub role: String,
    /// Whom they stand in for, if they are a deputy (代理).
    #[serde(default)]
    pub deputy_for: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: Option<String>,
    /// An instant, if it ended before its last day.
    pub ended_at: Option<String>,
}

/// `GET /offices`: who fills the named offices (役職) on a day.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Officer {
    /// The office on documents.
    #[cfg_attr(feature = "openapi", schema(example = "管理責任者"))]
    pub title: String,
    /// The holder's name, as printed.
    pub display_name: String,
    /// The term.
    pub appointment: Appointment,
}

/// Which day is asked for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct OnDay {
    /// The day; today if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

/// `GET /v1/pledge`: what a designee promises by accepting (誓約).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pledge {
    /// Names the text; its words never change.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub version: u16,
    /// The text that binds.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// `POST /designations/{id}/accept` → `Designation`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The version of the pledge that was read, as the line names it.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub pledge: u16,
}

/// `POST /designations` → 202 change; the designee accepts it with the pledge (誓約).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewDesignation {
    /// The handler.
    pub user: String,
    /// `enter`, `check`, `use`, `delete`.
    #[cfg_attr(feature = "openapi", schema(example = json!(["enter", "use"])))]
    pub capabilities: Vec<String>,
    /// Bundles or works.
    #[cfg_attr(feature = "openapi", schema(example = json!(["withholding"])))]
    pub purposes: Vec<String>,
    /// Kinds of people.
    #[cfg_attr(feature = "openapi", schema(example = json!(["employee", "dependant"])))]
    pub kinds: Vec<String>,
    /// Addresses and networks of the terminals (入力端末) it holds for; any if empty.
    #[cfg_attr(feature = "openapi", schema(example = json!(["192.0.2.0/24"])))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-01"))]
    pub from: String,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// As written on the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// A line of the roster: who handles which numbers for what, from when until when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Designation {
    /// `dsg_…`
    pub id: String,
    /// The handler.
    pub user: String,
    /// `enter`, `check`, `use`, `delete`.
    pub capabilities: Vec<String>,
    /// Works, as the bundles were read.
    pub purposes: Vec<String>,
    /// Kinds of people.
    pub kinds: Vec<String>,
    /// Addresses and networks of the terminals it holds for; any if empty.
    #[serde(default)]
    pub networks: Vec<String>,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: Option<String>,
    /// As written on the roster.
    pub remarks: Option<String>,
    /// The version of the pledge that its designee accepts.
    pub pledge: u16,
    /// An instant; `null` until accepted.
    pub accepted_at: Option<String>,
    /// An instant, if it ended before its last day.
    pub ended_at: Option<String>,
}

/// `POST /notices` → 202 change.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The lines it contains.
    #[cfg_attr(feature = "openapi", schema(example = json!(["declarations", "health_pension"])))]
    pub bundles: Vec<String>,
    /// What people are shown, by why their number is held; each line concerns some of them.
    #[cfg_attr(feature = "openapi", schema(example = json!({"employee": "…"})))]
    pub texts: BTreeMap<String, String>,
    /// `paper`, `intranet`, `mail`, `web`, `work_rules`.
    #[cfg_attr(feature = "openapi", schema(example = "paper"))]
    pub channel: String,
    /// In force from this day on.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-01"))]
    pub from: String,
}

/// A version of the purpose notice (利用目的の通知).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// `ntc_…`
    pub id: String,
    /// 1, 2, 3 … within the organisation.
    pub version: u32,
    /// The lines it contains.
    pub bundles: Vec<String>,
    /// What people were shown, by why their number is held.
    pub texts: BTreeMap<String, String>,
    /// `paper`, `intranet`, `mail`, `web`, `work_rules`.
    pub channel: String,
    /// In force from this day on.
    pub from: String,
}
