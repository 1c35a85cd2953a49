//! The check of a whole log: its bytes, its tree, and what its entries promise each other.

mod changes;
mod entry;
mod purges;
mod releases;
mod rhythm;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read as _};

use data_encoding::BASE64;
use serde::Serialize;

pub(crate) use entry::Line;

use crate::json;
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
    /// How many releases, changes, purges and certificates the entries tell of.
    pub counted: Counted,
    /// What does not hold.
    pub findings: Findings,
    /// What an auditor may want to ask about, though it does not break the log.
    pub notes: Vec<String>,
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
}

/// Checks the entries of a log against its checkpoint and the trust file.
///
/// `longest_silence`: milliseconds between two heartbeats of a vault that runs.
///
/// # Errors
///
/// If the entries cannot be read from where they are stored.
pub fn check(
    entries: impl BufRead,
    checkpoint: &str,
    trust: &Trust,
    longest_silence: i64,
) -> io::Result<LogReport> {
    let (report, _) = watched(entries, checkpoint, trust, longest_silence, Watch::default())?;
    Ok(report)
}

pub(crate) fn watched(
    mut entries: impl BufRead,
    checkpoint: &str,
    trust: &Trust,
    longest_silence: i64,
    mut watch: Watch,
) -> io::Result<(LogReport, Seen)> {
    let note = Note::read(checkpoint);
    let earlier = trust.earlier();
    let heads = note.iter().map(|note| &note.head).chain(&earlier);
    watch.sizes.extend(heads.map(|head| head.size));
    let mut pass = Pass::new(longest_silence, watch);
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
    pass.finish();
    pass.compare(note.as_ref(), trust);
    Ok((pass.report, pass.seen))
}

/// One pass over the entries.
struct Pass {
    watch: Watch,
    seen: Seen,
    tree: Growing,
    changes: changes::Changes,
    purges: purges::Purges,
    releases: releases::Releases,
    rhythm: rhythm::Rhythm,
    report: LogReport,
}

impl Pass {
    fn new(longest_silence: i64, watch: Watch) -> Self {
        let mut pass = Self {
            watch,
            seen: Seen::default(),
            tree: Growing::default(),
            changes: changes::Changes::default(),
            purges: purges::Purges::default(),
            releases: releases::Releases::default(),
            rhythm: rhythm::Rhythm::new(longest_silence),
            report: LogReport::default(),
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
        let found = &mut self.report.findings;
        let Some(text) = std::str::from_utf8(line).ok().filter(|text| json::is_canonical(text))
        else {
            found.at(place, "not-canonical", "the line is not JSON in canonical form");
            return true;
        };
        if self.watch.seqs.contains(&place) {
            self.seen.lines.insert(place, text.to_owned());
        }
        match Line::read(text) {
            Some(entry) => self.weigh(place, &entry),
            None => found.at(place, "not-an-entry", "the line lacks what every entry has"),
        }
        true
    }

    fn weigh(&mut self, place: u64, entry: &Line<'_>) {
        let found = &mut self.report.findings;
        if entry.seq != place {
            let what = format!("the entry says it is number {}", entry.seq);
            found.at(place, "sequence", what);
        }
        self.seen.first = self.seen.first.or(Some(entry.at));
        self.seen.last = Some(entry.at);
        self.rhythm.take(place, entry, found, &mut self.report.notes);
        self.changes.take(place, entry, found);
        self.purges.take(place, entry, found);
        self.releases.take(place, entry, found);
    }

    fn finish(&mut self) {
        let found = &mut self.report.findings;
        found.unless(
            self.report.entries > 0,
            "empty-log",
            "there is no entry; nothing is verified",
        );
        self.rhythm.finish(self.report.entries, found);
        self.changes.finish(found);
        self.purges.finish(found);
        self.report.root = BASE64.encode(&self.tree.root());
        self.report.counted = Counted {
            releases: self.releases.count(),
            changes: self.changes.count(),
            purges: self.purges.count(),
            certificates: self.purges.certificates(),
        };
    }

    fn compare(&mut self, note: Option<&Note<'_>>, trust: &Trust) {
        let (entries, found) = (self.report.entries, &mut self.report.findings);
        let Some(note) = note else {
            return found.whole("checkpoint-form", "the checkpoint is not a signed tree head");
        };
        let (head, roots) = (&note.head, &self.seen.roots);
        let signed = "the checkpoint is not signed by the log's key for a tree of its size";
        found.unless(note.is_signed(trust), "checkpoint-signature", signed);
        let origin = "the checkpoint is of another log than the trust file names";
        found.unless(head.origin == trust.origin, "foreign-origin", origin);
        if entries < head.size {
            let what =
                format!("there are {entries} entries and the checkpoint signs {}", head.size);
            found.whole("entries-missing", what);
        } else if entries > head.size {
            let what =
                format!("there are {entries} entries and the checkpoint signs {}", head.size);
            found.whole("entries-unsigned", what);
        }
        let root = "the entries do not give the root that the checkpoint signs";
        let same = roots.get(&head.size).is_none_or(|root| *root == head.root);
        found.unless(same, "root-mismatch", root);
        let Some(earlier) = trust.earlier() else { return };
        let back = "the log is shorter than at the earlier checkpoint of the trust file";
        found.unless(head.size >= earlier.size && entries >= earlier.size, "rolled-back", back);
        let fork = "the log does not continue the earlier checkpoint of the trust file";
        let same = roots.get(&earlier.size).is_none_or(|root| *root == earlier.root);
        found.unless(same, "forked", fork);
    }

    fn remember_root(&mut self) {
        let size = self.report.entries;
        if self.watch.sizes.contains(&size) {
            self.seen.roots.insert(size, self.tree.root());
        }
    }
}
