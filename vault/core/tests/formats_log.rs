//! The known answers in `docs/formats-log.md` are what the vault writes.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop where the fixture is wrong")]

use azekura_core::audit::checkpoint::{Checkpoint, proof_text};
use azekura_core::audit::event::{Boot, PurgeEvent, VaultEvent};
use azekura_core::audit::proof::prove_inclusion;
use azekura_core::audit::tree::{Frontier, Hash, leaf_hash};
use azekura_core::audit::{ActorRef, Digest, Entry, Event, to_canonical};
use azekura_core::certificate::{Certificate, Jws, file_bytes, issue};
use azekura_core::id::{PurgeId, new_uuid};
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey};
use uuid::Uuid;

const DOCUMENT: &str = include_str!("../../../docs/formats-log.md");
const ORIGIN: &str = "azekura/vlt_019aa4e1d40070809090909090909090";
const START: Timestamp = Timestamp::from_millis(1_795_237_200_000);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn uuid(byte: u8) -> Uuid {
    new_uuid(START, [byte; 10])
}

/// The text of the block that the document labels so.
fn block(label: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{label}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

fn entry(seq: u64, event: Event) -> Vec<u8> {
    let entry = Entry {
        id: uuid(u8::try_from(seq).unwrap()),
        seq,
        at: START.plus_millis(i64::try_from(seq).unwrap() * 1_000),
        node: "n1".to_owned(),
        tenant: (seq == 3).then(|| uuid(0x51).into()),
        actor: ActorRef::System { job: "見本".to_owned() },
        request: None,
        ip: None,
        event,
    };
    entry.leaf().unwrap()
}

fn purge() -> PurgeId {
    uuid(0x53).into()
}

/// Three entries and, as the fourth, the one that announces the certificate.
fn entries(certificate: &Jws) -> Vec<Vec<u8>> {
    let boot = Boot { id: uuid(0x50), ms: 1_000 };
    let issued = PurgeEvent::CertificateIssued {
        certificate: uuid(0x52).into(),
        change: None,
        person: uuid(0x54).into(),
        purge: Some(purge()),
        serial: "2026-000001".to_owned(),
        sha256: certificate.payload_sha256(),
    };
    let ceremony =
        VaultEvent::CeremonyCompleted { demo: false, transcript_sha256: Digest::of(b"") };
    vec![
        entry(0, ceremony.into()),
        entry(1, VaultEvent::Started { boot, software: "0.1.0".to_owned() }.into()),
        entry(2, VaultEvent::Stopped { boot }.into()),
        entry(3, issued.into()),
    ]
}

fn certificate() -> Jws {
    let payload: Certificate = serde_json::from_str(block("payload").trim()).unwrap();
    let again = String::from_utf8(to_canonical(&payload).unwrap()).unwrap() + "\n";
    assert_eq!(again, block("payload"), "the payload is in canonical form");
    let key = key(2);
    issue(&payload, "csk-1", |input| key.sign(input).to_bytes()).unwrap()
}

fn hashes(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

fn note(entries: &[Vec<u8>]) -> String {
    let mut tree = Frontier::default();
    for hash in hashes(entries) {
        tree.append(hash);
    }
    let key = key(1);
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() };
    let public = key.verifying_key().to_bytes();
    checkpoint.sign(ORIGIN, &public, |text| key.sign(text).to_bytes())
}

#[test]
fn entries_and_checkpoint_are_those_of_the_document() {
    let entries = entries(&certificate());
    let text: String =
        entries[..3].iter().map(|entry| String::from_utf8(entry.clone()).unwrap() + "\n").collect();
    assert_eq!(text, block("entries"));
    let leaves: String =
        hashes(&entries[..3]).iter().map(|hash| HEXLOWER.encode(hash) + "\n").collect();
    assert_eq!(leaves, block("leaves"));
    assert_eq!(note(&entries[..3]), block("checkpoint"));
}

#[test]
fn certificate_and_proof_are_those_of_the_document() {
    let certificate = certificate();
    let entries = entries(&certificate);
    let hashes = prove_inclusion(hashes(&entries), 3, 4).unwrap();
    let proof = proof_text(&entries[3], 3, &hashes, &note(&entries));
    assert_eq!(proof, block("proof"));
    let file = file_bytes(&certificate, &proof, None).unwrap();
    assert_eq!(String::from_utf8(file).unwrap() + "\n", block("certificate"));
}
