//! The main job, and what stays with the caller's right at each step.

use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::common::{TestVault, text};

pub(crate) const NUMBER: &str = "123456789018";

/// An organisation with a manager and two handlers.
pub(crate) struct Office {
    pub(crate) vault: TestVault,
    pub(crate) org: String,
    pub(crate) manager: (String, String),
    pub(crate) sato: (String, String),
    pub(crate) suzuki: (String, String),
}

impl Office {
    pub(crate) async fn new() -> Self {
        Self::in_vault(TestVault::new().await).await
    }

    pub(crate) async fn in_vault(vault: TestVault) -> Self {
        let (manager, sato, suzuki) =
            (vault.user("tanaka").await, vault.user("sato").await, vault.user("suzuki").await);
        let org = vault.organisation("架空商事", (&manager.0, &manager.1)).await;
        let all = ["enter", "check", "use", "delete"];
        vault.handler(&org, &manager.1, (&sato.0, &sato.1), &all).await;
        vault.handler(&org, &manager.1, (&suzuki.0, &suzuki.1), &all).await;
        let office = Self { vault, org, manager, sato, suzuki };
        let today = office.vault.app.clock.now().tokyo_date().to_string();
        let notice = json!({"bundles": ["withholding"], "texts": {"employee": "利用目的の通知（試験）"},
            "channel": "paper", "from": today});
        let change = office.post("/notices", &office.sato.1, notice).await;
        let path = format!("/changes/{}/approve", text(&change["id"]));
        office.post(&path, &office.manager.1, Value::Null).await;
        office
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("/v1/orgs/{}{path}", self.org)
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let answer = self.vault.post(&self.url(path), token, body).await;
        assert!(answer.status.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    pub(crate) async fn employee(&self, reference: &str) -> String {
        let name = json!({"family": "見本", "given": "花子", "family_kana": "ミホン",
            "given_kana": "ハナコ"});
        let new = json!({"external_ref": reference, "kind": "employee", "name": name,
            "started_on": "2026-04-01"});
        text(&self.post("/people", &self.sato.1, new).await["id"])
    }

    /// An employee with an active number.
    pub(crate) async fn numbered(&self, reference: &str) -> String {
        let person = self.employee(reference).await;
        let change = self.post("/changes", &self.sato.1, self.register(&person)).await;
        let path = format!("/changes/{}/check", text(&change["id"]));
        self.post(&path, &self.suzuki.1, json!({"number": NUMBER})).await;
        person
    }

    pub(crate) fn register(&self, person: &str) -> Value {
        let today = self.vault.app.clock.now().tokyo_date().to_string();
        json!({"type": "register", "person": person, "number": NUMBER,
            "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": today}})
    }

    pub(crate) fn year(&self) -> String {
        self.vault.app.clock.now().tokyo_date().year().to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_entered_by_one_checked_by_another_and_read_for_its_purpose() {
    let office = Office::new().await;
    let person = office.employee("E-0001").await;
    let (sato, suzuki) = (&office.sato.1, &office.suzuki.1);
    let entered = office.vault.post(&office.url("/changes"), sato, office.register(&person)).await;
    assert_eq!(entered.headers["connection"], "close");
    let change = entered.expect(202);
    assert_eq!(change["status"], "pending");

    let check = office.url(&format!("/changes/{}/check", text(&change["id"])));
    let own = office.vault.post(&check, sato, json!({"number": NUMBER})).await;
    assert_eq!(own.expect(403)["code"], "same-person");
    let wrong = office.vault.post(&check, suzuki, json!({"number": "234567890124"})).await;
    assert_eq!(wrong.expect(422)["errors"][0]["pointer"], "/number");
    let right = office.vault.post(&check, suzuki, json!({"number": "1234-5678-9018"})).await;
    assert_eq!(right.expect(200)["status"], "approved");

    let seen = office.vault.get(&office.url(&format!("/people/{person}")), sato).await.expect(200);
    assert_eq!(seen["number"]["status"], "active");
    assert_eq!(seen["number"]["masked"], azekura_wire::people::MASK);

    let ask = |purpose: &str| {
        json!({"purpose": purpose, "period": office.year(), "reference": "源泉徴収票（試験）",
            "people": [person, {"external_ref": "E-9999"}]})
    };
    let answer = office.post("/reads", sato, ask("withholding_slip")).await;
    assert_eq!(answer["results"][0]["number"], NUMBER);
    assert_eq!(answer["results"][1]["denied"]["code"], "not-found");
    let refused = office.post("/reads", sato, ask("fee_payment_report")).await;
    assert!(refused["results"][0].get("number").is_none());
    let record = office.url(&format!("/reads/{}", text(&answer["id"])));
    let record = office.vault.get(&record, sato).await.expect(200);
    assert_eq!((&record["allowed"], &record["purpose"]), (&json!(1), &json!("withholding_slip")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streamed_read_is_a_head_and_a_line_a_person() {
    let office = Office::new().await;
    let body = json!({"purpose": "withholding_slip", "period": office.year(), "reference": "試験",
        "dry_run": true, "people": [{"external_ref": "E-1"}, {"external_ref": "E-2"}]});
    let request = Request::post(office.url("/reads"))
        .header("authorization", format!("Bearer {}", office.sato.1))
        .header("content-type", "application/json")
        .header("accept", "application/x-ndjson")
        .body(body.to_string().into())
        .unwrap();
    let answer = office.vault.send(request).await;
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    let lines = String::from_utf8(answer.body).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(text(&lines[0]["id"]).starts_with("red_"));
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["denied"]["code"], "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_done_once_and_answered_alike() {
    let office = Office::new().await;
    let send = |key: &'static str, reference: &'static str| {
        let name = json!({"family": "見本", "given": "太郎", "family_kana": "ミホン",
            "given_kana": "タロウ"});
        let body = json!({"external_ref": reference, "kind": "employee", "name": name});
        let request = Request::post(office.url("/people"))
            .header("authorization", format!("Bearer {}", office.sato.1))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(body.to_string().into())
            .unwrap();
        office.vault.send(request)
    };
    let first = send("k-1", "E-1").await.expect(201);
    assert_eq!(send("k-1", "E-1").await.expect(201), first);
    assert_eq!(send("k-1", "E-2").await.expect(422)["code"], "idempotency-mismatch");
    assert_eq!(send("k-2", "E-1").await.expect(409)["code"], "duplicate");
    let bad = send("has space", "E-3").await.expect(422);
    assert_eq!(bad["errors"][0]["pointer"], "Idempotency-Key");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_get_weaker_wait_for_a_second_person() {
    let office = Office::new().await;
    let (url, manager) = (office.url("/settings"), &office.manager.1);
    let seen = office.vault.get(&url, manager).await;
    let etag = seen.headers["etag"].to_str().unwrap().to_owned();
    let put = |etag: Option<String>, grace: u32| {
        let mut settings = seen.json();
        settings["purge"]["grace_days"] = json!(grace);
        let mut request = Request::builder()
            .method(Method::PUT)
            .uri(&url)
            .header("authorization", format!("Bearer {manager}"))
            .header("content-type", "application/json");
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        office.vault.send(request.body(settings.to_string().into()).unwrap())
    };
    put(None, 5).await.expect(428);
    assert_eq!(
        put(Some(etag.clone()), 0).await.expect(422)["errors"][0]["pointer"],
        "/purge/grace_days"
    );
    let stronger = put(Some(etag.clone()), 5).await;
    stronger.expect(200);
    put(Some(etag), 6).await.expect(412);
    let now = stronger.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(put(Some(now), 1).await.expect(202)["type"], "settings");
}
