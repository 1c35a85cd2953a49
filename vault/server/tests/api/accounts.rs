//! One account for each natural person; it ends for every call at once.

use axum::http::Method;
use azekura::auth::Actor;
use azekura::service::users;
use serde_json::{Value, json};

use crate::common::{PASSWORD, TestVault, text};
use crate::story::Office;

const DAY: i64 = 86_400_000;

async fn propose(vault: &TestVault, body: Value) -> Value {
    vault.post("/v1/users", &vault.administrators[0], body).await.json()
}

fn fault(problem: &Value) -> (&str, &str) {
    let first = &problem["errors"][0];
    (first["pointer"].as_str().unwrap_or_default(), first["code"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_desks_and_guests_get_no_account() {
    let vault = TestVault::new().await;
    for name in ["総務部", "ゲスト", "共有アカウント", "Guest 1", "administrator"] {
        let refused = propose(&vault, json!({"display_name": name})).await;
        assert_eq!(fault(&refused), ("/display_name", "generic-name"), "{name}");
        assert!(!refused.to_string().contains(name), "input is repeated");
    }
    let (_, token) = vault.invited("花子").await;
    for login in ["admin", "Administrator", "root", "guest", "soumu1", "kyoyu", "user-01"] {
        let body = json!({"token": token, "login": login, "password": PASSWORD});
        let refused = vault.post("/v1/enrolments", "", body).await.expect(422);
        assert_eq!(fault(&refused), ("/login", "generic-name"), "{login}");
    }
    vault.enrol(&token, "mihon.hanako").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_gets_one_account() {
    let vault = TestVault::new().await;
    let [first, second] = vault.administrators.clone();
    let approve = async |change: &Value, by: &str| {
        let path = format!("/v1/changes/{}/approve", text(&change["id"]));
        vault.post(&path, by, Value::Null).await
    };
    let new = json!({"display_name": "見本 花子"});
    // Two proposals for one person wait side by side; the second to be approved makes nothing.
    let (one, other) = (propose(&vault, new.clone()).await, propose(&vault, new.clone()).await);
    approve(&one, &second).await.expect(200);
    approve(&other, &second).await.expect(409);
    let again = propose(&vault, json!({"display_name": "見本　花子"})).await;
    assert_eq!(fault(&again), ("/staff_ref", "same-person"));
    // Two people of one name are told apart by their employer's key.
    let keyed = |key: &str| json!({"display_name": "架空 一郎", "staff_ref": key});
    for key in ["E-1", "E-2"] {
        let change = propose(&vault, keyed(key)).await;
        approve(&change, &second).await.expect(200);
    }
    assert_eq!(fault(&propose(&vault, keyed("E-2")).await), ("/staff_ref", "same-person"));
    let users = vault.get("/v1/users?limit=200", &first).await.expect(200);
    let names = users["items"].as_array().unwrap().iter();
    assert_eq!(names.filter(|user| user["display_name"] == "見本 花子").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_refused_everywhere_from_the_next_request_on() {
    let office = Office::new().await;
    let vault = &office.vault;
    let [first, _] = vault.administrators.clone();
    let (id, session) = &office.sato;
    let person = office.employee("E-0001").await;
    let program = program(&office, &office.sato).await;
    let (_, waiting) = vault.invited("未登録").await;
    vault.get(&office.url("/people"), &program).await.expect(200);

    let path = format!("/v1/users/{id}/disable");
    let closed = vault.post(&path, &first, json!({"reason": "incident"})).await.expect(200);
    assert_eq!(closed["state"], "disabled");

    let read = json!({"purpose": "withholding_slip", "period": office.year(),
        "reference": "試験", "people": [person]});
    let calls = [
        (Method::GET, "/v1/sessions/current".into(), Value::Null),
        (Method::GET, office.url("/people"), Value::Null),
        (Method::GET, office.url("/changes"), Value::Null),
        (Method::POST, office.url("/reads"), read),
        (Method::POST, office.url("/changes"), office.register(&person)),
    ];
    for (method, path, body) in calls {
        for token in [session, &program] {
            let answer = vault.call(method.clone(), &path, token, &body).await;
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
    // The roster says so too, and what belongs to others goes on.
    let roster = vault.get(&office.url("/designations"), &office.suzuki.1).await.expect(200);
    let own = roster["items"].as_array().unwrap().iter().find(|line| line["user"] == id.as_str());
    assert!(own.unwrap()["ended_at"].is_string());
    vault.enrol(&waiting, "mihon.jiro").await;
    vault.post(&path, &first, json!({"reason": "left"})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_ends_with_its_account() {
    let vault = TestVault::new().await;
    let (id, token) = vault.invited("花子").await;
    let begun = json!({"token": token, "login": "mihon.hanako", "password": PASSWORD});
    let begun = vault.post("/v1/enrolments", "", begun).await.expect(201);
    let path = format!("/v1/users/{id}/disable");
    vault.post(&path, &vault.administrators[0], json!({"reason": "mistake"})).await.expect(200);
    let code = vault.code(begun["totp_secret"].as_str().unwrap());
    let path = format!("/v1/enrolments/{}/confirm", text(&begun["id"]));
    vault.post(&path, "", json!({"totp": code})).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_account_ends_the_day_after() {
    let office = Office::new().await;
    let vault = &office.vault;
    let program = program(&office, &office.sato).await;
    let (_, token) = vault.invited("三郎").await;
    let (_, staying) = vault.enrol_with_seed(&token, "mihon.saburo").await;
    let (leaver, token) = vault.invited("花子").await;
    let (_, leaving) = vault.enrol_with_seed(&token, "mihon.hanako").await;

    let today = vault.app.clock.now().tokyo_date();
    let leave = async |user: &str, days: i32| {
        let body = json!({"last_day": today.plus_days(days).to_string()});
        vault.post(&format!("/v1/users/{user}/leave"), &vault.administrators[0], body).await
    };
    leave(&leaver, -1).await.expect(422);
    leave(&leaver, 3).await.expect(200);
    leave(&leaver, 0).await.expect(200);
    assert_eq!(fault(&leave(&leaver, 3).await.expect(422)), ("/last_day", "order"));
    leave(&office.sato.0, 0).await.expect(200);

    let people = office.url("/people");
    let alive = || vault.get(&people, &program);
    let end = today.plus_days(1).tokyo_start();
    vault.clock.advance(end.millis_since(vault.app.clock.now()) - 1);
    alive().await.expect(200);
    vault.clock.advance(1);
    alive().await.expect(401);
    vault.clock.advance(DAY / 2);
    let sign_in = async |login: &str, seed: &str| {
        let body = json!({"login": login, "password": PASSWORD, "totp": vault.code(seed)});
        vault.post("/v1/sessions", "", body).await
    };
    sign_in("mihon.saburo", &staying).await.expect(201);
    sign_in("mihon.hanako", &leaving).await.expect(401);

    let job = Actor::job("leavers");
    assert_eq!(users::close_leavers(&vault.app, &job).await.unwrap(), 2);
    assert_eq!(users::close_leavers(&vault.app, &job).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_closes_their_own_account_and_two_administrators_stay() {
    let vault = TestVault::new().await;
    let [first, second] = vault.administrators.clone();
    let own = async |session: &str| {
        text(&vault.get("/v1/sessions/current", session).await.expect(200)["user"]["id"])
    };
    let disable = async |of: String, by: &str| {
        vault.post(&format!("/v1/users/{of}/disable"), by, json!({"reason": "left"})).await
    };
    assert_eq!(disable(own(&first).await, &first).await.expect(403)["code"], "same-person");
    assert_eq!(disable(own(&second).await, &first).await.expect(409)["code"], "minimum-staff");
    let (user, session) = vault.user("hanako").await;
    disable(user.clone(), &session).await.expect(403);
    disable(user, &second).await.expect(200);
}

/// A program of `owner`: its key.
async fn program(office: &Office, owner: &(String, String)) -> String {
    let vault = &office.vault;
    let until = vault.app.clock.now().tokyo_date().plus_days(30).to_string();
    let grant = json!({"name": "給与計算（試験）", "owner": owner.0, "purposes": ["withholding"],
        "kinds": ["employee"], "operations": ["people", "reads", "submit"],
        "quota_per_hour": 10, "quota_per_day": 10, "until": until});
    let change = office.post("/clients", &vault.administrators[1], grant).await;
    let path = format!("/changes/{}/approve", text(&change["id"]));
    let approved = office.post(&path, &office.manager.1, Value::Null).await;
    let path = format!("/clients/{}/secret", text(&approved["content"]["id"]));
    text(&office.post(&path, &owner.1, Value::Null).await["key"])
}
