//! What two of three recovery shares can do, and what they cannot.

#![cfg(test)]

use std::fs;
use std::process::Output;

use azekura_tests::process::{Server, run};
use azekura_tests::site::text;
use azekura_tests::vault::{Files, Founded};
use azekura_tests::{Caller, Member, Office, Site, sqlite};
use serde_json::{Value, json};

/// A vault of the ceremony, and the server that serves it.
struct Lab {
    files: Files,
    tokens: [String; 2],
    site: Site,
    server: Server,
}

impl Lab {
    fn new() -> Self {
        let Founded { files, tokens } = Founded::new();
        let (server, address) = files.serve("127.0.0.1:0", "info");
        Self { files, tokens, site: Site::new(address), server }
    }

    fn both(&self) -> [Member; 2] {
        let [one, two] = &self.tokens;
        [self.site.enrol_early(one, "kanri.ichi"), self.site.enrol(two, "kanri.ni")]
    }

    fn recover(&self, shares: &[&str], rest: &[&str]) -> Output {
        recover(&self.files, shares, rest)
    }

    /// Asks for administrators with two shares; the tokens that came, by account.
    fn appoint(&self, rest: &[&str]) -> Result<Vec<(String, String)>, String> {
        let folder = self.files.fresh("tokens");
        fs::create_dir(&folder).unwrap();
        let mut all =
            vec!["administrators", "--reason", "試験", "--tokens", folder.to_str().unwrap()];
        all.extend(rest);
        let output = self.recover(&["share-1", "share-3"], &all);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let files = fs::read_dir(&folder).unwrap().flatten();
        let mut tokens: Vec<_> = files
            .map(|file| {
                let user = file.file_name().to_string_lossy().into_owned();
                (user, fs::read_to_string(file.path()).unwrap())
            })
            .collect();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(tokens.iter().all(|(_, token)| !said.contains(token.as_str())), "{said}");
        tokens.sort();
        Ok(tokens)
    }

    fn log(&self) -> Vec<Value> {
        let export = self.files.fresh("export");
        assert!(run(self.files.opening("log export").arg(&export)).status.success());
        assert!(self.files.verify_log(&export).0);
        let lines = fs::read_to_string(export.join("entries.jsonl")).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn logged(&self, act: &str) -> Vec<Value> {
        self.log().into_iter().filter(|entry| entry["act"] == act).collect()
    }
}

fn recover(files: &Files, shares: &[&str], rest: &[&str]) -> Output {
    let mut command = files.without_secret(&format!("recover {}", rest[0]));
    command.args(&rest[1..]);
    for share in shares {
        command.arg("--share").arg(files.root().join(share));
    }
    run(&mut command)
}

fn sign_out(member: &Member) {
    assert_eq!(member.send("DELETE", "/v1/sessions/current", &[], None).status, 204);
}

#[test]
fn an_administrator_whose_token_lapsed_is_invited_again_and_no_third_one() {
    let lab = Lab::new();
    let first = lab.site.enrol(&lab.tokens[0], "kanri.ichi");
    let invited = lab.appoint(&[]).unwrap();
    assert_eq!(invited.len(), 1);
    assert_ne!(invited[0].0, first.user);
    let second = lab.site.enrol(&invited[0].1, "kanri.ni");
    assert_eq!(second.user, invited[0].0);
    // The token of the ceremony makes no second set of credentials for the same person.
    let body = json!({"token": lab.tokens[1], "login": "kanri.san", "password": second.password});
    let begun = lab.site.anonymous().post("/v1/enrolments", &body);
    if begun.status == 201 {
        let begun = begun.value();
        let path = format!("/v1/enrolments/{}/confirm", text(&begun, "id"));
        let code = lab.site.code(&text(&begun, "totp_secret"), 0);
        assert_ne!(lab.site.anonymous().post(&path, &json!({"totp": code})).status, 201);
    }
    assert!(lab.appoint(&[]).unwrap_err().contains("two administrators can act"));
    let opened = lab.logged("emergency.opened");
    assert_eq!((opened.len(), &opened[0]["shares"]), (1, &json!([1, 3])));
    assert_eq!(opened[0]["actor"]["type"], "operator");
    assert_eq!(lab.logged("emergency.refused")[0]["code"], "enough-administrators");
    assert!(lab.server.stop());
}

#[test]
fn only_two_shares_of_this_vault_are_two_people() {
    let lab = Lab::new();
    let other = Founded::new().files;
    for name in ["share-1", "share-2"] {
        fs::copy(other.root().join(name), lab.files.root().join(format!("foreign-{name}")))
            .unwrap();
    }
    let ask = ["administrators", "--reason", "試験", "--tokens", "."];
    for (shares, why) in [
        (&[][..], "run at a terminal"),
        (&["share-1"], "two shares are needed"),
        (&["share-2", "share-2"], "two different shares"),
        (&["share-1", "foreign-share-2"], "do not belong together"),
        (&["foreign-share-1", "foreign-share-2"], "could not open the keyring"),
        (&["share-1", "share-2", "share-3"], "two shares are needed"),
    ] {
        let output = lab.recover(shares, &ask);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(why), "{shares:?}: {said}");
    }
    let shown = lab.recover(&["share-1", "share-2"], &["administrators", "--reason", "試験"]);
    assert!(String::from_utf8_lossy(&shown.stderr).contains("--tokens"), "tokens go to no pipe");
    let silent =
        lab.recover(&["share-1", "share-2"], &["administrators", "--tokens", ".", "--reason", " "]);
    assert!(String::from_utf8_lossy(&silent.stderr).contains("say why"));
    assert!(lab.logged("emergency.opened").is_empty());
    assert!(lab.server.stop());
}

