//! API keys as clients hold them: `azk1_<8 hex id>_<64 hex secret>_<8 hex CRC-32>`.
//!
//! The prefix and the fixed length let scanners of source code recognise a key that leaked. The
//! CRC-32 tells a mistyped key from a wrong one before any database is asked; it is no protection.

use data_encoding::HEXLOWER;
use secrecy::SecretString;
use static_assertions::assert_not_impl_any;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::ApiPepper;

const PREFIX: &str = "azk1_";

/// An API key: a public id of 4 bytes and a secret of 32, wiped on drop.
pub struct ApiKey {
    id: [u8; 4],
    secret: Box<Zeroizing<[u8; 32]>>,
}

assert_not_impl_any!(ApiKey: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq);

/// The text is not an API key, or was mistyped.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read an API key")]
pub struct ApiKeyError;

impl ApiKey {
    /// A new key from its id and 32 random bytes.
    pub fn mint(id: [u8; 4], mut secret: [u8; 32]) -> Self {
        let key = Self { id, secret: Box::new(Zeroizing::new(secret)) };
        secret.zeroize();
        key
    }

    /// Reads the text of a key; only the exact form that [`Self::text`] gives is one.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let (body, sum) = text.rsplit_once('_').ok_or(ApiKeyError)?;
        let (id, secret) =
            body.strip_prefix(PREFIX).and_then(|pair| pair.split_once('_')).ok_or(ApiKeyError)?;
        let mut key = Self { id: [0; 4], secret: Box::default() };
        read_hex(id, &mut key.id)?;
        read_hex(secret, &mut **key.secret)?;
        let mut expected = [0; 4];
        read_hex(sum, &mut expected)?;
        if crc32(body.as_bytes()).to_be_bytes() != expected {
            return Err(ApiKeyError);
        }
        Ok(key)
    }

    /// The 87 characters to show once.
    pub fn text(&self) -> SecretString {
        let mut text = String::with_capacity(87);
        text.push_str(PREFIX);
        HEXLOWER.encode_append(&self.id, &mut text);
        text.push('_');
        HEXLOWER.encode_append(&**self.secret, &mut text);
        let sum = crc32(text.as_bytes());
        text.push('_');
        HEXLOWER.encode_append(&sum.to_be_bytes(), &mut text);
        text.into()
    }

    /// By which the key is looked up.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What is stored instead of the secret.
    pub fn mac(&self, pepper: &ApiPepper) -> [u8; 32] {
        pepper.mac(self.id, &self.secret)
    }
}

fn read_hex(text: &str, out: &mut [u8]) -> Result<(), ApiKeyError> {
    if text.len() != out.len() * 2 {
        return Err(ApiKeyError);
    }
    HEXLOWER.decode_mut(text.as_bytes(), out).map(drop).map_err(|_| ApiKeyError)
}

/// CRC-32 as in zip and PNG. Source: ISO/IEC 13239; RFC 1952 §8.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::crypto::documented::is_documented;

    #[test]
    fn the_check_sum_is_that_of_zip() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_key_reads_back_what_it_shows() {
        let key = ApiKey::mint([0x0a, 0x0b, 0x0c, 0x0d], [0x5a; 32]);
        let text = key.text();
        let text = text.expose_secret();
        assert_eq!(text.len(), 87);
        assert_eq!(text, format!("azk1_0a0b0c0d_{}_51a2a252", "5a".repeat(32)));
        assert!(is_documented(text));
        let again = ApiKey::parse(text).ok().unwrap();
        assert_eq!(again.id(), key.id());
        let pepper = ApiPepper::from_random([1; 32]);
        assert_eq!(again.mac(&pepper), key.mac(&pepper));
    }

    #[test]
    fn a_key_with_any_other_character_is_refused() {
        let key = ApiKey::mint([1; 4], [2; 32]).text();
        let text = key.expose_secret();
        for at in 0..text.len() {
            for other in ["0", "7", "F", "_", "é", ""] {
                let mut changed = text.to_owned();
                changed.replace_range(at..=at, other);
                assert!(changed == text || ApiKey::parse(&changed).is_err(), "{at} {other}");
            }
        }
        assert!(ApiKey::parse(&text.to_uppercase()).is_err());
        assert!(ApiKey::parse(&format!("{text} ")).is_err());
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in ".*", hex in "azk1_[0-9a-f]{0,9}_[0-9a-f]{60,66}_.{0,9}") {
            prop_assert!(ApiKey::parse(&text).is_err());
            drop(ApiKey::parse(&hex));
        }
    }
}
