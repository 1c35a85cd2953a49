//! Recovery codes: what one is good for, and how often.

use serde_json::{Value, json};

use crate::clients::together;
use crate::common::{Answer, PASSWORD, TestVault, text};
use crate::story::Office;

const DAY: i64 = 86_400_000;

/// New codes of whoever is signed in with `token`.
async fn renewed(vault: &TestVault, token: &str) -> Vec<String> {
    let path = "/v1/sessions/current/recovery-codes";
    let made = vault.post(path, token, Value::Null).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    made.expect(200)["codes"].as_array().unwrap().iter().map(text).collect()
}

async fn recover(vault: &TestVault, login: &str, password: &str, code: &str) -> Answer {
    let shown = json!({"login": login, "password": password, "code": code});
    vault.post("/v1/enrolments/recovery", "", shown).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_makes_new_credentials_and_numbers_wait_until_somebody_met_their_owner() {
    let office = Office::new().await;
    let (vault, sato) = (&office.vault, &office.sato.1);
    let person = office.numbered("E-0001").await;
    let codes = renewed(vault, sato).await;
    assert_eq!(codes.len(), 10);

    let recovered = recover(vault, "sato", PASSWORD, &codes[3].to_lowercase()).await.expect(201);
    vault.get("/v1/sessions/current", sato).await.expect(401);
    let token = text(&recovered["enrolment_token"]);
    let refused = vault.get(&office.url("/people"), &token).await;
    assert_eq!(refused.expect(401)["code"], "unauthenticated", "it is no session");
    let again = recover(vault, "sato", PASSWORD, &codes[4]).await;
    again.expect(401);

    let (session, _) = vault.enrol_with_seed(&token, "sato").await;
    let ask = json!({"purpose": "withholding_slip", "period": office.year(), "reference": "試験",
        "people": [person]});
    let read = async || vault.post(&office.url("/reads"), &session, ask.clone()).await;
    assert_eq!(read().await.expect(403)["code"], "reset-unconfirmed");
    let resets = vault.get(&office.url("/resets"), &office.manager.1).await.expect(200);
    let reset = &resets["items"][0];
    assert_eq!((&reset["cause"], &reset["proposed_by"]), (&json!("recovery_code"), &Value::Null));
    let path = format!("/resets/{}/confirm", text(&reset["id"]));
    office.post(&path, &office.manager.1, Value::Null).await;
    assert_eq!(read().await.expect(403)["code"], "reset-unconfirmed", "not within a day");

    vault.clock.advance(DAY);
    for code in &codes {
        recover(vault, "sato", PASSWORD, code).await.expect(401);
        vault.clock.advance(DAY);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_shows_ten_codes_and_new_ones_replace_them() {
    let vault = TestVault::new().await;
    let (_, invitation) = vault.invited("hanako").await;
    let body = json!({"token": invitation, "login": "mihon.hanako", "password": PASSWORD});
    let begun = vault.post("/v1/enrolments", "", body).await.expect(201);
    assert!(begun.get("recovery_codes").is_none());
    let path = format!("/v1/enrolments/{}/confirm", text(&begun["id"]));
    let code = json!({"totp": vault.code(&text(&begun["totp_secret"]))});
    let session = vault.post(&path, "", code).await.expect(201);
    let first: Vec<String> =
        session["recovery_codes"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(first.len(), 10);
    let token = text(&session["token"]);
    let second = renewed(&vault, &token).await;
    recover(&vault, "mihon.hanako", PASSWORD, &first[0]).await.expect(401);
    recover(&vault, "mihon.hanako", PASSWORD, &second[0]).await.expect(201);

    let other = &vault.administrators[0];
    vault.clock.advance(4 * 60_000);
    vault.get("/v1/users", other).await.expect(200);
    vault.clock.advance(4 * 60_000);
    let late = vault.post("/v1/sessions/current/recovery-codes", other, Value::Null).await;
    assert_eq!(late.expect(403)["code"], "step-up-required");
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_who_show_one_code_at_once_get_one_token() {
    let vault = TestVault::new().await;
    let codes = renewed(&vault, &vault.administrators[0]).await;
    let shown = (0..30).map(|_| recover(&vault, "kanri.ichi0", PASSWORD, &codes[0]));
    let answers = together(shown).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.as_u16() == 201).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_counted_with_those_at_signing_in() {
    let office = Office::new().await;
    let (vault, sato) = (&office.vault, &office.sato.1);
    let codes = renewed(vault, sato).await;
    let wrong = codes[0].replace(char::is_alphabetic, "A");
    for (password, code) in [("Machigai-Shiken-2026", &codes[0]), (PASSWORD, &wrong)].repeat(2) {
        assert_eq!(
            recover(vault, "sato", password, code).await.expect(401)["code"],
            "sign-in-failed"
        );
    }
    recover(vault, "daremo", PASSWORD, &codes[0]).await.expect(401);
    recover(vault, "sato", "Machigai-Shiken-2026", &codes[0]).await.expect(401);
    recover(vault, "sato", PASSWORD, &codes[0]).await.expect(401);
    vault.clock.advance(DAY / 24 + 1);
    recover(vault, "sato", PASSWORD, &codes[0]).await.expect(201);
}
