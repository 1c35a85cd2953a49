//! A longer story: the log's key changes twice, a standing order and an early deletion run, and the keys
//! of two epochs are destroyed, after which a certificate is completed.

use serde_json::{Value, json};

use super::bundle::{
    CERTIFICATE_KEY, LOG_KEY, checkpoint, digest, file, jws, keys, proof, public, text,
};
use super::case::{Papers, Texts};
use super::story::{Story, time, user};

pub(crate) const ORDER: &str = "sto_01998000000070008000000000000021";
pub(crate) const NEXT_KEY: u8 = 7;
pub(crate) const LAST_KEY: u8 = 8;

const REGISTERED: &str = "chg_01998000000070008000000000000022";
const ORDERED: &str = "chg_01998000000070008000000000000023";
pub(crate) const EARLY: &str = "chg_01998000000070008000000000000024";
const PEOPLE: [&str; 2] =
    ["per_01998000000070008000000000000025", "per_01998000000070008000000000000026"];
const PURGES: [&str; 2] =
    ["pur_01998000000070008000000000000027", "pur_01998000000070008000000000000028"];
const SLOTS: [&str; 2] =
    ["slt_01998000000070008000000000000029", "slt_0199800000007000800000000000002a"];

/// Entries, and the certificates and the completion that they announce.
pub(crate) struct Years {
    pub(crate) story: Story,
    pub(crate) payloads: [Value; 2],
    pub(crate) completion: Value,
    /// Where the log's key changes, and who signs for the next.
    pub(crate) signers: Vec<(usize, u8)>,
}

impl Years {
    pub(crate) fn new() -> Self {
        let mut story = Story::empty();
        for (actor, event) in events() {
            story.push(&actor, event);
        }
        let payloads = [scheduled(&story), early(&story)];
        let mut years = Self { completion: Value::Null, payloads, signers: Vec::new(), story };
        years.completion = json!({
            "certificate_sha256": digest(years.payloads[0].to_string().as_bytes()),
            "destroyed_at": time(years.place("epoch.destroyed", 1)),
            "epochs": [1, 2],
            "serial": "2026-000001",
            "typ": "azekura-deletion-completion",
            "ver": 1,
        });
        years.signers =
            vec![(years.place("log.key", 0), LOG_KEY), (years.place("log.key", 1), NEXT_KEY)];
        years
    }

    /// The place of the entry of this kind with so many before it.
    pub(crate) fn place(&self, act: &str, nth: usize) -> usize {
        place(&self.story, act, nth)
    }

    pub(crate) fn entry(&mut self, act: &str, nth: usize) -> &mut Value {
        let place = self.place(act, nth);
        &mut self.story.entries[place]
    }

    /// Exchanges what two entries say, and leaves their places and times.
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        for key in ["id", "seq", "t"] {
            let kept = self.story.entries[one][key].take();
            self.story.entries[one][key] = self.story.entries[other][key].take();
            self.story.entries[other][key] = kept;
        }
        self.story.entries.swap(one, other);
    }

    /// The lines, with the digests of what they announce.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut entries = self.story.entries.clone();
        for entry in &mut entries {
            let announced = match (entry["act"].as_str(), entry["serial"].as_str()) {
                (Some("certificate.issued"), Some("2026-000001")) => &self.payloads[0],
                (Some("certificate.issued"), _) => &self.payloads[1],
                (Some("certificate.completed"), _) => &self.completion,
                _ => continue,
            };
            if entry["sha256"].is_null() {
                entry["sha256"] = json!(digest(announced.to_string().as_bytes()));
            }
        }
        entries.iter().map(Value::to_string).collect()
    }

    pub(crate) fn export(&self) -> Texts {
        let lines = self.lines();
        Texts {
            entries: text(&lines),
            checkpoint: checkpoint(&lines, LAST_KEY),
            keys: keys(&lines, &self.signers),
        }
    }

    /// The files of both certificates, the first completed, each proven in the whole log.
    pub(crate) fn files(&self) -> Vec<String> {
        let lines = self.lines();
        let note = checkpoint(&lines, LAST_KEY);
        let sign =
            |document: &Value| jws(document.to_string().as_bytes(), "csk-1", CERTIFICATE_KEY);
        let proven = |nth: usize, completion: &Value| {
            let proof = proof(&lines, self.place("certificate.issued", nth), &note);
            file(&sign(&self.payloads[nth]), &proof, completion)
        };
        vec![proven(0, &sign(&self.completion)), proven(1, &Value::Null)]
    }

    pub(crate) fn papers(&self) -> Papers {
        Papers { files: self.files(), log: Some(self.export()), keys: String::new() }
    }
}

fn place(story: &Story, act: &str, nth: usize) -> usize {
    let places = story.entries.iter().enumerate().filter(|(_, entry)| entry["act"] == act);
    places.map(|(place, _)| place).nth(nth).unwrap()
}

fn job() -> Value {
    json!({ "type": "system", "job": "purge" })
}

fn by(number: u8) -> Value {
    json!({ "type": "user", "id": user(number) })
}

fn beat() -> (Value, Value) {
    (
        job(),
        json!({ "act": "heartbeat", "boot": { "id": "01998000-0000-7000-8000-000000000016", "ms": 1 } }),
    )
}

fn epoch(step: &str, epoch: u64) -> (Value, Value) {
    (job(), json!({ "act": format!("epoch.{step}"), "epoch": epoch }))
}

