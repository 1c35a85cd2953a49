//! Passwords: which are taken, how one's own is changed, and how long earlier ones are remembered.

use azekura::auth::Actor;
use azekura::service::{execute, passwords};
use azekura_core::roster::Credential;
use serde_json::{Value, json};

use crate::clients::OFFICE;
use crate::common::{Answer, PASSWORD, TestVault, text};
use crate::deadlines::left;
use crate::oauth::Signing;

const DAY: i64 = 86_400_000;
const PATH: &str = "/v1/sessions/current/password";

/// A user, the seed of their codes, and the vault.
struct Desk {
    vault: TestVault,
    id: String,
    token: String,
    seed: String,
}

impl Desk {
    async fn new() -> Self {
        let vault = TestVault::new().await;
        let (id, invitation) = vault.invited("sato").await;
        let (token, seed) = vault.enrol_with_seed(&invitation, "sato").await;
        Self { vault, id, token, seed }
    }

    async fn change(&mut self, from: &str, to: &str) -> Answer {
        let body = json!({"password": from, "new_password": to});
        let answer = self.vault.post(PATH, &self.token, body).await;
        if answer.status == 200 {
            self.token = text(&answer.json()["token"]);
        }
        answer
    }

    async fn sign_in(&mut self, password: &str) -> u16 {
        self.vault.clock.advance(30_000);
        let code = self.vault.code(&self.seed);
        let body = json!({"login": "sato", "password": password, "totp": code});
        let answer = self.vault.post("/v1/sessions", "", body).await;
        self.token = text(&answer.json()["token"]);
        answer.status.as_u16()
    }

    async fn remembered(&self) -> usize {
        let mut reading = self.vault.app.reading().await.unwrap();
        let id: azekura_core::id::UserId = self.id.parse().unwrap();
        reading.find::<Credential>(id).await.unwrap().unwrap().earlier.len()
    }
}

fn fault(answer: &Answer) -> Value {
    answer.expect(422)["errors"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_its_owner_who_knows_it_and_ends_other_sessions() {
    let mut desk = Desk::new().await;
    let before = desk.token.clone();
    desk.change("Machigai-Shiken-2026", "Betsu-no-Goku 77").await.expect(401);
    desk.vault.get("/v1/sessions/current", &before).await.expect(200);
    desk.change(PASSWORD, "Betsu-no-Goku 77").await.expect(200);
    desk.vault.get("/v1/sessions/current", &before).await.expect(401);
    desk.vault.get("/v1/sessions/current", &desk.token).await.expect(200);
    assert_eq!(desk.sign_in(PASSWORD).await, 401);
    assert_eq!(desk.sign_in("Betsu-no-Goku 77").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_comes_back_after_a_year_and_is_forgotten_until_then_by_nobody() {
    let mut desk = Desk::new().await;
    desk.change(PASSWORD, "Betsu-no-Goku 77").await.expect(200);
    for known in ["Betsu-no-Goku 77", PASSWORD] {
        assert_eq!(fault(&desk.change("Betsu-no-Goku 77", known).await)["code"], "reused");
    }
    let job = Actor::job("試験");
    desk.vault.clock.advance(365 * DAY - 60_000);
    assert_eq!(passwords::forget(&desk.vault.app, &job).await.unwrap(), 0);
    assert_eq!(desk.sign_in("Betsu-no-Goku 77").await, 201);
    assert_eq!(fault(&desk.change("Betsu-no-Goku 77", PASSWORD).await)["code"], "reused");
    assert_eq!(desk.remembered().await, 1);
    desk.vault.clock.advance(30_000);
    assert_eq!(passwords::forget(&desk.vault.app, &job).await.unwrap(), 1);
    assert_eq!(desk.remembered().await, 0);
    desk.change("Betsu-no-Goku 77", PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_follows_the_rules_of_its_owners_rank() {
    let mut desk = Desk::new().await;
    for (weak, why) in [
        ("Zen-gaku7", "length"),
        (&"kZ7+".repeat(33), "more than 128 characters"),
        ("zen-gaku7q", "three classes"),
        ("Sato-gaku7q", "the login"),
        ("Password-2026!", "common words"),
        ("Reiwa-gaku7q", "an era"),
    ] {
        let fault = fault(&desk.change(PASSWORD, weak).await);
        assert_eq!(
            (&fault["pointer"], &fault["code"]),
            (&json!("/new_password"), &json!("weak-password")),
            "{why}"
        );
        assert!(!fault.to_string().contains(weak));
    }
    desk.change(PASSWORD, "Zen-gaku7q").await.expect(200);
    let administrator = desk.vault.administrators[0].clone();
    let body = json!({"password": PASSWORD, "new_password": "Zen-gaku7q"});
    let answer = desk.vault.post(PATH, &administrator, body).await;
    assert_eq!(fault(&answer)["detail"], "12 to 128 characters");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_none_costs_no_hash() {
    let vault = TestVault::new().await;
    let busy: Vec<_> = std::iter::from_fn(|| vault.app.hashing.queue().ok()).collect();
    assert_eq!(busy.len(), 33);
    let body = json!({"token": "aze1_", "login": "mihon", "password": PASSWORD});
    vault.post("/v1/enrolments", "", body).await.expect(401);
    let body = json!({"login": "sato", "password": PASSWORD, "totp": "000000"});
    assert_eq!(vault.post("/v1/sessions", "", body).await.expect(503)["code"], "too-busy");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_signing_in_waits_for_a_hash() {
    let signing = Signing::new().await;
    let (payroll, office) = (&signing.payroll, &signing.payroll.office);
    let app = &office.vault.app;
    let busy: Vec<_> = std::iter::from_fn(|| app.hashing.queue().ok()).collect();
    assert_eq!(busy.len(), 33);

    let person = office.numbered("E-0003").await;
    let ask = json!({"purpose": "withholding_slip", "period": office.year(), "reference": "試験",
        "people": [person]});
    office.post("/reads", &office.sato.1, ask).await;
    let (_, key) = payroll.program(&Value::Null).await;
    payroll.read(&key, OFFICE, &Value::Null).await.expect(200);
    let token = signing.token("試験").await;
    payroll.read(&token, OFFICE, &Value::Null).await.expect(200);
    left(office).await;
    let batch = office.post("/purges", &office.suzuki.1, Value::Null).await;
    for (act, who) in [("confirm", &office.suzuki), ("approve", &office.manager)] {
        let path = format!("/purges/{}/{act}", text(&batch["id"]));
        office.post(&path, &who.1, json!({"digest": batch["digest"]})).await;
    }
    let done = execute::run(app, &Actor::job("試験")).await.unwrap();
    assert_eq!((done.destroyed, done.certified), (1, 1));
    assert!(payroll.log().await.contains("certificate"));

    let login = json!({"login": "sato", "password": PASSWORD, "totp": "000000"});
    let unlock = json!({"password": PASSWORD});
    for (path, body) in [("/v1/sessions", login), ("/v1/sessions/current/unlock", unlock)] {
        let answer = office.vault.post(path, &office.sato.1, body).await;
        assert_eq!(answer.expect(503)["code"], "too-busy", "{path}");
    }
}
