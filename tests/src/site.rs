//! The API at an address, and the people who sign in there.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};

use crate::process::wait_for;
use crate::tls::Trust;
use crate::{Answer, Caller};

/// An API under test.
#[derive(Clone)]
pub struct Site {
    nobody: Caller,
    now: Arc<dyn Fn() -> u64 + Send + Sync>,
    count: Arc<AtomicU32>,
}

/// Somebody who is signed in.
pub struct Member {
    /// `usr_…`
    pub user: String,
    /// The name they sign in with.
    pub login: String,
    /// Their password.
    pub password: String,
    /// The seed of their one-time codes, base32.
    pub seed: String,
    /// Their session.
    pub caller: Caller,
}

impl Site {
    /// The API at `address`, whose clock is the machine's.
    pub fn new(address: SocketAddr) -> Self {
        Self::with_clock(address, machine_seconds)
    }

    /// The API at `address`, whose clock says `now` in seconds since 1970.
    pub fn with_clock(address: SocketAddr, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let nobody = Caller::anonymous(address);
        Self { nobody, now: Arc::new(now), count: Arc::default() }
    }

    /// The same, over TLS.
    #[must_use]
    pub fn trusting(mut self, trust: Trust) -> Self {
        self.nobody.trust = Some(trust);
        self
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Caller {
        self.nobody.clone()
    }

    /// The program that holds `key`.
    pub fn program(&self, key: &str) -> Caller {
        Caller { token: Some(key.to_owned()), ..self.anonymous() }
    }

    /// A number that no call before gave, to make names and keys differ.
    pub fn next(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The calendar day in Tokyo, some days from now.
    pub fn day(&self, days: i64) -> String {
        let seconds = i64::try_from((self.now)()).expect("a time of this era") + 9 * 3_600;
        civil(seconds.div_euclid(86_400) + days)
    }

    /// The year in Tokyo.
    pub fn year(&self) -> i64 {
        self.day(0).get(..4).and_then(|year| year.parse().ok()).expect("a day begins with its year")
    }

    /// The one-time code of now, or of so many steps of 30 seconds away.
    pub fn code(&self, seed: &str, steps: i64) -> String {
        let seed = BASE32_NOPAD.decode(seed.as_bytes()).expect("base32");
        let totp = totp_rs::Builder::new().with_secret(seed).build_noncompliant();
        let at = (self.now)().saturating_add_signed(steps * 30);
        totp.generate(at).to_string()
    }

    /// Somebody who made their credentials with a one-time token, and by that signed in.
    pub fn enrol(&self, token: &str, login: &str) -> Member {
        self.enrol_with(token, login, 0)
    }

    /// The same with the code of the step before: that of now is left for a sign-in.
    pub fn enrol_early(&self, token: &str, login: &str) -> Member {
        wait_for("a step that has time left", || ((self.now)() % 30 < 20).then_some(()));
        self.enrol_with(token, login, -1)
    }

    fn enrol_with(&self, token: &str, login: &str, steps: i64) -> Member {
        let nobody = self.anonymous();
        let password = format!("Kakuu-no-Goku {:04} aikotoba!", self.next());
        let begun = nobody
            .post("/v1/enrolments", &json!({"token": token, "login": login, "password": password}))
            .ok(201);
        let seed = text(&begun, "totp_secret");
        let path = format!("/v1/enrolments/{}/confirm", text(&begun, "id"));
        let session = nobody.post(&path, &json!({"totp": self.code(&seed, steps)})).ok(201);
        Member {
            user: text(&session["user"], "id"),
            login: login.to_owned(),
            password,
            seed,
            caller: self.program(&text(&session, "token")),
        }
    }

    /// A new user: one administrator proposes, the other approves.
    pub fn invite(&self, [first, second]: [&Member; 2], display_name: &str) -> Member {
        let count = self.next();
        let new = json!({"display_name": display_name, "staff_ref": format!("S-{count}")});
        let change = first.post("/v1/users", &new).ok(202);
        let path = format!("/v1/changes/{}/approve", text(&change, "id"));
        let approval = second.post(&path, &Value::Null).ok(200);
        let token = text(&approval, "enrolment_token");
        self.enrol(&token, &format!("shiken.{count}"))
    }

    /// Signs `member` in with the code so many steps from now; every code works once.
    pub fn sign_in(&self, member: &Member, steps: i64) -> Answer {
        self.anonymous().post(
            "/v1/sessions",
            &json!({
                "login": member.login,
                "password": member.password,
                "totp": self.code(&member.seed, steps),
            }),
        )
    }
}

impl Deref for Member {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// Every path that `GET` answers, with its placeholders, from the vault's own OpenAPI document.
pub fn get_paths(site: &Site) -> Vec<String> {
    let document = site.anonymous().get("/openapi.json").ok(200);
    let paths = document["paths"].as_object().expect("an OpenAPI document has paths");
    let gets = paths.iter().filter(|(_, methods)| methods["get"].is_object());
    gets.map(|(path, _)| path.clone()).collect()
}

/// A field that must be text.
pub fn text(value: &Value, field: &str) -> String {
    let found = value[field].as_str();
    found.map_or_else(|| unreachable!("no {field} in {value}"), str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "the server under test keeps the machine's time too")]
fn machine_seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("the clock is set").as_secs()
}

/// The day that is `days` after 1 January 1970.
///
/// Source: the algorithm `civil_from_days`, with years that begin in March.
fn civil(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[test]
fn days_are_those_of_the_calendar() {
    for (days, day) in [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_778, "2026-11-21")] {
        assert_eq!(civil(days), day);
    }
}
