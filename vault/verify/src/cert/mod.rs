//! The check of deletion certificates.

mod against;
mod completion;
mod file;
mod payload;
mod rules;

use std::collections::{BTreeSet, HashSet};
use std::io::{self, BufRead};

use serde::Serialize;

use crate::keys::LogKeys;
use crate::log::{self, Export, LogReport, Watch};
use crate::report::Findings;
use crate::trust::Trust;

use file::Opened;

/// What certificates were found to be.
#[derive(Debug, Default, Serialize)]
pub struct CertificateReport {
    /// How many files were looked at.
    pub files: usize,
    /// The serial numbers of those that could be read.
    pub serials: Vec<String>,
    /// The names of the keys that signed them.
    pub signed_by: Vec<String>,
    /// What does not hold.
    pub findings: Findings,
    /// What the log was found to be, if it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogReport>,
}

/// A certificate's file.
#[derive(Debug)]
pub struct Source {
    /// Its name, for the report.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Checks certificates against the trust file and, if it is given, the log.
///
/// `links`: the file `log-keys` of an export, which leads from the first key of the log to the one that
/// signed the proofs; an export that is given has its own. `now`: milliseconds since 1970 UTC; a
/// completion that is due by then must be there.
///
/// # Errors
///
/// If the log's entries cannot be read from where they are stored.
pub fn check<R: BufRead>(
    sources: &[Source],
    export: Option<Export<R>>,
    links: &str,
    trust: &Trust,
    now: i64,
) -> io::Result<CertificateReport> {
    let mut report = CertificateReport { files: sources.len(), ..CertificateReport::default() };
    let found = &mut report.findings;
    found.unless(!sources.is_empty(), "no-certificate", "there is no certificate to verify");
    let links = export.as_ref().map_or(links, |export| &export.keys);
    let keys = LogKeys::new(trust, links, found);
    let mut opened = Vec::new();
    for source in sources {
        found.about(Some(&source.name));
        if let Some(one) = file::open(&source.bytes, trust, &keys, found) {
            rules::check(&one, trust, found);
            completion::check(&one, trust, now, found);
            opened.push((source.name.as_str(), one));
        }
    }
    unlike(&opened, found);
    if let Some(export) = export {
        let watch = watch(&opened);
        let (log, seen) = log::watched(export, &keys, Findings::default(), trust, watch)?;
        for (name, one) in &opened {
            found.about(Some(name));
            against::check(one, &seen, found);
            completion::compare(one, &seen, found);
        }
        report.log = Some(log);
    }
    found.about(None);
    let kids: BTreeSet<&String> = opened.iter().map(|(_, one)| &one.kid).collect();
    report.signed_by = kids.into_iter().cloned().collect();
    report.serials = opened.into_iter().map(|(_, one)| one.payload.serial).collect();
    Ok(report)
}

impl CertificateReport {
    /// Whether something was verified and all of it holds.
    pub fn holds(&self) -> bool {
        let log = self.log.as_ref().is_none_or(|log| log.findings.is_empty());
        self.findings.is_empty() && log && !self.serials.is_empty()
    }
}

fn unlike(opened: &[(&str, Opened)], found: &mut Findings) {
    let mut serials = HashSet::new();
    for (name, one) in opened {
        found.about(Some(name));
        let what = "another of the given certificates has the same serial number";
        found.unless(serials.insert(&one.payload.serial), "serial-twice", what);
    }
}

fn watch(opened: &[(&str, Opened)]) -> Watch {
    let mut watch = Watch::default();
    for (_, one) in opened {
        watch.sizes.insert(one.proof.head.size);
        watch.seqs.insert(one.proof.index);
        watch.seqs.extend(&one.payload.audit.entries);
        watch.seqs.extend(one.payload.approved_by.iter().map(|approval| approval.entry));
    }
    watch
}
