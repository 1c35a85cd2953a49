//! Rows that the vault never wrote, planted by somebody who has all of its code and none of its keys.

use azekura_core::crypto::passphrase::{Cost, Workspace, hash_password};
use azekura_core::crypto::row::{RowInput, Table as Sealed};
use azekura_core::crypto::{PasswordPepper, RowKey};
use azekura_tests::{Answer, sqlite};
use data_encoding::HEXUPPER;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::scene::{Opened, Person, SCENE};
use crate::lab::Lab;

const PASSWORD: &str = "Soto-no-Hito 0001 aikotoba!";

/// What is planted, where it is named, and what it was for.
struct Plant {
    what: &'static str,
    edit: String,
    named: &'static str,
    attempt: fn(&Opened) -> Answer,
}

#[test]
fn a_planted_row_gives_no_right_and_is_named_whether_the_vault_runs_or_not() {
    for Plant { what, edit, named, attempt } in identities().into_iter().chain(rights()) {
        let stopped = Opened::of(&SCENE.after, &edit).unwrap();
        refused(&stopped, attempt, what);
        assert!(stopped.named().iter().any(|name| name == named), "{what}: {:?}", stopped.named());
        assert!(stopped.logged().iter().any(|name| name == named), "{what} is not in the log");

        let running = Opened::of(&SCENE.after, "").unwrap();
        assert!(running.logged().is_empty());
        sqlite::run(&running.database(), &edit);
        refused(&running, attempt, what);
        assert!(running.logged().iter().any(|name| name == named), "{what} is not in the log");
    }
}

#[test]
fn a_quota_counter_taken_away_is_not_a_new_quota() {
    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(&running.database(), "delete from client_use");
    let answer = spent_reads(&running);
    assert!(answer.status >= 400, "{}", answer.text());
    assert!(running.logged().iter().any(|name| name == "quota counter"));
}

#[test]
fn a_session_whose_row_is_hidden_ends_all_the_same_and_is_named() {
    let lab = Lab::new();
    let member = &lab.administrators[0];
    let of = format!("where user_id = X'{}'", uuid_of(&member.user));
    let mut open = member.caller.clone();
    for edit in [
        format!("delete from session {of}"),
        format!("update session set user_id = zeroblob(16) {of}"),
        format!("update session set sealed = zeroblob(80) {of}"),
    ] {
        let database = lab.files.state().join("vault.db");
        sqlite::run(&database, &format!("pragma foreign_keys = off; {edit}"));
        lab.pass(1);
        open.get("/v1/sessions/current").ok(200);
        let next = lab.signed_in(member);
        assert_eq!(open.get("/v1/sessions/current").status, 401, "{edit}");
        assert!(lab.changed_outside().is_empty(), "what was hidden is gone: {edit}");
        open = next;
    }
    let named = |entry: &&Value| entry["act"] == "integrity.failure";
    assert_eq!(lab.entries().iter().filter(named).count(), 3);
}

#[test]
fn a_changed_person_stops_reads_of_that_person_and_after_a_start_of_everyone() {
    let [first, second] = [0, 1].map(|at| &SCENE.people[at].0);
    let edit = format!(
        "update person set grounds = zeroblob(octet_length(grounds)) where id = X'{}';",
        uuid_of(first)
    );
    let read = |opened: &Opened, person: &str| {
        let sato = opened.caller(&SCENE.sato.token);
        sato.post(&SCENE.path("reads"), &opened.asking(person))
    };
    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(&running.database(), &edit);
    read(&running, first).refused(503, "changed-outside");
    read(&running, second).ok(200);
    assert_eq!(running.logged(), ["person"]);

    let stopped = Opened::of(&SCENE.after, &edit).unwrap();
    assert_eq!(stopped.named(), ["person"]);
    for person in [first, second] {
        read(&stopped, person).refused(503, "changed-outside");
    }
}

#[test]
fn a_table_of_new_credentials_that_may_lack_somebody_holds_everyone() {
    let edit = "insert into credential_reset (id, sealed) values (randomblob(16), zeroblob(80));";
    let read = |opened: &Opened| {
        let sato = opened.caller(&SCENE.sato.token);
        sato.post(&SCENE.path("reads"), &opened.asking(&SCENE.people[1].0))
    };
    let stopped = Opened::of(&SCENE.after, edit).unwrap();
    read(&stopped).refused(403, "reset-unconfirmed");
    assert_eq!(stopped.named(), ["reset"]);

    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(&running.database(), edit);
    read(&running).ok(200);
    assert_eq!(running.logged(), ["reset"]);
}

