//! What the vault wrote once and replaced, put back: row, table, table with its head, whole file.

use azekura_tests::sqlite;

use super::scene::{Opened, SCENE, copy_of};
use super::table;

/// Rows that are put back, for each table.
const ROWS: usize = 1;

/// One edit, and the name under which it must be found.
struct Case {
    what: String,
    edit: String,
}

#[test]
fn rt_07_an_older_state_put_back_counts_for_nothing_and_is_named() {
    let cases = cases();
    assert!(cases.len() >= 30, "{}", cases.len());
    for Case { what, edit } in &cases {
        match Opened::of(&SCENE.after, edit) {
            Ok(opened) => {
                SCENE.nothing_is_gained(&opened, what);
                SCENE.reads_are_right(&opened, what);
                if what.contains("enrolment") {
                    SCENE.no_enrolment_again(&opened);
                }
                assert!(!opened.named().is_empty(), "{what}: the doctor names nothing");
                assert!(!opened.logged().is_empty(), "{what}: the log names nothing");
            }
            Err(said) => assert!(said.contains("log") || said.contains("older"), "{what}: {said}"),
        }
    }
    live(&cases);
}

/// The same while the vault runs: what is in memory is what counts.
fn live(cases: &[Case]) {
    for Case { what, edit } in cases.iter().filter(|case| !case.what.starts_with("without")) {
        let opened = Opened::of(&SCENE.after, "").unwrap();
        assert!(opened.logged().is_empty() && opened.named().is_empty());
        sqlite::run(&opened.database(), &format!("pragma foreign_keys = off; {edit}"));
        SCENE.nothing_is_gained(&opened, what);
        SCENE.reads_are_right(&opened, what);
        // A log that was put back cannot be written to; then the doctor alone names it.
        let logged = opened.logged();
        let named = opened.named();
        assert!(!named.is_empty() || !logged.is_empty(), "{what}: nothing is named while it runs");
    }
}

fn cases() -> Vec<Case> {
    let (old, new) = (SCENE.before.state().join("vault.db"), SCENE.after.state().join("vault.db"));
    let mut cases = Vec::new();
    for table in table::all(&new) {
        let sealed = table.columns.iter().any(|column| column == "sealed");
        let (was, is) = (table.rows(&old), table.rows(&new));
        if !sealed || was == is {
            continue;
        }
        let changed = was.iter().filter(|row| !is.contains(row));
        for row in changed.take(ROWS) {
            let kind = if table.same_key(&is, row).is_some() { "replaced" } else { "removed" };
            cases.push(Case { what: format!("a {kind} {}", table.name), edit: table.put(row) });
        }
        let added: Vec<_> = is.iter().filter(|row| table.same_key(&was, row).is_none()).collect();
        cases.extend(added.iter().take(ROWS).map(|row| Case {
            what: format!("without an added {}", table.name),
            edit: table.take(row),
        }));
        let whole = table.become_(&was);
        cases.push(Case { what: format!("all of {}", table.name), edit: whole.clone() });
        cases.push(Case {
            what: format!("all of {} with the head", table.name),
            edit: format!("{whole} {}", head()),
        });
    }
    cases.push(person_with_slot());
    cases
}

/// The statement that puts the old head of the log back.
fn head() -> String {
    let old = SCENE.before.state().join("vault.db");
    let head = table::all(&old).into_iter().find(|table| table.name == "log_head").unwrap();
    head.become_(&head.rows(&old))
}

/// Somebody's old row together with the number and the slot that it names.
fn person_with_slot() -> Case {
    let old = SCENE.before.state().join("vault.db");
    let both =
        table::all(&old).into_iter().filter(|table| ["number", "person"].contains(&&*table.name));
    let edits: Vec<_> = both.map(|table| table.become_(&table.rows(&old))).collect();
    Case { what: String::from("people with their numbers"), edit: edits.concat() }
}

#[test]
fn the_whole_database_put_back_beside_newer_files_is_refused() {
    let old = copy_of(&SCENE.after);
    std::fs::copy(SCENE.before.state().join("vault.db"), old.state().join("vault.db")).unwrap();
    let refused = Opened::of(&old, "").err().expect("it is older than what was signed");
    assert!(refused.contains("older than"), "{refused}");
}

#[test]
fn a_log_cut_short_with_its_head_and_tables_is_refused() {
    let new = SCENE.after.state().join("vault.db");
    let old = SCENE.before.state().join("vault.db");
    let cut: Vec<_> =
        table::all(&old).iter().map(|table| table.become_(&table.rows(&old))).collect();
    let opened = Opened::of(&SCENE.after, &cut.concat());
    assert!(opened.err().expect("the anchor is ahead").contains("older than"));

    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(&running.database(), &format!("pragma foreign_keys = off; {}", cut.concat()));
    let sato = running.caller(&SCENE.sato.token);
    let (person, number) = &SCENE.people[1];
    let read = sato.post(&SCENE.path("reads"), &running.asking(person));
    read.refused(503, "audit-unavailable");
    assert!(!read.text().contains(number.as_str()));
    SCENE.nothing_is_gained(&running, "a log cut short");
    assert!(table::all(&new).len() > 20);
}

#[test]
fn a_changed_line_of_the_log_is_refused_and_narrowed_down() {
    let edit = "update log_entry set leaf = cast(replace(cast(leaf as text), '\"heartbeat', '\"heartbreak') as blob) \
                where seq = (select max(seq) from log_entry where beat_hour is not null);";
    let refused =
        Opened::of(&SCENE.after, edit).err().expect("the lines are not those of the tree");
    assert!(refused.contains("of the log are not those that were written"), "{refused}");
    assert!(!refused.contains("entries 0 to"), "{refused}");

    let running = Opened::of(&SCENE.after, "").unwrap();
    sqlite::run(&running.database(), edit);
    assert!(running.logged().iter().any(|what| what.starts_with("entries ")));
}
