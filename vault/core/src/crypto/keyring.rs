//! The bytes of the keyring file, which holds every key that changes rarely.
//!
//! `"MNKR" | ver 1 | suite | nslots u16 | generation u64 | vault_id[16] | slots n×192 |
//! body_len u32 | salt[24] | commit[32] | ct+tag | SHA-256 of all before`. All before the salt is
//! the AAD of the body, so neither a slot nor the generation can be exchanged. Reading and writing
//! files is not done here.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::context::{Context, Kind};
use super::keys::{
    ApiPepper, CertificateKey, EpochKey, MasterKey, PasswordPepper, PersonalKey, RowKey,
    SessionPepper, TotpKey,
};
use super::seal::{SUITE, Salt, Seal};
use super::{IntegrityFailure, same};
use crate::canonical::{DecodeError, Decoder, Encoder};
use crate::id::VaultId;

use super::sealed_master::SLOT_SIZE;
pub use super::sealed_master::{SealedMaster, SlotKind, SlotRandom, Unlock};

const MAGIC: &[u8; 4] = b"MNKR";
const VERSION: u8 = 1;

/// Every key of one vault but the master key.
pub struct Keyring {
    /// The installation the keys are of.
    pub vault: VaultId,
    /// Grows by one with every new file, so that an old file put back is recognised.
    pub generation: u64,
    /// The keys of all epochs that are not destroyed.
    pub epochs: BTreeMap<u32, EpochKey>,
    /// Authenticates rows, tables and tombstones.
    pub row: RowKey,
    /// For the secrets of API keys.
    pub api: ApiPepper,
    /// For session tokens.
    pub session: SessionPepper,
    /// For passwords.
    pub password: PasswordPepper,
    /// Seals second-factor seeds.
    pub totp: TotpKey,
    /// For names, kana and birth dates.
    pub personal: PersonalKey,
    /// Signs deletion certificates.
    pub certificate: CertificateKey,
}

/// An opened keyring file, complete enough to write its next generation.
pub struct Opened {
    /// The keys.
    pub keyring: Keyring,
    /// The key of the body.
    pub master: MasterKey,
    /// The slots as they were read.
    pub slots: Vec<SealedMaster>,
}

/// What a keyring file says before it is unlocked. It is not authenticated until then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// The installation.
    pub vault: VaultId,
    /// The generation of the file.
    pub generation: u64,
}

/// Why a keyring file does not open. Which secret or byte was wrong is not said.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum KeyringError {
    /// The format or suite is one that this version does not know.
    #[error("the keyring was written by a newer version")]
    NewerVersion,
    /// The first bytes are those of something else.
    #[error("the file is not a keyring")]
    NotAKeyring,
    /// The file ends too early.
    #[error("the keyring file is truncated")]
    Truncated,
    /// A wrong secret, or a damaged or changed file.
    #[error("could not open the keyring")]
    Unopened,
}

impl Keyring {
    /// A first generation of random keys with epoch 1. `random` fills what it is given.
    pub fn generate(vault: VaultId, mut random: impl FnMut(&mut [u8])) -> Self {
        let mut next = || {
            let mut bytes = Zeroizing::new([0; 32]);
            random(&mut *bytes);
            *bytes
        };
        Self {
            vault,
            generation: 1,
            epochs: BTreeMap::from([(1, EpochKey::from_random(next()))]),
            row: RowKey::from_random(next()),
            api: ApiPepper::from_random(next()),
            session: SessionPepper::from_random(next()),
            password: PasswordPepper::from_random(next()),
            totp: TotpKey::from_random(next()),
            personal: PersonalKey::from_random(next()),
            certificate: CertificateKey::from_random(next()),
        }
    }

