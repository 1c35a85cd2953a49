//! A certificate authority of a test's own, and clients that trust it and no other.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, version};

/// The name under which a vault of a test is certified; its address is another one.
pub const NAME: &str = "vault.test";

/// An authority that a test made.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Whose certificates a client believes.
#[derive(Clone)]
pub struct Trust(Arc<ClientConfig>);

/// A connection, encrypted or not.
pub enum Stream {
    /// As it is.
    Plain(TcpStream),
    /// TLS 1.3.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Authority {
    /// A new authority.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        // Under one name, what it certifies would be taken for its own certificate.
        params.distinguished_name.push(DnType::CommonName, "見本 認証局");
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes a new certificate for [`NAME`], `localhost` and 127.0.0.1, and its key, which only its
    /// owner can read.
    pub fn certify(&self, certificate: &Path, key: &Path) {
        let names = [NAME, "localhost", "127.0.0.1"].map(String::from);
        let params = CertificateParams::new(names).expect("three names");
        let pair = KeyPair::generate().expect("a key");
        let issued = params.signed_by(&pair, &self.issuer).expect("a certificate");
        fs::write(certificate, issued.pem()).expect("the certificate is written");
        fs::write(key, pair.serialize_pem()).expect("the key is written");
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("the key is closed");
    }

    /// Trust in this authority alone.
    pub fn trust(&self) -> Trust {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13])
            .expect("the provider knows TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Trust(Arc::new(config))
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Trust {
    /// TLS over `stream`; the handshake is done when this returns.
    ///
    /// # Errors
    ///
    /// If the peer does not speak TLS 1.3, or its certificate is not to be trusted.
    pub fn connect(&self, mut stream: TcpStream) -> io::Result<Stream> {
        let name = ServerName::try_from(NAME).expect("a name");
        let config = Arc::clone(&self.0);
        let mut session = ClientConnection::new(config, name).map_err(io::Error::other)?;
        while session.is_handshaking() {
            session.complete_io(&mut stream)?;
        }
        Ok(Stream::Tls(Box::new(StreamOwned::new(session, stream))))
    }
}

impl Stream {
    /// What the peer showed of itself, leaf first; empty without TLS.
    pub fn shown(&self) -> &[CertificateDer<'static>] {
        match self {
            Self::Plain(_) => &[],
            Self::Tls(stream) => stream.conn.peer_certificates().unwrap_or_default(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
