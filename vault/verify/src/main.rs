//! `azekura-verify`: checks evidence offline. Exit code 0 if something was verified and all of it
//! holds, 1 if something does not hold, 2 if nothing could be checked.

use std::fs::{self, File};
use std::io::{self, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use azekura_verify::log::{self, Export};
use azekura_verify::{Finding, Findings, Trust, TrustError, cert};
use clap::{Args, Parser, Subcommand};
use thiserror::Error;

/// Checks an exported log or deletion certificates, without network and without the vault
#[derive(Parser)]
#[command(name = "azekura-verify", version)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Check a whole log: the files `entries.jsonl` and `checkpoint` in DIR
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
        /// The folder of an export in which the certificates must be found
        #[arg(long, value_name = "DIR")]
        log: Option<PathBuf>,
        /// The file `keys` of an export, where later keys of the log signed; --log has its own
        #[arg(long, value_name = "FILE", conflicts_with = "log")]
        keys: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Common {
    /// What you hold outside the vault: keys and an earlier checkpoint
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
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
        What::Cert { files, log, keys, common } => {
            certificates(&files, log.as_deref(), keys.as_deref(), &common)
        }
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
    let trust = trust(&common.trust, &[dir])?;
    let export = export(dir, common)?;
    let report =
        log::check(export, &trust).map_err(|source| Unusable::Read { path: shown(dir), source })?;
    let holds = report.findings.is_empty();
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
    print(common, holds, &report, &summary, &[&report.findings], &report.notes)?;
    Ok(holds)
}

fn certificates(
    files: &[PathBuf],
    dir: Option<&Path>,
    keys: Option<&Path>,
    common: &Common,
) -> Result<bool, Unusable> {
    let trust = trust(&common.trust, dir.as_slice())?;
    let sources = files.iter().map(|file| source(file)).collect::<Result<Vec<_>, _>>()?;
    let export = dir.map(|dir| export(dir, common)).transpose()?;
    let links = keys.map(text).transpose()?.unwrap_or_default();
    let report = cert::check(&sources, export, &links, &trust, now())
        .map_err(|source| Unusable::Read { path: dir.map(shown).unwrap_or_default(), source })?;
    let summary = format!("{} certificates: {}", report.files, report.serials.join(", "));
    let (mut findings, mut notes) = (vec![&report.findings], [].as_slice());
    if let Some(log) = &report.log {
        findings.push(&log.findings);
        notes = &log.notes;
    }
    print(common, report.holds(), &report, &summary, &findings, notes)?;
    Ok(report.holds())
}

fn trust(file: &Path, outside: &[&Path]) -> Result<Trust, Unusable> {
    let real = real(file)?;
    for dir in outside {
        if real.starts_with(self::real(dir)?) {
            return Err(Unusable::TrustInside);
        }
    }
    Ok(Trust::read(&read(file)?)?)
}

fn export(dir: &Path, common: &Common) -> Result<Export<BufReader<File>>, Unusable> {
    let path = dir.join("entries.jsonl");
    let file = File::open(&path).map_err(|source| Unusable::Read { path: shown(&path), source })?;
    // A log whose first key still signs may lack the file; one that needs it does not verify.
    let keys = dir.join("keys");
    Ok(Export {
        entries: BufReader::with_capacity(1 << 20, file),
        checkpoint: text(&dir.join("checkpoint"))?,
        keys: if keys.exists() { text(&keys)? } else { String::new() },
        longest_silence: i64::from(common.heartbeat_gap) * 1_000,
    })
}

fn source(file: &Path) -> Result<cert::Source, Unusable> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(cert::Source { name: name.unwrap_or_default(), bytes: read(file)? })
}

fn print(
    common: &Common,
    holds: bool,
    report: &impl serde::Serialize,
    summary: &str,
    findings: &[&Findings],
    notes: &[String],
) -> Result<(), Unusable> {
    let mut out = io::stdout().lock();
    if common.json {
        let whole = serde_json::json!({ "holds": holds, "report": report });
        return writeln!(out, "{whole:#}").map_err(Unusable::Write);
    }
    let listed = findings.iter().flat_map(|findings| findings.iter()).map(Finding::to_string);
    let mut lines: Vec<String> = vec![summary.to_owned()];
    lines.extend(listed.map(|finding| format!("FAILED  {finding}")));
    lines.extend(notes.iter().map(|note| format!("note    {note}")));
    let more: u64 = findings.iter().map(|findings| findings.unlisted()).sum();
    if more > 0 {
        lines.push(format!("FAILED  and {more} more"));
    }
    lines.push(if holds { "verified: all of it holds" } else { "NOT VERIFIED" }.to_owned());
    writeln!(out, "{}", lines.join("\n")).map_err(Unusable::Write)
}

fn read(path: &Path) -> Result<Vec<u8>, Unusable> {
    fs::read(path).map_err(|source| Unusable::Read { path: shown(path), source })
}

fn text(path: &Path) -> Result<String, Unusable> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

fn real(path: &Path) -> Result<PathBuf, Unusable> {
    path.canonicalize().map_err(|source| Unusable::Read { path: shown(path), source })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's one look at the clock; the library takes the time as an argument"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
