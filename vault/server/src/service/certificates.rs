//! Deletion certificates: what they say, and the file an outsider verifies.

use azekura_core::audit::Digest;
use azekura_core::certificate::{
    Approval, AuditTrail, Certificate, CertificateType, Holding, Jws, LockA, LockB, LockState,
    Method, Performer, Scan, Serial, Target, TargetVersion, Tenant, TimeSource, Trigger,
    Verification, file_bytes,
};
use azekura_core::id::{CertificateId, OrganisationId, PersonId, SlotId};
use azekura_core::person::Person;
use azekura_core::purge::{Purge, Signed};
use azekura_core::roster::Organisation;
use azekura_core::time::{CivilDate, Timestamp};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::audit::{self, View};
use super::{Error, Page, Paging, Result, log};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::certificates::{self, CertificateRow};

/// Days until no backup can hold a number that is destroyed today: an epoch, its rewrap and the age
/// of the oldest backup that can be restored. Source: `docs/formats.md`, epochs.
const HORIZON_DAYS: i64 = 7 + 1 + 35;

/// What the log says of a destroyed number.
pub(super) struct Gone {
    /// The entry.
    pub(super) entry: u64,
    /// The slot.
    pub(super) slot: SlotId,
    /// The version.
    pub(super) version: u64,
    /// Of the sealed number.
    pub(super) blob_sha256: Digest,
    /// Of its sealed key.
    pub(super) slot_sha256: Digest,
    /// The epoch whose key wrapped it.
    pub(super) epoch: u32,
}

/// What a certificate is made from.
pub(super) struct Facts<'a> {
    pub(super) purge: &'a Purge,
    pub(super) organisation: &'a Organisation,
    pub(super) person: &'a Person,
    pub(super) destroyed_at: Timestamp,
    pub(super) gone: &'a Gone,
    pub(super) scan: Scan,
    pub(super) serial: Serial,
}

/// The payload of the certificate of one deletion by a batch.
///
/// # Errors
///
/// [`Error::NotFound`] if the batch lacks a confirmer or approver, which no executed batch does.
pub(super) fn payload(app: &App, facts: &Facts<'_>) -> Result<Certificate> {
    let Facts { purge, organisation, person, destroyed_at, gone, scan, serial } = facts;
    let confirmed = purge.confirmed.ok_or(Error::NotFound)?;
    let approved = purge.approved.ok_or(Error::NotFound)?;
    let kind = person.relationships.first().map_or("", |held| held.kind.code());
    let kind_ja = person.relationships.first().map_or("", |held| held.kind.ja());
    Ok(Certificate {
        addressee: None,
        approved_by: vec![approval("delete", confirmed), approval("manager", approved)],
        audit: AuditTrail {
            entries: vec![confirmed.entry, approved.entry, gone.entry],
            origin: log::origin(app),
        },
        demo: app.demo,
        department: String::new(),
        grace_days: if app.demo { 0 } else { u32::from(organisation.settings.grace_days) },
        holdings: holdings(person, *destroyed_at),
        lock_a: LockA { done: *destroyed_at, state: LockState::Done },
        lock_b: LockB {
            copies_unattested: 0,
            due: destroyed_at.plus_millis(HORIZON_DAYS * 86_400_000),
            epochs: vec![gone.epoch],
            state: LockState::Pending,
        },
        method: method(),
        performed_by: Performer { job: Some(purge.id), node: app.node.clone() },
        reason: String::from("利用目的および保存期間の終了"),
        responsible: approved.by,
        retention_until: person.holdings.due().map(|due| due.first_deletable.plus_days(-1)),
        serial: *serial,
        standing_order: None,
        target: Target {
            file_kind: format!("個人番号({kind_ja})"),
            record: person.id,
            relationship: String::from(kind),
            versions: vec![TargetVersion {
                blob_sha256: gone.blob_sha256,
                epoch: gone.epoch,
                slot: gone.slot,
                slot_sha256: gone.slot_sha256,
                ver: gone.version,
            }],
        },
        tenant: Tenant { id: organisation.id, name: organisation.name.clone() },
        time_source: TimeSource { max_error_ms: None, sync: String::from("none") },
        trigger: Trigger::Scheduled,
        typ: CertificateType::Deletion,
        vault: app.keys.vault(),
        ver: 1,
        verification: Verification {
            by: format!("azekura {}", env!("CARGO_PKG_VERSION")),
            key_open: String::from("refused"),
            read_back: String::from("deleted"),
            scan: scan.clone(),
        },
    })
}

