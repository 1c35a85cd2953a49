//! What an outsider verifies: the log and the certificate in one folder, and outside it the keys to
//! trust.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::Stage;
use super::disposal::Certificate;
use super::expect::must_hold;
use super::founding::Cast;
use super::tell::{Step, Teller};

/// Writes `evidence` and `trust.json` under the stage's folder, and verifies them if the verifier
/// lies beside this program.
pub(super) async fn write<W: Write>(
    stage: &Stage,
    cast: &Cast,
    certificate: &Certificate,
    out: &mut Teller<W>,
    export: impl AsyncFnOnce(&Path) -> anyhow::Result<u64>,
) -> anyhow::Result<()> {
    let evidence = stage.data_dir.join("evidence");
    let certificates = evidence.join("certificates");
    std::fs::create_dir_all(&certificates).context("could not make the folder of the evidence")?;
    let file = certificates.join(format!("AZEKURA-CERT-{}.json", certificate.serial));
    std::fs::write(&file, &certificate.bytes).context("could not write the certificate")?;
    let trust = stage.data_dir.join("trust.json");
    std::fs::write(&trust, serde_json::to_vec_pretty(&stage.trust)?)
        .context("could not write the trust file")?;
    let exported = export(&evidence).await.context("could not export the log")?;
    let checkpoint = cast.auditor.vault().checkpoint().await;
    let entries = checkpoint.context("could not fetch the checkpoint")?.size;
    must_hold("the log is not shorter than its export", entries >= exported && exported > 0)?;
    out.tell(&Step::Logged { entries, evidence: evidence.display().to_string() })?;
    verify(&evidence, &trust, &file, out).await
}

async fn verify<W: Write>(
    evidence: &Path,
    trust: &Path,
    file: &Path,
    out: &mut Teller<W>,
) -> anyhow::Result<()> {
    let (dir, trusted) = (evidence.display(), trust.display());
    let Some(verifier) = verifier() else {
        let command =
            format!("cargo run --release -p azekura-verify -- log {dir} --trust {trusted}");
        return Ok(out.tell(&Step::Verified { command, summary: None })?);
    };
    let command = format!("{} log {dir} --trust {trusted}", verifier.display());
    let mut log = Command::new(&verifier);
    log.arg("log").arg(evidence).arg("--trust").arg(trust);
    let mut cert = Command::new(&verifier);
    cert.arg("cert").arg(file).arg("--log").arg(evidence).arg("--trust").arg(trust);
    // Two short runs; nothing else waits for this thread.
    let said = tokio::task::spawn_blocking(move || {
        Ok::<_, anyhow::Error>([run(&mut log)?, run(&mut cert)?].join(" / "))
    });
    let summary = Some(said.await.context("could not wait for azekura-verify")??);
    Ok(out.tell(&Step::Verified { command, summary })?)
}

/// The first line of what the verifier says, if all of it holds.
fn run(verifier: &mut Command) -> anyhow::Result<String> {
    let done = verifier.output().context("could not run azekura-verify")?;
    let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    ensure!(done.status.success(), "azekura-verify does not find the evidence sound: {said}");
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

fn verifier() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    Some(own.with_file_name("azekura-verify")).filter(|path| path.is_file())
}
