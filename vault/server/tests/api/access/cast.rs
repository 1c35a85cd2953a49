//! One caller for each column of the table, and two organisations in which there is something to
//! ask about.

use azekura::auth::Actor;
use azekura::service::execute;
use azekura_tests::number;
use serde_json::{Value, json};

use crate::common::{TestVault, text};

const DAY: i64 = 86_400_000;

/// Everybody, and what they ask about.
pub(crate) struct Cast {
    /// The vault.
    pub(crate) vault: TestVault,
    /// The organisation in which the cast has its places, and another one.
    pub(crate) orgs: [Furnished; 2],
    /// A change in the vault's own queue, proposed by the first administrator.
    pub(crate) vault_change: String,
    callers: Vec<Caller>,
}

/// Somebody who calls.
#[derive(Default)]
struct Caller {
    role: &'static str,
    login: String,
    seed: String,
    token: String,
    user: String,
}

/// An organisation, with one of everything that a path can name.
pub(crate) struct Furnished {
    /// `org_…`
    pub(crate) id: String,
    /// Of whom new things are said.
    pub(crate) spare: String,
    manager: Caller,
    things: Vec<(&'static str, String)>,
}

impl Cast {
    /// Everybody in place.
    pub(crate) async fn assemble() -> Self {
        let vault = TestVault::new().await;
        let own = Furnished::found(&vault, "own").await;
        let other = Furnished::found(&vault, "other").await;
        let new = json!({"display_name": "見本"});
        let change = vault.post("/v1/users", &vault.administrators[0], new).await.expect(202);
        let vault_change = text(&change["id"]);
        let mut cast = Self { vault, orgs: [own, other], vault_change, callers: Vec::new() };
        for role in ["outsider", "auditor", "viewer", "educator", "enter", "check", "use", "delete"]
        {
            let caller = cast.vault.caller(role, &format!("haruka.{role}")).await;
            match role {
                "outsider" => {}
                "auditor" | "viewer" | "educator" => {
                    cast.orgs[0].appoint(&cast.vault, &caller).await;
                }
                capability => {
                    cast.orgs[0].designate(&cast.vault, &caller, &[capability]).await;
                }
            }
            cast.callers.push(caller);
        }
        let key = cast.orgs[0].program(&cast.vault, "haruka.owner").await;
        cast.callers.push(Caller { role: "program", token: key, ..Caller::default() });
        cast
    }

    /// What `role` puts into `Authorization`.
    pub(crate) fn token(&self, role: &str) -> &str {
        match role {
            "nobody" => "",
            "administrator" => &self.vault.administrators[1],
            "manager" => &self.orgs[0].manager.token,
            _ => &self.callers.iter().find(|caller| caller.role == role).expect(role).token,
        }
    }

    /// Brings the vault into a state of the table.
    pub(crate) async fn enter(&mut self, state: &str) {
        self.sign_in_again().await;
        match state {
            "session locked" => self.vault.clock.advance(6 * 60_000),
            "session over" => self.vault.clock.advance(9 * 3_600_000),
            "reads frozen" => {
                self.orgs[0].post(&self.vault, "/freeze", why()).await;
            }
            "credentials new" => self.renew_credentials().await,
            "program ended" => {
                self.meet().await;
                let id = self.orgs[0].id_of("program").to_owned();
                self.orgs[0].post(&self.vault, &format!("/clients/{id}/end"), Value::Null).await;
            }
            "training lapsed" => {
                let key = self.orgs[0].program(&self.vault, "haruka.owner.again").await;
                let program = self.callers.iter_mut().find(|caller| caller.role == "program");
                program.unwrap().token = key;
                self.vault.clock.advance(62 * DAY);
                self.sign_in_again().await;
            }
            "designation ended" => {
                let manager = &self.orgs[0];
                let lines = manager.get(&self.vault, "/designations?limit=200").await;
                for line in lines["items"].as_array().unwrap() {
                    let is_of_the_cast =
                        self.callers.iter().any(|caller| line["user"] == caller.user.as_str());
                    if is_of_the_cast {
                        let path = format!("/designations/{}/end", text(&line["id"]));
                        manager.post(&self.vault, &path, Value::Null).await;
                    }
                }
            }
            other => panic!("the cast does not know the state “{other}”: teach it in cast.rs"),
        }
    }

