//! Bundles made by the vault's own code: both implementations must agree on each, whole or damaged.

use azekura_core::audit::checkpoint::{Checkpoint, proof_text};
use azekura_core::audit::event::{
    Boot, ChangeEvent, Decision, NumberEvent, PersonVersion, PurgeEvent, PurposeUse, Subject,
    VaultEvent,
};
use azekura_core::audit::proof::{check_inclusion, prove_inclusion};
use azekura_core::audit::tree::{Frontier, Hash, leaf_hash};
use azekura_core::audit::{ActorRef, Digest, Entry, Event};
use azekura_core::certificate::{self, Certificate};
use azekura_core::id::{ClientId, PersonId, PurgeId, UserId, new_uuid};
use azekura_core::time::Timestamp;
use azekura_verify::Trust;
use azekura_verify::log::Export;
use ed25519_dalek::Signer as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::bundle::{CERTIFICATE_KEY, LOG_KEY, file, key, trust, verify_export};
use super::case::{Papers, Texts, check_file, check_files, check_log};
use super::story::Story;

const START: i64 = 1_795_237_200_000;
const BOOT: Boot = Boot { id: Uuid::nil(), ms: 1 };

fn uuid(byte: u8) -> Uuid {
    new_uuid(Timestamp::from_millis(START), [byte; 10])
}

/// A log as the vault writes it, with the tree over it.
struct Log {
    origin: String,
    leaves: Vec<Vec<u8>>,
}

impl Log {
    fn new() -> Self {
        let origin = super::bundle::ORIGIN.to_owned();
        let mut log = Self { origin, leaves: Vec::new() };
        for (actor, event) in events() {
            log.push(actor, event);
        }
        log
    }

    fn push(&mut self, actor: ActorRef, event: Event) {
        let seq = self.leaves.len() as u64;
        let entry = Entry {
            id: uuid(200),
            seq,
            at: at(seq),
            node: "n1".to_owned(),
            tenant: Some(uuid(3).into()),
            actor,
            request: Some(uuid(4).into()),
            ip: Some("2001:db8::7".parse().unwrap()),
            event,
        };
        let leaf = entry.leaf().unwrap();
        assert_eq!(Entry::from_leaf(&leaf).unwrap(), entry);
        self.leaves.push(leaf);
    }

    fn hashes(&self) -> Vec<Hash> {
        self.leaves.iter().map(|leaf| leaf_hash(leaf)).collect()
    }

    fn checkpoint(&self) -> (Checkpoint, String) {
        let mut tree = Frontier::default();
        for hash in self.hashes() {
            tree.append(hash);
        }
        let checkpoint =
            Checkpoint { origin: self.origin.clone(), size: tree.size(), root: tree.root() };
        let (name, key) = (&self.origin, key(LOG_KEY));
        let note =
            checkpoint.sign(name, key.verifying_key().as_bytes(), |text| key.sign(text).to_bytes());
        (checkpoint, note)
    }

    fn export(&self, note: &str) -> Texts {
        let lines = self.leaves.iter().map(|leaf| String::from_utf8(leaf.clone()).unwrap() + "\n");
        Texts { entries: lines.collect(), checkpoint: note.to_owned(), keys: String::new() }
    }
}

fn at(seq: u64) -> Timestamp {
    Timestamp::from_millis(START + i64::try_from(seq).unwrap() * 20_000)
}

fn purge() -> PurgeId {
    uuid(21).into()
}

fn person() -> PersonId {
    uuid(20).into()
}

fn user(byte: u8) -> ActorRef {
    ActorRef::User { cap: None, id: UserId::from(uuid(byte)), sess: None }
}

fn job() -> ActorRef {
    ActorRef::System { job: "purge".to_owned() }
}

fn events() -> Vec<(ActorRef, Event)> {
    [use_of_a_number(), deletion()].concat()
}

fn use_of_a_number() -> Vec<(ActorRef, Event)> {
    let (change, read, slot) = (uuid(22).into(), uuid(23).into(), uuid(24).into());
    let (digest, person) = (Digest::of(b"form"), person());
    let client = ActorRef::Client { id: ClientId::from(uuid(26)), owner: UserId::from(uuid(11)) };
    let purpose = PurposeUse {
        code: "withholding_slip".to_owned(),
        destination: None,
        period: "2026".to_owned(),
        reason: None,
        reference: "見本 \"控\"\\\t".to_owned(),
    };
    let dec = Decision { policy: digest, rule: "R1".to_owned(), v: "allow".to_owned() };
    vec![
        (
            ActorRef::Operator,
            VaultEvent::CeremonyCompleted { demo: false, transcript_sha256: digest }.into(),
        ),
        (job(), VaultEvent::Started { boot: BOOT, software: "0.1.0".to_owned() }.into()),
        (job(), VaultEvent::EpochCreated { epoch: 1 }.into()),
        (
            user(11),
            ChangeEvent::Proposed {
                change,
                digest,
                kind: "register".to_owned(),
                replaces: None,
                subject: Some(Subject::Person(person)),
            }
            .into(),
        ),
        (user(12), ChangeEvent::Approved { change, digest }.into()),
        (
            user(12),
            NumberEvent::Activated { change: Some(change), epoch: 1, person, slot, version: 1 }
                .into(),
        ),
        (
            client,
            NumberEvent::ReleaseIntent {
                dec,
                dry_run: false,
                people: vec![PersonVersion { person, version: 1 }],
                purpose,
                read,
            }
            .into(),
        ),
        (job(), NumberEvent::ReleaseOutcome { failed: 0, read, sent: 1 }.into()),
    ]
}

