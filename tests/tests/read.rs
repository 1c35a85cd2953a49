//! A number is released to whoever may use it, for a purpose it was collected for, and to no other.

#![cfg(test)]

use std::sync::LazyLock;

use azekura_tests::office::outcome;
use azekura_tests::site::text;
use azekura_tests::{Handler, Office, Vault, number};
use serde_json::{Value, json};

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
        office.publish(&["declarations", "fees", "labour_insurance", "withholding"], &suzuki);
        Self { office, sato, suzuki }
    }
}

#[test]
fn reading_is_bound_to_the_purpose() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let number = number(2_000);
    let person = sato.add_with_number(suzuki, &number, &["withholding"]);
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(number));
    assert_eq!(
        sato.read_one(&person, "employment_insurance_acquisition"),
        Err("purpose-not-bound".into())
    );
    assert_eq!(sato.read_one(&person, "fee_payment_report"), Err("purpose-not-bound".into()));
}

#[test]
fn a_read_says_for_what_for_when_and_under_which_reference() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_010), &["withholding"]);
    let whole = sato.asking(&[&person], "withholding_slip");
    for field in ["purpose", "period", "reference"] {
        let mut asked = whole.clone();
        asked.as_object_mut().unwrap().remove(field);
        let problem = sato.post(&sato.path("reads"), &asked).ok(422);
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{problem}");
    }
    for (field, wrong) in
        [("purpose", "birthday_cards"), ("period", "next year"), ("reference", "")]
    {
        let mut asked = whole.clone();
        asked[field] = json!(wrong);
        let problem = sato.post(&sato.path("reads"), &asked).refused(422, "invalid-input");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{problem}");
    }
    let mut asked = whole;
    asked["people"] = json!([]);
    let problem = sato.post(&sato.path("reads"), &asked).refused(422, "invalid-input");
    assert_eq!(problem["errors"][0]["pointer"], "/people");
}

#[test]
fn each_person_gets_their_own_answer() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let fine = sato.add_with_number(suzuki, &number(2_020), &["withholding"]);
    let without = sato.add_employee("架空");
    let unchecked = sato.add_employee("架空");
    sato.register(&unchecked, &number(2_021), &["withholding"]).ok(202);
    let nobody = "per_00000000000000000000000000000000";
    let people = [fine.as_str(), &without, &unchecked, nobody];
    let answer = sato.read(&people, "withholding_slip").ok(200);
    let outcomes: Vec<_> = answer["results"].as_array().unwrap().iter().map(outcome).collect();
    let denied = |code: &str| Err(String::from(code));
    assert_eq!(
        outcomes,
        [Ok(number(2_020)), denied("no-number"), denied("pending-check"), denied("not-found"),]
    );
}

#[test]
fn the_payrolls_key_names_a_person_as_well_as_the_id() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let person = sato.add(&json!({"external_ref": "K-2030"}));
    sato.give_number(suzuki, &person, &number(2_030), &["withholding"]);
    let mut asked = sato.asking(&[], "withholding_slip");
    asked["people"] = json!([{"external_ref": "K-2030"}, {"external_ref": "K-none"}]);
    let results = sato.post(&sato.path("reads"), &asked).ok(200)["results"].clone();
    assert_eq!(outcome(&results[0]), Ok(number(2_030)));
    assert_eq!(results[0]["person"], person.as_str());
    assert_eq!(outcome(&results[1]), Err("not-found".into()));
}

#[test]
fn a_period_in_which_nothing_held_the_number_is_refused() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_040), &["withholding"]);
    let mut asked = sato.asking(&[&person], "withholding_slip");
    asked["period"] = json!((office.site().year() - 9).to_string());
    let results = sato.post(&sato.path("reads"), &asked).ok(200)["results"].clone();
    assert_eq!(outcome(&results[0]), Err("no-relationship-in-period".into()));
}