    /// Lets reads through again, and gives four of the cast new credentials, two days ago.
    async fn renew_credentials(&mut self) {
        let org = &self.orgs[0];
        let by = &self.vault.administrators;
        let path = format!("/v1/orgs/{}/unfreeze", org.id);
        let change = self.vault.post(&path, &by[1], why()).await.expect(202);
        let approve = format!("/changes/{}/approve", text(&change["id"]));
        org.post(&self.vault, &approve, Value::Null).await;
        for caller in &mut self.callers {
            if ["check", "educator", "use"].contains(&caller.role) {
                caller.seed = self.vault.reset(&caller.user, &caller.login).await;
            }
        }
        let manager = &mut self.orgs[0].manager;
        manager.seed = self.vault.reset(&manager.user, &manager.login).await;
        self.vault.clock.advance(2 * DAY);
        self.sign_in_again().await;
    }

    /// The auditor meets the only manager, who then meets the others.
    async fn meet(&self) {
        let org = &self.orgs[0];
        let auditor = self.callers.iter().find(|caller| caller.role == "auditor").unwrap();
        let resets = org.get(&self.vault, "/resets").await;
        let open = resets["items"].as_array().unwrap().iter();
        let (own, others): (Vec<_>, Vec<_>) = open
            .filter(|reset| reset["confirmed_by"].is_null())
            .partition(|reset| reset["user"] == org.manager.user.as_str());
        for (by, resets) in [(auditor, own), (&org.manager, others)] {
            for reset in resets {
                let path = format!("/resets/{}/confirm", text(&reset["id"]));
                org.ask(&self.vault, by, &path, Value::Null).await;
            }
        }
    }

    /// Everybody anew, at one time, with codes that were not used yet.
    async fn sign_in_again(&mut self) {
        self.vault.clock.advance(60_000);
        let managers = self.orgs.iter_mut().map(|org| &mut org.manager);
        for caller in self.callers.iter_mut().chain(managers) {
            if !caller.login.is_empty() {
                caller.token = self.vault.open_session(&caller.login, &caller.seed).await;
            }
        }
        for at in 0..2 {
            let (login, seed) = (format!("kanri.ichi{at}"), self.vault.seeds[at].clone());
            self.vault.administrators[at] = self.vault.open_session(&login, &seed).await;
        }
    }
}

impl Furnished {
    /// The id of what a path names after the segment `kind`.
    pub(crate) fn id_of(&self, kind: &str) -> &str {
        let thing = self.things.iter().find(|(named, _)| *named == kind);
        let unknown = || panic!("what does “{kind}/{{id}}” name? Furnish one in access/cast.rs");
        thing.map_or_else(unknown, |(_, id)| id)
    }

    async fn found(vault: &TestVault, name: &'static str) -> Self {
        let manager = vault.caller("manager", &format!("haruka.manager.{name}")).await;
        let id = vault.organisation(&format!("架空 {name}"), (&manager.user, &manager.token)).await;
        let spare = vault.caller("spare", &format!("haruka.spare.{name}")).await.user;
        let mut org = Self { id, spare, manager, things: Vec::new() };
        let first = vault.caller("clerk", &format!("haruka.first.{name}")).await;
        let second = vault.caller("clerk", &format!("haruka.second.{name}")).await;
        let all = ["enter", "check", "use", "delete"];
        org.designate(vault, &first, &all).await;
        org.designate(vault, &second, &all).await;
        let notice = json!({"bundles": ["withholding"], "texts": {"employee": "試験"}, "channel": "paper",
            "from": vault.app.clock.now().tokyo_date().to_string()});
        let notice = org.ask(vault, &first, "/notices", notice).await;
        let approve = format!("/changes/{}/approve", text(&notice["id"]));
        org.post(vault, &approve, Value::Null).await;
        org.furnish(vault, &first, &second).await;
        org
    }