fn deletion() -> Vec<(ActorRef, Event)> {
    let (digest, person, purge) = (Digest::of(b"form"), person(), purge());
    vec![
        (job(), PurgeEvent::Proposed { count: 1, digest, purge }.into()),
        (user(13), PurgeEvent::Confirmed { digest, purge }.into()),
        (user(14), PurgeEvent::Approved { digest, purge }.into()),
        (job(), VaultEvent::Heartbeat { boot: BOOT }.into()),
        (job(), PurgeEvent::Started { purge }.into()),
        (
            job(),
            NumberEvent::Destroyed {
                blob_sha256: Some(digest),
                change: None,
                person,
                purge: Some(purge),
                slot: uuid(24).into(),
                slot_sha256: Some(digest),
                version: 1,
            }
            .into(),
        ),
    ]
}

/// The fixture's payload, read by the vault's own type and told of this log.
fn payload() -> Certificate {
    let mut json: Value = Story::new().payload;
    let slot = json!(azekura_core::id::SlotId::from(uuid(24)).to_string());
    let vault = super::bundle::ORIGIN.strip_prefix("azekura/").unwrap();
    json["vault"] = json!(vault);
    json["tenant"]["id"] = json!(azekura_core::id::OrganisationId::from(uuid(3)));
    json["responsible"] = json!(UserId::from(uuid(14)));
    json["target"]["record"] = json!(person());
    json["target"]["versions"][0]["slot"] = slot;
    json["performed_by"]["job"] = json!(purge());
    json["lock_a"]["done"] = json!(at(13));
    json["audit"]["entries"] = json!([9, 10, 13]);
    json["approved_by"] = json!([
        { "at": at(9), "entry": 9, "role": "delete", "user": UserId::from(uuid(13)) },
        { "at": at(10), "entry": 10, "role": "manager", "user": UserId::from(uuid(14)) },
    ]);
    serde_json::from_value(json).unwrap()
}

/// A log with a certificate in it, and the certificate's file.
fn certified() -> (Log, String) {
    let (mut log, payload) = (Log::new(), payload());
    let key = key(CERTIFICATE_KEY);
    let jws = certificate::issue(&payload, "csk-1", |input| key.sign(input).to_bytes()).unwrap();
    let index = log.leaves.len();
    log.push(
        job(),
        PurgeEvent::CertificateIssued {
            certificate: uuid(30).into(),
            change: None,
            person: person(),
            purge: Some(purge()),
            serial: payload.serial.to_string(),
            sha256: jws.payload_sha256(),
        }
        .into(),
    );
    log.push(
        job(),
        PurgeEvent::Finished { certified: 1, destroyed: 1, purge: purge(), skipped: 0 }.into(),
    );
    let (head, note) = log.checkpoint();
    let proof = prove_inclusion(log.hashes(), index as u64, head.size).unwrap();
    let leaf = log.hashes()[index];
    assert_eq!(check_inclusion(leaf, index as u64, head.size, &proof, &head.root), Ok(()));
    let text = proof_text(&log.leaves[index], index as u64, &proof, &note);
    let file = certificate::file_bytes(&jws, &text, None).unwrap();
    (log, String::from_utf8(file).unwrap())
}

#[test]
fn what_the_vault_writes_verifies() {
    let (log, file) = certified();
    let (checkpoint, note) = log.checkpoint();
    let (exit, report) = verify_export(&log.export(&note), &trust());
    assert_eq!(exit, 0, "{report}");
    let (name, public) = (&checkpoint.origin, key(LOG_KEY).verifying_key().to_bytes());
    assert_eq!(Checkpoint::open(&note, name, &public), Ok(checkpoint.clone()));
    let papers = Papers { files: vec![file], log: Some(log.export(&note)), keys: String::new() };
    let report = check_files(&papers, &trust());
    assert!(report.holds(), "{report:?}");
}

#[test]
fn no_changed_byte_of_a_certificate_survives() {
    let (_, file) = certified();
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(!check_file(&changed, &trust()).holds(), "byte {at}");
        }
    }
}

#[test]
fn both_refuse_the_same_checkpoints() {
    let (log, _) = certified();
    let (checkpoint, note) = log.checkpoint();
    let (name, public) = (&checkpoint.origin, key(LOG_KEY).verifying_key().to_bytes());
    for at in (0..note.len()).step_by(7) {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(Checkpoint::open(&changed, name, &public).is_err(), "byte {at}");
        assert_eq!(verify_export(&log.export(&changed), &trust()).0, 1, "byte {at}");
    }
}

#[test]
fn no_changed_byte_of_a_log_survives() {
    let (log, _) = certified();
    let good = log.export(&log.checkpoint().1);
    for at in (0..good.entries.len()).step_by(2) {
        let mut bytes = good.entries.clone().into_bytes();
        bytes[at] ^= 1;
        // A byte that is no text any more cannot be told apart from another such byte.
        let entries = String::from_utf8_lossy(&bytes).into_owned();
        let report = check_log(&Texts { entries, ..good.clone() }, &trust());
        assert!(!report.findings.is_empty(), "byte {at}");
    }
}

proptest! {
    #[test]
    fn reading_foreign_bytes_never_panics_and_never_holds(bytes: Vec<u8>, text in "\\PC*") {
        prop_assert!(Trust::read(&bytes).is_err());
        let trust = Trust::read(trust().to_string().as_bytes()).unwrap();
        let (checkpoint, keys) = (text.clone(), text.clone());
        let export = Export { entries: &bytes[..], checkpoint, keys, longest_silence: 300_000 };
        prop_assert!(!azekura_verify::log::check(export, &trust).unwrap().findings.is_empty());
        let proof = format!("c2sp.org/tlog-proof@v1\nextra {text}\nindex 0\n\n{text}");
        for file in [text, file(&Story::new().certificate(), &proof, &Value::Null)] {
            prop_assert!(!check_file(&file, &super::bundle::trust()).holds());
        }
    }
}
