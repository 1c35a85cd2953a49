//! The arrows between the layers: calls go down, answers come back.

use crate::repository::{File, rust_files};
use crate::rust::Source;

/// Folders of the server, and the modules above or beside them that they must not name. `http`
/// stands above `service` and reaches rows and keys through it only.
const ARROWS: [(&str, &[&str]); 4] = [
    ("vault/server/src/auth", &["cli", "http", "jobs"]),
    ("vault/server/src/http", &["cli", "crypto", "store"]),
    ("vault/server/src/service", &["cli", "http", "jobs"]),
    ("vault/server/src/store", &["auth", "cli", "http", "jobs", "service"]),
];

/// Parts of the standard library that read or change the world outside the process, or its clock.
const OUTSIDE_WORLD: [&str; 10] = [
    "Instant",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "env",
    "fs",
    "os",
    "process",
    "thread",
];

#[test]
fn folders_of_the_server_call_downwards() {
    let broken: Vec<String> = rust_files()
        .iter()
        .filter_map(|file| Some((file, forbidden_in(&file.path)?)))
        .flat_map(|(file, forbidden)| {
            let names = named(&file.text, forbidden).into_iter();
            names.map(|name| format!("{} names {name}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(broken.is_empty(), "arrows that point upwards: {broken:#?}");
}

#[test]
fn core_touches_no_file_clock_or_network() {
    let core = rust_files().into_iter().filter(|file| file.path.starts_with("vault/core/src/"));
    let mut read = 0;
    for file in core {
        read += 1;
        for path in Source::parse(&file.text).paths() {
            let outside = path.iter().find(|part| OUTSIDE_WORLD.contains(part));
            if let (Some(&"std"), Some(part)) = (path.first(), outside) {
                assert!(file.path.contains("/tests"), "{} names std::{part}", file.path);
            }
        }
    }
    assert!(read > 1, "the sources of core are where this test looks");
}

/// What a call needs is declared where `Calls` adds it; a call added past it would declare nothing.
#[test]
fn a_call_is_added_only_where_its_need_is_declared() {
    let adds = [".route(", ".routes(", ".route_service(", ".nest(", ".nest_service("];
    let mut places = Vec::new();
    for File { path, text } in rust_files() {
        let serves = path.starts_with("vault/server/src/") && !path.ends_with("tests.rs");
        if serves && adds.iter().any(|add| text.contains(add)) {
            places.push(path);
        }
    }
    assert_eq!(places, ["vault/server/src/http/needs.rs"]);
}

fn forbidden_in(path: &str) -> Option<&'static [&'static str]> {
    let inside = |folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    };
    ARROWS.iter().find(|(folder, _)| inside(folder)).map(|(_, forbidden)| *forbidden)
}

/// Those of `modules` that the source leads to, from itself or from one of our crates.
fn named(text: &str, modules: &[&'static str]) -> Vec<&'static str> {
    let source = Source::parse(text);
    let paths = source.paths();
    let leads_to = |path: &Vec<&str>, module: &str| {
        path.first().is_some_and(|root| {
            let inside = ["crate", "self", "super", module].contains(root);
            (inside || root.starts_with("azekura")) && path.contains(&module)
        })
    };
    let is_named = |module: &&&str| paths.iter().any(|path| leads_to(path, module));
    modules.iter().filter(is_named).copied().collect()
}

#[test]
fn a_layer_is_noticed_however_it_is_named() {
    for naming in [
        "use crate::store::people;",
        "use crate::{app::App, store};",
        "use super::super::store;",
        "fn f() { crate::store::people::page() }",
        "pub use azekura::store::Tx;",
        "store::migrate();",
    ] {
        assert_eq!(named(naming, &["store"]), ["store"], "{naming}");
    }
    for other in [
        "// see crate::store::people",
        "let text = \"store::people\";",
        "app.store.read()",
        "use rustls::crypto::ring;",
        "use crate::keystore::open;",
    ] {
        assert!(named(other, &["crypto", "store"]).is_empty(), "{other}");
    }
    assert!(forbidden_in("vault/server/src/http.rs").is_some());
    assert!(forbidden_in("vault/server/src/https/mod.rs").is_none());
}
