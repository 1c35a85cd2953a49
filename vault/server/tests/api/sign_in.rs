//! Guesses: how many are looked at, and who is locked out by them.

use axum::http::Method;
use azekura::service::attempts;
use azekura_core::audit::Entry;
use azekura_core::audit::event::{AccessEvent, Event};
use azekura_core::id::UserId;
use azekura_core::sign_in::{Attempts, Counter};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::{Answer, PASSWORD, TestVault, text};

const HOUR: i64 = 3_600_000;
const WRONG: &str = "Machigai-Goku 77";

/// Somebody who signs in: what they know and have.
struct Person {
    id: String,
    login: &'static str,
    seed: String,
    device: String,
}

/// A vault with a manager and a general user.
struct Site {
    vault: TestVault,
    manager: Person,
    sato: Person,
}

impl Site {
    async fn new() -> Self {
        let vault = TestVault::new().await;
        let (manager, token) = person(&vault, "tanaka").await;
        vault.organisation("架空商事", (&manager.id, &token)).await;
        let (sato, _) = person(&vault, "sato").await;
        vault.clock.advance(60_000);
        Self { vault, manager, sato }
    }

    async fn guess(&self, login: &str, password: &str, code: &str, device: &str) -> Answer {
        let mut body = json!({"login": login, "password": password, "totp": code});
        if !device.is_empty() {
            body["device"] = json!(device);
        }
        self.vault.post("/v1/sessions", "", body).await
    }

    /// Signs in with the right factors, from a device that is known or from anywhere.
    async fn sign_in(&self, person: &Person, device: &str) -> u16 {
        self.vault.clock.advance(30_000);
        let code = self.vault.code(&person.seed);
        self.guess(person.login, PASSWORD, &code, device).await.status.as_u16()
    }

    async fn counted(&self, person: &Person) -> Option<Attempts> {
        let user: UserId = person.id.parse().unwrap();
        let mut reading = self.vault.app.reading().await.unwrap();
        reading.find::<Attempts>(user).await.unwrap().map(azekura::store::Kept::into_value)
    }

    /// Every act in the log that is about sign-in.
    async fn acts(&self) -> Vec<AccessEvent> {
        let mut reading = self.vault.app.reading().await.unwrap();
        let lines = azekura::store::audit::entries(&mut reading, 0, u16::MAX).await.unwrap();
        let events = lines.iter().map(|line| Entry::from_leaf(&line.leaf).unwrap().event);
        let access = |event| if let Event::Access(event) = event { Some(event) } else { None };
        events.filter_map(access).collect()
    }
}

async fn person(vault: &TestVault, login: &'static str) -> (Person, String) {
    let (id, invitation) = vault.invited(login).await;
    let body = json!({"token": invitation, "login": login, "password": PASSWORD});
    let begun = vault.post("/v1/enrolments", "", body).await.expect(201);
    let seed = text(&begun["totp_secret"]);
    let path = format!("/v1/enrolments/{}/confirm", text(&begun["id"]));
    let opened = vault.post(&path, "", json!({"totp": vault.code(&seed)})).await.expect(201);
    let person = Person { id, login, seed, device: text(&opened["device"]) };
    (person, text(&opened["token"]))
}

