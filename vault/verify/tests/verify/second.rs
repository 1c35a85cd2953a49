//! The second implementation, `tests/verify.py`, asked about the same cases.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::bundle::NOW;
use super::case::{Case, Given, Papers, Texts, Verdict};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verify.py");

/// What it says of each case. One process answers all: its signatures are slow, its start slower.
pub(crate) fn verdicts(cases: &[Case]) -> Vec<Verdict> {
    let mut child = Command::new("python3")
        .args([PROGRAM, "cases"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the second verifier needs python3 on PATH; install the package python3");
    let mut input = child.stdin.take().unwrap();
    let asked: String = cases.iter().map(|case| asked(case).to_string() + "\n").collect();
    let writing = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the second verifier stopped before its last answer");
    writing.join().unwrap().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Verdict> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len(), "one answer for each case");
    answers
}

fn asked(case: &Case) -> Value {
    let none = Papers::default();
    let (what, papers, log) = match &case.given {
        Given::Log(texts) => ("log", &none, Some(texts)),
        Given::Certificates(papers) => ("cert", papers, papers.log.as_ref()),
    };
    let log = log.map(|Texts { entries, checkpoint, keys }| {
        json!({ "entries": entries, "checkpoint": checkpoint, "keys": keys })
    });
    json!({ "what": what, "files": papers.files, "keys": papers.keys, "log": log,
        "trust": case.trust, "now": NOW })
}
