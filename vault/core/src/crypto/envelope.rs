//! Sealing and opening of numbers, second-factor seeds and personal fields.
//!
//! A number is sealed under a random key of its own record version (DEK). That key lies in a slot,
//! wrapped by the organisation's share of the epoch key. Destroying the slot destroys the number at
//! once; destroying the epoch key destroys every copy of the slot in old backups.

use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::context::{PersonalPlace, Place, TotpPlace};
use super::seal::{SUITE, Salt, Seal};
use super::{IntegrityFailure, OrgEpochKey, OrgPersonalKey, TotpKey};
use crate::number::MyNumber;

/// A sealed number: 92 bytes, whatever the number.
pub type NumberBlob = Blob<92>;

/// The wrapped key of one record version.
pub type SlotBlob = Blob<112>;

/// A sealed TOTP seed.
pub type TotpBlob = Blob<96>;

/// `N` sealed bytes as the database holds them.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Blob<const N: usize>([u8; N]);

/// A number as it is stored: the number and its slot go to rows of their own.
pub struct SealedRecord {
    /// Opens with the key in the slot only.
    pub number: NumberBlob,
    /// The key, wrapped.
    pub slot: SlotBlob,
}

/// The random bytes of one sealed record: its key and two salts. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RecordRandom {
    dek: [u8; 32],
    number_salt: Salt,
    slot_salt: Salt,
}

/// The name, kana and birth date together exceed 512 bytes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the name and kana are too long")]
pub struct PersonalTooLong;

/// Seals a number under a key of its own and wraps that key.
///
/// `key` is the organisation's share of the epoch `place.epoch`.
pub fn seal_record(
    key: &OrgEpochKey,
    place: &Place,
    number: &MyNumber,
    random: &RecordRandom,
) -> SealedRecord {
    SealedRecord {
        number: seal_number(&random.dek, place, number, &random.number_salt),
        slot: seal_slot(key, place, &random.dek, &random.slot_salt),
    }
}

/// The number that was sealed in this very place.
///
/// Its one caller outside this crate asks for a committed log entry first.
pub fn open_record(
    key: &OrgEpochKey,
    place: &Place,
    number: &NumberBlob,
    slot: &SlotBlob,
) -> Result<MyNumber, IntegrityFailure> {
    let dek = open_slot(key, place, slot)?;
    open_number(&dek, place, number)
}

/// The slot with the same record key, wrapped by the key of `new_epoch`. The number is not opened.
///
/// `place` names the old epoch, under which `slot` opens with `old_key`.
pub fn rewrap(
    old_key: &OrgEpochKey,
    new_key: &OrgEpochKey,
    place: &Place,
    new_epoch: u32,
    salt: &Salt,
    slot: &SlotBlob,
) -> Result<SlotBlob, IntegrityFailure> {
    let dek = open_slot(old_key, place, slot)?;
    Ok(seal_slot(new_key, &Place { epoch: new_epoch, ..*place }, &dek, salt))
}

/// Seals the 20 bytes of a TOTP seed.
pub fn seal_totp(key: &TotpKey, place: &TotpPlace, seed: &[u8; 20], salt: &Salt) -> TotpBlob {
    let context = place.context().to_bytes();
    seal_blob(&totp(key, &context), &header(), salt, seed)
}

/// The seed that was sealed in this very place.
pub fn open_totp(
    key: &TotpKey,
    place: &TotpPlace,
    blob: &TotpBlob,
) -> Result<Zeroizing<[u8; 20]>, IntegrityFailure> {
    let context = place.context().to_bytes();
    exactly(&open_blob(&totp(key, &context), &header(), &blob.0)?)
}

/// Seals the canonical encoding of personal fields, padded with zeros to 256 or 512 bytes, so that
/// the length tells at most that a name is unusually long. Gives 332 or 588 bytes.
///
/// # Errors
///
/// If the encoding is longer than 512 bytes.
pub fn seal_personal(
    key: &OrgPersonalKey,
    place: &PersonalPlace,
    encoded: &[u8],
    salt: &Salt,
) -> Result<Vec<u8>, PersonalTooLong> {
    let size = match encoded.len() {
        ..=256 => 256,
        257..=512 => 512,
        _ => return Err(PersonalTooLong),
    };
    let mut padded = Zeroizing::new(Vec::with_capacity(size));
    padded.extend_from_slice(encoded);
    padded.resize(size, 0);
    let context = place.context().to_bytes();
    let mut out = header().to_vec();
    personal(key, &context).seal(salt, &padded, &mut out);
    Ok(out)
}

/// The padded encoding that was sealed in this very place: 256 or 512 bytes, zeros at the end.
pub fn open_personal(
    key: &OrgPersonalKey,
    place: &PersonalPlace,
    blob: &[u8],
) -> Result<Zeroizing<Vec<u8>>, IntegrityFailure> {
    if !matches!(blob.len(), 332 | 588) {
        return Err(IntegrityFailure);
    }
    let context = place.context().to_bytes();
    open_blob(&personal(key, &context), &header(), blob)
}

