//! Programs that sign for a token instead of sending a secret.

use axum::body::Body;
use axum::http::Request;
use azekura_core::crypto::signing::Signer;
use azekura_tests::statement;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::clients::{OFFICE, Payroll, released, together};
use crate::common::{Answer, text};

const MINUTE_MS: i64 = 60_000;

/// A program whose owner brought the public half of a key.
pub(crate) struct Signing {
    pub(crate) payroll: Payroll,
    kid: String,
    vault: String,
}

impl Signing {
    pub(crate) async fn new() -> Self {
        let payroll = Payroll::with(&json!({})).await;
        let kid = newest(&bring(&payroll, 5, &json!({})).await.expect(200));
        let vault = text(&payroll.seen(&payroll.id).await.expect(200)["audience"]);
        Self { payroll, kid, vault }
    }

    /// A statement that differs from a good one in the fields of `but`.
    fn statement(&self, seed: u8, jti: &str, but: &Value) -> String {
        let now = self.payroll.office.vault.app.clock.now().as_millis() / 1_000;
        let id = &self.payroll.id;
        let mut claims = json!({"iss": id, "sub": id, "aud": self.vault, "exp": now + 240,
            "iat": now, "jti": jti});
        for (field, value) in but.as_object().into_iter().flatten() {
            claims[field] = value.clone();
        }
        let key = Signer::from_seed([seed; 32]);
        statement::signed(&self.kid, &claims, |bytes| key.sign(bytes))
    }

    async fn ask(&self, statement: &str) -> Answer {
        self.send(&statement::form(statement), "application/x-www-form-urlencoded").await
    }

    async fn send(&self, body: &str, kind: &str) -> Answer {
        let request = Request::post("/v1/oauth/token").header("content-type", kind);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.payroll.office.vault.send(request).await
    }

    pub(crate) async fn token(&self, jti: &str) -> String {
        let given = self.ask(&self.statement(5, jti, &json!({}))).await;
        assert_eq!(given.headers["cache-control"], "no-store");
        let given = given.expect(200);
        assert_eq!((&given["token_type"], &given["expires_in"]), (&json!("Bearer"), &json!(600)));
        text(&given["access_token"])
    }

    async fn reads(&self, bearer: &str) -> Answer {
        self.payroll.read(bearer, OFFICE, &json!({})).await
    }
}

/// The owner brings the public half of the key with this seed.
async fn bring(payroll: &Payroll, seed: u8, but: &Value) -> Answer {
    let public = Signer::from_seed([seed; 32]).public_key();
    let x = BASE64URL_NOPAD.encode(&public);
    let mut body = json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}});
    for (field, value) in but.as_object().into_iter().flatten() {
        body[field] = value.clone();
    }
    let path = payroll.office.url(&format!("/clients/{}/public-keys", payroll.id));
    payroll.office.vault.post(&path, &payroll.office.sato.1, body).await
}

