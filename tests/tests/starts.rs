//! What a start looks at before it serves. `start.rs` has the secrets and the keyring's own bytes.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use azekura::cli::setup::{self, Secret};
use azekura_tests::process::run;
use azekura_tests::vault::{Files, Founded};
use azekura_tests::{Caller, Site, sqlite};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// How a start ends.
enum Ends {
    /// It does not serve, says this, and leaves every file as it was.
    Refused(&'static str),
    /// It serves health only.
    Sealed,
    /// It serves; `doctor` ends with this code.
    Serves(i32),
}

use Ends::{Refused, Sealed, Serves};

/// What is done to a vault before it starts.
type Spoil = fn(&Files);

/// Options of the start, if they are not the usual ones.
type Options = &'static [&'static str];

const USUAL: Options = &["--unlock-file", "credential", "--listen", "127.0.0.1:0", "--allow-root"];
const WITHOUT_SECRET: Options = &["--listen", "127.0.0.1:0", "--allow-root"];
const WITH_FILE: Options = &[
    "--config",
    "azekura.toml",
    "--unlock-file",
    "credential",
    "--listen",
    "127.0.0.1:0",
    "--allow-root",
];

#[test]
fn rt_47_a_start_serves_a_whole_vault_or_says_why_not() {
    let cases = configurations().into_iter().chain(folders()).chain(databases());
    let (mut told, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, options, spoil, ends) in cases {
        assert!(told.insert(name), "{name} stands twice");
        let files = Founded::new().files;
        spoil(&files);
        wrong.extend(otherwise(&files, options, &ends).map(|how| format!("{name}: {how}")));
    }
    assert!(wrong.is_empty(), "starts that end otherwise: {wrong:#?}");
    a_demonstration_is_refused();
    a_changed_account_admits_nobody();
}