#[test]
fn without_a_server_two_shares_open_the_vault_and_a_sealed_server_is_unlocked_first() {
    let files = Founded::new().files;
    let tokens = files.root().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let ask = ["administrators", "--reason", "試験", "--tokens", tokens.to_str().unwrap()];
    let (server, _) = files.serve_sealed();
    let output = recover(&files, &["share-2", "share-3"], &ask);
    assert!(String::from_utf8_lossy(&output.stderr).contains("azekura unlock"));
    assert!(server.stop());
    fs::remove_file(files.credential()).unwrap();
    let output = recover(&files, &["share-2", "share-3"], &ask);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(&tokens).unwrap().count(), 2, "nobody was enrolled yet");
}

#[test]
fn break_glass_brings_administrators_only_and_waits_for_its_review() {
    let lab = Lab::new();
    let [first, second] = lab.both();
    let office = Office::found(&lab.site, [&first, &second], "架空商事");
    let auditor = office.appoint("auditor", "見本 監査");
    let handler = office.handler("試験 鈴木");
    let gone = ["--gone", first.user.as_str(), "--administrator", "見本 新任"];
    assert!(lab.appoint(&gone).unwrap_err().contains("has acted within half an hour"));
    sign_out(&first);
    assert!(lab.appoint(&gone[..2]).unwrap_err().contains("name 1 new administrators"));
    let manager = ["--gone", office.manager.user.as_str()];
    assert!(lab.appoint(&manager).unwrap_err().contains("no administrator"));
    let invited = lab.appoint(&gone).unwrap();
    assert_ne!(lab.site.sign_in(&first, 0).status, 201, "whoever is gone is gone");
    let third = lab.site.enrol(&invited[0].1, "kanri.san");
    third.get("/v1/users").ok(200);
    sees_no_number(&third, &office);

    // Somebody whom the new administrator brought in, and who will not be one to say that it was right.
    let late = lab.site.invite([&second, &third], "見本 後任");
    let role = json!({"user": late.user, "role": "auditor"});
    let offer = office.manager.post(&office.path("appointments"), &role).ok(202);
    let accept = format!("appointments/{}/accept", text(&offer["content"], "id"));
    late.post(&office.path(&accept), &Value::Null).ok(200);

    sign_out(&third);
    let again = ["--gone", third.user.as_str(), "--administrator", "見本 次"];
    assert!(lab.appoint(&again).unwrap_err().contains("not reviewed"));
    let uses = auditor.get("/v1/emergencies").ok(200);
    assert_eq!(uses["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(uses["items"][0]["displaced"], json!([first.user]));
    let path = format!("/v1/emergencies/{}/review", text(&uses["items"][0], "id"));
    let finding = json!({"finding": "立会いの記録と一致（見本）"});
    for nobody in [&*second, &*handler, &lab.site.anonymous()] {
        let answer = nobody.post(&path, &finding);
        assert!([401, 403].contains(&answer.status), "{}", answer.text());
    }
    late.post(&path, &finding).refused(403, "not-permitted");
    auditor.post(&path, &json!({"finding": ""})).ok(422);
    let reviewed = auditor.post(&path, &finding).ok(200);
    assert_eq!(reviewed["review"]["by"], auditor.member.user);
    auditor.post(&path, &finding).refused(409, "settled");
    assert_eq!(lab.appoint(&again).unwrap().len(), 1);
    assert_eq!(lab.logged("emergency.reviewed").len(), 1);
    assert!(lab.server.stop());
}

#[test]
fn a_use_that_was_taken_away_still_waits_for_its_review() {
    let lab = Lab::new();
    let [first, second] = lab.both();
    Office::found(&lab.site, [&first, &second], "架空商事");
    sign_out(&first);
    let gone = ["--gone", first.user.as_str(), "--administrator", "見本 新任"];
    let invited = lab.appoint(&gone).unwrap();
    let third = lab.site.enrol(&invited[0].1, "kanri.san");
    sign_out(&third);
    sqlite::run(&lab.files.state().join("vault.db"), "delete from emergency");
    let again = ["--gone", third.user.as_str(), "--administrator", "見本 次"];
    let refused = lab.appoint(&again).unwrap_err();
    assert!(refused.contains("changed outside"), "{refused}");
    // Nor at a start, when nobody remembers.
    let Lab { files, server, .. } = lab;
    assert!(server.stop());
    let ask = ["administrators", "--reason", "試験", "--tokens", "."];
    let output = recover(&files, &["share-1", "share-2"], &[&ask[..], &again[..]].concat());
    let refused = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && refused.contains("changed outside"), "{refused}");
}

/// An administrator of the emergency has the rights of one: none of them leads to a number.
fn sees_no_number(administrator: &Caller, office: &Office<'_>) {
    let read = json!({"purpose": "withholding_slip", "period": "2026", "reference": "試験",
        "people": [{"external_ref": "E0001"}]});
    assert_eq!(administrator.post(&office.path("reads"), &read).status, 403);
    let role = json!({"user": office.manager.user, "role": "manager"});
    assert_eq!(administrator.post(&office.path("appointments"), &role).status, 403);
}

#[test]
fn two_shares_end_a_lock_and_say_so_in_the_log() {
    let lab = Lab::new();
    let [first, _second] = lab.both();
    let account = ["account", "kanri.ichi"];
    let output = lab.recover(&["share-1", "share-2"], &account);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no account of that name is locked"));
    for _ in 0..3 {
        let wrong =
            json!({"login": first.login, "password": "Chigau-Aikotoba-2026", "totp": "000000"});
        assert_eq!(lab.site.anonymous().post("/v1/sessions", &wrong).status, 401);
    }
    assert_eq!(lab.site.sign_in(&first, 0).status, 401, "it is locked");
    assert!(lab.recover(&["share-1", "share-2"], &account).status.success());
    lab.site.sign_in(&first, 0).ok(201);
    let logged = lab.logged("account.unlocked");
    assert_eq!((&logged[0]["user"], &logged[0]["shares"]), (&json!(first.user), &json!([1, 2])));
    assert!(lab.server.stop());
}
