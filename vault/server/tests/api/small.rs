//! The whole main job, a purge and a holiday with two, three and five people: who does what, what
//! stops, and what is told as lost.

use azekura::auth::Actor;
use azekura::service::execute::{self, Done};
use serde_json::{Value, json};

use crate::common::{Answer, TestVault, text};

const NUMBER: &str = "123456789018";
const ALL: [&str; 4] = ["enter", "check", "use", "delete"];

/// Somebody with an account: id and session.
#[derive(Clone)]
struct Who {
    id: String,
    token: String,
}

struct Firm {
    vault: TestVault,
    administrators: [Who; 2],
    org: String,
    manager: Who,
}

impl Firm {
    /// A firm whose manager is an administrator if `profile` is `small`, else a user of their own.
    async fn found(profile: &str) -> Self {
        let vault = TestVault::new().await;
        let administrators = administrators(&vault).await;
        let [first, second] = administrators.clone();
        let manager =
            if profile == "small" { first.clone() } else { invite(&vault, "sekinin").await };
        let new = json!({"name": "架空商店", "profile": profile, "manager": manager.id});
        let change = vault.post("/v1/orgs", &second.token, new).await.expect(202);
        let path = format!("/v1/changes/{}/approve", text(&change["id"]));
        vault.post(&path, &first.token, Value::Null).await.expect(200);
        let orgs = vault.get("/v1/orgs", &first.token).await.expect(200);
        let org = text(&orgs["items"][0]["id"]);
        let firm = Self { vault, administrators, org, manager };
        let queue = firm.get("/changes", &second).await.expect(200);
        firm.accept_role(&queue["items"][0], &firm.manager).await;
        firm
    }

    fn url(&self, path: &str) -> String {
        format!("/v1/orgs/{}{path}", self.org)
    }

    async fn get(&self, path: &str, by: &Who) -> Answer {
        self.vault.get(&self.url(path), &by.token).await
    }

    async fn post(&self, path: &str, by: &Who, body: Value) -> Answer {
        self.vault.post(&self.url(path), &by.token, body).await
    }

    async fn accept_role(&self, change: &Value, by: &Who) {
        let path = format!("/appointments/{}/accept", text(&change["content"]["id"]));
        self.post(&path, by, Value::Null).await.expect(200);
    }

    fn day(&self, days: i32) -> String {
        self.vault.app.clock.now().tokyo_date().plus_days(days).to_string()
    }

    /// `deputy` stands in for the manager for a week.
    async fn deputise(&self, deputy: &Who) -> String {
        let new = json!({"user": deputy.id, "role": "manager", "deputy_for": self.manager.id,
            "until": self.day(7)});
        let change = self.post("/appointments", &self.manager, new).await.expect(202);
        self.accept_role(&change, deputy).await;
        text(&change["content"]["id"])
    }

    /// `by` puts `user` on the roster, who accepts, and is trained.
    async fn designate(&self, by: &Who, user: &Who) -> Answer {
        let line = json!({"user": user.id, "capabilities": ALL, "purposes": ["withholding"],
            "kinds": ["employee"], "from": self.day(0)});
        let offered = self.post("/designations", by, line).await;
        if offered.status.is_success() {
            let id = text(&offered.json()["content"]["id"]);
            let path = format!("/designations/{id}/accept");
            self.post(&path, user, json!({"pledge": 1})).await.expect(200);
            let training = json!({"user": user.id, "on": self.day(0), "subject": "試験"});
            let written = self.post("/training", by, training).await.expect(201);
            let path = format!("/training/{}/confirm", text(&written["id"]));
            self.post(&path, user, Value::Null).await.expect(200);
        }
        offered
    }

    /// `by` drafts a notice, the manager approves it.
    async fn publish(&self, by: &Who) {
        let notice = json!({"bundles": ["withholding"], "texts": {"employee": "見本"},
            "channel": "paper", "from": self.day(0)});
        let change = self.post("/notices", by, notice).await.expect(202);
        let path = format!("/changes/{}/approve", text(&change["id"]));
        self.post(&path, &self.manager, Value::Null).await.expect(200);
    }