#[test]
fn an_offer_taken_away_does_not_hide_who_was_appointed_today() {
    let lab = Lab::new();
    let office = lab.office();
    let sato = office.handler("架空 佐藤");
    let notice = json!({"bundles": ["withholding"], "texts": {"employee": "見本"},
        "channel": "paper", "from": lab.site.day(0)});
    let change = office.manager.post(&office.path("notices"), &notice).ok(202);
    let approve = office.path(&format!("changes/{}/approve", change["id"].as_str().unwrap()));
    sato.post(&approve, &Value::Null).refused(403, "recent-grant");
    let database = lab.files.state().join("vault.db");
    sqlite::run(&database, "delete from change where kind = 'designation'");
    sato.post(&approve, &Value::Null).refused(503, "changed-outside");
}

#[test]
fn an_answer_planted_under_a_key_is_not_given() {
    let running = Opened::of(&SCENE.after, "").unwrap();
    let plant = "update idempotency set body = cast('{\"id\":\"soto\"}' as blob), status = 201;";
    sqlite::run(&running.database(), plant);
    let sato = running.caller(&SCENE.sato.token);
    let again = sato.json(
        "POST",
        &SCENE.path("people"),
        &[("Idempotency-Key", "mihon-1")],
        &json!({"external_ref": "X"}),
    );
    assert!(again.status >= 400 && !again.text().contains("soto"), "{}", again.text());
    assert!(running.logged().iter().any(|name| name == "idempotency key"));
}

#[test]
fn a_trigger_that_swallows_the_log_is_named_and_releases_nothing() {
    let running = Opened::of(&SCENE.after, "").unwrap();
    let swallow = "create trigger s before insert on log_entry begin select raise(ignore); end";
    sqlite::run(&running.database(), swallow);
    let sato = running.caller(&SCENE.sato.token);
    let read = sato.post(&SCENE.path("reads"), &running.asking(&SCENE.people[1].0));
    read.refused(503, "audit-unavailable");
    assert!(running.named().iter().any(|name| name == "schema"));
}

#[test]
fn what_is_restored_counts_again() {
    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(
        &running.database(),
        "create table aside as select * from credential; update credential set sealed = zeroblob(80)",
    );
    assert!(running.logged().iter().any(|name| name == "credential"));
    assert!(sign_in(&running, &SCENE.sato, &SCENE.sato.password).status >= 400);
    sqlite::run(
        &running.database(),
        "delete from credential; insert into credential select * from aside; drop table aside",
    );
    assert_eq!(running.named(), Vec::<String>::new());
    assert_eq!(running.logged().len(), 1, "it is not named again");
}

fn refused(opened: &Opened, attempt: fn(&Opened) -> Answer, what: &str) {
    let answer = attempt(opened);
    let line = &answer.value()["results"][0];
    let gives = if line.is_null() { answer.status < 400 } else { line["number"].is_string() };
    assert!(!gives, "{what}: {} {}", answer.status, answer.text());
    SCENE.nothing_is_gained(opened, what);
}

/// Rows that would make somebody another person.
fn identities() -> Vec<Plant> {
    let [sato, suzuki] = [&SCENE.sato, &SCENE.suzuki].map(|person| uuid_of(&person.user));
    let of = |user: &str| format!("id = X'{user}'");
    let own = hash();
    let copied = json_of("credential", &of(&sato))["totp"].clone();
    vec![
        plant(
            "a user",
            "user",
            forge("app_user", &of(&sato), |user| {
                user["administrator"] = json!(true);
            }),
            |opened| opened.caller(&SCENE.sato.token).get("/v1/users"),
        ),
        plant(
            "a password",
            "credential",
            forge("credential", &of(&suzuki), |row| {
                row["password"] = json!(own);
            }),
            |opened| sign_in(opened, &SCENE.suzuki, PASSWORD),
        ),
        plant(
            "a seed of another",
            "credential",
            forge("credential", &of(&suzuki), |row| {
                row["totp"] = copied;
                row["last_step"] = json!(0);
            }),
            |opened| {
                let both = Person { seed: SCENE.sato.seed.clone(), ..SCENE.suzuki.copy() };
                sign_in(opened, &both, &SCENE.suzuki.password)
            },
        ),
        plant(
            "a used code",
            "credential",
            forge("credential", &of(&suzuki), |row| {
                row["last_step"] = json!(0);
            }),
            |opened| sign_in(opened, &SCENE.suzuki, &SCENE.suzuki.password),
        ),
        plant(
            "a session for another user",
            "session",
            forge("session", &format!("user_id = X'{sato}'"), |session| {
                session["user"] = json!(SCENE.manager.user);
            }),
            |opened| opened.caller(&SCENE.sato.token).get(&SCENE.path("log/entries")),
        ),
    ]
}

