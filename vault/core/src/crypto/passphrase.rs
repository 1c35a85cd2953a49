//! Argon2id: passwords of people who sign in, and passphrases that open a keyring.
//!
//! Source: RFC 9106.

use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};
use data_encoding::BASE64_NOPAD;
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

    /// Argon2id of `input`. Memory that is not to be had ends here and is not taken for a wrong
    /// password.
    fn derive<const N: usize>(
        self,
        space: &mut Workspace,
        input: &[u8],
        salt: &[u8; N],
    ) -> Zeroizing<[u8; 32]> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .expect("`new` admits less than Argon2 does");
        let blocks = params.block_count();
        if space.0.len() < blocks {
            space.0.resize(blocks, Block::new());
        }
        let (blocks, _) = space.0.split_at_mut(blocks);
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(input, salt, &mut *out, blocks)
            .expect("salts of 16 and 32 bytes are what Argon2 asks for");
        out
    }
}

/// The memory that hashes work in, 64 MiB for a sign-in, kept from one hash to the next: asking the
/// system for it each time would cost more than a tenth of the hash.
///
/// What a hash leaves in it comes from the peppered password and helps nobody without the pepper.
#[derive(Default)]
pub struct Workspace(Vec<Block>);

/// The PHC string to store for a password. The bytes of the password go in as they were received,
/// through an HMAC with the pepper and nothing else.
pub fn hash_password(
    space: &mut Workspace,
    pepper: &PasswordPepper,
    password: &SecretString,
    salt: [u8; 16],
    cost: Cost,
) -> String {
    let hash = cost.derive(space, &*peppered(pepper, password), &salt);
    let (memory, passes, lanes) = (cost.memory_kib, cost.passes, cost.lanes);
    let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&*hash));
    format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}")
}

/// Whether the password is the one behind the PHC string. A string that is none, is of another
/// algorithm or asks for a cost out of range is nobody's.
pub fn verify_password(
    space: &mut Workspace,
    pepper: &PasswordPepper,
    password: &SecretString,
    phc: &str,
) -> bool {
    Stored::read(phc).is_some_and(|stored| {
        let hash = stored.cost.derive(space, &*peppered(pepper, password), &stored.salt);
        same(&*hash, &stored.hash)
    })
}

/// The key of a keyring slot: Argon2id of the passphrase, 32 bytes.
pub(crate) fn stretch(
    passphrase: &SecretString,
    salt: &[u8; 32],
    cost: Cost,
) -> Zeroizing<[u8; 32]> {
    cost.derive(&mut Workspace::default(), passphrase.expose_secret().as_bytes(), salt)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::documented::is_documented;

    fn pepper() -> PasswordPepper {
        PasswordPepper::from_random([0xa6; 32])
    }

    fn password() -> SecretString {
        "試験用の合い言葉".into()
    }

    fn cheap() -> Cost {
        Cost::new(64, 1, 1).unwrap()
    }

    fn hash(
        pepper: &PasswordPepper,
        password: &SecretString,
        salt: [u8; 16],
        cost: Cost,
    ) -> String {
        hash_password(&mut Workspace::default(), pepper, password, salt, cost)
    }

    fn verify(pepper: &PasswordPepper, password: &SecretString, phc: &str) -> bool {
        verify_password(&mut Workspace::default(), pepper, password, phc)
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash() {
        let mut space = Workspace::default();
        let mut hash = |cost| hash_password(&mut space, &pepper(), &password(), [1; 16], cost);
        let (small, large) = (cheap(), Cost::new(128, 1, 1).unwrap());
        let first = hash(small);
        let (other, again) = (hash(large), hash(small));
        assert_eq!(first, again);
        assert!(verify_password(&mut space, &pepper(), &password(), &other));
        assert!(verify_password(&mut space, &pepper(), &password(), &first));
    }

    #[test]
    fn a_password_hashes_to_the_known_answers() {
        let hash = |cost| hash(&pepper(), &password(), [0xad; 16], cost);
        assert!(is_documented(&hash(Cost::SIGN_IN)));
        assert_eq!(
            hash(Cost::SIGN_IN),
            "$argon2id$v=19$m=65536,t=3,p=1\
             $ra2tra2tra2tra2tra2trQ$cCKj4D3Pu8MhjUXmMU3tqPWxluDE69csGEWIPHFjkrY"
        );
        assert_eq!(
            hash(cheap()),
            "$argon2id$v=19$m=64,t=1,p=1\
             $ra2tra2tra2tra2tra2trQ$Sy+YjJuNwvaJVj8veO8wlQc0Bb61+EY+PI3DEll3PT0"
        );
    }

    #[test]
    fn a_password_is_verified_with_its_pepper_only() {
        let phc = hash(&pepper(), &password(), [1; 16], cheap());
        assert!(verify(&pepper(), &password(), &phc));
        assert!(!verify(&pepper(), &"試験用の合い言".into(), &phc));
        assert!(!verify(&pepper(), &"試験用の合い言葉 ".into(), &phc));
        assert!(!verify(&PasswordPepper::from_random([0; 32]), &password(), &phc));
    }

    #[test]
    fn only_strings_of_ours_are_verified() {
        let phc = hash(&pepper(), &password(), [1; 16], cheap());
        for (ours, theirs) in [
            ("argon2id", "argon2i"),
            ("argon2id", "argon2d"),
            ("v=19", "v=16"),
            ("$v=19", ""),
            ("m=64", "m=2097152"),
            ("t=1", "t=17"),
            ("t=1", "t=2"),
            ("p=1", "p=17"),
        ] {
            assert!(!verify(&pepper(), &password(), &phc.replace(ours, theirs)), "{theirs}");
        }
        assert!(!verify(&pepper(), &password(), &phc[..phc.len() - 1]));
        assert!(!verify(&pepper(), &password(), ""));
    }

    #[test]
    fn costs_have_bounds() {
        assert!(Cost::new(8, 1, 1).is_ok());
        assert!(Cost::new(1024 * 1024, 16, 16).is_ok());
        for (memory, passes, lanes) in [(7, 1, 1), (15, 1, 2), (1024 * 1024 + 1, 1, 1)] {
            assert_eq!(Cost::new(memory, passes, lanes), Err(CostError));
        }
        for (passes, lanes) in [(0, 1), (17, 1), (1, 0), (1, 17), (1, u32::MAX)] {
            assert_eq!(Cost::new(1024, passes, lanes), Err(CostError));
        }
        for cost in [Cost::SIGN_IN, Cost::KEYRING] {
            assert_eq!(Cost::new(cost.memory_kib(), cost.passes(), cost.lanes()), Ok(cost));
        }
    }

    proptest! {
        #[test]
        fn foreign_strings_are_nobodys(text in ".*", tail in "[$a-z0-9=,+/]{0,40}") {
            prop_assert!(!verify(&pepper(), &password(), &text));
            let begun = format!("$argon2id$v=19${tail}");
            prop_assert!(!verify(&pepper(), &password(), &begun));
        }
    }
}
