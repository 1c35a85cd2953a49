//! The vault under load: a process of its own, as it is when it serves.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use azekura::cli::serve::Running;
use azekura::cli::setup::{Secret, found};
use azekura::sys;
use azekura_core::roster::ClientUse;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use super::decision;
use super::fill::fill;

/// The vault's process, seen from the load generator.
pub(crate) struct Vault {
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    pub(crate) ready: Ready,
}

/// Where the vault listens, and what is in it.
#[derive(Deserialize, Serialize)]
pub(crate) struct Ready {
    pub(crate) address: SocketAddr,
    pub(crate) org: String,
    pub(crate) key: String,
    pub(crate) registered: Vec<String>,
    pub(crate) bare: Vec<String>,
    /// Microseconds.
    pub(crate) decision: f64,
}

impl Vault {
    /// Starts this program again as a vault in `dir`, and waits until it is filled.
    pub(crate) fn start(dir: &Path, registered: usize, bare: usize) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--vault")
            .arg(dir)
            .args(["--people", &registered.to_string(), "--bare", &bare.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().context("the vault's output")?;
        let mut answers = BufReader::new(answers);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the vault did not start")?;
        Ok(Self { process, ask, answers, ready })
    }

    /// How many transactions so far answered reads: each replaces the row of the program's quota.
    pub(crate) fn groups(&mut self) -> Result<u64> {
        writeln!(self.ask.as_mut().context("the vault's input")?)?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }

    /// Lets the vault stop as it does at a signal.
    pub(crate) fn stop(mut self) -> Result<()> {
        drop(self.ask.take());
        ensure!(self.process.wait()?.success(), "the vault did not stop well");
        Ok(())
    }
}

/// Makes, fills and serves a vault until the input ends; each line of it asks for the groups.
#[expect(clippy::print_stdout, reason = "how the load generator is told")]
pub(crate) async fn serve(dir: &Path, registered: usize, bare: usize) -> Result<()> {
    sys::trace(sys::LevelFilter::INFO);
    let secret = Secret::Credential(Zeroizing::new([7; 32]));
    let founded = found(dir, secret, false).await?;
    let filled = fill(&founded.app, registered, bare).await?;
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let ready = Ready {
        address: listener.local_addr()?,
        org: filled.org.to_string(),
        key: String::from(filled.key.expose_secret()),
        registered: filled.registered.iter().map(ToString::to_string).collect(),
        bare: filled.bare.iter().map(ToString::to_string).collect(),
        decision: decision::microseconds(&founded.app, &filled).await?,
    };
    let running = Running::start(founded.app, founded.queue, listener).await?;
    println!("{}", serde_json::to_string(&ready)?);
    while asked().await? {
        let mut reading = running.app.reading().await?;
        let used = reading.find::<ClientUse>(filled.client).await?;
        println!("{}", used.map_or(0, |kept| kept.version()));
    }
    running.finish().await
}

async fn asked() -> Result<bool> {
    let read = || std::io::stdin().read_line(&mut String::new());
    Ok(tokio::task::spawn_blocking(read).await?? > 0)
}
