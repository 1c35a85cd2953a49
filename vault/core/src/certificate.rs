//! Signed evidence that a number was destroyed (個人番号削除（廃棄）証明書).
//!
//! The signed bytes are the payload's canonical JSON (keys sorted, no white space). A certificate
//! never changes once signed; what is known later is a second signed document beside it.
//! Source: RFC 7515 §7.2.2 (flattened JSON), RFC 8037 §3.1 (`EdDSA`).

use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::audit::{CanonicalError, Digest, to_canonical};
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
    /// Always `done`.
    pub state: String,
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
    /// `pending` when the certificate is signed.
    pub state: String,
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

/// A signed document: JWS in flattened JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Jws {
    payload: String,
    protected: String,
    signature: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    certificate: &'a Jws,
    proof: &'a str,
    completion: Option<&'a Jws>,
}

/// Signs `certificate` with the key named `kid`; `sign` is given the signing input.
///
/// # Errors
///
/// [`CanonicalError`] if the payload has no canonical form.
pub fn issue(
    certificate: &Certificate,
    kid: &str,
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<Jws, CanonicalError> {
    let protected = BASE64URL_NOPAD.encode(&to_canonical(&Header { alg: "EdDSA", kid })?);
    let payload = BASE64URL_NOPAD.encode(&to_canonical(certificate)?);
    let signature = sign(format!("{protected}.{payload}").as_bytes());
    Ok(Jws { payload, protected, signature: BASE64URL_NOPAD.encode(&signature) })
}

/// The bytes of `AZEKURA-CERT-<serial>.json`: the certificate, the proof of its log entry and,
/// once the epoch key is gone, the completion.
///
/// # Errors
///
/// [`CanonicalError`] never in practice: the parts are texts.
pub fn file_bytes(
    certificate: &Jws,
    proof: &str,
    completion: Option<&Jws>,
) -> Result<Vec<u8>, CanonicalError> {
    Ok(serde_json::to_vec(&File { certificate, proof, completion })?)
}

impl Jws {
    /// SHA-256 of the payload's bytes, which the log entry names.
    pub fn payload_sha256(&self) -> Digest {
        Digest::of(&BASE64URL_NOPAD.decode(self.payload.as_bytes()).unwrap_or_default())
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:06}", self.year, self.number)
    }
}

impl Serialize for Serial {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        let read = |text: &str| {
            let (year, number) = text.split_once('-')?;
            let serial = Self { year: year.parse().ok()?, number: number.parse().ok()? };
            (serial.to_string() == text).then_some(serial)
        };
        read(&text).ok_or_else(|| serde::de::Error::custom("could not read a serial number"))
    }
}
