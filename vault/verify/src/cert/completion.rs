//! The second document: no backup holds the number any more.

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::file::{Jws, Opened};
use super::payload::Instant;
use crate::json;
use crate::report::Findings;
use crate::trust::Trust;

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
    let fits = open(jws, trust).is_some_and(|done| {
        done.typ == "azekura-deletion-completion"
            && done.ver == 1
            && done.serial == payload.serial
            && done.certificate_sha256 == HEXLOWER.encode(&Sha256::digest(&one.payload_bytes))
            && done.epochs == payload.lock_b.epochs
            && done.destroyed_at >= payload.lock_a.done
    });
    found.unless(fits, "completion", "the completion does not belong to this certificate");
}

fn open(jws: &Jws, trust: &Trust) -> Option<Completion> {
    let key = trust.certificate_key(&jws.kid()?)?;
    let text = String::from_utf8(jws.open(&key.key)?).ok()?;
    let done: Completion = serde_json::from_str(&text).ok()?;
    (json::is_canonical(&text) && key.is_valid_at(done.destroyed_at.0)).then_some(done)
}
