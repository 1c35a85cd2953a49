//! Deletions: two people agreed, each record went once, and each has its certificate.

use std::collections::{HashMap, HashSet};

use super::Line;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Purges {
    batches: HashMap<Box<str>, Purge>,
    /// Records that a change ended, by (change, person).
    by_change: HashSet<(Box<str>, Box<str>)>,
    slots: HashMap<Box<str>, Slot>,
    serials: HashSet<Box<str>>,
}

#[derive(Default)]
struct Purge {
    digest: Box<str>,
    confirmer: Option<Box<str>>,
    approver: Option<Box<str>>,
    cancelled: bool,
    started: bool,
    /// Each destroyed record and whether it is certified.
    records: HashMap<Box<str>, bool>,
}

#[derive(Eq, PartialEq)]
enum Slot {
    Destroyed,
    InUse,
}

impl Purges {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        match entry.act {
            "number.activated" => self.activate(place, entry, found),
            "number.destroyed" => self.destroy(place, entry, found),
            "certificate.issued" => self.certify(place, entry, found),
            act => {
                let Some(step) = act.strip_prefix("purge.") else { return };
                let Some(id) = entry.purge else {
                    let what = "the entry does not say which batch it is about";
                    return found.at(place, "not-an-entry", what);
                };
                self.step(place, step, id, entry, found);
            }
        }
    }

    pub(super) fn finish(&self, found: &mut Findings) {
        for (id, purge) in &self.batches {
            let missing = purge.records.values().filter(|certified| !**certified).count();
            if missing > 0 {
                let what = format!("{missing} records of {id} were destroyed and not certified");
                found.whole("certificate-missing", what);
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.batches.len()
    }

    pub(super) fn certificates(&self) -> usize {
        self.serials.len()
    }

    fn step(&mut self, place: u64, step: &str, id: &str, entry: &Line<'_>, found: &mut Findings) {
        if step == "proposed" {
            let digest = entry.digest.unwrap_or_default().into();
            let purge = Purge { digest, ..Purge::default() };
            if self.batches.insert(id.into(), purge).is_some() {
                found.at(place, "purge-proposed-twice", "the batch was proposed before");
            }
            return;
        }
        match self.batches.get_mut(id) {
            None => found.at(place, "purge-not-proposed", "the batch was never proposed"),
            Some(purge) => purge.step(place, step, entry, found),
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
        match (entry.purge.and_then(|id| self.batches.get_mut(id)), entry.change) {
            (Some(purge), _) if purge.started && !purge.cancelled => {
                purge.records.entry(person.into()).or_insert(false);
            }
            (None, Some(change)) if entry.purge.is_none() => {
                self.by_change.insert((change.into(), person.into()));
            }
            _ => {
                let what = "a number was destroyed outside a batch that two people agreed on";
                found.at(place, "destroyed-without-purge", what);
            }
        }
    }

    fn certify(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let (Some(person), Some(serial), Some(_)) = (entry.person, entry.serial, entry.sha256)
        else {
            let what = "the entry does not say which certificate of whom it is about";
            return found.at(place, "not-an-entry", what);
        };
        if !self.serials.insert(serial.into()) {
            found.at(place, "serial-twice", "the serial number was used before");
        }
        let what = "nothing was destroyed that this certificate could certify";
        match (entry.purge, entry.change) {
            (Some(id), _) => {
                let record =
                    self.batches.get_mut(id).and_then(|purge| purge.records.get_mut(person));
                match record {
                    None => found.at(place, "certificate-without-deletion", what),
                    Some(true) => {
                        found.at(place, "certificate-twice", "the record was certified before");
                    }
                    Some(certified) => *certified = true,
                }
            }
            (None, Some(change)) if self.by_change.contains(&(change.into(), person.into())) => {}
            _ => found.at(place, "certificate-without-deletion", what),
        }
    }
}

impl Purge {
    fn step(&mut self, place: u64, step: &str, entry: &Line<'_>, found: &mut Findings) {
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
            "started" => {
                self.started = true;
                if self.confirmer.is_none() || self.approver.is_none() {
                    let what = "the batch was executed without a confirmation and an approval";
                    found.at(place, "purge-not-agreed", what);
                }
            }
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

    fn finish(&self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let certified = self.records.values().filter(|certified| **certified).count() as u64;
        let told = (entry.destroyed, entry.certified);
        if told != (Some(self.records.len() as u64), Some(certified)) {
            let what = format!("{} records went, {certified} certified", self.records.len());
            found.at(place, "purge-counts", what);
        }
    }
}
