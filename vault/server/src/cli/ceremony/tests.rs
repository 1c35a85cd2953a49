//! Ceremonies with people who do as a script says.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use azekura_core::crypto::keyring::Keyring;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::terminal::Person;
use super::*;
use crate::cli::unlock;

/// What a scripted person types next.
enum Typed {
    /// These characters.
    Text(&'static str),
    /// What was shown for so many secrets ago; 1 is the last.
    Shown(usize),
    /// A share, with its last character wrong.
    Slip(usize),
}

use Typed::{Shown, Slip, Text};

#[derive(Default)]
struct Seen {
    screen: String,
    secrets: Vec<String>,
}

struct Script {
    typed: VecDeque<Typed>,
    seen: Rc<RefCell<Seen>>,
}

impl Script {
    fn answer(&mut self, prompt: &str) -> Result<SecretString> {
        let mut seen = self.seen.borrow_mut();
        seen.screen.push_str(prompt);
        let secret = |back: usize| seen.secrets[seen.secrets.len() - back].clone();
        let text = match self.typed.pop_front().context("broken off")? {
            Text(text) => String::from(text),
            Shown(back) => secret(back),
            Slip(back) => {
                let mut text = secret(back);
                let last = text.pop().unwrap();
                text.push(if last == 'q' { 'p' } else { 'q' });
                text
            }
        };
        Ok(text.into())
    }
}

impl Person for Script {
    fn show(&mut self, text: &str) -> Result<()> {
        let mut seen = self.seen.borrow_mut();
        if text.starts_with("azr1") || text.starts_with("aze1_") || text.matches('-').count() == 5 {
            seen.secrets.push(String::from(text));
        }
        seen.screen.push_str(text);
        Ok(())
    }

    fn line(&mut self, prompt: &str) -> Result<SecretString> {
        self.answer(prompt)
    }

