//! Keys and what may be done with them.
//!
//! Each key is a type of its own with the few verbs it is for. Bytes of keys never leave this
//! module, random bytes always come in as arguments, and whatever does not open fails with the one
//! [`IntegrityFailure`]. The formats are in `docs/formats.md`.

pub mod access_token;
pub mod api_key;
mod context;
pub mod envelope;
pub mod keyring;
mod keys;
pub mod node_key;
pub mod passphrase;
pub mod phrase;
pub mod recovery;
pub mod row;
mod seal;
mod sealed_master;
pub mod signing;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

pub use context::{PersonalPlace, Place, State, TotpPlace};
pub use keys::{
    ApiPepper, CertificateKey, EpochKey, MasterKey, OrgEpochKey, OrgPersonalKey, PasswordPepper,
    PersonalKey, RowKey, SessionPepper, TotpKey,
};
pub use seal::Salt;

/// Sealed bytes that do not open here: changed, of another place, or under another key.
///
/// There is one such error and it says nothing more, so that nobody learns which check failed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not verify the integrity of sealed data")]
pub struct IntegrityFailure;

/// Whether the bytes are equal, compared in a time that depends on their length only.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// HMAC-SHA256 over the parts, one after the other. Source: RFC 2104.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-Expand with SHA-256; `key` must be uniform. Source: RFC 5869 §2.3, §3.3.
pub(crate) fn expand<const N: usize>(key: &[u8; 32], info: &[&[u8]], okm: &mut [u8; N]) {
    const { assert!(N <= 255 * 32, "RFC 5869 ends at 255 blocks") };
    let hkdf = Hkdf::<Sha256>::from_prk(key).expect("a key of 32 bytes is one block of SHA-256");
    hkdf.expand_multi_info(info, okm).expect("the length was checked when this was compiled");
}

#[cfg(test)]
pub(crate) mod documented;
#[cfg(test)]
mod rt_51;