    /// A person whose number was read, a batch, a certificate, a role and a line and a program that
    /// may go.
    async fn furnish(&mut self, vault: &TestVault, first: &Caller, second: &Caller) {
        let (certificate, batch) = self.purges(vault, first, second).await;
        let (person, change) = self.person(vault, first, second, number(9_003)).await;
        let read = json!({"purpose": "withholding_slip", "period": "2026", "reference": "試験",
            "people": [person]});
        let read = self.ask(vault, first, "/reads", read).await;
        let role = json!({"user": self.spare, "role": "viewer"});
        let role = self.post(vault, "/appointments", role).await;
        let line = json!({"user": self.spare, "capabilities": ["use"],
            "purposes": ["withholding"], "kinds": ["employee"], "from": "2026-01-01"});
        let line = self.post(vault, "/designations", line).await;
        let training = json!({"user": first.user, "on": "2026-06-01", "subject": "試験"});
        let training = self.post(vault, "/training", training).await;
        let plan = json!({"section": "総務部", "content": "試験", "teacher": "見本",
            "audience": "見本", "means": "試験", "cycle": "年1回"});
        let plan = self.post(vault, "/training-plan", plan).await;
        let program = self.propose_program(vault, &first.user).await;
        let (reset, visit) = (self.reset(vault).await, self.visit(vault).await);
        self.things = vec![
            ("people", person),
            ("changes", change),
            ("purges", batch),
            ("certificates", certificate),
            ("reads", text(&read["id"])),
            ("appointments", text(&role["content"]["id"])),
            ("designations", text(&line["content"]["id"])),
            ("clients", program),
            ("training", text(&training["id"])),
            ("training-plan", text(&plan["id"])),
            ("keys", String::from("0a0b0c0d")),
            ("resets", reset),
            ("it-access", visit),
        ];
    }

    /// The certificate of a batch that was carried out, and a batch that waits.
    async fn purges(&self, vault: &TestVault, first: &Caller, second: &Caller) -> (String, String) {
        let gone = self.leaver(vault, first, second, number(9_001)).await;
        let batch = self.ask(vault, second, "/purges", Value::Null).await;
        let agreed = json!({"digest": batch["digest"]});
        let act = |act: &str| format!("/purges/{}/{act}", text(&batch["id"]));
        self.ask(vault, second, &act("confirm"), agreed.clone()).await;
        self.post(vault, &act("approve"), agreed).await;
        execute::run(&vault.app, &Actor::job("purge")).await.unwrap();
        let path = format!("/v1/orgs/{}/certificates?person={}", self.id, gone);
        let certificates = vault.get(&path, &second.token).await.expect(200);
        self.leaver(vault, first, second, number(9_002)).await;
        let batch = self.ask(vault, second, "/purges", Value::Null).await;
        (text(&certificates["items"][0]["id"]), text(&batch["id"]))
    }

    /// Somebody whose number is to go.
    async fn leaver(
        &self,
        vault: &TestVault,
        first: &Caller,
        second: &Caller,
        number: String,
    ) -> String {
        let (person, _) = self.person(vault, first, second, number).await;
        let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
        self.ask(vault, first, &format!("/people/{person}/events"), left).await;
        person
    }

    /// Somebody with a number; the person and the change that brought it.
    async fn person(
        &self,
        vault: &TestVault,
        first: &Caller,
        second: &Caller,
        number: String,
    ) -> (String, String) {
        let name = json!({"family": "見本", "given": "花子", "family_kana": "ミホン",
            "given_kana": "ハナコ"});
        let reference = vault.app.new_uuid().simple().to_string();
        let new = json!({"external_ref": reference[20..], "kind": "employee", "name": name,
            "started_on": "2010-04-01"});
        let person = text(&self.ask(vault, first, "/people", new).await["id"]);
        let today = vault.app.clock.now().tokyo_date().to_string();
        let change = json!({"type": "register", "person": person, "number": number,
            "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": today}});
        let change = text(&self.ask(vault, first, "/changes", change).await["id"]);
        let check = format!("/changes/{change}/check");
        self.ask(vault, second, &check, json!({"number": number})).await;
        (person, change)
    }

    /// New credentials of somebody, who was met at once.
    async fn reset(&self, vault: &TestVault) -> String {
        let renewed = vault.caller("viewer", &format!("haruka.renewed.{}", &self.id[30..])).await;
        self.appoint(vault, &renewed).await;
        vault.reset(&renewed.user, &renewed.login).await;
        let resets = self.get(vault, "/resets").await;
        let id = text(&resets["items"][0]["id"]);
        self.post(vault, &format!("/resets/{id}/confirm"), Value::Null).await;
        id
    }

