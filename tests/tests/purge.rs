//! What is past its retention goes, by three hands and after a grace, and leaves a certificate. The
//! vault runs in this process, because days must pass.

#![cfg(test)]

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use azekura::app::App;
use azekura::auth::Actor;
use azekura::cli::setup::{self, Secret};
use azekura::service::execute::{self, Done};
use azekura::service::{intents, log};
use azekura_core::audit::event::Boot;
use azekura_core::time::{Clock, Timestamp};
use azekura_tests::site::text;
use azekura_tests::vault::Files;
use azekura_tests::{Handler, Member, Office, Site, number};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

const HOUR: i64 = 3_600_000;

/// A production vault whose clock the test moves. No job runs but those that the test runs.
struct Lab {
    site: Site,
    administrators: Vec<Member>,
    app: Arc<App>,
    clock: Arc<TestClock>,
    runtime: Runtime,
    files: Files,
}

struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Lab {
    fn new() -> Self {
        let (files, runtime) = (Files::new(), Runtime::new().unwrap());
        let secret = Secret::Credential(Zeroizing::new([9; 32]));
        let mut founded = runtime.block_on(setup::found(&files.state(), secret, false)).unwrap();
        fs::write(files.trust(), founded.trust.to_string()).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(founded.app.clock.now().as_millis())));
        Arc::get_mut(&mut founded.app).unwrap().clock = Arc::<TestClock>::clone(&clock);
        let app = founded.app;
        let address = serve(&runtime, &app, founded.queue);
        let seconds = Arc::clone(&clock);
        let site = Site::with_clock(address, move || {
            u64::try_from(seconds.now().as_millis() / 1000).unwrap()
        });
        let names = ["kanri.ichi", "kanri.ni"];
        let tokens = founded.tokens.iter().zip(names);
        let administrators =
            tokens.map(|(token, login)| site.enrol(token.expose_secret(), login)).collect();
        Self { site, administrators, app, clock, runtime, files }
    }

    fn office(&self) -> Office<'_> {
        let [first, second] = self.administrators.as_slice() else { unreachable!("two of them") };
        Office::found(&self.site, [first, second], "架空商事")
    }

    fn pass(&self, hours: i64) {
        self.clock.0.fetch_add(hours * HOUR, Ordering::SeqCst);
    }

    /// A day on which the vault ran.
    fn observed_day(&self) {
        for _ in 0..6 {
            self.pass(4);
            let ms = u64::try_from(self.clock.now().as_millis()).unwrap();
            let boot = Boot { id: uuid(), ms };
            self.runtime.block_on(log::heartbeat(&self.app, boot)).unwrap();
        }
    }

    fn run_job(&self) -> Done {
        self.runtime.block_on(execute::run(&self.app, &Actor::job("purge"))).unwrap()
    }

    /// Signed in again, as one is after a night.
    fn again(&self, handler: &mut Handler) {
        let session = self.site.sign_in(&handler.member, 0).ok(201);
        handler.member.caller = self.site.program(&text(&session, "token"));
    }
}

fn serve(runtime: &Runtime, app: &Arc<App>, queue: intents::Queue) -> SocketAddr {
    let stop = CancellationToken::new();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(intents::serve(Arc::clone(app), queue, stop.clone()));
    let router = azekura::http::router(Arc::clone(app));
    runtime.spawn(azekura::http::listen::serve(listener, router, stop));
    address
}

fn uuid() -> uuid::Uuid {
    uuid::Uuid::from_u128(1)
}

