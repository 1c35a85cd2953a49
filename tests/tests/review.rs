//! A number enters by one person and counts once another has keyed it again without seeing it.

#![cfg(test)]

use std::sync::LazyLock;
use std::thread;

use azekura_tests::site::text;
use azekura_tests::{Handler, Office, Vault, number};
use serde_json::{Value, json};

/// One vault and organisation for all tests of this file; each has people of its own.
static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);
static VAULT: LazyLock<Vault> = LazyLock::new(Vault::start);

struct Scene {
    office: Office<'static>,
    sato: Handler,
    suzuki: Handler,
}

impl Scene {
    fn new() -> Self {
        let office = Office::found(&VAULT, VAULT.administrators(), "架空商事");
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["declarations", "withholding"], &suzuki);
        Self { office, sato, suzuki }
    }
}

#[test]
fn a_number_counts_once_another_person_has_keyed_it_again() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let (person, number) = (sato.add_employee("架空"), number(1_000));
    assert_eq!(sato.status(&person), "not_submitted");
    let change = sato.register(&person, &number, &["withholding"]).ok(202);
    assert_eq!((&change["type"], &change["status"]), (&json!("register"), &json!("pending")));
    assert_eq!(change["content"]["attempts_left"], 3);
    assert_eq!(sato.status(&person), "pending_review");
    assert_eq!(sato.read_one(&person, "withholding_slip"), Err("pending-check".into()));

    let id = text(&change, "id");
    sato.check(&id, &number).refused(403, "same-person");
    assert_eq!(suzuki.check(&id, &number).ok(200)["status"], "approved");
    assert_eq!(sato.status(&person), "active");
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(number.clone()));
    suzuki.check(&id, &number).refused(409, "settled");
}

#[test]
fn who_entered_may_not_decide_in_any_way() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let person = sato.add_employee("架空");
    let change = text(&sato.register(&person, &number(1_010), &["withholding"]).ok(202), "id");
    let path = |act: &str| sato.path(&format!("changes/{change}/{act}"));
    sato.post(&path("reject"), &json!({"reason": "見本"})).refused(403, "same-person");
    sato.post(&path("approve"), &Value::Null).refused(403, "same-person");
    suzuki.post(&path("approve"), &Value::Null).refused(409, "rekey-needed");
    suzuki.post(&path("withdraw"), &Value::Null).refused(403, "not-the-maker");
    assert_eq!(sato.status(&person), "pending_review");
}

#[test]
fn three_wrong_entries_end_the_change_and_repeat_nothing() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let (person, right) = (sato.add_employee("架空"), number(1_020));
    let change = text(&sato.register(&person, &right, &["withholding"]).ok(202), "id");
    for (wrong, left) in [(number(1_021), 2), (number(1_022), 1), (number(1_023), 0)] {
        let answer = suzuki.check(&change, &wrong);
        assert_eq!(answer.refused(409, "number-mismatch")["attempts_left"], left);
        let whole = format!("{}{}", answer.head, answer.text());
        assert!(!whole.contains(&wrong) && !whole.contains(&right), "an entry is repeated");
    }
    suzuki.check(&change, &right).refused(409, "settled");
    assert_eq!(sato.status(&person), "returned");
    assert_eq!(sato.read_one(&person, "withholding_slip"), Err("no-number".into()));

    let mut again = sato.registration(&person, &right, &["withholding"]);
    again["replaces"] = json!(change);
    let next = text(&sato.post(&sato.path("changes"), &again).ok(202), "id");
    suzuki.check(&next, &right).ok(200);
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(right));
}

#[test]
fn a_rejected_or_withdrawn_number_is_gone() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    for (by, act, body, status) in [
        (suzuki, "reject", json!({"reason": "書類が不鮮明（見本）"}), "rejected"),
        (sato, "withdraw", Value::Null, "withdrawn"),
    ] {
        let (person, number) = (sato.add_employee("架空"), number(1_030));
        let change = text(&sato.register(&person, &number, &["withholding"]).ok(202), "id");
        let decided = by.post(&sato.path(&format!("changes/{change}/{act}")), &body).ok(200);
        assert_eq!(decided["status"], status);
        suzuki.check(&change, &number).refused(409, "settled");
        assert_eq!(sato.read_one(&person, "withholding_slip"), Err("no-number".into()));
    }
}

#[test]
fn a_correction_replaces_the_number_only_after_its_check() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let (old, new) = (number(1_040), number(1_041));
    let person = sato.add_with_number(suzuki, &old, &["withholding"]);
    let mut correction = sato.registration(&person, &new, &["withholding"]);
    correction["type"] = json!("correct");
    correction["reason"] = json!("転記の誤り（見本）");
    let change = sato.post(&sato.path("changes"), &correction).ok(202);
    assert_eq!(change["content"]["version"], 2);
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(old));
    suzuki.check(&text(&change, "id"), &new).ok(200);
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(new));
}