#[test]
fn family_entered_without_an_identity_check_is_not_read_for_more_than_that_allows() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let employee = sato.add_employee("架空");
    let child =
        sato.add(&json!({"kind": "dependant", "dependant_of": employee, "relation": "child"}));
    let mut new = sato.registration(&child, &number(2_050), &["declarations"]);
    new["identity_check"]["method"] = json!("not_required_dependant");
    let change = text(&sato.post(&sato.path("changes"), &new).ok(202), "id");
    suzuki.check(&change, &number(2_050)).ok(200);
    assert_eq!(sato.read_one(&child, "dependents_declaration"), Ok(number(2_050)));
    let later = sato.post(
        &sato.path(&format!("people/{child}/relationships")),
        &json!({"kind": "employee", "started_on": "2026-01-05"}),
    );
    later.ok(201);
    let narrow = office.stranger("試験 従業員担当");
    office.designate(&narrow, &["use"], &["withholding"], &["employee"]);
    office.train(&narrow, 0);
    assert_eq!(narrow.read_one(&child, "withholding_slip"), Err("unverified".into()));
}

#[test]
fn reasons_that_lie_with_the_caller_refuse_the_whole_call() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_060), &["withholding"]);
    for role in ["viewer", "auditor", "manager"] {
        let member = office.appoint(role, "架空 役割");
        member.read(&[&person], "withholding_slip").refused(403, "not-designated");
    }
    let [administrator, _] = office.administrators();
    let asked = sato.asking(&[&person], "withholding_slip");
    administrator.post(&office.path("reads"), &asked).refused(403, "not-designated");

    let enters = office.stranger("架空 入力");
    office.designate(&enters, &["enter", "check"], &["withholding"], &["employee"]);
    office.train(&enters, 0);
    enters.read(&[&person], "withholding_slip").refused(403, "not-designated");

    let lapsed = office.stranger("試験 未受講");
    office.designate(&lapsed, &["use"], &["withholding"], &["employee"]);
    lapsed.read(&[&person], "withholding_slip").refused(403, "training-expired");
    office.train(&lapsed, -800);
    lapsed.read(&[&person], "withholding_slip").refused(403, "training-expired");
    office.train(&lapsed, -1);
    assert_eq!(lapsed.read_one(&person, "withholding_slip"), Ok(number(2_060)));
    assert_eq!(lapsed.read_one(&person, "dependents_declaration"), Err("outside-scope".into()));
    let nobody = VAULT.anonymous();
    nobody.post(&office.path("reads"), &asked).refused(401, "unauthenticated");
}

#[test]
fn a_program_reads_what_its_grant_says_and_no_more() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_070), &["declarations", "withholding"]);
    let (path, asked) = (sato.path("reads"), sato.asking(&[&person], "withholding_slip"));
    let small = json!({"purposes": ["withholding"], "operations": ["reads"], "quota_per_hour": 2});
    let program = office.program_with(sato, &small);
    let first = program.post(&path, &asked).ok(200);
    assert_eq!(outcome(&first["results"][0]), Ok(number(2_070)));
    let other = sato.asking(&[&person], "dependents_declaration");
    let results = program.post(&path, &other).ok(200)["results"].clone();
    assert_eq!(outcome(&results[0]), Err("outside-scope".into()));
    let refused = program.post(&path, &asked);
    refused.refused(429, "quota-exceeded");
    assert!(refused.header("retry-after").is_some());
    let new = sato.person(&json!({}));
    program.post(&sato.path("people"), &new).refused(403, "client-not-granted");
}

#[test]
fn a_dry_run_opens_nothing_and_says_who_would_be_refused() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_080), &["withholding"]);
    let without = sato.add_employee("架空");
    let mut asked = sato.asking(&[&person, &without], "withholding_slip");
    asked["dry_run"] = json!(true);
    let answer = sato.post(&sato.path("reads"), &asked);
    let results = answer.ok(200)["results"].clone();
    assert!(!answer.text().contains(&number(2_080)));
    assert!(results[0]["denied"].is_null(), "{results}");
    assert_eq!(outcome(&results[1]), Err("no-number".into()));
    let record = sato.get(&sato.path(&format!("reads/{}", text(&answer.value(), "id")))).ok(200);
    assert_eq!((&record["dry_run"], &record["allowed"]), (&json!(true), &json!(1)));
}

#[test]
fn a_read_is_recorded_without_numbers_for_who_reviews_it() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_090), &["withholding"]);
    let without = sato.add_employee("架空");
    let read = sato.read(&[&person, &without], "withholding_slip").ok(200);
    let path = sato.path(&format!("reads/{}", text(&read, "id")));
    let auditor = office.appoint("auditor", "架空 監査");
    for reviewer in [&sato.member, &auditor.member, &office.manager] {
        let answer = reviewer.get(&path);
        let record = answer.ok(200);
        assert_eq!((&record["allowed"], &record["denied"]), (&json!(1), &json!(1)), "{record}");
        assert_eq!(record["purpose"], "withholding_slip");
        assert_eq!(record["results"][1]["denied"]["code"], "no-number");
        assert!(!answer.text().contains(&number(2_090)));
    }
    office.appoint("viewer", "架空 閲覧").get(&path).refused(403, "not-designated");
}