    /// A person whom `by` enters with a number that waits for its check: both ids.
    async fn enter(&self, by: &Who, reference: &str) -> (String, String) {
        let name = json!({"family": "見本", "given": "花子", "family_kana": "ミホン",
            "given_kana": "ハナコ"});
        let new = json!({"external_ref": reference, "kind": "employee", "name": name,
            "started_on": "2010-04-01"});
        let person = text(&self.post("/people", by, new).await.expect(201)["id"]);
        let new = json!({"type": "register", "person": person, "number": NUMBER,
            "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": self.day(0)}});
        let change = text(&self.post("/changes", by, new).await.expect(202)["id"]);
        (person, change)
    }

    async fn check(&self, by: &Who, change: &str) -> Answer {
        self.post(&format!("/changes/{change}/check"), by, json!({"number": NUMBER})).await
    }

    async fn read(&self, by: &Who, person: &str) -> Value {
        let year = self.day(0)[..4].to_owned();
        let ask = json!({"purpose": "withholding_slip", "period": year, "reference": "試験",
            "people": [person]});
        self.post("/reads", by, ask).await.expect(200)["results"][0].clone()
    }

    /// `enters` enters, `checks` checks and reads.
    async fn main_job(&self, enters: &Who, checks: &Who) {
        let (person, change) = self.enter(enters, "E-0001").await;
        assert_eq!(self.check(enters, &change).await.expect(403)["code"], "same-person");
        self.check(checks, &change).await.expect(200);
        assert_eq!(self.read(checks, &person).await["number"], NUMBER);
    }

    /// Somebody whose number is to go, as `enters` wrote down.
    async fn leaver(&self, enters: &Who, checks: &Who) -> String {
        let (person, change) = self.enter(enters, "E-0002").await;
        self.check(checks, &change).await.expect(200);
        let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
        self.post(&format!("/people/{person}/events"), enters, left).await.expect(201);
        person
    }

    /// `confirms` writes the date and confirms, `approves` approves; nobody does both.
    async fn purge(&self, confirms: &Who, approves: &Who) {
        let person = self.leaver(confirms, approves).await;
        let purge = self.post("/purges", confirms, Value::Null).await.expect(201);
        let path = |act: &str| format!("/purges/{}/{act}", text(&purge["id"]));
        let digest = json!({"digest": purge["digest"]});
        self.post(&path("confirm"), confirms, digest.clone()).await.expect(200);
        let alone = self.post(&path("approve"), confirms, digest.clone()).await;
        assert_eq!(alone.status, 403, "one person confirmed and approved");
        self.post(&path("approve"), approves, digest).await.expect(200);
        let done = execute::run(&self.vault.app, &Actor::job("purge")).await.unwrap();
        assert_eq!(done, Done { finished: 1, destroyed: 1, certified: 1 });
        assert_eq!(self.read(confirms, &person).await["denied"]["code"], "deleted");
    }

    /// The codes of what is lost and what is missing.
    async fn told(&self) -> (Vec<String>, Vec<String>) {
        let org = self.get("", &self.manager).await.expect(200);
        let codes = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
        let lost = org["lost"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
        assert!(org["lost"].as_array().unwrap().iter().all(|one| one["ja"].is_string()));
        (lost, codes(&org["missing"]))
    }
}

async fn administrators(vault: &TestVault) -> [Who; 2] {
    let [first, second] = vault.administrators.clone();
    let id = async |token: &str| {
        text(&vault.get("/v1/sessions/current", token).await.expect(200)["user"]["id"])
    };
    let (one, other) = (id(&first).await, id(&second).await);
    [Who { id: one, token: first }, Who { id: other, token: second }]
}

