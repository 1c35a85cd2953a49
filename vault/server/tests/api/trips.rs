//! What a read asks of the database, trip by trip, as `docs/performance.md` says.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::clients::{OFFICE, Payroll};
use crate::story::NUMBER;

const PAGE: &str = include_str!("../../../../docs/performance.md");
const MIGRATION: &str = include_str!("../../../../migrations/sqlite/0001_vault.sql");

/// The trips of one runtime, in their order.
#[derive(Clone, Default)]
struct Trips(Arc<Mutex<Vec<String>>>);

thread_local! {
    /// Other tests run in this process; only the threads of one runtime are listened to.
    static LISTENING: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

impl<S: Subscriber> Layer<S> for Trips {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "azekura::trip" {
            event.record(&mut self.clone());
        }
    }
}

impl Visit for Trips {
    fn record_str(&mut self, _: &Field, sql: &str) {
        self.0.lock().unwrap().push(brief(sql));
    }

    fn record_debug(&mut self, _: &Field, _: &dyn core::fmt::Debug) {}
}

impl Trips {
    fn listen(&self) {
        let subscriber = tracing_subscriber::registry().with(self.clone());
        LISTENING.set(Some(set_default(subscriber)));
    }

    /// Forgets what was before.
    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// One transaction made the trips that the page says of a read by `who`, and no other was there
    /// but one that noted the outcomes of reads.
    fn are_those_of(&self, who: &str) {
        let trips = self.0.lock().unwrap().join(", ");
        let groups: Vec<&str> =
            trips.split_inclusive("commit").map(|group| group.trim_matches([',', ' '])).collect();
        let (read, outcomes) = (promised(who), promised("outcomes alone"));
        assert!(groups.contains(&&*read), "{who}: {trips}");
        assert!(groups.iter().all(|group| *group == read || *group == outcomes), "{who}: {trips}");
    }
}

/// The verb and the tables of a statement.
fn brief(sql: &str) -> String {
    let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let is_table = |word: &&&str| MIGRATION.contains(&format!("\ncreate table {word} ("));
    let mut brief: Vec<&str> = words.iter().take(1).copied().collect();
    for table in words.iter().filter(is_table) {
        if !brief.contains(table) {
            brief.push(table);
        }
    }
    brief.join(" ")
}

/// What the page says under `what`.
fn promised(what: &str) -> String {
    let row = PAGE.lines().find_map(|line| line.strip_prefix(&format!("| {what} | ")));
    let (trips, count) = row.unwrap().trim_end_matches(" |").split_once(" | ").unwrap();
    assert_eq!(trips.split(", ").count().to_string(), count, "{what}");
    trips.to_owned()
}

#[test]
fn a_read_asks_the_database_for_no_right_and_for_nobody_twice() {
    let trips = Trips::default();
    let listener = trips.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(move || listener.listen())
        .build()
        .unwrap();
    runtime.block_on(async {
        trips.listen();
        let payroll = Payroll::with(&Value::Null).await;
        let (office, person) = (&payroll.office, payroll.person.as_str());
        let ask = json!({"purpose": "withholding_slip", "period": office.year(),
            "reference": "試験", "people": [person]});
        for who in ["a person, of somebody not held in memory", "a person"] {
            trips.clear();
            let answer = office.post("/reads", &office.sato.1, ask.clone()).await;
            assert_eq!(answer["results"][0]["number"], NUMBER);
            trips.are_those_of(who);
        }
        payroll.read(&payroll.key, OFFICE, &Value::Null).await.expect(200);
        trips.clear();
        let answer = payroll.read(&payroll.key, OFFICE, &Value::Null).await.expect(200);
        assert_eq!(answer["results"][0]["number"], NUMBER);
        trips.are_those_of("a program");
    });
    LISTENING.take();
}
