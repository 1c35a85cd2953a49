//! What is done, and what is refused, is in the log under its documented name.

use std::collections::BTreeSet;

use azekura::auth::Actor;
use azekura::service::{change, log, refusals};
use azekura_core::audit::event::{Boot, VaultEvent};
use azekura_tests::site::text;
use azekura_tests::{Handler, Office, number};
use serde_json::{Value, json};

use crate::lab::Lab;

mod accounts;
mod people;
mod programs;

/// Every event of the catalogue, one line each.
const CATALOGUE: &str = include_str!("../../../vault/core/src/audit/event/every.jsonl");

/// Events that no call causes, and where they are seen.
const ELSEWHERE: [(&str, &str); 4] = [
    ("integrity.failure", "an edit past the vault: tamper"),
    ("passwords.forgotten", "a year later: the tests of passwords"),
    ("session.locked", "nobody is told that a session locks; it is written when that is built"),
    ("vault.stopped", "the end of a server: start"),
];

/// Calls that must be refused without growing the log, and the bytes a minute may add.
const FLOOD: usize = 2_000;
const BYTES_A_MINUTE: usize = 64 * 1024;

/// A vault whose log is watched.
struct Watch<'l> {
    lab: &'l Lab,
}

#[test]
fn rt_24_every_act_and_refusal_is_in_the_log_and_a_flood_is_not() {
    let lab = Lab::new();
    let watch = Watch { lab: &lab };
    let office = lab.office();
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let auditor = office.appoint("auditor", "見本 監査");
    watch.the_vault_itself();
    watch.work(&office, &sato, &suzuki);
    watch.roster(&office, &sato);
    watch.trainings(&office, &sato);
    watch.purposes(&office, &sato, &suzuki);
    let busy = watch.programs(&office, &sato, &suzuki);
    watch.oversight(&office);
    watch.refusals(&office, &sato, &suzuki);
    watch.purge(&office, &sato, &suzuki);
    watch.volume(&office, &busy);
    watch.sessions(&office);
    watch.locks(&office);
    watch.flood(&office);
    watch.lapse();
    watch.emergency(&office, &auditor);
    watch.the_catalogue_is_covered();
}