#[test]
fn a_leaver_past_retention_is_deleted_by_three_hands_and_certified() {
    let lab = Lab::new();
    let office = lab.office();
    let (mut sato, mut suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let stays = sato.add_with_number(&suzuki, &number(7_001), &["withholding"]);
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(&suzuki, &leaver, &number(7_000), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("past-retention".into()));

    let purge = suzuki.post(&office.path("purges"), &Value::Null).ok(201);
    assert_eq!(purge["count"], 1, "{purge}");
    assert_eq!(purge["items"][0]["person"], leaver.as_str());
    assert_eq!(purge["items"][0]["set_by"], sato.member.user.as_str());
    approve_as_the_rules_say(&office, &sato, &suzuki, &purge);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("disposal-pending".into()));

    lab.pass(10 * 24);
    assert_eq!(lab.run_job(), Done::default(), "days that nobody observed are no grace");
    for day in 0..3 {
        assert_eq!(lab.run_job(), Done::default(), "after {day} observed days");
        lab.observed_day();
    }
    lab.observed_day();
    assert_eq!(lab.run_job(), Done { finished: 1, destroyed: 1, certified: 1 });
    assert_eq!(lab.run_job(), Done::default(), "once is enough");

    lab.again(&mut sato);
    lab.again(&mut suzuki);
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("deleted".into()));
    assert_eq!(sato.status(&leaver), "disposed");
    assert_eq!(sato.read_one(&stays, "withholding_slip"), Ok(number(7_001)));
    sato.register(&leaver, &number(7_000), &["withholding"]).refused(422, "past-retention");
    certificate_holds(&lab, &suzuki, &leaver);
}

/// Out of turn, with another list, by whoever confirmed, by whoever set the date: refused each.
fn approve_as_the_rules_say(office: &Office<'_>, sato: &Handler, suzuki: &Handler, purge: &Value) {
    let path = |act: &str| office.path(&format!("purges/{}/{act}", text(purge, "id")));
    let digest = json!({"digest": text(purge, "digest")});
    let other = json!({"digest": "0".repeat(64)});
    office.manager.post(&path("approve"), &digest).refused(409, "purge-step");
    suzuki.post(&path("confirm"), &other).refused(409, "digest-mismatch");
    office.manager.post(&path("confirm"), &digest).refused(403, "not-designated");
    suzuki.post(&path("confirm"), &digest).ok(200);
    for party in [sato, suzuki] {
        party.post(&path("approve"), &digest).refused(403, "not-permitted");
        office.appoint_also("manager", party);
        party.post(&path("approve"), &digest).refused(403, "same-person");
    }
    office.manager.post(&path("approve"), &other).refused(409, "digest-mismatch");
    let approved = office.manager.post(&path("approve"), &digest).ok(200);
    assert_eq!(approved["state"], "approved");
}

fn certificate_holds(lab: &Lab, reader: &Handler, leaver: &str) {
    let list = reader.get(&reader.path(&format!("certificates?person={leaver}"))).ok(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let line = &list["items"][0];
    let answer = reader.get(&reader.path(&format!("certificates/{}", text(line, "id"))));
    answer.ok(200);
    let name = format!("AZEKURA-CERT-{}.json", text(line, "serial"));
    let path: PathBuf = lab.files.root().join(name);
    fs::write(&path, &answer.body).unwrap();
    let (holds, report) = lab.files.verify_certificate(&path);
    assert!(holds, "{report:#}");
    for changed in [answer.text().replacen('A', "B", 1), String::new()] {
        fs::write(&path, changed).unwrap();
        assert!(!lab.files.verify_certificate(&path).0);
    }
}

#[test]
fn a_cancelled_batch_gives_the_numbers_back() {
    let lab = Lab::new();
    let office = lab.office();
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    suzuki.post(&office.path("purges"), &Value::Null).refused(404, "not-found");
    let leaver = sato.add(&json!({"started_on": "2010-04-01"}));
    sato.give_number(&suzuki, &leaver, &number(7_010), &["withholding"]);
    let left = json!({"type": "employment_ended", "on": "2015-03-31", "reason": "resigned"});
    sato.post(&sato.path(&format!("people/{leaver}/events")), &left).ok(201);
    let purge = suzuki.post(&office.path("purges"), &Value::Null).ok(201);
    let path = |act: &str| office.path(&format!("purges/{}/{act}", text(&purge, "id")));
    suzuki.post(&path("confirm"), &json!({"digest": text(&purge, "digest")})).ok(200);
    suzuki.post(&path("cancel"), &Value::Null).refused(403, "not-permitted");
    assert_eq!(office.manager.post(&path("cancel"), &Value::Null).ok(200)["state"], "cancelled");
    assert_eq!(sato.read_one(&leaver, "withholding_slip"), Err("past-retention".into()));
    for _ in 0..5 {
        lab.observed_day();
    }
    assert_eq!(lab.run_job(), Done::default());
}
