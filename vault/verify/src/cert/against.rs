//! A certificate against the log that must tell the same story.

use super::file::Opened;
use super::payload::{Approval, Trigger};
use crate::log::{Line, Seen};
use crate::report::Findings;

pub(super) fn check(one: &Opened, seen: &Seen, found: &mut Findings) {
    let payload = &one.payload;
    let same_tree = seen.roots.get(&one.proof.head.size) == Some(&one.proof.head.root);
    found.unless(same_tree, "not-this-log", "the proof's tree head is not one of this log");
    let same_entry = seen.lines.get(&one.proof.index) == Some(&one.proof.entry);
    found.unless(
        same_entry,
        "not-this-log",
        "the log has another entry in the certificate's place",
    );
    let done = payload.lock_a.done.0;
    let within = seen.first <= Some(done) && Some(done) <= seen.last;
    found.unless(within, "lock-a", "the deletion lies outside the time that the log covers");
    if payload.trigger != Trigger::Correction {
        let agreed = payload.approved_by.iter().all(|approval| is_told(approval, one, seen));
        let what = "the log does not tell of an approval as the certificate does";
        found.unless(agreed, "approval-not-in-log", what);
    }
    let destroyed = payload.target.versions.iter().all(|version| {
        payload.audit.entries.iter().filter_map(|seq| line(seen, *seq)).any(|line| {
            line.act == "number.destroyed"
                && line.person == Some(&payload.target.record)
                && line.version == Some(version.ver.into())
                && line.slot == Some(&version.slot)
        })
    });
    let what = "the log does not tell that each of the versions was destroyed";
    found.unless(destroyed, "deletion-not-in-log", what);
}

fn is_told(approval: &Approval, one: &Opened, seen: &Seen) -> bool {
    let act = match &*approval.role {
        "delete" => "purge.confirmed",
        "manager" => "purge.approved",
        _ => return false,
    };
    line(seen, approval.entry).is_some_and(|line| {
        line.act == act
            && line.actor.person() == Some(&approval.user)
            && line.at == approval.at.0
            && line.purge == one.payload.performed_by.job.as_deref()
    })
}

fn line(seen: &Seen, seq: u64) -> Option<Line<'_>> {
    Line::read(seen.lines.get(&seq)?)
}
