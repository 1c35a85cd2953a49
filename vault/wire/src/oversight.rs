//! What an organisation holds against those who operate the vault.

use serde::{Deserialize, Serialize};

/// Why: `POST /freeze`, `/unfreeze`, `/v1/users/{id}/reset`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In one line.
    #[cfg_attr(feature = "openapi", schema(example = "端末の紛失のため（見本）"))]
    pub reason: String,
}

/// A stop for all reads of an organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Frozen {
    /// Who stopped them.
    pub by: String,
    /// An instant.
    pub at: String,
    /// Why.
    pub reason: String,
}

/// Credentials to be made anew, as proposed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedReset {
    /// Whose.
    pub user: String,
    /// Why.
    pub reason: String,
}

/// Credentials that were made anew. Their owner does not read, check or manage in an organisation
/// before somebody there confirmed that it is them, and never within the first day.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reset {
    /// `rst_…`
    pub id: String,
    /// Whose.
    pub user: String,
    /// `agreed` by two administrators, or `recovery_code`.
    pub cause: String,
    /// Why they agreed.
    pub reason: Option<String>,
    /// The administrator who asked for it.
    pub proposed_by: Option<String>,
    /// The administrator who agreed and handed over the token.
    pub approved_by: Option<String>,
    /// An instant: the old credentials and every session ended then.
    pub at: String,
    /// An instant: it ends then at the earliest.
    pub holds_until: String,
    /// Who met them in person.
    pub confirmed_by: Option<String>,
    /// An instant.
    pub confirmed_at: Option<String>,
}

/// `POST /it-access` → 202 `Change`: a visit of IT staff that the manager approves.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewItAccess {
    /// Who comes.
    #[cfg_attr(feature = "openapi", schema(example = "架空システム株式会社 見本"))]
    pub who: String,
    /// What for.
    #[cfg_attr(feature = "openapi", schema(example = "保守（見本）"))]
    pub purpose: String,
    /// First day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-11-21"))]
    pub from: String,
    /// Last day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-11-22"))]
    pub until: String,
}

/// A visit of IT staff.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItAccess {
    /// `ita_…`
    pub id: String,
    /// Who comes.
    pub who: String,
    /// What for.
    pub purpose: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub until: String,
    /// The manager who approved it; `null` while it is a proposal.
    pub approved_by: Option<String>,
    /// An instant.
    pub approved_at: Option<String>,
    /// What was done, once it is over.
    pub report: Option<String>,
    /// Who wrote it down.
    pub closed_by: Option<String>,
    /// An instant.
    pub closed_at: Option<String>,
}

/// `POST /it-access/{id}/close` → `ItAccess`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ItReport {
    /// What was done.
    #[cfg_attr(feature = "openapi", schema(example = "部品を交換した（見本）"))]
    pub report: String,
}
