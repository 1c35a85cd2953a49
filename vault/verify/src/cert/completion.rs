//! The second document: no backup holds the number any more.

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::file::{Jws, Opened};
use super::payload::Instant;
use super::rules::SKEW_MS;
use crate::json;
use crate::log::Seen;
use crate::report::Findings;
use crate::trust::{CertificateKey, Trust};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Completion {
    certificate_sha256: String,
    destroyed_at: Instant,
    epochs: Vec<u32>,
    serial: String,
    typ: String,
    ver: u32,
}

/// A completion must be there once it is due, and then fit its certificate.
pub(super) fn check(one: &Opened, trust: &Trust, now: i64, found: &mut Findings) {
    let payload = &one.payload;
    let Some(jws) = &one.completion else {
        let what = "no backup may hold the number any more, and nothing certifies that";
        return found.unless(now < payload.lock_b.due.0, "completion-missing", what);
    };
    let key = jws.kid().and_then(|kid| trust.certificate_key(&kid));
    let fits = key.and_then(|key| open(jws, key)).is_some_and(|done| {
        done.typ == "azekura-deletion-completion"
            && done.ver == 1
            && done.serial == payload.serial
            && done.certificate_sha256 == HEXLOWER.encode(&Sha256::digest(&one.payload_bytes))
            && done.epochs == payload.lock_b.epochs
            && done.destroyed_at >= payload.lock_a.done
    });
    found.unless(fits, "completion", "the completion does not belong to this certificate");
}

/// With a log: it must tell of this completion, and before that of the end of each key.
pub(super) fn compare(one: &Opened, seen: &Seen, found: &mut Findings) {
    let Some(jws) = &one.completion else { return };
    let bytes = jws.payload_bytes().unwrap_or_default();
    let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
    let told = seen.completed.get(&*one.payload.serial);
    let told = told.filter(|told| told.sha256.as_deref() == Some(&digest));
    let what = "the log does not tell of this completion";
    let Some(told) = told else { return found.whole("completion-not-in-log", what) };
    let Ok(done) = serde_json::from_slice::<Completion>(&bytes) else { return };
    let gone = |epoch: &u32| seen.destroyed.get(&u64::from(*epoch)).copied();
    let last = done.epochs.iter().map(gone).collect::<Option<Vec<_>>>();
    let last = last.and_then(|all| all.into_iter().max());
    let within = last.is_some_and(|last| {
        last <= done.destroyed_at.0 + SKEW_MS && done.destroyed_at.0 <= told.at + SKEW_MS
    });
    let what = "the log tells of another end of the epochs' keys than the completion";
    found.unless(within, "epochs-not-in-log", what);
}

fn open(jws: &Jws, key: &CertificateKey) -> Option<Completion> {
    let text = String::from_utf8(jws.open(&key.key)?).ok()?;
    let done: Completion = serde_json::from_str(&text).ok()?;
    (json::is_canonical(&text) && key.is_valid_at(done.destroyed_at.0)).then_some(done)
}
