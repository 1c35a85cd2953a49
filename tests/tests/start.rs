//! A vault starts whole or not at all, and says why not.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azekura_tests::process::{Server, run};
use azekura_tests::vault::{Files, Founded};
use serde_json::Value;

/// What every secret that does not fit is answered, whatever is wrong with it.
const LOCKED: &str = "could not open the keyring";

#[test]
fn rt_13_only_its_own_secret_and_keyring_start_a_vault() {
    no_other_secret_starts_it();
    no_other_keyring_starts_it();
}

fn no_other_secret_starts_it() {
    let vault = Founded::new().files;
    let other = Founded::new().files;
    let right = fs::read_to_string(vault.credential()).unwrap();
    let mut wrong: Vec<String> = (0..24).map(|at| changed(&right, at * 2)).collect();
    wrong.push("00".repeat(32));
    wrong.push(fs::read_to_string(other.credential()).unwrap());
    let mut said = Vec::new();
    for credential in wrong {
        fs::write(vault.credential(), credential).unwrap();
        said.push(refused_untouched(&vault));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "which secret it was shows: {said:#?}");
    assert!(said[0].contains(LOCKED), "{}", said[0]);
    for unusable in ["", "not hexadecimal", &right[..62]] {
        fs::write(vault.credential(), unusable).unwrap();
        assert!(refused_untouched(&vault).contains("is not 32 bytes"));
    }
    fs::write(vault.credential(), right).unwrap();
    vault.serve("127.0.0.1:0", "info").0.kill9();
}

fn no_other_keyring_starts_it() {
    let vault = Founded::new().files;
    let other = Founded::new().files;
    let keyring = vault.state().join("keyring");
    let whole = fs::read(&keyring).unwrap();
    for part in 0..10 {
        fs::write(&keyring, &whole[..whole.len() * part / 10]).unwrap();
        let said = refused_untouched(&vault);
        let known = ["truncated", "not a keyring", LOCKED].iter().any(|words| said.contains(words));
        assert!(known, "{part} tenths: {said}");
    }
    fs::write(&keyring, fs::read(other.state().join("keyring")).unwrap()).unwrap();
    assert!(refused_untouched(&vault).contains(LOCKED));
    // Even whoever also has the other vault's secret opens nothing of this one with it.
    let right = fs::read(vault.credential()).unwrap();
    fs::write(vault.credential(), fs::read(other.credential()).unwrap()).unwrap();
    assert!(refused_untouched(&vault).contains("log key"));
    fs::write(vault.state().join("log.key"), fs::read(other.state().join("log.key")).unwrap())
        .unwrap();
    assert!(vault.refusal("127.0.0.1:0").contains("changed outside the vault"));
    fs::remove_file(&keyring).unwrap();
    assert!(refused_untouched(&vault).contains("there is no keyring here"));
    assert_ne!(right, fs::read(vault.credential()).unwrap());
}

#[test]
fn a_database_older_than_what_was_signed_is_refused() {
    let vault = Founded::new().files;
    let old = database(&vault);
    assert!(vault.serve("127.0.0.1:0", "info").0.stop());
    let new = database(&vault);
    put_back(&vault, &old);
    assert!(vault.refusal("127.0.0.1:0").contains("older than, or other than"));
    assert_eq!(doctor(&vault).0, Some(1));
    put_back(&vault, &new);
    assert!(vault.serve("127.0.0.1:0", "info").0.stop());
}

#[test]
fn without_its_database_a_vault_is_refused_and_none_is_made() {
    let vault = Founded::new().files;
    let whole = database(&vault);
    put_back(&vault, &[]);
    assert!(vault.refusal("127.0.0.1:0").contains("could not find the database file"));
    assert!(database(&vault).is_empty(), "an empty vault lies over an old keyring");
    let mut init = vault.opening("init");
    init.arg("--ceremony").arg(vault.ceremony()).arg("--trust").arg(vault.fresh("trust"));
    for made in ["share-1", "share-2", "share-3", "token-1", "token-2"] {
        fs::remove_file(vault.root().join(made)).unwrap();
    }
    let init = run(init.arg("--transcript").arg(vault.fresh("transcript")));
    assert!(String::from_utf8_lossy(&init.stderr).contains("there is a vault in"));
    assert!(!init.status.success(), "init lays a new vault over an old keyring");
    assert!(!vault.root().join("share-1").exists());
    for other in [&b""[..], &[0; 4096], b"SQLite format 3\0 and no more"] {
        put_back(&vault, &[(String::from("vault.db"), other.to_vec())]);
        refused_untouched(&vault);
    }
    put_back(&vault, &whole);
    vault.serve("127.0.0.1:0", "info").0.kill9();
}

