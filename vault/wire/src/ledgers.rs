//! Ledgers: who may handle numbers, and later who did.

use serde::{Deserialize, Serialize};

use crate::roster::Officer;

/// The media type of a ledger as a file for a spreadsheet.
pub const CSV: &str = "text/csv";

/// Which days a ledger covers.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct LedgerQuery {
    /// The first day; from the beginning if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day; today if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `GET /ledgers/roster`: 様式7 特定個人情報事務取扱者名簿.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterLedger {
    /// The title of the form.
    #[cfg_attr(feature = "openapi", schema(example = "特定個人情報事務取扱者名簿"))]
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// An instant.
    pub drawn_up_at: String,
    /// The last day it covers.
    pub until: String,
    /// The offices as they are filled on that day; the manager, who answers for the roster, first.
    pub officers: Vec<Officer>,
    /// Its lines, by their first day.
    pub lines: Vec<RosterLine>,
}

/// A line of the roster, in the columns of the form.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterLine {
    /// The designation it shows.
    pub designation: String,
    /// 利用者名.
    pub name: String,
    /// The employer's key for the person.
    pub staff_ref: Option<String>,
    /// 取扱う特定個人情報の範囲: what may be done, for which works, with whose numbers.
    pub scope: String,
    /// 指定年月日.
    pub designated_on: String,
    /// 解除年月日.
    pub released_on: Option<String>,
    /// The terminals it holds for; any if empty.
    pub networks: Vec<String>,
    /// 備考.
    pub remarks: Option<String>,
}

impl RosterLine {
    /// 備考 as the form shows it: the remarks, and the terminals it holds for.
    pub fn remarks(&self) -> String {
        let terminals = format!("入力端末: {}", self.networks.join(" "));
        let terminals = (!self.networks.is_empty()).then_some(terminals);
        self.remarks.iter().cloned().chain(terminals).collect::<Vec<_>>().join("　")
    }
}

/// `GET /ledgers/handling`: 特定個人情報取扱記録簿.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingLedger {
    /// The title of the form.
    #[cfg_attr(feature = "openapi", schema(example = "特定個人情報取扱記録簿"))]
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// An instant.
    pub drawn_up_at: String,
    /// The last day it covers.
    pub until: String,
    /// Its lines, by time.
    pub lines: Vec<HandlingLine>,
}

/// One act on one or more numbers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingLine {
    /// An instant: when it began.
    pub at: String,
    /// `collected` (取得), `corrected` (訂正), `used` (利用), `deleted` (削除・廃棄).
    #[cfg_attr(feature = "openapi", schema(example = "used"))]
    pub act: String,
    /// With how many records.
    pub count: u32,
    /// Who did it.
    pub by: String,
    /// The work it was for; only a use has one.
    pub purpose: Option<String>,
    /// The tax year or date it was for.
    pub period: Option<String>,
    /// 提出先.
    pub destination: Option<String>,
    /// What for, in the caller's words.
    pub reference: Option<String>,
    /// The first entry of the log that tells of it.
    pub entry: u64,
}

/// `GET /ledgers/deletion`: 特定個人情報廃棄台帳.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionLedger {
    /// The title of the form.
    #[cfg_attr(feature = "openapi", schema(example = "特定個人情報廃棄台帳"))]
    pub title: String,
    /// The organisation's name.
    pub organisation: String,
    /// An instant.
    pub drawn_up_at: String,
    /// The last day it covers.
    pub until: String,
    /// Its lines, by time.
    pub lines: Vec<DeletionLine>,
}

/// Numbers that one batch or change ended.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionLine {
    /// An instant: when it began.
    pub at: String,
    /// How many records.
    pub count: u32,
    /// `scheduled`, `early`, `misdirected`, `tenant-exit`, or `correction` where a change ended a
    /// version.
    #[cfg_attr(feature = "openapi", schema(example = "scheduled"))]
    pub trigger: String,
    /// The batch.
    pub purge: Option<String>,
    /// The kinds of files.
    pub file_kinds: Vec<String>,
    /// 対象確認者.
    pub confirmed_by: Option<String>,
    /// 承認者.
    pub approved_by: Option<String>,
    /// The first of its certificates.
    pub first_serial: Option<String>,
    /// The last of its certificates.
    pub last_serial: Option<String>,
    /// A date: from then on no backup has one of them.
    pub gone_from_backups_on: Option<String>,
    /// Who carried it out.
    pub by: String,
    /// The first entry of the log that tells of it.
    pub entry: u64,
}
