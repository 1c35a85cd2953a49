//! `init`: the ceremony that makes a vault, at a terminal or from a reviewed `ceremony.toml`.
//!
//! Keys are drawn in memory, the recovery shares are handed out, and before anything exists two of
//! them must have opened the keyring again. The transcript says what was done and by whom, without
//! a secret; its digest is entry 0 of the log.
//!
//! Source: `docs/ceremony.md`.

mod files;
mod rehearsal;
mod terminal;
mod transcript;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use azekura_core::audit::Digest;
use azekura_core::crypto::recovery::{SHARES, Share};
use azekura_core::roster::is_generic_name;
use azekura_core::text::FreeText;
use azekura_core::time::Clock;
use clap::Args;
use secrecy::SecretString;

use self::files::Files;
use self::terminal::{Terminal, Tty};
use self::transcript::Transcript;
use super::open::SystemClock;
use super::setup::{self, Administrator, NewKeys, Opening, Secret};
use crate::config::Options;
use crate::keyfile::{self, StateDir};
use crate::store::{Open, Store};

/// Make a new vault
#[derive(Args)]
pub struct Init {
    #[command(flatten)]
    options: Options,
    /// Hold the ceremony as this file says (TOML) instead of asking at the terminal
    #[arg(long, value_name = "FILE")]
    ceremony: Option<PathBuf>,
    /// Where to write the trust file that verifiers need; keep a copy elsewhere
    #[arg(long, value_name = "FILE", default_value = "azekura-trust.json")]
    trust: PathBuf,
    /// Where to write the transcript, whose digest is entry 0 of the log; sign and keep a print
    #[arg(long, value_name = "FILE", default_value = "azekura-ceremony.json")]
    transcript: PathBuf,
}

/// Who takes part, and what opens the vault besides the shares.
struct Plan {
    administrators: [String; 2],
    holders: [String; SHARES],
    unlock: Vec<Secret>,
}

/// Where secrets go out and come back: the terminal, or files that only their owner can read.
trait Desk {
    /// Names and unlock secrets. Nothing was made before it answers.
    fn plan(&mut self) -> Result<Plan>;

    /// Gives a share to its holder; it is kept nowhere else.
    fn hand_out(&mut self, holder: &str, share: &Share) -> Result<()>;

    /// At least two shares, as their holders have them.
    fn shares_back(&mut self) -> Result<Vec<Share>>;

    /// The unlock secrets, as they will be given at a start.
    fn secrets_back(&mut self) -> Result<Vec<azekura_core::crypto::keyring::Unlock>>;

    /// Gives an administrator the token for their own credentials.
    fn give_token(&mut self, name: &str, token: &SecretString) -> Result<()>;

    /// Tells what happened; never a secret.
    fn tell(&mut self, text: &str) -> Result<()>;
}

impl Init {
    /// Holds the ceremony.
    pub async fn run(self) -> Result<()> {
        let config = self.options.load()?;
        for path in [&self.trust, &self.transcript] {
            if path.exists() {
                bail!("{} is there already; name another file", path.display());
            }
        }
        let out = Out { trust: self.trust, transcript: self.transcript };
        let mut desk: Box<dyn Desk> = match &self.ceremony {
            Some(path) => Box::new(Files::read(path, &config)?),
            None => Box::new(Terminal::new(Tty::open()?, config.unlock_file.clone())),
        };
        hold(&mut *desk, &config.data_dir, &out).await
    }
}

/// Where the public results go.
struct Out {
    trust: PathBuf,
    transcript: PathBuf,
}

async fn hold(desk: &mut dyn Desk, dir: &Path, out: &Out) -> Result<()> {
    let state = setup::empty(dir)?;
    let plan = desk.plan()?;
    plan.check()?;
    let keys = NewKeys::draw();
    let mut slots: Vec<_> = plan.unlock.iter().map(|secret| keys.slot(secret)).collect();
    let (slot, set, shares) = keys.recovery();
    slots.push(slot);
    let file = keys.file(&slots);
    for (holder, share) in plan.holders.iter().zip(&shares) {
        desk.hand_out(holder, share)?;
    }
    drop(shares);
    let rehearsed = rehearsal::rehearse(desk, &state, &file)?;
    let at = SystemClock.now();
    let administrators = plan.administrators.map(Administrator::named);
    let transcript = Transcript {
        keys: &keys,
        at,
        file: &file,
        slots: &slots,
        set,
        holders: &plan.holders,
        rehearsed: &rehearsed,
        administrators: &administrators,
    };
    let text = transcript.text()?;
    let digest = Digest::of(text.as_bytes());
    write(&out.transcript, text.as_bytes())?;
    let trust = serde_json::to_string_pretty(&keys.trust(at, false))?;
    write(&out.trust, trust.as_bytes())?;
    let names = administrators.each_ref().map(|one| one.display_name.clone());
    let opening = Opening { demo: false, at, transcript_sha256: digest, administrators };
    finish(desk, state, keys, &file, opening, names).await?;
    desk.tell(&format!(
        "transcript  {}\n            SHA-256 {digest}, which is entry 0 of the log\ntrust file  {}\n",
        out.transcript.display(),
        out.trust.display(),
    ))
}

async fn finish(
    desk: &mut dyn Desk,
    state: StateDir,
    keys: NewKeys,
    file: &[u8],
    opening: Opening,
    names: [String; 2],
) -> Result<()> {
    let vault = keys.vault();
    let store = Store::open_sqlite(&state.path("vault.db"), Open::New).await?;
    let founded = setup::establish(state, store, keys, file, opening).await?;
    for (name, token) in names.iter().zip(&founded.tokens) {
        desk.give_token(name, token)?;
    }
    desk.tell(&format!("vault       {vault}\n"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    Ok(keyfile::write_new(path, bytes)?)
}

impl Plan {
    /// Different people with names of their own, and a secret that opens the vault.
    fn check(&self) -> Result<()> {
        let [first, second] = &self.administrators;
        let [one, two, three] = &self.holders;
        if same_name(first, second) {
            bail!("the two administrators must be two different people");
        }
        if same_name(one, two) || same_name(one, three) || same_name(two, three) {
            bail!("the three shares need three different holders");
        }
        if self.unlock.is_empty() {
            bail!("say what opens the vault: a credential, a passphrase, or both");
        }
        for name in self.administrators.iter().chain(&self.holders) {
            check_name(name)?;
        }
        Ok(())
    }
}

/// Whether a name can stand on ledgers: not empty, not long, without a number in it.
pub(super) fn check_name(name: &str) -> Result<()> {
    let text = FreeText::new(name).context("a name of at most 200 characters without a number")?;
    if text.as_str().trim().is_empty() || text.as_str().trim() != text.as_str() {
        bail!("a name is missing, or begins or ends with a space");
    }
    if is_generic_name(name) {
        bail!("a name of one person is needed, not of a desk or a role");
    }
    Ok(())
}

fn same_name(one: &str, other: &str) -> bool {
    let folded = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
    folded(one) == folded(other)
}
