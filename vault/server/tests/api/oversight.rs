//! Administrators operate and do not come to see: what excludes what, new credentials, the stop for
//! all reads, visits of IT staff.

use axum::http::{Method, Request};
use azekura::service::emergency::{Ask, Outcome, appoint};
use azekura_core::text::FreeText;
use serde_json::{Value, json};

use crate::common::{Answer, TestVault, text};
use crate::story::Office;

const HOUR: i64 = 3_600_000;

fn why() -> Value {
    json!({"reason": "試験のため"})
}

impl Office {
    async fn ask(&self, path: &str, token: &str, body: Value) -> Answer {
        self.vault.post(&self.url(path), token, body).await
    }

    async fn settle(&self, change: &Value, act: &str, token: &str) -> Answer {
        let path = format!("/changes/{}/{act}", text(&change["id"]));
        self.ask(&path, token, Value::Null).await
    }

    async fn read(&self, token: &str) -> Answer {
        let ask = json!({"purpose": "withholding_slip", "period": self.year(),
            "reference": "試験", "people": [{"external_ref": "E-1"}]});
        self.ask("/reads", token, ask).await
    }

    /// Offers a role or a line to `user`; what accepting it answers.
    async fn offered(&self, kind: &str, user: (&str, &str)) -> Answer {
        let (path, body) = match kind {
            "handler" => (
                "/designations",
                json!({"user": user.0, "capabilities": ["use"], "purposes": ["withholding"],
                    "kinds": ["employee"], "from": "2026-01-01"}),
            ),
            role => ("/appointments", json!({"user": user.0, "role": role})),
        };
        let offer = self.ask(path, &self.manager.1, body).await;
        if !offer.status.is_success() {
            return offer;
        }
        let accept = format!("{path}/{}/accept", text(&offer.json()["content"]["id"]));
        let body = if kind == "handler" { json!({"pledge": 1}) } else { Value::Null };
        self.ask(&accept, user.1, body).await
    }

    /// The reset of a user: proposed, approved, and the token used. The new session's token and
    /// the seed of the codes.
    async fn reset(&self, user: &str, login: &str) -> (String, String) {
        let [first, second] = &self.vault.administrators;
        let path = format!("/v1/users/{user}/reset");
        let change = self.vault.post(&path, first, why()).await.expect(202);
        let approve = format!("/v1/changes/{}/approve", text(&change["id"]));
        let own = self.vault.post(&approve, first, Value::Null).await;
        assert_eq!(own.expect(403)["code"], "same-person");
        let approval = self.vault.post(&approve, second, Value::Null).await.expect(200);
        self.vault.enrol_with_seed(&text(&approval["enrolment_token"]), login).await
    }

