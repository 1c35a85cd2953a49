//! The one configuration: a file, then `AZEKURA_*`, then flags. Checked once; unknown keys are
//! errors, and secrets are never in it, only the paths of the files that hold them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::auth::passwords::Profile;

/// What every command that opens a vault is told. Flags and environment win over the file.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// Configuration file (TOML)
    #[arg(long, env = "AZEKURA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the vault's database, keys and socket
    #[arg(long, env = "AZEKURA_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address of the API; only loopback is served without TLS
    #[arg(long, env = "AZEKURA_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Certificate chain for TLS (PEM), the vault's own certificate first; read again at SIGHUP
    #[arg(long, env = "AZEKURA_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key of that certificate (PEM), closed to everyone but its owner
    #[arg(long, env = "AZEKURA_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// File with the 32-byte unlock credential, as hexadecimal
    #[arg(long, env = "AZEKURA_UNLOCK_FILE", value_name = "FILE")]
    unlock_file: Option<PathBuf>,
    /// Rules for passwords: jp-4class (12 or 10 characters of four classes) or nist (15 characters)
    #[arg(long, env = "AZEKURA_PASSWORDS", value_name = "PROFILE")]
    passwords: Option<Profile>,
    /// Serve although the process runs as root
    #[arg(long, env = "AZEKURA_ALLOW_ROOT")]
    allow_root: bool,
}

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of the vault's database, keys and socket.
    pub data_dir: PathBuf,
    /// Address of the API.
    pub listen: SocketAddr,
    /// What TLS is served with, if it is.
    pub tls: Option<TlsFiles>,
    /// The unlock credential; asked for at the terminal if there is none.
    pub unlock_file: Option<PathBuf>,
    /// The rules that passwords follow.
    pub passwords: Profile,
    /// Serve although the process runs as root.
    pub allow_root: bool,
}

/// Where the two halves of the vault's identity lie.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOptions {
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    unlock_file: Option<PathBuf>,
    passwords: Option<Profile>,
    allow_root: Option<bool>,
}

impl Options {
    /// The configuration these options, the environment and the file add up to.
    pub fn load(&self) -> Result<Config> {
        let file = self.config.as_deref().map(FileOptions::read).transpose()?.unwrap_or_default();
        Ok(Config {
            data_dir: self
                .data_dir
                .clone()
                .or(file.data_dir)
                .context("say where the vault is: --data-dir, AZEKURA_DATA_DIR or data_dir")?,
            listen: self.listen.or(file.listen).unwrap_or(([127, 0, 0, 1], 8443).into()),
            tls: tls(
                self.tls_cert.clone().or(file.tls_cert),
                self.tls_key.clone().or(file.tls_key),
            )?,
            unlock_file: self.unlock_file.clone().or(file.unlock_file).or_else(credential),
            passwords: self.passwords.or(file.passwords).unwrap_or_default(),
            allow_root: self.allow_root || file.allow_root.unwrap_or(false),
        })
    }
}

impl Config {
    /// Refuses an address that needs TLS.
    pub fn check_listen(&self) -> Result<()> {
        if !self.listen.ip().is_loopback() && self.tls.is_none() {
            bail!(
                "serve needs TLS for {}: --tls-cert and --tls-key; \
                 without them only a loopback address is served",
                self.listen
            );
        }
        Ok(())
    }
}

impl FileOptions {
    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("read the configuration {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("understand {}", path.display()))
    }
}

fn tls(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<TlsFiles>> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        _ => bail!("TLS needs both a certificate and its key: --tls-cert and --tls-key"),
    }
}

/// Where systemd puts the unlock credential (`LoadCredential=unlock:…`).
fn credential() -> Option<PathBuf> {
    let dir = std::env::var_os("CREDENTIALS_DIRECTORY")?;
    Some(PathBuf::from(dir).join("unlock")).filter(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Config> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("azekura.toml");
        std::fs::write(&path, text)?;
        Options { config: Some(path), ..Options::default() }.load()
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        assert!(options("data_dri = '/srv/vault'").is_err());
        assert!(options("data_dir = '/srv/vault'").is_ok());
    }

    #[test]
    fn only_loopback_is_served_without_tls() {
        let public = "data_dir = '/srv/vault'\nlisten = '192.0.2.1:8443'";
        assert!(options(public).unwrap().check_listen().is_err());
        let tls = format!("{public}\ntls_cert = 'vault.pem'\ntls_key = 'vault.key'");
        assert!(options(&tls).unwrap().check_listen().is_ok());
        assert!(options("data_dir = '/srv/vault'").unwrap().check_listen().is_ok());
    }

    #[test]
    fn half_an_identity_is_an_error() {
        assert!(options("data_dir = '/srv/vault'\ntls_cert = 'vault.pem'").is_err());
        assert!(options("data_dir = '/srv/vault'\ntls_key = 'vault.key'").is_err());
    }
}
