//! What is past its retention goes, by three hands and after a grace, and leaves a certificate. The
//! vault runs in this process, because days must pass.

use std::fs;
use std::path::PathBuf;

use azekura::service::execute::Done;
use azekura_tests::site::text;
use azekura_tests::{Handler, Office, number};
use serde_json::{Value, json};

use crate::lab::Lab;

#[test]
fn a_leaver_past_retention_is_deleted_by_three_hands_and_certified() {
    let lab = Lab::new();
    let office = lab.office();
    let (mut sato, mut suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let stays = sato.add_with_number(&suzuki, &number(7_001), &["withholding"]);
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(&suzuki, &leaver, &number(7_000), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("past-retention".into()));

    let purge = suzuki.post(&office.path("purges"), &Value::Null).ok(201);
    assert_eq!(purge["count"], 1, "{purge}");
    assert_eq!(purge["items"][0]["person"], leaver.as_str());
    assert_eq!(purge["items"][0]["set_by"], sato.member.user.as_str());
    approve_as_the_rules_say(&office, &sato, &suzuki, &purge);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("disposal-pending".into()));

    lab.pass(10 * 24);
    assert_eq!(lab.run_job(), Done::default(), "days that nobody observed are no grace");
    for day in 0..3 {
        assert_eq!(lab.run_job(), Done::default(), "after {day} observed days");
        lab.observed_day();
    }
    lab.observed_day();
    assert_eq!(lab.run_job(), Done { finished: 1, destroyed: 1, certified: 1 });
    assert_eq!(lab.run_job(), Done::default(), "once is enough");

    lab.again(&mut sato);
    lab.again(&mut suzuki);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("deleted".into()));
    assert_eq!(sato.status(&leaver), "disposed");
    assert_eq!(sato.read_one(&stays, "withholding_slip"), Ok(number(7_001)));
    sato.register(&leaver, &number(7_000), &["withholding"]).refused(422, "past-retention");
    certificate_holds(&lab, &suzuki, &leaver);
}

/// Out of turn, with another list, by whoever confirmed, by whoever set the date: refused each.
fn approve_as_the_rules_say(office: &Office<'_>, sato: &Handler, suzuki: &Handler, purge: &Value) {
    let path = |act: &str| office.path(&format!("purges/{}/{act}", text(purge, "id")));
    let digest = json!({"digest": text(purge, "digest")});
    let other = json!({"digest": "0".repeat(64)});
    office.manager.post(&path("approve"), &digest).refused(409, "purge-step");
    suzuki.post(&path("confirm"), &other).refused(409, "digest-mismatch");
    office.manager.post(&path("confirm"), &digest).refused(403, "not-designated");
    suzuki.post(&path("confirm"), &digest).ok(200);
    for party in [sato, suzuki] {
        party.post(&path("approve"), &digest).refused(403, "not-permitted");
        office.appoint_also("manager", party);
        party.post(&path("approve"), &digest).refused(403, "same-person");
    }
    office.manager.post(&path("approve"), &other).refused(409, "digest-mismatch");
    let approved = office.manager.post(&path("approve"), &digest).ok(200);
    assert_eq!(approved["state"], "approved");
}

fn certificate_holds(lab: &Lab, reader: &Handler, leaver: &str) {
    let list = reader.get(&reader.path(&format!("certificates?person={leaver}"))).ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let line = &list["items"][0];
    let answer = reader.get(&reader.path(&format!("certificates/{}", text(line, "id"))));
    answer.ok(200);
    let name = format!("AZEKURA-CERT-{}.json", text(line, "serial"));
    let path: PathBuf = lab.files.root().join(name);
    fs::write(&path, &answer.body).unwrap();
    let (holds, report) = lab.files.verify_certificate(&path);
    assert!(holds, "{report:#}");
    for changed in [answer.text().replacen('A', "B", 1), String::new()] {
        fs::write(&path, changed).unwrap();
        assert!(!lab.files.verify_certificate(&path).0);
    }
}

#[test]
fn a_cancelled_batch_gives_the_numbers_back() {
    let lab = Lab::new();
    let office = lab.office();
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    suzuki.post(&office.path("purges"), &Value::Null).refused(404, "not-found");
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(&suzuki, &leaver, &number(7_010), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    let purge = suzuki.post(&office.path("purges"), &Value::Null).ok(201);
    let path = |act: &str| office.path(&format!("purges/{}/{act}", text(&purge, "id")));
    suzuki.post(&path("confirm"), &json!({"digest": text(&purge, "digest")})).ok(200);
    suzuki.post(&path("cancel"), &Value::Null).refused(403, "not-permitted");
    assert_eq!(office.manager.post(&path("cancel"), &Value::Null).ok(200)["state"], "cancelled");
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("past-retention".into()));
    for _ in 0..5 {
        lab.observed_day();
    }
    assert_eq!(lab.run_job(), Done::default());
}

#[test]
fn a_correction_that_waits_goes_with_the_number() {
    let lab = Lab::new();
    let office = lab.office();
    let (sato, mut suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(&suzuki, &leaver, &number(7_020), &["withholding"]);
    let mut correction = sato.registration(&leaver, &number(7_021), &["withholding"]);
    correction["type"] = json!("correct");
    correction["reason"] = json!("転記の誤り（見本）");
    let change = sato.post(&office.path("changes"), &correction).ok(202);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    let purge = suzuki.post(&office.path("purges"), &Value::Null).ok(201);
    let path = |act: &str| office.path(&format!("purges/{}/{act}", text(&purge, "id")));
    let digest = json!({"digest": text(&purge, "digest")});
    suzuki.post(&path("confirm"), &digest).ok(200);
    office.manager.post(&path("approve"), &digest).ok(200);
    for _ in 0..4 {
        lab.observed_day();
    }
    assert_eq!(lab.run_job(), Done { finished: 1, destroyed: 1, certified: 1 });
    lab.again(&mut suzuki);
    let checked = suzuki.check(&text(&change, "id"), &number(7_021));
    assert_eq!(checked.value()["code"], "change-expired", "{}", checked.text());
    assert_eq!(suzuki.status(&leaver), "disposed");
}
