//! Where the secret that opens the keyring comes from: a credential file, a prompt, or two recovery
//! shares. Never an argument or an environment variable. And `unlock`, which gives it to a server
//! that waits for it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::Unlock;
use azekura_core::crypto::recovery::{self, Recovered, Share};
use azekura_wire::number::SecretText;
use clap::Args;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::setup::bytes;
use super::socket;
use crate::config::{Config, Options};
use crate::keyfile;

/// Open a server that was started without its secret
#[derive(Args)]
pub(super) struct Unseal {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    shares: ShareFiles,
}

/// Two recovery shares, where they stand for the secret or for two people.
#[derive(Args)]
pub(super) struct ShareFiles {
    /// File with a recovery share; give it twice
    #[arg(long = "share", value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// An unlock secret on its way through the operator's socket.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Secret {
    /// 64 hexadecimal characters.
    Credential(SecretText),
    /// As it was typed.
    Passphrase(SecretText),
    /// Two recovery shares.
    Shares([SecretText; 2]),
}

impl Secret {
    /// The secret as the keyring takes it.
    pub(super) fn unlock(&self) -> Result<Unlock> {
        match self {
            Self::Credential(hex) => {
                let secret = read_credential(hex.expose().as_bytes());
                Ok(Unlock::Credential(secret.context("the credential is not 32 bytes")?))
            }
            Self::Passphrase(text) => Ok(Unlock::Passphrase(text.expose().into())),
            Self::Shares(shares) => from_shares(shares).map(Unlock::Shares),
        }
    }
}

impl Unseal {
    /// Opens the waiting server; the exit code is 0 once it serves.
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    pub(super) async fn run(self) -> Result<()> {
        let config = self.options.load()?;
        let secret = match self.shares.texts()? {
            Some(shares) => Secret::Shares(shares),
            None => match &config.unlock_file {
                Some(path) => Secret::Credential(hex(&credential(path)?)),
                None => Secret::Passphrase(text(&passphrase("Passphrase: ")?)),
            },
        };
        println!("{}", socket::unlock(&config, secret).await?);
        Ok(())
    }
}

impl ShareFiles {
    /// The two shares in files; `None` if none was named.
    pub(super) fn texts(&self) -> Result<Option<[SecretText; 2]>> {
        match self.files.as_slice() {
            [] => Ok(None),
            [one, other] => Ok(Some([text(&line(one)?), text(&line(other)?)])),
            _ => bail!("two shares are needed: --share twice"),
        }
    }
}

/// The unlock secret of a vault.
pub(super) fn secret(config: &Config) -> Result<Unlock> {
    match &config.unlock_file {
        Some(path) => credential(path).map(Unlock::Credential),
        None => passphrase("Passphrase: ").map(Unlock::Passphrase),
    }
}

/// The same for a server: `None` if nobody is there to be asked, and it starts sealed.
pub(super) fn secret_at_start(config: &Config) -> Result<Option<Unlock>> {
    let asks = config.unlock_file.is_some() || std::io::stdin().is_terminal();
    asks.then(|| secret(config)).transpose()
}

/// What two shares give.
pub(super) fn from_shares([one, other]: &[SecretText; 2]) -> Result<Recovered> {
    let read = |share: &SecretText| Share::parse(&share.expose().into());
    Ok(recovery::combine(&read(one)?, &read(other)?)?)
}

/// The 32 bytes in a credential file: raw, or as 64 hexadecimal characters.
pub(super) fn credential(path: &Path) -> Result<SecretBox<[u8; 32]>> {
    let bytes = std::fs::read(path).map(Zeroizing::new);
    let bytes = bytes.with_context(|| format!("read the credential {}", path.display()))?;
    read_credential(&bytes).with_context(|| {
        format!("the credential {} is not 32 bytes, raw or hexadecimal", path.display())
    })
}

/// The 32 bytes themselves, or 64 hexadecimal characters.
pub(super) fn read_credential(bytes: &[u8]) -> Option<SecretBox<[u8; 32]>> {
    let mut secret = SecretBox::new(Box::new([0; 32]));
    let decoded = match bytes.len() {
        32 => Zeroizing::new(bytes.to_vec()),
        _ => Zeroizing::new(HEXLOWER_PERMISSIVE.decode(bytes.trim_ascii()).ok()?),
    };
    if decoded.len() != 32 {
        return None;
    }
    secrecy::ExposeSecretMut::expose_secret_mut(&mut secret).copy_from_slice(&decoded);
    Some(secret)
}

/// The credential in a file, or a new one that is then in it, readable by its owner only.
pub(super) fn credential_or_new(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    if path.exists() {
        return Ok(Zeroizing::new(*credential(path)?.expose_secret()));
    }
    let secret = bytes::<32>();
    let hex = Zeroizing::new(HEXLOWER.encode(&*secret));
    keyfile::write_new(path, hex.as_bytes())?;
    Ok(secret)
}

/// The first line of a file with a secret.
pub(super) fn line(path: &Path) -> Result<SecretString> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.with_context(|| format!("read {}", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().trim().into())
}

/// The recovery share in a file.
pub(super) fn share(path: &Path) -> Result<Share> {
    Share::parse(&line(path)?).with_context(|| format!("read the share {}", path.display()))
}

/// Asks at the terminal.
pub(super) fn passphrase(prompt: &str) -> Result<SecretString> {
    hidden(prompt, "say where the unlock credential is (--unlock-file)")
}

/// What is typed at the terminal, unseen; `instead` says what to do where there is none.
pub(super) fn hidden(prompt: &str, instead: &str) -> Result<SecretString> {
    if !std::io::stdin().is_terminal() {
        bail!("{instead}, or run at a terminal");
    }
    Ok(rpassword::prompt_password(prompt).context("read the passphrase")?.into())
}

fn hex(secret: &SecretBox<[u8; 32]>) -> SecretText {
    HEXLOWER.encode(secret.expose_secret()).into()
}

fn text(secret: &SecretString) -> SecretText {
    secret.expose_secret().into()
}
