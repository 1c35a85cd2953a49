//! Where the secret that opens the keyring comes from: a credential file, or a prompt. Never an
//! argument or an environment variable.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::Unlock;
use data_encoding::HEXLOWER_PERMISSIVE;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use zeroize::Zeroizing;

use crate::config::Config;

/// The unlock secret of a vault.
pub(super) fn secret(config: &Config) -> Result<Unlock> {
    match &config.unlock_file {
        Some(path) => credential(path).map(Unlock::Credential),
        None => passphrase("Passphrase: ").map(Unlock::Passphrase),
    }
}

/// The 32 bytes in a credential file: raw, or as 64 hexadecimal characters.
pub(super) fn credential(path: &Path) -> Result<SecretBox<[u8; 32]>> {
    let bytes = std::fs::read(path).map(Zeroizing::new);
    let bytes = bytes.with_context(|| format!("read the credential {}", path.display()))?;
    let mut secret = SecretBox::new(Box::new([0; 32]));
    let raw = match bytes.len() {
        32 => bytes,
        _ => Zeroizing::new(HEXLOWER_PERMISSIVE.decode(bytes.trim_ascii()).unwrap_or_default()),
    };
    if raw.len() != 32 {
        bail!("the credential {} is not 32 bytes, raw or hexadecimal", path.display());
    }
    secrecy::ExposeSecretMut::expose_secret_mut(&mut secret).copy_from_slice(&raw);
    Ok(secret)
}

/// Asks at the terminal.
pub(super) fn passphrase(prompt: &str) -> Result<SecretString> {
    if !std::io::stdin().is_terminal() {
        bail!("say where the unlock credential is (--unlock-file), or run at a terminal");
    }
    Ok(rpassword::prompt_password(prompt).context("read the passphrase")?.into())
}

/// Asks twice, and refuses what is easily guessed.
pub(super) fn new_passphrase() -> Result<SecretString> {
    let first = passphrase("New passphrase (22 characters or seven words): ")?;
    let text = first.expose_secret();
    if text.chars().count() < 22 && text.split_whitespace().count() < 7 {
        bail!("the passphrase is too short: 22 characters, or seven words");
    }
    if passphrase("Once more: ")?.expose_secret() != text {
        bail!("the two passphrases differ");
    }
    Ok(first)
}
