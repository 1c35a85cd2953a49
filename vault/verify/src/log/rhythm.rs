//! Time and heartbeats: the clock does not run back, and a vault that runs is never silent.

use std::collections::HashMap;

use super::Line;
use crate::report::Findings;

/// How far the clock may be set back from one entry to the next, in milliseconds.
const SKEW_MS: i64 = 5_000;

pub(super) struct Rhythm {
    longest_silence: i64,
    latest: Option<i64>,
    last: i64,
    /// The last heartbeat of each node that runs.
    running: HashMap<Box<str>, i64>,
}

impl Rhythm {
    pub(super) fn new(longest_silence: i64) -> Self {
        Self { longest_silence, latest: None, last: 0, running: HashMap::new() }
    }

    pub(super) fn take(
        &mut self,
        place: u64,
        entry: &Line<'_>,
        found: &mut Findings,
        notes: &mut Vec<String>,
    ) {
        if let Some(latest) = self.latest.filter(|latest| entry.at < latest - SKEW_MS) {
            let what = format!("the clock went back by {} ms", latest - entry.at);
            found.at(place, "time-back", what);
            self.latest = None;
        }
        self.latest = self.latest.max(Some(entry.at));
        self.last = entry.at;
        match entry.act {
            "vault.started" => {
                if let Some(beat) = self.running.insert(entry.node.into(), entry.at) {
                    let silent = (entry.at - beat) / 1_000;
                    notes.push(format!(
                        "entry {place}: the vault started again after {silent} s without having \
                         stopped in order"
                    ));
                }
            }
            "heartbeat" | "vault.stopped" => self.beat(place, entry, found),
            _ => {}
        }
    }

    pub(super) fn finish(&self, place: u64, found: &mut Findings) {
        for beat in self.running.values() {
            self.judge(place, self.last - beat, found);
        }
    }

    fn beat(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let Some(beat) = self.running.get_mut(entry.node) else {
            let what = "a heartbeat or stop of a node that had not started";
            return found.at(place, "heartbeat-stopped", what);
        };
        let silent = entry.at - *beat;
        *beat = entry.at;
        if entry.act == "vault.stopped" {
            self.running.remove(entry.node);
        }
        self.judge(place, silent, found);
    }

    fn judge(&self, place: u64, silent: i64, found: &mut Findings) {
        if silent > self.longest_silence {
            let what = format!("no heartbeat for {} s while the vault ran", silent / 1_000);
            found.at(place, "heartbeat-gap", what);
        }
    }
}
