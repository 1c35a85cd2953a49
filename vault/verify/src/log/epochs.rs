//! Key epochs: each opens, closes, retires and is destroyed, once and in this order.

use std::collections::BTreeMap;

use super::Line;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Epochs {
    known: BTreeMap<u64, State>,
    /// When each was destroyed.
    destroyed: BTreeMap<u64, i64>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Open,
    Closed,
    Retired,
    Destroyed,
}

impl Epochs {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        match entry.act {
            "epoch.created" => self.create(place, entry, found),
            "epoch.closed" => self.step(place, entry, State::Open, State::Closed, found),
            "epoch.retired" => self.step(place, entry, State::Closed, State::Retired, found),
            "epoch.destroyed" => {
                self.step(place, entry, State::Retired, State::Destroyed, found);
                self.destroyed.extend(entry.epoch.map(|epoch| (epoch, entry.at)));
            }
            "number.activated" if self.state(entry) != Some(State::Open) => {
                let what = "a number was sealed under an epoch that was not open";
                found.at(place, "epoch-not-open", what);
            }
            _ => {}
        }
    }

    /// Whether the entries so far tell that the key of this epoch is gone.
    pub(super) fn is_destroyed(&self, epoch: u64) -> bool {
        self.destroyed.contains_key(&epoch)
    }

    /// When each destroyed epoch was.
    pub(super) fn into_destroyed(self) -> BTreeMap<u64, i64> {
        self.destroyed
    }

    fn create(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let Some(epoch) = entry.epoch else { return missing(place, found) };
        if self.known.last_key_value().is_some_and(|(last, _)| *last >= epoch) {
            let what = "an epoch began after a later one, or twice";
            found.at(place, "epoch-order", what);
        }
        self.known.entry(epoch).or_insert(State::Open);
    }

    fn step(&mut self, place: u64, entry: &Line<'_>, from: State, to: State, found: &mut Findings) {
        let Some(epoch) = entry.epoch else { return missing(place, found) };
        if self.known.insert(epoch, to) != Some(from) {
            let what = "an epoch is created, closed, retired and destroyed, once and in this order";
            found.at(place, "epoch-order", what);
        }
    }

    fn state(&self, entry: &Line<'_>) -> Option<State> {
        self.known.get(&entry.epoch?).copied()
    }
}

fn missing(place: u64, found: &mut Findings) {
    found.at(place, "not-an-entry", "the entry does not say which epoch it is about");
}
