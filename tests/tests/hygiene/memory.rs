//! No number stays in memory.

use std::fs;
use std::io::{Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use azekura_tests::canary::{Canaries, Hit};
use azekura_tests::process::wait_for;
use azekura_tests::tls::{Authority, Stream};
use azekura_tests::{Answer, Handler, Vault, number};
use serde_json::json;

use crate::Scene;

#[test]
fn rt_27_no_number_stays_in_the_memory_of_the_server() {
    no_number_stays(&Vault::start(), 20_000..20_100);
    no_number_stays(&Vault::start_with_tls(&Authority::new()), 20_100..20_200);
}

fn no_number_stays(vault: &Vault, numbers: Range<u32>) {
    let scene = Scene::new(vault);
    let memory = format!("/proc/{}/mem", vault.pid());
    assert!(
        fs::File::open(&memory).is_ok(),
        "the server's memory is closed to its own user; run this test as root"
    );
    let numbers: Vec<String> = numbers.map(number).collect();
    let canaries = Canaries::new(&numbers);
    assert!(stands_in(&memory, "架空商事".as_bytes()), "this finds what is in memory");
    let mut open = Vec::new();
    let people = scene.work(&numbers);
    for person in people.iter().take(10) {
        open.push(keep_alive(&scene.sato, person));
    }
    for (person, number) in people.iter().zip(&numbers).take(20) {
        cancel(&scene.sato, person, number);
    }
    scene.work_through_errors(&numbers);
    // Whatever still runs has ended once nothing is found; what stays, stays.
    let found = settled(|| copies(&canaries, &memory));
    assert!(found.is_empty(), "with connections open: {} copies {found:#?}", found.len());
    drop(open);
    let found = settled(|| copies(&canaries, &memory));
    assert!(found.is_empty(), "with connections closed: {} copies {found:#?}", found.len());
    let after = scene.sato.read(&[&people[0]], "withholding_slip").ok(200);
    assert_eq!(after["results"][0]["number"], numbers[0].as_str(), "the server still works");
}

/// Reads a number over a connection and leaves it open, with a harmless request behind it.
fn keep_alive(handler: &Handler, person: &str) -> Stream {
    let body = handler.asking(&[person], "withholding_slip").to_string();
    let headers = [("Connection", "keep-alive"), ("Content-Type", "application/json")];
    let path = handler.path("reads");
    let request = handler.request("POST", &path, &headers, Some(body.as_bytes()));
    let mut stream = handler.connect().unwrap();
    stream.write_all(&request).unwrap();
    let mut bytes = vec![0; 64 * 1024];
    let mut length = 0;
    while Answer::parse(&bytes[..length]).is_none_or(|answer| answer.body.is_empty()) {
        let read = stream.read(&mut bytes[length..]).unwrap();
        assert!(read > 0, "an answer");
        length += read;
    }
    assert_eq!(Answer::parse(&bytes[..length]).unwrap().status, 200);
    stream
}

/// Breaks a request off halfway, and another one before its answer.
fn cancel(handler: &Handler, person: &str, number: &str) {
    let body = handler.registration(person, number, &["withholding"]).to_string();
    let json = [("Content-Type", "application/json")];
    let request = handler.request("POST", &handler.path("changes"), &json, Some(body.as_bytes()));
    let half = request.len() - 40;
    for part in [&request[..half], &request[..]] {
        send(handler, part);
    }
    let body = handler.asking(&[person], "withholding_slip").to_string();
    let request = handler.request("POST", &handler.path("reads"), &json, Some(body.as_bytes()));
    send(handler, &request);
}

/// Sends bytes and hangs up.
fn send(handler: &Handler, bytes: &[u8]) {
    let mut stream = handler.connect().unwrap();
    stream.write_all(bytes).and_then(|()| stream.flush()).unwrap();
}

impl Scene<'_> {
    /// Sends numbers where they are not understood.
    fn work_through_errors(&self, numbers: &[String]) {
        let path = self.sato.path("changes");
        for number in numbers {
            let cut = format!(r#"{{"type":"register","number":"{number}","#);
            let json = [("Content-Type", "application/json")];
            assert_eq!(self.sato.send("POST", &path, &json, Some(cut.as_bytes())).status, 400);
            let wrong = json!({"type": "register", "number": [number]});
            assert!(self.sato.post(&path, &wrong).status >= 400);
            let body = json!({"number": number});
            assert_eq!(self.sato.post(&self.sato.path("people"), &body).status, 422);
        }
    }
}

/// What is found when nothing is left of the last requests: in the third look at the latest.
fn settled(mut find: impl FnMut() -> Vec<String>) -> Vec<String> {
    let mut looks = 0;
    wait_for("the memory to settle", || {
        let found = find();
        looks += 1;
        (found.is_empty() || looks == 3).then_some(found)
    })
}

/// What is found in the memory of a process: form, mapping, and what stands around it.
fn copies(canaries: &Canaries, memory: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (mapping, bytes) in mappings(memory) {
        let hits = canaries.find(&bytes).into_iter();
        found.extend(hits.map(|hit| describe(&hit, &mapping, &bytes)));
    }
    found
}

fn stands_in(memory: &str, what: &[u8]) -> bool {
    mappings(memory).any(|(_, bytes)| bytes.windows(what.len()).any(|window| window == what))
}

/// The memory of a process that it can write to.
fn mappings(memory: &str) -> impl Iterator<Item = (String, Vec<u8>)> {
    let maps = fs::read_to_string(memory.replace("/mem", "/maps")).unwrap();
    let file = fs::File::open(memory).unwrap();
    let lines: Vec<String> = maps.lines().map(String::from).collect();
    lines.into_iter().filter_map(move |line| {
        let mut words = line.split(' ');
        let (from, to) = words.next()?.split_once('-')?;
        let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let mut bytes = vec![0; usize::try_from(address(to) - address(from)).unwrap()];
        let written = words.next()?.starts_with("rw");
        (written && file.read_exact_at(&mut bytes, address(from)).is_ok()).then_some((line, bytes))
    })
}

/// Says where a copy lies without its digits.
fn describe(hit: &Hit, mapping: &str, bytes: &[u8]) -> String {
    let around = &bytes[hit.at.saturating_sub(120)..bytes.len().min(hit.at + 100)];
    let shown: String = around
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' => '#',
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        })
        .collect();
    format!("{} in {mapping}: {shown}", hit.form)
}
