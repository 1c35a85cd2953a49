//! When the log cannot be written, nothing happens and nothing is released; and it recovers.

use azekura_tests::site::text;
use azekura_tests::{Answer, Office, Vault, number, sqlite};
use serde_json::{Value, json};

/// Every entry of the log fails from here on.
const FAIL: &str = "create trigger outage before insert on log_entry \
                    begin select raise(abort, 'outage'); end";

/// An act and how to do it.
type Act<'a> = (&'a str, Box<dyn Fn() -> Answer + 'a>);

#[test]
#[expect(clippy::too_many_lines, reason = "one story: every act, the outage, every act again")]
fn rt_20_without_a_log_nothing_is_released_or_changed() {
    let vault = Vault::start();
    let office = Office::found(&vault, vault.administrators(), "架空商事");
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let (active, waiting) = (number(6_000), number(6_001));
    let person = sato.add_with_number(&suzuki, &active, &["withholding"]);
    let second = sato.add_employee("架空");
    let change = text(&sato.register(&second, &waiting, &["withholding"]).ok(202), "id");
    let line = json!({"user": sato.member.user, "capabilities": ["use"], "purposes": ["withholding"],
        "kinds": ["employee"], "from": vault.day(0)});
    let offered = office.manager.post(&office.path("designations"), &line).ok(202);
    let offered = text(&offered["content"], "id");
    let purge = purge(&office, &sato, &suzuki);
    let digest = json!({"digest": text(&purge, "digest")});
    let purge = text(&purge, "id");

    let acts: Vec<Act<'_>> = vec![
        ("a read", Box::new(|| sato.read(&[&person], "withholding_slip"))),
        (
            "a dry run",
            Box::new(|| {
                let mut asked = sato.asking(&[&person], "withholding_slip");
                asked["dry_run"] = json!(true);
                sato.post(&sato.path("reads"), &asked)
            }),
        ),
        ("a check", Box::new(|| suzuki.check(&change, &waiting))),
        ("a wrong check", Box::new(|| suzuki.check(&change, &active))),
        (
            "a rejection",
            Box::new(|| {
                suzuki.post(
                    &sato.path(&format!("changes/{change}/reject")),
                    &json!({"reason": "見本"}),
                )
            }),
        ),
        (
            "a grant",
            Box::new(|| {
                sato.post(&sato.path(&format!("designations/{offered}/accept")), &Value::Null)
            }),
        ),
        ("a designation", Box::new(|| office.manager.post(&office.path("designations"), &line))),
        (
            "a confirmation",
            Box::new(|| suzuki.post(&sato.path(&format!("purges/{purge}/confirm")), &digest)),
        ),
        ("a person", Box::new(|| sato.post(&sato.path("people"), &sato.person(&json!({}))))),
    ];
    let before = state(&office, &sato);
    sqlite::run(&vault.files().state().join("vault.db"), FAIL);
    for (what, act) in &acts {
        let answer = act();
        assert_eq!(answer.value()["code"], "audit-unavailable", "{what}: {}", answer.text());
        answer.refused(503, "audit-unavailable");
        assert!(answer.header("retry-after").is_some(), "{what}");
        let whole = format!("{}{}", answer.head, answer.text());
        assert!(!whole.contains(&active) && !whole.contains(&waiting), "{what} gives a number");
    }
    assert_eq!(state(&office, &sato), before, "something changed without an entry");

    sqlite::run(&vault.files().state().join("vault.db"), "drop trigger outage");
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(active.clone()));
    suzuki.check(&change, &waiting).ok(200);
    sato.post(&sato.path(&format!("designations/{offered}/accept")), &Value::Null).ok(200);
    suzuki.post(&sato.path(&format!("purges/{purge}/confirm")), &digest).ok(200);

    // The same for the entries about one record only: all others work.
    let one = format!(
        "create trigger outage before insert on use_index when hex(new.subject_id) = '{}' \
         begin select raise(abort, 'outage'); end",
        second.trim_start_matches("per_").to_uppercase()
    );
    sqlite::run(&vault.files().state().join("vault.db"), &one);
    sato.read(&[&second], "withholding_slip").refused(503, "audit-unavailable");
    sato.read(&[&person, &second], "withholding_slip").refused(503, "audit-unavailable");
    sato.read(&[&person], "withholding_slip").ok(200);
    sqlite::run(&vault.files().state().join("vault.db"), "drop trigger outage");
    assert_eq!(sato.read_one(&second, "withholding_slip"), Ok(waiting.clone()));
    vault.verify_offline();
}

/// A batch with one number whose retention is over.
fn purge(
    office: &Office<'_>,
    sato: &azekura_tests::Handler,
    suzuki: &azekura_tests::Handler,
) -> Value {
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(suzuki, &leaver, &number(6_002), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    suzuki.post(&office.path("purges"), &Value::Null).ok(201)
}

/// Everything that lists show.
fn state(office: &Office<'_>, sato: &azekura_tests::Handler) -> Vec<Value> {
    let lists = ["people", "changes", "purges", "designations"];
    lists.iter().map(|list| sato.get(&office.path(&format!("{list}?limit=200"))).ok(200)).collect()
}
