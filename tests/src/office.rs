//! An organisation at work: a manager, a roster of handlers, a notice, people and their numbers.

use std::ops::Deref;

use serde_json::{Value, json};

use crate::site::text;
use crate::{Answer, Caller, Member, Site};

/// What notices, designations and programs of the tests name.
pub const BUNDLES: [&str; 7] = [
    "declarations",
    "fees",
    "health_family",
    "health_pension",
    "labour_insurance",
    "rents",
    "withholding",
];

/// Kinds of people that handlers and programs of the tests handle.
pub const KINDS: [&str; 5] = ["dependant", "employee", "landlord", "officer", "payee"];

/// An organisation.
pub struct Office<'v> {
    site: &'v Site,
    administrators: [&'v Member; 2],
    /// `org_…`
    pub id: String,
    /// Its manager (管理責任者).
    pub manager: Member,
}

/// Somebody who calls within one organisation.
pub struct Handler {
    /// Who, and signed in how.
    pub member: Member,
    /// Where.
    pub org: String,
    site: Site,
}

impl<'v> Office<'v> {
    /// A new organisation, its manager in office, without a roster and without a notice.
    pub fn found(site: &'v Site, administrators: [&'v Member; 2], name: &str) -> Self {
        let manager = site.invite(administrators, "見本 責任");
        let name = format!("{name} {}", site.next());
        let [first, second] = administrators;
        let new = json!({"name": name, "profile": "standard", "manager": manager.user});
        let change = first.post("/v1/orgs", &new).ok(202);
        second.post(&format!("/v1/changes/{}/approve", text(&change, "id")), &Value::Null).ok(200);
        let all = first.get("/v1/orgs?limit=200").ok(200);
        let mut all = all["items"].as_array().into_iter().flatten();
        let own = all.find(|org| org["name"] == name.as_str()).expect("it was approved");
        let office = Self { site, administrators, id: text(own, "id"), manager };
        let waiting = first.get(&office.path("changes?status=pending")).ok(200);
        office.accept_role(&office.manager, &waiting["items"][0]);
        office
    }

    /// A path under this organisation.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/orgs/{}/{rest}", self.id)
    }

    /// The API it is at.
    pub fn site(&self) -> &Site {
        self.site
    }

    /// The two administrators of the vault.
    pub fn administrators(&self) -> [&Member; 2] {
        self.administrators
    }

    /// Publishes a notice of these bundles: `by` drafts it, the manager approves it.
    pub fn publish(&self, bundles: &[&str], by: &Handler) -> String {
        let notice = json!({
            "bundles": bundles,
            "texts": texts(bundles),
            "channel": "intranet",
            "from": self.site.day(0),
        });
        let change = by.post(&self.path("notices"), &notice).ok(202);
        let path = self.path(&format!("changes/{}/approve", text(&change, "id")));
        text(&self.manager.post(&path, &Value::Null).ok(200)["content"], "id")
    }

    /// A user without any place.
    pub fn stranger(&self, name: &str) -> Handler {
        let member = self.site.invite(self.administrators, name);
        Handler { member, org: self.id.clone(), site: self.site.clone() }
    }

    /// Somebody in a role: `auditor`, `manager` or `viewer`.
    pub fn appoint(&self, role: &str, name: &str) -> Handler {
        let handler = self.stranger(name);
        self.appoint_also(role, &handler);
        handler
    }

    /// Gives somebody a further role.
    pub fn appoint_also(&self, role: &str, handler: &Handler) {
        let new = json!({"user": handler.member.user, "role": role});
        let change = self.manager.post(&self.path("appointments"), &new).ok(202);
        self.accept_role(&handler.member, &change);
    }

    /// A handler with all capabilities and a valid training.
    pub fn handler(&self, name: &str) -> Handler {
        let handler = self.stranger(name);
        self.designate(&handler, &["enter", "check", "use", "delete"], &BUNDLES, &KINDS);
        self.train(&handler, 0);
        handler
    }

    /// Puts somebody on the roster, and lets them accept.
    pub fn designate(
        &self,
        handler: &Handler,
        capabilities: &[&str],
        purposes: &[&str],
        kinds: &[&str],
    ) -> String {
        let line = json!({
            "user": handler.member.user,
            "capabilities": capabilities,
            "purposes": purposes,
            "kinds": kinds,
            "from": self.site.day(0),
            "remarks": "見本",
        });
        let change = self.manager.post(&self.path("designations"), &line).ok(202);
        let id = text(&change["content"], "id");
        let path = self.path(&format!("designations/{id}/accept"));
        handler.post(&path, &json!({"pledge": 1})).ok(200);
        id
    }

    /// Writes down a training some days from today, which its attendee confirms.
    pub fn train(&self, handler: &Handler, days: i64) {
        let training = json!({
            "user": handler.member.user,
            "on": self.site.day(days),
            "subject": "特定個人情報の取扱い（見本）",
        });
        let written = self.manager.post(&self.path("training"), &training).ok(201);
        let path = self.path(&format!("training/{}/confirm", text(&written, "id")));
        handler.post(&path, &Value::Null).ok(200);
    }

    /// A program of `owner` that may do everything a program can.
    pub fn program(&self, owner: &Handler) -> Caller {
        self.program_with(owner, &json!({}))
    }

    /// A program whose grant differs in the fields of `but`.
    pub fn program_with(&self, owner: &Handler, but: &Value) -> Caller {
        let mut grant = json!({
            "name": "給与計算（見本）",
            "owner": owner.member.user,
            "purposes": BUNDLES,
            "kinds": KINDS,
            "operations": ["events", "people", "reads", "submit"],
            "quota_per_hour": 10_000,
            "quota_per_day": 20_000,
            "until": self.site.day(200),
        });
        for (field, value) in but.as_object().into_iter().flatten() {
            grant[field] = value.clone();
        }
        // The first one offered the manager their role just now.
        let [_, second] = self.administrators;
        let change = second.post(&self.path("clients"), &grant).ok(202);
        let path = self.path(&format!("changes/{}/approve", text(&change, "id")));
        let approved = self.manager.post(&path, &Value::Null).ok(200);
        let path = self.path(&format!("clients/{}/secret", text(&approved["content"], "id")));
        self.site.program(&text(&owner.post(&path, &Value::Null).ok(201), "key"))
    }

    fn accept_role(&self, member: &Member, change: &Value) {
        let id = text(&change["content"], "id");
        member.post(&self.path(&format!("appointments/{id}/accept")), &Value::Null).ok(200);
    }
}

