//! RT-62: what may not be in the sources, and the lints and profiles that keep it out.

use toml::Table;

use crate::repository::{File, files, manifests, read, rust_files};
use crate::rust::Source;

/// The only file that may hold an unsafe call, and how long it may be.
const UNSAFE_FILE: &str = "vault/server/src/sys.rs";
const UNSAFE_FILE_LINES: usize = 200;

/// Lints that turn a panic, a silenced warning or a forgotten print into an error.
const DENIED: [&str; 7] = [
    "allow_attributes",
    "allow_attributes_without_reason",
    "dbg_macro",
    "panic",
    "print_stdout",
    "todo",
    "unwrap_used",
];

#[test]
fn rt_62_unsafe_and_panics_stay_out() {
    lints_hold_in_every_crate();
    numbers_do_not_wrap_in_a_release();
    unsafe_code_has_one_place_at_most();
    sources_hold_nothing_unfinished_or_silenced();
}

fn lints_hold_in_every_crate() {
    let (workspace, members) = manifests();
    assert_eq!(text(&workspace, &["workspace", "lints", "rust", "unsafe_code"]), Some("deny"));
    for lint in DENIED {
        let level = text(&workspace, &["workspace", "lints", "clippy", lint]);
        assert_eq!(level, Some("deny"), "clippy's {lint}");
    }
    let indexing = text(&workspace, &["workspace", "lints", "clippy", "indexing_slicing"]);
    assert!(matches!(indexing, Some("deny" | "warn")), "clippy's indexing_slicing");
    for (folder, manifest) in members {
        let inherited = value(&manifest, &["lints", "workspace"]).and_then(toml::Value::as_bool);
        assert_eq!(inherited, Some(true), "{folder} has lints of its own");
    }
}

fn numbers_do_not_wrap_in_a_release() {
    let (workspace, _) = manifests();
    let checked = |profile| {
        value(&workspace, &["profile", profile, "overflow-checks"]).and_then(toml::Value::as_bool)
    };
    assert_eq!(checked("release"), Some(true));
    assert_ne!(checked("dist"), Some(false));
    assert_eq!(text(&workspace, &["profile", "dist", "inherits"]), Some("release"));
}

fn unsafe_code_has_one_place_at_most() {
    let mut places = Vec::new();
    for file in rust_files() {
        let attributes = Source::parse(&file.text).attributes();
        let waived = attributes.iter().filter(|attribute| attribute.contains("unsafe_code"));
        places.extend(waived.map(|_| file.path.clone()));
    }
    assert!(places.len() <= 1, "lints on unsafe code are waived in {places:?}");
    for place in places {
        assert_eq!(place, UNSAFE_FILE);
        let lines = read(&place).lines().count();
        assert!(lines < UNSAFE_FILE_LINES, "{place} has {lines} lines");
    }
}

fn sources_hold_nothing_unfinished_or_silenced() {
    let mut found = Vec::new();
    for file in files().iter().filter(|file| !file.ends_in(&["ttf"])) {
        found.extend(objections(file));
    }
    assert!(found.is_empty(), "left in the sources: {found:#?}");
}

fn objections(file: &File) -> Vec<String> {
    let File { path, text } = file;
    let mut found = Vec::new();
    let notes = if file.ends_in(&["rs"]) {
        let source = Source::parse(text);
        let silenced = |attribute: &String| {
            ["allow(", "#[ignore"].iter().any(|start| attribute.contains(start))
        };
        found.extend(source.attributes().into_iter().filter(silenced));
        let code = source.code.split_whitespace().collect::<String>();
        let unfinished = ["todo!", "dbg!", "unimplemented!"].into_iter();
        found.extend(unfinished.filter(|name| code.contains(name)).map(str::to_owned));
        source.comments
    } else if file.ends_in(&["lock", "md"]) {
        String::new()
    } else {
        text.clone()
    };
    let words = || notes.split(|c: char| !c.is_alphanumeric());
    let marks = ["TODO", "FIXME", "XXX"].into_iter();
    found.extend(marks.filter(|mark| words().any(|word| word == *mark)).map(str::to_owned));
    found.into_iter().map(|what| format!("{path}: {what}")).collect()
}

fn text<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t str> {
    let found = value(table, keys)?;
    found.as_str().or_else(|| found.get("level")?.as_str())
}

fn value<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t toml::Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

#[test]
fn unfinished_and_silenced_code_is_noticed() {
    let objections = |path: &str, text: &str| {
        objections(&File { path: path.to_owned(), text: text.to_owned() }).len()
    };
    for bad in [
        "#[allow(dead_code)] fn f() {}",
        "#![cfg_attr(test, allow(dead_code))]",
        "#[test]\n#[ignore = \"slow\"]\nfn f() {}",
        "fn f() { todo!() }",
        "fn f() { dbg!(1); }",
        "// TODO later",
        "/// FIXME: this",
    ] {
        assert_eq!(objections("a.rs", bad), 1, "{bad}");
    }
    assert_eq!(objections("a.sql", "-- TODO"), 1);
    for good in ["#[expect(dead_code)] fn f() {}", "let todo = \"TODO\";", "fn todo_list() {}"] {
        assert_eq!(objections("a.rs", good), 0, "{good}");
    }
}
