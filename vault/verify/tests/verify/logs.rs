//! RT-22: a good export verifies, and each way of changing it is named.

use std::fs;

use serde_json::{Value, json};

use super::bundle::{LOG_KEY, checkpoint, run, sign_head, text, trust, verify_export};
use super::case::{Case, Given, Texts, judge};
use super::intervals;
use super::story::{AGREED, APPROVED, CONFIRMED, INTENT, ISSUED, Story, user};

/// A code that must be reported, and what to change in the story.
type Change = (&'static str, fn(&mut Vec<Value>));

fn texts(entries: String, checkpoint: String) -> Texts {
    Texts { entries, checkpoint, keys: String::new() }
}

fn case(name: &str, code: Option<&'static str>, texts: Texts) -> Case {
    Case { name: name.to_owned(), code, trust: trust(), given: Given::Log(texts) }
}

/// Each mutation of the bytes of a good export.
fn changed_exports() -> Vec<Case> {
    let lines = Story::new().lines();
    let good = checkpoint(&lines, LOG_KEY);
    let mut all = Vec::new();
    let mut add = |name, code, lines: &[String], note: &str| {
        all.push(case(name, Some(code), texts(text(lines), note.to_owned())));
    };
    let edit = |at: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[at].contains(from), "the fixture has {from}");
        lines[at] = lines[at].replace(from, to);
        lines
    };
    add("changed", "root-mismatch", &edit(INTENT, "withholding_slip", "fee_payment_report"), &good);
    add("white space", "not-canonical", &edit(INTENT, "\"v\":1}", "\"v\": 1}"), &good);
    add("key order", "not-canonical", &edit(0, "\"act\"", "\"zct\""), &good);
    let without = |at: usize| [&lines[..at], &lines[at + 1..]].concat();
    add("dropped", "sequence", &without(INTENT), &good);
    add("dropped", "entries-missing", &without(INTENT), &good);
    add("dropped, re-signed", "sequence", &without(2), &checkpoint(&without(2), LOG_KEY));
    let mut swapped = lines.clone();
    swapped.swap(3, 4);
    add("swapped", "sequence", &swapped, &good);
    let twice = [&lines[..=INTENT], &lines[INTENT..]].concat();
    add("duplicated", "entries-unsigned", &twice, &good);
    let short = &lines[..lines.len() - 3];
    add("truncated", "entries-missing", short, &good);
    add("truncated, re-signed", "checkpoint-signature", short, &checkpoint(short, 9));
    add("re-signed", "checkpoint-signature", &lines, &checkpoint(&lines, 9));
    add("empty", "empty-log", &[], &good);
    add("empty, re-signed", "empty-log", &[], &checkpoint(&[], LOG_KEY));
    add("no checkpoint", "checkpoint-form", &lines, "");
    add("unsigned", "checkpoint-form", &lines, good.split_once("\n\n").unwrap().0);
    add("other size", "checkpoint-signature", &lines, &good.replacen("\n19\n", "\n18\n", 1));
    add("zero before size", "checkpoint-form", &lines, &good.replacen("\n19\n", "\n019\n", 1));
    let foreign = sign_head("azekura/vlt_other", 19, &[0; 32], LOG_KEY);
    add("foreign", "foreign-origin", &lines, &foreign);
    add("long line", "line-end", &edit(INTENT, "見本", &"見".repeat(9_000)), &good);
    add("binary", "not-canonical", &edit(0, "operator", "\u{7f}\u{0}"), &good);
    let mut two_notes = good.clone();
    two_notes.push_str(&good);
    add("two notes", "checkpoint-form", &lines, &two_notes);
    add("carriage returns", "checkpoint-form", &lines, &good.replace('\n', "\r\n"));
    add("root changed", "checkpoint-signature", &lines, &sign_head("x", 19, &[0; 32], 9));
    add("key repeated", "not-canonical", &edit(0, "{\"act\"", "{\"act\":\"x\",\"act\""), &good);
    let unsigned = [&lines[..], &lines[..1]].concat();
    add("appended", "entries-unsigned", &unsigned, &good);
    let mut unended = text(&lines);
    unended.pop();
    all.push(case("no line end", Some("line-end"), texts(unended, good)));
    all
}

