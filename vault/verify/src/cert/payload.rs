//! What a certificate says, field by field; anything more or less is refused.

use serde::Deserialize;

use crate::time::{day_number, instant};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    #[serde(rename = "addressee")]
    _addressee: Option<Addressee>,
    pub(super) approved_by: Vec<Approval>,
    pub(super) audit: AuditTrail,
    pub(super) demo: bool,
    #[serde(rename = "department")]
    _department: String,
    pub(super) grace_days: u32,
    pub(super) holdings: Vec<Holding>,
    pub(super) lock_a: LockA,
    pub(super) lock_b: LockB,
    #[serde(rename = "method")]
    _method: Method,
    pub(super) performed_by: Performer,
    pub(super) reason: String,
    #[serde(rename = "responsible")]
    _responsible: String,
    pub(super) retention_until: Option<Day>,
    pub(super) serial: String,
    #[serde(deserialize_with = "present")]
    pub(super) standing_order: Option<String>,
    pub(super) target: Target,
    pub(super) tenant: Tenant,
    pub(super) time_source: TimeSource,
    pub(super) trigger: Trigger,
    pub(super) typ: String,
    pub(super) vault: String,
    pub(super) ver: u32,
    pub(super) verification: Verification,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addressee {
    #[serde(rename = "contract")]
    _contract: String,
    #[serde(rename = "name")]
    _name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    pub(super) at: Instant,
    pub(super) entry: u64,
    pub(super) role: String,
    pub(super) user: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditTrail {
    pub(super) entries: Vec<u64>,
    pub(super) origin: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holding {
    #[serde(rename = "article")]
    _article: String,
    pub(super) end: Day,
    #[serde(rename = "purpose")]
    _purpose: String,
    #[serde(rename = "rule")]
    _rule: String,
    pub(super) start: Day,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockA {
    pub(super) done: Instant,
    pub(super) state: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockB {
    #[serde(rename = "copies_unattested")]
    _copies_unattested: u32,
    pub(super) due: Instant,
    pub(super) epochs: Vec<u32>,
    pub(super) state: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Method {
    #[serde(rename = "also")]
    _also: String,
    #[serde(rename = "category")]
    _category: String,
    #[serde(rename = "technique")]
    _technique: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Performer {
    pub(super) job: Option<String>,
    #[serde(rename = "node")]
    _node: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    #[serde(rename = "file_kind")]
    _file_kind: String,
    pub(super) record: String,
    #[serde(rename = "relationship")]
    _relationship: String,
    pub(super) versions: Vec<Version>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    pub(super) blob_sha256: String,
    pub(super) epoch: u32,
    pub(super) slot: String,
    pub(super) slot_sha256: String,
    pub(super) ver: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tenant {
    pub(super) id: String,
    #[serde(rename = "name")]
    _name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeSource {
    #[serde(rename = "max_error_ms")]
    _max_error_ms: Option<u32>,
    pub(super) sync: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trigger {
    Correction,
    Early,
    Misdirected,
    Scheduled,
    TenantExit,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verification {
    #[serde(rename = "by")]
    _by: String,
    pub(super) key_open: String,
    pub(super) read_back: String,
    pub(super) scan: Scan,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    #[serde(rename = "files")]
    _files: Vec<String>,
    pub(super) hits: u32,
}

impl Trigger {
    /// The word in the document.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Early => "early",
            Self::Misdirected => "misdirected",
            Self::Scheduled => "scheduled",
            Self::TenantExit => "tenant-exit",
        }
    }
}

/// An option that must be written, if only as `null`.
pub(super) fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// Milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub(super) struct Instant(pub(super) i64);

/// Days since 1970-01-01.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub(super) struct Day(pub(super) i64);

impl TryFrom<String> for Instant {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        instant(&text).map(Self).ok_or("an instant is written YYYY-MM-DDThh:mm:ss.mmmZ")
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        day_number(&text).map(Self).ok_or("a day is written YYYY-MM-DD")
    }
}
