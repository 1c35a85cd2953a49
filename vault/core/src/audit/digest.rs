//! A SHA-256 value as entries and certificates show it.

use core::fmt;
use core::str::FromStr;
use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// 32 bytes of SHA-256, shown as 64 lower-case hex characters.
///
/// It never covers a number: a digest of twelve digits is found by trial within an hour or two.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest(pub [u8; 32]);

/// The text is not 64 lower-case hex characters.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read a digest of 64 hex characters")]
pub struct ParseDigestError;

impl Digest {
    /// The SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| ParseDigestError)?;
        bytes.try_into().map(Self).map_err(|_| ParseDigestError)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A digest with its algorithm in front: `sha256:<64 hex>`, for fields whose name does not say it.
pub(crate) mod prefixed {
    use super::{Cow, Deserialize, Deserializer, Digest, ParseDigestError, Serializer};

    const PREFIX: &str = "sha256:";

    pub(crate) fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{PREFIX}{digest}"))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let hex = text.strip_prefix(PREFIX).ok_or(ParseDigestError);
        hex.and_then(str::parse).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_what_it_shows() {
        let empty = Digest::of(b"");
        let shown = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(empty.to_string(), shown);
        assert_eq!(shown.parse(), Ok(empty));
    }

    #[test]
    fn only_64_lower_case_hex_characters_are_a_digest() {
        for text in ["", "e3b0", &"E3".repeat(32), &"e3".repeat(33), &"zz".repeat(32)] {
            assert_eq!(text.parse::<Digest>(), Err(ParseDigestError), "{text}");
        }
    }
}
