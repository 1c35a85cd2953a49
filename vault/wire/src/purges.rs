//! Deletions (廃棄) and their certificates (削除証明書).

use serde::{Deserialize, Serialize};

/// A batch of deletions. `POST /purges` takes no body and answers 201 with what is due now.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Purge {
    /// `pur_…`
    pub id: String,
    /// `proposed` (対象確認待ち), `confirmed` (承認待ち), `approved` (実行待ち), `executing`,
    /// `finished` (廃棄済), `cancelled`.
    #[cfg_attr(feature = "openapi", schema(example = "proposed"))]
    pub state: String,
    /// How many items.
    pub count: u32,
    /// SHA-256 over the items, hexadecimal: what confirmer and approver agree to.
    pub digest: String,
    /// A date: executed not before.
    pub not_before: String,
    /// An instant.
    pub proposed_at: String,
    /// Who proposed it; `null` for the daily job.
    pub proposed_by: Option<String>,
    /// Who looked through the targets.
    pub confirmed: Option<Signed>,
    /// Which manager approved.
    pub approved: Option<Signed>,
}

/// One person's agreement.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signed {
    /// Who.
    pub by: String,
    /// An instant.
    pub at: String,
    /// The log entry that holds it.
    pub entry: u64,
}

/// `GET /purges/{id}`, and the answer of each step: the batch with its items.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurgeDetail {
    /// The batch; its fields stand beside `items`.
    #[serde(flatten)]
    pub purge: Purge,
    /// In the order of the digest.
    pub items: Vec<PurgeItem>,
}

/// One record to be deleted, masked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurgeItem {
    /// `per_…`
    pub person: String,
    /// The payroll's key.
    pub external_ref: String,
    /// Which version of the number.
    pub version: u64,
    /// A date: the first day on which it may go.
    pub first_deletable: String,
    /// Whoever wrote the fact that set that day; they cannot approve.
    pub set_by: Option<String>,
    /// `waiting`, `deleted`, or `dropped` because a new fact keeps the number.
    #[cfg_attr(feature = "openapi", schema(example = "waiting"))]
    pub status: String,
    /// The certificate, once deleted.
    pub certificate: Option<String>,
}

/// `POST /purges/{id}/confirm` and `/approve` → `PurgeDetail`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The digest of the list that was looked at; another one is refused with 409.
    pub digest: String,
}

/// `GET /certificates`: all conditions hold together.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct CertificatesQuery {
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

/// A line of the list of certificates. The evidence itself is `GET /certificates/{id}`, whose bytes
/// are kept as they are (`Evidence`).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Certificate {
    /// `crt_…`
    pub id: String,
    /// As printed on the sheet.
    #[cfg_attr(feature = "openapi", schema(example = "2026-000001"))]
    pub serial: String,
    /// Whose number.
    pub person: String,
    /// Which version of it.
    pub version: u64,
    /// The batch.
    pub purge: Option<String>,
    /// `scheduled`, `early`, `correction`, `misdirected`, `tenant-exit`.
    #[cfg_attr(feature = "openapi", schema(example = "scheduled"))]
    pub trigger: String,
    /// An instant: the key was destroyed.
    pub deleted_at: String,
    /// An instant: no backup can bring it back from then on.
    pub gone_from_backups_at: String,
    /// The log entry of the deletion.
    pub entry: u64,
}

/// The media type of a document to print.
pub const PDF: &str = "application/pdf";

/// `GET /certificates/{id}` as a sheet.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct SheetQuery {
    /// Leave the names out, for a copy that is given away; the signed file never has them.
    #[serde(default)]
    pub redacted: bool,
}

/// `GET /purges/{id}/certificates` as a document.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct BatchSheetQuery {
    /// Leave the names out.
    #[serde(default)]
    pub redacted: bool,
    /// Add the sheet of each certificate after the list.
    #[serde(default)]
    pub sheets: bool,
}

/// `GET /purges/{id}/certificates`: the batch sheet.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchSheet {
    /// The batch.
    pub purge: Purge,
    /// The organisation's name.
    pub organisation: String,
    /// An instant.
    pub drawn_up_at: String,
    /// Its certificates, by serial number.
    pub items: Vec<BatchSheetItem>,
}

/// A line of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchSheetItem {
    /// As printed on the sheet.
    pub serial: String,
    /// Whose number.
    pub person: String,
    /// The payroll's key; left out of a redacted list.
    pub external_ref: Option<String>,
    /// The name of the file in the handling register.
    pub file_kind: String,
    /// An instant: the key was destroyed.
    pub deleted_at: String,
    /// An instant: no backup can bring it back from then on.
    pub gone_from_backups_at: String,
    /// SHA-256 of what was signed, hexadecimal: the log names it.
    pub sha256: String,
}

/// The shape of a certificate file. A verifier demands identical bytes, so save what was received
/// and never this type written out again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// The signed statement.
    pub certificate: Jws,
    /// That the log holds it, as C2SP tlog-proof text.
    pub proof: String,
    /// The later statement that the wrapping key is gone too.
    pub completion: Option<Jws>,
}

/// A signed statement in flattened JSON serialisation. Source: RFC 7515 §7.2.2.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jws {
    /// The statement, base64url.
    pub payload: String,
    /// The header, base64url.
    pub protected: String,
    /// Ed25519, base64url.
    pub signature: String,
}
