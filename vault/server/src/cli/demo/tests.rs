//! The story against a vault of a few lines: told to its end, and ended by any wrong answer.

use std::sync::{Arc, Mutex};

use azekura_core::retention::Lang;
use azekura_core::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::fake::{self, Twist, problem};
use super::*;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }
}

struct Counting(Mutex<u8>);

impl Rng for Counting {
    fn fill(&self, out: &mut [u8]) {
        let mut next = self.0.lock().unwrap();
        *next = next.wrapping_add(1);
        out.fill(*next);
    }
}

struct Told {
    outcome: anyhow::Result<Ready>,
    said: String,
    dir: TempDir,
}

async fn tell(people: usize, json: bool, wrong: Option<(usize, Twist)>) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stage = Stage {
        base_url: format!("http://{}", listener.local_addr().unwrap()),
        tokens: ["token-usr_1", "token-usr_2"].map(SecretString::from),
        data_dir: dir.path().to_path_buf(),
        trust: json!({"origin": "azekura/x"}),
        clock: Arc::new(Noon),
        rng: Arc::new(Counting(Mutex::new(0))),
        people,
    };
    let mut said = Vec::new();
    let outcome = {
        let mut out = Teller::new(&mut said, Lang::Ja, json);
        let export =
            async |folder: &Path| Ok(std::fs::write(folder.join("checkpoint"), "").map(|()| 320)?);
        tokio::select! {
            outcome = play(&stage, &mut out, export) => outcome,
            () = fake::serve(listener, wrong) => unreachable!("it serves for ever"),
        }
    };
    Told { outcome, said: String::from_utf8(said).unwrap(), dir }
}

#[tokio::test]
async fn the_story_is_told_to_its_end() {
    let Told { outcome, said, dir } = tell(50, false, None).await;
    let ready = outcome.unwrap();
    for part in [
        "株式会社架空商事  利用者 7 名",
        "50 名（検査数字の合う試験用番号）  受付不可 13 行目 check-digit, 31 行目 corporate-number",
        "E0009 past-retention",
        "一致 50 / 50",
        "number-mismatch（残り 2 回）",
        "自己点検 → same-person",
        "withholding_slip 1 名 → 9999 0000 0011   fee_payment_report → purpose-not-bound",
        "対象外の年 → no-relationship-in-period   点検前 → pending-check",
        "●●●●-●●●●-●●●●   使用 → not-designated",
        "使用できる 43 名   no-relationship-in-period 1, purpose-not-bound 6",
        "廃棄済  削除証明書 2026-000001   承認前 → disposal-pending   廃棄後 → deleted",
        "記録 321 件",
        "cargo run --release -p azekura-verify -- log ",
    ] {
        assert!(said.contains(part), "{part} is missing in\n{said}");
    }
    assert_eq!(ready.people.len(), 50);
    assert_eq!(ready.users.len(), 7);
    let evidence = dir.path().join("evidence");
    assert!(evidence.join("certificates/AZEKURA-CERT-2026-000001.json").is_file());
    assert!(evidence.join("checkpoint").is_file());
    assert!(dir.path().join("trust.json").is_file());
}

#[tokio::test]
async fn more_people_than_the_roster_has_are_made_up() {
    let Told { outcome, said, .. } = tell(60, false, None).await;
    assert_eq!(outcome.unwrap().people.len(), 60);
    assert!(said.contains("一致 60 / 60"));
}

#[tokio::test]
async fn the_same_facts_are_told_as_json() {
    let Told { outcome, said, .. } = tell(10, true, None).await;
    outcome.unwrap();
    let steps: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let step = |name: &str| steps.iter().find(|step| step["step"] == name).unwrap();
    assert_eq!(step("checked")["active"], 10);
    assert_eq!(step("imported")["bad"][0], json!({"line": 13, "code": "check-digit"}));
    assert_eq!(step("purged")["serial"], "2026-000001");
    assert_eq!(steps.iter().filter(|step| step["step"] == "sign_in").count(), 7);
}

/// Does what it should refuse, and refuses what it should do.
fn otherwise(status: u16, _: Value) -> (u16, Value) {
    if status < 400 { problem(409, "settled") } else { (200, json!({})) }
}

#[tokio::test]
async fn any_answer_that_changes_sides_ends_the_story() {
    let mut place = 0;
    loop {
        let Told { outcome, .. } = tell(10, false, Some((place, otherwise))).await;
        if outcome.is_ok() {
            break;
        }
        place += 1;
    }
    assert!(place > 80, "the story ended after {place} answers");
}

/// Changes one field wherever it stands.
fn with(value: Value, key: &str, to: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, inner)| {
                let inner = if name == key { to.clone() } else { with(inner, key, to) };
                (name, inner)
            })
            .collect(),
        Value::Array(all) => all.into_iter().map(|inner| with(inner, key, to)).collect(),
        other => other,
    }
}

#[tokio::test]
async fn a_value_that_differs_ends_the_story() {
    let twists: [(&str, Twist); 8] = [
        ("another number", |status, value| (status, with(value, "number", &json!("123456789018")))),
        ("another code", |status, value| (status, with(value, "code", &json!("suspended")))),
        ("another state", |status, value| (status, with(value, "state", &json!("cancelled")))),
        ("another status", |status, value| (status, with(value, "status", &json!("returned")))),
        ("another mask", |status, value| (status, with(value, "masked", &json!("1234")))),
        ("another person", |status, value| (status, with(value, "person", &json!("per_999")))),
        ("more attempts", |status, value| (status, with(value, "attempts_left", &json!(3)))),
        ("less of a log", |status, value| (status, with(value, "size", &json!(1)))),
    ];
    for (name, twist) in twists {
        let mut ended = 0;
        for place in 0..120 {
            let Told { outcome, said, .. } = tell(10, false, Some((place, twist))).await;
            if let Err(error) = outcome {
                let shown = format!("{error:?} {said}");
                assert!(!shown.contains("123456789018") && !shown.contains("1234 5678"), "{name}");
                ended += 1;
            }
        }
        assert!(ended > 0, "{name} was taken for granted everywhere");
    }
}

#[tokio::test]
async fn the_ready_file_is_whole_private_and_new() {
    use std::os::unix::fs::PermissionsExt;

    let Told { outcome, dir, .. } = tell(10, false, None).await;
    let (ready, path) = (outcome.unwrap(), dir.path().join("ready.json"));
    ready.write(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let json: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(json["organisations"][0]["name"], "株式会社架空商事");
    assert_eq!(json["users"][3]["capabilities"], json!(["enter", "check", "use"]));
    assert_eq!(json["people"][0]["external_ref"], "E0001");
    assert!(ready.write(&path).is_err(), "what is there is not replaced");
    let left = std::fs::read_dir(dir.path()).unwrap();
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().contains(".part")));
}
