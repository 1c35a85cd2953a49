//! A production vault in this process, because days must pass.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use azekura::app::App;
use azekura::auth::Actor;
use azekura::cli::setup::{self, Founded, Secret};
use azekura::keyfile::StateDir;
use azekura::service::execute::{self, Done};
use azekura::service::{integrity, intents, log};
use azekura::store::{Store, audit as entries};
use azekura_core::audit::event::Boot;
use azekura_core::time::{Clock, Timestamp};
use azekura_tests::site::text;
use azekura_tests::vault::Files;
use azekura_tests::{Caller, Handler, Member, Office, Site};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// What opens the keyring.
pub(crate) const CREDENTIAL: [u8; 32] = [9; 32];

const HOUR: i64 = 3_600_000;

/// A production vault whose clock the test moves. No job runs but those that the test runs.
pub(crate) struct Lab {
    pub(crate) site: Site,
    pub(crate) administrators: Vec<Member>,
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) runtime: Runtime,
    pub(crate) files: Files,
}

pub(crate) struct TestClock(pub(crate) AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl Lab {
    pub(crate) fn new() -> Self {
        let (files, runtime) = (Files::new(), Runtime::new().unwrap());
        let founded = runtime.block_on(setup::found(&files.state(), secret(), false)).unwrap();
        Self::of(files, runtime, founded)
    }

    /// The same on a PostgreSQL server; `serve` itself does not run there yet.
    pub(crate) fn on_postgres() -> Self {
        let (files, runtime) = (Files::new(), Runtime::new().unwrap());
        let url = azekura_tests::postgres::database().unwrap();
        let state = StateDir::create(&files.state()).unwrap();
        let store = runtime.block_on(Store::open_postgres(&url)).unwrap();
        let founded = runtime.block_on(setup::found_on(state, store, secret(), false)).unwrap();
        Self::of(files, runtime, founded)
    }

    fn of(files: Files, runtime: Runtime, mut founded: Founded) -> Self {
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

    pub(crate) fn office(&self) -> Office<'_> {
        let [first, second] = self.administrators.as_slice() else { unreachable!("two of them") };
        Office::found(&self.site, [first, second], "架空商事")
    }

    pub(crate) fn pass(&self, hours: i64) {
        self.clock.0.fetch_add(hours * HOUR, Ordering::SeqCst);
    }

    /// A day on which the vault ran.
    pub(crate) fn observed_day(&self) {
        for _ in 0..6 {
            self.pass(4);
            let ms = u64::try_from(self.clock.now().as_millis()).unwrap();
            let boot = Boot { id: uuid(), ms };
            self.runtime.block_on(log::heartbeat(&self.app, boot)).unwrap();
        }
    }

    pub(crate) fn run_job(&self) -> Done {
        self.runtime.block_on(execute::run(&self.app, &Actor::job("purge"))).unwrap()
    }

    /// Every entry of the log.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let read = async {
            let mut reading = self.app.reading().await.unwrap();
            let (mut leaves, mut seq) = (Vec::new(), 0);
            loop {
                let page = entries::entries(&mut reading, seq, 1_000).await.unwrap();
                let Some(last) = page.last() else { return leaves };
                seq = last.seq + 1;
                leaves.extend(page);
            }
        };
        let leaves = self.runtime.block_on(read);
        leaves.iter().map(|leaf| serde_json::from_slice(&leaf.leaf).unwrap()).collect()
    }

    /// What was changed outside the vault.
    pub(crate) fn changed_outside(&self) -> BTreeSet<String> {
        self.runtime.block_on(async {
            let mut reading = self.app.reading().await.unwrap();
            integrity::find(&mut reading, &self.app.state).await.unwrap()
        })
    }

    /// Signed in again, as one is after a night.
    pub(crate) fn again(&self, handler: &mut Handler) {
        handler.member.caller = self.signed_in(&handler.member);
    }

    /// A new session of somebody.
    pub(crate) fn signed_in(&self, member: &Member) -> Caller {
        let session = self.site.sign_in(member, 0).ok(201);
        self.site.program(&text(&session, "token"))
    }
}

pub(crate) fn serve(runtime: &Runtime, app: &Arc<App>, queue: intents::Queue) -> SocketAddr {
    let stop = CancellationToken::new();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(intents::serve(Arc::clone(app), queue, stop.clone()));
    let router = azekura::http::router(Arc::clone(app));
    runtime.spawn(azekura::http::listen::serve(listener, router, stop));
    address
}

fn secret() -> Secret {
    Secret::Credential(Zeroizing::new(CREDENTIAL))
}

fn uuid() -> uuid::Uuid {
    uuid::Uuid::from_u128(1)
}
