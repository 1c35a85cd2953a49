//! What may be built in, where it comes from, and which of our crates may lean on which.

use crate::repository::Graph;

/// Crates that stay out, each with its reason.
const BANNED: [(&str, &str); 11] = [
    ("aws-lc-rs", "one provider of TLS cryptography is enough: ring"),
    ("aws-lc-sys", "a C library that ring makes unnecessary"),
    ("chrono", "jiff carries the time zones and refuses dates that do not exist"),
    ("native-tls", "TLS is rustls on every platform"),
    ("openssl", "TLS is rustls; cryptography is RustCrypto"),
    ("openssl-src", "a second C library for what rustls does"),
    ("openssl-sys", "the system's library would be part of what we promise"),
    ("rs_merkle", "does not separate leaves from nodes"),
    ("serde_yaml", "unmaintained; configuration is TOML"),
    ("sharks", "RUSTSEC-2024-0398: biased shares"),
    ("vsss-rs", "its field arithmetic was found biased; shares wait for a reviewed crate"),
];

/// What does input, output, time or randomness, and so may not be asked for by the core.
const OUTSIDE_WORLD: [&str; 9] =
    ["async-std", "axum", "getrandom", "hyper", "reqwest", "rustix", "smol", "sqlx", "tokio"];

/// The one registry; written in two parts because no text here names a registry's host.
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");

#[test]
fn banned_crates_stay_out() {
    let graph = Graph::load();
    for (banned, reason) in BANNED {
        assert!(
            graph.packages().all(|package| package["name"] != banned),
            "{banned} has come in ({reason}); `cargo tree -i {banned}` shows by whom",
        );
    }
}

#[test]
fn every_crate_comes_from_the_one_registry() {
    let graph = Graph::load();
    for package in graph.packages().filter(|package| !package["source"].is_null()) {
        assert_eq!(package["source"], REGISTRY, "{}", package["name"]);
    }
    let members = graph.members().count();
    assert_eq!(
        members,
        crate::repository::manifests().1.len(),
        "a path leads out of the workspace"
    );
}

#[test]
fn no_manifest_asks_for_any_version() {
    let graph = Graph::load();
    for package in graph.members() {
        for asked in package["dependencies"].as_array().into_iter().flatten() {
            let version = asked["req"].as_str().unwrap_or_default();
            assert!(
                !version.contains('*') || asked["path"].is_string(),
                "{} asks for any version of {}",
                package["name"],
                asked["name"],
            );
        }
    }
}

#[test]
fn crates_lean_only_on_the_layers_below_them() {
    let graph = Graph::load();
    let ours = |name| -> Vec<&str> {
        let asked = graph.asked_by(name).into_iter();
        asked.filter(|asked| asked.starts_with("azekura")).collect()
    };
    assert!(ours("azekura-core").is_empty(), "core leans on {:?}", ours("azekura-core"));
    assert!(ours("azekura-wire").is_empty(), "wire leans on {:?}", ours("azekura-wire"));
    assert!(ours("azekura-verify").is_empty(), "verify leans on {:?}", ours("azekura-verify"));
    assert_eq!(ours("azekura-client"), ["azekura-wire"]);
    assert!(!graph.asked_by("azekura-core").is_empty(), "the graph names core's dependencies");
}

#[test]
fn core_and_verifier_are_built_without_the_outside_world() {
    let graph = Graph::load();
    let asked = graph.asked_by("azekura-core");
    for outside in OUTSIDE_WORLD {
        assert!(!asked.contains(outside), "core asks for {outside}");
    }
    for package in ["azekura-core", "azekura-verify"] {
        let built_in = graph.built_into(package);
        assert!(built_in.contains("sha2"), "the graph shows what is built into {package}");
        // uuid asks for getrandom where the server makes ids, rustix asks the terminal's width.
        let outside = OUTSIDE_WORLD.iter().filter(|name| !["getrandom", "rustix"].contains(name));
        for outside in outside {
            assert!(!built_in.contains(outside), "{outside} is built into {package}");
        }
    }
}