/// Rows that would give somebody more than they have.
fn rights() -> Vec<Plant> {
    vec![
        plant(
            "a role",
            "appointment",
            forge("appointment", "instr(sealed, cast('\"viewer\"' as blob)) > 0", |role| {
                role["user"] = json!(SCENE.sato.user);
                role["role"] = json!("auditor");
                role["ended_at"] = Value::Null;
            }),
            |opened| opened.caller(&SCENE.sato.token).get(&SCENE.path("log/entries")),
        ),
        plant(
            "a larger quota",
            "client",
            forge("client", "instr(sealed, cast('\"quota_per_day\":2,' as blob)) > 0", |client| {
                client["grant"]["quota_per_day"] = json!(10_000);
                client["grant"]["quota_per_hour"] = json!(10_000);
            }),
            spent_reads,
        ),
        plant(
            "an empty counter",
            "quota counter",
            forge("client_use", "1", |used| {
                used["in_day"] = json!(0);
                used["in_hour"] = json!(0);
            }),
            spent_reads,
        ),
        plant(
            "an approval",
            "change",
            forge("change", "state = 'rejected'", |change| {
                change["state"] = json!("pending");
            }),
            |opened| {
                let path = SCENE.path(&format!("changes/{}/approve", SCENE.rejected.0));
                opened.caller(&SCENE.manager.token).post(&path, &Value::Null)
            },
        ),
    ]
}

fn plant(
    what: &'static str,
    named: &'static str,
    edit: String,
    attempt: fn(&Opened) -> Answer,
) -> Plant {
    Plant { what, edit, named, attempt }
}

fn spent_reads(opened: &Opened) -> Answer {
    let read = opened.asking(&SCENE.people[1].0);
    opened.caller(&SCENE.spent).post(&SCENE.path("reads"), &read)
}

fn sign_in(opened: &Opened, person: &Person, password: &str) -> Answer {
    opened.site.anonymous().post(
        "/v1/sessions",
        &json!({
            "login": person.login,
            "password": password,
            "totp": opened.site.code(&person.seed, 0),
        }),
    )
}

/// A hash as the vault makes it, with a pepper that is not the vault's.
fn hash() -> String {
    let pepper = PasswordPepper::from_random([0x41; 32]);
    let (space, password) = (&mut Workspace::default(), SecretString::from(PASSWORD));
    hash_password(space, &pepper, &password, [0x41; 16], Cost::SIGN_IN)
}

/// The statement that gives the rows found so another value, under a MAC by a key of one's own.
fn forge(table: &str, found: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = json_of(table, found);
    change(&mut value);
    let key = RowKey::from_random([0x41; 32]);
    let body = value.to_string();
    let input = RowInput::new(Sealed::User, [0; 16], 2, 2).column(body.as_bytes());
    let mut sealed = [2_u64.to_be_bytes(), 2_u64.to_be_bytes()].concat();
    sealed.extend(key.row_mac(&input));
    sealed.extend_from_slice(body.as_bytes());
    format!("update {table} set sealed = X'{}' where {found}", HEXUPPER.encode(&sealed))
}

/// The value of the first row found.
fn json_of(table: &str, found: &str) -> Value {
    let file = SCENE.after.state().join("vault.db");
    let question =
        format!("select cast(substr(sealed, 49) as text) as body from {table} where {found}");
    let rows = sqlite::rows(&file, &question);
    let row = rows.first().unwrap_or_else(|| unreachable!("no {table} where {found}"));
    serde_json::from_str(&sqlx::Row::get::<String, _>(row, "body")).unwrap()
}

fn uuid_of(id: &str) -> String {
    id.split_once('_').unwrap().1.to_uppercase()
}
