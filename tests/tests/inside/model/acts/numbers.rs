//! Numbers in and out.

use azekura_tests::office::{name, outcome};
use serde_json::{Value, json};

use super::super::founding::doer;
use super::super::op::Op;
use super::super::rules::Verdict;
use super::super::things::Record;
use super::super::vault::Answer;
use super::super::world::{Broken, Held, World, agree, must};

/// People of a run; more would only make each of them rarer.
const PEOPLE: usize = 12;
/// A work that the numbers were collected for, and one that they were not.
const WORKS: [&str; 2] = ["withholding_slip", "health_pension_acquisition"];

impl World<'_> {
    pub(in crate::model) fn add(&mut self, op: Op) -> Held {
        if self.rules.records.len() >= PEOPLE {
            return Ok(());
        }
        let person = json!({
            "external_ref": format!("E-{:05}", self.rules.records.len()),
            "kind": "employee",
            "name": name("架空"),
            "birth_date": "1970-04-01",
            "started_on": format!("{}-04-01", self.founding.year - 12),
        });
        let who = doer(op, op.org);
        let answer = self.post(who, &self.path(op.org, "people"), &person)?;
        if agree(self.rules.may(op.org, who, "enter"), &answer)? {
            let record = Record { id: answer.field("id"), org: op.org, ..Record::default() };
            self.rules.records.push(record);
            self.did(op);
        }
        Ok(())
    }

    pub(in crate::model) fn submit(&mut self, op: Op) -> Held {
        let Some(at) = self.record(op) else { return Ok(()) };
        let (body, number) = self.registration(at);
        let org = self.rules.records[at].org;
        let (who, path) = (doer(op, org), self.path(org, "changes"));
        let verdict = self.rules.submit(who, at);
        self.hidden.insert(number.clone());
        let answer = self.post(who, &path, &body)?;
        self.submitted(op, (verdict, answer), (at, who, number))
    }

    /// Who answers for a program is the author of what it sends.
    pub(in crate::model) fn program_submits(&mut self, op: Op) -> Held {
        let Some(at) = self.record(op).filter(|at| self.rules.records[*at].org == 0) else {
            return Ok(());
        };
        let (body, number) = self.registration(at);
        let owner = self.rules.program.owner;
        let verdict = self.rules.program_submits(at);
        self.hidden.insert(number.clone());
        let answer = self.program(&self.path(0, "changes"), &body)?;
        self.submitted(op, (verdict, answer), (at, owner, number))
    }

    /// I2: a version is one that was never given before.
    fn submitted(
        &mut self,
        op: Op,
        (verdict, answer): (Verdict, Answer),
        (at, author, number): (usize, usize, String),
    ) -> Held {
        if !agree(verdict, &answer)? {
            return Ok(());
        }
        let version = answer.value["content"]["version"].as_u64();
        let before = self.rules.records[at].highest;
        must(version == Some(before + 1), 2, || format!("{version:?} after {before}"))?;
        self.rules.submitted(at, author, number, answer.field("id"));
        self.did(op);
        Ok(())
    }

    pub(in crate::model) fn check(&mut self, op: Op) -> Held {
        let Some(at) = self.waiting(op) else { return Ok(()) };
        let right = self.rules.changes[at].number.clone();
        let keyed = if op.luck < 20 { self.number() } else { right };
        self.keep_rows(at, op);
        let (who, path) = self.about(op, at, "check");
        let verdict = self.rules.check(who, at, &keyed);
        let answer = self.post(who, &path, &json!({"number": keyed}))?;
        if agree(verdict, &answer)? {
            let record = self.rules.changes[at].record;
            let replaced = self.rules.records[record].current.take();
            self.hidden.extend(replaced.map(|(_, number)| number));
            self.hidden.remove(&keyed);
            self.rules.settled(at, "approved");
            self.did(op);
            return Ok(());
        }
        if self.rules.is_mismatch(who, at, &keyed) {
            let told = answer.value["code"] == "number-mismatch";
            must(told, 0, || format!("no mismatch: {}", answer.text))?;
            self.rules.mismatched(at);
        }
        Ok(())
    }

    pub(in crate::model) fn reject(&mut self, op: Op) -> Held {
        let Some(at) = self.waiting(op) else { return Ok(()) };
        let (who, path) = self.about(op, at, "reject");
        let verdict = self.rules.reject(who, at);
        let answer = self.post(who, &path, &json!({"reason": "見本"}))?;
        self.ended(op, at, (verdict, answer), "rejected")
    }

    /// Half of them by whoever entered it.
    pub(in crate::model) fn withdraw(&mut self, op: Op) -> Held {
        let Some(at) = self.waiting(op) else { return Ok(()) };
        let (who, path) = self.about(op, at, "withdraw");
        let who = if op.luck < 50 { self.rules.changes[at].author } else { who };
        let verdict = self.rules.withdraw(who, at);
        let answer = self.post(who, &path, &Value::Null)?;
        self.ended(op, at, (verdict, answer), "withdrawn")
    }

    fn ended(
        &mut self,
        op: Op,
        at: usize,
        (verdict, answer): (Verdict, Answer),
        fate: &'static str,
    ) -> Held {
        if agree(verdict, &answer)? {
            self.rules.settled(at, fate);
            self.did(op);
        }
        Ok(())
    }

    /// I3, I4: what was decided is not decided again, by nobody and in no way.
    pub(in crate::model) fn again(&mut self, op: Op) -> Held {
        let settled = |at: &usize| self.rules.changes[*at].fate != "pending";
        let settled: Vec<_> = (0..self.rules.changes.len()).filter(settled).collect();
        let Some(&at) = settled.get(op.at % settled.len().max(1)) else { return Ok(()) };
        let change = &self.rules.changes[at];
        let who = if op.luck < 50 { change.author } else { op.who };
        let (act, body) = match op.luck % 4 {
            0 => ("check", json!({"number": change.number})),
            1 => ("approve", Value::Null),
            2 => ("reject", json!({"reason": "見本"})),
            _ => ("withdraw", Value::Null),
        };
        let (_, path) = self.about(op, at, act);
        let answer = self.post(who, &path, &body)?;
        let fate = self.rules.changes[at].fate;
        must(!answer.is_yes(), 4, || format!("{act} of what was {fate}"))?;
        self.did(op);
        Ok(())
    }

    pub(in crate::model) fn read(&mut self, op: Op) -> Held {
        let people = self.some(op);
        if people.is_empty() {
            return Ok(());
        }
        let org = self.rules.records[people[0]].org;
        let bound = !op.luck.is_multiple_of(7);
        let who = doer(op, org);
        let verdict = self.rules.may(org, who, "use");
        let body = self.asking(&people, bound, op);
        let answer = self.post(who, &self.path(org, "reads"), &body)?;
        if !agree(verdict, &answer)? {
            return Ok(());
        }
        let reader = self.vault.user(who);
        self.lines_are_right(op, (org, bound), (&people, &reader), &answer)
    }

    pub(in crate::model) fn program_reads(&mut self, op: Op) -> Held {
        let people = self.some(op);
        let body = self.asking(&people, true, op);
        let count = body["people"].as_array().map_or(0, Vec::len);
        if people.is_empty() {
            return Ok(());
        }
        let verdict = self.rules.charge(u32::try_from(count).unwrap());
        let answer = self.program(&self.path(0, "reads"), &body)?;
        if !agree(verdict, &answer)? {
            return Ok(());
        }
        let reader = self.rules.program.id.clone();
        self.lines_are_right(op, (0, true), (&people, &reader), &answer)
    }

    /// I8, I12: every number is that of the person and version, and was announced.
    fn lines_are_right(
        &mut self,
        op: Op,
        (org, bound): (usize, bool),
        (people, reader): (&[usize], &str),
        answer: &Answer,
    ) -> Held {
        let lines = answer.value["results"].as_array().unwrap();
        let (strangers, lines) = lines.split_at(lines.len() - people.len());
        for line in strangers {
            must(outcome(line).is_err(), 12, || String::from("a number of nobody"))?;
        }
        let mut read = Vec::new();
        for (at, line) in people.iter().zip(lines) {
            let record = &self.rules.records[*at];
            match (self.rules.read(org, *at, bound), outcome(line)) {
                (Ok(()), Ok(number)) => {
                    let (version, entered) = record.current.clone().expect("the rules looked");
                    must(number == entered, 12, || format!("{number}, not {entered}"))?;
                    read.push((record.id.clone(), version));
                }
                (Err(no), Ok(_)) => must(false, no.0, || format!("read although {}", no.1))?,
                (Ok(()), Err(code)) => must(false, 0, || format!("not read: {code}"))?,
                (Err(_), Err(_)) => {}
            }
        }
        let work = WORKS[usize::from(!bound)];
        self.history.announces(&self.vault, reader, work, &read)?;
        if !read.is_empty() {
            self.did(op);
        }
        Ok(())
    }
}