    /// The bytes of the file. `slots` hold `master`; `salt` is fresh for every generation.
    pub fn encode(&self, master: &MasterKey, slots: &[SealedMaster], salt: &Salt) -> Vec<u8> {
        let body = self.encode_body();
        let header = self.encode_header(slots, body.len() + 16);
        let mut out = header.to_vec();
        let context = Context::of(Kind::Keyring, self.vault).to_bytes();
        body_seal(master, &context, &header).seal(salt, &body, &mut out);
        let sum = Sha256::digest(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// The keys in a file, opened with any slot of the unlock secret's type.
    pub fn decode(bytes: &[u8], unlock: &Unlock) -> Result<Opened, KeyringError> {
        let file = File::split(bytes)?;
        if !same(&Sha256::digest(file.summed), file.sum) {
            return Err(KeyringError::Unopened);
        }
        let vault = file.header.vault;
        let master = file.slots.iter().find_map(|slot| slot.open(vault, unlock).ok());
        let master = master.ok_or(KeyringError::Unopened)?;
        let keyring = file.open_body(&master).map_err(|_| KeyringError::Unopened)?;
        Ok(Opened { keyring, master, slots: file.slots })
    }

    /// What the file says of itself before it is unlocked.
    pub fn header(bytes: &[u8]) -> Result<Header, KeyringError> {
        File::split(bytes).map(|file| file.header)
    }

    fn encode_header(&self, slots: &[SealedMaster], sealed_body: usize) -> Zeroizing<Vec<u8>> {
        let count = u16::try_from(slots.len()).expect("a keyring has a handful of slots");
        let length = u32::try_from(sealed_body).expect("a keyring has some hundred keys");
        let mut out = Encoder::new();
        out.raw(MAGIC).u8(VERSION).u8(SUITE).u16(count).u64(self.generation);
        out.raw(Uuid::from(self.vault).as_bytes());
        for slot in slots {
            out.raw(slot.as_bytes());
        }
        out.u32(length);
        out.finish()
    }

    fn encode_body(&self) -> Zeroizing<Vec<u8>> {
        let count = u32::try_from(self.epochs.len()).expect("epochs are numbered in 32 bits");
        let mut out = Encoder::new();
        out.u32(count);
        for (epoch, key) in &self.epochs {
            out.u32(*epoch).raw(key.bytes());
        }
        out.raw(self.row.bytes()).raw(self.api.bytes()).raw(self.session.bytes());
        out.raw(self.password.bytes()).raw(self.totp.bytes()).raw(self.personal.bytes());
        out.raw(self.certificate.bytes());
        out.finish()
    }

    fn decode_body(header: Header, body: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(body);
        let mut epochs = BTreeMap::new();
        for _ in 0..from.u32()? {
            let epoch = from.u32()?;
            let ascending = epochs.last_key_value().is_none_or(|(last, _)| *last < epoch);
            epochs.insert(epoch, EpochKey::from_random(from.array()?));
            if !ascending {
                return Err(DecodeError);
            }
        }
        let keyring = Self {
            vault: header.vault,
            generation: header.generation,
            epochs,
            row: RowKey::from_random(from.array()?),
            api: ApiPepper::from_random(from.array()?),
            session: SessionPepper::from_random(from.array()?),
            password: PasswordPepper::from_random(from.array()?),
            totp: TotpKey::from_random(from.array()?),
            personal: PersonalKey::from_random(from.array()?),
            certificate: CertificateKey::from_random(from.array()?),
        };
        from.finish()?;
        Ok(keyring)
    }
}

/// A file taken apart, not yet authenticated.
struct File<'a> {
    header: Header,
    slots: Vec<SealedMaster>,
    aad: &'a [u8],
    sealed_body: &'a [u8],
    summed: &'a [u8],
    sum: &'a [u8],
}

impl<'a> File<'a> {
    fn split(bytes: &'a [u8]) -> Result<Self, KeyringError> {
        let start = bytes.first_chunk::<6>();
        match start {
            Some([magic @ .., VERSION, SUITE]) if magic == MAGIC => Self::split_version_1(bytes),
            Some([magic @ .., _, _]) if magic == MAGIC => Err(KeyringError::NewerVersion),
            None if MAGIC.starts_with(bytes) || bytes.starts_with(MAGIC) => {
                Err(KeyringError::Truncated)
            }
            _ => Err(KeyringError::NotAKeyring),
        }
    }

    fn split_version_1(bytes: &'a [u8]) -> Result<Self, KeyringError> {
        let file = Self::fields(bytes).map_err(|_| KeyringError::Truncated)?;
        let whole = file.summed.len() + file.sum.len() == bytes.len();
        if whole { Ok(file) } else { Err(KeyringError::Unopened) }
    }

    fn fields(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(bytes);
        from.raw(6)?;
        let count = from.u16()?;
        let generation = from.u64()?;
        let vault = VaultId::from(Uuid::from_bytes(from.array()?));
        let slots = (0..count)
            .map(|_| from.array().map(SealedMaster::from_bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let body = usize::try_from(from.u32()?).map_err(|_| DecodeError)?;
        let sealed_body = from.raw(24 + 32 + body)?;
        let sum = from.raw(32)?;
        let header_length = 6 + 2 + 8 + 16 + slots.len() * SLOT_SIZE + 4;
        let summed = Decoder::new(bytes).raw(header_length + sealed_body.len())?;
        let aad = Decoder::new(bytes).raw(header_length)?;
        Ok(Self { header: Header { vault, generation }, slots, aad, sealed_body, summed, sum })
    }

    fn open_body(&self, master: &MasterKey) -> Result<Keyring, IntegrityFailure> {
        let context = Context::of(Kind::Keyring, self.header.vault).to_bytes();
        let body = body_seal(master, &context, self.aad).open(self.sealed_body)?;
        Keyring::decode_body(self.header, &body).map_err(|_| IntegrityFailure)
    }
}

fn body_seal<'a>(master: &'a MasterKey, context: &'a [u8; 96], header: &'a [u8]) -> Seal<'a> {
    Seal { key: master.bytes(), label: b"mnv1/body\0", context, aad: header }
}

#[cfg(test)]
mod tests;
