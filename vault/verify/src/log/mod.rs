//! The check of a whole log: its bytes, its tree, and what its entries promise each other.

mod chain;
mod changes;
mod completions;
mod entry;
mod epochs;
mod orders;
mod purges;
mod releases;
mod rhythm;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead, Read as _};

use data_encoding::BASE64;
use serde::Serialize;

pub(crate) use completions::Completed;
pub(crate) use entry::{Line, Unfit};
pub(crate) use purges::Purge;

use crate::keys::LogKeys;
use crate::merkle::{Growing, Hash, leaf};
use crate::note::Note;
use crate::report::Findings;
use crate::trust::Trust;

/// The most bytes of an entry.
const MAX_ENTRY: usize = 8_192;

/// What a log was found to be.
#[derive(Debug, Default, Serialize)]
pub struct LogReport {
    /// How many entries were read.
    pub entries: u64,
    /// The root over them, in base64.
    pub root: String,
    /// The first and the last instant, in milliseconds since 1970 UTC.
    pub period: Option<(i64, i64)>,
    /// The keys that signed the checkpoint and may.
    pub signed_by: Vec<SigningKey>,
    /// How many keys are known, the trust file's and those that they lead to.
    pub keys: usize,
    /// How many releases, changes, purges and certificates the entries tell of.
    pub counted: Counted,
    /// What does not hold.
    pub findings: Findings,
    /// What an auditor may want to ask about, though it does not break the log.
    pub notes: Vec<String>,
}

/// A key of the log and the trees that it may sign.
#[derive(Debug, Serialize)]
pub struct SigningKey {
    /// The public key in base64.
    pub key: String,
    /// The size of the smallest tree.
    pub from: u64,
    /// The size of the largest, once the key is closed.
    pub until: Option<u64>,
}

/// How much of each kind was checked.
#[derive(Debug, Default, Serialize)]
pub struct Counted {
    /// Uses (様式9) with an intent.
    pub releases: usize,
    /// Changes proposed.
    pub changes: usize,
    /// Batches of deletions proposed.
    pub purges: usize,
    /// Certificates issued.
    pub certificates: usize,
}

/// An export of a log.
#[derive(Debug)]
pub struct Export<R> {
    /// The entries, one a line.
    pub entries: R,
    /// The signed tree head.
    pub checkpoint: String,
    /// The proofs that lead from the first key of the log to the last; empty if there is one key.
    pub keys: String,
    /// Milliseconds between two heartbeats of a vault that runs.
    pub longest_silence: i64,
}

/// What else to remember while the log goes by, for the check of certificates.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) sizes: BTreeSet<u64>,
    pub(crate) seqs: BTreeSet<u64>,
}

/// What was remembered.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) roots: BTreeMap<u64, Hash>,
    pub(crate) lines: BTreeMap<u64, String>,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    pub(crate) batches: HashMap<Box<str>, Purge>,
    pub(crate) completed: HashMap<Box<str>, Completed>,
    /// The change by which each standing order was agreed on.
    pub(crate) orders: HashMap<Box<str>, Box<str>>,
    /// When each epoch's key was destroyed.
    pub(crate) destroyed: BTreeMap<u64, i64>,
}

/// Checks an exported log against its checkpoint and the trust file.
///
/// # Errors
///
/// If the entries cannot be read from where they are stored.
pub fn check(export: Export<impl BufRead>, trust: &Trust) -> io::Result<LogReport> {
    let mut found = Findings::default();
    let keys = LogKeys::new(trust, &export.keys, &mut found);
    let (report, _) = watched(export, &keys, found, trust, Watch::default())?;
    Ok(report)
}

/// The same with keys that are known already; `found` is what was noticed about them.
pub(crate) fn watched(
    export: Export<impl BufRead>,
    keys: &LogKeys,
    found: Findings,
    trust: &Trust,
    mut watch: Watch,
) -> io::Result<(LogReport, Seen)> {
    let Export { mut entries, checkpoint, longest_silence, .. } = export;
    let (note, earlier) = (Note::read(&checkpoint), trust.earlier());
    watch.sizes.extend(note.iter().chain(&earlier).map(|note| note.head.size));
    watch.sizes.extend(keys.closed().values().map(|head| head.size));
    let mut pass = Pass::new(longest_silence, watch, found);
    let mut line = Vec::new();
    loop {
        line.clear();
        let most = MAX_ENTRY as u64 + 2;
        if entries.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if !pass.read(&line) {
            break;
        }
    }
    pass.finish(keys);
    pass.compare(note.as_ref(), earlier.as_ref(), keys);
    Ok((pass.report, pass.seen))
}

/// One pass over the entries.
struct Pass {
    watch: Watch,
    seen: Seen,
    tree: Growing,
    chain: chain::Chain,
    changes: changes::Changes,
    completions: completions::Completions,
    epochs: epochs::Epochs,
    orders: orders::Orders,
    purges: purges::Purges,
    releases: releases::Releases,
    rhythm: rhythm::Rhythm,
    report: LogReport,
}

impl Pass {
    fn new(longest_silence: i64, watch: Watch, findings: Findings) -> Self {
        let mut pass = Self {
            watch,
            seen: Seen::default(),
            tree: Growing::default(),
            chain: chain::Chain::default(),
            changes: changes::Changes::default(),
            completions: completions::Completions::default(),
            epochs: epochs::Epochs::default(),
            orders: orders::Orders::default(),
            purges: purges::Purges::default(),
            releases: releases::Releases::default(),
            rhythm: rhythm::Rhythm::new(longest_silence),
            report: LogReport { findings, ..LogReport::default() },
        };
        pass.remember_root();
        pass
    }

