//! Acts of two people: whoever approves is another person, and approves what was proposed.

use std::collections::{HashMap, HashSet};

use super::Line;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Changes {
    proposed: HashMap<Box<str>, Change>,
    checks: HashSet<Box<str>>,
    /// Effects that name a change, with the place where they stand.
    effects: Vec<(u64, Box<str>)>,
}

struct Change {
    maker: Option<Box<str>>,
    digest: Box<str>,
    approvers: Vec<Box<str>>,
    closed: bool,
}

impl Changes {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        match (entry.act, entry.change) {
            ("change.proposed", Some(id)) => self.propose(place, id, entry, found),
            ("change.approved", Some(id)) => self.approve(place, id, entry, found),
            ("change.rejected" | "change.withdrawn" | "change.expired", Some(id)) => {
                self.close(place, id, found);
            }
            ("check.intent", Some(id)) => {
                self.checks.insert(id.into());
            }
            ("check.outcome", Some(id)) => {
                let what = "a comparison ended that was not announced before the number was opened";
                if !self.checks.remove(id) {
                    found.at(place, "check-without-intent", what);
                }
            }
            (act, None) if act.starts_with("change.") || act.starts_with("check.") => {
                found.at(place, "not-an-entry", "the entry does not say which change it is about");
            }
            // A version may be destroyed because its change was refused; every other effect of a
            // change needs the approval.
            ("change.mismatch" | "number.destroyed" | "certificate.issued", _) | (_, None) => {}
            (_, Some(id)) => self.effects.push((place, id.into())),
        }
    }

    pub(super) fn finish(&self, found: &mut Findings) {
        for (place, id) in &self.effects {
            if !self.is_approved(id) {
                let what = "the entry rests on a change that nobody approved";
                found.at(*place, "effect-without-approval", what);
            }
        }
    }

    /// Whether somebody else than its maker has approved the change.
    pub(super) fn is_approved(&self, id: &str) -> bool {
        self.proposed.get(id).is_some_and(|change| !change.approvers.is_empty())
    }

    pub(super) fn count(&self) -> usize {
        self.proposed.len()
    }

    fn propose(&mut self, place: u64, id: &str, entry: &Line<'_>, found: &mut Findings) {
        let change = Change {
            maker: entry.actor.person().map(Into::into),
            digest: entry.digest.unwrap_or_default().into(),
            approvers: Vec::new(),
            closed: false,
        };
        if self.proposed.insert(id.into(), change).is_some() {
            found.at(place, "change-proposed-twice", "the change was proposed before");
        }
    }

    fn approve(&mut self, place: u64, id: &str, entry: &Line<'_>, found: &mut Findings) {
        let Some(change) = self.proposed.get_mut(id) else {
            return found.at(
                place,
                "change-not-proposed",
                "a change was approved that nobody made",
            );
        };
        if change.closed {
            found.at(place, "change-settled", "the change was over when it was approved");
        }
        if change.digest.is_empty() || entry.digest != Some(&*change.digest) {
            found.at(place, "change-digest", "what was approved is not what was proposed");
        }
        if change.maker.is_none() {
            found.at(place, "change-without-maker", "the change was not proposed by a person");
        }
        let Some(approver) = entry.actor.person() else {
            return found.at(place, "change-without-approver", "the approver is not a person");
        };
        if change.maker.as_deref() == Some(approver) {
            found.at(place, "change-same-person", "who proposed the change approved it");
        }
        if change.approvers.iter().any(|earlier| **earlier == *approver) {
            found.at(place, "change-approved-twice", "the same person approved the change before");
        }
        change.approvers.push(approver.into());
    }

    fn close(&mut self, place: u64, id: &str, found: &mut Findings) {
        match self.proposed.get_mut(id) {
            None => found.at(place, "change-not-proposed", "a change ended that nobody made"),
            Some(change) if change.closed => {
                found.at(place, "change-settled", "the change was over before");
            }
            Some(change) => change.closed = true,
        }
    }
}
