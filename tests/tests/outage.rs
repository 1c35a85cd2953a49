//! When the log cannot be written, nothing happens and nothing is released; and it recovers.

#![cfg(test)]

use azekura_tests::site::text;
use azekura_tests::{Caller, Handler, Office, Vault, number, sqlite};
use serde_json::{Value, json};

/// Every entry of the log fails from here on.
const FAIL: &str = "create trigger outage before insert on log_entry \
                    begin select raise(abort, 'outage'); end";

/// Work that waits to be done.
struct Scene<'v> {
    office: Office<'v>,
    sato: Handler,
    suzuki: Handler,
    /// Somebody with a number, and that number.
    person: (String, String),
    /// Somebody whose number waits for its check, that number, and the change.
    waiting: (String, String, String),
    /// A roster line that waits for its acceptance.
    offered: String,
    /// A batch that waits for its confirmation, and its digest.
    purge: (String, Value),
}

#[test]
fn rt_20_without_a_log_nothing_is_released_or_changed() {
    let vault = Vault::start();
    let scene = Scene::new(&vault);
    let Scene {
        sato, suzuki, person: (person, active), waiting: (second, waiting, change), ..
    } = &scene;
    let database = vault.files().state().join("vault.db");
    let before = scene.state();
    sqlite::run(&database, FAIL);
    for (what, caller, path, body) in scene.acts() {
        let answer = caller.post(&path, &body);
        let whole = format!("{}{}", answer.head, answer.text());
        assert!(!whole.contains(active) && !whole.contains(waiting), "{what} gives a number");
        assert_eq!(answer.value()["code"], "audit-unavailable", "{what}: {whole}");
        answer.refused(503, "audit-unavailable");
        assert!(answer.header("retry-after").is_some(), "{what}");
    }
    assert_eq!(scene.state(), before, "something changed without an entry");

    sqlite::run(&database, "drop trigger outage");
    assert_eq!(sato.read_one(person, "withholding_slip"), Ok(active.clone()));
    suzuki.check(change, waiting).ok(200);
    let path = format!("designations/{}/accept", scene.offered);
    sato.post(&sato.path(&path), &json!({"pledge": 1})).ok(200);
    let path = format!("purges/{}/confirm", scene.purge.0);
    suzuki.post(&sato.path(&path), &scene.purge.1).ok(200);

    fail_about(&vault, second);
    sato.read(&[second], "withholding_slip").refused(503, "audit-unavailable");
    sato.read(&[person, second], "withholding_slip").refused(503, "audit-unavailable");
    sato.read(&[person], "withholding_slip").ok(200);
    sqlite::run(&database, "drop trigger outage");
    assert_eq!(sato.read_one(second, "withholding_slip"), Ok(waiting.clone()));
    vault.verify_offline();
}

/// The entries about one person fail from here on.
fn fail_about(vault: &Vault, person: &str) {
    let id = person.trim_start_matches("per_").to_uppercase();
    let trigger = format!(
        "create trigger outage before insert on use_index when hex(new.subject_id) = '{id}' \
         begin select raise(abort, 'outage'); end"
    );
    sqlite::run(&vault.files().state().join("vault.db"), &trigger);
}

impl<'v> Scene<'v> {
    fn new(vault: &'v Vault) -> Self {
        let office = Office::found(vault, vault.administrators(), "架空商事");
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["withholding"], &suzuki);
        let (active, waits) = (number(6_000), number(6_001));
        let person = sato.add_with_number(&suzuki, &active, &["withholding"]);
        let second = sato.add_employee("架空");
        let change = sato.register(&second, &waits, &["withholding"]).ok(202);
        let line = line(&office, &sato);
        let offered = office.manager.post(&office.path("designations"), &line).ok(202);
        let purge = purge(&office, &sato, &suzuki);
        Self {
            person: (person, active),
            waiting: (second, waits, text(&change, "id")),
            offered: text(&offered["content"], "id"),
            purge: (text(&purge, "id"), json!({"digest": text(&purge, "digest")})),
            office,
            sato,
            suzuki,
        }
    }

    /// What would each be done, if there were a log.
    fn acts(&self) -> Vec<(&'static str, &Caller, String, Value)> {
        let Self { office, sato, suzuki, .. } = self;
        let (person, active) = &self.person;
        let (_, waiting, change) = &self.waiting;
        let asked = sato.asking(&[person], "withholding_slip");
        let mut dry = asked.clone();
        dry["dry_run"] = json!(true);
        let of = |act: &str| office.path(&format!("changes/{change}/{act}"));
        let accept = office.path(&format!("designations/{}/accept", self.offered));
        let confirm = office.path(&format!("purges/{}/confirm", self.purge.0));
        vec![
            ("a read", sato, office.path("reads"), asked),
            ("a dry run", sato, office.path("reads"), dry),
            ("a check", suzuki, of("check"), json!({"number": waiting})),
            ("a wrong check", suzuki, of("check"), json!({"number": active})),
            ("a rejection", suzuki, of("reject"), json!({"reason": "見本"})),
            ("a grant", sato, accept, json!({"pledge": 1})),
            ("a designation", &office.manager, office.path("designations"), line(office, sato)),
            ("a confirmation", suzuki, confirm, self.purge.1.clone()),
            ("a person", sato, office.path("people"), sato.person(&json!({}))),
        ]
    }

    /// Everything that lists show.
    fn state(&self) -> Vec<Value> {
        let lists = ["people", "changes", "purges", "designations"];
        let path = |list: &&str| self.office.path(&format!("{list}?limit=200"));
        lists.iter().map(|list| self.sato.get(&path(list)).ok(200)).collect()
    }
}

/// A roster line for a handler.
fn line(office: &Office<'_>, handler: &Handler) -> Value {
    json!({"user": handler.member.user, "capabilities": ["use"], "purposes": ["withholding"],
        "kinds": ["employee"], "from": office.site().day(0)})
}

/// A batch with one number whose retention is over.
fn purge(office: &Office<'_>, sato: &Handler, suzuki: &Handler) -> Value {
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(suzuki, &leaver, &number(6_002), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    suzuki.post(&office.path("purges"), &Value::Null).ok(201)
}
