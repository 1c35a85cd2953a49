//! Recovery shares: three texts on paper, any two of which give back the secret that opens the
//! keyring's recovery slot. One alone says nothing about it.
//!
//! `f(x) = secret + coefficient·x` over GF(2^8), byte by byte; share i is `f(i)`. A share is written
//! as Bech32m, whose check finds every mistyped character, and names the vault and the slot it
//! belongs to. The two shares that open a keyring also stand for two people at the command line.
//!
//! Source: A. Shamir, How to Share a Secret, 1979; BIP-173 and BIP-350; `docs/formats.md`.

mod bech32m;
mod field;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use static_assertions::assert_not_impl_any;
use thiserror::Error;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::same;
use crate::id::VaultId;

/// Shares of one secret.
pub const SHARES: usize = 3;

/// How many of them give the secret back.
pub const THRESHOLD: usize = 2;

const VERSION: u8 = 1;

/// The first characters of every share.
const PREFIX: &str = "azr";

/// Characters of a group as shown; 18 groups make a share.
const GROUP: usize = 4;

/// Which vault and recovery slot shares belong to: 5 bytes of a digest of both, not secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ShareSet([u8; 5]);

/// One of three texts, held by one person.
pub struct Share {
    set: ShareSet,
    index: u8,
    value: Box<Zeroizing<[u8; 32]>>,
}

/// What two shares give: the secret of a recovery slot and the set it is of.
pub struct Recovered {
    set: ShareSet,
    shares: [u8; THRESHOLD],
    secret: Box<Zeroizing<[u8; 32]>>,
}

assert_not_impl_any!(Share: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq);
assert_not_impl_any!(Recovered: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq);

/// Why a text is no share, or two shares give nothing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ShareError {
    /// A character is wrong, missing or too many.
    #[error("the share was mistyped")]
    Mistyped,
    /// The text is whole, and of a form that this version does not know.
    #[error("the share was written by a newer version")]
    NewerVersion,
    /// The two are not of one ceremony.
    #[error("the two shares do not belong together")]
    OtherSet,
    /// The same share twice.
    #[error("two different shares are needed")]
    SameShare,
}

impl ShareSet {
    /// The set of a vault's recovery slot.
    pub fn of(vault: VaultId, slot: Uuid) -> Self {
        let digest = Sha256::new()
            .chain_update(b"mnv1/share\0")
            .chain_update(Uuid::from(vault).as_bytes())
            .chain_update(slot.as_bytes())
            .finalize();
        let mut set = [0; 5];
        set.iter_mut().zip(digest).for_each(|(out, byte)| *out = byte);
        Self(set)
    }

    /// The bytes, for the transcript.
    pub fn bytes(self) -> [u8; 5] {
        self.0
    }
}

/// Three shares of `secret`; `coefficient` is 32 random bytes used for nothing else.
pub fn split(secret: &[u8; 32], coefficient: &[u8; 32], set: ShareSet) -> [Share; SHARES] {
    [1, 2, 3].map(|index| {
        let mut value = Box::new(Zeroizing::new([0; 32]));
        for ((out, secret), factor) in value.iter_mut().zip(secret).zip(coefficient) {
            *out = secret ^ field::multiply(*factor, index);
        }
        Share { set, index, value }
    })
}

/// The secret behind two shares.
///
/// # Errors
///
/// If they are the same share, or of two ceremonies. Two shares that were changed with a fitting
/// check give a secret that opens nothing.
pub fn combine(one: &Share, other: &Share) -> Result<Recovered, ShareError> {
    if one.set != other.set {
        return Err(ShareError::OtherSet);
    }
    if one.index == other.index {
        return Err(ShareError::SameShare);
    }
    // The line through two points, at 0: (y1·x2 + y2·x1) / (x1 + x2); adding is exclusive or.
    let slope = field::inverse(one.index ^ other.index);
    let mut secret = Box::new(Zeroizing::new([0; 32]));
    for ((out, left), right) in secret.iter_mut().zip(one.value.iter()).zip(other.value.iter()) {
        let crossed = field::multiply(*left, other.index) ^ field::multiply(*right, one.index);
        *out = field::multiply(crossed, slope);
    }
    let mut shares = [one.index, other.index];
    shares.sort_unstable();
    Ok(Recovered { set: one.set, shares, secret })
}

impl Share {
    /// 1, 2 or 3.
    pub fn index(&self) -> u8 {
        self.index
    }

    /// The text to keep: 18 groups of four characters.
    pub fn text(&self) -> SecretString {
        let mut bytes = Zeroizing::new([0; 5 + 32]);
        let (set, value) = bytes.split_at_mut(5);
        set.copy_from_slice(&self.set.0);
        value.copy_from_slice(&**self.value);
        let data = bech32m::to_symbols([VERSION, self.index], &*bytes);
        let plain = bech32m::encode(PREFIX, &data);
        let mut text = String::with_capacity(plain.len() + plain.len() / GROUP);
        for (at, symbol) in plain.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push(' ');
            }
            text.push(symbol);
        }
        text.into()
    }

    /// Reads a share as a person types it: capitals or not, with spaces, hyphens and line ends
    /// anywhere.
    ///
    /// # Errors
    ///
    /// [`ShareError::Mistyped`] for anything but a whole share.
    pub fn parse(text: &SecretString) -> Result<Self, ShareError> {
        let mut plain = Zeroizing::new(String::with_capacity(72));
        for symbol in text.expose_secret().chars().take(512) {
            if !(symbol.is_whitespace() || symbol == '-') {
                plain.push(symbol);
            }
        }
        let data = bech32m::decode(PREFIX, &plain).ok_or(ShareError::Mistyped)?;
        let (&[version, index], symbols) = data.split_first_chunk().ok_or(ShareError::Mistyped)?;
        if version != VERSION {
            return Err(ShareError::NewerVersion);
        }
        let mut bytes = Zeroizing::new([0; 5 + 32]);
        bech32m::to_bytes(symbols, &mut *bytes).ok_or(ShareError::Mistyped)?;
        let (set, value) = bytes.split_first_chunk().ok_or(ShareError::Mistyped)?;
        if !(1..=3).contains(&index) {
            return Err(ShareError::Mistyped);
        }
        let mut share = Self { set: ShareSet(*set), index, value: Box::default() };
        share.value.copy_from_slice(value);
        Ok(share)
    }
}

impl Recovered {
    /// Which two shares it came from, the lower first.
    pub fn shares(&self) -> [u8; THRESHOLD] {
        self.shares
    }

    /// The key of a recovery slot, if the shares are of it.
    pub(crate) fn key_for(&self, set: ShareSet) -> Option<Zeroizing<[u8; 32]>> {
        same(&self.set.0, &set.0).then(|| (*self.secret).clone())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

#[cfg(test)]
mod tests;
