//! What is given to a verifier, and what it says of it.

use std::collections::BTreeSet;

use azekura_verify::Trust;
use azekura_verify::cert::{self, CertificateReport, Source};
use azekura_verify::log::{self, Export, LogReport};
use serde_json::Value;

use super::bundle::NOW;
use super::{document, second};

/// How long a vault that runs may be silent, in milliseconds.
const SILENCE: i64 = 300_000;

/// The files of an export.
#[derive(Clone, Default)]
pub(crate) struct Texts {
    pub(crate) entries: String,
    pub(crate) checkpoint: String,
    pub(crate) keys: String,
}

/// Certificates, and what they are checked against.
#[derive(Clone, Default)]
pub(crate) struct Papers {
    pub(crate) files: Vec<String>,
    pub(crate) log: Option<Texts>,
    pub(crate) keys: String,
}

#[derive(Clone)]
pub(crate) enum Given {
    Log(Texts),
    Certificates(Papers),
}

/// One thing to verify, and the code that must be among the findings; none if it must hold.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) code: Option<&'static str>,
    pub(crate) trust: Value,
    pub(crate) given: Given,
}

/// Whether it holds, and the codes of all findings.
pub(crate) type Verdict = (bool, BTreeSet<String>);

impl Case {
    pub(crate) fn verdict(&self) -> Verdict {
        match &self.given {
            Given::Log(texts) => {
                let report = check_log(texts, &self.trust);
                (report.findings.is_empty(), codes(&[&report.findings]))
            }
            Given::Certificates(papers) => {
                let report = check_files(papers, &self.trust);
                let log = report.log.iter().map(|log| &log.findings);
                let all: Vec<_> = log.chain([&report.findings]).collect();
                (report.holds(), codes(&all))
            }
        }
    }
}

/// Each case must be answered as it says, and by both implementations with the same findings.
pub(crate) fn judge(cases: &[Case]) {
    for (case, second) in cases.iter().zip(second::verdicts(cases)) {
        let (name, (holds, codes)) = (&case.name, case.verdict());
        match case.code {
            None => assert!(holds, "{name} must hold: {codes:?}"),
            Some(code) => {
                assert!(!holds && codes.contains(code), "{name} must say {code}: {codes:?}");
            }
        }
        let unexplained = codes.iter().find(|code| !document::is_explained(code));
        assert_eq!(unexplained, None, "{name}: the page for auditors lacks it");
        assert_eq!(second, (holds, codes), "{name}: what the second implementation says, and this");
    }
}

pub(crate) fn check_log(texts: &Texts, trust: &Value) -> LogReport {
    log::check(export(texts), &read(trust)).unwrap()
}

/// The report on certificate files, at [`NOW`].
pub(crate) fn check_files(papers: &Papers, trust: &Value) -> CertificateReport {
    let source =
        |file: &String| Source { name: "見本.json".to_owned(), bytes: file.clone().into_bytes() };
    let sources: Vec<Source> = papers.files.iter().map(source).collect();
    let export = papers.log.as_ref().map(export);
    cert::check(&sources, export, &papers.keys, &read(trust), NOW).unwrap()
}

/// The report on one certificate alone.
pub(crate) fn check_file(file: &str, trust: &Value) -> CertificateReport {
    check_files(&Papers { files: vec![file.to_owned()], ..Papers::default() }, trust)
}

fn read(trust: &Value) -> Trust {
    Trust::read(trust.to_string().as_bytes()).unwrap()
}

fn export(texts: &Texts) -> Export<&[u8]> {
    Export {
        entries: texts.entries.as_bytes(),
        checkpoint: texts.checkpoint.clone(),
        keys: texts.keys.clone(),
        longest_silence: SILENCE,
    }
}

fn codes(findings: &[&azekura_verify::Findings]) -> BTreeSet<String> {
    findings.iter().flat_map(|all| all.iter()).map(|one| one.code.to_owned()).collect()
}
