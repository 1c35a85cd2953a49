//! Releases: nothing left the vault that was not announced in the log before.

use std::collections::HashMap;

use super::Line;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Releases {
    reads: HashMap<u128, Release>,
}

#[derive(Default)]
struct Release {
    announced: u64,
    concluded: bool,
}

impl Releases {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        match (entry.act, entry.read) {
            ("number.release.intent", Some(read)) => {
                let people = entry.people;
                if people == 0 || people > 100 {
                    let what = "an intent names between 1 and 100 people";
                    found.at(place, "intent-people", what);
                }
                let release = self.reads.entry(read).or_default();
                release.announced += if entry.dry_run { 0 } else { people };
            }
            ("number.release.outcome", Some(read)) => match self.reads.get_mut(&read) {
                None => {
                    let what = "numbers were released that no intent announced";
                    found.at(place, "outcome-without-intent", what);
                }
                Some(release) => release.conclude(place, entry, found),
            },
            ("number.release.intent" | "number.release.outcome", None) => {
                found.at(place, "not-an-entry", "the entry does not say which use it is about");
            }
            _ => {}
        }
    }

    pub(super) fn count(&self) -> usize {
        self.reads.len()
    }
}

impl Release {
    fn conclude(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        if self.concluded {
            found.at(place, "outcome-twice", "the use has an outcome already");
        }
        self.concluded = true;
        let told = entry.sent.unwrap_or(0).saturating_add(entry.failed.unwrap_or(0));
        if told > self.announced {
            let what = format!("{told} numbers were opened and {} announced", self.announced);
            found.at(place, "outcome-beyond-intent", what);
        }
    }
}
