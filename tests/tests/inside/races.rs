//! Many at once for one thing: one of them gets it, and everyone learns what became of it.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use azekura_tests::site::text;
use azekura_tests::{Answer, Caller, Handler, Office, number};
use serde_json::{Value, json};

use crate::lab::Lab;

/// Calls at once in a round.
const CALLS: usize = 50;

/// An office with two handlers, and the next number nobody has.
struct Floor<'l> {
    office: Office<'l>,
    sato: Handler,
    suzuki: Handler,
    next: std::cell::Cell<u32>,
}

/// A call: by whom, method, path, headers and body.
type Call<'c> = (&'c Caller, &'static str, String, Vec<(&'static str, String)>, Value);

#[test]
fn rt_31_of_many_at_once_exactly_one_has_an_effect() {
    for (lab, rounds) in [(Lab::new(), 20), (Lab::on_postgres(), 2)] {
        let floor = Floor::new(&lab);
        for round in 0..rounds {
            floor.many_check(round);
            floor.check_against_withdrawal(round);
            floor.check_against_correction(round);
            floor.submitted_under_one_key(round);
            floor.submitted_without_a_key(round);
        }
        Floor::the_log_says_so(&lab);
    }
}

impl<'l> Floor<'l> {
    fn new(lab: &'l Lab) -> Self {
        let office = lab.office();
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["withholding"], &suzuki);
        Self { office, sato, suzuki, next: std::cell::Cell::new(30_000) }
    }

    /// The same change, checked by everyone: one check counts, the others find it decided.
    fn many_check(&self, round: u32) {
        let (person, number, change) = self.waiting();
        let check = self.check(&self.suzuki, &change, &number);
        let answers = at_once(&vec![check; CALLS]);
        assert_eq!(counted(&answers), BTreeMap::from([(200, 1), (409, CALLS - 1)]), "{round}");
        assert_eq!(self.sato.read_one(&person, "withholding_slip"), Ok(number), "{round}");
    }

    /// Checked and withdrawn at once: whichever came first, and the number only if checked.
    fn check_against_withdrawal(&self, round: u32) {
        let (person, number, change) = self.waiting();
        let path = self.office.path(&format!("changes/{change}/withdraw"));
        let withdraw: Call<'_> = (&self.sato, "POST", path, Vec::new(), Value::Null);
        let check = self.check(&self.suzuki, &change, &number);
        let calls: Vec<_> =
            (0..CALLS).map(|i| if i % 2 == 0 { check.clone() } else { withdraw.clone() }).collect();
        let answers = at_once(&calls);
        assert_eq!(counted(&answers), BTreeMap::from([(200, 1), (409, CALLS - 1)]), "{round}");
        let won = answers.iter().position(|answer| answer.status == 200).unwrap();
        let read = self.sato.read_one(&person, "withholding_slip");
        assert_eq!(read.ok(), (won % 2 == 0).then_some(number), "{round}");
    }

    /// Checked while somebody else registers another number: a check is over what was keyed.
    fn check_against_correction(&self, round: u32) {
        let (person, first, change) = self.waiting();
        let second = self.number();
        let check = self.check(&self.suzuki, &change, &first);
        let other = self.sato.registration(&person, &second, &["withholding"]);
        let other: Call<'_> = (&self.sato, "POST", self.office.path("changes"), Vec::new(), other);
        let calls: Vec<_> =
            (0..CALLS).map(|i| if i % 2 == 0 { check.clone() } else { other.clone() }).collect();
        let answers = at_once(&calls);
        let checked = answers.iter().step_by(2).filter(|answer| answer.status == 200).count();
        assert_eq!(checked, 1, "{round}");
        assert!(answers.iter().all(|answer| answer.status < 500), "{round}");
        assert_eq!(self.sato.read_one(&person, "withholding_slip"), Ok(first), "{round}");
    }

    /// One request, sent again and again under its key: one change, and the same answer each time.
    fn submitted_under_one_key(&self, round: u32) {
        let (person, number) = (self.sato.add_employee("架空"), self.number());
        let key = vec![("Idempotency-Key", format!("kurikaeshi-{round}"))];
        let body = self.sato.registration(&person, &number, &["withholding"]);
        let call: Call<'_> = (&self.sato, "POST", self.office.path("changes"), key, body);
        let answers = at_once(&vec![call; CALLS]);
        assert_eq!(counted(&answers), BTreeMap::from([(202, CALLS)]), "{round}");
        let id = text(&answers[0].value(), "id");
        assert!(answers.iter().all(|answer| text(&answer.value(), "id") == id), "{round}");
        self.suzuki.check(&id, &number).ok(200);
    }

    /// The same without a key: the first waits for its check, and the others are told so.
    fn submitted_without_a_key(&self, round: u32) {
        let (person, number) = (self.sato.add_employee("架空"), self.number());
        let body = self.sato.registration(&person, &number, &["withholding"]);
        let call: Call<'_> = (&self.sato, "POST", self.office.path("changes"), Vec::new(), body);
        let answers = at_once(&vec![call; CALLS]);
        assert_eq!(counted(&answers), BTreeMap::from([(202, 1), (409, CALLS - 1)]), "{round}");
    }

    /// Each person was given a number at most once, and every line is in the signed tree.
    fn the_log_says_so(lab: &Lab) {
        let mut given = BTreeMap::new();
        for entry in lab.entries().iter().filter(|entry| entry["act"] == "number.activated") {
            *given.entry(entry["person"].to_string()).or_insert(0) += 1;
        }
        assert!(!given.is_empty() && given.values().all(|times| *times == 1), "{given:?}");
        assert_eq!(lab.changed_outside(), std::collections::BTreeSet::new());
    }

    fn waiting(&self) -> (String, String, String) {
        let (person, number) = (self.sato.add_employee("架空"), self.number());
        let change = self.sato.register(&person, &number, &["withholding"]).ok(202);
        (person, number, text(&change, "id"))
    }

    fn check<'c>(&self, by: &'c Handler, change: &str, number: &str) -> Call<'c> {
        let path = self.office.path(&format!("changes/{change}/check"));
        (by, "POST", path, Vec::new(), json!({"number": number}))
    }

    fn number(&self) -> String {
        self.next.set(self.next.get() + 1);
        number(self.next.get())
    }
}

/// The answers to calls that all begin together, in the order of the calls.
fn at_once(calls: &[Call<'_>]) -> Vec<Answer> {
    let start = Barrier::new(calls.len());
    thread::scope(|scope| {
        let threads: Vec<_> = calls
            .iter()
            .map(|(caller, method, path, headers, body)| {
                let start = &start;
                scope.spawn(move || {
                    let headers: Vec<_> =
                        headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    start.wait();
                    caller.json(method, path, &headers, body)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// How many answers have each status.
fn counted(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        assert!(answer.status < 500, "{}", answer.text());
        *counted.entry(answer.status).or_insert(0) += 1;
    }
    counted
}
