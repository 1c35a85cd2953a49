//! `docs/tests.md` against the tests that there are.

use std::collections::BTreeSet;

use crate::repository::{read, rust_files};
use crate::rust::Source;

/// What an empty cell of the list holds.
const NONE: &str = "–";

#[test]
fn the_list_of_tests_and_the_tests_agree() {
    let list = read("docs/tests.md");
    let rows = rows(&list);
    let (mut listed, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for [id, test, path, sizes @ ..] in &rows {
        assert!(sizes.iter().any(|size| *size != NONE), "{test} runs at no size");
        assert!(sizes.iter().all(|size| !size.is_empty()), "{test} has an empty cell");
        assert_eq!(Some(*id), id_of(test).as_deref(), "{test} stands under another id");
        assert!(ids.insert(*id), "{id} stands twice; parts of it are ordinary tests");
        listed.insert(((*path).to_owned(), (*test).to_owned()));
    }
    let there = tests_in_sources();
    let missing: Vec<String> = there.difference(&listed).map(row_for).collect();
    assert!(
        missing.is_empty(),
        "docs/tests.md lacks these rows; fill in how often each runs its case:\n{}",
        missing.join("\n"),
    );
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "docs/tests.md lists tests that are not there: {gone:#?}");
}

/// The cells of each row whose first cell is an id, without their backticks.
fn rows(list: &str) -> Vec<[&str; 6]> {
    list.lines()
        .filter(|line| line.starts_with("| RT-"))
        .map(|line| {
            let inside = line.trim().trim_matches('|');
            let cells = inside.split('|').map(|cell| cell.trim().trim_matches('`'));
            let cells: Vec<&str> = cells.collect();
            cells.try_into().expect("a row has six cells: id, test, file, P, N and L")
        })
        .collect()
}

/// Path and name of every function that is called like a test of the plan.
fn tests_in_sources() -> BTreeSet<(String, String)> {
    rust_files()
        .into_iter()
        .flat_map(|file| {
            let source = Source::parse(&file.text);
            let named = source.functions().into_iter().filter(|name| id_of(name).is_some());
            named.map(|name| (file.path.clone(), name.to_owned())).collect::<Vec<_>>()
        })
        .collect()
}

fn row_for((path, test): &(String, String)) -> String {
    let id = id_of(test).unwrap_or_default();
    format!("| {id} | `{test}` | `{path}` |  | {NONE} | {NONE} |")
}

/// `RT-05` for `rt_05_every_swap_fails`.
fn id_of(test: &str) -> Option<String> {
    let (number, sentence) = test.strip_prefix("rt_")?.split_once('_')?;
    let is_number = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !sentence.is_empty()).then(|| format!("RT-{number}"))
}

#[test]
fn tests_are_known_by_their_names() {
    assert_eq!(id_of("rt_05_every_swap_fails").as_deref(), Some("RT-05"));
    for other in ["rt_5_swaps", "rt_05", "rt_05_", "start_05_x", "rt_ab_x"] {
        assert_eq!(id_of(other), None, "{other}");
    }
    let list = "| RT | Test |\n| RT-05 | `a` | `b.rs` | 3 | – | – |\n";
    assert_eq!(rows(list), [["RT-05", "a", "b.rs", "3", NONE, NONE]]);
}
