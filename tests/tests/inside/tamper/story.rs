//! What happens to a vault before the first and between the two moments of the scene.

use azekura::service::emergency::{Ask, Outcome, appoint};
use azekura_core::text::FreeText;
use azekura_tests::office::name;
use azekura_tests::site::text;
use azekura_tests::{Handler, Office, number};
use serde_json::{Value, json};

use crate::lab::Lab;

/// What happens to the vault before and between the two moments.
pub(super) struct Story<'l> {
    pub(super) lab: &'l Lab,
    pub(super) office: Office<'l>,
    pub(super) manager: Handler,
    pub(super) sato: Handler,
    pub(super) suzuki: Handler,
    pub(super) tanaka: Handler,
    pub(super) viewer: Handler,
    pub(super) people: Vec<(String, String)>,
    pub(super) leaver: String,
    pub(super) gone: Vec<String>,
}

impl<'l> Story<'l> {
    pub(super) fn begin(lab: &'l Lab) -> Self {
        let office = lab.office();
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        let (tanaka, viewer) = (office.handler("見本 田中"), office.appoint("viewer", "架空 閲覧"));
        let manager = office.appoint("manager", "試験 部長");
        office.publish(&["withholding"], &suzuki);
        let plan = json!({"section": "総務部", "content": "見本", "teacher": "試験",
            "audience": "見本", "means": "集合教育", "cycle": "年1回"});
        office.manager.post(&office.path("training-plan"), &plan).ok(201);
        let people = (8_000..8_003).map(|i| {
            let keyed = json!({"name": name("架空"),
                "keys": [{"system": "kyuyo", "value": format!("K-{i}")}]});
            let person = sato.add(&keyed);
            sato.give_number(&suzuki, &person, &number(i), &["withholding"]);
            (person, number(i))
        });
        let people: Vec<_> = people.collect();
        sato.add(&json!({"kind": "dependant", "dependant_of": people[1].0, "relation": "child"}));
        let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
        sato.give_number(&suzuki, &leaver, &number(8_010), &["withholding"]);
        let gone = vec![number(8_000), number(8_010), number(8_020)];
        Self { lab, office, manager, sato, suzuki, tanaka, viewer, people, leaver, gone }
    }

    /// A batch that waits for its days.
    pub(super) fn purge(&self) {
        let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
        let path = self.sato.path(&format!("people/{}/events", self.leaver));
        self.sato.post(&path, &left).ok(201);
        let purge = self.suzuki.post(&self.office.path("purges"), &Value::Null).ok(201);
        let path = |act: &str| self.office.path(&format!("purges/{}/{act}", text(&purge, "id")));
        let digest = json!({"digest": text(&purge, "digest")});
        self.suzuki.post(&path("confirm"), &digest).ok(200);
        self.office.manager.post(&path("approve"), &digest).ok(200);
    }

    /// A program that will be ended, and one that reads once a day at most twice: its change and key.
    pub(super) fn programs(&self) -> [Program; 2] {
        [&json!({}), &json!({"quota_per_hour": 2, "quota_per_day": 2})].map(|but| {
            let program = self.office.program_with(&self.sato, but);
            let all = self.office.manager.get(&self.office.path("clients?limit=200")).ok(200);
            let last = all["items"].as_array().unwrap().last().unwrap();
            let read = self.sato.asking(&[&self.people[1].0], "withholding_slip");
            program.post(&self.office.path("reads"), &read).ok(200);
            (text(last, "id"), program.token.unwrap())
        })
    }

    /// New credentials that nobody confirmed yet, and a visit that is not over.
    pub(super) fn oversight(&self) {
        // The first one offered the manager their role just now.
        let [first, second] = self.office.administrators();
        let lost = self.office.appoint("viewer", "見本 再登録").member.user;
        let why = json!({"reason": "見本"});
        let reset = first.post(&format!("/v1/users/{lost}/reset"), &why).ok(202);
        let path = format!("/v1/changes/{}/approve", text(&reset, "id"));
        second.post(&path, &Value::Null).ok(200);
        let day = self.lab.site.day(0);
        let visit = json!({"who": "架空", "purpose": "見本", "from": day, "until": day});
        let visit = second.post(&self.office.path("it-access"), &visit).ok(202);
        let path = self.office.path(&format!("changes/{}/approve", text(&visit, "id")));
        self.office.manager.post(&path, &Value::Null).ok(200);
    }

    /// They are confirmed, and it is over.
    fn oversight_ends(&self) {
        let last = |list: &str, act: &str| {
            let all = self.office.manager.get(&self.office.path(list)).ok(200);
            self.office.path(&format!("{list}/{}/{act}", text(&all["items"][0], "id")))
        };
        self.office.manager.post(&last("resets", "confirm"), &Value::Null).ok(200);
        let report = json!({"report": "見本"});
        self.office.manager.post(&last("it-access", "close"), &report).ok(200);
    }

