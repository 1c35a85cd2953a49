//! The roster of handlers: made by the manager, accepted with the pledge, good for its terminals and
//! its days, ended at once; and the named offices with their deputies.

#![cfg(test)]

use std::sync::LazyLock;

use azekura_tests::site::text;
use azekura_tests::{Answer, Handler, Office, Vault};
use serde_json::{Value, json};

static VAULT: LazyLock<Vault> = LazyLock::new(Vault::start);

fn office() -> Office<'static> {
    Office::found(&VAULT, VAULT.administrators(), "架空商事")
}

/// A roster line for `user` that differs in the fields of `but`, as the manager proposes it.
fn line(office: &Office<'_>, user: &str, but: &Value) -> Answer {
    let mut line = json!({
        "user": user,
        "capabilities": ["enter", "use"],
        "purposes": ["withholding"],
        "kinds": ["employee"],
        "from": VAULT.day(0),
        "remarks": "見本",
    });
    for (field, value) in but.as_object().into_iter().flatten() {
        line[field] = value.clone();
    }
    office.manager.post(&office.path("designations"), &line)
}

/// Somebody trained, with a line that differs in the fields of `but`; also says the line's id.
fn handler(office: &Office<'_>, but: &Value) -> (Handler, String) {
    let handler = office.stranger("架空 佐藤");
    let offered = line(office, &handler.member.user, but).ok(202);
    let id = text(&offered["content"], "id");
    accept(&handler, &id, 1).ok(200);
    office.train(&handler, 0);
    (handler, id)
}

fn accept(handler: &Handler, line: &str, pledge: u16) -> Answer {
    handler.post(&handler.path(&format!("designations/{line}/accept")), &json!({"pledge": pledge}))
}

fn fault(problem: &Value) -> (String, String) {
    (text(&problem["errors"][0], "pointer"), text(&problem["errors"][0], "code"))
}

#[test]
fn a_line_holds_once_its_designee_has_pledged() {
    let office = office();
    let (sato, other) = (office.stranger("架空 佐藤"), office.stranger("試験 鈴木"));
    let offered = line(&office, &sato.member.user, &json!({})).ok(202);
    let id = text(&offered["content"], "id");
    assert_eq!(offered["content"]["accepted_at"], Value::Null);
    let pledge = sato.get("/v1/pledge").ok(200);
    assert_eq!(offered["content"]["pledge"], pledge["version"]);
    assert!(text(&pledge, "ja").contains("誓約"));

    accept(&other, &id, 1).refused(404, "not-found");
    let wrong = accept(&sato, &id, 2).refused(422, "invalid-input");
    assert_eq!(fault(&wrong), ("/pledge".into(), "pledge".into()));
    let silent = sato.post(&sato.path(&format!("designations/{id}/accept")), &Value::Null);
    assert!(silent.status == 415 || silent.status == 422, "accepted without the pledge");
    sato.get(&sato.path("people")).refused(404, "not-found");
    let held = accept(&sato, &id, 1).ok(200);
    assert!(held["accepted_at"].is_string());
    sato.get(&sato.path("people")).ok(200);
}

#[test]
fn nobody_puts_themself_on_the_roster_or_into_an_office() {
    let office = office();
    let own = &office.manager.user;
    line(&office, own, &json!({})).refused(403, "same-person");
    let role = json!({"user": own, "role": "auditor"});
    office.manager.post(&office.path("appointments"), &role).refused(403, "same-person");
    let administrator = &VAULT.administrators()[0].user;
    line(&office, administrator, &json!({})).refused(409, "role-excluded");
}

#[test]
fn a_line_holds_at_its_terminals_only() {
    let office = office();
    let (here, _) = handler(&office, &json!({"networks": ["192.0.2.7", "127.0.0.0/8"]}));
    let (elsewhere, _) = handler(&office, &json!({"networks": ["192.0.2.0/24", "2001:db8::/32"]}));
    here.add_employee("架空");
    let new = elsewhere.person(&json!({}));
    elsewhere.post(&elsewhere.path("people"), &new).refused(403, "outside-network");
    let person = here.add_employee("架空");
    elsewhere.read(&[&person], "withholding_slip").refused(403, "outside-network");
    here.read(&[&person], "withholding_slip").ok(200);
    // Masked views are not handling.
    elsewhere.get(&elsewhere.path("people")).ok(200);
    for wrong in ["192.0.2.1/24", "192.0.2.0/33", "office"] {
        let user = &office.stranger("架空 一郎").member.user;
        let refused =
            line(&office, user, &json!({"networks": [wrong]})).refused(422, "invalid-input");
        assert_eq!(fault(&refused), ("/networks/0".into(), "address".into()));
    }
}

