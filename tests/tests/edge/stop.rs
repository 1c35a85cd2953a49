//! A vault that is told to stop.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use azekura_tests::process::wait_for;
use azekura_tests::site::text;
use azekura_tests::tls::Stream;
use azekura_tests::{Answer, Handler, Office, Vault, number, sqlite};
use serde_json::{Value, json};

/// How often the vault is told to stop while programs work.
const STOPS: usize = 20;
/// How often it is told twice, and how often it is killed after it was told.
const IMPATIENT: usize = 5;
const WRITERS: usize = 4;

/// What callers were told, over all stops.
#[derive(Default)]
struct Told {
    /// People whose entry was acknowledged.
    people: Mutex<BTreeSet<String>>,
    stopping: AtomicBool,
}

#[test]
fn rt_73_a_stop_answers_or_refuses_and_signs_the_last_entry() {
    let vault = Vault::start();
    let office = Office::found(&vault, vault.administrators(), "架空商事");
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let secret = number(40_000);
    let person = sato.add_with_number(&suzuki, &secret, &["withholding"]);
    let told = Told::default();
    for round in 0..STOPS {
        under_load(&vault, &told, &sato, (&person, &secret), round);
        vault.restart();
    }
    for _ in 0..IMPATIENT {
        told_once(&vault, &sato);
        vault.restart();
        told_twice(&vault, &sato);
        vault.restart();
        killed_while_stopping(&vault, &sato);
        vault.restart();
    }
    let people = told.people.into_inner().unwrap();
    assert!(people.len() > STOPS * WRITERS, "there was no load");
    let lost: Vec<_> = people
        .iter()
        .filter(|person| sato.get(&sato.path(&format!("people/{person}"))).status != 200)
        .collect();
    assert_eq!(lost, Vec::<&String>::new(), "acknowledged, and lost");
    assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(secret));
    vault.verify_offline();
}

/// Stops while programs write and read: whoever got bytes got a whole answer.
fn under_load(
    vault: &Vault,
    told: &Told,
    sato: &Handler,
    (person, secret): (&str, &str),
    round: usize,
) {
    told.stopping.store(false, Ordering::SeqCst);
    let before = told.people.lock().unwrap().len();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| while write(told, sato) {});
        }
        scope.spawn(|| while read(told, sato, person, secret) {});
        wait_for("some load", || {
            (told.people.lock().unwrap().len() > before + WRITERS + round).then_some(())
        });
        told.stopping.store(true, Ordering::SeqCst);
        vault.signal("TERM");
        assert!(vault.ended(), "it did not stop well");
    });
    assert_signed_to_the_end(vault);
}

/// Enters one person; whether there is somebody who listens.
fn write(told: &Told, sato: &Handler) -> bool {
    let body = sato.person(&json!({})).to_string();
    let headers = [("Content-Type", "application/json")];
    let request = sato.request("POST", &sato.path("people"), &headers, Some(body.as_bytes()));
    match sent(told, sato, &request) {
        Some(answer) if answer.status == 201 => {
            told.people.lock().unwrap().insert(text(&answer.value(), "id"));
            true
        }
        Some(answer) => refused(told, &answer),
        None => false,
    }
}

/// Reads one number; whether there is somebody who listens.
fn read(told: &Told, sato: &Handler, person: &str, secret: &str) -> bool {
    let body = sato.asking(&[person], "withholding_slip").to_string();
    let headers = [("Content-Type", "application/json")];
    let request = sato.request("POST", &sato.path("reads"), &headers, Some(body.as_bytes()));
    match sent(told, sato, &request) {
        Some(answer) if answer.status == 200 => {
            assert_eq!(answer.value()["results"][0]["number"], secret);
            true
        }
        Some(answer) => refused(told, &answer),
        None => false,
    }
}

fn refused(told: &Told, answer: &Answer) -> bool {
    assert!(told.stopping.load(Ordering::SeqCst), "refused while it ran: {}", answer.text());
    answer.refused(503, answer.value()["code"].as_str().unwrap_or_default());
    true
}

/// The answer; nothing if the server took no notice any more.
fn sent(told: &Told, sato: &Handler, request: &[u8]) -> Option<Answer> {
    let mut bytes = Vec::new();
    let ended = sato.connect().and_then(|mut stream| {
        stream.write_all(request)?;
        stream.read_to_end(&mut bytes)
    });
    let answer = Answer::parse(&bytes);
    assert!(answer.is_some() || bytes.is_empty(), "an answer was cut off");
    if answer.is_none() {
        assert!(told.stopping.load(Ordering::SeqCst), "no answer while it ran: {ended:?}");
    }
    answer
}

/// A request under way is waited for and answered.
fn told_once(vault: &Vault, sato: &Handler) {
    let (mut stream, rest) = half_a_request(sato);
    stop_listening(vault, sato);
    stream.write_all(&rest).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Answer::parse(&bytes).expect("a whole answer").status, 201);
    assert!(vault.ended(), "it did not stop well");
    assert_signed_to_the_end(vault);
}

/// A second signal ends what is under way, and nothing else is left out.
fn told_twice(vault: &Vault, sato: &Handler) {
    let (mut stream, _) = half_a_request(sato);
    stop_listening(vault, sato);
    vault.signal("TERM");
    let mut bytes = Vec::new();
    // Cut off, with or without a reset.
    stream.read_to_end(&mut bytes).ok();
    assert!(bytes.is_empty(), "it was answered: {}", String::from_utf8_lossy(&bytes));
    assert!(vault.ended(), "it did not stop well");
    assert_signed_to_the_end(vault);
}

/// As a service manager does when a stop takes too long.
fn killed_while_stopping(vault: &Vault, sato: &Handler) {
    let (_stream, _) = half_a_request(sato);
    stop_listening(vault, sato);
    vault.kill9();
}

/// A request whose body the server waits for, and the rest of that body.
fn half_a_request(sato: &Handler) -> (Stream, Vec<u8>) {
    let body = sato.person(&json!({})).to_string();
    // The server asks for the body when it has taken the request up.
    let headers = [("Content-Type", "application/json"), ("Expect", "100-continue")];
    let request = sato.request("POST", &sato.path("people"), &headers, Some(body.as_bytes()));
    let (head, rest) = request.split_at(request.len() - body.len());
    let mut stream = sato.connect().unwrap();
    stream.write_all(head).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    (stream, rest.to_vec())
}

/// Tells the server to stop, and waits until nobody can connect any more.
fn stop_listening(vault: &Vault, sato: &Handler) {
    vault.signal("TERM");
    wait_for("the listener to close", || {
        let refused = TcpStream::connect(sato.address).err()?;
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        Some(())
    });
}

/// The last entry says that the vault stopped, and the last checkpoint covers it.
fn assert_signed_to_the_end(vault: &Vault) {
    let state = vault.files().state();
    let rows = sqlite::rows(&state.join("vault.db"), "select count(*) as n from log_entry");
    let entries: i64 = sqlx::Row::get(&rows[0], "n");
    let anchor: Value = serde_json::from_slice(&fs::read(state.join("anchor")).unwrap()).unwrap();
    assert_eq!(anchor["size"], entries, "entries without a checkpoint");
}
