//! What people are told, and what their records are bound to by it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::common::{Answer, text};
use crate::story::Office;

async fn publish(office: &Office, bundles: &[&str], kinds: &[&str]) -> Answer {
    let texts: Value = kinds.iter().map(|kind| ((*kind).to_owned(), json!("見本"))).collect();
    let from = office.vault.app.clock.now().tokyo_date().to_string();
    let notice = json!({"bundles": bundles, "texts": texts, "channel": "paper", "from": from});
    let path = office.url("/notices");
    let proposed = office.vault.post(&path, &office.sato.1, notice).await;
    if proposed.status == 202 {
        let path = format!("/changes/{}/approve", text(&proposed.json()["id"]));
        office.post(&path, &office.manager.1, Value::Null).await;
    }
    proposed
}

/// An employee with a checked number, bound to 源泉徴収票.
async fn registered(office: &Office) -> String {
    let person = office.employee("E-0001").await;
    let change = office.post("/changes", &office.sato.1, office.register(&person)).await;
    let path = format!("/changes/{}/check", text(&change["id"]));
    office.post(&path, &office.suzuki.1, json!({"number": "123456789018"})).await;
    person
}

async fn rebind(office: &Office, person: &str, purposes: &[&str]) -> Answer {
    let new = json!({"type": "rebind", "person": person, "purposes": purposes, "reason": "試験"});
    office.vault.post(&office.url("/changes"), &office.sato.1, new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_notice_reaches_somebody() {
    let office = Office::new().await;
    let untold = publish(&office, &["withholding", "fees"], &["employee"]).await.expect(422);
    assert_eq!(untold["errors"][0]["code"], "untold");
    let nobody = publish(&office, &["withholding"], &["employee", "landlord"]).await.expect(422);
    assert_eq!(nobody["errors"][0]["pointer"], "/texts/landlord");
    let unknown = publish(&office, &["withholding"], &["friend"]).await.expect(422);
    assert!(!unknown.to_string().contains("friend"), "input is repeated");
    publish(&office, &["withholding"], &[]).await.expect(422);

    // Payees were told of nothing an employee is told of, and the other way round.
    publish(&office, &["declarations", "fees"], &["dependant", "payee"]).await.expect(202);
    let person = office.employee("E-0001").await;
    let mut new = office.register(&person);
    new["purposes"] = json!(["declarations"]);
    let refused = office.vault.post(&office.url("/changes"), &office.sato.1, new).await;
    assert_eq!(refused.expect(422)["code"], "notice-missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn purposes_change_by_two_people_and_a_new_notice() {
    let office = Office::new().await;
    let person = registered(&office).await;
    let read = async |purpose: &str| {
        let ask = json!({"purpose": purpose, "period": office.year(), "reference": "試験",
            "people": [person]});
        let lines = office.post("/reads", &office.suzuki.1, ask).await;
        let line = lines["results"][0].clone();
        line["number"].as_str().map_or_else(|| text(&line["denied"]["code"]), String::from)
    };
    let wide = ["declarations", "withholding"];
    assert_eq!(rebind(&office, &person, &wide).await.expect(422)["code"], "notice-missing");
    let same = rebind(&office, &person, &["withholding"]).await.expect(422);
    assert_eq!(same["errors"][0]["code"], "unchanged");

    publish(&office, &wide, &["employee"]).await.expect(202);
    let change = rebind(&office, &person, &wide).await.expect(202);
    assert_eq!(change["content"]["before"], json!(["withholding"]));
    let approve = office.url(&format!("/changes/{}/approve", text(&change["id"])));
    let own = office.vault.post(&approve, &office.sato.1, Value::Null).await.expect(403);
    assert_eq!(own["code"], "same-person");
    let rival = rebind(&office, &person, &["declarations"]).await.expect(202);
    office.vault.post(&approve, &office.suzuki.1, Value::Null).await.expect(200);
    assert_eq!(read("withholding_slip").await, "123456789018");
    let shown = office.vault.get(&office.url(&format!("/people/{person}")), &office.sato.1).await;
    assert_eq!(shown.expect(200)["number"]["purposes"], json!(wide));

    // What the second change was about is not there any more.
    let path = office.url(&format!("/changes/{}/approve", text(&rival["id"])));
    office.vault.post(&path, &office.suzuki.1, Value::Null).await.expect(412);
    // Narrowing needs no new notice; the work is then refused again.
    let narrow = rebind(&office, &person, &["withholding"]).await.expect(202);
    let path = format!("/changes/{}/approve", text(&narrow["id"]));
    office.post(&path, &office.suzuki.1, Value::Null).await;
    assert_eq!(read("dependents_declaration").await, "outside-scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_leaves_as_the_form_has_it() {
    let office = Office::new().await;
    let path = office.url("/ledgers/roster");
    let (manager, sato) = (&office.manager.1, &office.sato.1);
    assert_eq!(office.vault.get(&path, sato).await.expect(403)["code"], "not-permitted");
    let (id, token) = office.vault.user("hanako").await;
    let today = office.vault.app.clock.now().tokyo_date();
    let line = json!({"user": id, "capabilities": ["use"], "purposes": ["withholding"],
        "kinds": ["employee"], "networks": ["192.0.2.0/24"], "from": today.to_string(),
        "remarks": "=試験"});
    let offered = office.post("/designations", manager, line).await;
    let accept = format!("/designations/{}/accept", text(&offered["content"]["id"]));
    office.post(&accept, &token, json!({"pledge": 1})).await;
    let end = format!("/designations/{}/end", text(&offered["content"]["id"]));
    office.post(&end, manager, Value::Null).await;

    let ledger = office.vault.get(&path, manager).await.expect(200);
    assert_eq!(ledger["title"], "特定個人情報事務取扱者名簿");
    assert_eq!(ledger["officers"][0]["title"], "管理責任者");
    let lines = ledger["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 3);
    let own = lines.iter().find(|line| line["name"] == "見本 hanako").unwrap();
    assert_eq!(own["scope"], "使用／源泉徴収票作成事務／従業員");
    assert_eq!(own["released_on"], today.to_string());
    let later = format!("{path}?from={}", today.plus_days(1));
    let later = format!("{later}&to={}", today.plus_days(2));
    let later = office.vault.get(&later, manager).await.expect(200);
    assert_eq!(later["lines"].as_array().unwrap().len(), 2, "an ended line is not of later days");

    let sheet = || {
        let request = Request::get(&path)
            .header("authorization", format!("Bearer {manager}"))
            .header("accept", "text/csv");
        office.vault.send(request.body(Body::empty()).unwrap())
    };
    office.vault.clock.advance(4 * 60_000);
    let taken = sheet().await;
    office.vault.clock.advance(2 * 60_000);
    assert_eq!(sheet().await.expect(403)["code"], "step-up-required", "it leaves the vault");
    assert_eq!(taken.headers["content-type"], "text/csv; charset=utf-8");
    let body = String::from_utf8(taken.body).unwrap();
    let mut rows = body.strip_prefix('\u{feff}').unwrap().split("\r\n");
    let columns =
        "\"利用者名\",\"取扱う特定個人情報の範囲\",\"指定年月日\",\"解除年月日\",\"備考\"";
    assert_eq!(rows.next(), Some(columns));
    let own = rows.find(|row| row.contains("hanako")).unwrap();
    assert!(own.contains("\"'=試験　入力端末: 192.0.2.0/24\""), "{own}");
}
