//! A log with its checkpoint, a certificate and the trust file, all from fixed seeds, built without
//! the vault's code.

use std::fs;
use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::case::Texts;

pub(crate) type Hash = [u8; 32];

pub(crate) const ORIGIN: &str = "azekura/vlt_01998000000070008000000000000001";
pub(crate) const LOG_KEY: u8 = 1;
pub(crate) const CERTIFICATE_KEY: u8 = 2;
/// 2026-12-01T00:00:00Z
pub(crate) const NOW: i64 = 1_796_083_200_000;

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn public(seed: u8) -> String {
    BASE64.encode(key(seed).verifying_key().as_bytes())
}

pub(crate) fn leaf(line: &str) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

/// The root by the recursive definition.
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            let joined = Sha256::new().chain_update([1]).chain_update(root(left));
            joined.chain_update(root(right)).finalize().into()
        }
    }
}

/// The hashes from the sibling upwards, by the recursive definition.
pub(crate) fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut inner, sibling) = match index.checked_sub(left.len()) {
        None => (path(left, index), right),
        Some(index) => (path(right, index), left),
    };
    inner.push(root(sibling));
    inner
}

/// The bytes of `entries.jsonl`.
pub(crate) fn text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// A checkpoint over `lines`, signed by the key of `seed`.
pub(crate) fn checkpoint(lines: &[String], seed: u8) -> String {
    let leaves: Vec<Hash> = lines.iter().map(|line| leaf(line)).collect();
    sign_head(ORIGIN, lines.len(), &root(&leaves), seed)
}

pub(crate) fn sign_head(origin: &str, size: usize, root: &Hash, seed: u8) -> String {
    let text = format!("{origin}\n{size}\n{}\n", BASE64.encode(root));
    let key = key(seed);
    let id = Sha256::new().chain_update(ORIGIN).chain_update(b"\n\x01");
    let id = id.chain_update(key.verifying_key().as_bytes()).finalize();
    let signature = [&id[..4], &key.sign(text.as_bytes()).to_bytes()].concat();
    format!("{text}\n\u{2014} {ORIGIN} {}\n", BASE64.encode(&signature))
}

/// The file `log-keys`: for each change of key its place and the seed of the key that signed for it.
pub(crate) fn keys(lines: &[String], changes: &[(usize, u8)]) -> String {
    let link = |(place, seed): &(usize, u8)| {
        let closed = &lines[..=*place];
        proof(closed, *place, &checkpoint(closed, *seed))
    };
    changes.iter().map(link).collect()
}

/// The proof that line `index` is in the log that `note` signs.
pub(crate) fn proof(lines: &[String], index: usize, note: &str) -> String {
    let leaves: Vec<Hash> = lines.iter().map(|line| leaf(line)).collect();
    let entry = BASE64.encode(lines[index].as_bytes());
    let hashes: String =
        path(&leaves, index).iter().map(|hash| BASE64.encode(hash) + "\n").collect();
    format!("c2sp.org/tlog-proof@v1\nextra {entry}\nindex {index}\n{hashes}\n{note}")
}

pub(crate) fn jws(payload: &[u8], kid: &str, seed: u8) -> Value {
    let header = json!({ "alg": "EdDSA", "kid": kid }).to_string();
    let input = format!(
        "{}.{}",
        BASE64URL_NOPAD.encode(header.as_bytes()),
        BASE64URL_NOPAD.encode(payload)
    );
    let signature = BASE64URL_NOPAD.encode(&key(seed).sign(input.as_bytes()).to_bytes());
    let (protected, payload) = input.split_once('.').unwrap();
    json!({ "payload": payload, "protected": protected, "signature": signature })
}

pub(crate) fn file(jws: &Value, proof: &str, completion: &Value) -> String {
    format!(r#"{{"certificate":{jws},"proof":{},"completion":{completion}}}"#, json!(proof))
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

pub(crate) fn trust() -> Value {
    json!({
        "origin": ORIGIN,
        "log_keys": [{ "name": ORIGIN, "key": public(LOG_KEY) }],
        "certificate_keys": [{
            "kid": "csk-1",
            "key": public(CERTIFICATE_KEY),
            "from": "2026-01-01T00:00:00.000Z",
            "until": "2027-01-01T00:00:00.000Z",
        }],
        "demo": false,
    })
}

/// Exit code and report of the program itself.
pub(crate) fn run(arguments: &[&Path], what: &str, trust: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_azekura-verify"))
        .arg(what)
        .args(arguments)
        .arg("--trust")
        .arg(trust)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// Writes an export and a trust file beside it, and runs the program on it.
pub(crate) fn verify_export(export: &Texts, trust: &Value) -> (i32, String) {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("export");
    fs::create_dir(&dir).unwrap();
    for (name, text) in [
        ("entries.jsonl", &export.entries),
        ("checkpoint", &export.checkpoint),
        ("log-keys", &export.keys),
    ] {
        fs::write(dir.join(name), text).unwrap();
    }
    let trust_file = base.path().join("trust.json");
    fs::write(&trust_file, trust.to_string()).unwrap();
    run(&[&dir], "log", &trust_file)
}
