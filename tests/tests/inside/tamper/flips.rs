//! One bit, in any column of any table.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::scene::{Opened, SCENE};
use super::table::{self, Row, Table, flipped, unflipped};

/// Nothing rests on these: a checkpoint is signed, is looked up by the size that is wanted, is used
/// only if its signature opens to the tree of that size, and is otherwise made again; the place of an
/// item only orders it, and the digest is over the order.
const HARMLESS: [&str; 4] =
    ["checkpoint.at", "checkpoint.note", "checkpoint.size", "purge_item.position"];

#[test]
fn rt_06_a_flipped_bit_in_any_column_is_found_before_it_is_used() {
    let random = RandomState::new();
    let (mut flips, mut found) = (0, 0_usize);
    for table in table::all(&SCENE.after.state().join("vault.db")) {
        let rows = table.rows(&SCENE.after.state().join("vault.db"));
        for column in 0..table.columns.len() {
            let which = random.hash_one((&table.name, column));
            let (edit, what) = flip(&table, &rows, column, which);
            let harmless = HARMLESS.contains(&what.as_str());
            found += usize::from(is_found(&edit, &format!("{what} by {which:#x}"), harmless));
            flips += 1;
        }
    }
    assert!(flips > 100 && flips - found <= HARMLESS.len(), "{found} of {flips}");
}

/// The statement that flips a bit of a row that has this column, and what it is called.
fn flip(table: &Table, rows: &[Row], column: usize, which: u64) -> (String, String) {
    let what = format!("{}.{}", table.name, table.columns[column]);
    let filled: Vec<_> = rows.iter().filter(|row| row[column] != "NULL").collect();
    assert!(!filled.is_empty(), "the scene has no {what}");
    let row = filled[usize::try_from(which >> 32).unwrap() % filled.len()];
    let edit = table.set(row, column, &another(rows, column, &row[column], which & 0xffff_ffff));
    (format!("pragma ignore_check_constraints = on; {edit}"), what)
}

/// The value with one bit flipped. Where each row has its own value it is no other row's either: the
/// database itself would refuse it.
fn another(rows: &[Row], column: usize, value: &str, bit: u64) -> String {
    let values: HashSet<_> = rows.iter().map(|row| unflipped(&row[column])).collect();
    let unique = values.len() == rows.len();
    let mut flips = (bit..).map(|bit| flipped(value, bit));
    flips.find(|flip| !unique || !values.contains(flip)).unwrap()
}

/// Whether the vault does not open, or names what is wrong; in either case it gives nothing away.
fn is_found(edit: &str, what: &str, harmless: bool) -> bool {
    let Ok(opened) = Opened::of(&SCENE.after, edit) else { return true };
    SCENE.reads_are_right(&opened, what);
    SCENE.nothing_is_gained(&opened, what);
    let caller = opened.caller(&SCENE.sato.token);
    for list in ["people", "changes", "purges", "designations", "certificates", "notices"] {
        SCENE.no_gone_number(&caller.get(&SCENE.path(list)), what);
    }
    let named = opened.named();
    assert!(harmless || !named.is_empty(), "{what} is not found");
    !named.is_empty()
}
