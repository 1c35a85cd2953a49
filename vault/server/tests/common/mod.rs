//! A vault in this process: on `SQLite` in a temporary folder, called through its router, with a
//! clock that moves when the test says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use azekura::app::App;
use azekura::cli::setup::{self, Secret};
use azekura::http;
use azekura::service::intents;
use azekura_core::random::Rng;
use azekura_core::time::{Clock, Timestamp};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use zeroize::Zeroizing;

/// A password that every test user has.
pub(crate) const PASSWORD: &str = "Kakuu-Shiken-2026";

/// A clock that stands still until it is moved.
pub(crate) struct TestClock {
    wall: AtomicI64,
    steady: AtomicI64,
}

impl TestClock {
    /// Moves on by so many milliseconds.
    pub(crate) fn advance(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.steady.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock on (or back) by so many milliseconds, as somebody may who is not the vault.
    pub(crate) fn jump(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }

    /// Begins the steady clock anew, as a restarted process does.
    pub(crate) fn restart(&self) {
        self.steady.store(0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.steady.load(Ordering::SeqCst).unsigned_abs())
    }
}

/// The same bytes in every run: a counter through a mixing function.
struct SeededRng(AtomicU64);

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (word ^ (word >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// A vault for one test.
pub(crate) struct TestVault {
    /// The vault.
    pub(crate) app: Arc<App>,
    /// Its clock.
    pub(crate) clock: Arc<TestClock>,
    /// Its two administrators, signed in.
    pub(crate) administrators: [String; 2],
    /// The seeds of their one-time codes; their logins are `kanri.ichi0` and `kanri.ichi1`.
    pub(crate) seeds: [String; 2],
    router: Router,
    _jobs: JoinSet<()>,
    _folder: TempDir,
}

/// An answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its bytes.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body, if the status is `status`.
    pub(crate) fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        self.json()
    }
}

impl TestVault {
    /// A vault as `demo` makes one, with two administrators.
    pub(crate) async fn new() -> Self {
        Self::made(true).await
    }

    /// A vault with grace before a deletion.
    pub(crate) async fn production() -> Self {
        Self::made(false).await
    }

    async fn made(demo: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let dir: PathBuf = folder.path().join("vault");
        let secret = Secret::Credential(Zeroizing::new([7; 32]));
        let mut founded = setup::found(&dir, secret, demo).await.unwrap();
        let wall = AtomicI64::new(founded.app.clock.now().as_millis());
        let clock = Arc::new(TestClock { wall, steady: AtomicI64::new(1_000) });
        let app = Arc::get_mut(&mut founded.app).expect("nothing runs yet");
        app.clock = Arc::<TestClock>::clone(&clock);
        app.rng = Arc::new(SeededRng(AtomicU64::new(1)));
        app.beat = Duration::ZERO;
        let app = founded.app;
        let mut jobs = JoinSet::new();
        jobs.spawn(intents::serve(Arc::clone(&app), founded.queue, CancellationToken::new()));
        let router = http::router(Arc::clone(&app));
        let administrators = [String::new(), String::new()];
        let seeds = [String::new(), String::new()];
        let mut vault =
            Self { app, clock, administrators, seeds, router, _jobs: jobs, _folder: folder };
        for (at, token) in founded.tokens.iter().enumerate() {
            let login = format!("kanri.ichi{at}");
            (vault.administrators[at], vault.seeds[at]) =
                vault.enrol_with_seed(token.expose_secret(), &login).await;
        }
        vault
    }

    /// What the vault answers to any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        answered(self.router.clone(), request).await
    }

    /// What it answers to a call with a JSON body, or with none if `body` is null.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    /// The same as a task of its own: what it answers to a sign-in among others at the same time.
    pub(crate) fn signing_in(&self, body: &Value) -> impl Future<Output = Answer> + Send + use<> {
        let request = Request::post("/v1/sessions")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        let (router, request) = (self.router.clone(), request.unwrap());
        async move { answered(router, request).await }
    }

    /// Signs somebody in with the right factors, half a minute later: the session's token.
    pub(crate) async fn sign_in(&self, login: &str, seed: &str) -> String {
        self.clock.advance(30_000);
        self.open_session(login, seed).await
    }

    /// The same, now.
    pub(crate) async fn open_session(&self, login: &str, seed: &str) -> String {
        let body = json!({"login": login, "password": PASSWORD, "totp": self.code(seed)});
        text(&self.post("/v1/sessions", "", body).await.expect(201)["token"])
    }

