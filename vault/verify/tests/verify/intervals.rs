//! Mutations of the longer story: keys of the log, epochs, standing orders, decisions and completions.

use serde_json::{Value, json};

use super::bundle::{LOG_KEY, checkpoint, keys, proof, public, text, trust};
use super::case::{Case, Given, Papers, Texts};
use super::story::{time, user};
use super::years::{LAST_KEY, NEXT_KEY, Years};

/// A code that must be reported, and what to change in the story before the vault signs it.
type Change = (&'static str, fn(&mut Years));

fn log(name: &str, code: Option<&'static str>, texts: Texts) -> Case {
    Case { name: name.to_owned(), code, trust: trust(), given: Given::Log(texts) }
}

/// What must hold, and what must not.
pub(crate) fn logs() -> Vec<Case> {
    let signed = [changed_keys(), changed_epochs(), changed_decisions()].concat();
    let sign = |(code, change): Change| {
        let mut years = Years::new();
        change(&mut years);
        log("years", Some(code), years.export())
    };
    let mut all = vec![log("years", None, Years::new().export())];
    all.extend(signed.into_iter().map(sign));
    all.extend(changed_links());
    all.extend(named_in_the_trust_file());
    all
}

/// Changes of what leads from key to key.
fn changed_links() -> Vec<Case> {
    let years = Years::new();
    let (lines, good, signers) = (years.lines(), years.export(), years.signers.clone());
    let [first, second] = [signers[0], signers[1]];
    let linked = |changes: &[(usize, u8)]| keys(&lines, changes);
    let with = |keys: String| Texts { keys, ..good.clone() };
    let signed = |seed| Texts { checkpoint: checkpoint(&lines, seed), ..good.clone() };
    // Who holds the last key tells another story of a closed interval, and signs the whole anew.
    let mut forged = Years::new();
    forged.entry("change.proposed", 0)["type"] = json!("correct");
    let mut without = Years::new();
    without.entry("log.key", 0)["act"] = json!("log.exported");
    let mut own = Years::new();
    own.entry("log.key", 1)["key"] = json!(public(9));
    let own_lines = own.lines();
    let foreign = Texts {
        entries: text(&own_lines),
        checkpoint: checkpoint(&own_lines, 9),
        keys: keys(&own_lines, &[first, (second.0, 9)]),
    };
    let early = good.keys.replacen("\nindex 7\n", "\nindex 6\n", 1);
    let all = [
        ("no link", "log-key-open", with(String::new())),
        ("no link, first key", "log-key-open", Texts { keys: String::new(), ..signed(LOG_KEY) }),
        ("no last link", "log-key-open", with(linked(&[first]))),
        ("no first link", "log-key-link", with(linked(&[second]))),
        ("links swapped", "log-key-link", with(linked(&[second, first]))),
        ("a link twice", "log-key-link", with(linked(&[first, first, second]))),
        ("links of nothing", "log-key-form", with("keys\n".to_owned())),
        ("a link cut", "log-key-form", with(good.keys[..good.keys.len() - 9].to_owned())),
        ("a link by a stranger", "log-key-link", with(linked(&[(first.0, 9), second]))),
        ("a link by a later key", "log-key-link", with(linked(&[(first.0, LAST_KEY), second]))),
        ("a link by itself", "log-key-link", with(linked(&[(first.0, NEXT_KEY), second]))),
        ("a link of another entry", "log-key-link", with(linked(&[(5, LOG_KEY), first, second]))),
        ("a link in another place", "log-key-link", with(early)),
        ("signed by the first key", "checkpoint-signature", signed(LOG_KEY)),
        ("signed by the key before", "checkpoint-signature", signed(NEXT_KEY)),
        (
            "a closed interval told anew",
            "log-key-other",
            Texts { keys: good.keys.clone(), ..forged.export() },
        ),
        (
            "a closed interval signed anew",
            "log-key-link",
            Texts {
                keys: keys(&forged.lines(), &[(first.0, LAST_KEY), (second.0, LAST_KEY)]),
                ..forged.export()
            },
        ),
        ("no log.key", "log-key-other", Texts { keys: good.keys.clone(), ..without.export() }),
        ("a key of one's own", "log-key-link", foreign),
    ];
    all.into_iter().map(|(name, code, texts)| log(name, Some(code), texts)).collect()
}

/// Later keys and checkpoints that the auditor holds, and a key that nothing else vouches for.
fn named_in_the_trust_file() -> Vec<Case> {
    let years = Years::new();
    let (good, [first, second]) = (years.export(), [years.signers[0], years.signers[1]]);
    let name = trust()["log_keys"][0]["name"].clone();
    let later = |seed, from: usize| json!({ "name": name, "key": public(seed), "from_size": from });
    let trusting = |case: Case, keys: &[Value], all: bool| {
        let mut case = case;
        let known = case.trust["log_keys"].as_array_mut().unwrap();
        known.truncate(usize::from(all));
        known.extend_from_slice(keys);
        case
    };
    let mut anew = Years::new();
    anew.entry("log.key", 1)["act"] = json!("log.key.reestablished");
    anew.entry("log.key.reestablished", 0)["shares"] = json!([1, 3]);
    anew.signers[1].1 = LAST_KEY;
    let mut alone = Years::new();
    alone.entry("log.key", 1)["act"] = json!("log.key.reestablished");
    alone.entry("log.key.reestablished", 0)["shares"] = json!([2, 2]);
    alone.signers[1].1 = LAST_KEY;
    let lost = [later(LAST_KEY, second.0 + 1)];
    let from_here = [later(NEXT_KEY, first.0 + 2)];
    // A closing checkpoint may hold more than the entry that names the next key.
    let lines = years.lines();
    let (late, size) = (&lines[..first.0 + 3], first.0);
    let late = proof(late, size, &checkpoint(late, LOG_KEY)) + &keys(&lines, &[second]);
    let late = log("closed late", None, Texts { keys: late, ..good.clone() });
    let mut since = log("an earlier checkpoint by a later key", None, good.clone());
    since.trust["checkpoint"] = json!(checkpoint(&lines[..second.0 - 2], NEXT_KEY));
    let unconfirmed = Some("log-key-unconfirmed");
    let none = Texts { keys: keys(&anew.lines(), &[first]), ..anew.export() };
    vec![
        late,
        since,
        trusting(log("a later key", None, good.clone()), &from_here, false),
        trusting(log("a later key beside", None, good.clone()), &from_here, true),
        trusting(log("another key", Some("log-key-link"), good), &[later(9, first.0 + 2)], false),
        trusting(log("a key after a loss", None, anew.export()), &lost, true),
        log("a key after a loss, unknown", unconfirmed, anew.export()),
        log("a key after a loss, unnamed", unconfirmed, none),
        trusting(log("a key by one", Some("log-key-people"), alone.export()), &lost, true),
    ]
}

fn changed_keys() -> Vec<Change> {
    vec![
        ("log-key-link", |years| years.entry("log.key", 1)["key"] = json!("AAAA")),
        ("log-key-link", |years| {
            years.entry("log.key", 1)["node"] = json!("n2");
        }),
        ("checkpoint-signature", |years| years.entry("log.key", 1)["key"] = json!(public(9))),
    ]
}

fn changed_epochs() -> Vec<Change> {
    vec![
        ("epoch-order", |years| years.entry("epoch.created", 1)["epoch"] = json!(1)),
        ("epoch-order", |years| years.entry("epoch.closed", 0)["epoch"] = json!(4)),
        ("epoch-order", |years| years.entry("epoch.retired", 0)["act"] = json!("epoch.seen")),
        ("epoch-order", |years| years.entry("epoch.destroyed", 1)["epoch"] = json!(1)),
        ("epoch-order", |years| {
            let (retired, destroyed) =
                (years.place("epoch.retired", 1), years.place("epoch.destroyed", 1));
            years.swap(retired, destroyed);
        }),
        ("not-an-entry", |years| {
            years.entry("epoch.closed", 0).as_object_mut().unwrap().remove("epoch");
        }),
        ("epoch-not-open", |years| years.entry("number.activated", 0)["epoch"] = json!(2)),
        ("epoch-not-open", |years| {
            let (one, other) = (years.place("number.activated", 1), years.place("epoch.closed", 0));
            years.swap(one, other);
        }),
        ("completed-early", |years| {
            let (one, other) =
                (years.place("epoch.destroyed", 1), years.place("certificate.completed", 0));
            years.swap(one, other);
        }),
        ("completed-early", |years| years.entry("epoch.destroyed", 0)["act"] = json!("epoch.seen")),
        ("completed-twice", |years| {
            let again = years.entry("certificate.completed", 0).clone();
            let last = years.entry("vault.stopped", 0);
            for (key, value) in again.as_object().unwrap() {
                if !["id", "seq", "t"].contains(&key.as_str()) {
                    last[key] = value.clone();
                }
            }
        }),
        ("completed-unknown", |years| {
            years.entry("certificate.completed", 0)["serial"] = json!("2026-000009");
        }),
        ("completed-unknown", |years| {
            let other = years.entry("certificate.issued", 1)["certificate"].clone();
            years.entry("certificate.completed", 0)["certificate"] = other;
        }),
    ]
}

fn changed_decisions() -> Vec<Change> {
    vec![
        ("order-unknown", |years| years.entry("purge.proposed", 0)["order"] = json!("sto_x")),
        ("order-unknown", |years| {
            years.entry("standing_order.approved", 0)["act"] = json!("standing_order.seen");
        }),
        ("order-not-agreed", |years| {
            years.entry("standing_order.approved", 0).as_object_mut().unwrap().remove("change");
        }),
        ("order-not-agreed", |years| {
            years.entry("standing_order.approved", 0)["tenant"] = json!("org_x");
        }),
        ("order-over", |years| {
            years.entry("standing_order.approved", 0)["until"] = json!("2026-11-20");
        }),
        ("order-over", |years| {
            years.entry("heartbeat", 0)["order"] = json!(super::years::ORDER);
            let (beat, order) =
                (years.place("heartbeat", 0), years.place("standing_order.approved", 0));
            years.swap(beat, order);
            years.entry("heartbeat", 0)["act"] = json!("standing_order.revoked");
        }),
        ("order-twice", |years| {
            let order = years.entry("standing_order.approved", 0).clone();
            let again = years.entry("heartbeat", 1);
            for key in ["act", "order", "change", "cap", "until"] {
                again[key] = order[key].clone();
            }
        }),
        ("order-cap", |years| years.entry("purge.proposed", 0)["count"] = json!(11)),
        ("order-cap", |years| years.entry("standing_order.approved", 0)["cap"] = json!(0)),
        ("purge-counts", |years| years.entry("purge.proposed", 1)["count"] = json!(0)),
        ("purge-not-agreed", |years| {
            years.entry("purge.proposed", 0).as_object_mut().unwrap().remove("order");
        }),
        ("change-same-person", |years| {
            years.entry("change.approved", 2)["actor"]["id"] = json!(user(1));
        }),
        ("purge-not-agreed", |years| {
            for later in ["purge.proposed", "purge.started"] {
                let (one, other) = (years.place("change.approved", 2), years.place(later, 1));
                years.swap(one, other);
            }
        }),
        ("effect-without-approval", |years| {
            years.entry("change.approved", 2)["act"] = json!("change.rejected");
        }),
        ("purge-trigger", |years| years.entry("purge.proposed", 1)["trigger"] = json!("whim")),
        ("purge-trigger", |years| {
            years.entry("purge.proposed", 1).as_object_mut().unwrap().remove("trigger");
        }),
        ("purge-trigger", |years| {
            years.entry("purge.proposed", 1).as_object_mut().unwrap().remove("change");
        }),
    ]
}

/// Certificates of the longer story, with its log and alone.
pub(crate) fn certificates() -> Vec<Case> {
    let years = Years::new();
    let with_keys = |keys: String| Papers { files: years.files(), log: None, keys };
    let good = years.export().keys;
    let mut all = vec![
        papers("years", None, years.papers()),
        papers("years, alone", None, with_keys(good.clone())),
        papers("a later key", Some("checkpoint-signature"), with_keys(String::new())),
        papers(
            "half of the keys",
            Some("checkpoint-signature"),
            with_keys(keys(&years.lines(), &years.signers[..1])),
        ),
        papers("keys of nothing", Some("log-key-form"), with_keys(good[1..].to_owned())),
    ];
    let changed = changed_documents().into_iter().chain(changed_completions());
    all.extend(changed.map(|(code, change)| {
        let mut years = Years::new();
        change(&mut years);
        papers("years told otherwise", Some(code), years.papers())
    }));
    all
}

fn papers(name: &str, code: Option<&'static str>, papers: Papers) -> Case {
    Case { name: name.to_owned(), code, trust: trust(), given: Given::Certificates(papers) }
}

fn changed_documents() -> Vec<Change> {
    vec![
        ("batch-not-in-log", |years| years.payloads[0]["standing_order"] = json!("sto_x")),
        ("batch-not-in-log", |years| years.payloads[1]["trigger"] = json!("tenant-exit")),
        ("deletion-not-in-log", |years| years.payloads[1]["lock_b"]["epochs"] = json!([2])),
        ("deletion-not-in-log", |years| {
            years.payloads[1]["target"]["versions"][0]["slot"] = json!("slt_x");
        }),
        ("approval-not-in-log", |years| {
            years.payloads[1]["approved_by"][0]["at"] = json!(time(0));
        }),
        ("approval-not-in-log", |years| {
            years.payloads[1]["approved_by"][1]["user"] = json!(user(3));
        }),
        ("approval-not-in-log", |years| {
            let other = years.payloads[0]["approved_by"].clone();
            years.payloads[1]["approved_by"] = other;
            years.payloads[1]["audit"]["entries"] = json!(
                years.payloads[0]["approved_by"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["entry"].clone())
                    .chain([years.payloads[1]["audit"]["entries"][2].clone()])
                    .collect::<Vec<_>>()
            );
        }),
        ("reason", |years| years.payloads[1]["reason"] = json!("")),
        ("batch-not-in-log", |years| {
            years.payloads[1]["performed_by"].as_object_mut().unwrap().remove("job");
        }),
    ]
}

fn changed_completions() -> Vec<Change> {
    vec![
        ("completion-not-in-log", |years| {
            years.entry("certificate.completed", 0)["sha256"] = json!("00");
        }),
        ("completion-not-in-log", |years| {
            years.entry("certificate.completed", 0)["act"] = json!("certificate.seen");
        }),
        ("epochs-not-in-log", |years| years.completion["destroyed_at"] = json!(time(20))),
        ("epochs-not-in-log", |years| {
            years.completion["destroyed_at"] = json!("2026-11-22T00:00:00.000Z");
        }),
    ]
}
