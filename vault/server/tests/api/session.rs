//! Sessions over time.

use axum::http::Method;
use serde_json::{Value, json};

use crate::common::{PASSWORD, TestVault};

#[tokio::test(flavor = "multi_thread")]
async fn five_idle_minutes_lock_a_session_and_the_password_opens_it() {
    let vault = TestVault::new().await;
    let token = &vault.administrators[0];
    vault.clock.advance(5 * 60 * 1000 + 1);
    assert_eq!(vault.get("/v1/users", token).await.expect(401)["code"], "locked");
    let seen = vault.get("/v1/sessions/current", token).await.expect(200);
    assert_eq!(seen["locked"], true);
    let unlock = "/v1/sessions/current/unlock";
    let wrong = vault.post(unlock, token, json!({"password": "Chigau-Shiken-2026"})).await;
    assert_eq!(wrong.expect(401)["code"], "sign-in-failed");
    let right = vault.post(unlock, token, json!({"password": PASSWORD})).await;
    assert_eq!(right.expect(200)["locked"], false);
    vault.get("/v1/users", token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_is_nobody() {
    let vault = TestVault::new().await;
    let token = &vault.administrators[0];
    vault.call(Method::DELETE, "/v1/sessions/current", token, &Value::Null).await.expect(204);
    assert_eq!(vault.get("/v1/users", token).await.expect(401)["code"], "unauthenticated");
}
