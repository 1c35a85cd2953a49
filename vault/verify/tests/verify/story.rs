//! What the fixture's log tells: a number is registered by two people, released once, and deleted.

use serde_json::{Value, json};

use super::bundle::{CERTIFICATE_KEY, LOG_KEY, ORIGIN, checkpoint, digest, file, jws, proof};

pub(crate) const PERSON: &str = "per_01998000000070008000000000000010";
pub(crate) const PURGE: &str = "pur_01998000000070008000000000000011";
const CHANGE: &str = "chg_01998000000070008000000000000012";
const READ: &str = "red_01998000000070008000000000000013";
const SLOT: &str = "slt_01998000000070008000000000000014";
const TENANT: &str = "org_01998000000070008000000000000015";
const BOOT: &str = "01998000-0000-7000-8000-000000000016";

/// Places of entries in the log.
pub(crate) const APPROVED: usize = 6;
pub(crate) const INTENT: usize = 8;
pub(crate) const PROPOSED: usize = 10;
pub(crate) const CONFIRMED: usize = 11;
pub(crate) const AGREED: usize = 12;
pub(crate) const DESTROYED: usize = 15;
pub(crate) const ISSUED: usize = 16;

pub(crate) fn user(number: u8) -> String {
    format!("usr_019980000000700080000000000001{number:02}")
}

/// The instant of entry `seq`: one each 20 seconds from 2026-11-21 on.
pub(crate) fn time(seq: usize) -> String {
    let seconds = seq * 20;
    format!("2026-11-21T05:{:02}:{:02}.000Z", seconds / 60, seconds % 60)
}

/// The entries of a log that holds, before they become lines.
pub(crate) struct Story {
    pub(crate) entries: Vec<Value>,
    pub(crate) payload: Value,
}

impl Story {
    /// No entry yet.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new(), payload: payload() }
    }

    pub(crate) fn new() -> Self {
        let mut story = Self::empty();
        for (actor, event) in events() {
            story.push(&actor, event);
        }
        story
    }

    /// The lines; where the entry of a certificate has no digest yet, it names the digest of its payload.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut entries = self.entries.clone();
        for issued in entries.iter_mut().filter(|one| one["act"] == "certificate.issued") {
            if issued["sha256"].is_null() {
                issued["sha256"] = json!(digest(self.payload.to_string().as_bytes()));
            }
        }
        entries.iter().map(Value::to_string).collect()
    }

    pub(crate) fn certificate(&self) -> Value {
        jws(self.payload.to_string().as_bytes(), "csk-1", CERTIFICATE_KEY)
    }

    /// The certificate's file and the log's lines and checkpoint, all signed by the right keys.
    pub(crate) fn sealed(&self) -> (String, Vec<String>, String) {
        let lines = self.lines();
        let note = checkpoint(&lines, LOG_KEY);
        let proof = proof(&lines, ISSUED, &note);
        (file(&self.certificate(), &proof, &Value::Null), lines, note)
    }

    pub(crate) fn push(&mut self, actor: &Value, event: Value) {
        let seq = self.entries.len();
        let mut entry = json!({
            "actor": actor,
            "id": format!("01998000-0000-7000-8000-0000000002{seq:02}"),
            "node": "n1",
            "seq": seq,
            "t": time(seq),
            "tenant": TENANT,
            "v": 1,
        });
        let Value::Object(fields) = event else { unreachable!("an event is an object") };
        entry.as_object_mut().unwrap().extend(fields);
        self.entries.push(entry);
    }
}

