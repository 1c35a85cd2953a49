//! Where a number may stand: in the answer that releases it, and nowhere else.

use std::fs;
use std::io::{Read, Write};

use azekura_tests::canary::{Canaries, ENCODINGS, Hit};
use azekura_tests::http::connect;
use azekura_tests::process::wait_for;
use azekura_tests::site::text;
use azekura_tests::{Answer, Handler, Office, Vault, number};
use serde_json::json;

struct Scene<'v> {
    office: Office<'v>,
    sato: Handler,
    suzuki: Handler,
}

impl<'v> Scene<'v> {
    fn new(vault: &'v Vault) -> Self {
        let office = Office::found(vault, vault.administrators(), "架空商事");
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["declarations", "withholding"], &suzuki);
        Self { office, sato, suzuki }
    }

    /// Registers, checks and releases each number, with a wrong entry and an unknown purpose between.
    fn work(&self, numbers: &[String]) -> Vec<String> {
        let Self { sato, suzuki, .. } = self;
        let mut people = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            let person = sato.add_employee("架空");
            let change = text(&sato.register(&person, number, &["withholding"]).ok(202), "id");
            if at % 10 == 0 {
                let wrong = &numbers[(at + 1) % numbers.len()];
                suzuki.check(&change, wrong).refused(409, "number-mismatch");
                sato.check(&change, number).refused(403, "same-person");
                sato.register(&person, number, &["withholding"]).refused(409, "already-registered");
            }
            suzuki.check(&change, number).ok(200);
            people.push(person);
        }
        for some in people.chunks(25) {
            let ids: Vec<&str> = some.iter().map(String::as_str).collect();
            let answer = sato.read(&ids, "withholding_slip").ok(200);
            let given = answer["results"].as_array().unwrap().iter();
            assert_eq!(given.filter(|line| line["number"].is_string()).count(), ids.len());
            sato.read(&ids, "birthday_cards").ok(422);
        }
        people
    }
}

#[test]
fn rt_10_no_number_lies_in_any_file_of_the_vault() {
    let vault = Vault::start_logging("trace");
    let scene = Scene::new(&vault);
    let numbers: Vec<String> = (10_000..10_200).map(number).collect();
    scene.work(&numbers);
    let canaries = Canaries::new(&numbers);
    let look = || {
        let (hits, looked) = canaries.find_under(vault.files().root());
        assert!(looked > 1_000_000, "only {looked} bytes were looked at");
        assert_eq!(hits, [], "200 numbers in {ENCODINGS} forms");
    };
    assert!(vault.files().state().join("vault.db-wal").metadata().unwrap().len() > 0);
    look();
    vault.export();
    vault.stop();
    look();
}

#[test]
fn rt_27_no_number_stays_in_the_memory_of_the_server() {
    let vault = Vault::start();
    let scene = Scene::new(&vault);
    let memory = format!("/proc/{}/mem", vault.pid());
    assert!(
        fs::File::open(&memory).is_ok(),
        "the server's memory is closed to its own user; run this test as root"
    );
    let numbers: Vec<String> = (20_000..20_100).map(number).collect();
    let canaries = Canaries::new(&numbers);
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
    let found = settled(|| canaries.find_in(&memory));
    assert_eq!(found, [], "with connections open");
    drop(open);
    let found = settled(|| canaries.find_in(&memory));
    assert_eq!(found, [], "with connections closed");
    let after = scene.sato.read(&[&people[0]], "withholding_slip").ok(200);
    assert_eq!(after["results"][0]["number"], numbers[0].as_str(), "the server still works");
}

/// Reads a number over a connection and leaves it open, with a harmless request behind it.
fn keep_alive(handler: &Handler, person: &str) -> std::net::TcpStream {
    let body = handler.asking(&[person], "withholding_slip").to_string();
    let headers = [("Connection", "keep-alive"), ("Content-Type", "application/json")];
    let path = handler.path("reads");
    let request = handler.request("POST", &path, &headers, Some(body.as_bytes()));
    let mut stream = connect(handler.address).unwrap();
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
        connect(handler.address).unwrap().write_all(part).unwrap();
    }
    let body = handler.asking(&[person], "withholding_slip").to_string();
    let request = handler.request("POST", &handler.path("reads"), &json, Some(body.as_bytes()));
    connect(handler.address).unwrap().write_all(&request).unwrap();
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

/// What is found once it no longer gets less, at the latest after a hundred looks.
fn settled(mut find: impl FnMut() -> Vec<String>) -> Vec<String> {
    let mut looks = 0;
    wait_for("the memory to settle", || {
        let found = find();
        looks += 1;
        (found.is_empty() || looks == 20).then_some(found)
    })
}

trait InMemory {
    fn find_in(&self, memory: &str) -> Vec<String>;
}

impl InMemory for Canaries {
    /// What is found in the readable memory of a process: form, mapping, and what stands around it.
    fn find_in(&self, memory: &str) -> Vec<String> {
        use std::os::unix::fs::FileExt;
        let maps = fs::read_to_string(memory.replace("/mem", "/maps")).unwrap();
        let file = fs::File::open(memory).unwrap();
        let mut found = Vec::new();
        for line in maps.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with("rw")) {
            let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
            let mut bytes = vec![0; usize::try_from(address(to) - address(from)).unwrap()];
            if file.read_exact_at(&mut bytes, address(from)).is_err() {
                continue;
            }
            let hits = self.find(&bytes).into_iter();
            found.extend(hits.map(|hit| describe(&hit, line, &bytes)));
        }
        found
    }
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