// Each story below could be signed by the vault's own keys and must not pass all the same.

fn changed_rhythms_and_releases() -> Vec<Change> {
    vec![
        ("time-back", |log| log[5]["t"] = json!("2026-11-21T04:00:00.000Z")),
        ("not-an-entry", |log| log[5]["t"] = json!("2026-11-21")),
        ("not-an-entry", |log| log[5]["v"] = json!(2)),
        ("sequence", |log| log[5]["seq"] = json!(6)),
        ("not-canonical", |log| log[5]["extra"] = json!(0.5)),
        ("not-an-entry", |log| log[5]["actor"] = json!("usr_x")),
        ("heartbeat-gap", |log| {
            for entry in &mut log[13..] {
                let late = entry["t"].as_str().unwrap().replace("T05", "T07");
                entry["t"] = json!(late);
            }
        }),
        ("heartbeat-stopped", |log| log[1]["act"] = json!("log.exported")),
        ("outcome-without-intent", |log| log[INTENT]["act"] = json!("number.release.refused")),
        ("outcome-beyond-intent", |log| log[9]["sent"] = json!(2)),
        ("outcome-beyond-intent", |log| log[INTENT]["dry_run"] = json!(true)),
        ("outcome-twice", |log| {
            let outcome = log[9].clone();
            log[10]["act"] = outcome["act"].clone();
            log[10]["read"] = outcome["read"].clone();
        }),
        ("intent-people", |log| log[INTENT]["people"] = json!([])),
    ]
}

fn changed_changes() -> Vec<Change> {
    vec![
        ("check-without-intent", |log| log[4]["act"] = json!("access.refused")),
        ("change-same-person", |log| log[APPROVED]["actor"]["id"] = json!(user(1))),
        // A program acts as its owner: it is no second person beside them.
        ("change-same-person", |log| log[APPROVED]["actor"] = log[INTENT]["actor"].clone()),
        ("change-digest", |log| log[APPROVED]["digest"] = log[AGREED]["digest"].clone()),
        ("change-not-proposed", |log| log[3]["act"] = json!("access.refused")),
        ("change-without-maker", |log| log[3]["actor"] = json!({ "type": "operator" })),
        ("change-without-approver", |log| {
            log[APPROVED]["actor"] = json!({ "type": "system", "job": "x" });
        }),
        ("change-settled", |log| log[5]["act"] = json!("change.withdrawn")),
        ("effect-without-approval", |log| log[APPROVED]["act"] = json!("change.rejected")),
    ]
}

fn changed_purges() -> Vec<Change> {
    vec![
        ("purge-same-person", |log| log[AGREED]["actor"] = log[CONFIRMED]["actor"].clone()),
        ("purge-digest", |log| log[AGREED]["digest"] = log[3]["digest"].clone()),
        ("purge-not-confirmed", |log| log[CONFIRMED]["act"] = json!("purge.looked_at")),
        ("purge-not-agreed", |log| log[AGREED]["act"] = json!("purge.looked_at")),
        ("purge-settled", |log| {
            log[13] = {
                let mut cancelled = log[AGREED].clone();
                cancelled["act"] = json!("purge.cancelled");
                cancelled["seq"] = json!(13);
                cancelled
            }
        }),
        ("destroyed-without-purge", |log| log[14]["act"] = json!("purge.looked_at")),
        ("destroyed-without-purge", |log| {
            log[15].as_object_mut().unwrap().remove("purge");
        }),
        ("destroyed-twice", |log| {
            log[17] = log[15].clone();
            log[17]["seq"] = json!(17);
        }),
        ("certificate-missing", |log| log[ISSUED]["act"] = json!("log.exported")),
        ("certificate-twice", |log| {
            log[17] = log[ISSUED].clone();
            log[17]["seq"] = json!(17);
            log[17]["serial"] = json!("2026-000002");
        }),
        ("serial-twice", |log| {
            log[17] = log[ISSUED].clone();
            log[17]["seq"] = json!(17);
        }),
        ("certificate-without-deletion", |log| log[15]["act"] = json!("log.exported")),
        ("purge-counts", |log| log[17]["destroyed"] = json!(2)),
        ("slot-reused", |log| {
            log[17] = log[7].clone();
            log[17]["seq"] = json!(17);
        }),
    ]
}

