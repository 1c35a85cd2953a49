//! What a certificate says, field by field.

use core::fmt;
use core::str::FromStr;
use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::audit::Digest;
use crate::id::{OrganisationId, PersonId, PurgeId, SlotId, UserId, VaultId};
use crate::time::{CivilDate, Timestamp};

/// What a certificate says. No number, no part of one, no digest of one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// To whom the evidence is owed (委託元), where the organisation handles for another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Addressee>,
    /// The confirmer (対象確認者) and the approver (承認者), two different people.
    pub approved_by: Vec<Approval>,
    /// Where the log tells of this deletion.
    pub audit: AuditTrail,
    /// Whether `demo` made the vault.
    pub demo: bool,
    /// The department that handled the record.
    pub department: String,
    /// How many observed days lay between approval and execution.
    pub grace_days: u32,
    /// Why the number was held, and until when each reason lasted.
    pub holdings: Vec<Holding>,
    /// The destruction of the record's key.
    pub lock_a: LockA,
    /// The destruction of the epoch key, after which no backup holds the number.
    pub lock_b: LockB,
    /// How it was done.
    pub method: Method,
    /// Which node and batch did it.
    pub performed_by: Performer,
    /// Why, in words.
    pub reason: String,
    /// Who answers for the handling.
    pub responsible: UserId,
    /// The last day on which the number had to be kept; absent where no period applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_until: Option<CivilDate>,
    /// The serial number, unique in the vault.
    pub serial: Serial,
    /// The standing order under which it ran unattended.
    pub standing_order: Option<String>,
    /// What was destroyed.
    pub target: Target,
    /// The organisation.
    pub tenant: Tenant,
    /// How the clock was set.
    pub time_source: TimeSource,
    /// What set the deletion off.
    pub trigger: Trigger,
    /// Always `azekura-deletion-certificate`.
    pub typ: CertificateType,
    /// The vault.
    pub vault: VaultId,
    /// Always 1.
    pub ver: u8,
    /// What was checked afterwards.
    pub verification: Verification,
}

/// The name of the document type.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum CertificateType {
    /// Evidence of one deletion.
    #[default]
    #[serde(rename = "azekura-deletion-certificate")]
    Deletion,
}

/// A serial number, shown as `<year>-<at least six digits>`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Serial {
    /// The year of issue in Tokyo.
    pub year: i16,
    /// Counted from 1 in each year.
    pub number: u32,
}

/// Who is owed the evidence.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Addressee {
    /// The contract.
    pub contract: String,
    /// The business.
    pub name: String,
}

/// One person's agreement.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// When.
    pub at: Timestamp,
    /// The sequence number of the log entry.
    pub entry: u64,
    /// In which role: `delete` or `manager`.
    pub role: String,
    /// Who.
    pub user: UserId,
}

/// Where the log tells of a deletion.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuditTrail {
    /// Sequence numbers, ascending: confirmed, approved, started, destroyed.
    pub entries: Vec<u64>,
    /// The name of the log.
    pub origin: String,
}

/// One reason for which the number was held.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// The article that set the period.
    pub article: String,
    /// The last day of the period.
    pub end: CivilDate,
    /// The work.
    pub purpose: String,
    /// The rule, R1 to R8.
    pub rule: String,
    /// The first day of the period.
    pub start: CivilDate,
}

/// The destruction of the record's key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockA {
    /// When it was durable.
    pub done: Timestamp,
    /// [`LockState::Done`] when the certificate is signed.
    pub state: LockState,
}

/// The destruction of the epoch key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockB {
    /// Copies of the keyring that nobody has sworn to have destroyed.
    pub copies_unattested: u32,
    /// From when on no backup holds the number.
    pub due: Timestamp,
    /// The epochs whose keys must go.
    pub epochs: Vec<u32>,
    /// [`LockState::Pending`] when the certificate is signed.
    pub state: LockState,
}

/// Whether a key is gone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LockState {
    /// It is gone.
    Done,
    /// It will go on the day that is due.
    Pending,
}

/// How the number was destroyed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// What was done besides.
    pub also: String,
    /// The category of NIST SP 800-88.
    pub category: String,
    /// The technique.
    pub technique: String,
}

/// What carried the deletion out.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Performer {
    /// The batch; absent where a change ended the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<PurgeId>,
    /// The node.
    pub node: String,
}

/// What was destroyed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The name of the file in the handling register.
    pub file_kind: String,
    /// The person, an opaque id that the organisation's own register resolves.
    pub record: PersonId,
    /// `employee`, `dependant`, …
    pub relationship: String,
    /// The versions of the record.
    pub versions: Vec<TargetVersion>,
}

/// One destroyed version.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TargetVersion {
    /// Digest of the ciphertext.
    pub blob_sha256: Digest,
    /// The key epoch.
    pub epoch: u32,
    /// Where the key lay.
    pub slot: SlotId,
    /// Digest of the wrapped key before it was overwritten.
    pub slot_sha256: Digest,
    /// Which version.
    pub ver: u64,
}

/// The organisation.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
}

/// How the clock was set.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSource {
    /// The largest error that the clock admits, in milliseconds; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_error_ms: Option<u32>,
    /// `ntp`, `nts` or `none`.
    pub sync: String,
}

/// What set a deletion off.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A correction superseded the version.
    Correction,
    /// Two people and the manager decided before the period ended.
    Early,
    /// The number should never have been taken (誤収集).
    Misdirected,
    /// The period ended.
    Scheduled,
    /// The organisation leaves.
    TenantExit,
}

/// What was checked after the deletion.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Program, version and digest.
    pub by: String,
    /// What opening the number answers now: `refused`.
    pub key_open: String,
    /// What reading the record answers now: `deleted`.
    pub read_back: String,
    /// The search for the old bytes.
    pub scan: Scan,
}

/// A search of the database files for the bytes that were destroyed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Names of the files.
    pub files: Vec<String>,
    /// How often the bytes were found.
    pub hits: u32,
}

/// The text is not a serial number.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read a serial number: a year, a hyphen and at least six digits")]
pub struct ParseSerialError;

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:06}", self.year, self.number)
    }
}

impl FromStr for Serial {
    type Err = ParseSerialError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, number) = text.split_once('-').ok_or(ParseSerialError)?;
        let serial = Self {
            year: year.parse().map_err(|_| ParseSerialError)?,
            number: number.parse().map_err(|_| ParseSerialError)?,
        };
        if serial.to_string() == text { Ok(serial) } else { Err(ParseSerialError) }
    }
}

impl Serialize for Serial {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_reads_back_what_it_shows() {
        let serial = Serial { year: 2026, number: 123 };
        assert_eq!(serial.to_string(), "2026-000123");
        assert_eq!(serial.to_string().parse(), Ok(serial));
        let large = Serial { year: 2026, number: 1_234_567 };
        assert_eq!(large.to_string().parse(), Ok(large));
    }

    #[test]
    fn a_serial_number_has_one_form() {
        for text in ["2026-123", "2026-0000123", "26-000123", "2026000123", "2026-+00123", ""] {
            assert_eq!(text.parse::<Serial>(), Err(ParseSerialError), "{text}");
        }
    }
}
