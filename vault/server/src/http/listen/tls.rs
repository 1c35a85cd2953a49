//! TLS as the vault speaks it: version 1.3 only, and a certificate that can be renewed at work.
//!
//! Source: RFC 8446. X25519 and P-256; the provider has no hybrid with ML-KEM (decision 10).

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider, kx_group};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{Accept, TlsAcceptor};
use zeroize::Zeroizing;

use crate::keyfile;

/// Certificate or key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of certificates holds none that can be read.
    #[error("could not read a certificate from {} (PEM)", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        #[source]
        source: PemError,
    },
    /// The file of the key cannot be read, or others than its owner could.
    #[error(transparent)]
    File(#[from] keyfile::Error),
    /// The file of the key holds none that can be read. What it holds is not repeated.
    #[error("could not read a private key from {} (PEM)", path.display())]
    Key {
        /// The file.
        path: PathBuf,
    },
    /// They do not belong together, or are of a kind that TLS 1.3 does not know.
    #[error("could not use this certificate with this key")]
    Pair(#[source] rustls::Error),
}

/// The vault's side of TLS.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads a certificate chain, leaf first, and its key. The key's file must be closed to
    /// everyone but its owner.
    pub fn load(certificate: PathBuf, key: PathBuf) -> Result<Self, Error> {
        let config = RwLock::new(Arc::new(config(&certificate, &key)?));
        Ok(Self { certificate, key, config })
    }

    /// Reads both files anew, for the connections that follow. On an error the old ones stay.
    pub fn reload(&self) -> Result<(), Error> {
        let renewed = Arc::new(config(&self.certificate, &self.key)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    /// The handshake.
    pub(super) fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Accept<S> {
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&config)).accept(stream)
    }
}

fn config(certificate: &Path, key: &Path) -> Result<ServerConfig, Error> {
    let unread = |source| Error::Certificate { path: certificate.to_path_buf(), source };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(unread)?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(unread)?;
    let pem = Zeroizing::new(keyfile::read_private(key)?);
    let secret = PrivateKeyDer::from_pem_slice(&pem);
    let secret = secret.map_err(|_| Error::Key { path: key.to_path_buf() })?;
    let provider = CryptoProvider {
        kx_groups: vec![kx_group::X25519, kx_group::SECP256R1],
        ..default_provider()
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&version::TLS13])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(Error::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Tickets instead of a cache of sessions: their keys change every six hours and are forgotten
    // after twelve.
    config.ticketer = Ticketer::new().map_err(Error::Pair)?;
    Ok(config)
}