#[test]
fn what_the_law_asks_for_first_is_asked_for() {
    let Scene { sato, .. } = &*SCENE;
    let (person, number) = (sato.add_employee("架空"), number(1_050));
    sato.register(&person, &number, &["labour_insurance"]).refused(422, "notice-missing");
    let mut unverified = sato.registration(&person, &number, &["withholding"]);
    unverified["identity_check"]["verified_on"] = json!("2999-01-01");
    let problem = sato.post(&sato.path("changes"), &unverified).refused(422, "invalid-input");
    assert_eq!(problem["errors"][0]["pointer"], "/identity_check/verified_on");
    assert_eq!(sato.status(&person), "not_submitted");

    let change = sato.register(&person, &number, &["withholding"]).ok(202);
    sato.register(&person, &number, &["withholding"]).refused(409, "already-registered");
    let path = sato.path(&format!("changes/{}/withdraw", text(&change, "id")));
    sato.post(&path, &Value::Null).ok(200);
}

#[test]
fn what_is_no_number_is_refused_without_repeating_it() {
    let Scene { sato, .. } = &*SCENE;
    let person = sato.add_employee("架空");
    let wrong_digit =
        format!("{}{}", &number(1_060)[..11], (number(1_060).as_bytes()[11] + 1 - b'0') % 10);
    for wrong in ["98765432109", "9876543210987", wrong_digit.as_str(), "٩٨٧٦٥٤٣٢١٠٩٨", ""]
    {
        let answer = sato.register(&person, wrong, &["withholding"]);
        let problem = answer.refused(422, "invalid-input");
        assert_eq!(problem["errors"][0]["pointer"], "/number");
        assert!(wrong.is_empty() || !answer.text().contains(wrong), "{wrong} is repeated");
    }
    let full_width: String =
        number(1_061).chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    sato.register(&person, &full_width, &["withholding"]).ok(202);
}

#[test]
fn twenty_checks_at_once_have_one_effect() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let (person, number) = (sato.add_employee("架空"), number(1_070));
    let change = text(&sato.register(&person, &number, &["withholding"]).ok(202), "id");
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let check = || suzuki.check(&change, &number).status;
        let running: Vec<_> = (0..20).map(|_| scope.spawn(check)).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
    let person = sato.get(&sato.path(&format!("people/{person}"))).ok(200);
    assert_eq!(
        (&person["number"]["status"], &person["number"]["version"]),
        (&json!("active"), &json!(1))
    );
}

#[test]
fn a_repeated_request_is_done_once_and_answered_the_same() {
    let Scene { sato, .. } = &*SCENE;
    let person = sato.add_employee("架空");
    let path = sato.path("changes");
    let key = [("Idempotency-Key", "shiken-1080")];
    let body = sato.registration(&person, &number(1_080), &["withholding"]);
    let first = sato.json("POST", &path, &key, &body);
    let again = sato.json("POST", &path, &key, &body);
    assert_eq!(first.ok(202), again.ok(202));
    let mut other = body.clone();
    other["purposes"] = json!(["declarations"]);
    sato.json("POST", &path, &key, &other).refused(422, "idempotency-mismatch");
    let waiting = sato.get(&sato.path("changes?status=pending&limit=200")).ok(200);
    let own = waiting["items"].as_array().unwrap().iter();
    assert_eq!(own.filter(|change| change["content"]["person"] == person.as_str()).count(), 1);

    let new = sato.person(&json!({}));
    let key = [("Idempotency-Key", "shiken-1081")];
    let people: Vec<Value> = thread::scope(|scope| {
        let add = || sato.json("POST", &sato.path("people"), &key, &new).ok(201);
        let running: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(people.iter().all(|person| person["id"] == people[0]["id"]));
}

#[test]
fn only_who_is_designated_and_trained_enters_and_checks() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let person = sato.add_employee("架空");
    let change = text(&sato.register(&person, &number(1_090), &["withholding"]).ok(202), "id");
    let viewer = office.appoint("viewer", "架空 閲覧");
    viewer.check(&change, &number(1_090)).refused(403, "not-designated");
    let untrained = office.stranger("試験 未受講");
    office.designate(&untrained, &["enter", "check"], &["withholding"], &["employee"]);
    untrained.check(&change, &number(1_090)).refused(403, "training-expired");
    let narrow = office.stranger("試験 家主");
    office.designate(&narrow, &["check"], &["rents"], &["landlord"]);
    office.train(&narrow, 0);
    narrow.check(&change, &number(1_090)).refused(403, "outside-scope");
    let manager = &office.manager;
    let path = office.path(&format!("changes/{change}/check"));
    manager.post(&path, &json!({"number": number(1_090)})).refused(403, "not-designated");
    suzuki.check(&change, &number(1_090)).ok(200);
}

#[test]
fn whatever_is_done_verifies_with_a_separate_program() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    sato.add_with_number(suzuki, &number(1_100), &["withholding"]);
    let report = VAULT.verify_offline();
    assert!(report["entries"].as_u64().unwrap() > 10, "{report:#}");
}
