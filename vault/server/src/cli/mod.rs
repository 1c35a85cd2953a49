//! The command line: server, operator's tool, scheduled jobs.

pub mod ceremony;
pub mod demo;
mod doctor;
pub mod open;
mod recover;
mod sealed;
pub mod serve;
pub mod setup;
mod socket;
mod unlock;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::Options;

/// A self-hosted vault for Japanese personal numbers
#[derive(Parser)]
#[command(name = "azekura", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new vault: keyring, recovery shares, database, two enrolment tokens
    Init(ceremony::Init),
    /// Serve the API
    Serve(Options),
    /// Show a whole vault at work, with synthetic people
    Demo(demo::Demo),
    /// Say what is wrong with this vault, and how to mend it
    Doctor(doctor::Doctor),
    /// Open a server that was started without its secret
    Unlock(unlock::Unseal),
    /// What two of the three recovery shares may do
    #[command(subcommand)]
    Recover(recover::Recover),
    /// The audit log
    #[command(subcommand)]
    Log(Log),
}

#[derive(Subcommand)]
enum Log {
    /// Write the whole log to a folder, for verification elsewhere
    Export {
        #[command(flatten)]
        options: Options,
        /// The folder; made if it is not there
        dir: PathBuf,
    },
}

impl Cli {
    /// Runs the command to its end; the answer is the exit code.
    pub async fn run(self) -> Result<u8> {
        match self.command {
            Command::Init(init) => init.run().await.map(|()| 0),
            Command::Serve(options) => serve::run(&options.load()?).await.map(|()| 0),
            Command::Demo(demo) => demo.run().await.map(|()| 0),
            Command::Doctor(doctor) => doctor.run().await,
            Command::Unlock(unseal) => unseal.run().await.map(|()| 0),
            Command::Recover(recover) => recover.run().await.map(|()| 0),
            Command::Log(Log::Export { options, dir }) => export(&options, dir).await.map(|()| 0),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
async fn export(options: &Options, dir: PathBuf) -> Result<()> {
    let dir = std::path::absolute(dir)?;
    let answer = socket::ask(&options.load()?, socket::Request::LogExport { dir }).await?;
    println!("{answer}");
    Ok(())
}