impl Handler {
    /// The same person, calling within another organisation.
    #[must_use]
    pub fn at(&self, office: &Office<'_>) -> Self {
        let Member { user, login, password, seed, caller } = &self.member;
        let member = Member {
            user: user.clone(),
            login: login.clone(),
            password: password.clone(),
            seed: seed.clone(),
            caller: caller.clone(),
        };
        Self { member, org: office.id.clone(), site: self.site.clone() }
    }

    /// A path under the organisation.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/orgs/{}/{rest}", self.org)
    }

    /// An employee since the beginning of last year; says the id.
    pub fn add_employee(&self, family: &str) -> String {
        self.add(&json!({"name": name(family)}))
    }

    /// A person who differs from such an employee in the fields of `but`; says the id.
    pub fn add(&self, but: &Value) -> String {
        text(&self.post(&self.path("people"), &self.person(but)).ok(201), "id")
    }

    /// What `POST /people` takes for an employee who differs in the fields of `but`.
    pub fn person(&self, but: &Value) -> Value {
        let mut person = json!({
            "external_ref": format!("E-{:05}", self.site.next()),
            "kind": "employee",
            "name": name("架空"),
            "birth_date": "1990-04-01",
            "started_on": format!("{}-01-05", self.site.year() - 1),
        });
        for (field, value) in but.as_object().into_iter().flatten() {
            person[field] = value.clone();
        }
        person
    }

    /// The answer to a first number of `person`.
    pub fn register(&self, person: &str, number: &str, bundles: &[&str]) -> Answer {
        self.post(&self.path("changes"), &self.registration(person, number, bundles))
    }

    /// What `POST /changes` takes for a first number.
    pub fn registration(&self, person: &str, number: &str, bundles: &[&str]) -> Value {
        json!({
            "type": "register",
            "person": person,
            "number": number,
            "purposes": bundles,
            "identity_check": {"method": "mn_card", "verified_on": self.site.day(0)},
        })
    }

    /// The answer to keying the number of a change again.
    pub fn check(&self, change: &str, number: &str) -> Answer {
        self.post(&self.path(&format!("changes/{change}/check")), &json!({"number": number}))
    }

    /// A person with an active number, checked by `other`.
    pub fn add_with_number(&self, other: &Self, number: &str, bundles: &[&str]) -> String {
        let person = self.add_employee("架空");
        self.give_number(other, &person, number, bundles);
        person
    }

    /// Gives `person` a number, which `other` checks.
    pub fn give_number(&self, other: &Self, person: &str, number: &str, bundles: &[&str]) {
        let change = self.register(person, number, bundles).ok(202);
        other.check(&text(&change, "id"), number).ok(200);
    }

    /// The answer to reading numbers for this year.
    pub fn read(&self, people: &[&str], purpose: &str) -> Answer {
        self.post(&self.path("reads"), &self.asking(people, purpose))
    }

    /// What `POST /reads` takes for this year.
    pub fn asking(&self, people: &[&str], purpose: &str) -> Value {
        json!({
            "purpose": purpose,
            "period": self.site.year().to_string(),
            "reference": "源泉徴収票（見本）",
            "people": people,
        })
    }

    /// What one person's line of a read holds: the number, or the code of the refusal.
    pub fn read_one(&self, person: &str, purpose: &str) -> Result<String, String> {
        outcome(&self.read(&[person], purpose).ok(200)["results"][0])
    }

    /// The status of a person's number.
    pub fn status(&self, person: &str) -> String {
        let person = self.get(&self.path(&format!("people/{person}"))).ok(200);
        text(&person["number"], "status")
    }
}

impl Deref for Handler {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.member.caller
    }
}

/// A text for everyone whom one of the bundles concerns.
pub fn texts(bundles: &[&str]) -> Value {
    let mut texts = serde_json::Map::new();
    for bundle in bundles {
        let kinds: &[&str] = match *bundle {
            "dividends" | "stock" => &["shareholder"],
            "fees" => &["payee"],
            "health_family" | "pension_cat3" => &["dependant"],
            "labour_insurance" => &["employee"],
            "rents" => &["landlord", "payee"],
            _ => &["dependant", "employee", "officer"],
        };
        for kind in kinds {
            texts.insert((*kind).to_owned(), json!("個人番号の利用目的のお知らせ（見本）"));
        }
    }
    Value::Object(texts)
}

/// The number of one line of a read, or the code of its refusal.
pub fn outcome(line: &Value) -> Result<String, String> {
    match line["number"].as_str() {
        Some(number) => Ok(number.to_owned()),
        None => Err(text(&line["denied"], "code")),
    }
}

/// A synthetic name.
pub fn name(family: &str) -> Value {
    json!({"family": family, "given": "花子", "family_kana": "カクウ", "given_kana": "ハナコ"})
}
