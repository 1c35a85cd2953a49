//! What leaves the machine for each call, what is repeated, and what an answer becomes.

use std::time::Duration;

use crate::vault::{answer, follow, json, problem};
use azekura_client::wire::accounts::SignIn;
use azekura_client::wire::changes::{Check, Rejection};
use azekura_client::wire::people::{PeopleQuery, PersonPatch};
use azekura_client::{Client, Error, SecretString, SettingsOutcome};

const CHANGE: &str = r#"{"id":"chg_1","status":"approved","org":null,"type":"user","content":
    {"user":"usr_2","display_name":"見本 花子"},"proposed_by":"usr_1","client":null,
    "proposed_at":"2026-11-21T05:00:00Z","expires_at":"2026-12-21T05:00:00Z",
    "decided_by":"usr_3","decided_at":"2026-11-21T06:00:00Z","decision_reason":null}"#;

const SETTINGS: &str = r#"{"pay_rule":{"closing_day":31,"pay_day":25,"pay_month_offset":1},
    "r6_keep":0,"cycle":"immediate","after_last_use":"with_document","purge":{"grace_days":3}}"#;

fn rejection() -> Rejection {
    Rejection { reason: "試験".into() }
}

#[tokio::test]
async fn a_post_that_got_no_answer_is_sent_again_with_the_same_key() {
    let busy = problem(503, "audit-unavailable");
    let (client, asked) = follow(&["", &busy, &json("200 OK", CHANGE)]);
    let change = client.org("org_1").reject("chg_1", &rejection()).await.unwrap();
    assert_eq!(change.id, "chg_1");

    let asked: Vec<_> = asked.try_iter().collect();
    assert_eq!(asked.len(), 3);
    let key = asked[0].header("idempotency-key").unwrap();
    assert_eq!((key.len(), &key[14..15]), (36, "4"), "not a random UUID");
    for again in &asked {
        assert_eq!(again.header("idempotency-key"), Some(key));
        assert_eq!(again.line, "POST /v1/orgs/org_1/changes/chg_1/reject HTTP/1.1");
        assert_eq!(again.body, r#"{"reason":"試験"}"#);
    }
}

#[tokio::test]
async fn two_posts_have_two_keys() {
    let ok = json("200 OK", CHANGE);
    let (client, asked) = follow(&[&ok, &ok]);
    client.org("org_1").approve("chg_1").await.unwrap();
    client.org("org_1").approve("chg_1").await.unwrap();
    let keys: Vec<_> =
        asked.try_iter().map(|one| one.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
}

#[tokio::test]
async fn after_three_repeats_the_refusal_is_told() {
    let busy = problem(503, "audit-unavailable");
    let script: Vec<&str> = std::iter::repeat_n(busy.as_str(), 9).collect();
    let (client, asked) = follow(&script);
    let error = client.org("org_1").approve("chg_1").await.unwrap_err();
    assert_eq!(error.code(), Some("audit-unavailable"));
    assert_eq!(asked.try_iter().count(), 4);
}

#[tokio::test]
async fn a_repeat_waits_as_long_as_the_vault_asks() {
    let busy = answer("503 X", "Retry-After: 0", "");
    let (client, asked) = follow(&[&busy, &json("200 OK", CHANGE)]);
    let client = client.with_pause(Duration::MAX);
    client.org("org_1").approve("chg_1").await.unwrap();
    assert_eq!(asked.try_iter().count(), 2);
}

#[tokio::test]
async fn a_sign_in_has_no_key_and_is_sent_once() {
    let (client, asked) = follow(&["", &json("201 Created", "{}")]);
    let sign_in = SignIn {
        login: "mihon".into(),
        password: "試験用の合言葉".into(),
        totp: "000000".into(),
        device: None,
    };
    let error = client.sign_in(&sign_in).await.err();
    assert!(matches!(error, Some(Error::Transport(_))), "{error:?}");
    let asked: Vec<_> = asked.try_iter().collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("idempotency-key"), None);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code_and_places() {
    let (client, asked) = follow(&[&problem(409, "number-mismatch"), ""]);
    let check = Check { number: "123456789018".into() };
    let Error::Problem(problem) = client.org("org_1").check("chg_1", &check).await.unwrap_err()
    else {
        unreachable!("a problem was answered")
    };
    assert_eq!((problem.status, problem.code.as_str()), (409, "number-mismatch"));
    assert_eq!((problem.attempts_left, problem.request_id.as_deref()), (Some(2), Some("req_1")));
    assert_eq!(problem.errors[0].pointer, "/purpose");
    assert_eq!(asked.try_iter().count(), 1, "a decision was asked for twice");
}

#[tokio::test]
async fn an_error_of_something_else_on_the_way_is_told_apart() {
    let html = answer("502 Bad Gateway", "Content-Type: text/html", "<p>123456789018</p>");
    let (client, _asked) = follow(&[&html]);
    let error = client.org("org_1").change("chg_1").await.unwrap_err();
    assert!(matches!(error, Error::Unexpected { status: 502, .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_repeated_in_the_error() {
    let odd = json("200 OK", r#"{"id":123456789018}"#);
    let (client, _asked) = follow(&[&odd]);
    let error = client.org("org_1").change("chg_1").await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("1234"));
}

#[tokio::test]
async fn a_key_is_sent_as_bearer_and_ids_are_encoded_into_the_path() {
    let page = json("200 OK", r#"{"items":[],"next_cursor":null}"#);
    let (client, asked) = follow(&[&page]);
    let client = client.with_key(SecretString::from("試".escape_unicode().to_string()));
    let query = PeopleQuery { key: Some("payee_no:1".into()), ..PeopleQuery::default() };
    let people = client.org("org/1?").people(&query).await.unwrap();
    assert!(people.items.is_empty() && people.next_cursor.is_none());
    let asked = asked.recv().unwrap();
    assert_eq!(asked.line, "GET /v1/orgs/org%2F1%3F/people?key=payee_no%3A1 HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some(r"Bearer \u{8a66}"));
    assert_eq!(asked.header("idempotency-key"), None);
}

#[tokio::test]
async fn a_key_cannot_bring_further_headers_and_is_not_printed() {
    let client = Client::new("http://127.0.0.1:1").unwrap();
    let client = client.with_key(SecretString::from("shiken\r\nX-Mihon: 1"));
    assert!(!format!("{client:?}").contains("shiken"));
    let error = client.org("org_1").change("chg_1").await.unwrap_err();
    assert!(matches!(error, Error::Credential), "{error:?}");
}

#[tokio::test]
async fn an_update_names_what_it_was_made_from_and_is_sent_once() {
    let (client, asked) = follow(&["", ""]);
    let patch = PersonPatch::default();
    let error = client.org("org_1").update_person("per_1", "\"7\"", &patch).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    let asked: Vec<_> = asked.try_iter().collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "PATCH /v1/orgs/org_1/people/per_1 HTTP/1.1");
    assert_eq!(asked[0].header("if-match"), Some("\"7\""));
}

#[tokio::test]
async fn settings_are_applied_or_wait() {
    let tagged = answer("200 OK", "ETag: \"2\"", SETTINGS);
    let (client, _asked) = follow(&[&tagged, &tagged, &json("202 Accepted", CHANGE)]);
    let org = client.org("org_1");
    let settings = org.settings().await.unwrap();
    assert_eq!(settings.etag, "\"2\"");
    let applied = org.change_settings("\"1\"", &settings.value).await.unwrap();
    assert!(matches!(applied, SettingsOutcome::Applied(now) if now.etag == "\"2\""));
    let waiting = org.change_settings("\"2\"", &settings.value).await.unwrap();
    assert!(matches!(waiting, SettingsOutcome::Waiting(change) if change.id == "chg_1"));
}

#[tokio::test]
async fn a_vault_that_is_not_ready_says_why() {
    let sealed = r#"{"status":"unavailable","reasons":["sealed"]}"#;
    let (client, asked) = follow(&[&json("503 X", sealed)]);
    assert_eq!(client.readiness().await.unwrap().reasons, ["sealed"]);
    assert_eq!(asked.recv().unwrap().line, "GET /readyz HTTP/1.1");
}

#[tokio::test]
async fn a_certificate_arrives_byte_for_byte() {
    let (client, _asked) = follow(&[&json("200 OK", "{\"b\":1, \"a\":2}\n")]);
    let bytes = client.org("org_1").certificate("crt_1").await.unwrap();
    assert_eq!(bytes, b"{\"b\":1, \"a\":2}\n");
}

#[test]
fn numbers_leave_the_machine_encrypted_only() {
    for far in ["http://vault.example.jp", "http://192.0.2.7", "http://127.0.0.1.example.jp"] {
        assert!(matches!(Client::new(far), Err(Error::Address)), "{far}");
    }
    for odd in ["ftp://localhost", "vault.example.jp", "file:///", ""] {
        assert!(matches!(Client::new(odd), Err(Error::Address)), "{odd}");
    }
    for near in ["http://localhost:8443/", "http://127.0.0.1:8443", "http://[::1]:8443"] {
        assert!(Client::new(near).is_ok(), "{near}");
    }
}
