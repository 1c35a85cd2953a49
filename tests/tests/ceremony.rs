//! How a vault comes to be, and who is let in first.

#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use azekura::auth::{Actor, Who};
use azekura::cli::setup::{self, Secret};
use azekura::service::enrolments;
use azekura_core::time::{Clock, Timestamp};
use azekura_tests::process::run;
use azekura_tests::site::text;
use azekura_tests::vault::{CEREMONY, Files, Founded};
use azekura_tests::{Caller, Site};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const SECRETS: [&str; 6] = ["credential", "share-1", "share-2", "share-3", "token-1", "token-2"];

#[test]
fn rt_72_nobody_exists_before_the_ceremony_and_then_two_make_their_own_credentials() {
    nothing_answers_before_the_ceremony();
    no_ceremony_makes_less_than_two_people();
    a_fresh_vault_knows_nobody();
    a_token_makes_one_account_once();
    one_administrator_alone_makes_nobody();
    a_token_ends_after_a_day();
}

fn nothing_answers_before_the_ceremony() {
    let files = Files::new();
    for command in ["serve", "unlock", "doctor", "log export out"] {
        let output = run(&mut files.opening(command));
        assert!(!output.status.success(), "{command}");
    }
    assert!(!files.state().exists(), "a folder was made without a ceremony");
    // Without a terminal there must be a ceremony that somebody reviewed.
    let output = run(&mut files.opening("init"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--ceremony"));
    assert!(!files.credential().exists(), "{:?}", output.stdout);
}

fn no_ceremony_makes_less_than_two_people() {
    let bad = [
        ("システム管理者 二", "システム管理者　一", "two different people"),
        ("見本 三郎", "見本 一郎", "three different holders"),
        ("share-3", "share-1", "the same file"),
        ("\"token-2\"", "\"vault/token-2\"", "apart from the vault"),
        ("version = 1", "version = 2", "newer version"),
        ("rehearsal = \"files\"", "rehearsal = \"none\"", "understand"),
        ("rehearsal = \"files\"", "", "understand"),
        ("credential = \"credential\"", "", "what opens the vault"),
        ("credential =", "default_password = 'x'\ncredential =", "understand"),
        ("credential = \"credential\"", "passphrase = \"weak\"", "tries first"),
    ];
    for (what, with, why) in bad {
        let files = Files::new();
        fs::write(files.root().join("weak"), "correct horse battery staple\n").unwrap();
        fs::write(files.ceremony(), CEREMONY.replacen(what, with, 1)).unwrap();
        let output = run(&mut files.init());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{with}: {said}");
        assert!(!files.state().join("keyring").exists(), "{with}");
        assert!(!files.root().join("share-1").exists(), "{with}");
    }
}

fn a_fresh_vault_knows_nobody() {
    let Founded { files, tokens } = Founded::new();
    let (server, address) = files.serve("127.0.0.1:0", "info");
    let nobody = Caller::anonymous(address);
    for login in ["admin", "administrator", "root", "kanri", "azekura", "システム管理者 一"]
    {
        for password in ["", "admin", "password", "azekura", "Password-2026", tokens[0].as_str()] {
            let body = json!({"login": login, "password": password, "totp": "000000"});
            let answer = nobody.post("/v1/sessions", &body);
            assert!([401, 422].contains(&answer.status), "{login}: {}", answer.status);
        }
    }
    // A token is no session, and nothing but a token begins an enrolment.
    let holder = Caller { token: Some(tokens[0].clone()), ..Caller::anonymous(address) };
    assert_eq!(holder.get("/v1/users").status, 401);
    let zeros = tokens[0].chars().map(|c| if c.is_ascii_digit() { '0' } else { c });
    for token in [String::new(), zeros.collect(), tokens[0].replace("aze1", "azs1")] {
        let body = json!({"token": token, "login": "kanri.ichi", "password": "Kakuu-Shiken-2026"});
        assert!([401, 422].contains(&nobody.post("/v1/enrolments", &body).status));
    }
    assert!(server.stop());
}

fn a_token_makes_one_account_once() {
    let Founded { files, tokens } = Founded::new();
    let (server, address) = files.serve("127.0.0.1:0", "info");
    let site = Site::new(address);
    let first = site.enrol(&tokens[0], "kanri.ichi");
    let again = json!({"token": tokens[0], "login": "kanri.ni", "password": "Kakuu-Shiken-2026"});
    assert_eq!(site.anonymous().post("/v1/enrolments", &again).status, 401);
    let users = first.get("/v1/users").ok(200);
    assert_eq!(users["items"].as_array().map(Vec::len), Some(2), "the two of the ceremony");
    assert!(server.stop());
}

fn one_administrator_alone_makes_nobody() {
    let Founded { files, tokens } = Founded::new();
    let (server, address) = files.serve("127.0.0.1:0", "info");
    let site = Site::new(address);
    let first = site.enrol(&tokens[0], "kanri.ichi");
    let change = first.post("/v1/users", &json!({"display_name": "見本 責任"})).ok(202);
    let approve = format!("/v1/changes/{}/approve", text(&change, "id"));
    first.post(&approve, &Value::Null).refused(403, "same-person");
    let second = site.enrol(&tokens[1], "kanri.ni");
    let approved = second.post(&approve, &Value::Null).ok(200);
    site.enrol(&text(&approved, "enrolment_token"), "sato.m");
    assert!(server.stop());
}

struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The vault runs in this process, because a day must pass.
fn a_token_ends_after_a_day() {
    let (files, runtime) = (Files::new(), tokio::runtime::Runtime::new().unwrap());
    let secret = Secret::Credential(Zeroizing::new([9; 32]));
    let mut founded = runtime.block_on(setup::found(&files.state(), secret, false)).unwrap();
    let clock = Arc::new(TestClock(AtomicI64::new(founded.app.clock.now().as_millis())));
    Arc::get_mut(&mut founded.app).unwrap().clock = Arc::<TestClock>::clone(&clock);
    let nobody = Actor { who: Who::Nobody, request: None, ip: None, once: None };
    let password = "Kakuu-Shiken-2026".into();
    let begin = |login: &'static str| {
        let begun = enrolments::begin(&founded.app, &nobody, &founded.tokens[0], login, &password);
        runtime.block_on(begun).is_ok()
    };
    clock.0.fetch_add(24 * 3_600_000 - 60_000, Ordering::SeqCst);
    assert!(begin("kanri.ichi"), "the last minute of the day");
    clock.0.fetch_add(60_000, Ordering::SeqCst);
    assert!(!begin("kanri.ichi"), "a day later");
}

#[test]
fn a_ceremony_of_files_leaves_secrets_to_their_owner_and_its_digest_in_the_log() {
    let Founded { files, tokens } = Founded::new();
    for name in SECRETS {
        let path = files.root().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_ne!(tokens[0], tokens[1]);
    let transcript = fs::read_to_string(files.transcript()).unwrap();
    holds_no_secret(&files, &transcript);
    let json: Value = serde_json::from_str(&transcript).unwrap();
    assert_eq!(json["recovery"]["rehearsed"], json!([[1, 2], [1, 3], [2, 3]]));
    assert_eq!(json["keyring"]["slots"], json!(["credential", "recovery"]));
    let trust: Value = serde_json::from_slice(&fs::read(files.trust()).unwrap()).unwrap();
    assert_eq!(json["trust"], trust);
    let keyring = fs::read(files.state().join("keyring")).unwrap();
    assert_eq!(json["keyring"]["sha256"], hex(&keyring));

    let export = files.fresh("export");
    assert!(run(files.opening("log export").arg(&export)).status.success());
    let log = fs::read_to_string(export.join("entries.jsonl")).unwrap();
    let first: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((&first["seq"], &first["act"]), (&json!(0), &json!("ceremony.completed")));
    assert_eq!(first["transcript_sha256"], hex(transcript.as_bytes()));
    holds_no_secret(&files, &log);
    assert!(files.verify_log(&export).0);
}

fn holds_no_secret(files: &Files, text: &str) {
    for name in SECRETS {
        let secret = fs::read_to_string(files.root().join(name)).unwrap();
        assert!(!text.contains(secret.trim()), "{name}");
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

#[test]
fn a_sealed_server_answers_health_and_nothing_else_until_it_is_unlocked() {
    let Founded { files, tokens } = Founded::new();
    let (mut server, address) = files.serve_sealed();
    let nobody = Caller::anonymous(address);
    sealed(&nobody);
    let wrong = files.root().join("wrong");
    fs::write(&wrong, "00".repeat(32)).unwrap();
    let mut unlock = files.without_secret("unlock");
    let output = run(unlock.arg("--unlock-file").arg(&wrong));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not open the keyring"));
    let mut doctor = files.without_secret("doctor");
    assert!(String::from_utf8_lossy(&run(&mut doctor).stdout).contains("sealed"));
    sealed(&nobody);
    assert_eq!(server.ended(), None);

    assert!(run(&mut files.opening("unlock")).status.success());
    assert_eq!(nobody.get("/readyz").ok(200)["status"], "ok");
    let site = Site::new(address);
    site.enrol(&tokens[0], "kanri.ichi");
    let again = run(&mut files.opening("unlock"));
    assert!(String::from_utf8_lossy(&again.stdout).contains("open already"));
    assert!(server.stop());
    assert!(!run(&mut files.opening("unlock")).status.success(), "nobody waits");
}

#[test]
fn two_shares_unlock_and_one_or_a_mistyped_one_does_not() {
    let Founded { files, .. } = Founded::new();
    let (server, address) = files.serve_sealed();
    let nobody = Caller::anonymous(address);
    let share = |name: &str| files.root().join(name);
    let unlock = |shares: &[&str]| {
        let mut command = files.without_secret("unlock");
        for name in shares {
            command.arg("--share").arg(share(name));
        }
        let output = run(&mut command);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let slip = fs::read_to_string(share("share-2")).unwrap().replacen(' ', " q", 1);
    fs::write(share("slip"), slip).unwrap();
    let other = Founded::new().files;
    fs::copy(other.root().join("share-2"), share("foreign")).unwrap();
    for (shares, why) in [
        (&["share-1"][..], "two shares are needed"),
        (&["share-1", "share-1"], "two different shares"),
        (&["share-1", "slip"], "mistyped"),
        (&["share-1", "foreign"], "do not belong together"),
    ] {
        let (done, said) = unlock(shares);
        assert!(!done && said.contains(why), "{shares:?}: {said}");
        sealed(&nobody);
    }
    fs::copy(other.root().join("share-1"), share("foreign-1")).unwrap();
    let (done, said) = unlock(&["foreign-1", "foreign"]);
    assert!(!done && said.contains("could not open the keyring"), "{said}");
    sealed(&nobody);
    assert!(unlock(&["share-3", "share-1"]).0);
    nobody.get("/readyz").ok(200);
    assert!(server.stop());
}

#[test]
fn a_sealed_server_stops_when_it_is_asked_to_and_only_one_waits() {
    let files = Founded::new().files;
    let (server, _) = files.serve_sealed();
    let mut second = files.without_secret("serve");
    second.args(["--listen", "127.0.0.1:0", "--allow-root"]);
    assert!(files.refused(&mut second).contains("another process"));
    assert!(server.stop());
    assert!(!files.state().join("socket").exists());
}

/// Health says that it is sealed; whatever else is asked is told so, and nothing more.
fn sealed(nobody: &Caller) {
    assert_eq!(nobody.get("/healthz").ok(200)["status"], "sealed");
    let ready = nobody.get("/readyz").ok(503);
    assert_eq!(ready["reasons"], json!(["sealed"]));
    for path in [
        "/",
        "/docs",
        "/openapi.json",
        "/v1/log/checkpoint",
        "/v1/purposes",
        "/v1/users",
        "/v1/orgs",
    ] {
        nobody.get(path).refused(503, "sealed");
    }
    for path in ["/v1/sessions", "/v1/enrolments", "/healthz"] {
        nobody.post(path, &json!({})).refused(503, "sealed");
    }
}