async fn invite(vault: &TestVault, name: &str) -> Who {
    let (id, token) = vault.user(&format!("mihon.{name}")).await;
    Who { id, token }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_do_the_work_and_wait_for_each_other() {
    let firm = Firm::found("small").await;
    let [a, b] = firm.administrators.clone();
    assert_eq!(firm.told().await.1, ["checker", "deleter"]);
    // Nobody puts themself on the roster; so the manager needs a deputy for it.
    assert_eq!(firm.designate(&a, &a).await.expect(403)["code"], "same-person");
    firm.deputise(&b).await;
    firm.designate(&b, &a).await.expect(202);
    firm.designate(&a, &b).await.expect(202);
    firm.publish(&b).await;
    firm.main_job(&b, &a).await;
    firm.purge(&b, &a).await;
    let (lost, missing) = firm.told().await;
    assert_eq!(lost, ["administrator-handles", "administrator-manages", "two-people"]);
    assert_eq!(missing, Vec::<String>::new());

    // While one is away the other reads; what takes two waits, and nothing is lost by it.
    let (person, change) = firm.enter(&a, "E-0003").await;
    assert_eq!(firm.check(&a, &change).await.expect(403)["code"], "same-person");
    assert_eq!(firm.read(&a, &person).await["denied"]["code"], "pending-check");
    firm.check(&b, &change).await.expect(200);
    assert_eq!(firm.read(&a, &person).await["number"], NUMBER);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_go_on_while_the_manager_is_away() {
    let firm = Firm::found("small").await;
    let [a, b] = firm.administrators.clone();
    let c = invite(&firm.vault, "saburo").await;
    firm.designate(&a, &b).await.expect(202);
    firm.designate(&a, &c).await.expect(202);
    firm.publish(&c).await;
    firm.main_job(&c, &b).await;
    let away = firm.deputise(&b).await;
    // From here on the manager does nothing.
    firm.purge(&c, &b).await;
    let (lost, missing) = firm.told().await;
    assert_eq!(lost, ["administrator-handles", "administrator-manages"]);
    assert_eq!(missing, Vec::<String>::new());
    // The manager is back.
    firm.post(&format!("/appointments/{away}/end"), &a, Value::Null).await.expect(200);
    let refused = firm.designate(&b, &c).await.expect(403);
    assert_eq!(refused["code"], "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_people_lose_nothing() {
    let firm = Firm::found("standard").await;
    let [a, _] = firm.administrators.clone();
    let (c, d) = (invite(&firm.vault, "saburo").await, invite(&firm.vault, "shiro").await);
    let manager = firm.manager.clone();
    let refused = firm.designate(&manager, &a).await.expect(409);
    assert_eq!(refused["code"], "role-excluded");
    firm.designate(&manager, &c).await.expect(202);
    firm.designate(&manager, &d).await.expect(202);
    firm.publish(&c).await;
    firm.main_job(&d, &c).await;
    firm.deputise(&c).await;
    firm.purge(&d, &c).await;
    assert_eq!(firm.told().await, (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sixth_person_is_one_too_many_and_a_processor_is_never_small() {
    let firm = Firm::found("small").await;
    let [a, b] = firm.administrators.clone();
    firm.designate(&a, &b).await.expect(202);
    for name in ["saburo", "shiro", "goro"] {
        firm.designate(&a, &invite(&firm.vault, name).await).await.expect(202);
    }
    let sixth = invite(&firm.vault, "rokuro").await;
    let refused = firm.designate(&a, &sixth).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "small-profile-full");
    // Who only looks on is not counted.
    let viewer = json!({"user": sixth.id, "role": "auditor"});
    firm.post("/appointments", &a, viewer).await.expect(202);

    let bureau = json!({"name": "見本社労士事務所", "profile": "small", "processor": true,
        "manager": a.id});
    let refused = firm.vault.post("/v1/orgs", &b.token, bureau).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "processor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_of_today_approves_no_batch_of_whoever_appointed_them() {
    let firm = Firm::found("standard").await;
    let (c, d) = (invite(&firm.vault, "saburo").await, invite(&firm.vault, "shiro").await);
    let manager = firm.manager.clone();
    firm.designate(&manager, &c).await.expect(202);
    firm.designate(&manager, &d).await.expect(202);
    firm.publish(&c).await;
    firm.deputise(&c).await;
    firm.designate(&c, &manager).await.expect(202);
    firm.leaver(&d, &c).await;
    let purge = firm.post("/purges", &manager, Value::Null).await.expect(201);
    let path = |act: &str| format!("/purges/{}/{act}", text(&purge["id"]));
    let digest = json!({"digest": purge["digest"]});
    // Whoever the proposer appointed today does not confirm either.
    let refused = firm.post(&path("confirm"), &d, digest.clone()).await.expect(403);
    assert_eq!(refused["code"], "recent-grant");
    firm.post(&path("confirm"), &manager, digest.clone()).await.expect(200);
    let refused = firm.post(&path("approve"), &c, digest).await.expect(403);
    assert_eq!(refused["code"], "recent-grant");
}
