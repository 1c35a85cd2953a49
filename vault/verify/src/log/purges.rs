//! Deletions: two people agreed, each record went once, and each has its certificate.

use std::collections::{HashMap, HashSet};

use super::Line;
use super::changes::Changes;
use super::completions::Completions;
use super::orders::Orders;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Purges {
    batches: HashMap<Box<str>, Purge>,
    /// Records that a change ended, by (change, person), and the epochs that held them.
    by_change: HashMap<(Box<str>, Box<str>), Vec<u64>>,
    slots: HashMap<Box<str>, Slot>,
    serials: HashSet<Box<str>>,
}

/// A batch of deletions, as the log tells of it.
#[derive(Debug, Default)]
pub(crate) struct Purge {
    /// What set it off.
    pub(crate) trigger: Option<Box<str>>,
    /// The change that stands in for confirmation and approval.
    pub(crate) change: Option<Box<str>>,
    /// The standing order that does.
    pub(crate) order: Option<Box<str>>,
    digest: Box<str>,
    count: u64,
    confirmer: Option<Box<str>>,
    approver: Option<Box<str>>,
    cancelled: bool,
    started: bool,
    records: HashMap<Box<str>, Record>,
}

/// A destroyed record of a batch.
#[derive(Debug, Default)]
struct Record {
    certified: bool,
    epochs: Vec<u64>,
}

#[derive(Eq, PartialEq)]
enum Slot {
    Destroyed,
    InUse,
}

/// What the entries before tell of other things.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) changes: &'a Changes,
    pub(super) orders: &'a Orders,
}

impl Purges {
    pub(super) fn take(
        &mut self,
        place: u64,
        entry: &Line<'_>,
        before: Before<'_>,
        completions: &mut Completions,
        found: &mut Findings,
    ) {
        match entry.act {
            "number.activated" => self.activate(place, entry, found),
            "number.destroyed" => self.destroy(place, entry, found),
            "certificate.issued" => self.certify(place, entry, completions, found),
            act => {
                let Some(step) = act.strip_prefix("purge.") else { return };
                let Some(id) = entry.purge else {
                    let what = "the entry does not say which batch it is about";
                    return found.at(place, "not-an-entry", what);
                };
                match self.batches.get_mut(id) {
                    _ if step == "proposed" => self.propose(place, id, entry, found),
                    None => found.at(place, "purge-not-proposed", "the batch was never proposed"),
                    Some(purge) => purge.step(place, step, entry, before, found),
                }
            }
        }
    }

    pub(super) fn finish(&self, found: &mut Findings) {
        let mut missing: Vec<(&str, usize)> = self
            .batches
            .iter()
            .map(|(id, purge)| (&**id, purge.records.values().filter(|one| !one.certified).count()))
            .filter(|(_, missing)| *missing > 0)
            .collect();
        missing.sort_unstable();
        for (id, missing) in missing {
            let what = format!("{missing} records of {id} were destroyed and not certified");
            found.whole("certificate-missing", what);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.batches.len()
    }

    pub(super) fn certificates(&self) -> usize {
        self.serials.len()
    }

    /// All batches, by their ids.
    pub(super) fn into_batches(self) -> HashMap<Box<str>, Purge> {
        self.batches
    }

    fn propose(&mut self, place: u64, id: &str, entry: &Line<'_>, found: &mut Findings) {
        let purge = Purge::read(entry);
        if !purge.is_decided_rightly() {
            let what = "what set the batch off does not go with who is to decide on it";
            found.at(place, "purge-trigger", what);
        }
        if self.batches.insert(id.into(), purge).is_some() {
            found.at(place, "purge-proposed-twice", "the batch was proposed before");
        }
    }

    fn activate(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let slot = entry.slot.unwrap_or_default();
        if self.slots.insert(slot.into(), Slot::InUse).is_some() {
            found.at(place, "slot-reused", "the key slot was in use before");
        }
    }

    fn destroy(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let (Some(person), Some(_), Some(slot)) = (entry.person, entry.version, entry.slot) else {
            let what = "the entry does not say whose record, version and slot it is about";
            return found.at(place, "not-an-entry", what);
        };
        // A version has two slots in its life: one while it waits for its check, one in force.
        if self.slots.insert(slot.into(), Slot::Destroyed) == Some(Slot::Destroyed) {
            found.at(place, "destroyed-twice", "the key slot was destroyed before");
        }
        let epochs = entry.epochs.iter().flatten();
        match (entry.purge.and_then(|id| self.batches.get_mut(id)), entry.change) {
            (Some(purge), _) if purge.started && !purge.cancelled => {
                purge.records.entry(person.into()).or_default().epochs.extend(epochs);
                if purge.records.len() as u64 == purge.count.saturating_add(1) {
                    let what = "more records were destroyed than the batch has";
                    found.at(place, "purge-counts", what);
                }
            }
            (None, Some(change)) if entry.purge.is_none() => {
                let key = (change.into(), person.into());
                self.by_change.entry(key).or_default().extend(epochs);
            }
            _ => {
                let what = "a number was destroyed outside a batch that two people agreed on";
                found.at(place, "destroyed-without-purge", what);
            }
        }
    }

    fn certify(
        &mut self,
        place: u64,
        entry: &Line<'_>,
        completions: &mut Completions,
        found: &mut Findings,
    ) {
        let (Some(person), Some(serial), Some(_)) = (entry.person, entry.serial, entry.sha256)
        else {
            let what = "the entry does not say which certificate of whom it is about";
            return found.at(place, "not-an-entry", what);
        };
        if !self.serials.insert(serial.into()) {
            found.at(place, "serial-twice", "the serial number was used before");
        }
        let epochs = match (entry.purge, entry.change) {
            (Some(id), _) => {
                let batch = self.batches.get_mut(id);
                batch.and_then(|purge| purge.records.get_mut(person)).map(|record| {
                    if std::mem::replace(&mut record.certified, true) {
                        found.at(place, "certificate-twice", "the record was certified before");
                    }
                    &record.epochs
                })
            }
            (None, Some(change)) => self.by_change.get(&(change.into(), person.into())),
            (None, None) => None,
        };
        let Some(epochs) = epochs else {
            let what = "nothing was destroyed that this certificate could certify";
            return found.at(place, "certificate-without-deletion", what);
        };
        completions.expect(entry, epochs);
    }
}

impl Purge {
    fn read(entry: &Line<'_>) -> Self {
        Self {
            trigger: entry.trigger.map(Into::into),
            change: entry.change.map(Into::into),
            order: entry.order.map(Into::into),
            digest: entry.digest.unwrap_or_default().into(),
            count: entry.count.unwrap_or(0),
            ..Self::default()
        }
    }