fn newest(client: &Value) -> String {
    let key = client["keys"].as_array().unwrap().last().unwrap();
    assert_eq!(key["kind"], "public");
    text(&key["id"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_signs_gets_a_token_for_ten_minutes() {
    let signing = Signing::new().await;
    let token = signing.token("試験-1").await;
    assert_eq!(released(&signing.reads(&token).await), 1);
    let clock = &signing.payroll.office.vault.clock;
    clock.advance(10 * MINUTE_MS - 1);
    assert_eq!(released(&signing.reads(&token).await), 1);
    clock.advance(1);
    signing.reads(&token).await.expect(401);
    let log = signing.payroll.log().await;
    assert_eq!(log.matches(r#""act":"client.proved""#).count(), 1);
    assert!(!log.contains(&token) && !log.contains("azt1_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_good_once_also_in_parallel() {
    let signing = Signing::new().await;
    let statement = signing.statement(5, "試験-1", &json!({}));
    let mut given = 0;
    for answer in together((0..30).map(|_| signing.ask(&statement))).await {
        if answer.status == 200 {
            given += 1;
        } else {
            assert_eq!(answer.expect(401)["error"], "invalid_client");
        }
    }
    assert_eq!(given, 1);
    signing.token("試験-2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_proves_nothing_gets_nothing_and_leaves_no_line() {
    let signing = Signing::new().await;
    let now = signing.payroll.office.vault.app.clock.now().as_millis() / 1_000;
    let key = &signing.payroll.key;
    for (seed, but) in [
        (6, json!({})),
        (5, json!({"aud": "https://vault.example"})),
        (5, json!({"iss": "cli_00000000000070008000000000000001"})),
        (5, json!({"exp": now - 1})),
        (5, json!({"exp": now + 3_600})),
    ] {
        let refused = signing.ask(&signing.statement(seed, "試験", &but)).await.expect(401);
        assert_eq!(
            (&refused["error"], &refused["code"]),
            (&json!("invalid_client"), &json!("unauthenticated"))
        );
    }
    for junk in ["", "a.b.c", key.as_str()] {
        signing.ask(junk).await.expect(401);
    }
    assert!(!signing.payroll.log().await.contains("client.proved"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_key_and_with_its_program() {
    let signing = Signing::new().await;
    let first = signing.token("試験-1").await;
    bring(&signing.payroll, 7, &json!({})).await.expect(200);
    signing.reads(&first).await.expect(401);
    signing.ask(&signing.statement(5, "試験-2", &json!({}))).await.expect(401);

    let kid = newest(&bring(&signing.payroll, 5, &json!({})).await.expect(200));
    let signing = Signing { kid, ..signing };
    let second = signing.token("試験-3").await;
    let office = &signing.payroll.office;
    let stop = office.url(&format!("/clients/{}/stop", signing.payroll.id));
    office.vault.post(&stop, &office.sato.1, Value::Null).await.expect(200);
    assert_eq!(signing.reads(&second).await.expect(403)["code"], "client-stopped");
    let refused = signing.ask(&signing.statement(5, "試験-4", &json!({}))).await.expect(403);
    assert_eq!(refused["error"], "unauthorized_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_brings_a_key_and_only_a_public_ed25519_one() {
    let payroll = Payroll::with(&json!({})).await;
    for (jwk, pointer) in [
        (json!({"kty": "RSA", "crv": "Ed25519", "x": "AAAA"}), "/jwk"),
        (json!({"kty": "OKP", "crv": "X25519", "x": "AAAA"}), "/jwk"),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}), "/jwk/x"),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64URL_NOPAD.encode(&[0; 32])}), "/jwk/x"),
    ] {
        let refused = bring(&payroll, 5, &json!({"jwk": jwk})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let private = json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": "見本"}});
    let refused = bring(&payroll, 5, &private).await.expect(422);
    assert!(!refused.to_string().contains("見本"));
    let far = payroll.office.vault.app.clock.now().plus_millis(31 * 24 * 60 * MINUTE_MS);
    bring(&payroll, 5, &json!({"old_until": far.to_string()})).await.expect(422);
    let office = &payroll.office;
    let path = office.url(&format!("/clients/{}/public-keys", payroll.id));
    let body = json!({"jwk": {"kty": "OKP", "crv": "Ed25519",
        "x": BASE64URL_NOPAD.encode(&Signer::from_seed([5; 32]).public_key())}});
    office.vault.post(&path, &office.manager.1, body).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_endpoint_takes_one_form_and_says_what_it_misses() {
    let signing = Signing::new().await;
    let form = "application/x-www-form-urlencoded";
    for (body, kind, status) in [
        ("{}", "application/json", 415),
        ("grant_type=client_credentials", form, 400),
        ("%", form, 400),
        ("grant_type=password&client_assertion_type=x&client_assertion=y", form, 422),
    ] {
        let refused = signing.send(body, kind).await.expect(status);
        assert_eq!(refused["error"], "invalid_request", "{body}");
    }
}