    async fn visit(&self, vault: &TestVault) -> String {
        let visit = json!({"who": "架空", "purpose": "試験", "from": "2026-11-21",
            "until": "2026-11-22"});
        let path = format!("/v1/orgs/{}/it-access", self.id);
        let change = vault.post(&path, &vault.administrators[1], visit).await.expect(202);
        let path = format!("/changes/{}/approve", text(&change["id"]));
        text(&self.post(vault, &path, Value::Null).await["content"]["id"])
    }

    async fn appoint(&self, vault: &TestVault, caller: &Caller) {
        let new = json!({"user": caller.user, "role": caller.role});
        let change = self.post(vault, "/appointments", new).await;
        let path = format!("/appointments/{}/accept", text(&change["content"]["id"]));
        self.ask(vault, caller, &path, Value::Null).await;
    }

    /// A line whose training is good for less than two months.
    async fn designate(&self, vault: &TestVault, caller: &Caller, may: &[&str]) {
        let line = json!({"user": caller.user, "capabilities": may,
            "purposes": ["withholding"], "kinds": ["employee"], "from": "2026-01-01"});
        let change = self.post(vault, "/designations", line).await;
        let path = format!("/designations/{}/accept", text(&change["content"]["id"]));
        self.ask(vault, caller, &path, json!({"pledge": 1})).await;
        let on = vault.app.clock.now().tokyo_date().plus_months(-11).to_string();
        let training = json!({"user": caller.user, "on": on, "subject": "試験"});
        let training = self.post(vault, "/training", training).await;
        let confirm = format!("/training/{}/confirm", text(&training["id"]));
        self.ask(vault, caller, &confirm, Value::Null).await;
    }

    async fn propose_program(&self, vault: &TestVault, owner: &str) -> String {
        let until = vault.app.clock.now().tokyo_date().plus_months(6).to_string();
        let grant = json!({"name": "給与計算（見本）", "owner": owner,
            "purposes": ["withholding"], "kinds": ["employee"],
            "operations": ["events", "people", "reads", "submit"],
            "quota_per_hour": 100_000, "quota_per_day": 100_000, "until": until});
        let path = format!("/v1/orgs/{}/clients", self.id);
        let change = vault.post(&path, &vault.administrators[1], grant).await.expect(202);
        let path = format!("/changes/{}/approve", text(&change["id"]));
        text(&self.post(vault, &path, Value::Null).await["content"]["id"])
    }

    /// A program that is the column of that name: its key.
    async fn program(&mut self, vault: &TestVault, owner: &str) -> String {
        let owner = vault.caller("owner", owner).await;
        let id = self.propose_program(vault, &owner.user).await;
        let path = format!("/clients/{id}/secret");
        self.things.push(("program", id));
        text(&self.ask(vault, &owner, &path, Value::Null).await["key"])
    }

    async fn post(&self, vault: &TestVault, path: &str, body: Value) -> Value {
        self.ask(vault, &self.manager, path, body).await
    }

    async fn get(&self, vault: &TestVault, path: &str) -> Value {
        vault.get(&format!("/v1/orgs/{}{path}", self.id), &self.manager.token).await.expect(200)
    }

    async fn ask(&self, vault: &TestVault, by: &Caller, path: &str, body: Value) -> Value {
        let url = format!("/v1/orgs/{}{path}", self.id);
        let answer = vault.post(&url, &by.token, body).await;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status.is_success(), "{path}: {said}");
        answer.json()
    }
}

impl TestVault {
    async fn caller(&self, role: &'static str, login: &str) -> Caller {
        let (user, invitation) = self.invited(login).await;
        let (token, seed) = self.enrol_with_seed(&invitation, login).await;
        Caller { role, login: String::from(login), seed, token, user }
    }

    /// Gives somebody new credentials; the seed of their codes.
    async fn reset(&self, user: &str, login: &str) -> String {
        let [first, second] = &self.administrators;
        let change = self.post(&format!("/v1/users/{user}/reset"), first, why()).await.expect(202);
        let path = format!("/v1/changes/{}/approve", text(&change["id"]));
        let approval = self.post(&path, second, Value::Null).await.expect(200);
        self.enrol_with_seed(&text(&approval["enrolment_token"]), login).await.1
    }
}

fn why() -> Value {
    json!({"reason": "試験"})
}
