//! Numbers that go, and the days until then.

use std::collections::BTreeMap;

use azekura::auth::Actor;
use azekura::service::{execute, log, purge};
use azekura_core::audit::event::Boot;
use serde_json::{Value, json};

use super::super::founding::doer;
use super::super::op::{Act, Op};
use super::super::rules::{DAY, HOUR, No, Verdict, manager_of};
use super::super::things::Batch;
use super::super::world::{Broken, Held, World, agree, must};

/// How far ahead the vault proposes by itself.
const AHEAD: i64 = 30;

/// Days that a clock may jump by mistake.
const JUMP: i64 = 3_650;

impl World<'_> {
    /// Somebody left, so long ago that the number is due, or will be in the new year.
    pub(in crate::model) fn leave(&mut self, op: Op) -> Held {
        let here = |at: &usize| {
            let record = &self.rules.records[*at];
            record.current.is_some() && record.due.is_none()
        };
        let Some(at) = self.record(op).filter(here) else { return Ok(()) };
        let (new_year, _) = self.founding.new_year();
        let soon = op.luck < 50;
        let year = self.founding.year - if soon { 7 } else { 9 };
        let left = json!({"type": "employment_ended", "on": format!("{year}-03-31"), "reason": "resigned"});
        let record = &self.rules.records[at];
        let who = doer(op, record.org);
        let verdict = self.rules.may(record.org, who, "enter");
        let path = self.path(record.org, &format!("people/{}/events", record.id));
        let answer = self.post(who, &path, &left)?;
        if agree(verdict, &answer)? {
            let day = if soon { new_year } else { new_year - 2 * 365 };
            self.rules.records[at].due = Some((day, who));
            self.did(op);
        }
        Ok(())
    }

    pub(in crate::model) fn propose(&mut self, op: Op) -> Held {
        let due = self.rules.due(op.org, self.rules.today());
        let some = if due.is_empty() { Err(No(7, "nothing is due")) } else { Ok(()) };
        let who = doer(op, op.org);
        let verdict = self.rules.may(op.org, who, "delete").and(some);
        let answer = self.post(who, &self.path(op.org, "purges"), &Value::Null)?;
        if agree(verdict, &answer)? {
            let left = self.proposed(op.org, &answer.value, due)?;
            must(left.is_empty(), 0, || format!("{} due are not proposed", left.len()))?;
            self.did(op);
        }
        Ok(())
    }

    pub(in crate::model) fn propose_ahead(&mut self, op: Op) -> Held {
        let (app, job) = (self.vault.app(), Actor::job("purge"));
        let proposed = self.vault.runtime.block_on(purge::propose_ahead(&app, &job)).unwrap();
        for org in 0..2 {
            let mut due = self.rules.due(org, self.rules.today() + AHEAD);
            if proposed == 0 {
                must(due.is_empty(), 0, || String::from("nothing is proposed ahead"))?;
                continue;
            }
            let list = self.shown(manager_of(org), &self.path(org, "purges?limit=200"))?;
            for batch in list["items"].as_array().unwrap() {
                if !self.rules.batches.iter().any(|known| batch["id"] == known.id.as_str()) {
                    let path = self.path(org, &format!("purges/{}", batch["id"].as_str().unwrap()));
                    let batch = self.shown(manager_of(org), &path)?;
                    due = self.proposed(org, &batch, due)?;
                    self.did(op);
                }
            }
            must(due.is_empty(), 0, || format!("{} due are not proposed", due.len()))?;
        }
        Ok(())
    }

    /// I7: only what is due is proposed, with the day on which it is. What is left of `due`.
    fn proposed(
        &mut self,
        org: usize,
        batch: &Value,
        mut due: BTreeMap<usize, u64>,
    ) -> Result<BTreeMap<usize, u64>, Broken> {
        let (mut items, mut not_before) = (Vec::new(), i64::MIN);
        for item in batch["items"].as_array().unwrap() {
            let at = self.rules.records.iter().position(|one| item["person"] == one.id.as_str());
            let version = at.and_then(|at| due.remove(&at));
            let found = item["version"].as_u64();
            must(version.is_some() && version == found, 7, || format!("not due: {item}"))?;
            let at = at.unwrap();
            let (day, by) = self.rules.records[at].due.unwrap();
            let (new_year, first) = self.founding.new_year();
            let earlier = format!("{}-01-01", self.founding.year - 1);
            let first = if day == new_year { first } else { earlier };
            must(item["first_deletable"] == first.as_str(), 7, || format!("{item}, not {first}"))?;
            must(item["set_by"] == self.vault.user(by), 7, || format!("dated by another: {item}"))?;
            items.push((at, version.unwrap()));
            not_before = not_before.max(day);
        }
        let [id, digest] = ["id", "digest"].map(|field| azekura_tests::site::text(batch, field));
        let (confirmer, approved, open) = (None, None, true);
        let batch = Batch { id, org, digest, items, not_before, confirmer, approved, open };
        self.rules.batches.push(batch);
        Ok(due)
    }

    pub(in crate::model) fn confirm(&mut self, op: Op) -> Held {
        let Some(at) = self.batch(op) else { return Ok(()) };
        let who = doer(op, self.rules.batches[at].org);
        let verdict = self.rules.confirm(who, at);
        if self.signs(Op { who, ..op }, at, "confirm", verdict)? {
            self.rules.confirmed(who, at);
        }
        Ok(())
    }

    /// Most of them by the manager of the place.
    pub(in crate::model) fn approve(&mut self, op: Op) -> Held {
        let Some(at) = self.batch(op) else { return Ok(()) };
        let by = if op.luck < 75 { manager_of(self.rules.batches[at].org) } else { op.who };
        let verdict = self.rules.approve(by, at);
        if self.signs(Op { who: by, ..op }, at, "approve", verdict)? {
            self.rules.batches[at].approved = Some(self.rules.beats.len());
        }
        Ok(())
    }

    pub(in crate::model) fn cancel(&mut self, op: Op) -> Held {
        let Some(at) = self.batch(op) else { return Ok(()) };
        let verdict = self.rules.cancel(op.who, at);
        if self.signs(op, at, "cancel", verdict)? {
            self.rules.cancelled(at);
        }
        Ok(())
    }

    fn signs(&mut self, op: Op, at: usize, act: &str, verdict: Verdict) -> Result<bool, Broken> {
        let batch = &self.rules.batches[at];
        let path = self.path(batch.org, &format!("purges/{}/{act}", batch.id));
        let body = if act == "cancel" { Value::Null } else { json!({"digest": batch.digest}) };
        let answer = self.post(op.who, &path, &body)?;
        let signed = agree(verdict, &answer)?;
        if signed {
            self.did(op);
        }
        Ok(signed)
    }

    /// I6, I7: what is ripe goes, for ever and with a certificate; nothing else does.
    pub(in crate::model) fn run(&mut self, op: Op) -> Held {
        let all = 0..self.rules.batches.len();
        let ripe: Vec<_> = all.filter(|at| self.rules.is_ripe(*at)).collect();
        let goes: Vec<_> = ripe.iter().flat_map(|at| self.rules.goes(*at)).collect();
        let (app, job) = (self.vault.app(), Actor::job("purge"));
        let done = self.vault.runtime.block_on(execute::run(&app, &job)).unwrap();
        let destroyed = usize::try_from(done.destroyed).unwrap();
        let expected = goes.len();
        must(destroyed <= expected, 7, || format!("{destroyed} destroyed, {expected} due"))?;
        must(destroyed == expected, 0, || format!("{destroyed} destroyed, {expected} due"))?;
        must(done.certified == done.destroyed, 6, || format!("certificates: {done:?}"))?;
        for at in ripe {
            self.rules.finished(at);
        }
        for at in goes {
            let record = &mut self.rules.records[at];
            record.gone = true;
            self.hidden.extend(record.current.take().map(|(_, number)| number));
            if let Some(correction) = record.waits {
                self.rules.settled(correction, "expired");
            }
            self.is_gone(at)?;
            self.did(op);
        }
        self.tombstones()
    }

    fn is_gone(&mut self, at: usize) -> Held {
        let record = &self.rules.records[at];
        let (org, id) = (record.org, record.id.clone());
        let person = self.shown(manager_of(org), &self.path(org, &format!("people/{id}")))?;
        let status = &person["number"]["status"];
        must(status == "disposed", 6, || format!("destroyed and {status}"))?;
        let path = self.path(org, &format!("certificates?person={id}"));
        let list = self.shown(manager_of(org), &path)?;
        let count = list["items"].as_array().unwrap().len();
        must(count == 1, 6, || format!("{count} certificates"))
    }

    /// A clock that jumps ten years and back brings nothing nearer that days must be lived through for.
    pub(in crate::model) fn jump_ahead(&mut self, op: Op) -> Held {
        let waits = self.rules.batches.iter().any(|batch| batch.open);
        self.pass(JUMP * DAY);
        if waits {
            self.run(op)?;
            self.did(op);
        }
        self.pass(-JUMP * DAY);
        Ok(())
    }

    pub(in crate::model) fn observed_days(&mut self, op: Op) {
        for _ in 0..6 * (1 + op.luck % 3) {
            if !self.has_time() {
                return;
            }
            self.pass(4 * HOUR);
            let boot = Boot { id: uuid::Uuid::from_u128(1), ms: self.rules.now.unsigned_abs() };
            let app = self.vault.app();
            self.vault.runtime.block_on(log::heartbeat(&app, boot)).unwrap();
            self.rules.beats.push(self.rules.now);
        }
    }

    /// Hours or days in which the vault did not run.
    pub(in crate::model) fn silence(&mut self, op: Op) {
        if self.has_time() {
            let luck = i64::try_from(op.luck).unwrap();
            self.pass(match (op.act, luck) {
                (Act::Hours, _) => (1 + luck % 6) * HOUR,
                (_, 0..20) => 31 * DAY,
                _ => (1 + luck % 12) * DAY,
            });
        }
    }

    /// Mostly one that is still open.
    fn batch(&self, op: Op) -> Option<usize> {
        let all = 0..self.rules.batches.len();
        let open = |at: &usize| self.rules.batches[*at].open || op.luck.is_multiple_of(5);
        let some: Vec<_> = all.filter(open).collect();
        (!some.is_empty()).then(|| some[op.at % some.len()])
    }
}