    /// What it answers to `GET`.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, &Value::Null).await
    }

    /// What it answers to `POST`.
    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, token, &body).await
    }

    /// Makes credentials with a one-time token; the session's token.
    pub(crate) async fn enrol(&self, token: &str, login: &str) -> String {
        self.enrol_with_seed(token, login).await.0
    }

    /// The same, with the seed of the one-time codes.
    pub(crate) async fn enrol_with_seed(&self, token: &str, login: &str) -> (String, String) {
        let body = json!({"token": token, "login": login, "password": PASSWORD});
        let begun = self.post("/v1/enrolments", "", body).await.expect(201);
        let code = self.code(begun["totp_secret"].as_str().unwrap());
        let path = format!("/v1/enrolments/{}/confirm", begun["id"].as_str().unwrap());
        let session = self.post(&path, "", json!({"totp": code})).await.expect(201);
        (text(&session["token"]), text(&begun["totp_secret"]))
    }

    /// A new user, signed in: their id and the session's token.
    pub(crate) async fn user(&self, login: &str) -> (String, String) {
        let (id, invitation) = self.invited(login).await;
        let token = self.enrol(&invitation, login).await;
        (id, token)
    }

    /// A new user without credentials: their id and their one-time token.
    pub(crate) async fn invited(&self, name: &str) -> (String, String) {
        let [first, second] = &self.administrators;
        let body = json!({"display_name": format!("見本 {name}")});
        let change = self.post("/v1/users", first, body).await.expect(202);
        let path = format!("/v1/changes/{}/approve", text(&change["id"]));
        let approval = self.post(&path, second, Value::Null).await.expect(200);
        (text(&change["content"]["user"]), text(&approval["enrolment_token"]))
    }

    /// An organisation whose manager is `manager` (id and token): its id.
    pub(crate) async fn organisation(&self, name: &str, manager: (&str, &str)) -> String {
        let [first, second] = &self.administrators;
        let body = json!({"name": name, "profile": "standard", "manager": manager.0});
        let change = self.post("/v1/orgs", first, body).await.expect(202);
        let path = format!("/v1/changes/{}/approve", text(&change["id"]));
        self.post(&path, second, Value::Null).await.expect(200);
        let orgs = self.get("/v1/orgs", first).await.expect(200);
        let named = |org: &&Value| org["name"] == name;
        let org = text(&orgs["items"].as_array().unwrap().iter().find(named).unwrap()["id"]);
        let queue = self.get(&format!("/v1/orgs/{org}/changes"), first).await.expect(200);
        let role = text(&queue["items"][0]["content"]["id"]);
        let path = format!("/v1/orgs/{org}/appointments/{role}/accept");
        self.post(&path, manager.1, Value::Null).await.expect(200);
        org
    }

    /// Designates and trains a handler.
    pub(crate) async fn handler(&self, org: &str, manager: &str, user: (&str, &str), may: &[&str]) {
        let today = self.app.clock.now().tokyo_date().to_string();
        let line = json!({"user": user.0, "capabilities": may, "purposes": ["withholding"],
            "kinds": ["employee", "dependant"], "from": today});
        let path = format!("/v1/orgs/{org}/designations");
        let change = self.post(&path, manager, line).await.expect(202);
        let path = format!("{path}/{}/accept", text(&change["content"]["id"]));
        self.post(&path, user.1, json!({"pledge": 1})).await.expect(200);
        let training = json!({"user": user.0, "on": today, "subject": "試験"});
        let path = format!("/v1/orgs/{org}/training");
        let written = self.post(&path, manager, training).await.expect(201);
        let path = format!("{path}/{}/confirm", text(&written["id"]));
        self.post(&path, user.1, Value::Null).await.expect(200);
    }

    /// The one-time code of this moment.
    pub(crate) fn code(&self, secret: &str) -> String {
        let seed = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let totp = totp_rs::Builder::new().with_secret(seed).build_noncompliant();
        let seconds = self.app.clock.now().as_millis() / 1000;
        totp.generate(u64::try_from(seconds).unwrap()).to_string()
    }
}

async fn answered(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// A JSON string as it is.
pub(crate) fn text(value: &Value) -> String {
    String::from(value.as_str().unwrap_or_default())
}