/// Each story that does not hold, signed by the vault's own key.
fn changed_stories() -> Vec<Case> {
    let changes = [changed_rhythms_and_releases(), changed_changes(), changed_purges()].concat();
    let sign = |(code, change): (&'static str, fn(&mut Vec<Value>))| {
        let mut story = Story::new();
        change(&mut story.entries);
        let lines = story.lines();
        case("a signed story", Some(code), texts(text(&lines), checkpoint(&lines, LOG_KEY)))
    };
    changes.into_iter().map(sign).collect()
}

/// What shows only beside a checkpoint that was kept.
fn changed_since() -> Vec<Case> {
    let lines = Story::new().lines();
    let mut trust = trust();
    trust["checkpoint"] = json!(checkpoint(&lines[..12], LOG_KEY));
    let mut forked = Story::new();
    forked.entries[INTENT]["purpose"]["period"] = json!("2025");
    let kept = |code, lines: &[String]| Case {
        trust: trust.clone(),
        ..case("since", code, texts(text(lines), checkpoint(lines, LOG_KEY)))
    };
    let mut foreign = kept(Some("earlier-checkpoint"), &lines);
    foreign.trust["checkpoint"] = json!(checkpoint(&lines[..12], 9));
    vec![
        kept(None, &lines),
        kept(Some("forked"), &forked.lines()),
        kept(Some("rolled-back"), &lines[..8]),
        foreign,
    ]
}

#[test]
fn a_good_export_verifies() {
    let lines = Story::new().lines();
    let good = texts(text(&lines), checkpoint(&lines, LOG_KEY));
    let (code, report) = verify_export(&good, &trust());
    assert_eq!(code, 0, "{report}");
    assert!(report.contains("19 entries, 1 releases, 1 changes, 1 purges, 1 certificates"));
}

#[test]
fn rt_22_a_hundred_changed_logs_fail_and_say_why() {
    let all = [changed_exports(), changed_stories(), changed_since(), intervals::logs()].concat();
    assert!(all.iter().filter(|case| case.code.is_some()).count() >= 100);
    judge(&all);
}

#[test]
fn what_cannot_be_read_is_not_a_finding() {
    let base = tempfile::tempdir().unwrap();
    let (dir, outside) = (base.path().join("export"), base.path().join("trust.json"));
    fs::create_dir(&dir).unwrap();
    fs::write(&outside, trust().to_string()).unwrap();
    assert_eq!(run(&[&dir], "log", &outside).0, 2, "no entries");
    assert_eq!(run(&[&dir], "log", &base.path().join("none.json")).0, 2, "no trust file");
    assert_eq!(run(&[], "cert", &outside).0, 2, "no certificate");
    let lines = Story::new().lines();
    fs::write(dir.join("entries.jsonl"), text(&lines)).unwrap();
    fs::write(dir.join("checkpoint"), checkpoint(&lines, LOG_KEY)).unwrap();
    assert_eq!(run(&[&dir], "log", &outside).0, 0);
    let inside = dir.join("trust.json");
    fs::write(&inside, trust().to_string()).unwrap();
    let (exit, report) = run(&[&dir], "log", &inside);
    assert!(exit == 2 && report.contains("inside the export"), "{report}");
}

#[test]
fn a_trust_file_that_contradicts_itself_is_not_used() {
    let lines = Story::new().lines();
    let changes: [fn(&mut Value); 6] = [
        |trust| trust["log_keys"] = json!([]),
        |trust| trust["more"] = json!(1),
        |trust| trust["demo"] = Value::Null,
        |trust| trust["log_keys"][0]["key"] = json!("AAAA"),
        |trust| trust["checkpoint"] = json!("azekura\n1\n"),
        |trust| {
            let key = trust["certificate_keys"][0].clone();
            trust["certificate_keys"].as_array_mut().unwrap().push(key);
        },
    ];
    for change in changes {
        let mut trust = trust();
        change(&mut trust);
        let good = texts(text(&lines), checkpoint(&lines, LOG_KEY));
        let (exit, report) = verify_export(&good, &trust);
        assert_eq!(exit, 2, "{report}");
    }
}
