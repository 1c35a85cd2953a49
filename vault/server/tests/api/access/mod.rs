//! RT-35: `docs/access.md`, what the routes declare, and what each caller is answered in each state
//! are one table.

mod asked;
mod cast;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use self::asked::Asked;
use self::cast::Cast;
use self::table::{Call, Place, Table};
use crate::common::Answer;

/// The refusals that the table is about; every other answer means that the caller had the right.
const DECISIONS: [&str; 9] = [
    "client-not-granted",
    "locked",
    "not-designated",
    "not-found",
    "not-permitted",
    "reads-frozen",
    "reset-unconfirmed",
    "training-expired",
    "unauthenticated",
];

/// Ends the session it is called with, where it may be called.
const ENDS_ITS_CALLER: (&str, &str) = ("DELETE", "/v1/sessions/current");
/// Where it may be called, later cells of the state would find all reads stopped.
const FREEZES: (&str, &str) = ("POST", "/v1/orgs/{org}/freeze");

/// The column of the client.
const PROGRAM: &str = "program";
/// More than five refusals in a minute would stop it.
const BETWEEN_REFUSALS_MS: i64 = 15_000;
/// The state that has no row of its own.
const USUAL: &str = "usual";

#[tokio::test(flavor = "multi_thread")]
async fn rt_35_every_call_answers_every_caller_as_the_table_says() {
    let table = Table::read();
    compare(&table.calls, &declared());
    let (mut cast, asked) = (Cast::assemble().await, Asked::new());
    let (mut cells, mut wrong) = (0, Vec::new());
    for state in [vec![USUAL], table.states()].concat() {
        if state != USUAL {
            cast.enter(state).await;
        }
        for cell in in_order(&table, state) {
            cells += 1;
            if cell.role == PROGRAM {
                cast.vault.clock.advance(BETWEEN_REFUSALS_MS);
            }
            wrong.extend(cell.is_wrong(&cast, &asked).await);
        }
    }
    assert!(wrong.is_empty(), "{} of {cells} cells differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > 6_000, "{cells} cells");
}

/// One cell of the whole.
struct Cell<'t> {
    call: &'t Call,
    role: &'t str,
    place: Place,
    state: &'t str,
    expected: &'t str,
}

/// Every cell of the usual state and every one that another state changes; of what a state leaves as
/// it is, one call for each need. Those that are refused come first, as they change nothing.
fn in_order<'t>(table: &'t Table, state: &'t str) -> Vec<Cell<'t>> {
    let (mut cells, mut seen) = (Vec::new(), BTreeSet::new());
    for (call, need) in &table.calls {
        let inside = call.1.contains("{org}");
        let places: &[Place] = if inside { &[Place::Own, Place::Other] } else { &[Place::Vault] };
        for (place, role) in
            places.iter().flat_map(|place| table.roles.iter().map(move |role| (*place, role)))
        {
            let expected = table.answer(need, role, place, state);
            let changed = expected != table.answer(need, role, place, USUAL);
            let first = seen.insert((need, role, place));
            if state == USUAL || changed || first {
                cells.push(Cell { call, role, place, state, expected });
            }
        }
    }
    // Time passes between the calls of the program, and sessions lock: people come first.
    cells.sort_by_key(|cell| (cell.role == PROGRAM, cell.expected == "yes"));
    cells
}

impl Cell<'_> {
    /// What differs, in words.
    async fn is_wrong(&self, cast: &Cast, asked: &Asked) -> Option<String> {
        let Self { call: (method, path), role, place, state, expected } = self;
        let call = (method.as_str(), path.as_str());
        let stops = call == FREEZES && *state != "reads frozen";
        if *expected == "yes" && (stops || call == ENDS_ITS_CALLER) {
            return None;
        }
        let org = &cast.orgs[usize::from(*place == Place::Other)];
        let answer = asked.send(cast, org, (method, path), cast.token(role)).await;
        let seen = decision(&answer);
        // Whoever has the right may still ask for what is gone by now.
        let gone = *expected == "yes" && seen == "not-found";
        (seen != *expected && !gone).then(|| {
            let said = answer.json();
            format!(
                "{method} {path}, {role}, {place:?}, {state}: {expected} in docs/access.md, answered \
                 {seen} ({} {} {})",
                answer.status.as_u16(), said["code"], said["errors"],
            )
        })
    }
}

fn decision(answer: &Answer) -> String {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    if DECISIONS.contains(&code.as_str()) {
        code
    } else if answer.status.is_server_error() {
        format!("{} {code}", answer.status.as_u16())
    } else {
        String::from("yes")
    }
}

fn declared() -> BTreeMap<Call, String> {
    let declared = azekura::http::declared().into_iter();
    declared
        .map(|one| ((one.method.to_string(), one.path), String::from(one.need.name())))
        .collect()
}

/// The calls of the page are those that the routes declare.
fn compare(written: &BTreeMap<Call, String>, declared: &BTreeMap<Call, String>) {
    let line = |(call, need): (&Call, &String)| format!("| {} | `{}` | {need} |", call.0, call.1);
    let lines = |of: &BTreeMap<Call, String>| of.iter().map(line).collect::<BTreeSet<_>>();
    let (written, declared) = (lines(written), lines(declared));
    let text = |lines: BTreeSet<_>| lines.into_iter().collect::<Vec<String>>().join("\n");
    let add = text(&declared - &written);
    let remove = text(&written - &declared);
    assert!(
        add.is_empty() && remove.is_empty(),
        "docs/access.md, section “Calls”, is not what the routes declare.\nAdd these lines:\n{add}\n\
         Remove these lines:\n{remove}\n",
    );
}

#[test]
fn a_call_that_is_not_in_the_table_is_named_with_its_line() {
    let call = |path: &str| ((String::from("GET"), String::from(path)), String::from("view"));
    let both = [call("/a"), call("/b")].into();
    compare(&both, &both);
    let told = std::panic::catch_unwind(|| compare(&[call("/a")].into(), &both)).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(told.contains("Add these lines:\n| GET | `/b` | view |\nRemove these lines:\n\n"));
}
