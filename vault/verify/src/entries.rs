//! The check of proofs of single entries.

use std::io::{self, BufRead};

use serde::Serialize;

use crate::cert::Source;
use crate::keys::LogKeys;
use crate::log::{self, Export, Line, LogReport, Watch};
use crate::proof;
use crate::report::Findings;
use crate::trust::Trust;

/// What proofs of entries were found to be.
#[derive(Debug, Default, Serialize)]
pub struct ProofReport {
    /// How many files were looked at.
    pub files: usize,
    /// The entries that are proven, as they stand in the log.
    pub entries: Vec<String>,
    /// What does not hold.
    pub findings: Findings,
    /// What the log was found to be, if it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogReport>,
}

/// Checks proofs of single entries against the trust file and, if it is given, the log.
///
/// `links`: as for [`crate::cert::check`].
///
/// # Errors
///
/// If the log's entries cannot be read from where they are stored.
pub fn check<R: BufRead>(
    sources: &[Source],
    export: Option<Export<R>>,
    links: &str,
    trust: &Trust,
) -> io::Result<ProofReport> {
    let mut report = ProofReport { files: sources.len(), ..ProofReport::default() };
    let found = &mut report.findings;
    found.unless(!sources.is_empty(), "no-proof", "there is no proof to verify");
    let links = export.as_ref().map_or(links, |export| &export.keys);
    let keys = LogKeys::new(trust, links, found);
    let mut opened = Vec::new();
    for source in sources {
        found.about(Some(&source.name));
        let text = String::from_utf8_lossy(&source.bytes);
        let Some(one) = proof::open(&text, &keys, found) else { continue };
        let in_place = Line::read(&one.entry).is_ok_and(|line| line.seq == one.index);
        found.unless(in_place, "proof-entry", "the proof does not carry the entry of its index");
        opened.push((source.name.as_str(), one));
    }
    if let Some(export) = export {
        let mut watch = Watch::default();
        watch.sizes.extend(opened.iter().map(|(_, one)| one.head.size));
        watch.seqs.extend(opened.iter().map(|(_, one)| one.index));
        let (log, seen) = log::watched(export, &keys, Findings::default(), trust, watch)?;
        for (name, one) in &opened {
            found.about(Some(name));
            let same = seen.roots.get(&one.head.size) == Some(&one.head.root)
                && seen.lines.get(&one.index) == Some(&one.entry);
            found.unless(same, "not-this-log", "the proof is not of an entry of this log");
        }
        report.log = Some(log);
    }
    found.about(None);
    report.entries = opened.into_iter().map(|(_, one)| one.entry).collect();
    Ok(report)
}

impl ProofReport {
    /// Whether something was verified and all of it holds.
    pub fn holds(&self) -> bool {
        let log = self.log.as_ref().is_none_or(|log| log.findings.is_empty());
        self.findings.is_empty() && log && !self.entries.is_empty()
    }
}