    pub(super) fn waiting(&self) -> (String, String) {
        let person = self.sato.add_employee("試験");
        let change = self.sato.register(&person, &number(8_020), &["withholding"]).ok(202);
        (text(&change, "id"), number(8_020))
    }

    pub(super) fn invited(&self) -> String {
        let [first, second] = self.office.administrators();
        let change = first.post("/v1/users", &json!({"display_name": "架空 新人"})).ok(202);
        let path = format!("/v1/changes/{}/approve", text(&change, "id"));
        text(&second.post(&path, &Value::Null).ok(200), "enrolment_token")
    }

    pub(super) fn move_on(
        &mut self,
        rejected: &(String, String),
        enrolment: &str,
        programs: &[Program; 2],
    ) {
        let [(ended, _), (_, spent)] = programs;
        self.lab.site.enrol(enrolment, "shin.jin");
        self.oversight_ends();
        let reject = self.office.path(&format!("changes/{}/reject", rejected.0));
        self.suzuki.post(&reject, &json!({"reason": "見本"})).ok(200);
        self.end("designations", &self.tanaka.member.user);
        self.end("appointments", &self.viewer.member.user);
        let path = self.office.path(&format!("clients/{ended}/end"));
        self.office.manager.post(&path, &Value::Null).ok(200);
        self.office.train(&self.sato, 0);
        self.office.publish(&["withholding", "fees"], &self.suzuki);
        self.correct();
        for _ in 0..4 {
            self.lab.observed_day();
        }
        assert_eq!(self.lab.run_job().destroyed, 1);
        self.sign_in_again();
        self.settings();
        self.last_batch();
        let read = self.sato.asking(&[&self.people[1].0], "withholding_slip");
        let program = self.lab.site.program(spent);
        for _ in 0..2 {
            program.post(&self.office.path("reads"), &read).ok(200);
        }
        program.post(&self.office.path("reads"), &read).refused(429, "quota-exceeded");
        self.emergency();
    }

    /// Two recovery shares appoint an administrator in the place of one.
    fn emergency(&self) {
        let [_, gone] = self.office.administrators();
        let ask = Ask {
            reason: FreeText::new("見本").unwrap(),
            gone: [gone.user.parse().unwrap()].into(),
            names: vec![String::from("見本 新任")],
        };
        let appointed = self.lab.runtime.block_on(appoint(&self.lab.app, [1, 2], ask)).unwrap();
        assert!(matches!(appointed, Outcome::Invited(_)));
    }

    /// Ends the one row of a list that is about `user`.
    fn end(&self, list: &str, user: &str) {
        let all = self.office.manager.get(&self.office.path(&format!("{list}?limit=200"))).ok(200);
        let own = all["items"].as_array().unwrap().iter().find(|one| one["user"] == user).unwrap();
        let path = self.office.path(&format!("{list}/{}/end", text(own, "id")));
        self.office.manager.post(&path, &Value::Null).ok(200);
    }

    /// A longer grace, which one person may set.
    fn settings(&self) {
        let path = self.office.path("settings");
        let answer = self.office.manager.get(&path);
        let mut settings = answer.ok(200);
        settings["purge"]["grace_days"] = json!(5);
        let seen = answer.header("etag").unwrap();
        let put = self.office.manager.json("PUT", &path, &[("If-Match", seen)], &settings);
        put.ok(200);
    }

    fn correct(&mut self) {
        let (person, now) = (&self.people[0].0, number(8_030));
        let mut correction = self.sato.registration(person, &now, &["withholding"]);
        correction["type"] = json!("correct");
        correction["reason"] = json!("転記の誤り（見本）");
        let change = self.sato.post(&self.office.path("changes"), &correction).ok(202);
        self.suzuki.check(&text(&change, "id"), &now).ok(200);
        self.people[0].1 = now;
    }

    /// A batch that waits for its confirmation, and a request under a key that was answered.
    fn last_batch(&self) {
        let leaver = self.sato.add(&json!({"started_on": "2010-04-01"}));
        self.sato.give_number(&self.suzuki, &leaver, &number(8_040), &["withholding"]);
        let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
        let path = self.sato.path(&format!("people/{leaver}/events"));
        self.sato.json("POST", &path, &[("Idempotency-Key", "mihon-1")], &left).ok(201);
        self.suzuki.post(&self.office.path("purges"), &Value::Null).ok(201);
    }

    /// Everyone anew, as one is after some nights.
    fn sign_in_again(&mut self) {
        for handler in [
            &mut self.sato,
            &mut self.suzuki,
            &mut self.tanaka,
            &mut self.viewer,
            &mut self.manager,
        ] {
            self.lab.again(handler);
        }
        self.office.manager.caller = self.lab.signed_in(&self.office.manager);
    }
}

/// The id and the key of a program.
pub(super) type Program = (String, String);