/// The name of a certificate key: eight hexadecimal characters of the digest of its public part.
pub fn key_id(public: &[u8; 32]) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(public));
    format!("csk-{}", digest.get(..8).unwrap_or_default())
}

/// A certificate of a list: its row and what it says.
pub struct Listed {
    /// The row.
    pub row: CertificateRow,
    /// The signed statement.
    pub statement: Certificate,
}

/// One page of certificates, by serial number.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    person: Option<PersonId>,
    paging: &Paging,
) -> Result<Page<Listed>> {
    let mut view = look(app, actor, org).await?;
    let after = paging.cursor.as_deref().map(read_serial).transpose()?;
    let kept = certificates::page(&mut view.reading, org, person, after, paging.limit).await?;
    let full = kept.len() == usize::from(paging.limit);
    let next = kept.last().filter(|_| full).map(|one| one.serial.to_string());
    let items = kept.iter().map(|kept| listed((**kept).clone())).collect::<Result<_>>()?;
    Ok(Page { items, next })
}

/// A certificate and the bytes of its file: the signed document with the proof that it is in the
/// log. Signs a checkpoint first if the newest one is older than the entry.
pub async fn file(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: CertificateId,
) -> Result<(CertificateRow, Vec<u8>)> {
    let mut view = look(app, actor, org).await?;
    let kept = view.reading.find::<CertificateRow>(id).await?;
    let row = (**kept.as_ref().filter(|row| row.org == org).ok_or(Error::NotFound)?).clone();
    drop(view);
    let bytes = bytes(app, &row).await?;
    Ok((row, bytes))
}

/// The bytes of a certificate's file.
pub(crate) async fn bytes(app: &App, row: &CertificateRow) -> Result<Vec<u8>> {
    let entry = log::entry_of_certificate(app, row).await?;
    let proof = log::proof_text(app, entry).await?;
    let document = document(row)?;
    file_bytes(&document, &proof, None).map_err(Error::internal)
}

pub(super) async fn look<'a>(app: &'a App, actor: &Actor, org: OrganisationId) -> Result<View<'a>> {
    audit::view_either(app, actor, Some(org), [Permission::Audit, Permission::Delete]).await
}

/// The signed document of a certificate.
pub(super) fn document(row: &CertificateRow) -> Result<Jws> {
    serde_json::from_str(&row.document).map_err(Error::internal)
}

fn listed(row: CertificateRow) -> Result<Listed> {
    let document = document(&row)?;
    let statement = document.statement().ok_or(Error::NotFound)?;
    Ok(Listed { row, statement })
}

fn approval(role: &str, signed: Signed) -> Approval {
    Approval { at: signed.at, entry: signed.entry, role: String::from(role), user: signed.by }
}

fn holdings(person: &Person, at: Timestamp) -> Vec<Holding> {
    let day = at.tokyo_date();
    let end = |until: Option<CivilDate>| until.unwrap_or(day);
    person
        .holdings
        .items
        .iter()
        .map(|held| Holding {
            article: String::from(held.article()),
            end: end(held.keep_until.or(held.use_until)),
            purpose: String::from(held.bundle.code()),
            rule: held.rule.map_or_else(String::new, |rule| String::from(rule.code())),
            start: held.span.from.unwrap_or_else(|| person.created_at.tokyo_date()),
        })
        .collect()
}

fn method() -> Method {
    Method {
        also: String::from("row overwrite, secure_delete, WAL truncate"),
        category: String::from("cryptographic erase (purge)"),
        technique: String::from(
            "destruction of per-record key; later destruction of wrapping epoch key",
        ),
    }
}

fn read_serial(text: &str) -> Result<Serial> {
    serde_json::from_value(serde_json::Value::String(String::from(text)))
        .map_err(|_| Error::fault("?cursor", "cursor", "as the page before gave it"))
}