    /// What is due by the calendar takes a confirmation and an approval, or a standing order;
    /// everything else a change that says why.
    fn is_decided_rightly(&self) -> bool {
        match self.trigger.as_deref() {
            None | Some("scheduled") => self.change.is_none(),
            Some("early" | "misdirected" | "tenant-exit") => {
                self.change.is_some() && self.order.is_none()
            }
            Some(_) => false,
        }
    }

    fn step(
        &mut self,
        place: u64,
        step: &str,
        entry: &Line<'_>,
        before: Before<'_>,
        found: &mut Findings,
    ) {
        if self.cancelled {
            found.at(place, "purge-settled", "the batch had been cancelled");
        }
        match step {
            "confirmed" => {
                self.agree(place, entry, found);
                self.confirmer = entry.actor.person().map(Into::into);
            }
            "approved" => {
                self.agree(place, entry, found);
                if self.confirmer.is_none() {
                    let what = "the batch was approved before anyone had confirmed it";
                    found.at(place, "purge-not-confirmed", what);
                }
                self.approver = entry.actor.person().map(Into::into);
                if self.approver == self.confirmer {
                    let what = "who confirmed the batch approved it";
                    found.at(place, "purge-same-person", what);
                }
            }
            "cancelled" => self.cancelled = true,
            "started" => self.start(place, entry, before, found),
            "finished" => self.finish(place, entry, found),
            _ => {}
        }
    }

    fn agree(&self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        if self.digest.is_empty() || entry.digest != Some(&*self.digest) {
            found.at(place, "purge-digest", "the list is not the one that was proposed");
        }
        if entry.actor.person().is_none() {
            found.at(place, "purge-not-a-person", "the batch was not looked at by a person");
        }
        if self.started {
            found.at(place, "purge-settled", "the batch had been executed already");
        }
    }

    fn start(&mut self, place: u64, entry: &Line<'_>, before: Before<'_>, found: &mut Findings) {
        self.started = true;
        let agreed = match (&self.change, &self.order) {
            (Some(change), _) => before.changes.is_approved(change),
            (None, Some(order)) => {
                let batch = (&**order, self.count);
                before.orders.admit(place, batch, entry, before.changes, found);
                true
            }
            (None, None) => self.confirmer.is_some() && self.approver.is_some(),
        };
        if !agreed {
            let what = "the batch was executed without a confirmation and an approval";
            found.at(place, "purge-not-agreed", what);
        }
    }

    fn finish(&self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let certified = self.records.values().filter(|one| one.certified).count() as u64;
        let told = (entry.destroyed, entry.certified);
        if told != (Some(self.records.len() as u64), Some(certified)) {
            let what = format!("{} records went, {certified} certified", self.records.len());
            found.at(place, "purge-counts", what);
        }
    }
}
