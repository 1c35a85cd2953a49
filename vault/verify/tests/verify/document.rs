//! The known answers of `docs/formats-log.md` verify.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bundle::{CERTIFICATE_KEY, LOG_KEY, public, verify_export};
use super::case::{Texts, check_file};

const DOCUMENT: &str = include_str!("../../../../docs/formats-log.md");
const EXPLAINED: &str = include_str!("../../../../docs/verification.md");

/// The codes of findings in a table of this heading: words in backticks, in rows.
fn codes(document: &'static str, heading: &str) -> BTreeSet<&'static str> {
    let (_, rest) = document.split_once(heading).unwrap();
    let rows = rest.lines().skip_while(|line| !line.starts_with("|---"));
    let rows = rows.skip(1).take_while(|line| line.starts_with('|'));
    let words = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    words.filter(|word| !word.contains(['.', ' '])).filter(|word| *word != "log-keys").collect()
}

/// Whether the page for auditors says what a code means.
pub(crate) fn is_explained(code: &str) -> bool {
    codes(EXPLAINED, "## Findings").contains(code)
}

#[test]
fn both_pages_name_the_same_findings() {
    assert_eq!(codes(DOCUMENT, "| Finding | Codes |"), codes(EXPLAINED, "## Findings"));
}

fn block(label: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{label}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

fn trust() -> Value {
    serde_json::from_str(block("trust")).unwrap()
}

#[test]
fn the_keys_of_the_document_are_those_of_its_seeds() {
    assert_eq!(trust()["log_keys"][0]["key"], public(LOG_KEY));
    assert_eq!(trust()["certificate_keys"][0]["key"], public(CERTIFICATE_KEY));
}

#[test]
fn the_log_of_the_document_verifies() {
    let export = Texts {
        entries: block("entries").to_owned(),
        checkpoint: block("checkpoint").to_owned(),
        keys: String::new(),
    };
    let (exit, report) = verify_export(&export, &trust());
    assert_eq!(exit, 0, "{report}");
}

#[test]
fn the_certificate_of_the_document_verifies() {
    let report = check_file(block("certificate").trim_end(), &trust());
    assert!(report.holds(), "{report:?}");
    assert!(!check_file(block("certificate"), &trust()).holds());
}
