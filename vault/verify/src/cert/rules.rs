//! What the fields of a genuine certificate promise each other and its entry in the log.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::file::Opened;
use super::payload::{Payload, Trigger};
use crate::log::Line;
use crate::report::Findings;
use crate::time::tokyo_day;
use crate::trust::Trust;

/// How far the clock may be set back between a deletion and its entry, in milliseconds.
pub(super) const SKEW_MS: i64 = 5_000;

pub(super) fn check(one: &Opened, trust: &Trust, found: &mut Findings) {
    let payload = &one.payload;
    found.unless(
        payload.typ == "azekura-deletion-certificate" && payload.ver == 1,
        "cert-type",
        "the document is not a deletion certificate of version 1",
    );
    let demo = "the certificate and the trust file disagree whether this is a demonstration";
    found.unless(payload.demo == trust.demo, "demo", demo);
    let ours = payload.audit.origin == trust.origin
        && trust.origin.strip_prefix("azekura/") == Some(&payload.vault);
    found.unless(ours, "foreign-origin", "the certificate is of another vault");
    found.unless(is_serial(&payload.serial), "serial", "the serial number has another form");
    entry(one, trust, found);
    approvals(payload, found);
    locks(payload, found);
    retention(payload, found);
    result(payload, found);
}

/// The entry in the proof must be the one that announces exactly this certificate.
fn entry(one: &Opened, trust: &Trust, found: &mut Findings) {
    let payload = &one.payload;
    let Ok(line) = Line::read(&one.proof.entry) else {
        return found.whole("proof-entry", "the proof does not carry an entry of the log");
    };
    let digest = HEXLOWER.encode(&Sha256::digest(&one.payload_bytes));
    let names = line.act == "certificate.issued"
        && line.seq == one.proof.index
        && line.serial == Some(&payload.serial)
        && line.sha256 == Some(&digest)
        && line.person == Some(&payload.target.record)
        && line.purge == payload.performed_by.job.as_deref()
        && line.tenant == Some(&payload.tenant.id);
    found.unless(names, "proof-entry", "the entry in the proof announces another certificate");
    let key = trust.certificate_key(&one.kid);
    let valid = key.is_some_and(|key| key.is_valid_at(line.at));
    found.unless(valid, "cert-key-date", "the key was not valid when the certificate was issued");
    let before = payload.lock_a.done.0 <= line.at + SKEW_MS;
    found.unless(before, "lock-a", "the number was destroyed after the certificate was issued");
}

fn approvals(payload: &Payload, found: &mut Findings) {
    let users: BTreeSet<_> = payload.approved_by.iter().map(|one| &one.user).collect();
    let two = users.len() == payload.approved_by.len() && users.len() >= 2;
    found.unless(two, "approvers", "the deletion was not agreed on by two different people");
    let has = |role| payload.approved_by.iter().any(|one| one.role == role);
    let by_change = payload.trigger != Trigger::Scheduled || payload.standing_order.is_some();
    let roles = match by_change {
        _ if payload.trigger == Trigger::Correction => true,
        true => has("maker") && has("approver"),
        false => has("delete") && has("manager"),
    };
    found.unless(roles, "approver-roles", "somebody who had to agree is missing");
    let unattended = payload.standing_order.is_none() || payload.trigger == Trigger::Scheduled;
    let what = "a standing order covers only what is due by the calendar";
    found.unless(unattended, "standing-order", what);
    let in_time = payload.approved_by.iter().all(|one| one.at <= payload.lock_a.done);
    found.unless(in_time, "approved-late", "an approval is later than the deletion");
    let entries = &payload.audit.entries;
    let listed = payload.approved_by.iter().all(|one| entries.contains(&one.entry));
    let ascending = entries.is_sorted_by(|one, next| one < next);
    let what = "the entries that the certificate refers to are not listed in their order";
    found.unless(listed && ascending, "audit-entries", what);
}

fn locks(payload: &Payload, found: &mut Findings) {
    let (a, b) = (&payload.lock_a, &payload.lock_b);
    found.unless(a.state == "done", "lock-a", "the record's key was not destroyed");
    let sane = b.state == "pending" && b.due >= a.done;
    found.unless(sane, "lock-b", "backups cannot lose the number before the vault does");
    let versions = &payload.target.versions;
    let complete = !versions.is_empty()
        && versions.iter().all(|version| b.epochs.contains(&version.epoch))
        && b.epochs.is_sorted_by(|one, next| one < next);
    found.unless(complete, "lock-b", "the epochs are not those of the destroyed versions");
    let slots: BTreeSet<_> = versions.iter().map(|version| &version.slot).collect();
    let numbers: BTreeSet<_> = versions.iter().map(|version| version.ver).collect();
    let unlike = slots.len() == versions.len() && numbers.len() == versions.len();
    let shaped =
        versions.iter().all(|one| is_digest(&one.blob_sha256) && is_digest(&one.slot_sha256));
    found.unless(unlike && shaped, "target", "the destroyed versions are not told apart");
}

fn retention(payload: &Payload, found: &mut Findings) {
    let day = tokyo_day(payload.lock_a.done.0);
    let ordered = payload.holdings.iter().all(|holding| holding.start <= holding.end);
    found.unless(ordered, "holdings", "a period ends before it begins");
    match payload.trigger {
        Trigger::Scheduled => {
            let over = payload.retention_until.is_some_and(|until| until.0 < day)
                && payload
                    .holdings
                    .iter()
                    .all(|holding| Some(holding.end) <= payload.retention_until);
            found.unless(over, "retention", "the number was destroyed before its period was over");
        }
        Trigger::Correction | Trigger::Early | Trigger::Misdirected | Trigger::TenantExit => {
            found.unless(!payload.reason.is_empty(), "reason", "the deletion has no reason");
        }
    }
    let none_needed = matches!(payload.trigger, Trigger::Correction | Trigger::Misdirected);
    let graced = payload.demo || none_needed || payload.grace_days >= 1;
    found.unless(graced, "grace", "no day lay between approval and deletion");
}

fn result(payload: &Payload, found: &mut Findings) {
    let checked = &payload.verification;
    let gone =
        checked.read_back == "deleted" && checked.key_open == "refused" && checked.scan.hits == 0;
    found.unless(gone, "verification", "the vault itself still found the number");
    let known = matches!(&*payload.time_source.sync, "ntp" | "nts" | "none");
    found.unless(known, "time-source", "it is not said how the clock was set");
}

fn is_serial(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(year, number)| {
        year.len() == 4 && number.len() >= 6 && digits(year) && digits(number)
    })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && HEXLOWER.decode(text.as_bytes()).is_ok()
}
