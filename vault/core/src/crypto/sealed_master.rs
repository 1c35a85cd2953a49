//! Slots of the keyring file, each holding the master key under one unlock secret.
//!
//! `type u8 | rsv u8 | slot uuid[16] | kdf salt[32] | argon2 m,t,p 3×u32 | salt[24] | commit[32] |
//! sealed MK[48] | pad to 192`. For a credential and for recovery the KDF's fields are zero.

use secrecy::{ExposeSecret, SecretBox, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::context::{Context, Kind};
use super::passphrase::{Cost, stretch};
use super::recovery::{Recovered, ShareSet};
use super::seal::{Salt, Seal};
use super::{IntegrityFailure, MasterKey};
use crate::canonical::{DecodeError, Decoder, Encoder};
use crate::id::VaultId;

pub(crate) const SLOT_SIZE: usize = 192;

const PASSPHRASE: u8 = 1;
const CREDENTIAL: u8 = 2;
const RECOVERY: u8 = 3;

/// What opens a keyring.
pub enum Unlock {
    /// 32 random bytes from a credential store or a file.
    Credential(SecretBox<[u8; 32]>),
    /// What a person types.
    Passphrase(SecretString),
    /// What two recovery shares give.
    Shares(Recovered),
}

/// What opens a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SlotKind {
    /// 32 random bytes.
    Credential,
    /// What a person types.
    Passphrase,
    /// Two of three recovery shares.
    Recovery,
}

/// The master key, sealed under one unlock secret: 192 bytes of the keyring file.
#[derive(Clone, Eq, PartialEq)]
pub struct SealedMaster([u8; SLOT_SIZE]);

/// The random bytes of a new slot.
#[derive(Clone, Copy)]
pub struct SlotRandom {
    /// The id of the slot.
    pub id: [u8; 16],
    /// For Argon2id; unused for a credential.
    pub kdf_salt: [u8; 32],
    /// For the sealing.
    pub salt: Salt,
}

struct Fields<'a> {
    kind: u8,
    id: Uuid,
    kdf_salt: [u8; 32],
    cost: [u32; 3],
    sealed: &'a [u8],
}

impl SealedMaster {
    /// A slot that opens with 32 random bytes.
    pub fn for_credential(
        vault: VaultId,
        master: &MasterKey,
        credential: &[u8; 32],
        random: &SlotRandom,
    ) -> Self {
        let id = Uuid::from_bytes(random.id);
        let sealed = seal_master(vault, id, credential, master, &random.salt);
        let fields =
            Fields { kind: CREDENTIAL, id, kdf_salt: [0; 32], cost: [0; 3], sealed: &sealed };
        fields.encode()
    }

    /// A slot that opens with a passphrase.
    pub fn for_passphrase(
        vault: VaultId,
        master: &MasterKey,
        passphrase: &SecretString,
        cost: Cost,
        random: &SlotRandom,
    ) -> Self {
        let id = Uuid::from_bytes(random.id);
        let key = stretch(passphrase, &random.kdf_salt, cost);
        let fields = Fields {
            kind: PASSPHRASE,
            id,
            kdf_salt: random.kdf_salt,
            cost: [cost.memory_kib(), cost.passes(), cost.lanes()],
            sealed: &seal_master(vault, id, &key, master, &random.salt),
        };
        fields.encode()
    }

    /// A slot that opens with what two shares of `secret` give; see [`super::recovery::split`].
    pub fn for_recovery(
        vault: VaultId,
        master: &MasterKey,
        secret: &[u8; 32],
        random: &SlotRandom,
    ) -> Self {
        let id = Uuid::from_bytes(random.id);
        let sealed = seal_master(vault, id, secret, master, &random.salt);
        let fields =
            Fields { kind: RECOVERY, id, kdf_salt: [0; 32], cost: [0; 3], sealed: &sealed };
        fields.encode()
    }

    /// What opens the slot; `None` for a kind that this version does not know.
    pub fn kind(&self) -> Option<SlotKind> {
        match self.0.first() {
            Some(&CREDENTIAL) => Some(SlotKind::Credential),
            Some(&PASSPHRASE) => Some(SlotKind::Passphrase),
            Some(&RECOVERY) => Some(SlotKind::Recovery),
            Some(_) | None => None,
        }
    }

    /// The master key, if the slot is of the unlock secret's type and opens with it.
    pub(crate) fn open(
        &self,
        vault: VaultId,
        unlock: &Unlock,
    ) -> Result<MasterKey, IntegrityFailure> {
        let fields = Fields::decode(&self.0).map_err(|_| IntegrityFailure)?;
        let key = match (unlock, fields.kind) {
            (Unlock::Credential(credential), CREDENTIAL) => {
                Zeroizing::new(*credential.expose_secret())
            }
            (Unlock::Passphrase(passphrase), PASSPHRASE) => {
                let [memory, passes, lanes] = fields.cost;
                let cost = Cost::new(memory, passes, lanes).map_err(|_| IntegrityFailure)?;
                stretch(passphrase, &fields.kdf_salt, cost)
            }
            (Unlock::Shares(recovered), RECOVERY) => {
                recovered.key_for(ShareSet::of(vault, fields.id)).ok_or(IntegrityFailure)?
            }
            _ => return Err(IntegrityFailure),
        };
        let context = context(vault, fields.id);
        let opened = seal(&key, &context).open(fields.sealed)?;
        let bytes = opened.as_slice().try_into().map_err(|_| IntegrityFailure)?;
        Ok(MasterKey::from_random(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; SLOT_SIZE] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: [u8; SLOT_SIZE]) -> Self {
        Self(bytes)
    }
}

impl<'a> Fields<'a> {
    fn encode(&self) -> SealedMaster {
        let mut out = Encoder::new();
        out.u8(self.kind).u8(0).raw(self.id.as_bytes()).raw(&self.kdf_salt);
        for value in self.cost {
            out.u32(value);
        }
        out.raw(self.sealed).raw(&[0; 26]);
        SealedMaster(out.as_slice().try_into().expect("1 + 1 + 16 + 32 + 12 + 104 + 26 = 192"))
    }

    fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(bytes);
        let kind = from.u8()?;
        let _reserved = from.u8()?;
        let id = Uuid::from_bytes(from.array()?);
        let kdf_salt = from.array()?;
        let cost = [from.u32()?, from.u32()?, from.u32()?];
        let sealed = from.raw(24 + 32 + 48)?;
        Ok(Self { kind, id, kdf_salt, cost, sealed })
    }
}

/// The sealed master key: `salt[24] | commit[32] | ct[32] | tag[16]`.
fn seal_master(
    vault: VaultId,
    slot: Uuid,
    key: &[u8; 32],
    master: &MasterKey,
    salt: &Salt,
) -> Vec<u8> {
    let mut out = Vec::new();
    seal(key, &context(vault, slot)).seal(salt, master.bytes(), &mut out);
    out
}

fn seal<'a>(key: &'a [u8; 32], context: &'a [u8; 96]) -> Seal<'a> {
    Seal { key, label: b"mnv1/mk\0", context, aad: context }
}

fn context(vault: VaultId, slot: Uuid) -> [u8; 96] {
    Context { slot, ..Context::of(Kind::Keyring, vault) }.to_bytes()
}
