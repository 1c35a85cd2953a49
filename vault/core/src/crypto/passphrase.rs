//! Argon2id: passwords of people who sign in, and passphrases that open a keyring.
//!
//! Source: RFC 9106.

use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, Version};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{PasswordPepper, hmac, same};

/// What one hash costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A cost below what Argon2id can do, or above what this vault is ready to spend.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the cost of a password hash is out of range")]
pub struct CostError;

impl Cost {
    /// A passphrase that opens a keyring: 256 MiB, four passes, about a second.
    pub const KEYRING: Self = Self { memory_kib: 256 * 1024, passes: 4, lanes: 1 };

    /// A password at sign-in: 64 MiB, three passes, about an eighth of a second.
    pub const SIGN_IN: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// A cost of its own, for tests and for what is read from files. `memory_kib` is 8 per lane to
    /// 1 GiB, `passes` 1 to 16, `lanes` 1 to 16, so that no file makes the vault compute for hours.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, CostError> {
        let admitted = (1..=16).contains(&lanes)
            && (1..=16).contains(&passes)
            && (8 * lanes..=1024 * 1024).contains(&memory_kib);
        admitted.then_some(Self { memory_kib, passes, lanes }).ok_or(CostError)
    }

    /// KiB of memory.
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes computed side by side.
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    fn argon2(self) -> Argon2<'static> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .expect("`new` admits less than Argon2 does");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// The PHC string to store for a password. The bytes of the password go in as they were received,
/// through an HMAC with the pepper and nothing else.
pub fn hash_password(
    pepper: &PasswordPepper,
    password: &SecretString,
    salt: [u8; 16],
    cost: Cost,
) -> String {
    cost.argon2()
        .hash_password_with_salt(&*peppered(pepper, password), &salt)
        .expect("a salt of 16 bytes and a cost in range are what Argon2 asks for")
        .to_string()
}

/// Whether the password is the one behind the PHC string. A string that is none, is of another
/// algorithm or asks for a cost out of range is nobody's.
pub fn verify_password(pepper: &PasswordPepper, password: &SecretString, phc: &str) -> bool {
    let Some(stored) = Stored::read(phc) else { return false };
    let mut hash = Zeroizing::new([0; 32]);
    stored
        .cost
        .argon2()
        .hash_password_into(&*peppered(pepper, password), &stored.salt, &mut *hash)
        .is_ok_and(|()| same(&*hash, &stored.hash))
}

/// The key of a keyring slot: Argon2id of the passphrase, 32 bytes.
pub(crate) fn stretch(
    passphrase: &SecretString,
    salt: &[u8; 32],
    cost: Cost,
) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    cost.argon2()
        .hash_password_into(passphrase.expose_secret().as_bytes(), salt, &mut *key)
        .expect("salt and output are of lengths that Argon2 admits");
    key
}

/// The parts of a PHC string that [`hash_password`] could have written.
struct Stored {
    cost: Cost,
    salt: [u8; 16],
    hash: [u8; 32],
}

impl Stored {
    fn read(phc: &str) -> Option<Self> {
        let parsed = PasswordHash::new(phc).ok()?;
        let params = Params::try_from(&parsed).ok()?;
        let ours =
            parsed.algorithm == ARGON2ID_IDENT && parsed.version == Some(Version::V0x13.into());
        ours.then_some(Self {
            cost: Cost::new(params.m_cost(), params.t_cost(), params.p_cost()).ok()?,
            salt: parsed.salt?.as_ref().try_into().ok()?,
            hash: parsed.hash?.as_bytes().try_into().ok()?,
        })
    }
}

fn peppered(pepper: &PasswordPepper, password: &SecretString) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac(pepper.bytes(), &[password.expose_secret().as_bytes()]))
}
