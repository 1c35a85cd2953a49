//! Signed tree heads. Source: C2SP tlog-checkpoint and signed-note.

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::merkle::Hash;

/// What a checkpoint says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

/// A checkpoint that could be read, signed or not.
#[derive(Debug)]
pub(crate) struct Note<'a> {
    pub(crate) head: Head,
    text: &'a str,
    signatures: Vec<(&'a str, Vec<u8>)>,
}

/// More signatures than any checkpoint has.
const MOST_SIGNATURES: usize = 64;

impl<'a> Note<'a> {
    /// Reads a checkpoint in exactly its form; `None` for anything else.
    pub(crate) fn read(note: &'a str) -> Option<Self> {
        let blank = note.rfind("\n\n")?;
        let (text, below) = (note.get(..=blank)?, note.get(blank + 2..)?);
        let lines: Vec<&str> = below.strip_suffix('\n')?.split('\n').collect();
        if lines.len() > MOST_SIGNATURES {
            return None;
        }
        let signatures = lines.into_iter().map(signature_line).collect::<Option<_>>()?;
        Some(Self { head: head(text)?, text, signatures })
    }

    /// Whether this key signed it: `None` if no signature is under its name and id, and not if one of
    /// those is false.
    pub(crate) fn is_signed(&self, name: &str, key: &VerifyingKey) -> Option<bool> {
        let id = key_id(name, key);
        let ours = self.signatures.iter().filter(|(by, _)| *by == name);
        let ours = ours.filter_map(|(_, bytes)| bytes.strip_prefix(&id[..]));
        ours.map(|bytes| {
            let signature = Signature::from_slice(bytes).ok();
            signature.is_some_and(|one| key.verify_strict(self.text.as_bytes(), &one).is_ok())
        })
        .reduce(|one, other| one && other)
    }
}

fn head(text: &str) -> Option<Head> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let digits = size.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (size == "0" || !size.starts_with('0'));
    if lines.next().is_some() || origin.is_empty() || !plain {
        return None;
    }
    let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
    Some(Head { origin: origin.to_owned(), size: size.parse().ok()?, root })
}

fn signature_line(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = BASE64.decode(signature.as_bytes()).ok()?;
    (!name.is_empty() && bytes.len() > 4).then_some((name, bytes))
}

fn key_id(name: &str, key: &VerifyingKey) -> Vec<u8> {
    let digest = Sha256::new().chain_update(name).chain_update(b"\n\x01");
    digest.chain_update(key.as_bytes()).finalize().iter().take(4).copied().collect()
}
