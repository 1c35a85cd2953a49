//! Sessions that their user ends.

use axum::http::Method;
use serde_json::Value;

use crate::common::TestVault;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_is_nobody() {
    let vault = TestVault::new().await;
    let token = &vault.administrators[0];
    vault.call(Method::DELETE, "/v1/sessions/current", token, &Value::Null).await.expect(204);
    assert_eq!(vault.get("/v1/users", token).await.expect(401)["code"], "unauthenticated");
}
