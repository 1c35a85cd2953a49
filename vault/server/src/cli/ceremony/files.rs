//! A ceremony from a reviewed file. Secrets go to new files that only their owner can read, and the
//! rehearsal reads them back from there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::Unlock;
use azekura_core::crypto::phrase;
use azekura_core::crypto::recovery::{SHARES, Share};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Desk, Plan};
use crate::cli::setup::{Secret, bytes};
use crate::cli::unlock;
use crate::config::Config;
use crate::keyfile;

/// The form of `ceremony.toml`. Paths are relative to its folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ceremony {
    version: u8,
    unlock: UnlockFiles,
    recovery: Recovery,
    administrators: [Administrator; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockFiles {
    /// 32 bytes; made if it is not there.
    credential: Option<PathBuf>,
    /// A passphrase; made if it is not there.
    passphrase: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recovery {
    rehearsal: Rehearsal,
    shares: [ShareFile; SHARES],
}

/// How recovery is proven.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rehearsal {
    /// Every pair of the share files opens the keyring.
    Files,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareFile {
    holder: String,
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Administrator {
    name: String,
    token: PathBuf,
}

/// The files of one ceremony.
pub(super) struct Files {
    ceremony: Ceremony,
    /// Which share is written next, and which token.
    next: (usize, usize),
}

impl Files {
    /// Reads the file and refuses paths that are taken, named twice, or inside the vault's folder.
    pub(super) fn read(path: &Path, config: &Config) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("read the ceremony {}", path.display()))?;
        let mut ceremony: Ceremony =
            toml::from_str(&text).with_context(|| format!("understand {}", path.display()))?;
        if ceremony.version != 1 {
            bail!("{} is of a newer version", path.display());
        }
        let Rehearsal::Files = ceremony.recovery.rehearsal;
        let folder = std::path::absolute(path)?;
        ceremony.resolve(folder.parent().unwrap_or(Path::new("/")));
        ceremony.check(config)?;
        Ok(Self { ceremony, next: (0, 0) })
    }
}

impl Ceremony {
    fn resolve(&mut self, folder: &Path) {
        for path in self.paths_mut() {
            *path = folder.join(&*path);
        }
    }

    fn check(&mut self, config: &Config) -> Result<()> {
        let vault = std::path::absolute(&config.data_dir)?;
        let named = config.unlock_file.as_ref().map(std::path::absolute).transpose()?;
        if let (Some(named), Some(own)) = (&named, &self.unlock.credential)
            && named != own
        {
            bail!("the ceremony makes another credential than the one --unlock-file names");
        }
        let mut paths: Vec<PathBuf> = self.paths_mut().map(|path| path.clone()).collect();
        for path in &paths {
            if path.starts_with(&vault) {
                bail!("keep {} apart from the vault's own folder", path.display());
            }
        }
        let count = paths.len();
        paths.sort();
        paths.dedup();
        if paths.len() < count {
            bail!("two secrets of the ceremony are to go to the same file");
        }
        let shares = self.recovery.shares.iter().map(|share| &share.file);
        for path in shares.chain(self.administrators.iter().map(|one| &one.token)) {
            if path.symlink_metadata().is_ok() {
                bail!("{} is there already; a ceremony begins without it", path.display());
            }
        }
        Ok(())
    }

    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let unlock = [&mut self.unlock.credential, &mut self.unlock.passphrase];
        unlock
            .into_iter()
            .flatten()
            .chain(self.recovery.shares.iter_mut().map(|share| &mut share.file))
            .chain(self.administrators.iter_mut().map(|one| &mut one.token))
    }
}

impl Desk for Files {
    fn plan(&mut self) -> Result<Plan> {
        let mut secrets = Vec::new();
        if let Some(path) = &self.ceremony.unlock.credential {
            secrets.push(Secret::Credential(unlock::credential_or_new(path)?));
        }
        if let Some(path) = &self.ceremony.unlock.passphrase {
            secrets.push(Secret::Passphrase(passphrase_or_new(path)?));
        }
        let [one, two, three] = &self.ceremony.recovery.shares;
        let [first, second] = &self.ceremony.administrators;
        Ok(Plan {
            administrators: [first, second].map(|one| one.name.clone()),
            holders: [one, two, three].map(|share| share.holder.clone()),
            unlock: secrets,
        })
    }

    fn hand_out(&mut self, _holder: &str, share: &Share) -> Result<()> {
        let file = self.ceremony.recovery.shares.get(self.next.0).context("a fourth share")?;
        self.next.0 += 1;
        write_line(&file.file, &share.text())
    }

    fn shares_back(&mut self) -> Result<Vec<Share>> {
        let files = self.ceremony.recovery.shares.iter();
        files.map(|share| unlock::share(&share.file)).collect()
    }

    fn secrets_back(&mut self) -> Result<Vec<Unlock>> {
        let mut secrets = Vec::new();
        if let Some(path) = &self.ceremony.unlock.credential {
            secrets.push(Unlock::Credential(unlock::credential(path)?));
        }
        if let Some(path) = &self.ceremony.unlock.passphrase {
            secrets.push(Unlock::Passphrase(unlock::line(path)?));
        }
        Ok(secrets)
    }

    fn give_token(&mut self, _name: &str, token: &SecretString) -> Result<()> {
        let file = self.ceremony.administrators.get(self.next.1).context("a third token")?;
        self.next.1 += 1;
        write_line(&file.token, token)
    }

    #[expect(clippy::print_stdout, reason = "the answer of a command; it holds no secret")]
    fn tell(&mut self, text: &str) -> Result<()> {
        print!("{text}");
        Ok(())
    }
}

/// The passphrase in a file, or a new one that is then in it.
fn passphrase_or_new(path: &Path) -> Result<SecretString> {
    if path.exists() {
        let phrase = unlock::line(path)?;
        phrase::check(&phrase)?;
        return Ok(phrase);
    }
    let phrase = phrase::generate(&bytes());
    write_line(path, &phrase)?;
    Ok(phrase)
}

fn write_line(path: &Path, secret: &SecretString) -> Result<()> {
    let text = secret.expose_secret();
    let mut line = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    Ok(keyfile::write_new(path, &line)?)
}
