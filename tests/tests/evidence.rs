//! What the vault exports is checked by a program that shares nothing with it, and every change to
//! it is noticed.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use azekura_tests::{Office, Vault, number};
use serde_json::Value;

/// A good export, and the vault it came from.
static EXPORTED: LazyLock<(Vault, PathBuf)> = LazyLock::new(|| {
    let vault = Vault::start();
    {
        let office = Office::found(&vault, vault.administrators(), "架空商事");
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["withholding"], &suzuki);
        let person = sato.add_with_number(&suzuki, &number(4_000), &["withholding"]);
        sato.read(&[&person], "withholding_slip").ok(200);
        sato.read(&[&person], "employment_insurance_acquisition").ok(200);
    }
    // The server runs on: whatever ends it at last also removes the folder.
    let export = vault.export();
    (vault, export)
});

#[test]
fn a_good_export_holds() {
    let (vault, export) = &*EXPORTED;
    let (holds, report) = vault.files().verify_log(export);
    assert!(holds, "{report:#}");
    assert_eq!(report["report"]["counted"]["releases"], 1, "{report:#}");
    assert_eq!(report["report"]["counted"]["changes"], 9, "{report:#}");
}

#[test]
fn a_changed_entry_is_named() {
    // A name in an entry is changed to another of the same length.
    let codes = refused("changed", |lines, _| {
        let at = lines.iter().position(|line| line.contains("number.release.intent")).unwrap();
        lines[at] = lines[at].replace("withholding_slip", "withholding_slap");
    });
    assert!(codes.iter().any(|code| code == "root-mismatch"), "{codes:?}");
}

#[test]
fn a_dropped_entry_is_named() {
    let codes = refused("dropped", |lines, _| drop(lines.remove(lines.len() / 2)));
    assert!(codes.iter().any(|code| code.contains("seq")), "{codes:?}");
}

#[test]
fn swapped_entries_are_named() {
    let codes = refused("swapped", |lines, _| {
        let middle = lines.len() / 2;
        lines.swap(middle, middle + 1);
    });
    assert!(codes.iter().any(|code| code.contains("seq")), "{codes:?}");
}

#[test]
fn a_duplicated_entry_is_named() {
    let codes = refused("duplicated", |lines, _| {
        let middle = lines.len() / 2;
        lines.insert(middle, lines[middle].clone());
    });
    assert!(codes.iter().any(|code| code.contains("seq")), "{codes:?}");
}

#[test]
fn a_truncated_log_is_named() {
    let codes = refused("truncated", |lines, _| lines.truncate(lines.len() - 3));
    assert!(codes.iter().any(|code| code == "entries-missing"), "{codes:?}");
}

#[test]
fn an_empty_log_verifies_nothing() {
    let codes = refused("empty", |lines, checkpoint| {
        lines.clear();
        checkpoint.clear();
    });
    assert!(!codes.is_empty());
    let codes = refused("empty", |lines, _| lines.clear());
    assert!(!codes.is_empty());
}

#[test]
fn a_log_signed_by_another_key_is_refused() {
    let other = Vault::start();
    let note = fs::read_to_string(other.export().join("checkpoint")).unwrap();
    let signature = note.lines().last().unwrap().to_owned();
    let codes = refused("signed by another", |_, checkpoint| {
        let own = checkpoint.lines().last().unwrap().to_owned();
        *checkpoint = checkpoint.replace(&own, &signature);
    });
    assert!(
        codes.iter().any(|code| code.contains("sign") || code.contains("checkpoint")),
        "{codes:?}"
    );
    let (vault, export) = &*EXPORTED;
    let (holds, _) = other.files().verify_log(export);
    assert!(!holds, "another vault's trust file trusts this log");
    let (holds, _) = vault.files().verify_log(&other.export());
    assert!(!holds, "this vault's trust file trusts another log");
}

#[test]
fn a_trust_file_inside_the_export_is_not_trusted() {
    let (vault, export) = &*EXPORTED;
    let copy = copied(vault, export);
    fs::copy(vault.files().trust(), copy.join("trust.json")).unwrap();
    let output = azekura_tests::process::run(
        std::process::Command::new(azekura_tests::process::program("azekura-verify"))
            .arg("log")
            .arg(&copy)
            .arg("--trust")
            .arg(copy.join("trust.json")),
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_exported_log_holds_no_name_and_no_number() {
    let (_, export) = &*EXPORTED;
    let text = fs::read_to_string(export.join("entries.jsonl")).unwrap();
    for personal in [number(4_000).as_str(), "花子", "カクウ", "見本 責任"] {
        assert!(!text.contains(personal), "{personal} stands in the log");
    }
}

/// The codes with which the verifier refuses a copy of the export that `change` was made to.
fn refused(what: &str, change: impl Fn(&mut Vec<String>, &mut String)) -> Vec<String> {
    let (vault, export) = &*EXPORTED;
    let copy = copied(vault, export);
    let read = |name: &str| fs::read_to_string(copy.join(name)).unwrap();
    let mut lines: Vec<String> = read("entries.jsonl").lines().map(String::from).collect();
    let mut checkpoint = read("checkpoint");
    change(&mut lines, &mut checkpoint);
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    fs::write(copy.join("entries.jsonl"), text).unwrap();
    fs::write(copy.join("checkpoint"), checkpoint).unwrap();
    let (holds, report) = vault.files().verify_log(&copy);
    assert!(!holds, "a {what} log holds");
    let listed = report["report"]["findings"]["listed"].as_array().cloned().unwrap_or_default();
    let code = |finding: &Value| finding["code"].as_str().map(String::from);
    let codes: Vec<String> = listed.iter().filter_map(code).collect();
    assert!(!codes.is_empty(), "a {what} log is refused without a word: {report:#}");
    codes
}

fn copied(vault: &Vault, export: &Path) -> PathBuf {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let one = ONE_AT_A_TIME.lock();
    let copy = vault.files().fresh("copy");
    fs::create_dir(&copy).unwrap();
    drop(one);
    for name in ["entries.jsonl", "checkpoint"] {
        fs::copy(export.join(name), copy.join(name)).unwrap();
    }
    copy
}