impl Watch<'_> {
    /// Does something that must add exactly these entries; outcomes of reads come when they come.
    fn adds<T>(&self, acts: &[&str], act: impl FnOnce() -> T) -> T {
        let before = self.lab.entries().len();
        let done = act();
        let mut added: Vec<String> =
            self.lab.entries().drain(before..).map(|entry| text(&entry, "act")).collect();
        added.retain(|act| act != "number.release.outcome");
        let mut acts = acts.to_vec();
        added.sort_unstable();
        acts.sort_unstable();
        assert_eq!(added, acts);
        done
    }

    fn the_vault_itself(&self) {
        let boot = Boot { id: uuid::Uuid::from_u128(2), ms: 1 };
        let run = |event| self.lab.runtime.block_on(log::note(&self.lab.app, event)).unwrap();
        let software = String::from("azekura");
        self.adds(&["vault.started"], || run(VaultEvent::Started { boot, software }));
        let beat = || self.lab.runtime.block_on(log::heartbeat(&self.lab.app, boot)).unwrap();
        self.adds(&["heartbeat"], beat);
        let dir = self.lab.files.fresh("export");
        let export = || self.lab.runtime.block_on(log::export(&self.lab.app, &dir)).unwrap();
        self.adds(&["log.exported"], export);
        let touch = || self.lab.runtime.block_on(log::touch_sessions(&self.lab.app)).unwrap();
        self.adds(&["sessions.touched"], touch);
    }

    fn work(&self, office: &Office<'_>, sato: &Handler, suzuki: &Handler) {
        let person = self.adds(&["person.created"], || sato.add_employee("架空"));
        let at = |rest: &str| office.path(&format!("people/{person}{rest}"));
        let seen = sato.get(&at(""));
        let tag = seen.header("etag").unwrap();
        let keys = json!({"keys": [{"system": "kyuyo", "value": "K-1"}]});
        self.adds(&["person.updated"], || {
            sato.json("PATCH", &at(""), &[("If-Match", tag)], &keys).ok(200)
        });
        let more = json!({"kind": "payee", "started_on": "2026-01-05"});
        self.adds(&["relationship.added"], || sato.post(&at("/relationships"), &more).ok(201));
        let (right, wrong) = (number(40_000), number(40_001));
        let change =
            self.adds(&["change.proposed"], || sato.register(&person, &right, &["withholding"]));
        let change = text(&change.ok(202), "id");
        self.adds(&["check.intent", "check.outcome", "change.mismatch"], || {
            suzuki.check(&change, &wrong)
        });
        let checked = [
            "change.approved",
            "check.intent",
            "check.outcome",
            "number.activated",
            "number.destroyed",
        ];
        self.adds(&checked, || suzuki.check(&change, &right).ok(200));
        self.adds(&["number.release.intent"], || {
            sato.read_one(&person, "withholding_slip").unwrap()
        });
        self.adds(&["number.release.refused"], || {
            sato.read_one(&person, "fee_payment_report").unwrap_err()
        });
        let waits = |i| {
            text(
                &sato.register(&sato.add_employee("見本"), &number(i), &["withholding"]).ok(202),
                "id",
            )
        };
        let (first, second, _lapses) = (waits(40_010), waits(40_011), waits(40_012));
        let decide = |id: &str, act: &str| office.path(&format!("changes/{id}/{act}"));
        let reason = json!({"reason": "見本"});
        self.adds(&["change.rejected", "number.destroyed"], || {
            suzuki.post(&decide(&first, "reject"), &reason).ok(200)
        });
        self.adds(&["change.withdrawn", "number.destroyed"], || {
            sato.post(&decide(&second, "withdraw"), &Value::Null).ok(200)
        });
    }

    fn roster(&self, office: &Office<'_>, sato: &Handler) {
        let [first, second] = office.administrators();
        let new = json!({"display_name": "架空 新人"});
        let change = self.adds(&["change.proposed"], || first.post("/v1/users", &new).ok(202));
        let path = format!("/v1/changes/{}/approve", text(&change, "id"));
        let enabled = ["change.approved", "user.enabled", "enrolment.issued"];
        let approved = self.adds(&enabled, || second.post(&path, &Value::Null).ok(200));
        let token = text(&approved, "enrolment_token");
        let begin = json!({"token": token, "login": "shin.jin", "password": "Kakuu-no-Goku 0777 aikotoba!"});
        let nobody = self.lab.site.anonymous();
        let begun =
            self.adds(&["enrolment.begun"], || nobody.post("/v1/enrolments", &begin).ok(201));
        let confirm = format!("/v1/enrolments/{}/confirm", text(&begun, "id"));
        self.adds(&["enrolment.refused"], || nobody.post(&confirm, &json!({"totp": "000000"})));
        let code = self.lab.site.code(&text(&begun, "totp_secret"), 0);
        let enrolled =
            ["device.known", "enrolment.confirmed", "recovery_codes.made", "session.opened"];
        let session =
            self.adds(&enrolled, || nobody.post(&confirm, &json!({"totp": code})).ok(201));
        self.recovers(&text(&session, "token"), &begin);
        let path = office.path("training");
        self.adds(&["training.recorded"], || {
            office.manager.post(&path, &self.training(sato)).ok(201)
        });
        let guest = office.stranger("見本 退職");
        let at = |act: &str| format!("/v1/users/{}/{act}", guest.member.user);
        let last = json!({"last_day": self.lab.site.day(30)});
        self.adds(&["user.leaving"], || first.post(&at("leave"), &last).ok(200));
        let why = json!({"reason": "left"});
        self.adds(&["session.closed", "user.disabled"], || {
            first.post(&at("disable"), &why).ok(200)
        });
        self.ends(office, "designations", "designation.ended");
        self.ends(office, "appointments", "appointment.ended");
        let settings = office.path("settings");
        let found = office.manager.get(&settings);
        let (tag, mut longer) = (found.header("etag").unwrap().to_owned(), found.ok(200));
        longer["purge"]["grace_days"] = json!(4);
        self.adds(&["settings.changed"], || {
            office.manager.json("PUT", &settings, &[("If-Match", &tag)], &longer).ok(200)
        });
        let program = office.program(sato);
        self.adds(&["person.created"], || {
            program.post(&office.path("people"), &sato.person(&json!({}))).ok(201)
        });
        self.ends(office, "clients", "client.ended");
    }

    /// What is held against those who operate the vault.
    fn oversight(&self, office: &Office<'_>) {
        // The first one offered the manager their role just now.
        let [first, second] = office.administrators();
        let why = json!({"reason": "見本"});
        let freeze = office.path("freeze");
        self.adds(&["reads.frozen"], || office.manager.post(&freeze, &why).ok(200));
        let lift = second.post(&office.path("unfreeze"), &why).ok(202);
        let approve = |change: &Value| {
            let path = office.path(&format!("changes/{}/approve", text(change, "id")));
            office.manager.post(&path, &Value::Null).ok(200)
        };
        self.adds(&["change.approved", "reads.unfrozen"], || approve(&lift));
        let day = self.lab.site.day(0);
        let visit = json!({"who": "架空", "purpose": "見本", "from": day, "until": day});
        let visit = second.post(&office.path("it-access"), &visit).ok(202);
        let visit = self.adds(&["change.approved", "it_access.approved"], || approve(&visit));
        let close = office.path(&format!("it-access/{}/close", text(&visit["content"], "id")));
        let report = json!({"report": "見本"});
        self.adds(&["it_access.closed"], || second.post(&close, &report).ok(200));
        let viewer = office.appoint("viewer", "試験 再登録").member.user;
        let reset = first.post(&format!("/v1/users/{viewer}/reset"), &why).ok(202);
        let path = format!("/v1/changes/{}/approve", text(&reset, "id"));
        // Its organisation learns of it, and the vault.
        let made = [
            "change.approved",
            "credentials.reset",
            "credentials.reset",
            "enrolment.issued",
            "session.closed",
        ];
        self.adds(&made, || second.post(&path, &Value::Null).ok(200));
        let resets = office.manager.get(&office.path("resets")).ok(200);
        let path = office.path(&format!("resets/{}/confirm", text(&resets["items"][0], "id")));
        self.adds(&["credentials.confirmed"], || office.manager.post(&path, &Value::Null).ok(200));
    }

    /// Ends a new one of a list.
    fn ends(&self, office: &Office<'_>, list: &str, act: &str) {
        match list {
            "designations" => drop(office.handler("見本 一時")),
            "appointments" => drop(office.appoint("viewer", "見本 閲覧")),
            _ => {}
        }
        let all = office.manager.get(&office.path(&format!("{list}?limit=200"))).ok(200);
        let last = all["items"].as_array().unwrap().last().unwrap().clone();
        let path = office.path(&format!("{list}/{}/end", text(&last, "id")));
        self.adds(&[act], || office.manager.post(&path, &Value::Null).ok(200));
    }

    /// Whoever may not is in the log: at once where they wanted to write, with the minute otherwise.
    fn refusals(&self, office: &Office<'_>, sato: &Handler, suzuki: &Handler) {
        let person = sato.add_employee("架空");
        let stranger = office.stranger("試験 他人");
        let refused = ["access.refused"];
        self.adds(&refused, || stranger.read(&[&person], "withholding_slip"));
        self.adds(&refused, || sato.post(&office.path("training"), &self.training(sato)));
        let viewer = office.appoint("viewer", "架空 閲覧");
        self.adds(&refused, || viewer.post(&office.path("people"), &sato.person(&json!({}))));
        self.adds(&[], || viewer.get(&office.path("log/entries")).refused(403, "not-permitted"));
        self.adds(&[], || stranger.get(&office.path("people")).refused(404, "not-found"));
        self.adds(&["access.refused", "access.refused"], || self.minute());
        let small = office.program_with(suzuki, &json!({"quota_per_hour": 1, "quota_per_day": 1}));
        let two = sato.asking(&[&person, &person], "withholding_slip");
        self.adds(&refused, || small.post(&office.path("reads"), &two));
    }

    /// A batch that is dropped, and one that is carried out.
    fn purge(&self, office: &Office<'_>, sato: &Handler, suzuki: &Handler) {
        let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
        sato.give_number(suzuki, &leaver, &number(40_020), &["withholding"]);
        let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
        let path = sato.path(&format!("people/{leaver}/events"));
        let fact = self.adds(&["fact.recorded"], || sato.post(&path, &left).ok(201));
        let later = json!({"type": "employment_ended", "on": "2015-04-30", "reason": "resigned"});
        let right = json!({"type": "fact_corrected", "person": leaver, "supersedes": text(&fact, "id"),
            "with": later, "reason": "日付の誤り（見本）"});
        let change = sato.post(&office.path("changes"), &right).ok(202);
        let path = office.path(&format!("changes/{}/approve", text(&change, "id")));
        self.adds(&["change.approved", "fact.corrected"], || {
            suzuki.post(&path, &Value::Null).ok(200)
        });
        let propose = || suzuki.post(&office.path("purges"), &Value::Null).ok(201);
        let act = |purge: &Value, act: &str| {
            (
                office.path(&format!("purges/{}/{act}", text(purge, "id"))),
                json!({"digest": text(purge, "digest")}),
            )
        };
        let dropped = self.adds(&["purge.proposed"], propose);
        let (path, _) = act(&dropped, "cancel");
        self.adds(&["purge.cancelled"], || office.manager.post(&path, &Value::Null).ok(200));
        let purge = propose();
        let (path, digest) = act(&purge, "confirm");
        self.adds(&["purge.confirmed"], || suzuki.post(&path, &digest).ok(200));
        let (path, digest) = act(&purge, "approve");
        self.adds(&["purge.approved"], || office.manager.post(&path, &digest).ok(200));
        for _ in 0..6 {
            self.lab.observed_day();
        }
        let carried_out =
            ["certificate.issued", "number.destroyed", "purge.finished", "purge.started"];
        self.adds(&carried_out, || assert_eq!(self.lab.run_job().destroyed, 1));
    }

    /// What nobody decided.
    fn lapse(&self) {
        self.lab.pass(24 * 31);
        let actor = Actor::job("expiry");
        let lapse = || self.lab.runtime.block_on(change::expire(&self.lab.app, &actor)).unwrap();
        self.adds(&["change.expired", "number.destroyed"], || assert_eq!(lapse(), 1));
    }

    /// Whoever is not known asks again and again: one entry a minute for each thing asked, and no more
    /// bytes than are allowed in all.
    fn flood(&self, office: &Office<'_>) {
        let stranger = self.lab.site.program("azs1_nobody");
        let anonymous = self.lab.site.anonymous();
        let paths = [office.path("people"), office.path("changes"), String::from("/v1/users")];
        let before = self.lab.entries().len();
        for at in 0..FLOOD {
            let path = &paths[at % paths.len()];
            let caller = if at % 2 == 0 { &stranger } else { &anonymous };
            caller.get(path).refused(401, "unauthenticated");
        }
        self.minute();
        let added = self.lab.entries().split_off(before);
        let bytes: usize = added.iter().map(|entry| entry.to_string().len()).sum();
        assert!(bytes < BYTES_A_MINUTE, "{bytes}");
        assert_eq!(added.len(), paths.len(), "one for each route");
        let counted: u64 = added.iter().filter_map(|entry| entry["count"].as_u64()).sum();
        assert_eq!(counted, FLOOD as u64);
    }

    /// Every event of the catalogue was seen, or stands in the list of those that no call causes.
    fn the_catalogue_is_covered(&self) {
        let catalogue = CATALOGUE.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let seen: BTreeSet<_> = self.lab.entries().iter().map(|entry| text(entry, "act")).collect();
        let missing: BTreeSet<_> = catalogue
            .map(|event| text(&event, "act"))
            .filter(|act| !seen.contains(act) && ELSEWHERE.iter().all(|(known, _)| known != act))
            .collect();
        assert!(missing.is_empty(), "no call of this test causes {missing:?}");
    }

    fn training(&self, of: &Handler) -> Value {
        json!({"user": of.member.user, "on": self.lab.site.day(0), "subject": "見本"})
    }

    /// What is done at the end of each minute.
    fn minute(&self) {
        self.lab.runtime.block_on(refusals::write(&self.lab.app)).unwrap();
    }
}
