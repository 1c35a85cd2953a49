//! What the demo says: one line a step, in Japanese or English, or the same facts as JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use azekura_client::wire::number::{NumberText, SecretText};
use azekura_core::retention::Lang;
use serde::Serialize;
use zeroize::Zeroizing;

use super::roster::BadLine;

/// Where the steps go.
pub struct Teller<W> {
    out: W,
    lang: Lang,
    json: bool,
}

/// What happened; every value but the first and last kinds' comes from an answer of the vault.
#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Step<'a> {
    Begun {
        version: &'static str,
        grace_days: u32,
    },
    Checked {
        mismatch: &'a str,
        attempts_left: u8,
        own: &'a str,
        active: usize,
        people: usize,
    },
    Founded {
        organisation: &'a str,
        users: usize,
    },
    Imported {
        people: usize,
        bad: &'a [BadLine],
        past: &'a [(String, String)],
    },
    Logged {
        entries: u64,
        evidence: String,
    },
    Masked {
        roles: &'a [&'static str],
        masked: &'a str,
        refused: &'a str,
    },
    Purged {
        count: u32,
        state: &'a str,
        serial: &'a str,
        before: &'a str,
        after: &'a str,
    },
    Rehearsed {
        allowed: usize,
        denied: &'a BTreeMap<String, usize>,
    },
    SignIn {
        name: &'a str,
        login: &'a str,
        password: &'a SecretText,
        totp_secret: &'a SecretText,
    },
    Used {
        purpose: &'a str,
        number: &'a NumberText,
        unbound: &'a str,
        period: &'a str,
        unchecked: &'a str,
    },
    Verified {
        command: String,
        summary: Option<String>,
    },
}

impl<W: Write> Teller<W> {
    /// Tells in `lang`, or as JSON, a line a step.
    pub fn new(out: W, lang: Lang, json: bool) -> Self {
        Self { out, lang, json }
    }

    pub(super) fn tell(&mut self, step: &Step<'_>) -> io::Result<()> {
        let line = Zeroizing::new(match (self.json, self.lang) {
            (true, _) => serde_json::to_string(step)?,
            (false, Lang::Ja) => japanese(step),
            (false, Lang::En) => english(step),
        });
        writeln!(self.out, "{}", *line)?;
        self.out.flush()
    }
}

fn japanese(step: &Step<'_>) -> String {
    match step {
        Step::Begun { version, .. } => format!(
            "  校倉 (Azekura)  お試しモード（合成データ・本番使用禁止・廃棄の待機期間なし）  v{version}"
        ),
        Step::Founded { organisation, users } => {
            format!("  ✔ 組織  {organisation}  利用者 {users} 名（各自が登録）")
        }
        Step::Imported { people, bad, past } => {
            let past = joined(past.iter().map(|(who, code)| format!("{who} {code}")));
            let bad =
                joined(bad.iter().map(|one| format!("{} 行目 {}", one.line, one.code.code())));
            format!("  ✔ 登録  {people} 名（検査数字の合う試験用番号）  受付不可 {bad}  {past}")
        }
        Step::Checked { mismatch, attempts_left, own, active, people } => format!(
            "  ✔ 点検  別の担当者の再入力で一致 {active} / {people}   \
             誤入力 → {mismatch}（残り {attempts_left} 回）   自己点検 → {own}"
        ),
        Step::Used { purpose, number, unbound, period, unchecked } => format!(
            "  ✔ 使用  {purpose} 1 名 → {}   fee_payment_report → {unbound}   \
             対象外の年 → {period}   点検前 → {unchecked}",
            grouped(number)
        ),
        Step::Masked { roles, masked, refused } => {
            format!("  ✔ 閲覧  {} → {masked}   使用 → {refused}", roles.join("・"))
        }
        Step::Rehearsed { allowed, denied } => {
            format!("  ✔ 試行  使用できる {allowed} 名   {}", counted(denied))
        }
        Step::Purged { count, state, serial, before, after } => format!(
            "  ✔ 廃棄  {count} 名  {}  削除証明書 {serial}   承認前 → {before}   廃棄後 → {after}",
            state_ja(state)
        ),
        Step::Logged { entries, evidence } => {
            format!("  ✔ 監査  記録 {entries} 件  検証用の記録 {evidence}")
        }
        Step::Verified { command, summary: None } => format!("\n  検証   {command}"),
        Step::Verified { command, summary: Some(summary) } => {
            format!("  ✔ 検証  {summary}\n\n  検証   {command}")
        }
        Step::SignIn { .. } => sign_in(step),
    }
}

fn english(step: &Step<'_>) -> String {
    match step {
        Step::Begun { version, .. } => format!(
            "  Azekura (校倉)  demonstration (synthetic data, not for production, no grace before a \
             deletion)  v{version}"
        ),
        Step::Founded { organisation, users } => {
            format!("  ✔ set up    {organisation}  {users} users, each enrolled by themselves")
        }
        Step::Imported { people, bad, past } => {
            let past = joined(past.iter().map(|(who, code)| format!("{who} {code}")));
            let bad =
                joined(bad.iter().map(|one| format!("line {} {}", one.line, one.code.code())));
            format!("  ✔ enter     {people} people with test numbers   refused: {bad}, {past}")
        }
        Step::Checked { mismatch, attempts_left, own, active, people } => format!(
            "  ✔ check     keyed again by a second person: {active} / {people} agree   wrong entry → \
             {mismatch} ({attempts_left} left)   own entry → {own}"
        ),
        Step::Used { purpose, number, unbound, period, unchecked } => format!(
            "  ✔ use       {purpose}, 1 person → {}   fee_payment_report → {unbound}   other year → \
             {period}   unchecked → {unchecked}",
            grouped(number)
        ),
        Step::Masked { roles, masked, refused } => {
            format!("  ✔ look      {} → {masked}   read → {refused}", roles.join(", "))
        }
        Step::Rehearsed { allowed, denied } => {
            format!("  ✔ dry run   {allowed} would be read   {}", counted(denied))
        }
        Step::Purged { count, state, serial, before, after } => format!(
            "  ✔ delete    {count} person, {state}, certificate {serial}   before approval → \
             {before}   after → {after}"
        ),
        Step::Logged { entries, evidence } => {
            format!("  ✔ audit     {entries} entries, evidence in {evidence}")
        }
        Step::Verified { command, summary: None } => format!("\n  verify   {command}"),
        Step::Verified { command, summary: Some(summary) } => {
            format!("  ✔ verify    {summary}\n\n  verify   {command}")
        }
        Step::SignIn { .. } => sign_in(step),
    }
}

fn sign_in(step: &Step<'_>) -> String {
    let Step::SignIn { name, login, password, totp_secret } = step else { return String::new() };
    format!("  {login:<10} {}  TOTP {}  {name}", password.expose(), totp_secret.expose())
}

fn state_ja(state: &str) -> &str {
    if state == "finished" { "廃棄済" } else { state }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn counted(denied: &BTreeMap<String, usize>) -> String {
    joined(denied.iter().map(|(code, count)| format!("{code} {count}")))
}

/// `1234 5678 9018`.
fn grouped(number: &NumberText) -> String {
    let mut text = String::with_capacity(14);
    for (at, digit) in number.expose().chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