impl<const N: usize> Blob<N> {
    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// SHA-256 of the bytes, by which logs, rows and certificates name a blob.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl<const N: usize> From<[u8; N]> for Blob<N> {
    fn from(bytes: [u8; N]) -> Self {
        Self(bytes)
    }
}

impl<const N: usize> TryFrom<&[u8]> for Blob<N> {
    type Error = IntegrityFailure;

    fn try_from(bytes: &[u8]) -> Result<Self, IntegrityFailure> {
        bytes.try_into().map(Self).map_err(|_| IntegrityFailure)
    }
}

impl RecordRandom {
    /// Takes 80 random bytes apart.
    #[expect(clippy::missing_panics_doc, reason = "32 + 24 + 24 bytes are there to be taken")]
    pub fn from_random(mut bytes: [u8; 80]) -> Self {
        let (dek, rest) = bytes.split_first_chunk().expect("80 is more than 32");
        let (number_salt, rest) = rest.split_first_chunk().expect("48 is more than 24");
        let slot_salt = rest.first_chunk().expect("24 are left");
        let random = Self { dek: *dek, number_salt: *number_salt, slot_salt: *slot_salt };
        bytes.zeroize();
        random
    }
}

pub(crate) fn seal_number(
    dek: &[u8; 32],
    place: &Place,
    number: &MyNumber,
    salt: &Salt,
) -> NumberBlob {
    let mut block = Zeroizing::new([0; 16]);
    let typed = [1].iter().chain(number.expose().as_bytes());
    block.iter_mut().zip(typed).for_each(|(byte, value)| *byte = *value);
    let context = place.number().to_bytes();
    seal_blob(&seal(dek, b"mnv1/num\0", &context), &header(), salt, &*block)
}

pub(crate) fn open_number(
    dek: &[u8; 32],
    place: &Place,
    blob: &NumberBlob,
) -> Result<MyNumber, IntegrityFailure> {
    let context = place.number().to_bytes();
    let block = open_blob(&seal(dek, b"mnv1/num\0", &context), &header(), &blob.0)?;
    // Twelve bytes that hold twelve digits have no room for a separator or a full-width digit.
    match block.as_slice() {
        [1, digits @ .., 0, 0, 0] if digits.len() == 12 => core::str::from_utf8(digits)
            .ok()
            .and_then(|digits| MyNumber::parse(digits).ok())
            .ok_or(IntegrityFailure),
        _ => Err(IntegrityFailure),
    }
}

pub(crate) fn seal_slot(key: &OrgEpochKey, place: &Place, dek: &[u8; 32], salt: &Salt) -> SlotBlob {
    let context = place.slot().to_bytes();
    seal_blob(&seal(key.bytes(), b"mnv1/slot\0", &context), &slot_header(place), salt, dek)
}

pub(crate) fn open_slot(
    key: &OrgEpochKey,
    place: &Place,
    blob: &SlotBlob,
) -> Result<Zeroizing<[u8; 32]>, IntegrityFailure> {
    let context = place.slot().to_bytes();
    let seal = seal(key.bytes(), b"mnv1/slot\0", &context);
    exactly(&open_blob(&seal, &slot_header(place), &blob.0)?)
}

fn totp<'a>(key: &'a TotpKey, context: &'a [u8; 96]) -> Seal<'a> {
    seal(key.bytes(), b"mnv1/totp\0", context)
}

fn personal<'a>(key: &'a OrgPersonalKey, context: &'a [u8; 96]) -> Seal<'a> {
    seal(key.bytes(), b"mnv1/per\0", context)
}

fn seal<'a>(key: &'a [u8; 32], label: &'static [u8], context: &'a [u8; 96]) -> Seal<'a> {
    Seal { key, label, context, aad: context }
}

/// The version of the format, the suite and two zeros.
fn header() -> [u8; 4] {
    [1, SUITE, 0, 0]
}

fn slot_header(place: &Place) -> [u8; 8] {
    let [version, suite, zero, also_zero] = header();
    let [a, b, c, d] = place.epoch.to_be_bytes();
    [version, suite, zero, also_zero, a, b, c, d]
}

fn seal_blob<const N: usize>(
    seal: &Seal<'_>,
    header: &[u8],
    salt: &Salt,
    plaintext: &[u8],
) -> Blob<N> {
    let mut out = Vec::with_capacity(N);
    out.extend_from_slice(header);
    seal.seal(salt, plaintext, &mut out);
    Blob(out.try_into().expect("the formats have fixed lengths"))
}

fn open_blob(
    seal: &Seal<'_>,
    header: &[u8],
    blob: &[u8],
) -> Result<Zeroizing<Vec<u8>>, IntegrityFailure> {
    seal.open(blob.strip_prefix(header).ok_or(IntegrityFailure)?)
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<Zeroizing<[u8; N]>, IntegrityFailure> {
    bytes.try_into().map(Zeroizing::new).map_err(|_| IntegrityFailure)
}

#[cfg(test)]
mod tests;