#[test]
fn files_that_others_could_read_or_change_are_refused() {
    let vault = Founded::new().files;
    for (name, open, closed) in
        [("keyring", 0o640, 0o600), ("vault.db", 0o604, 0o600), ("", 0o750, 0o700)]
    {
        let path = vault.state().join(name);
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(open);
        refused_untouched(&vault);
        set(closed);
    }
    vault.serve("127.0.0.1:0", "info").0.kill9();
}

#[test]
fn only_a_loopback_address_is_served_without_tls() {
    let vault = Founded::new().files;
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8443"] {
        assert!(vault.refusal(address).contains("needs TLS"), "{address}");
    }
}

#[test]
fn a_second_process_is_refused_and_a_dead_one_leaves_nothing_in_the_way() {
    let vault = Founded::new().files;
    let (first, _) = vault.serve("127.0.0.1:0", "info");
    assert!(vault.refusal("127.0.0.1:0").contains("another process of this vault uses it"));
    assert!(vault.state().join("socket").exists());
    first.kill9();
    assert!(vault.state().join("socket").exists(), "a killed server cleans nothing up");
    let (second, address) = vault.serve("127.0.0.1:0", "info");
    assert_eq!(doctor(&vault).0, Some(0), "the new server answers on the socket");
    assert!(std::net::TcpStream::connect(address).is_ok());
    assert!(second.stop());
    assert!(!vault.state().join("socket").exists());
}

#[test]
fn the_doctor_names_what_is_wrong_and_changes_nothing() {
    let vault = Founded::new().files;
    let (code, findings) = doctor(&vault);
    assert_eq!(code, Some(0));
    for id in ["AZEKURA-D002", "AZEKURA-D003", "AZEKURA-D008"] {
        assert_eq!(severity(&findings, id), "success", "{findings:#}");
    }
    assert_eq!(severity(&findings, "AZEKURA-D004"), "warning", "nobody is enrolled yet");

    fs::rename(vault.credential(), vault.root().join("elsewhere")).unwrap();
    let before = contents(&vault.state());
    let (code, findings) = doctor(&vault);
    assert_eq!((code, severity(&findings, "AZEKURA-D001").as_str()), (Some(1), "failure"));
    assert_eq!(before, contents(&vault.state()));
}

#[test]
fn a_row_written_past_the_vault_is_found() {
    let vault = Founded::new().files;
    let database = vault.state().join("vault.db");
    azekura_tests::sqlite::run(&database, "update app_user set sealed = zeroblob(length(sealed))");
    let (code, findings) = doctor(&vault);
    assert_eq!(code, Some(1), "{findings:#}");
}

/// A start that must fail, and must leave every file of the vault as it was.
fn refused_untouched(vault: &Files) -> String {
    let before = contents(&vault.state());
    let said = vault.refusal("127.0.0.1:0");
    assert_eq!(before, contents(&vault.state()), "a refused start changed files");
    said
}

/// Every file of a folder, with its length and a hash of it.
fn contents(dir: &Path) -> BTreeMap<String, (usize, u64)> {
    let entries = fs::read_dir(dir).unwrap().flatten();
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let named = files.map(|entry| {
        let bytes = fs::read(entry.path()).unwrap();
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        (entry.file_name().to_string_lossy().into_owned(), (bytes.len(), hasher.finish()))
    });
    // The lock is empty and comes with the first try.
    named.filter(|(_, (length, _))| *length > 0).collect()
}

/// The files of the database.
fn database(vault: &Files) -> Vec<(String, Vec<u8>)> {
    let names = ["vault.db", "vault.db-wal", "vault.db-shm"];
    let read = |name: &str| Some((String::from(name), fs::read(vault.state().join(name)).ok()?));
    names.into_iter().filter_map(read).collect()
}

/// Puts other files in the place of the database's.
fn put_back(vault: &Files, files: &[(String, Vec<u8>)]) {
    for (name, _) in database(vault) {
        fs::remove_file(vault.state().join(name)).unwrap();
    }
    for (name, bytes) in files {
        let path = vault.state().join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn changed(hexadecimal: &str, at: usize) -> String {
    let digit = if hexadecimal.as_bytes()[at] == b'0' { "1" } else { "0" };
    format!("{}{digit}{}", &hexadecimal[..at], &hexadecimal[at + 1..])
}

fn doctor(vault: &Files) -> (Option<i32>, Value) {
    let output = run(vault.opening("doctor").args(["--output", "json"]));
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn severity(findings: &Value, id: &str) -> String {
    let mut all = findings.as_array().unwrap().iter();
    let found = all.find(|finding| finding["id"] == id);
    found.map(|finding| finding["severity"].as_str().unwrap().to_owned()).unwrap_or_default()
}

#[test]
fn a_server_that_is_asked_to_stop_stops_well() {
    let vault = Founded::new().files;
    let (server, _): (Server, _) = vault.serve("127.0.0.1:0", "info");
    assert!(server.stop());
}
