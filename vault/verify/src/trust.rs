//! What the auditor holds outside the vault and takes for true.

use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::note::Note;
use crate::time::instant;

/// The trust file: which log, signed by which keys, and what it was last time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The name of the log.
    pub(crate) origin: String,
    pub(crate) log_keys: Vec<LogKey>,
    certificate_keys: Vec<CertificateKey>,
    #[serde(default)]
    checkpoint: Option<String>,
    /// Whether the vault was made for a demonstration.
    pub(crate) demo: bool,
}

/// Why a trust file cannot be used.
#[derive(Debug, Error)]
pub enum TrustError {
    /// The earlier checkpoint is not one of this log.
    #[error("could not read the earlier checkpoint in the trust file")]
    Checkpoint,
    /// A field is missing, unknown or of another form.
    #[error("could not read the trust file: {0}")]
    Form(#[from] serde_json::Error),
    /// Two keys of a node begin at the same size, or two of certificates share a name.
    #[error("could not tell the keys in the trust file apart")]
    Keys,
    /// There is no key of the log.
    #[error("could not find a key of the log in the trust file")]
    NoKey,
}

/// A key of the log and the smallest tree that it may sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogKey {
    pub(crate) name: String,
    #[serde(deserialize_with = "public_key")]
    pub(crate) key: VerifyingKey,
    #[serde(default)]
    pub(crate) from_size: u64,
    #[serde(default)]
    pub(crate) node: Option<String>,
}

/// A key of certificates and when it signed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateKey {
    kid: String,
    #[serde(deserialize_with = "public_key")]
    pub(crate) key: VerifyingKey,
    #[serde(deserialize_with = "at")]
    from: i64,
    #[serde(deserialize_with = "at")]
    until: i64,
}

impl Trust {
    /// Reads a trust file.
    ///
    /// # Errors
    ///
    /// [`TrustError`] if it is not complete or contradicts itself.
    pub fn read(json: &[u8]) -> Result<Self, TrustError> {
        let mut trust: Self = serde_json::from_slice(json)?;
        if trust.log_keys.is_empty() {
            return Err(TrustError::NoKey);
        }
        trust.log_keys.sort_by(|one, other| one.begins().cmp(&other.begins()));
        let twice = trust.log_keys.windows(2).any(|pair| match pair {
            [one, next] => one.begins() == next.begins(),
            _ => false,
        });
        let mut kids: Vec<&str> = trust.certificate_keys.iter().map(|key| &*key.kid).collect();
        kids.sort_unstable();
        if twice || kids.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(TrustError::Keys);
        }
        let ours = |note: Note<'_>| note.head.origin == trust.origin;
        if trust.checkpoint.is_some() && !trust.earlier().is_some_and(ours) {
            return Err(TrustError::Checkpoint);
        }
        Ok(trust)
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the vault was made for a demonstration.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// Whether the file has a checkpoint of an earlier day.
    pub fn has_checkpoint(&self) -> bool {
        self.checkpoint.is_some()
    }

    /// The earlier checkpoint, if the file has one.
    pub(crate) fn earlier(&self) -> Option<Note<'_>> {
        Note::read(self.checkpoint.as_deref()?)
    }

    /// The key of certificates with this name.
    pub(crate) fn certificate_key(&self, kid: &str) -> Option<&CertificateKey> {
        self.certificate_keys.iter().find(|key| key.kid == kid)
    }
}

impl LogKey {
    /// Whose key it is, and from which tree on.
    fn begins(&self) -> (Option<&str>, u64) {
        (self.node.as_deref(), self.from_size)
    }
}

impl CertificateKey {
    /// Whether the key signed at this instant.
    pub(crate) fn is_valid_at(&self, ms: i64) -> bool {
        self.from <= ms && ms < self.until
    }
}

fn public_key<'de, D: Deserializer<'de>>(from: D) -> Result<VerifyingKey, D::Error> {
    let text = String::deserialize(from)?;
    let bytes = BASE64.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    key.ok_or_else(|| serde::de::Error::custom("a key is 32 bytes of Ed25519 in base64"))
}

fn at<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let text = String::deserialize(from)?;
    let form = "an instant is written YYYY-MM-DDThh:mm:ss.mmmZ";
    instant(&text).ok_or_else(|| serde::de::Error::custom(form))
}