#[test]
fn three_hundred_people_are_answered_in_order_in_both_shapes() {
    let Scene { sato, .. } = &*SCENE;
    let people: Vec<String> = (0..300).map(|_| sato.add_employee("架空")).collect();
    let suzuki = &SCENE.suzuki;
    for at in [0, 249, 250, 299] {
        let number = number(2_100 + u32::try_from(at).unwrap());
        sato.give_number(suzuki, &people[at], &number, &["withholding"]);
    }
    let asked: Vec<&str> = people.iter().map(String::as_str).collect();
    let asked = sato.asking(&asked, "withholding_slip");
    let whole = sato.post(&sato.path("reads"), &asked).ok(200);
    let lines =
        sato.json("POST", &sato.path("reads"), &[("Accept", "application/x-ndjson")], &asked);
    assert_eq!(lines.header("content-type"), Some("application/x-ndjson"));
    let text = lines.text();
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(lines.next().unwrap()["id"].as_str().unwrap().starts_with("red_"));
    let lines: Vec<Value> = lines.collect();
    assert_eq!(json!(lines), whole["results"]);
    for (at, (line, person)) in lines.iter().zip(&people).enumerate() {
        assert_eq!(line["person"], person.as_str());
        match at {
            0 | 249 | 250 | 299 => {
                assert_eq!(outcome(line), Ok(number(2_100 + u32::try_from(at).unwrap())));
            }
            _ => assert_eq!(outcome(line), Err("no-number".into())),
        }
    }
    assert_eq!(lines.len(), 300);
}

#[test]
fn a_repeated_read_is_answered_anew_under_the_same_id() {
    let Scene { sato, suzuki, .. } = &*SCENE;
    let person = sato.add_with_number(suzuki, &number(2_400), &["withholding"]);
    let (path, asked) = (sato.path("reads"), sato.asking(&[&person], "withholding_slip"));
    let key = [("Idempotency-Key", "shiken-2400")];
    let first = sato.json("POST", &path, &key, &asked).ok(200);
    assert_eq!(sato.json("POST", &path, &key, &asked).ok(200), first);
    let mut other = asked.clone();
    other["reference"] = json!("別の用途（見本）");
    sato.json("POST", &path, &key, &other).refused(422, "idempotency-mismatch");
}

#[test]
fn no_get_answers_with_a_number_whoever_asks() {
    let Scene { office, sato, suzuki } = &*SCENE;
    let number = number(2_500);
    let person = sato.add_with_number(suzuki, &number, &["withholding"]);
    let pending =
        text(&sato.register(&sato.add_employee("架空"), &number, &["withholding"]).ok(202), "id");
    let read = text(&sato.read(&[&person], "withholding_slip").ok(200), "id");
    let ids = [
        ("{org}", office.id.as_str()),
        ("/people/{id}", &person),
        ("/changes/{id}", &pending),
        ("/reads/{id}", &read),
    ];
    let viewer = office.appoint("viewer", "架空 閲覧");
    let auditor = office.appoint("auditor", "架空 監査");
    let [administrator, _] = office.administrators();
    let members = [&sato.member, &viewer.member, &auditor.member, &office.manager, administrator];
    let paths = azekura_tests::site::get_paths(&VAULT);
    assert!(paths.len() >= 25, "{paths:?}");
    let mut answered = 0;
    for path in paths {
        let path = ids.iter().fold(path, |path, (place, id)| {
            let with = place.replace("{id}", id).replace("{org}", id);
            path.replace(place, &with)
        });
        for member in members {
            let answer = member.get(&path);
            assert!(answer.status < 500, "{path}: {}", answer.text());
            let whole = format!("{}{}", answer.head, answer.text());
            assert!(!whole.contains(&number), "GET {path} gives a number");
            answered += u32::from(answer.status == 200);
        }
    }
    assert!(answered > 60, "only {answered} of the answers said anything");
    let masked = viewer.get(&office.path(&format!("people/{person}"))).ok(200);
    assert_eq!(masked["number"]["masked"], "●●●●-●●●●-●●●●");
}
