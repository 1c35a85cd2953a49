//! Signed tree heads, and the text that proves one entry.
//! Source: C2SP tlog-checkpoint, signed-note (Ed25519, type 0x01) and tlog-proof.

use core::fmt::{self, Write as _};

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::proof::Head;
use super::tree::Hash;

/// The size and root of the log at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// Which log: `azekura/<vault id>`.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Why a note is not a checkpoint of this log.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NoteError {
    /// The text is not a signed checkpoint.
    #[error("could not read a signed checkpoint")]
    Malformed,
    /// The signature does not fit the text and the key.
    #[error("could not confirm the signature of the checkpoint")]
    Signature,
    /// No signature is by the key that was asked for.
    #[error("could not find a signature by the log's key")]
    UnknownKey,
}

impl Checkpoint {
    /// The size and root without the name of the log.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: self.root }
    }

    /// The checkpoint as a signed note; `sign` signs the text's bytes with the key `name`.
    pub fn sign(
        &self,
        name: &str,
        public_key: &[u8; 32],
        sign: impl FnOnce(&[u8]) -> [u8; 64],
    ) -> String {
        let text = self.to_string();
        let mut signature = key_id(name, public_key).to_vec();
        signature.extend(sign(text.as_bytes()));
        format!("{text}\n\u{2014} {name} {}\n", BASE64.encode(&signature))
    }

    /// The checkpoint in `note`, if the key `name` signed it. Signatures of other keys are passed
    /// over, as the format asks.
    ///
    /// # Errors
    ///
    /// [`NoteError`] says whether it cannot be read, is not by this key, or is not genuine.
    pub fn open(note: &str, name: &str, public_key: &[u8; 32]) -> Result<Self, NoteError> {
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, signatures) = (&note[..=at], &note[at + 2..]);
        let checkpoint = Self::read(text).ok_or(NoteError::Malformed)?;
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let expected = key_id(name, public_key);
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| NoteError::UnknownKey)?;
        let mut known = false;
        for line in signatures.split('\n') {
            let (by, bytes) = signature_line(line).ok_or(NoteError::Malformed)?;
            let Some(bytes) = bytes.strip_prefix(&expected).filter(|_| by == name) else {
                continue;
            };
            let signature = Signature::from_slice(bytes).map_err(|_| NoteError::Malformed)?;
            key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            known = true;
        }
        if known { Ok(checkpoint) } else { Err(NoteError::UnknownKey) }
    }

    /// Exactly three lines, as [`fmt::Display`] writes them.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
        let read = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        (!origin.is_empty() && read.to_string() == text).then_some(read)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64.encode(&self.root))
    }
}

/// The proof that `entry` is number `index` of the log: its own bytes, the hashes up to the root
/// and the signed checkpoint `note`, as the file inside a certificate carries it.
pub fn proof_text(entry: &[u8], index: u64, hashes: &[Hash], note: &str) -> String {
    let mut text = format!("c2sp.org/tlog-proof@v1\nextra {}\n", BASE64.encode(entry));
    let _ = writeln!(text, "index {index}");
    for hash in hashes {
        let _ = writeln!(text, "{}", BASE64.encode(hash));
    }
    let _ = write!(text, "\n{note}");
    text
}

/// The first four bytes of SHA-256 over the name, a line feed, the type byte 1 and the key.
fn key_id(name: &str, public_key: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', 1]);
    let digest: Hash = digest.chain_update(public_key).finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

fn signature_line(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = BASE64.decode(signature.as_bytes()).ok()?;
    (!name.is_empty() && bytes.len() > 4).then_some((name, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;

    const NAME: &str = "azekura/vlt_test";

    fn key(seed: u8) -> (SigningKey, [u8; 32]) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = key.verifying_key().to_bytes();
        (key, public)
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: NAME.to_owned(), size: 3, root: [5; 32] }
    }

    fn note(seed: u8) -> String {
        let (key, public) = key(seed);
        checkpoint().sign(NAME, &public, |text| key.sign(text).to_bytes())
    }

    #[test]
    fn a_note_opens_with_the_key_that_signed_it() {
        assert_eq!(Checkpoint::open(&note(1), NAME, &key(1).1), Ok(checkpoint()));
        let open = Checkpoint::open(&note(1), NAME, &key(2).1);
        assert_eq!(open, Err(NoteError::UnknownKey));
        let open = Checkpoint::open(&note(1), "azekura/vlt_other", &key(1).1);
        assert_eq!(open, Err(NoteError::UnknownKey));
    }

    #[test]
    fn signatures_of_others_are_passed_over() {
        let both = format!("{}{}", note(1), note(2).split("\n\n").last().unwrap());
        assert_eq!(Checkpoint::open(&both, NAME, &key(1).1), Ok(checkpoint()));
        assert_eq!(Checkpoint::open(&both, NAME, &key(2).1), Ok(checkpoint()));
    }

    #[test]
    fn no_changed_character_survives() {
        let (note, public) = (note(1), key(1).1);
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(Checkpoint::open(&changed, NAME, &public).is_err(), "{at}");
            }
        }
    }

    /// Source: the example of a signed note in the documentation of golang.org/x/mod/sumdb/note.
    #[test]
    fn a_published_note_has_the_key_id_and_signature_that_we_compute() {
        let key = BASE64.decode(b"ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let key: [u8; 32] = key[1..].try_into().unwrap();
        assert_eq!(key_id("PeterNeumann", &key), [0xc7, 0x4f, 0x20, 0xa3]);
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let line = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2p\
                    ZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let (_, bytes) = signature_line(line).unwrap();
        let signature = Signature::from_slice(&bytes[4..]).unwrap();
        let key = VerifyingKey::from_bytes(&key).unwrap();
        assert!(key.verify_strict(text.as_bytes(), &signature).is_ok());
    }

    proptest! {
        #[test]
        fn opening_never_panics(text in "\\PC*\n\n\\PC*\n") {
            prop_assert!(Checkpoint::open(&text, NAME, &key(1).1).is_err());
        }
    }
}
