//! RT-50: a good certificate verifies, and each way of changing it is named.

use serde_json::{Value, json};

use super::bundle::{
    CERTIFICATE_KEY, LOG_KEY, checkpoint, digest, file, jws, proof, run, sign_head, text, trust,
};
use super::case::{Case, Given, Papers, Texts, judge};
use super::intervals;
use super::story::{AGREED, CONFIRMED, DESTROYED, ISSUED, PROPOSED, Story, time, user};

type Change = (&'static str, &'static str, fn(&mut Value));

fn case(name: &str, code: Option<&'static str>, papers: Papers) -> Case {
    Case { name: name.to_owned(), code, trust: trust(), given: Given::Certificates(papers) }
}

/// A certificate alone.
fn alone(name: &str, code: Option<&'static str>, file: String) -> Case {
    case(name, code, Papers { files: vec![file], ..Papers::default() })
}

fn with_log(file: String, lines: &[String], note: &str) -> Papers {
    let (entries, checkpoint) = (text(lines), note.to_owned());
    let log = Some(Texts { entries, checkpoint, keys: String::new() });
    Papers { files: vec![file], log, keys: String::new() }
}

/// Changes that need no key.
fn changed_files() -> Vec<Case> {
    let story = Story::new();
    let (good, lines, note) = story.sealed();
    let (cert, right) = (story.certificate(), proof(&lines, ISSUED, &note));
    let with = |cert: &Value, proof: &str| file(cert, proof, &Value::Null);
    let in_jws = |field: &str, from: &str, to: &str| {
        let mut cert = cert.clone();
        let text = cert[field].as_str().unwrap();
        assert!(text.contains(from), "the fixture's {field} has {from}");
        cert[field] = json!(text.replacen(from, to, 1));
        with(&cert, &right)
    };
    let in_proof = |from: &str, to: &str| {
        assert!(right.contains(from), "the fixture's proof has {from}");
        with(&cert, &right.replacen(from, to, 1))
    };
    let start = |field: &str| cert[field].as_str().unwrap()[..4].to_owned();
    let resigned = |kid, seed| with(&jws(story.payload.to_string().as_bytes(), kid, seed), &right);
    let header = |json: &str| {
        let mut cert = cert.clone();
        cert["protected"] = json!(data_encoding::BASE64URL_NOPAD.encode(json.as_bytes()));
        with(&cert, &right)
    };
    let hash = right.lines().nth(3).unwrap();
    let other_hash = right.lines().nth(4).unwrap();
    let forged = proof(&lines, ISSUED, &checkpoint(&lines, 9));
    let foreign = proof(&lines, ISSUED, &sign_head("azekura/vlt_other", 19, &[0; 32], LOG_KEY));
    let changed = vec![
        ("white space", "cert-encoding", good.replacen(':', ": ", 1)),
        ("line end", "cert-encoding", format!("{good}\n")),
        ("truncated", "cert-encoding", good[..good.len() - 1].to_owned()),
        ("empty", "cert-encoding", String::new()),
        ("field added", "cert-encoding", good.replace("null}", "null,\"x\":1}")),
        ("field dropped", "cert-encoding", good.replace(",\"completion\":null", "")),
        ("escaped", "cert-encoding", good.replacen("azekura", "\\u0061zekura", 1)),
        ("payload changed", "cert-signature", in_jws("payload", &start("payload"), "eyJi")),
        ("signature changed", "cert-signature", in_jws("signature", &start("signature"), "AAAA")),
        ("signature padded", "cert-signature", in_jws("signature", &start("signature"), "AAA=")),
        ("other algorithm", "cert-header", header(r#"{"alg":"none","kid":"csk-1"}"#)),
        ("other header", "cert-header", header(r#"{"alg":"EdDSA","kid":"csk-1","x":1}"#)),
        ("unknown key", "cert-unknown-key", resigned("csk-2", CERTIFICATE_KEY)),
        ("another's key", "cert-signature", resigned("csk-1", 9)),
        ("the log's key", "cert-signature", resigned("csk-1", LOG_KEY)),
        ("proof of another entry", "proof-entry", with(&cert, &proof(&lines, 3, &note))),
        ("proof removed", "proof-form", with(&cert, "")),
        ("index changed", "proof-inclusion", in_proof("index 16", "index 15")),
        ("index rewritten", "proof-form", in_proof("index 16", "index 016")),
        ("hash dropped", "proof-inclusion", in_proof(&format!("{hash}\n"), "")),
        ("hash changed", "proof-inclusion", in_proof(hash, other_hash)),
        ("hash added", "proof-inclusion", in_proof(hash, &format!("{hash}\n{hash}"))),
        ("entry changed", "proof-inclusion", in_proof("extra eyJh", "extra eyJi")),
        ("tree head changed", "checkpoint-signature", in_proof("\n19\n", "\n20\n")),
        ("tree head by another", "checkpoint-signature", with(&cert, &forged)),
        ("tree of another", "foreign-origin", with(&cert, &foreign)),
    ];
    changed.into_iter().map(|(name, code, file)| alone(name, Some(code), file)).collect()
}

/// Changes that the vault itself could sign.
fn changed_payloads() -> Vec<Change> {
    vec![
        ("same approver twice", "approvers", |p| p["approved_by"][1]["user"] = json!(user(3))),
        ("one approver", "approvers", |p| {
            p["approved_by"].as_array_mut().unwrap().pop();
        }),
        ("no manager", "approver-roles", |p| p["approved_by"][1]["role"] = json!("delete")),
        ("approved late", "approved-late", |p| p["approved_by"][1]["at"] = json!(time(20))),
        ("entry not listed", "audit-entries", |p| p["audit"]["entries"] = json!([AGREED])),
        ("entries shuffled", "audit-entries", |p| {
            p["audit"]["entries"] = json!([AGREED, CONFIRMED]);
        }),
        ("too early", "retention", |p| p["retention_until"] = json!("2026-11-21")),
        ("no period", "retention", |p| p["retention_until"] = Value::Null),
        ("a holding lasts", "retention", |p| p["holdings"][0]["end"] = json!("2033-01-10")),
        ("period reversed", "holdings", |p| p["holdings"][0]["start"] = json!("2026-01-11")),
        ("early without reason", "reason", |p| {
            p["trigger"] = json!("early");
            p["reason"] = json!("");
        }),
        ("demonstration", "demo", |p| p["demo"] = json!(true)),
        ("other log", "foreign-origin", |p| p["audit"]["origin"] = json!("azekura/vlt_other")),
        ("other vault", "foreign-origin", |p| p["vault"] = json!("vlt_other")),
        ("destroyed after issue", "lock-a", |p| p["lock_a"]["done"] = json!(time(18))),
        ("not destroyed", "lock-a", |p| p["lock_a"]["state"] = json!("pending")),
        ("backups first", "lock-b", |p| {
            p["lock_b"]["due"] = json!("2026-11-20T00:00:00.000Z");
        }),
        ("other epoch", "lock-b", |p| p["lock_b"]["epochs"] = json!([2])),
        ("epochs shuffled", "lock-b", |p| p["lock_b"]["epochs"] = json!([2, 1])),
        ("no version", "lock-b", |p| p["target"]["versions"] = json!([])),
        ("digest shortened", "target", |p| p["target"]["versions"][0]["blob_sha256"] = json!("ab")),
        ("other person", "proof-entry", |p| p["target"]["record"] = json!("per_x")),
        ("other batch", "proof-entry", |p| p["performed_by"]["job"] = json!("pur_x")),
        ("other organisation", "proof-entry", |p| p["tenant"]["id"] = json!("org_x")),
        ("other serial", "proof-entry", |p| p["serial"] = json!("2026-000002")),
        ("odd serial", "serial", |p| p["serial"] = json!("2026-1")),
        ("bytes found", "verification", |p| p["verification"]["scan"]["hits"] = json!(1)),
        ("key opened", "verification", |p| p["verification"]["key_open"] = json!("opened")),
        ("no grace", "grace", |p| p["grace_days"] = json!(0)),
        ("clock unknown", "time-source", |p| p["time_source"]["sync"] = json!("guess")),
        ("other document", "cert-type", |p| p["typ"] = json!("azekura-receipt")),
        ("other version", "cert-type", |p| p["ver"] = json!(2)),
        ("field added", "cert-schema", |p| p["number"] = json!("x")),
        ("field dropped", "cert-schema", |p| {
            p.as_object_mut().unwrap().remove("lock_b");
        }),
        ("unreal day", "cert-schema", |p| p["retention_until"] = json!("2026-02-30")),
        ("completion overdue", "completion-missing", |p| {
            p["lock_b"]["due"] = json!("2026-11-25T00:00:00.000Z");
        }),
    ]
}

fn signed_payloads() -> Vec<Case> {
    let sign = |(name, code, change): Change| {
        let mut story = Story::new();
        change(&mut story.payload);
        alone(name, Some(code), story.sealed().0)
    };
    changed_payloads().into_iter().chain(changed_decisions()).map(sign).collect()
}

/// A payload signed again is not the one in the log, and has one order of keys.
fn signed_again() -> Vec<Case> {
    let story = Story::new();
    let lines = story.lines();
    let right = proof(&lines, ISSUED, &checkpoint(&lines, LOG_KEY));
    let mut later = Story::new();
    later.payload["reason"] = json!("見本");
    let text = story.payload.to_string();
    let (first, rest) = text[1..].split_once(",\"audit\"").unwrap();
    let moved = format!("{{\"audit\"{},{first}}}", rest.strip_suffix('}').unwrap());
    let moved = jws(moved.as_bytes(), "csk-1", CERTIFICATE_KEY);
    vec![
        alone(
            "signed again",
            Some("proof-entry"),
            file(&later.certificate(), &right, &Value::Null),
        ),
        alone("key order", Some("cert-schema"), file(&moved, &right, &Value::Null)),
    ]
}

fn completed() -> Vec<Case> {
    let story = Story::new();
    let (_, lines, note) = story.sealed();
    let completed = |code, seed, change: fn(&mut Value)| {
        let mut done = json!({
            "typ": "azekura-deletion-completion", "ver": 1, "serial": "2026-000001", "epochs": [1],
            "certificate_sha256": digest(story.payload.to_string().as_bytes()),
            "destroyed_at": "2026-11-30T00:00:00.000Z",
        });
        change(&mut done);
        let done = jws(done.to_string().as_bytes(), "csk-1", seed);
        let file = file(&story.certificate(), &proof(&lines, ISSUED, &note), &done);
        alone("completed", code, file)
    };
    let changes: [fn(&mut Value); 6] = [
        |done| done["serial"] = json!("2026-000002"),
        |done| done["certificate_sha256"] = json!("00"),
        |done| done["epochs"] = json!([]),
        |done| done["destroyed_at"] = json!("2028-01-01T00:00:00.000Z"),
        |done| done["destroyed_at"] = json!("2026-11-21T05:04:00.000Z"),
        |done| done["more"] = json!(1),
    ];
    let changed = |change| completed(Some("completion"), CERTIFICATE_KEY, change);
    let mut all: Vec<Case> = changes.into_iter().map(changed).collect();
    all.push(completed(Some("completion"), 9, |_| {}));
    all.push(completed(None, CERTIFICATE_KEY, |_| {}));
    all
}

fn told_otherwise() -> Vec<Case> {
    let (good, lines, note) = Story::new().sealed();
    let mut all = vec![case("good", None, with_log(good.clone(), &lines, &note))];
    let mut told = |code, at: usize, change: fn(&mut Value)| {
        let mut story = Story::new();
        change(&mut story.entries[at]);
        let (own, lines, note) = story.sealed();
        all.push(case("told otherwise", Some(code), with_log(own, &lines, &note)));
        all.push(case("fork", Some("not-this-log"), with_log(good.clone(), &lines, &note)));
    };
    told("approval-not-in-log", AGREED, |entry| entry["actor"]["id"] = json!(user(5)));
    told("approval-not-in-log", CONFIRMED, |entry| entry["t"] = json!(time(12)));
    told("deletion-not-in-log", DESTROYED, |entry| entry["version"] = json!(2));
    told("deletion-not-in-log", DESTROYED, |entry| entry["epochs"] = json!([1, 2]));
    told("deletion-not-in-log", DESTROYED, |entry| entry["epoch"] = json!(2));
    told("batch-not-in-log", PROPOSED, |entry| entry["trigger"] = json!("early"));
    told("batch-not-in-log", PROPOSED, |entry| entry["order"] = json!("sto_x"));
    told("lock-a", 18, |entry| entry["t"] = json!("2026-11-21T05:01:00.000Z"));
    let (cut, head) = (&lines[..10], checkpoint(&lines[..10], LOG_KEY));
    all.push(case("cut log", Some("not-this-log"), with_log(good, cut, &head)));
    all
}

fn others() -> Vec<Case> {
    let good = Story::new().sealed().0;
    let mut expired = alone("expired", Some("cert-key-date"), good.clone());
    expired.trust["certificate_keys"][0]["until"] = json!("2026-11-21T00:00:00.000Z");
    let mut early = alone("not valid yet", Some("cert-key-date"), good.clone());
    early.trust["certificate_keys"][0]["from"] = json!("2026-11-22T00:00:00.000Z");
    let mut foreign = alone("foreign trust", Some("checkpoint-signature"), good.clone());
    foreign.trust["log_keys"][0]["key"] = json!(super::bundle::public(9));
    let twice = Papers { files: vec![good.clone(), good.clone()], ..Papers::default() };
    vec![
        alone("good", None, good),
        case("serial twice", Some("serial-twice"), twice),
        case("nothing", Some("no-certificate"), Papers::default()),
        expired,
        early,
        foreign,
    ]
}

fn changed_decisions() -> Vec<Change> {
    vec![
        ("an order for what is early", "standing-order", |p| {
            p["trigger"] = json!("early");
            p["standing_order"] = json!("sto_x");
        }),
        ("early by the calendar's people", "approver-roles", |p| p["trigger"] = json!("early")),
        ("an order by the calendar's people", "approver-roles", |p| {
            p["standing_order"] = json!("sto_x");
        }),
        ("no word of an order", "cert-schema", |p| {
            p.as_object_mut().unwrap().remove("standing_order");
        }),
    ]
}

#[test]
fn rt_50_a_hundred_changed_certificates_fail_and_say_why() {
    let changed = [changed_files(), signed_payloads(), signed_again(), completed()];
    let all = [&changed[..], &[told_otherwise(), others(), intervals::certificates()]].concat();
    let all = all.concat();
    assert!(all.iter().filter(|case| case.code.is_some()).count() >= 100);
    judge(&all);
}

#[test]
fn the_program_answers_with_its_exit_code() {
    let base = tempfile::tempdir().unwrap();
    let (good, bad) = (base.path().join("good.json"), base.path().join("bad.json"));
    let trusted = base.path().join("trust.json");
    let file = Story::new().sealed().0;
    std::fs::write(&good, &file).unwrap();
    std::fs::write(&bad, file.replacen('e', "f", 3)).unwrap();
    std::fs::write(&trusted, trust().to_string()).unwrap();
    assert_eq!(run(&[&good], "cert", &trusted).0, 0);
    let (exit, report) = run(&[&good, &bad], "cert", &trusted);
    assert_eq!(exit, 1);
    assert!(report.contains("bad.json: cert-"), "{report}");
    assert_eq!(run(&[&base.path().join("none.json")], "cert", &trusted).0, 2);
}