/// So many of the same sign-in at once: how many opened a session, and how many were refused.
async fn at_once(vault: &TestVault, times: usize, body: &Value) -> [usize; 2] {
    let mut running = JoinSet::new();
    for _ in 0..times {
        running.spawn(vault.signing_in(body));
    }
    let answers = running.join_all().await;
    let [opened, refused] =
        [201, 401].map(|status| answers.iter().filter(|one| one.status == status).count());
    assert_eq!(opened + refused, times, "nothing but 201 and 401");
    [opened, refused]
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_33_guesses_at_one_time_get_no_more_than_the_limit() {
    let site = Site::new().await;
    let vault = &site.vault;
    for (person, limit, hours) in [(&site.manager, 3, 6), (&site.sato, 5, 1)] {
        // 20 at a time fit into the queue of hashes; ten times, 200 guesses.
        for _ in 0..10 {
            let guess = json!({"login": person.login, "password": WRONG, "totp": "000000"});
            assert_eq!(at_once(vault, 20, &guess).await, [0, 20]);
        }
        let looked_at = site.acts().await.into_iter().filter(|act| {
            matches!(act, AccessEvent::SessionAttempted { user } if user.to_string() == person.id)
        });
        assert_eq!(looked_at.count(), limit, "{}", person.login);
        assert_eq!(site.counted(person).await.unwrap().known, Counter::default());
        assert_eq!(site.sign_in(person, "").await, 401, "strangers and their kind are locked out");
        assert_eq!(site.sign_in(person, &person.device).await, 201, "the owner's device is not");
        vault.clock.advance(hours * HOUR - 120_000);
        assert_eq!(site.sign_in(person, "").await, 401, "the guesses while locked prolong nothing");
        vault.clock.advance(60_000);
        assert_eq!(site.sign_in(person, "").await, 201);
    }

    // One code, thirty times at once.
    vault.clock.advance(30_000);
    let code = vault.code(&site.sato.seed);
    let right =
        json!({"login": "sato", "password": PASSWORD, "totp": code, "device": site.sato.device});
    assert_eq!(at_once(vault, 30, &right).await[0], 1);

    // A locked manager is opened by two administrators.
    for _ in 0..3 {
        site.guess("tanaka", WRONG, "000000", "").await.expect(401);
    }
    assert_eq!(site.sign_in(&site.manager, "").await, 401);
    let first = vault.sign_in("kanri.ichi0", &vault.seeds[0]).await;
    let second = vault.sign_in("kanri.ichi1", &vault.seeds[1]).await;
    let path = format!("/v1/users/{}/unlock", site.manager.id);
    let change = vault.post(&path, &first, Value::Null).await.expect(202);
    let approve = format!("/v1/changes/{}/approve", text(&change["id"]));
    assert_eq!(vault.post(&approve, &first, Value::Null).await.expect(403)["code"], "same-person");
    assert_eq!(site.sign_in(&site.manager, "").await, 401);
    vault.post(&approve, &second, Value::Null).await.expect(200);
    assert_eq!(site.sign_in(&site.manager, "").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_locked_names_are_answered_alike() {
    let site = Site::new().await;
    let mut bodies = Vec::new();
    for login in ["sato", "daremo.inai"] {
        for _ in 0..7 {
            let answer = site.guess(login, WRONG, "000000", "").await;
            let mut body = answer.expect(401);
            body["request_id"] = Value::Null;
            bodies.push((body, answer.headers.len()));
        }
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    let acts = site.acts().await;
    let unknown = |act: &&AccessEvent| matches!(act, AccessEvent::SessionRefused { reason, user: None, .. } if reason == "unknown");
    assert_eq!(acts.iter().filter(unknown).count(), 5, "names that nobody has are locked too");
    attempts::note_locked(&site.vault.app).await.unwrap();
    let mut locked = Vec::new();
    for act in site.acts().await {
        if let AccessEvent::SessionRefused { count, reason, .. } = act
            && reason == "locked"
        {
            locked.push(count);
        }
    }
    assert_eq!(locked, [2, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_its_users_own_and_is_forgotten_when_they_say_so() {
    let site = Site::new().await;
    for _ in 0..5 {
        site.guess("sato", WRONG, "000000", &site.manager.device).await.expect(401);
    }
    assert_eq!(site.sign_in(&site.sato, "").await, 401, "another's device is a stranger's");
    site.vault.clock.advance(30_000);
    let code = site.vault.code(&site.sato.seed);
    let opened = site.guess("sato", PASSWORD, &code, &site.sato.device).await.expect(201);
    assert!(opened["device"].is_null(), "a device that is known is not made known again");
    let token = text(&opened["token"]);
    let path = "/v1/sessions/current/devices";
    site.vault.call(Method::DELETE, path, &token, &Value::Null).await.expect(204);
    assert_eq!(site.sign_in(&site.sato, &site.sato.device).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_their_own_account() {
    let site = Site::new().await;
    let vault = &site.vault;
    let own = vault.get("/v1/sessions/current", &vault.administrators[0]).await.expect(200);
    let path = format!("/v1/users/{}/unlock", text(&own["user"]["id"]));
    vault.post(&path, &vault.administrators[0], Value::Null).await.expect(403);
    let change = vault.post(&path, &vault.administrators[1], Value::Null).await.expect(202);
    let approve = format!("/v1/changes/{}/approve", text(&change["id"]));
    vault.post(&approve, &vault.administrators[0], Value::Null).await.expect(403);
}
