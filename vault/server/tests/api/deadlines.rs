//! What happens when time passes: locks, codes, lapses and grace, with a clock that the test turns.

use axum::body::Body;
use axum::http::{Method, Request};
use azekura::auth::Actor;
use azekura::service::{audit, change, execute, log, purge};
use azekura::sys;
use serde_json::{Value, json};

use crate::common::{PASSWORD, TestVault, text};
use crate::story::Office;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[tokio::test(flavor = "multi_thread")]
async fn five_minutes_without_an_act_lock_and_the_password_opens() {
    let vault = TestVault::new().await;
    let token = vault.administrators[0].clone();
    vault.clock.advance(5 * MINUTE);
    vault.get("/v1/users", &token).await.expect(200);
    vault.clock.advance(5 * MINUTE + 1);
    assert_eq!(vault.get("/v1/users", &token).await.expect(401)["code"], "locked");

    let unlock = "/v1/sessions/current/unlock";
    let wrong = json!({"password": "Machigai-Shiken-2026"});
    vault.post(unlock, &token, wrong).await.expect(401);
    assert_eq!(vault.get("/v1/users", &token).await.expect(401)["code"], "locked");
    let opened = vault.post(unlock, &token, json!({"password": PASSWORD})).await.expect(200);
    vault.get("/v1/users", &token).await.expect(401);
    let token = text(&opened["token"]);
    vault.get("/v1/users", &token).await.expect(200);

    vault.clock.advance(30 * MINUTE + 1);
    let late = vault.post(unlock, &token, json!({"password": PASSWORD})).await;
    assert_eq!(late.expect(401)["code"], "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_opens_one_session_and_a_new_session_ends_the_one_before() {
    let vault = TestVault::new().await;
    let (_, invitation) = vault.invited("sato").await;
    let (first, seed) = vault.enrol_with_seed(&invitation, "sato").await;
    let sign_in = async |code: String| {
        let body = json!({"login": "sato", "password": PASSWORD, "totp": code});
        vault.post("/v1/sessions", "", body).await
    };
    assert_eq!(sign_in(vault.code(&seed)).await.expect(401)["code"], "sign-in-failed");
    vault.clock.advance(30_000);
    let code = vault.code(&seed);
    let second = text(&sign_in(code.clone()).await.expect(201)["token"]);
    sign_in(code).await.expect(401);
    vault.get("/v1/sessions/current", &first).await.expect(401);
    vault.get("/v1/sessions/current", &second).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_close_an_account_for_an_hour() {
    let vault = TestVault::new().await;
    let (_, invitation) = vault.invited("sato").await;
    let (_, seed) = vault.enrol_with_seed(&invitation, "sato").await;
    let sign_in = async |password: &str| {
        let body = json!({"login": "sato", "password": password, "totp": vault.code(&seed)});
        vault.post("/v1/sessions", "", body).await.status.as_u16()
    };
    vault.clock.advance(MINUTE);
    for _ in 0..5 {
        assert_eq!(sign_in("Machigai-Shiken-2026").await, 401);
    }
    assert_eq!(sign_in(PASSWORD).await, 401);
    vault.clock.advance(HOUR - 1);
    assert_eq!(sign_in(PASSWORD).await, 401);
    vault.clock.advance(1);
    assert_eq!(sign_in(PASSWORD).await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_nobody_decides_lapses_after_thirty_days() {
    let office = Office::new().await;
    let person = office.employee("E-0001").await;
    let entered = office.post("/changes", &office.sato.1, office.register(&person)).await;
    let (app, job) = (&office.vault.app, Actor::job("試験"));
    office.vault.clock.advance(30 * DAY - 1);
    assert_eq!(change::expire(app, &job).await.unwrap(), 0);
    office.vault.clock.advance(1);
    assert_eq!(change::expire(app, &job).await.unwrap(), 1);
    assert_eq!(change::expire(app, &job).await.unwrap(), 0);
    let mut reading = app.reading().await.unwrap();
    let id: azekura_core::id::ChangeId = text(&entered["id"]).parse().unwrap();
    let lapsed = reading.find::<azekura_core::change::Change>(id).await.unwrap().unwrap();
    assert!(matches!(lapsed.state, azekura_core::change::ChangeState::Expired { .. }));
    let slot = lapsed.content.number().unwrap().slot;
    assert!(azekura::store::numbers::by_slot(&mut reading, slot).await.unwrap().is_none());
    assert!(app.keys.tombstones().holds(slot));
}

/// A number of somebody who left: 乙欄, no insurance, the slip filed; nothing keeps it any more.
pub(crate) async fn left(office: &Office) -> String {
    let name = json!({"family": "試験", "given": "太郎", "family_kana": "シケン",
        "given_kana": "タロウ"});
    let new = json!({"external_ref": "E-0002", "kind": "employee", "name": name,
        "started_on": "2026-02-01", "tax_column": "otsu", "part_time": true});
    let person = text(&office.post("/people", &office.sato.1, new).await["id"]);
    let change = office.post("/changes", &office.sato.1, office.register(&person)).await;
    let check = format!("/changes/{}/check", text(&change["id"]));
    office.post(&check, &office.suzuki.1, json!({"number": "123456789018"})).await;
    let events = format!("/people/{person}/events");
    for event in [
        json!({"type": "employment_ended", "on": "2026-06-30", "reason": "resigned",
            "last_paid_on": "2026-07-24"}),
        json!({"type": "document_filed", "on": "2026-09-30", "purpose": "withholding_slip",
            "tax_year": 2026, "destination": "税務署（試験）"}),
    ] {
        office.post(&events, &office.sato.1, event).await;
    }
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_before_its_grace_and_a_clock_that_jumps_is_no_grace() {
    let office = Office::in_vault(TestVault::production().await).await;
    let person = left(&office).await;
    let batch = office.post("/purges", &office.suzuki.1, Value::Null).await;
    let (id, digest) = (text(&batch["id"]), json!({"digest": batch["digest"]}));
    office.post(&format!("/purges/{id}/confirm"), &office.suzuki.1, digest.clone()).await;
    let own = office.url(&format!("/purges/{id}/approve"));
    office.vault.call(Method::POST, &own, &office.suzuki.1, &digest).await.expect(403);
    office.post(&format!("/purges/{id}/approve"), &office.manager.1, digest).await;

    let (app, job) = (&office.vault.app, Actor::job("試験"));
    assert_eq!(execute::run(app, &job).await.unwrap(), execute::Done::default());
    office.vault.clock.advance(3650 * DAY);
    log::heartbeat(app, sys::boot()).await.unwrap();
    assert_eq!(execute::run(app, &job).await.unwrap(), execute::Done::default());
    for _ in 0..4 * 24 {
        office.vault.clock.advance(HOUR);
        log::heartbeat(app, sys::boot()).await.unwrap();
    }
    let done = execute::run(app, &job).await.unwrap();
    assert_eq!((done.destroyed, done.certified, done.finished), (1, 1, 1));
    assert_eq!(execute::run(app, &job).await.unwrap(), execute::Done::default());

    let id: azekura_core::id::PersonId = person.parse().unwrap();
    let mut reading = app.reading().await.unwrap();
    assert!(azekura::store::numbers::active(&mut reading, id).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_within_thirty_days_is_proposed_once() {
    let office = Office::new().await;
    left(&office).await;
    let (app, job) = (&office.vault.app, Actor::job("試験"));
    assert_eq!(purge::propose_ahead(app, &job).await.unwrap(), 1);
    assert_eq!(purge::propose_ahead(app, &job).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_key_is_kept_for_a_day() {
    let vault = TestVault::new().await;
    let request = Request::post("/v1/users")
        .header("authorization", format!("Bearer {}", vault.administrators[0]))
        .header("content-type", "application/json")
        .header("idempotency-key", "shiken-1")
        .body(Body::from(json!({"display_name": "見本"}).to_string()));
    vault.send(request.unwrap()).await.expect(202);
    let (app, job) = (&vault.app, Actor::job("試験"));
    vault.clock.advance(DAY);
    assert_eq!(audit::forget_answers(app, &job).await.unwrap(), 0);
    vault.clock.advance(1);
    assert_eq!(audit::forget_answers(app, &job).await.unwrap(), 1);
}
