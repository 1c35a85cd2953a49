//! A certificate against the log that must tell the same story.

use std::collections::BTreeSet;

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
    let destroyed = destroyed(one, seen);
    let what = "the log does not tell that each of the versions was destroyed";
    found.unless(destroyed.len() == payload.target.versions.len(), "deletion-not-in-log", what);
    epochs(one, &destroyed, found);
    batch(one, seen, found);
    let change = decided_by(one, seen, &destroyed);
    let agreed = payload.approved_by.iter().all(|approval| is_told(approval, one, change, seen));
    let what = "the log does not tell of an approval as the certificate does";
    found.unless(agreed, "approval-not-in-log", what);
}

/// The entry of each version that the log says was destroyed.
fn destroyed<'a>(one: &Opened, seen: &'a Seen) -> Vec<Line<'a>> {
    let target = &one.payload.target;
    let told = |version: &super::payload::Version| {
        one.payload.audit.entries.iter().filter_map(|seq| line(seen, *seq)).find(|line| {
            line.act == "number.destroyed"
                && line.person == Some(&target.record)
                && line.version == Some(version.ver.into())
                && line.slot == Some(&version.slot)
                && line.epoch.is_none_or(|epoch| epoch == u64::from(version.epoch))
        })
    };
    target.versions.iter().filter_map(told).collect()
}

/// The keys that have to go are those that the log names.
fn epochs(one: &Opened, destroyed: &[Line<'_>], found: &mut Findings) {
    let told: BTreeSet<u64> =
        destroyed.iter().flat_map(|line| line.epochs.iter().flatten()).copied().collect();
    let said: BTreeSet<u64> = one.payload.lock_b.epochs.iter().copied().map(u64::from).collect();
    let what = "the log names other epochs than the certificate";
    found.unless(told.is_empty() || told == said, "deletion-not-in-log", what);
}

/// What set the batch off, and the standing order under which it ran.
fn batch(one: &Opened, seen: &Seen, found: &mut Findings) {
    let payload = &one.payload;
    let Some(job) = payload.performed_by.job.as_deref() else {
        let what = "a deletion that no batch made is not the end of a corrected version";
        return found.unless(payload.trigger == Trigger::Correction, "batch-not-in-log", what);
    };
    let same = seen.batches.get(job).is_some_and(|batch| {
        batch.trigger.as_deref().unwrap_or(Trigger::Scheduled.code()) == payload.trigger.code()
            && batch.order.as_deref() == payload.standing_order.as_deref()
    });
    let what = "the log tells of another cause or standing order of the batch";
    found.unless(same, "batch-not-in-log", what);
}

/// The change that stands in for confirmation and approval, if one does.
fn decided_by<'a>(one: &Opened, seen: &'a Seen, destroyed: &[Line<'a>]) -> Option<&'a str> {
    let Some(job) = one.payload.performed_by.job.as_deref() else {
        return destroyed.first()?.change;
    };
    let batch = seen.batches.get(job)?;
    let order = || seen.orders.get(batch.order.as_deref()?).map(|change| &**change);
    batch.change.as_deref().or_else(order)
}

fn is_told(approval: &Approval, one: &Opened, change: Option<&str>, seen: &Seen) -> bool {
    let Some(line) = line(seen, approval.entry) else { return false };
    let (batch, own) = (one.payload.performed_by.job.as_deref(), line.actor.person());
    let same = match (&*approval.role, line.act) {
        ("delete", "purge.confirmed") | ("manager", "purge.approved") => line.purge == batch,
        ("maker", "change.proposed") | ("approver", "change.approved") => {
            change.is_some() && line.change == change
        }
        _ => false,
    };
    same && own == Some(&approval.user) && line.at == approval.at.0
}

fn line(seen: &Seen, seq: u64) -> Option<Line<'_>> {
    Line::read(seen.lines.get(&seq)?).ok()
}