fn agreed(change: &str, kind: &str) -> Vec<(Value, Value)> {
    let digest = digest(kind.as_bytes());
    let proposed =
        json!({ "act": "change.proposed", "change": change, "digest": digest, "type": kind });
    let approved = json!({ "act": "change.approved", "change": change, "digest": digest });
    vec![(by(1), proposed), (by(2), approved)]
}

fn activated(nth: usize) -> (Value, Value) {
    let event = json!({ "act": "number.activated", "change": REGISTERED, "epoch": 1,
        "person": PEOPLE[nth], "slot": SLOTS[nth], "version": 1 });
    (by(2), event)
}

/// A batch from its start to its end.
fn executed(nth: usize) -> Vec<(Value, Value)> {
    let (purge, person) = (PURGES[nth], PEOPLE[nth]);
    let destroyed = json!({ "act": "number.destroyed", "purge": purge, "person": person,
        "version": 1, "slot": SLOTS[nth], "epoch": 2, "epochs": [1, 2],
        "slot_sha256": digest(b"slot"), "blob_sha256": digest(b"blob") });
    let issued = json!({ "act": "certificate.issued", "purge": purge, "person": person,
        "certificate": certificate(nth), "serial": serial(nth), "sha256": null });
    let counts = json!({ "act": "purge.finished", "purge": purge, "destroyed": 1, "certified": 1,
        "skipped": 0 });
    let all = [json!({ "act": "purge.started", "purge": purge }), destroyed, issued, counts];
    all.into_iter().map(|event| (job(), event)).collect()
}

fn serial(nth: usize) -> String {
    format!("2026-{:06}", nth + 1)
}

fn certificate(nth: usize) -> String {
    format!("crt_0199800000007000800000000000003{nth}")
}

fn events() -> Vec<(Value, Value)> {
    let boot = json!({ "id": "01998000-0000-7000-8000-000000000016", "ms": 1 });
    let next = |seed| (job(), json!({ "act": "log.key", "key": public(seed) }));
    let proposed = |nth: usize, more: Value| {
        let mut event = json!({ "act": "purge.proposed", "purge": PURGES[nth],
            "digest": digest(b"list"), "count": 1 });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (job(), event)
    };
    let mut all = vec![
        (job(), json!({ "act": "ceremony.completed", "transcript_sha256": digest(b"x") })),
        (job(), json!({ "act": "vault.started", "boot": boot, "software": "0.1.0" })),
        epoch("created", 1),
    ];
    all.extend(agreed(REGISTERED, "register"));
    all.extend([activated(0), activated(1), next(NEXT_KEY)]);
    all.extend([epoch("closed", 1), epoch("created", 2), beat()]);
    all.extend(agreed(ORDERED, "standing_order"));
    all.push((
        by(2),
        json!({ "act": "standing_order.approved", "order": ORDER, "change": ORDERED,
        "cap": 10, "until": "2027-03-31" }),
    ));
    all.push(proposed(0, json!({ "order": ORDER })));
    all.extend(executed(0));
    all.extend([next(LAST_KEY), beat()]);
    all.extend(agreed(EARLY, "early_deletion"));
    all.push(proposed(1, json!({ "trigger": "early", "change": EARLY })));
    all.extend(executed(1));
    all.extend([epoch("retired", 1), epoch("destroyed", 1), epoch("closed", 2), beat()]);
    all.extend([epoch("created", 3), epoch("retired", 2), epoch("destroyed", 2)]);
    all.push((
        job(),
        json!({ "act": "certificate.completed", "certificate": certificate(0),
        "person": PEOPLE[0], "serial": serial(0), "sha256": null }),
    ));
    all.push((job(), json!({ "act": "vault.stopped", "boot": boot })));
    all
}

/// The certificate of a batch that `decision`, the nth of the approved changes, decided.
fn payload(story: &Story, nth: usize, decision: usize) -> Value {
    let mut payload = Story::new().payload;
    let destroyed = place(story, "number.destroyed", nth);
    let (made, approved) =
        (place(story, "change.proposed", decision), place(story, "change.approved", decision));
    payload["serial"] = json!(serial(nth));
    payload["target"]["record"] = json!(PEOPLE[nth]);
    payload["target"]["versions"][0]["slot"] = json!(SLOTS[nth]);
    payload["target"]["versions"][0]["epoch"] = json!(2);
    payload["lock_a"]["done"] = json!(time(destroyed));
    payload["lock_b"]["epochs"] = json!([1, 2]);
    payload["approved_by"] = json!([
        { "user": user(1), "role": "maker", "at": time(made), "entry": made },
        { "user": user(2), "role": "approver", "at": time(approved), "entry": approved },
    ]);
    payload["performed_by"]["job"] = json!(PURGES[nth]);
    payload["audit"]["entries"] = json!([made, approved, destroyed]);
    payload
}

fn scheduled(story: &Story) -> Value {
    let mut payload = payload(story, 0, 1);
    payload["standing_order"] = json!(ORDER);
    payload
}

fn early(story: &Story) -> Value {
    let mut payload = payload(story, 1, 2);
    payload["trigger"] = json!("early");
    payload["reason"] = json!("見本の理由");
    payload["retention_until"] = json!("2030-01-10");
    payload["holdings"] = json!([]);
    payload
}