type Case = (&'static str, Options, Spoil, Ends);

/// A start with the usual options.
fn usual(name: &'static str, spoil: Spoil, ends: Ends) -> Case {
    (name, USUAL, spoil, ends)
}

/// Nothing in the configuration switches a protection off, and nothing is guessed.
fn configurations() -> Vec<Case> {
    let listen_everywhere: Options =
        &["--config", "azekura.toml", "--unlock-file", "credential", "--allow-root"];
    let no_such_file: Options = &["--config", "no-such.toml", "--unlock-file", "credential"];
    let no_such_secret: Options =
        &["--unlock-file", "no-such", "--listen", "127.0.0.1:0", "--allow-root"];
    vec![
        ("no configuration file", no_such_file, |_| (), Refused("read the configuration")),
        (
            "an unknown key",
            WITH_FILE,
            |files| config(files, "audit = false"),
            Refused("understand"),
        ),
        (
            "a second person off",
            WITH_FILE,
            |files| config(files, "dual_control = false"),
            Refused("understand"),
        ),
        (
            "a passphrase in it",
            WITH_FILE,
            |files| config(files, "passphrase = 'x'"),
            Refused("understand"),
        ),
        ("not TOML", WITH_FILE, |files| config(files, "listen ="), Refused("understand")),
        ("no address", WITH_FILE, |files| config(files, "listen = 'here'"), Refused("understand")),
        (
            "every address",
            listen_everywhere,
            |files| config(files, "listen = '0.0.0.0:0'"),
            Refused("TLS"),
        ),
        ("no secret", WITHOUT_SECRET, |_| (), Sealed),
        ("no file of that secret", no_such_secret, |_| (), Refused("read the credential")),
        ("an empty configuration", WITH_FILE, |files| config(files, ""), Serves(0)),
    ]
}

#[expect(clippy::too_many_lines, reason = "one table, a row a case")]
fn folders() -> Vec<Case> {
    vec![
        usual("no folder", |files| rename(files, "", "elsewhere"), Refused("look at")),
        usual("a folder by a link", a_linked_folder, Refused("closed to everyone else")),
        usual(
            "a folder that others may enter",
            |files| mode(files, "", 0o701),
            Refused("closed to everyone else"),
        ),
        usual("a folder of something else", empty, Refused("there is no keyring here")),
        (
            "no keyring and no secret",
            WITHOUT_SECRET,
            |files| remove(files, "keyring"),
            Refused("there is no keyring here"),
        ),
        usual("a keyring by a link", |files| linked(files, "keyring"), Refused("open")),
        usual(
            "a keyring that others may change",
            |files| mode(files, "keyring", 0o620),
            Refused("closed to everyone else"),
        ),
        usual(
            "a keyring of a newer version",
            |files| change(files, "keyring", |bytes| bytes[4] = 2),
            Refused("newer version"),
        ),
        usual("no log key", |files| remove(files, "log.key"), Refused("there is no log key here")),
        usual(
            "half a log key",
            |files| change(files, "log.key", |bytes| bytes.truncate(50)),
            Refused("log key"),
        ),
        usual(
            "another log key",
            |files| change(files, "log.key", |bytes| bytes[60] ^= 1),
            Refused("log key"),
        ),
        usual(
            "an anchor ahead of the log",
            |files| anchor(files, |anchor| anchor["size"] = json!(99_999)),
            Refused("older than, or other than"),
        ),
        usual(
            "an anchor of another log",
            |files| anchor(files, |anchor| anchor["root"] = json!("00".repeat(32))),
            Refused("older than, or other than"),
        ),
        usual(
            "an anchor that is none",
            |files| change(files, "anchor", |bytes| bytes.truncate(10)),
            Refused("understand"),
        ),
        usual(
            "an anchor that others may change",
            |files| mode(files, "anchor", 0o660),
            Refused("closed to everyone else"),
        ),
        usual("no anchor", |files| remove(files, "anchor"), Serves(0)),
        usual(
            "a tombstone of nobody's",
            |files| put(files, "tombstones", &[7; 48]),
            Refused("damaged at line 1"),
        ),
        usual("half a file from a crash", |files| put(files, "keyring.next", &[7; 48]), Serves(0)),
    ]
}

#[expect(clippy::too_many_lines, reason = "one table, a row a case")]
fn databases() -> Vec<Case> {
    vec![
        usual(
            "the database of another vault",
            of_another_vault,
            Refused("changed outside the vault"),
        ),
        usual(
            "a newer schema",
            |files| sql(files, "update _sqlx_migrations set version = version + 90000"),
            Refused("newer"),
        ),
        usual(
            "a table that is gone",
            |files| sql(files, "drop table notice"),
            Refused("could not"),
        ),
        usual(
            "a log without its head",
            |files| sql(files, "delete from log_head"),
            Refused("could not"),
        ),
        usual(
            "a head of another size",
            |files| sql(files, "update log_head set size = size + 1"),
            Refused("changed outside the vault"),
        ),
        usual(
            "a head without its MAC",
            |files| sql(files, "update log_head set mac = zeroblob(32)"),
            Refused("changed outside the vault"),
        ),
        usual(
            "a log without its beginning",
            |files| sql(files, "delete from log_entry where seq = 0"),
            Refused("are not those that were written"),
        ),
        usual(
            "a line that is none",
            |files| sql(files, "update log_entry set leaf = x'7b7d' where seq = 0"),
            Refused("are not those that were written"),
        ),
        usual(
            "another journal mode",
            |files| sql(files, "pragma journal_mode = delete"),
            Serves(0),
        ),
        usual(
            "pages that are not wiped",
            |files| sql(files, "pragma secure_delete = off"),
            Serves(0),
        ),
        usual(
            "a planted table",
            |files| sql(files, "create table app_user_2 (id integer)"),
            Serves(0),
        ),
        usual(
            "a notice too many",
            |files| sql(files, "insert into notice select id, id, 1, sealed from app_user"),
            Serves(1),
        ),
    ]
}

/// How a start ended, if not as it must.
fn otherwise(files: &Files, options: Options, ends: &Ends) -> Option<String> {
    let mut serve = files.without_secret("serve");
    serve.args(options);
    if let Refused(why) = ends {
        let before = contents(files);
        let said = files.refused(&mut serve);
        let untouched = before == contents(files);
        let as_said = said.contains(why) && said.starts_with("azekura: ");
        return (!as_said || !untouched).then(|| format!("untouched {untouched}, said {said}"));
    }
    let (server, address) = files.start(&mut serve, "error");
    let nobody = Caller::anonymous(address);
    let (health, data) = (nobody.get("/healthz").value(), nobody.get("/v1/users").status);
    let doctor = run(&mut files.opening("doctor"));
    let stopped = server.stop();
    let (state, refusal, code) = match ends {
        Serves(code) => ("ok", 401, *code),
        Sealed | Refused(_) => ("sealed", 503, 1),
    };
    let as_must = stopped
        && health["status"] == state
        && data == refusal
        && doctor.status.code() == Some(code);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    (!as_must).then(|| format!("health {health}, data {data}, doctor {told}"))
}

fn a_demonstration_is_refused() {
    let (files, runtime) = (Files::new(), tokio::runtime::Runtime::new().unwrap());
    let secret = || Secret::Credential(Zeroizing::new([9; 32]));
    drop(runtime.block_on(setup::found(&files.state(), secret(), true)).unwrap());
    drop(runtime);
    fs::write(files.credential(), "09".repeat(32)).unwrap();
    assert!(files.refusal("127.0.0.1:0").contains("made by demo"));
    // Nor does it become one by being unlocked later.
    let (server, address) = files.serve_sealed();
    let unlocked = run(&mut files.opening("unlock"));
    assert!(String::from_utf8_lossy(&unlocked.stderr).contains("made by demo"));
    Caller::anonymous(address).get("/v1/users").refused(503, "sealed");
    assert!(server.stop());
}

/// A table that is not as the vault left it grants nothing: the vault serves, and nobody gets in.
fn a_changed_account_admits_nobody() {
    let Founded { files, tokens } = Founded::new();
    let (server, address) = files.serve("127.0.0.1:0", "error");
    let member = Site::new(address).enrol_early(&tokens[0], "kanri.ichi");
    assert!(server.stop());
    sql(&files, "update app_user set sealed = zeroblob(length(sealed))");
    let (server, address) = files.serve("127.0.0.1:0", "error");
    let site = Site::new(address);
    assert_ne!(site.sign_in(&member, 0).status, 201);
    assert_ne!(site.program(member.caller.token.as_deref().unwrap()).get("/v1/users").status, 200);
    assert_eq!(run(&mut files.opening("doctor")).status.code(), Some(1));
    assert!(server.stop());
}

/// Every file beside the database; the engine writes its own when it is opened. The lock is made by
/// the first look.
fn contents(files: &Files) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(files.state()).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| path.is_file());
    let mut all: Vec<_> = paths
        .filter(|path| {
            !path.ends_with("lock") && path.file_stem().is_none_or(|name| name != "vault")
        })
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

