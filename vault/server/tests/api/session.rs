//! Sessions: what opens them, what locks and ends them, and that no clock makes them longer.

use axum::http::Method;
use azekura::service::activity::Activity;
use azekura::service::log;
use azekura_core::id::UserId;
use azekura_core::roster::Session;
use serde_json::{Value, json};

use crate::common::{Answer, PASSWORD, TestVault, text};
use crate::story::Office;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const CURRENT: &str = "/v1/sessions/current";

/// Somebody with a session in a vault of their own.
struct Desk {
    vault: TestVault,
    id: String,
    seed: String,
    token: String,
}

impl Desk {
    async fn new() -> Self {
        let vault = TestVault::new().await;
        let (id, invitation) = vault.invited("sato").await;
        let (token, seed) = vault.enrol_with_seed(&invitation, "sato").await;
        Self { vault, id, seed, token }
    }

    async fn again(&mut self) {
        self.token = self.vault.sign_in("sato", &self.seed).await;
    }

    /// What the vault answers to an act of the user.
    async fn act(&self) -> Answer {
        self.vault.get("/v1/orgs", &self.token).await
    }

    async fn is(&self, status: u16, code: &str, why: &str) {
        let answer = self.act().await;
        assert_eq!(
            (answer.status.as_u16(), text(&answer.json()["code"])),
            (status, code.into()),
            "{why}"
        );
    }

    async fn unlock(&self) -> Answer {
        self.vault
            .post(&format!("{CURRENT}/unlock"), &self.token, json!({"password": PASSWORD}))
            .await
    }