    async fn open_reset(&self, user: &str) -> Value {
        let all = self.vault.get(&self.url("/resets"), &self.sato.1).await.expect(200);
        let of_user = |one: &&Value| one["user"] == user && one["confirmed_by"].is_null();
        all["items"].as_array().unwrap().iter().find(of_user).cloned().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_excludes_what_holds_at_each_appointment() {
    let office = Office::new().await;
    let [first, _] = &office.vault.administrators;
    let me = office.vault.get("/v1/sessions/current", first).await.expect(200);
    let administrator = text(&me["user"]["id"]);
    let held = ["auditor", "manager", "viewer", "handler"];
    let kept_apart = [("auditor", "manager"), ("auditor", "viewer"), ("auditor", "handler")];
    for one in held {
        let refused = office.offered(one, (&administrator, first)).await;
        assert_eq!(refused.expect(409)["code"], "role-excluded", "administrator, {one}");
        for other in held.into_iter().filter(|other| *other != one) {
            let (id, token) = office.vault.user(&format!("haruka.{one}.{other}")).await;
            office.offered(one, (&id, &token)).await.expect(200);
            let answer = office.offered(other, (&id, &token)).await;
            let apart = kept_apart.contains(&(one, other)) || kept_apart.contains(&(other, one));
            let told = format!("{one}, then {other}: {}", answer.status);
            assert_eq!(answer.status == 409, apart, "{told}");
            assert!(!apart || answer.json()["code"] == "role-excluded", "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_came_to_be_excluded_is_not_accepted() {
    let office = Office::new().await;
    let (id, token) = office.vault.user("ito").await;
    let role = json!({"user": id, "role": "auditor"});
    let role = office.ask("/appointments", &office.manager.1, role).await.expect(202);
    office.offered("handler", (&id, &token)).await.expect(200);
    let accept = format!("/appointments/{}/accept", text(&role["content"]["id"]));
    let refused = office.ask(&accept, &token, Value::Null).await;
    assert_eq!(refused.expect(409)["code"], "role-excluded");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_proposed_who_no_longer_may_comes_to_nothing() {
    let office = Office::new().await;
    let vault = &office.vault;
    let [first, _] = vault.administrators.clone();
    let expired = |answer: Answer| assert_eq!(answer.expect(409)["code"], "change-expired");

    // A manager whose office ended leaves no offers behind.
    let (deputy, deputising) = vault.user("ito").await;
    office.offered("manager", (&deputy, &deputising)).await.expect(200);
    let (named, token) = vault.user("kato").await;
    let line = json!({"user": named, "capabilities": ["use"], "purposes": ["withholding"],
        "kinds": ["employee"], "from": "2026-01-01"});
    let offer = office.ask("/designations", &deputising, line).await.expect(202);
    let held = vault.get(&office.url("/appointments"), &office.manager.1).await.expect(200);
    let held = held["items"].as_array().unwrap().iter();
    let own = text(&held.last().unwrap()["id"]);
    let end = format!("/appointments/{own}/end");
    office.ask(&end, &office.manager.1, Value::Null).await.expect(200);
    let accept = format!("/designations/{}/accept", text(&offer["content"]["id"]));
    expired(office.ask(&accept, &token, json!({"pledge": 1})).await);

    // Nor does an administrator who was replaced with the recovery shares.
    let me = vault.get("/v1/sessions/current", &first).await.expect(200);
    let user = vault.post("/v1/users", &first, json!({"display_name": "見本"})).await.expect(202);
    vault.clock.advance(HOUR / 2);
    let ask = Ask {
        reason: FreeText::new(String::from("試験")).unwrap(),
        gone: [text(&me["user"]["id"]).parse().unwrap()].into(),
        names: vec![String::from("見本 新任")],
    };
    assert!(matches!(appoint(&vault.app, [1, 2], ask).await.unwrap(), Outcome::Invited(_)));
    let second = vault.sign_in("kanri.ichi1", &vault.seeds[1]).await;
    let approve = format!("/v1/changes/{}/approve", text(&user["id"]));
    expired(vault.post(&approve, &second, Value::Null).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_credentials_read_nothing_before_a_day_and_a_meeting() {
    let office = Office::new().await;
    let (sato, suzuki) = (&office.sato, &office.suzuki);
    office.read(&suzuki.1).await.expect(200);
    let (renewed, seed) = office.reset(&suzuki.0, "suzuki").await;
    assert_eq!(office.read(&suzuki.1).await.expect(401)["code"], "unauthenticated");
    let held = |answer: Answer| assert_eq!(answer.expect(403)["code"], "reset-unconfirmed");
    held(office.read(&renewed).await);
    let reset = office.open_reset(&suzuki.0).await;
    assert_eq!(reset["reason"], "試験のため");
    let path = format!("/resets/{}/confirm", text(&reset["id"]));
    let refused = |answer: Answer, code: &str| assert_eq!(answer.expect(403)["code"], code);
    refused(office.ask(&path, &renewed, Value::Null).await, "same-person");
    refused(office.ask(&path, &sato.1, Value::Null).await, "not-permitted");
    let [first, _] = &office.vault.administrators;
    refused(office.ask(&path, first, Value::Null).await, "not-permitted");
    let confirmed = office.ask(&path, &office.manager.1, Value::Null).await.expect(200);
    assert_eq!(confirmed["confirmed_by"], office.manager.0.as_str());
    assert_eq!(
        office.ask(&path, &office.manager.1, Value::Null).await.expect(409)["code"],
        "settled"
    );
    held(office.read(&renewed).await);
    // A day later, and signed in again.
    office.vault.clock.advance(24 * HOUR);
    let token = office.vault.sign_in("suzuki", &seed).await;
    office.read(&token).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_with_new_credentials_does_not_manage() {
    let office = Office::new().await;
    let (renewed, _) = office.reset(&office.manager.0, "tanaka").await;
    let line = json!({"user": office.sato.0, "capabilities": ["use"],
        "purposes": ["withholding"], "kinds": ["employee"], "from": "2026-01-01"});
    let refused = office.ask("/designations", &renewed, line).await;
    assert_eq!(refused.expect(403)["code"], "reset-unconfirmed");
    let [_, second] = &office.vault.administrators;
    let until = office.vault.app.clock.now().tokyo_date().plus_months(1).to_string();
    let grant = json!({"name": "見本", "owner": office.sato.0, "purposes": ["withholding"],
        "kinds": ["employee"], "operations": ["reads"], "quota_per_hour": 1,
        "quota_per_day": 1, "until": until});
    let program = office.ask("/clients", second, grant).await.expect(202);
    let refused = office.settle(&program, "approve", &renewed).await;
    assert_eq!(refused.expect(403)["code"], "reset-unconfirmed");
    // There is no other manager, so a handler says that they met.
    let reset = office.open_reset(&office.manager.0).await;
    let path = format!("/resets/{}/confirm", text(&reset["id"]));
    office.ask(&path, &office.sato.1, Value::Null).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_resets_neither_themselves_nor_anybody_alone() {
    let vault = TestVault::new().await;
    let [first, second] = &vault.administrators;
    let id = |session: Value| text(&session["user"]["id"]);
    let me = id(vault.get("/v1/sessions/current", first).await.expect(200));
    let other = id(vault.get("/v1/sessions/current", second).await.expect(200));
    let own = vault.post(&format!("/v1/users/{me}/reset"), first, why()).await;
    assert_eq!(own.expect(403)["code"], "same-person");
    let path = format!("/v1/users/{other}/reset");
    let change = vault.post(&path, first, why()).await.expect(202);
    let approve = format!("/v1/changes/{}/approve", text(&change["id"]));
    let profits = vault.post(&approve, second, Value::Null).await;
    assert_eq!(profits.expect(403)["code"], "same-person");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_stops_all_reads_and_two_let_them_through_again() {
    let office = Office::new().await;
    let [_, second] = &office.vault.administrators;
    let (sato, manager) = (&office.sato.1, &office.manager.1);
    office.read(sato).await.expect(200);
    let refused = office.ask("/freeze", sato, why()).await;
    assert_eq!(refused.expect(403)["code"], "not-permitted");
    let early = office.ask("/unfreeze", second, why()).await;
    assert_eq!(early.expect(409)["code"], "settled");
    let frozen = office.ask("/freeze", second, why()).await.expect(200);
    assert_eq!(frozen["reason"], "試験のため");
    assert_eq!(office.read(sato).await.expect(403)["code"], "reads-frozen");
    let lift = office.ask("/unfreeze", second, why()).await.expect(202);
    let other = &office.vault.administrators[0];
    for (token, code) in
        [(second, "same-person"), (other, "not-permitted"), (sato, "not-permitted")]
    {
        assert_eq!(office.settle(&lift, "approve", token).await.expect(403)["code"], code);
        assert_eq!(office.read(sato).await.expect(403)["code"], "reads-frozen");
    }
    office.settle(&lift, "approve", manager).await.expect(200);
    office.read(sato).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_manager_with_new_credentials_asks_for_is_not_the_managers_yet() {
    let office = Office::new().await;
    let [_, second] = &office.vault.administrators;
    office.ask("/freeze", second, why()).await.expect(200);
    let (renewed, _) = office.reset(&office.manager.0, "tanaka").await;
    let lift = office.ask("/unfreeze", &renewed, why()).await.expect(202);
    let refused = office.settle(&lift, "approve", second).await;
    assert_eq!(refused.expect(403)["code"], "not-permitted");
    let reset = office.open_reset(&office.manager.0).await;
    let path = format!("/resets/{}/confirm", text(&reset["id"]));
    office.ask(&path, &office.sato.1, Value::Null).await.expect(200);
    office.vault.clock.advance(24 * HOUR);
    let second = office.vault.sign_in("kanri.ichi1", &office.vault.seeds[1]).await;
    office.settle(&lift, "approve", &second).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_appointed_today_does_not_approve_for_who_appointed_them() {
    let office = Office::new().await;
    let today = office.vault.app.clock.now().tokyo_date().to_string();
    let notice =
        json!({"bundles": ["fees"], "texts": {"payee": "試験"}, "channel": "paper", "from": today});
    let by_manager = office.ask("/notices", &office.manager.1, notice.clone()).await.expect(202);
    let refused = office.settle(&by_manager, "approve", &office.sato.1).await;
    assert_eq!(refused.expect(403)["code"], "recent-grant");
    let by_handler = office.ask("/notices", &office.sato.1, notice).await.expect(202);
    let refused = office.settle(&by_handler, "approve", &office.suzuki.1).await;
    assert_eq!(refused.expect(403)["code"], "not-permitted", "the manager is one of the two");
    office.settle(&by_handler, "approve", &office.manager.1).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_a_program_of_their_own() {
    let office = Office::new().await;
    let [_, second] = &office.vault.administrators;
    let until = office.vault.app.clock.now().tokyo_date().plus_months(1).to_string();
    let grant = json!({"name": "見本", "owner": office.manager.0, "purposes": ["withholding"],
        "kinds": ["employee"], "operations": ["reads"], "quota_per_hour": 1,
        "quota_per_day": 1, "until": until});
    let program = office.ask("/clients", second, grant).await.expect(202);
    let refused = office.settle(&program, "approve", &office.manager.1).await;
    assert_eq!(refused.expect(403)["code"], "same-person");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_of_it_staff_is_approved_by_the_manager_and_closed_with_a_report() {
    let office = Office::new().await;
    let [_, second] = &office.vault.administrators;
    let visit = |until: &str| {
        json!({"who": "架空システム 見本", "purpose": "保守（試験）", "from": "2026-11-21",
            "until": until})
    };
    let wrong = office.ask("/it-access", second, visit("2026-11-20")).await;
    assert_eq!(wrong.expect(422)["errors"][0]["pointer"], "/until");
    let change = office.ask("/it-access", second, visit("2026-11-22")).await.expect(202);
    let list = office.url("/it-access");
    let none = office.vault.get(&list, second).await.expect(200);
    assert_eq!(none["items"], json!([]), "nothing before the manager agreed");
    let refused = office.settle(&change, "approve", &office.sato.1).await;
    assert_eq!(refused.expect(403)["code"], "not-permitted");
    office.settle(&change, "approve", &office.manager.1).await.expect(200);
    let open = office.vault.get(&list, &office.sato.1).await.expect(200);
    assert_eq!(open["items"][0]["approved_by"], office.manager.0.as_str());
    let close = format!("/it-access/{}/close", text(&open["items"][0]["id"]));
    let report = json!({"report": "部品を交換した（試験）"});
    let closed = office.ask(&close, second, report.clone()).await.expect(200);
    assert_eq!(closed["report"], report["report"]);
    assert_eq!(office.ask(&close, second, report).await.expect(409)["code"], "settled");
}

/// A setting by its pointer, a value, and what asking for it answers.
const SETTINGS: [(&str, &str, u16); 8] = [
    ("/purge/grace_days", "0", 422),
    ("/purge/grace_days", "31", 422),
    ("/r6_keep", "8", 422),
    ("/purge/grace_days", "2", 202),
    ("/r6_keep", "1", 202),
    ("/cycle", "\"monthly\"", 202),
    ("/after_last_use", "\"as_soon_as_unneeded\"", 202),
    ("/purge/grace_days", "5", 200),
];

#[tokio::test(flavor = "multi_thread")]
async fn settings_have_floors_and_get_weaker_by_two_people_only() {
    let office = Office::new().await;
    let [first, second] = &office.vault.administrators;
    let url = office.url("/settings");
    let mut proposed = Vec::new();
    for (pointer, value, status) in SETTINGS {
        let seen = office.vault.get(&url, second).await;
        let mut settings = seen.json();
        *settings.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        let request = Request::builder()
            .method(Method::PUT)
            .uri(&url)
            .header("authorization", format!("Bearer {second}"))
            .header("if-match", seen.headers["etag"].to_str().unwrap())
            .header("content-type", "application/json");
        let answer = office.vault.send(request.body(settings.to_string().into()).unwrap()).await;
        let said = answer.expect(status);
        match status {
            202 => proposed.push(said),
            422 => assert_eq!(said["errors"][0]["pointer"], pointer),
            _ => assert_eq!(said.pointer(pointer).unwrap().to_string(), value),
        }
    }
    let before = office.vault.get(&url, second).await.expect(200);
    for change in &proposed {
        for token in [second, first, &office.sato.1] {
            assert_eq!(office.settle(change, "approve", token).await.status, 403);
        }
    }
    assert_eq!(office.vault.get(&url, second).await.expect(200), before, "one is not enough");
    office.settle(&proposed[1], "approve", &office.manager.1).await.expect(200);
    assert_eq!(office.vault.get(&url, second).await.expect(200)["r6_keep"], 1);
}
