//! `azekura-verify`: checks evidence offline. Exit code 0 if something was verified and all of it
//! holds, 1 if something does not hold, 2 if nothing could be checked.

mod page;

use std::fs::{self, File};
use std::io::{self, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use azekura_verify::cert::Source;
use azekura_verify::log::{self, Export, LogReport};
use azekura_verify::{Finding, Findings, Trust, TrustError, cert, entries};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use thiserror::Error;

use page::Language;

/// Checks a log, deletion certificates or proofs, without network and without the vault
///
/// Exit code 0: something was verified and all of it holds. 1: something does not hold. 2: nothing
/// could be checked.
#[derive(Parser)]
#[command(name = "azekura-verify", version)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Check a whole log: the files `entries.jsonl`, `checkpoint` and `log-keys` in DIR
    Log {
        /// The folder of the export
        dir: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Check deletion certificates, each by itself and, with --log, against the log
    Cert {
        /// Files `AZEKURA-CERT-….json`
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        beside: Beside,
        #[command(flatten)]
        common: Common,
    },
    /// Check proofs (C2SP tlog-proof) that entries are in the log
    Proof {
        /// Files with a proof each, the entry in them
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        beside: Beside,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Beside {
    /// The folder of an export in which all of it must be found
    #[arg(long, value_name = "DIR")]
    log: Option<PathBuf>,
    /// The file `log-keys` of an export, where later keys of the log signed; --log has its own
    #[arg(long, value_name = "FILE", conflicts_with = "log")]
    keys: Option<PathBuf>,
}

#[derive(Args)]
struct Common {
    /// What you hold outside the vault: keys and an earlier checkpoint
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Print a report of one page, with what was not verified
    #[arg(long, conflicts_with = "json")]
    report: bool,
    /// The language of the report
    #[arg(long, value_enum, default_value_t = Language::Ja, requires = "report")]
    lang: Language,
    /// How long a vault that runs may be silent
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    heartbeat_gap: u32,
}

/// Why nothing could be checked.
#[derive(Debug, Error)]
enum Unusable {
    #[error("could not read {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("{0}")]
    Trust(#[from] TrustError),
    #[error("could not trust a file that lies inside the export; keep it elsewhere")]
    TrustInside,
    #[error("could not write the report: {0}")]
    Write(io::Error),
}

fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Log { dir, common } => log(&dir, &common),
        What::Cert { files, beside, common } => certificates(&files, &beside, &common),
        What::Proof { files, beside, common } => proofs(&files, &beside, &common),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("azekura-verify: {error}");
            ExitCode::from(2)
        }
    }
}

fn log(dir: &Path, common: &Common) -> Result<bool, Unusable> {
    let trust = trust(&common.trust, Some(dir))?;
    let report = log::check(export(dir, common)?, &trust).map_err(|error| unread(dir, error))?;
    let counted = &report.counted;
    let summary = format!(
        "{} entries, {} releases, {} changes, {} purges, {} certificates; root {}",
        report.entries,
        counted.releases,
        counted.changes,
        counted.purges,
        counted.certificates,
        report.root
    );
    let findings = vec![&report.findings];
    let log = Some(&report);
    let result = Told { holds: report.findings.is_empty(), log, findings, ..Told::of(&trust) };
    print(common, &result, &report, &summary)
}

fn certificates(files: &[PathBuf], beside: &Beside, common: &Common) -> Result<bool, Unusable> {
    let trust = trust(&common.trust, beside.log.as_deref())?;
    let (sources, export, links) = given(files, beside, common)?;
    let report = cert::check(&sources, export, &links, &trust, now())
        .map_err(|error| unread(&common.trust, error))?;
    let summary = format!("{} certificates: {}", report.files, report.serials.join(", "));
    let result = Told {
        holds: report.holds(),
        certificates: Some(&report),
        ..Told::beside(&trust, &report.findings, report.log.as_ref())
    };
    print(common, &result, &report, &summary)
}

fn proofs(files: &[PathBuf], beside: &Beside, common: &Common) -> Result<bool, Unusable> {
    let trust = trust(&common.trust, beside.log.as_deref())?;
    let (sources, export, links) = given(files, beside, common)?;
    let report = entries::check(&sources, export, &links, &trust)
        .map_err(|error| unread(&common.trust, error))?;
    let proven = report.entries.iter().map(|entry| format!("\n{entry}"));
    let summary = format!("{} proofs of entries:{}", report.files, proven.collect::<String>());
    let result = Told {
        holds: report.holds(),
        proofs: report.entries.len(),
        ..Told::beside(&trust, &report.findings, report.log.as_ref())
    };
    print(common, &result, &report, &summary)
}

type Given = (Vec<Source>, Option<Export<BufReader<File>>>, String);

fn given(files: &[PathBuf], beside: &Beside, common: &Common) -> Result<Given, Unusable> {
    let sources = files.iter().map(|file| source(file)).collect::<Result<_, _>>()?;
    let export = beside.log.as_deref().map(|dir| export(dir, common)).transpose()?;
    let links = beside.keys.as_deref().map(text).transpose()?.unwrap_or_default();
    Ok((sources, export, links))
}

fn trust(file: &Path, outside: Option<&Path>) -> Result<Trust, Unusable> {
    let real = real(file)?;
    if let Some(dir) = outside
        && real.starts_with(self::real(dir)?)
    {
        return Err(Unusable::TrustInside);
    }
    Ok(Trust::read(&read(file)?)?)
}

fn export(dir: &Path, common: &Common) -> Result<Export<BufReader<File>>, Unusable> {
    let path = dir.join("entries.jsonl");
    let file = File::open(&path).map_err(|error| unread(&path, error))?;
    // A log whose first key still signs may lack the file; one that needs it does not verify.
    let keys = dir.join("log-keys");
    Ok(Export {
        entries: BufReader::with_capacity(1 << 20, file),
        checkpoint: text(&dir.join("checkpoint"))?,
        keys: if keys.exists() { text(&keys)? } else { String::new() },
        longest_silence: i64::from(common.heartbeat_gap) * 1_000,
    })
}

fn source(file: &Path) -> Result<Source, Unusable> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Source { name: name.unwrap_or_default(), bytes: read(file)? })
}

