//! The vault under test: opened from a copy of one that was founded, called through its router, dropped
//! and opened again where it is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use azekura::app::App;
use azekura::auth::Actor;
use azekura::auth::passwords::Profile;
use azekura::auth::tokens::Kind;
use azekura::cli::open;
use azekura::config::Config;
use azekura::service::{audit, intents};
use azekura_core::audit::SessionMark;
use azekura_core::audit::event::AccessEvent;
use azekura_core::crypto::keyring::Unlock;
use azekura_core::id::{SessionId, UserId};
use azekura_core::roster::Session;
use azekura_tests::vault::Files;
use http_body_util::BodyExt;
use secrecy::{ExposeSecret, SecretBox};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::rules::{HOUR, MINUTE};
use crate::lab::{CREDENTIAL, TestClock};

/// Shorter than a session stays open without an act, and than a factor is fresh.
const SESSION: i64 = 4 * MINUTE;

pub(super) struct Vault {
    pub(super) runtime: Runtime,
    pub(super) clock: Arc<TestClock>,
    pub(super) files: Files,
    running: Option<Running>,
    users: Vec<UserId>,
    sessions: Vec<Option<(i64, SessionId, String)>>,
}

/// What a crash takes with it.
struct Running {
    app: Arc<App>,
    router: Router,
    reads: JoinHandle<()>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) tag: Option<String>,
    pub(super) text: String,
    pub(super) value: Value,
}

impl Answer {
    pub(super) fn is_yes(&self) -> bool {
        self.status < 300
    }

    /// A field that must be text.
    pub(super) fn field(&self, name: &str) -> String {
        azekura_tests::site::text(&self.value, name)
    }
}

impl Vault {
    pub(super) fn open(files: Files, at: i64, users: &[String]) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(at)));
        let users: Vec<UserId> = users.iter().map(|user| user.parse().unwrap()).collect();
        let sessions = vec![None; users.len()];
        let mut vault = Self { runtime, clock, files, running: None, users, sessions };
        vault.start();
        vault
    }

    /// Ends the vault without a word.
    pub(super) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.reads.abort();
            self.runtime.block_on(running.reads).ok();
        }
    }

    /// Opens it where it is.
    pub(super) fn start(&mut self) {
        let config = Config {
            data_dir: self.files.state(),
            listen: ([127, 0, 0, 1], 0).into(),
            unlock_file: None,
            allow_root: true,
            passwords: Profile::default(),
            tls: None,
        };
        let unlock = Unlock::Credential(SecretBox::new(Box::new(CREDENTIAL)));
        let opened = self.runtime.block_on(open::open(&config, &unlock));
        let (mut app, queue) = opened.expect("the vault opens");
        Arc::get_mut(&mut app).expect("nothing runs yet").clock =
            Arc::<TestClock>::clone(&self.clock);
        let serving = intents::serve(Arc::clone(&app), queue, CancellationToken::new());
        let reads = self.runtime.spawn(serving);
        let router = azekura::http::router(Arc::clone(&app));
        self.running = Some(Running { app, router, reads });
    }

    pub(super) fn app(&self) -> Arc<App> {
        Arc::clone(&self.running.as_ref().expect("it runs").app)
    }

    pub(super) fn database(&self) -> std::path::PathBuf {
        Path::join(&self.files.state(), "vault.db")
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.0.load(Ordering::SeqCst)
    }

    pub(super) fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// What somebody who is signed in is answered.
    pub(super) fn ask(&mut self, who: usize, method: Method, path: &str, body: &Value) -> Answer {
        let token = self.token(who);
        self.call(&token, method, path, None, body)
    }

    pub(super) fn post(&mut self, who: usize, path: &str, body: &Value) -> Answer {
        self.ask(who, Method::POST, path, body)
    }

    pub(super) fn get(&mut self, who: usize, path: &str) -> Answer {
        self.ask(who, Method::GET, path, &Value::Null)
    }

    /// What whoever holds a token or key is answered.
    pub(super) fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        seen: Option<&str>,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {token}"));
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        let mut sent = Body::empty();
        if !body.is_null() {
            request = request.header("content-type", "application/json");
            sent = Body::from(body.to_string());
        }
        let router = self.running.as_ref().expect("it runs").router.clone();
        self.runtime.block_on(async {
            let response = router.oneshot(request.body(sent).unwrap()).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            let tag = parts.headers.get("etag").map(|tag| tag.to_str().unwrap().to_owned());
            let value = serde_json::from_slice(&bytes).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Answer { status: parts.status.as_u16(), tag, text, value }
        })
    }

    /// The token of somebody's session. There is one without a password hash: signing in has tests of
    /// its own, and an eighth of a second each time would leave none for the acts.
    pub(super) fn token(&mut self, who: usize) -> String {
        let now = self.now();
        if let Some((at, _, token)) = &self.sessions[who]
            && (0..SESSION).contains(&(now - at))
        {
            return token.clone();
        }
        let before = self.sessions[who].take().map(|(_, session, _)| session);
        let (session, token) =
            self.runtime.block_on(signed_in(&self.app(), self.users[who], before));
        self.sessions[who] = Some((now, session, token.clone()));
        token
    }

    /// The token that somebody signed out with: it is worth nothing any more.
    pub(super) fn sign_out(&mut self, who: usize) -> (String, Answer) {
        let token = self.token(who);
        let answer = self.call(&token, Method::DELETE, "/v1/sessions/current", None, &Value::Null);
        self.sessions[who] = None;
        (token, answer)
    }

    pub(super) fn user(&self, who: usize) -> String {
        self.users[who].to_string()
    }
}

async fn signed_in(app: &App, user: UserId, before: Option<SessionId>) -> (SessionId, String) {
    let actor = Actor::job("model");
    let mut journal = audit::begin_own(app, &actor, None).await.unwrap();
    if let Some(before) = before
        && let Some(kept) = journal.reading().find::<Session>(before).await.unwrap()
    {
        journal.remove(kept).await.unwrap();
    }
    let (at, id) = (journal.at(), app.new_id::<SessionId>());
    let (token, secret) = Kind::Session.mint(id.into(), &*app.rng);
    let mac = app.keys.ring().session.mac(user, at, &secret);
    let [a, b, c, d, ..] = mac;
    let session = Session {
        id,
        user,
        token_mac: data_encoding::HEXLOWER.encode(&mac),
        issued_at: at,
        active_at: at,
        expires_at: at.plus_millis(HOUR),
        factor_at: at,
    };
    journal.append(AccessEvent::SessionOpened { sess: SessionMark([a, b, c, d]), user }).unwrap();
    journal.insert(session.clone()).await.unwrap();
    journal.commit().await.unwrap();
    app.activity.touch(&session, &*app.clock);
    app.activity.gave_factor(&session, &*app.clock);
    (id, token.expose_secret().to_owned())
}