    /// The row as another process would find it.
    fn row(&self) -> Session {
        let (authority, user) = (self.vault.app.authority(), self.id.parse::<UserId>().unwrap());
        let row = authority.sessions().find(|row| row.user == user).unwrap();
        (**row).clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_34_a_session_lasts_as_long_as_it_may_and_no_clock_makes_it_longer() {
    let mut desk = Desk::new().await;
    ends(&mut desk).await;
    locks(&mut desk).await;
    lives(&mut desk).await;
    jumps(&mut desk).await;
    restarts(&mut desk).await;
    roles().await;
}

/// Fixation, sign-out, another sign-in, another password.
async fn ends(desk: &mut Desk) {
    let planted = format!("azs1_{}_{}", "0".repeat(32), "00".repeat(32));
    for token in [planted.as_str(), "", "azs1_", "azd1_"] {
        desk.vault.get(CURRENT, token).await.expect(401);
    }
    let first = desk.token.clone();
    desk.again().await;
    assert_ne!(first, desk.token, "a sign-in makes its own token");
    desk.vault.get(CURRENT, &first).await.expect(401);
    desk.vault.call(Method::DELETE, CURRENT, &desk.token, &Value::Null).await.expect(204);
    desk.is(401, "unauthenticated", "signed out").await;
    desk.again().await;
    let body = json!({"password": PASSWORD, "new_password": "Betsu-no-Goku 77"});
    let path = format!("{CURRENT}/password");
    let changed = desk.vault.post(&path, &desk.token, body).await.expect(200);
    desk.is(401, "unauthenticated", "the password changed").await;
    desk.token = text(&changed["token"]);
    desk.is(200, "", "the session that the change gave").await;
    // Back to the password that the helpers know is not possible within a year: another user.
    *desk = Desk::new().await;
}

/// Five minutes without an act, polling, unlocking.
async fn locks(desk: &mut Desk) {
    for idle in [4 * MINUTE + 59_000, 5 * MINUTE] {
        desk.vault.clock.advance(idle);
        desk.is(200, "", "not idle for long enough").await;
    }
    for _ in 0..5 {
        desk.vault.clock.advance(MINUTE);
        desk.vault.get(CURRENT, &desk.token).await.expect(200);
        desk.vault.get("/v1/changes", &desk.token).await;
    }
    desk.vault.clock.advance(1_000);
    desk.is(401, "locked", "5:01, and polling is no act").await;
    assert_eq!(desk.vault.get(CURRENT, &desk.token).await.expect(200)["locked"], true);
    let locked = desk.token.clone();
    desk.token = text(&desk.unlock().await.expect(200)["token"]);
    desk.vault.get(CURRENT, &locked).await.expect(401);
    desk.is(200, "", "unlocked").await;
    desk.vault.clock.advance(30 * MINUTE);
    desk.token = text(&desk.unlock().await.expect(200)["token"]);
    desk.vault.clock.advance(30 * MINUTE + 1);
    desk.unlock().await.expect(401);
    desk.again().await;
}

/// Eight hours, four for an administrator, however busy.
async fn lives(desk: &mut Desk) {
    let administrator = desk.vault.sign_in("kanri.ichi0", &desk.vault.seeds[0]).await;
    desk.again().await;
    for minutes in (4..8 * 60).step_by(4) {
        desk.vault.clock.advance(4 * MINUTE);
        desk.is(200, "", "within eight hours").await;
        let status = desk.vault.get("/v1/users", &administrator).await.status;
        assert_eq!(status.is_success(), minutes < 4 * 60, "an administrator after {minutes}");
    }
    desk.vault.clock.advance(4 * MINUTE);
    desk.is(401, "unauthenticated", "after eight hours").await;
    log::touch_sessions(&desk.vault.app).await.unwrap();
    assert_eq!(
        desk.vault.app.authority().sessions().count(),
        0,
        "sessions that are over are removed"
    );
    desk.again().await;
}

/// The wall clock a day ahead, a day back.
async fn jumps(desk: &mut Desk) {
    desk.vault.clock.jump(DAY);
    desk.is(401, "unauthenticated", "a day ahead").await;
    desk.vault.clock.jump(-DAY);
    desk.is(200, "", "as it was").await;
    desk.vault.clock.jump(-DAY);
    desk.vault.clock.advance(5 * MINUTE + 1);
    desk.is(401, "locked", "a day back, and idle for five minutes").await;
    desk.vault.clock.jump(DAY);
    desk.token = text(&desk.unlock().await.expect(200)["token"]);
    desk.vault.clock.jump(-DAY);
    for _ in 0..8 * 60 / 4 {
        desk.vault.clock.advance(4 * MINUTE);
        desk.act().await;
    }
    desk.is(401, "unauthenticated", "a day back, and after eight hours").await;
    desk.vault.clock.jump(DAY);
    desk.again().await;
}

/// Another process knows the row alone.
async fn restarts(desk: &mut Desk) {
    desk.is(200, "", "an act that the row is to tell").await;
    log::touch_sessions(&desk.vault.app).await.unwrap();
    let (row, clock) = (desk.row(), &*desk.vault.clock);
    assert_eq!(row.active_at, desk.vault.app.clock.now());
    let (anew, later) = (Activity::default(), Activity::default());
    clock.restart();
    clock.advance(5 * MINUTE);
    assert!(anew.idle(&row, clock) <= Session::IDLE_MS && !anew.is_over(&row, clock));
    clock.advance(1);
    assert!(anew.idle(&row, clock) > Session::IDLE_MS);
    clock.jump(-DAY);
    assert!(later.idle(&row, clock) > Session::UNLOCK_MS && later.is_over(&row, clock));
    assert!(later.factor(&row, clock) > Session::SITTING_MS);
    clock.jump(DAY);
    desk.again().await;
}

/// What was taken away is gone at the next request.
async fn roles() {
    let office = Office::new().await;
    let url = office.url("/people");
    office.vault.get(&url, &office.sato.1).await.expect(200);
    let roster =
        office.vault.get(&office.url("/designations"), &office.manager.1).await.expect(200);
    let lines = roster["items"].as_array().unwrap().iter();
    for line in lines.filter(|line| line["user"] == office.sato.0.as_str()) {
        let path = office.url(&format!("/designations/{}/end", text(&line["id"])));
        let ended = office.vault.post(&path, &office.manager.1, Value::Null).await;
        assert!(ended.status.is_success(), "{}", ended.json());
    }
    office.vault.get(&url, &office.sato.1).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn granting_asks_for_a_code_of_the_last_five_minutes() {
    let mut desk = Desk::new().await;
    let vault = &desk.vault;
    vault.clock.advance(5 * MINUTE);
    let [first, second] = &vault.administrators;
    let new = json!({"display_name": "見本"});
    let change = vault.post("/v1/users", first, new.clone()).await.expect(202);
    vault.get("/v1/users", second).await.expect(200);
    vault.clock.advance(1);
    assert_eq!(vault.post("/v1/users", first, new).await.expect(403)["code"], "step-up-required");
    let approve = format!("/v1/changes/{}/approve", text(&change["id"]));
    let asked = vault.post(&approve, second, Value::Null).await.expect(403);
    assert_eq!(asked["code"], "step-up-required");

    let path = format!("{CURRENT}/step-up");
    vault.post(&path, second, json!({"totp": "000000"})).await.expect(401);
    let code = json!({"totp": vault.code(&vault.seeds[1])});
    let stepped = vault.post(&path, second, code.clone()).await.expect(200);
    vault.get("/v1/users", second).await.expect(401);
    let second = text(&stepped["token"]);
    vault.post(&path, &second, code).await.expect(401);
    vault.post(&approve, &second, Value::Null).await.expect(200);

    // The wall clock set back makes no factor fresh.
    vault.clock.advance(4 * MINUTE);
    vault.get("/v1/users", &second).await.expect(200);
    vault.clock.jump(-HOUR);
    vault.clock.advance(MINUTE + 1);
    let late = vault.post("/v1/users", &second, json!({"display_name": "見本"})).await;
    assert_eq!(late.expect(403)["code"], "step-up-required");
    desk.vault.clock.jump(HOUR);
    desk.again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_holds_for_a_sitting_of_checking() {
    let office = Office::new().await;
    let (sato, suzuki) = (&office.sato.1, &office.suzuki.1);
    let mut waiting = Vec::new();
    for n in 0..6 {
        let person = office.employee(&format!("E-{n}")).await;
        let change = office.post("/changes", sato, office.register(&person)).await;
        waiting.push(office.url(&format!("/changes/{}/check", text(&change["id"]))));
    }
    let check = async |at: usize| {
        let answer =
            office.vault.post(&waiting[at], suzuki, json!({"number": "123456789018"})).await;
        (answer.status.as_u16(), text(&answer.json()["code"]))
    };
    for at in 0..3 {
        office.vault.clock.advance(5 * MINUTE);
        assert_eq!(check(at).await.0, 200, "within fifteen minutes, without a pause");
    }
    office.vault.clock.advance(1);
    assert_eq!(check(3).await, (403, "step-up-required".into()), "after fifteen minutes");
}