fn path(files: &Files, name: &str) -> PathBuf {
    files.state().join(name)
}

fn config(files: &Files, text: &str) {
    fs::write(files.root().join("azekura.toml"), text).unwrap();
}

fn put(files: &Files, name: &str, bytes: &[u8]) {
    fs::write(path(files, name), bytes).unwrap();
    mode(files, name, 0o600);
}

fn change(files: &Files, name: &str, by: fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path(files, name)).unwrap();
    by(&mut bytes);
    fs::write(path(files, name), bytes).unwrap();
}

fn anchor(files: &Files, by: fn(&mut Value)) {
    let mut json = serde_json::from_slice(&fs::read(path(files, "anchor")).unwrap()).unwrap();
    by(&mut json);
    fs::write(path(files, "anchor"), json.to_string()).unwrap();
}

fn mode(files: &Files, name: &str, mode: u32) {
    fs::set_permissions(path(files, name), fs::Permissions::from_mode(mode)).unwrap();
}

fn remove(files: &Files, name: &str) {
    fs::remove_file(path(files, name)).unwrap();
}

fn rename(files: &Files, name: &str, other: &str) {
    fs::rename(path(files, name), files.root().join(other)).unwrap();
}

fn linked(files: &Files, name: &str) {
    rename(files, name, "moved");
    symlink(files.root().join("moved"), path(files, name)).unwrap();
}

fn a_linked_folder(files: &Files) {
    rename(files, "", "moved");
    symlink(files.root().join("moved"), files.state()).unwrap();
}

fn empty(files: &Files) {
    fs::remove_dir_all(files.state()).unwrap();
    fs::create_dir(files.state()).unwrap();
    mode(files, "", 0o700);
}

fn sql(files: &Files, statement: &str) {
    sqlite::run(&path(files, "vault.db"), statement);
}

fn of_another_vault(files: &Files) {
    let other = Founded::new().files;
    for name in ["vault.db", "vault.db-wal", "vault.db-shm"] {
        fs::remove_file(path(files, name)).ok();
        fs::copy(path(&other, name), path(files, name)).ok();
    }
}