    /// Takes the next line; `false` if the rest of the file makes no sense any more.
    fn read(&mut self, line: &[u8]) -> bool {
        let (place, found) = (self.report.entries, &mut self.report.findings);
        let Some(line) = line.strip_suffix(b"\n") else {
            let what = "the line has no end, or more than 8,192 bytes; reading stopped here";
            found.at(place, "line-end", what);
            return false;
        };
        if line.len() > MAX_ENTRY {
            found.at(place, "line-length", "the line has more than 8,192 bytes");
        }
        self.tree.push(leaf(line));
        self.report.entries += 1;
        self.remember_root();
        let read = std::str::from_utf8(line).map_err(|_| Unfit::Form);
        match read.and_then(|text| Ok((text, Line::read(text)?))) {
            Ok((text, entry)) => self.weigh(place, text, &entry),
            Err(Unfit::Form) => {
                let what = "the line is not JSON in canonical form";
                self.report.findings.at(place, "not-canonical", what);
            }
            Err(Unfit::Fields) => {
                let what = "the line lacks what every entry has";
                self.report.findings.at(place, "not-an-entry", what);
            }
        }
        true
    }

    fn weigh(&mut self, place: u64, text: &str, entry: &Line<'_>) {
        if self.watch.seqs.contains(&place) {
            self.seen.lines.insert(place, text.to_owned());
        }
        let found = &mut self.report.findings;
        if entry.seq != place {
            let what = format!("the entry says it is number {}", entry.seq);
            found.at(place, "sequence", what);
        }
        self.seen.first = self.seen.first.or(Some(entry.at));
        self.seen.last = Some(entry.at);
        self.rhythm.take(place, entry, found, &mut self.report.notes);
        self.chain.take(place, entry, found);
        self.changes.take(place, entry, found);
        self.epochs.take(place, entry, found);
        self.orders.take(place, entry, found);
        let before = purges::Before { changes: &self.changes, orders: &self.orders };
        self.purges.take(place, entry, before, &mut self.completions, found);
        self.completions.take(place, entry, &self.epochs, found);
        self.releases.take(place, entry, found);
    }

    fn finish(&mut self, keys: &LogKeys) {
        let found = &mut self.report.findings;
        found.unless(
            self.report.entries > 0,
            "empty-log",
            "there is no entry; nothing is verified",
        );
        self.rhythm.finish(self.report.entries, found);
        self.changes.finish(found);
        self.purges.finish(found);
        self.chain.finish(keys, &self.seen.roots, found);
        self.report.period = self.seen.first.zip(self.seen.last);
        self.report.keys = keys.count();
        self.report.root = BASE64.encode(&self.tree.root());
        self.report.counted = Counted {
            releases: self.releases.count(),
            changes: self.changes.count(),
            purges: self.purges.count(),
            certificates: self.purges.certificates(),
        };
        self.seen.batches = std::mem::take(&mut self.purges).into_batches();
        self.seen.orders = std::mem::take(&mut self.orders).into_changes();
        self.seen.completed = std::mem::take(&mut self.completions).into_completed();
        self.seen.destroyed = std::mem::take(&mut self.epochs).into_destroyed();
    }

    fn compare(&mut self, note: Option<&Note<'_>>, earlier: Option<&Note<'_>>, keys: &LogKeys) {
        let (entries, found) = (self.report.entries, &mut self.report.findings);
        let Some(note) = note else {
            return found.whole("checkpoint-form", "the checkpoint is not a signed tree head");
        };
        self.report.signed_by = keys.signers(note);
        let (head, roots) = (&note.head, &self.seen.roots);
        let signed = "the checkpoint is not signed by the log's key for a tree of its size";
        found.unless(keys.signed(note), "checkpoint-signature", signed);
        let origin = "the checkpoint is of another log than the trust file names";
        found.unless(head.origin == keys.origin(), "foreign-origin", origin);
        let what = format!("there are {entries} entries and the checkpoint signs {}", head.size);
        found.unless(entries >= head.size, "entries-missing", &what);
        found.unless(entries <= head.size, "entries-unsigned", &what);
        let root = "the entries do not give the root that the checkpoint signs";
        let same = roots.get(&head.size).is_none_or(|root| *root == head.root);
        found.unless(same, "root-mismatch", root);
        let Some(earlier) = earlier else { return };
        let signed = "the earlier checkpoint of the trust file is not signed by the log's key";
        found.unless(keys.signed(earlier), "earlier-checkpoint", signed);
        let (size, root) = (earlier.head.size, &earlier.head.root);
        let back = "the log is shorter than at the earlier checkpoint of the trust file";
        found.unless(head.size >= size && entries >= size, "rolled-back", back);
        let fork = "the log does not continue the earlier checkpoint of the trust file";
        let same = roots.get(&size).is_none_or(|own| own == root);
        found.unless(same, "forked", fork);
    }

    fn remember_root(&mut self) {
        let size = self.report.entries;
        if self.watch.sizes.contains(&size) {
            self.seen.roots.insert(size, self.tree.root());
        }
    }
}
