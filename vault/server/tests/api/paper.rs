//! Certificates and ledgers on paper: sheets, lists and what was done with numbers.

use axum::http::{Method, Request};
use azekura::auth::Actor;
use azekura::service::execute;
use serde_json::{Value, json};

use crate::common::{Answer, text};
use crate::story::{NUMBER, Office};

/// A number that a batch of one destroyed, and the batch.
async fn deleted(office: &Office) -> String {
    let (sato, suzuki) = (&office.sato.1, &office.suzuki.1);
    let name =
        json!({"family": "見本", "given": "花子", "family_kana": "ミホン", "given_kana": "ハナコ"});
    let new = json!({"external_ref": "E-0001", "kind": "employee", "name": name,
        "started_on": "2010-04-01"});
    let person = text(&office.post("/people", sato, new).await["id"]);
    let change = office.post("/changes", sato, office.register(&person)).await;
    let path = format!("/changes/{}/check", text(&change["id"]));
    office.post(&path, suzuki, json!({"number": NUMBER})).await;
    let ask = json!({"purpose": "withholding_slip", "period": office.year(), "reference": "試験",
        "people": [person]});
    office.post("/reads", suzuki, ask).await;
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    office.post(&format!("/people/{person}/events"), sato, left).await;
    let purge = office.post("/purges", sato, Value::Null).await;
    let (id, digest) = (text(&purge["id"]), json!({"digest": purge["digest"]}));
    office.post(&format!("/purges/{id}/confirm"), suzuki, digest.clone()).await;
    office.post(&format!("/purges/{id}/approve"), &office.manager.1, digest).await;
    execute::run(&office.vault.app, &Actor::job("purge")).await.unwrap();
    id
}

async fn get(office: &Office, path: &str, accept: &str) -> Answer {
    let request = Request::builder()
        .method(Method::GET)
        .uri(office.url(path))
        .header("authorization", format!("Bearer {}", office.manager.1))
        .header("accept", accept)
        .body(axum::body::Body::empty())
        .unwrap();
    office.vault.send(request).await
}

fn is_document(answer: &Answer) -> bool {
    answer.status == 200
        && answer.headers["content-type"] == "application/pdf"
        && answer.body.starts_with(b"%PDF-")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_filed_on_paper_and_stays_evidence_as_a_file() {
    let office = Office::new().await;
    let purge = deleted(&office).await;
    let list = get(&office, "/certificates", "application/json").await.expect(200);
    let certificate = text(&list["items"][0]["id"]);
    let path = format!("/certificates/{certificate}");
    assert!(is_document(&get(&office, &path, "application/pdf").await));
    let evidence = get(&office, &path, "application/json").await.expect(200);
    assert!(evidence["certificate"]["signature"].is_string());

    let path = format!("/purges/{purge}/certificates");
    let batch = get(&office, &path, "application/json").await.expect(200);
    assert_eq!(batch["items"][0]["serial"], list["items"][0]["serial"]);
    assert_eq!(batch["items"][0]["external_ref"], "E-0001");
    let without = get(&office, &format!("{path}?redacted=true"), "application/json").await;
    assert!(without.expect(200)["items"][0]["external_ref"].is_null());
    let short = get(&office, &path, "application/pdf").await;
    let whole = get(&office, &format!("{path}?sheets=true"), "application/pdf").await;
    assert!(is_document(&short) && is_document(&whole) && whole.body.len() > short.body.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ledgers_tell_what_the_log_tells() {
    let office = Office::new().await;
    let purge = deleted(&office).await;
    let handling = get(&office, "/ledgers/handling", "application/json").await.expect(200);
    let lines = handling["lines"].as_array().unwrap();
    let acts: Vec<String> = lines.iter().map(|line| text(&line["act"])).collect();
    assert_eq!(acts, ["collected", "used", "deleted"]);
    assert_eq!(lines[1]["purpose"], "withholding_slip");
    assert_eq!(lines[1]["by"], "見本 suzuki");
    assert_eq!(lines[2]["by"], "自動処理");

    let deletion = get(&office, "/ledgers/deletion", "application/json").await.expect(200);
    assert_eq!(deletion["lines"].as_array().unwrap().len(), 1);
    let last = &deletion["lines"][0];
    assert_eq!((&last["purge"], &last["count"]), (&json!(purge), &json!(1)));
    assert_eq!(last["confirmed_by"], "見本 suzuki");
    assert_eq!(last["first_serial"], last["last_serial"]);
    assert_eq!(last["file_kinds"], json!(["個人番号(従業員)"]));

    let before = get(&office, "/ledgers/handling?to=2000-01-01", "application/json").await;
    assert_eq!(before.expect(200)["lines"], json!([]));
    let later = get(&office, "/ledgers/deletion?from=2100-01-01&to=2100-01-02", "text/csv").await;
    assert_eq!(String::from_utf8(later.body).unwrap().lines().count(), 1);
    for ledger in ["handling", "deletion"] {
        let path = format!("/ledgers/{ledger}");
        assert!(is_document(&get(&office, &path, "application/pdf").await));
        assert_eq!(get(&office, &path, "text/csv").await.status, 200);
    }
}
