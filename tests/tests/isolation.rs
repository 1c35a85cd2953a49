//! Two organisations of one vault never meet.

#![cfg(test)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use azekura_tests::office::outcome;
use azekura_tests::site::text;
use azekura_tests::{Answer, Handler, Office, Vault, number};
use serde_json::{Value, json};

static VAULT: LazyLock<Vault> = LazyLock::new(Vault::start);
static SCENE: LazyLock<(Side, Side)> =
    LazyLock::new(|| (Side::new("架空商事"), Side::new("見本物産")));

/// An organisation with one of everything.
struct Side {
    office: Office<'static>,
    sato: Handler,
    ids: Vec<(&'static str, String)>,
    person: String,
    number: String,
}

impl Side {
    fn new(name: &str) -> Self {
        let office = Office::found(&VAULT, VAULT.administrators(), name);
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        let notice = office.publish(&["withholding"], &suzuki);
        let number = number(5_000 + VAULT.next());
        let person = sato.add(&json!({"external_ref": "E-SAME"}));
        sato.give_number(&suzuki, &person, &number, &["withholding"]);
        let waiting = sato.add_employee("架空");
        let change = text(&sato.register(&waiting, &number, &["withholding"]).ok(202), "id");
        let read = text(&sato.read(&[&person], "withholding_slip").ok(200), "id");
        office.program(&sato);
        let first = |rest: &str| {
            let list = office.manager.get(&office.path(rest)).ok(200);
            text(&list["items"][0], "id")
        };
        let ids = vec![
            ("people", person.clone()),
            ("changes", change),
            ("reads", read),
            ("notices", notice),
            ("appointments", first("appointments")),
            ("designations", first("designations")),
            ("clients", first("clients")),
        ];
        Self { office, sato, ids, person, number }
    }
}

#[test]
fn every_route_of_another_organisation_is_not_there() {
    let (own, other) = &*SCENE;
    let members = [&own.sato.member, &own.office.manager];
    let mut asked = BTreeSet::new();
    for (method, path) in routes() {
        let Some(with_ids) = with_ids(&path, &other.office.id, &other.ids) else { continue };
        for member in members {
            let answer = call(member, &method, &with_ids);
            let whole = answer.text();
            assert!(
                [404, 422, 428].contains(&answer.status),
                "{method} {path}: {} {whole}",
                answer.status
            );
            assert!(answer.status == 404 || !says_anything(&answer), "{method} {path}: {whole}");
        }
        asked.insert((method, path));
    }
    assert!(asked.len() >= 35, "{asked:#?}");
}

#[test]
fn a_thing_of_another_organisation_is_not_found_under_ones_own() {
    let (own, other) = &*SCENE;
    let mut asked = 0;
    for (method, path) in routes() {
        if !path.contains("{id}") {
            continue;
        }
        let Some(with_ids) = with_ids(&path, &own.office.id, &other.ids) else { continue };
        for member in [&own.sato.member, &own.office.manager] {
            let answer = call(member, &method, &with_ids);
            assert!(answer.status >= 400, "{method} {path}: {}", answer.text());
            let whole = answer.text();
            assert!(!other.ids.iter().any(|(_, id)| whole.contains(id)), "{method} {path}");
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked}");
}

#[test]
fn a_person_of_another_organisation_is_as_unknown_as_nobody() {
    let (own, other) = &*SCENE;
    assert_eq!(own.sato.read_one(&other.person, "withholding_slip"), Err("not-found".into()));
    let mut by_key = own.sato.asking(&[], "withholding_slip");
    by_key["people"] = json!([{"external_ref": "E-SAME"}]);
    let results = own.sato.post(&own.sato.path("reads"), &by_key).ok(200)["results"].clone();
    assert_eq!(outcome(&results[0]), Ok(own.number.clone()));
    assert_ne!(own.number, other.number);
    own.sato.register(&other.person, &number(5_900), &["withholding"]).refused(404, "not-found");
    let dependant = own.sato.person(&json!({"kind": "dependant", "dependant_of": other.person}));
    let answer = own.sato.post(&own.sato.path("people"), &dependant);
    assert!((400..500).contains(&answer.status), "{}", answer.text());
}

#[test]
fn lists_hold_nothing_of_another_organisation() {
    let (own, other) = &*SCENE;
    let mut read = 0;
    for path in azekura_tests::site::get_paths(&VAULT) {
        if !path.starts_with("/v1/orgs/{org}/") || path.contains("{id}") {
            continue;
        }
        for member in [&own.sato.member, &own.office.manager] {
            let answer = member.get(&path.replace("{org}", &own.office.id));
            let whole = answer.text();
            assert!(!whole.contains(&other.office.id), "{path}");
            assert!(!other.ids.iter().any(|(_, id)| whole.contains(id)), "{path}");
            read += u32::from(answer.status == 200);
        }
    }
    assert!(read >= 12, "{read}");
}

#[test]
fn a_program_belongs_to_one_organisation() {
    let (own, other) = &*SCENE;
    let program = own.office.program(&own.sato);
    let asked = own.sato.asking(&[&own.person], "withholding_slip");
    program.post(&own.office.path("reads"), &asked).ok(200);
    program.post(&other.office.path("reads"), &asked).refused(404, "not-found");
    program.get(&other.office.path("people")).refused(404, "not-found");
}

#[test]
fn a_member_of_both_acts_in_each_by_its_own_roster() {
    let (own, other) = &*SCENE;
    let both = own.office.handler("架空 兼務");
    let elsewhere = both.at(&other.office);
    elsewhere.read(&[&other.person], "withholding_slip").refused(404, "not-found");
    other.office.designate(&elsewhere, &["check"], &["withholding"], &["employee"]);
    other.office.train(&elsewhere, 0);
    elsewhere.read(&[&other.person], "withholding_slip").refused(403, "not-designated");
    assert_eq!(both.read_one(&own.person, "withholding_slip"), Ok(own.number.clone()));
}

/// Whether an answer holds more than a problem.
fn says_anything(answer: &Answer) -> bool {
    answer.header("content-type") != Some("application/problem+json")
}

fn call(member: &azekura_tests::Member, method: &str, path: &str) -> Answer {
    let body = if method == "GET" || method == "DELETE" { Value::Null } else { json!({}) };
    let headers = [("If-Match", "\"1\"")];
    let answer = member.json(method, path, &headers, &body);
    // A call without a body wants none, and one with a body reads it before it looks for anything.
    if answer.status == 400 { member.json(method, path, &headers, &Value::Null) } else { answer }
}

/// The methods and paths of every organisation's routes.
fn routes() -> Vec<(String, String)> {
    let document = VAULT.anonymous().get("/openapi.json").ok(200);
    let paths = document["paths"].as_object().unwrap().clone();
    let all = paths.into_iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().cloned().unwrap_or_default();
        let methods: Vec<String> = methods.into_iter().map(|(name, _)| name).collect();
        methods.into_iter().map(move |method| (method.to_uppercase(), path.clone()))
    });
    all.filter(|(_, path)| path.starts_with("/v1/orgs/{org}")).collect()
}

/// The path with ids in their places; `None` for a kind of thing that neither side has.
fn with_ids(path: &str, org: &str, ids: &[(&str, String)]) -> Option<String> {
    let path = path.replace("{org}", org);
    if !path.contains("{id}") {
        return Some(path);
    }
    let found = ids.iter().find(|(kind, _)| path.contains(&format!("/{kind}/{{id}}")))?;
    Some(path.replace("{id}", &found.1))
}
