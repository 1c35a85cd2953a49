//! Trainings: written down by one, confirmed by another, warned of, extended once; and what a
//! handler is told whose training has run out.

use azekura_core::time::CivilDate;
use serde_json::{Value, json};

use crate::common::{Answer, text};
use crate::story::Office;

async fn record(office: &Office, user: &str, on: CivilDate) -> Answer {
    let training = json!({"user": user, "on": on.to_string(), "subject": "試験"});
    office.vault.post(&office.url("/training"), &office.manager.1, training).await
}

/// A handler whose only training was on `on`: id, session and the training.
async fn handler(office: &Office, name: &str, on: CivilDate) -> (String, String, String) {
    let (id, token) = office.vault.user(name).await;
    let line = json!({"user": id, "capabilities": ["enter", "use"], "purposes": ["withholding"],
        "kinds": ["employee"], "from": "2020-04-01"});
    let offered = office.post("/designations", &office.manager.1, line).await;
    let path = format!("/designations/{}/accept", text(&offered["content"]["id"]));
    office.post(&path, &token, json!({"pledge": 1})).await;
    let training = text(&record(office, &id, on).await.expect(201)["id"]);
    office.post(&format!("/training/{training}/confirm"), &token, Value::Null).await;
    (id, token, training)
}

fn fault(problem: &Value) -> (&str, &str) {
    let first = &problem["errors"][0];
    (first["pointer"].as_str().unwrap_or_default(), first["code"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_counts_once_its_attendee_has_confirmed_it() {
    let office = Office::new().await;
    let (today, manager) = (office.vault.app.clock.now().tokyo_date(), office.manager.clone());
    assert_eq!(record(&office, &manager.0, today).await.expect(403)["code"], "same-person");
    let late = record(&office, &office.sato.0, today.plus_days(1)).await.expect(422);
    assert_eq!(fault(&late), ("/on", "in-the-future"));

    let (id, token) = office.vault.user("hanako").await;
    let line = json!({"user": id, "capabilities": ["use"], "purposes": ["withholding"],
        "kinds": ["employee"], "from": today.to_string()});
    let offered = office.post("/designations", &manager.1, line).await;
    let path = format!("/designations/{}/accept", text(&offered["content"]["id"]));
    office.post(&path, &token, json!({"pledge": 1})).await;
    let written = record(&office, &id, today).await.expect(201);
    assert_eq!(written["confirmed_at"], Value::Null);
    let path = format!("/training/{}/confirm", text(&written["id"]));
    let ask = json!({"purpose": "withholding_slip", "period": office.year(),
        "reference": "試験", "people": [{"external_ref": "E-0001"}]});
    let read = async || office.vault.post(&office.url("/reads"), &token, ask.clone()).await;
    assert_eq!(read().await.expect(403)["code"], "training-expired");

    let other = office.vault.post(&office.url(&path), &office.suzuki.1, Value::Null).await;
    assert_eq!(other.expect(403)["code"], "not-for-you");
    let confirmed = office.post(&path, &token, Value::Null).await;
    assert!(confirmed["confirmed_at"].is_string());
    read().await.expect(200);
    let again = office.vault.post(&office.url(&path), &token, Value::Null).await;
    assert_eq!(again.expect(409)["code"], "settled");
    let session = office.vault.get("/v1/sessions/current", &token).await.expect(200);
    assert_eq!(session["organisations"][0]["training"]["status"], "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lapse_is_refused_says_whom_to_ask_and_is_extended_once_by_two() {
    let office = Office::new().await;
    let today = office.vault.app.clock.now().tokyo_date();
    let person = office.employee("E-0001").await;
    // Its last day was the end of last month.
    let on = today.plus_months(-13);
    let (id, token, training) = handler(&office, "hanako", on).await;
    let ask = json!({"purpose": "withholding_slip", "period": office.year(),
        "reference": "試験", "people": [person]});
    let read = async || office.vault.post(&office.url("/reads"), &token, ask.clone()).await;
    let refused = read().await.expect(403);
    assert_eq!(refused["code"], "training-expired");
    assert_eq!(refused["ask"], json!([{"title": "管理責任者", "name": "見本 tanaka"}]));

    let standings = office.vault.get(&office.url("/training/standing"), &token).await.expect(200);
    let first = &standings["items"][0];
    assert_eq!((&first["user"], &first["training"]["status"]), (&json!(id), &json!("expired")));

    let path = format!("/training/{training}/extend");
    let why = json!({"reason": "講師の急病のため（試験）"});
    let [administrator, _] = office.vault.administrators.clone();
    office.vault.post(&office.url(&path), &token, why.clone()).await.expect(403);
    let change = office.post(&path, &office.manager.1, why.clone()).await;
    let approve = format!("/changes/{}/approve", text(&change["id"]));
    for (who, code) in [(&office.manager.1, "same-person"), (&token, "not-permitted")] {
        let refused = office.vault.post(&office.url(&approve), who, Value::Null).await;
        assert_eq!(refused.expect(403)["code"], code);
    }
    read().await.expect(403);
    office.post(&approve, &administrator, Value::Null).await;
    read().await.expect(200);
    let again = office.vault.post(&office.url(&path), &office.manager.1, why).await.expect(422);
    assert_eq!(fault(&again), ("/training", "extended-once"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_sixty_days_ahead_and_extended_not_sooner() {
    let office = Office::new().await;
    let today = office.vault.app.clock.now().tokyo_date();
    // Its last day is the end of this month: at most thirty days away.
    let (_, near, _) = handler(&office, "hanako", today.plus_months(-12)).await;
    let own = office.vault.get("/v1/sessions/current", &near).await.expect(200);
    assert_eq!(own["organisations"][0]["training"]["status"], "expiring");
    let last = today.last_of_month().to_string();
    assert_eq!(own["organisations"][0]["training"]["valid_until"], last);

    let fresh = record(&office, &office.sato.0, today).await.expect(201);
    let path = format!("/training/{}", text(&fresh["id"]));
    office.post(&format!("{path}/confirm"), &office.sato.1, Value::Null).await;
    let why = json!({"reason": "試験"});
    let path = office.url(&format!("{path}/extend"));
    let refused = office.vault.post(&path, &office.manager.1, why).await.expect(422);
    assert_eq!(fault(&refused), ("/training", "too-soon"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_has_the_six_columns_and_records_name_its_lines() {
    let office = Office::new().await;
    let today = office.vault.app.clock.now().tokyo_date().to_string();
    let new = json!({"section": "総務部", "content": "特定個人情報の取扱い", "teacher": "管理責任者",
        "audience": "事務取扱担当者", "means": "集合教育", "cycle": "年1回"});
    let plan = office.vault.post(&office.url("/training-plan"), &office.sato.1, new.clone()).await;
    assert_eq!(plan.expect(403)["code"], "not-permitted");
    let line = office.post("/training-plan", &office.manager.1, new.clone()).await;
    for (column, value) in new.as_object().unwrap() {
        assert_eq!(&line[column], value);
    }
    let id = text(&line["id"]);
    let attended = json!({"user": office.sato.0, "on": today, "subject": "試験", "plan": id});
    let record = office.post("/training", &office.manager.1, attended.clone()).await;
    assert_eq!(record["plan"], id);
    let path = format!("/training-plan/{id}/end");
    let ended = office.post(&path, &office.manager.1, Value::Null).await;
    assert!(ended["ended_at"].is_string());
    let path = office.url("/training");
    let refused = office.vault.post(&path, &office.manager.1, attended).await.expect(422);
    assert_eq!(fault(&refused), ("/plan", "not-planned"));
}