/// Who and what an act is about.
impl World<'_> {
    pub(super) fn record(&self, op: Op) -> Option<usize> {
        let some = self.rules.records.len();
        (some > 0).then(|| op.at % some)
    }

    fn waiting(&self, op: Op) -> Option<usize> {
        let waiting: Vec<_> = self.rules.records.iter().filter_map(|one| one.waits).collect();
        (!waiting.is_empty()).then(|| waiting[op.at % waiting.len()])
    }

    /// Up to three people, each once.
    fn some(&self, op: Op) -> Vec<usize> {
        let all = self.rules.records.len();
        (0..all.min(1 + op.luck % 3)).map(|next| (op.at + next) % all).collect()
    }

    /// What a read asks for; sometimes first of all for somebody whom nobody knows.
    pub(super) fn asking(&self, people: &[usize], bound: bool, op: Op) -> Value {
        let stranger = op.luck.is_multiple_of(4).then(|| json!({"external_ref": "E-99999"}));
        let known = people.iter().map(|at| json!(self.rules.records[*at].id));
        json!({
            "purpose": WORKS[usize::from(!bound)],
            "period": self.year().to_string(),
            "reference": "源泉徴収票（見本）",
            "people": stranger.into_iter().chain(known).collect::<Vec<_>>(),
        })
    }

    fn registration(&mut self, at: usize) -> (Value, String) {
        let number = self.number();
        let record = &self.rules.records[at];
        let first = record.current.is_none();
        let mut body = json!({
            "type": if first { "register" } else { "correct" },
            "person": record.id,
            "number": number,
            "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": format!("{}-12-01", self.founding.year)},
        });
        if !first {
            body["reason"] = json!("転記の誤り（見本）");
        }
        (body, number)
    }

    /// Who acts on a change, and the path of it.
    fn about(&self, op: Op, at: usize, act: &str) -> (usize, String) {
        let change = &self.rules.changes[at];
        let org = self.rules.records[change.record].org;
        (doer(op, org), self.path(org, &format!("changes/{}/{act}", change.id)))
    }

    /// An answer as JSON that must have come.
    pub(super) fn shown(&mut self, who: usize, path: &str) -> Result<Value, Broken> {
        let answer = self.get(who, path)?;
        must(answer.is_yes(), 0, || format!("{path}: {}", answer.text))?;
        Ok(answer.value)
    }
}