#[test]
fn a_line_ends_at_once_by_its_manager_or_its_designee() {
    let office = office();
    let ((one, first), (two, second)) =
        (handler(&office, &json!({})), handler(&office, &json!({})));
    let end = |by: &azekura_tests::Caller, id: &str| {
        by.post(&office.path(&format!("designations/{id}/end")), &Value::Null)
    };
    end(&two, &first).refused(403, "not-permitted");
    let ended = end(&office.manager, &first).ok(200);
    assert!(ended["ended_at"].is_string());
    one.post(&one.path("people"), &one.person(&json!({}))).refused(404, "not-found");
    end(&two, &second).ok(200);
    two.post(&two.path("people"), &two.person(&json!({}))).refused(404, "not-found");
    end(&office.manager, &first).refused(404, "not-found");
}

#[test]
fn a_line_does_not_hold_before_its_first_day_nor_after_its_last() {
    let office = office();
    let (early, _) = handler(&office, &json!({"from": VAULT.day(1)}));
    let (late, _) = handler(&office, &json!({"from": VAULT.day(-9), "until": VAULT.day(-1)}));
    for absent in [early, late] {
        let new = absent.person(&json!({}));
        absent.post(&absent.path("people"), &new).refused(404, "not-found");
    }
    let (today, _) = handler(&office, &json!({"from": VAULT.day(0), "until": VAULT.day(0)}));
    today.add_employee("架空");
}

#[test]
fn a_deputy_fills_the_office_for_a_term_and_appoints_no_manager() {
    let office = office();
    let (deputy, sato) = (office.stranger("試験 代理"), office.stranger("架空 佐藤"));
    let offer = |but: Value| {
        let mut role = json!({"user": deputy.member.user, "role": "manager",
            "deputy_for": office.manager.user, "until": VAULT.day(14)});
        for (field, value) in but.as_object().into_iter().flatten() {
            role[field] = value.clone();
        }
        office.manager.post(&office.path("appointments"), &role)
    };
    for (but, pointer) in [
        (json!({"until": Value::Null}), "/until"),
        (json!({"deputy_for": deputy.member.user}), "/deputy_for"),
        (json!({"deputy_for": sato.member.user}), "/deputy_for"),
        (json!({"role": "viewer", "deputy_for": office.manager.user}), "/role"),
    ] {
        let refused = offer(but).refused(422, "invalid-input");
        assert_eq!(text(&refused["errors"][0], "pointer"), pointer);
    }
    let offered = offer(json!({})).ok(202);
    let id = text(&offered["content"], "id");
    deputy.post(&deputy.path(&format!("appointments/{id}/accept")), &Value::Null).ok(200);

    // The deputy designates while the manager is away …
    let mut new = json!({"user": sato.member.user, "capabilities": ["use"],
        "purposes": ["withholding"], "kinds": ["employee"], "from": VAULT.day(0)});
    let line = deputy.post(&deputy.path("designations"), &new).ok(202);
    accept(&sato, &text(&line["content"], "id"), 1).ok(200);
    // … and makes no manager, not even as a further deputy.
    let successor = office.stranger("架空 後任");
    let role = json!({"user": successor.member.user, "role": "manager"});
    deputy.post(&deputy.path("appointments"), &role).refused(422, "invalid-input");

    let offices = office.manager.get(&office.path("offices")).ok(200);
    let held = |at: usize| {
        let officer = &offices["items"][at];
        (text(officer, "title"), text(officer, "display_name"))
    };
    assert_eq!(held(0), ("管理責任者".into(), "見本 責任".into()));
    assert_eq!(held(1), ("管理責任者".into(), "試験 代理".into()));
    let after = office.manager.get(&office.path(&format!("offices?on={}", VAULT.day(15)))).ok(200);
    assert_eq!(after["items"].as_array().unwrap().len(), 1);

    office.manager.post(&office.path(&format!("appointments/{id}/end")), &Value::Null).ok(200);
    new["user"] = json!(successor.member.user);
    deputy.post(&deputy.path("designations"), &new).refused(404, "not-found");
}

#[test]
fn the_named_offices_are_filled_by_appointment() {
    let office = office();
    for (role, title) in
        [("complaints", "苦情相談責任者"), ("educator", "教育責任者"), ("auditor", "監査責任者")]
    {
        let officer = office.appoint(role, "見本 役職");
        let offices = officer.get(&officer.path("offices")).ok(200);
        let titles: Vec<_> =
            offices["items"].as_array().unwrap().iter().map(|one| text(one, "title")).collect();
        assert!(titles.iter().any(|one| one == title), "{titles:?}");
        let own = officer.get("/v1/sessions/current").ok(200);
        assert_eq!(own["organisations"][0]["roles"], json!([role]));
        // An office shows masked views; it handles no number.
        officer
            .post(&officer.path("people"), &officer.person(&json!({})))
            .refused(403, "not-designated");
    }
}