fn events() -> Vec<(Value, Value)> {
    let job = || json!({ "type": "system", "job": "purge" });
    let by = |number| json!({ "type": "user", "id": user(number), "cap": "use" });
    let client = json!({ "type": "client", "id": "cli_01998000000070008000000000000017",
        "owner": user(1) });
    let boot = |seq: u64| json!({ "id": BOOT, "ms": seq * 20_000 });
    let (form, list) = (digest(b"form"), digest(b"list"));
    let short = "AZmAAAAAcACAAAAAAAAAEA.1";
    vec![
        (
            json!({ "type": "operator" }),
            json!({ "act": "ceremony.completed", "transcript_sha256": digest(b"transcript") }),
        ),
        (job(), json!({ "act": "vault.started", "boot": boot(1), "software": "0.1.0" })),
        (job(), json!({ "act": "epoch.created", "epoch": 1 })),
        (
            by(1),
            json!({ "act": "change.proposed", "change": CHANGE, "type": "register",
            "subject": PERSON, "digest": form }),
        ),
        (by(2), json!({ "act": "check.intent", "change": CHANGE, "person": PERSON, "version": 1 })),
        (by(2), json!({ "act": "check.outcome", "change": CHANGE, "result": "same" })),
        (by(2), json!({ "act": "change.approved", "change": CHANGE, "digest": form })),
        (
            by(2),
            json!({ "act": "number.activated", "change": CHANGE, "person": PERSON,
            "version": 1, "slot": SLOT, "epoch": 1 }),
        ),
        (
            client,
            json!({ "act": "number.release.intent", "read": READ, "people": [short],
            "dry_run": false,
            "purpose": { "code": "withholding_slip", "period": "2026", "reference": "見本 \"控\"" },
            "dec": { "policy": format!("sha256:{form}"), "rule": "R1", "v": "allow" } }),
        ),
        (job(), json!({ "act": "number.release.outcome", "read": READ, "sent": 1, "failed": 0 })),
        (job(), json!({ "act": "purge.proposed", "purge": PURGE, "digest": list, "count": 1 })),
        (by(3), json!({ "act": "purge.confirmed", "purge": PURGE, "digest": list })),
        (by(4), json!({ "act": "purge.approved", "purge": PURGE, "digest": list })),
        (job(), json!({ "act": "heartbeat", "boot": boot(13) })),
        (job(), json!({ "act": "purge.started", "purge": PURGE })),
        (
            job(),
            json!({ "act": "number.destroyed", "purge": PURGE, "person": PERSON, "version": 1,
            "slot": SLOT, "slot_sha256": digest(b"slot"), "blob_sha256": digest(b"blob") }),
        ),
        (
            job(),
            json!({ "act": "certificate.issued", "purge": PURGE, "person": PERSON,
            "certificate": "crt_01998000000070008000000000000018", "serial": "2026-000001",
            "sha256": null }),
        ),
        (
            job(),
            json!({ "act": "purge.finished", "purge": PURGE, "destroyed": 1, "certified": 1,
            "skipped": 0 }),
        ),
        (job(), json!({ "act": "vault.stopped", "boot": boot(18) })),
    ]
}

fn payload() -> Value {
    json!({
        "typ": "azekura-deletion-certificate", "ver": 1, "serial": "2026-000001",
        "vault": ORIGIN.strip_prefix("azekura/").unwrap(), "demo": false, "grace_days": 3,
        "tenant": { "id": TENANT, "name": "株式会社架空" },
        "department": "人事課", "responsible": user(4),
        "target": {
            "file_kind": "個人番号(従業員)", "record": PERSON, "relationship": "employee",
            "versions": [{ "ver": 1, "blob_sha256": digest(b"blob"), "slot": SLOT,
                "slot_sha256": digest(b"slot"), "epoch": 1 }],
        },
        "holdings": [{ "purpose": "dependents_declaration", "rule": "R1", "article": "架空規則 第1条",
            "start": "2019-01-11", "end": "2026-01-10" }],
        "trigger": "scheduled", "reason": "保存期間の満了", "retention_until": "2026-01-10",
        "method": { "category": "cryptographic erase (purge)",
            "technique": "destruction of per-record key", "also": "row overwrite" },
        "lock_a": { "done": time(DESTROYED), "state": "done" },
        "lock_b": { "due": "2027-01-03T05:00:00.000Z", "epochs": [1], "state": "pending",
            "copies_unattested": 0 },
        "verification": { "read_back": "deleted", "key_open": "refused", "by": "azekura 0.1.0",
            "scan": { "files": ["vault.db"], "hits": 0 } },
        "approved_by": [
            { "user": user(3), "role": "delete", "at": time(CONFIRMED), "entry": CONFIRMED },
            { "user": user(4), "role": "manager", "at": time(AGREED), "entry": AGREED },
        ],
        "standing_order": null,
        "performed_by": { "node": "n1", "job": PURGE },
        "audit": { "origin": ORIGIN, "entries": [CONFIRMED, AGREED, DESTROYED] },
        "time_source": { "sync": "ntp", "max_error_ms": 50 },
    })
}