    fn hidden(&mut self, prompt: &str) -> Result<SecretString> {
        self.answer(prompt)
    }
}

const PEOPLE: [Typed; 5] =
    [Text("管理 一郎"), Text("管理 二郎"), Text("見本 一"), Text("見本 二"), Text("見本 三")];
const ENTER: Typed = Text("");

struct Held {
    folder: TempDir,
    seen: Rc<RefCell<Seen>>,
    outcome: Result<()>,
}

impl Held {
    fn state(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    fn keyring(&self) -> Vec<u8> {
        std::fs::read(self.state().join("keyring")).unwrap()
    }

    fn refused(&self) -> String {
        let files = std::fs::read_dir(self.state()).map_or(0, Iterator::count);
        assert_eq!(files, 0, "something was made all the same");
        format!("{:#}", self.outcome.as_ref().unwrap_err())
    }
}

/// Holds a ceremony at a terminal; a passphrase opens the vault.
async fn held(typed: impl IntoIterator<Item = Typed>) -> Held {
    held_with(typed, None).await
}

/// The same where a credential opens it, which costs no time.
async fn held_quickly(typed: impl IntoIterator<Item = Typed>) -> Held {
    held_with(typed, Some("credential")).await
}

async fn held_with(
    typed: impl IntoIterator<Item = Typed>,
    credential: Option<&'static str>,
) -> Held {
    let (folder, seen) = (TempDir::new().unwrap(), Rc::default());
    let script = Script { typed: typed.into_iter().collect(), seen: Rc::clone(&seen) };
    let out = Out {
        trust: folder.path().join("trust.json"),
        transcript: folder.path().join("transcript.json"),
    };
    let mut desk = Terminal::new(script, credential.map(|name| folder.path().join(name)));
    let outcome = hold(&mut desk, &folder.path().join("vault"), &out).await;
    Held { folder, seen, outcome }
}

/// Shows three shares, each to a person who presses Enter twice.
fn handed_out() -> impl Iterator<Item = Typed> {
    (0..6).map(|_| ENTER)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_at_a_terminal_makes_a_vault_that_its_people_open() {
    let typed = PEOPLE
        .into_iter()
        // Too short, then one that the vault makes.
        .chain([Text("Kakuu-Shiken"), ENTER, ENTER])
        .chain(handed_out())
        // Slips and the same share twice, then shares 3 and 1; the passphrase.
        .chain([Slip(1), Shown(1), Shown(1), Shown(1), Shown(3), Shown(4)])
        .chain((0..4).map(|_| ENTER));
    let held = held(typed).await;
    held.outcome.as_ref().unwrap();
    let seen = held.seen.borrow();
    let [phrase, one, two, three, first, second] = seen.secrets.as_slice() else {
        panic!("{} secrets were shown", seen.secrets.len())
    };
    assert_ne!(first, second);
    for secret in &seen.secrets {
        assert_eq!(seen.screen.matches(secret.as_str()).count(), 1, "shown once");
    }
    let opened = Keyring::decode(&held.keyring(), &unlock_with(phrase)).ok().unwrap();
    assert_eq!(opened.slots.len(), 2);
    for pair in [[one, two], [two, three], [three, one]] {
        let shares = pair.map(|share| share.as_str().into());
        let shares =
            azekura_core::crypto::keyring::Unlock::Shares(unlock::from_shares(&shares).unwrap());
        assert!(Keyring::decode(&held.keyring(), &shares).is_ok());
    }
    let transcript = std::fs::read_to_string(held.folder.path().join("transcript.json")).unwrap();
    for secret in &seen.secrets {
        assert!(!transcript.contains(secret.as_str()));
    }
    let json: serde_json::Value = serde_json::from_str(&transcript).unwrap();
    assert_eq!(json["recovery"]["rehearsed"], serde_json::json!([[1, 3]]));
    assert_eq!(json["recovery"]["shares"][2]["holder"], "見本 三");
    assert_eq!(json["keyring"]["slots"], serde_json::json!(["passphrase", "recovery"]));
    assert!(!held.state().join("keyring.rehearsal").exists());
}

fn unlock_with(phrase: &str) -> azekura_core::crypto::keyring::Unlock {
    azekura_core::crypto::keyring::Unlock::Passphrase(SecretString::from(phrase))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_two_shares_typed_back_nothing_is_made() {
    let begun = || PEOPLE.into_iter().chain(handed_out());
    let slips = held_quickly(begun().chain((0..5).map(|_| Slip(1)))).await;
    assert!(slips.refused().contains("could not be rehearsed"));
    let twice = held_quickly(begun().chain((0..10).map(|_| Shown(2)))).await;
    assert!(twice.refused().contains("could not be rehearsed"));
    let gone = held_quickly(begun().chain([Shown(1)])).await;
    assert!(gone.refused().contains("broken off"));
    let forgot = held(PEOPLE.into_iter().chain([ENTER, ENTER]).chain(handed_out()).chain([
        Shown(1),
        Shown(2),
        Text("another passphrase"),
    ]))
    .await;
    assert!(forgot.refused().contains("does not open the vault"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceremony_needs_people_who_differ_and_a_strong_passphrase() {
    let with = |at: usize, name: &'static str| {
        let mut people = PEOPLE;
        people[at] = Text(name);
        people.into_iter().chain([ENTER, ENTER])
    };
    assert!(held(with(1, "管理　一郎")).await.refused().contains("two different people"));
    assert!(held(with(4, "見本 一")).await.refused().contains("three different holders"));
    assert!(held(with(0, "システム管理者")).await.refused().contains("of one person"));
    assert!(held(with(0, "")).await.refused().contains("a name is missing"));
    assert!(held(with(2, "見本 123456789018")).await.refused().contains("without a number"));
    let weak = PEOPLE.into_iter().chain((0..5).map(|_| Text("correct horse battery staple")));
    let weak = held(weak).await;
    assert!(weak.refused().contains("no passphrase was chosen"));
    assert!(weak.seen.borrow().screen.contains("what everybody tries first"));
    assert!(weak.seen.borrow().secrets.is_empty());
}

#[test]
fn a_passphrase_is_never_part_of_a_name() {
    assert!(check_name("見本 一郎").is_ok());
    assert!(check_name(" 見本").is_err());
    assert!(same_name("見本 一郎", "見本　一郎") && !same_name("見本 一郎", "見本 二郎"));
    assert_eq!(SecretString::from("x").expose_secret(), "x");
}