fn print(
    common: &Common,
    told: &Told<'_>,
    report: &impl Serialize,
    summary: &str,
) -> Result<bool, Unusable> {
    let holds = told.holds;
    let text = if common.json {
        format!("{:#}", serde_json::json!({ "holds": holds, "report": report }))
    } else if common.report {
        page::lines(told, common.lang).join("\n")
    } else {
        findings(told, summary).join("\n")
    };
    writeln!(io::stdout().lock(), "{text}").map_err(Unusable::Write)?;
    Ok(holds)
}

fn findings(told: &Told<'_>, summary: &str) -> Vec<String> {
    let listed = told.findings.iter().flat_map(|findings| findings.iter()).map(Finding::to_string);
    let mut lines: Vec<String> = vec![summary.to_owned()];
    lines.extend(listed.map(|finding| format!("FAILED  {finding}")));
    let notes = told.log.into_iter().flat_map(|log| &log.notes);
    lines.extend(notes.map(|note| format!("note    {note}")));
    let more: u64 = told.findings.iter().map(|findings| findings.unlisted()).sum();
    if more > 0 {
        lines.push(format!("FAILED  and {more} more"));
    }
    let end = if told.holds { "verified: all of it holds" } else { "NOT VERIFIED" };
    lines.push(end.to_owned());
    lines
}

/// What was verified, and with what result.
struct Told<'a> {
    holds: bool,
    trust: &'a Trust,
    log: Option<&'a LogReport>,
    certificates: Option<&'a cert::CertificateReport>,
    /// How many entries are proven.
    proofs: usize,
    findings: Vec<&'a Findings>,
    /// When, in milliseconds since 1970 UTC.
    now: i64,
}

impl<'a> Told<'a> {
    fn of(trust: &'a Trust) -> Self {
        let (log, certificates, findings) = (None, None, Vec::new());
        Self { holds: false, trust, log, certificates, proofs: 0, findings, now: now() }
    }

    /// Files that were checked, if need be with the log beside them.
    fn beside(trust: &'a Trust, own: &'a Findings, log: Option<&'a LogReport>) -> Self {
        let findings = [own].into_iter().chain(log.map(|log| &log.findings)).collect();
        Self { log, findings, ..Self::of(trust) }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Unusable> {
    fs::read(path).map_err(|error| unread(path, error))
}

fn text(path: &Path) -> Result<String, Unusable> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

fn real(path: &Path) -> Result<PathBuf, Unusable> {
    path.canonicalize().map_err(|error| unread(path, error))
}

fn unread(path: &Path, source: io::Error) -> Unusable {
    Unusable::Read { path: path.display().to_string(), source }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's one look at the clock; the library takes the time as an argument"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
