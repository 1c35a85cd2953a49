//! The one byte encoding of the vault: fixed-width big-endian integers and length-prefixed bytes.
//!
//! Row MACs, the keyring's body and sealed personal fields are written with it. A value has exactly
//! one encoding, and no two lists of values share one, so an encoding can be signed or compared.

use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The bytes are not an encoding of what was asked for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not decode the bytes")]
pub struct DecodeError;

/// Collects an encoding in a buffer that is wiped when it is dropped or outgrown.
#[derive(Default)]
pub struct Encoder(Zeroizing<Vec<u8>>);

/// Takes an encoding apart from its beginning.
pub struct Decoder<'a>(&'a [u8]);

impl Encoder {
    /// An empty encoding.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one byte.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    /// Appends two bytes.
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends four bytes.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends eight bytes.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// Appends the length as a `u32`, then the bytes.
    #[expect(clippy::missing_panics_doc, reason = "no value of the vault reaches 4 GiB")]
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let length = u32::try_from(value.len()).expect("no value of the vault reaches 4 GiB");
        self.u32(length).raw(value)
    }

    /// Appends UTF-8 text in the same form as [`Self::bytes`].
    pub fn str(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// Appends 0 for nothing, or 1 and what `write` appends for the value.
    pub fn option<T>(
        &mut self,
        value: Option<T>,
        write: impl FnOnce(&mut Self, T) -> &mut Self,
    ) -> &mut Self {
        match value {
            None => self.u8(0),
            Some(value) => write(self.u8(1), value),
        }
    }

    /// Appends the 16 bytes of an id.
    pub fn id(&mut self, id: impl Into<Uuid>) -> &mut Self {
        self.raw(id.into().as_bytes())
    }

    /// Appends bytes whose number both sides know.
    pub fn raw(&mut self, value: &[u8]) -> &mut Self {
        let length = self.0.len() + value.len();
        if length > self.0.capacity() {
            // A `Vec` that grows by itself would leave its old content behind.
            let mut larger =
                Zeroizing::new(Vec::with_capacity(length.next_power_of_two().max(256)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(value);
        self
    }

    /// What was collected so far.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The finished encoding.
    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

impl<'a> Decoder<'a> {
    /// Reads from the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_be_bytes)
    }

    /// An integer of two bytes.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    /// An integer of four bytes.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    /// An integer of eight bytes.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    /// Bytes with their length before them.
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.u32()?).map_err(|_| DecodeError)?;
        self.raw(length)
    }

    /// Text with its length before it; it must be UTF-8.
    pub fn str(&mut self) -> Result<&'a str, DecodeError> {
        core::str::from_utf8(self.bytes()?).map_err(|_| DecodeError)
    }

    /// Nothing after a 0, or what `read` reads after a 1.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(DecodeError),
        }
    }

    /// An id of 16 bytes.
    pub fn id<T: From<Uuid>>(&mut self) -> Result<T, DecodeError> {
        self.array().map(|bytes| Uuid::from_bytes(bytes).into())
    }

    /// The next `length` bytes.
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(DecodeError)?;
        self.0 = rest;
        Ok(head)
    }

    /// The next `N` bytes, copied.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self.0.split_first_chunk().ok_or(DecodeError)?;
        self.0 = rest;
        Ok(*head)
    }

    /// How many bytes are not read yet.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// Ends the reading: nothing may be left over.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError) }
    }

    /// Ends the reading: only zero bytes may be left over.
    pub fn finish_padded(self) -> Result<(), DecodeError> {
        if self.0.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(DecodeError) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_encoding_has_these_bytes() {
        let mut out = Encoder::new();
        out.u8(1)
            .u16(2)
            .u32(3)
            .u64(4)
            .str("架")
            .option(None::<u8>, Encoder::u8)
            .option(Some(7), Encoder::u8);
        let expected =
            [1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3, 0xe6, 0x9e, 0xb6, 0, 1, 7];
        assert_eq!(out.as_slice(), expected);
    }

    #[test]
    fn an_option_is_marked_by_zero_or_one_only() {
        assert_eq!(Decoder::new(&[2, 9]).option(Decoder::u8), Err(DecodeError));
        assert_eq!(Decoder::new(&[1, 9]).option(Decoder::u8), Ok(Some(9)));
    }

    #[test]
    fn nothing_may_be_left_over() {
        assert_eq!(Decoder::new(&[0]).finish(), Err(DecodeError));
        assert_eq!(Decoder::new(&[0, 0]).finish_padded(), Ok(()));
        assert_eq!(Decoder::new(&[0, 1]).finish_padded(), Err(DecodeError));
    }

    proptest! {
        #[test]
        fn values_come_back(
            number in any::<u64>(), text in ".*", bytes in any::<Vec<u8>>(), maybe in any::<Option<u32>>(),
        ) {
            let mut out = Encoder::new();
            out.u64(number).str(&text).bytes(&bytes).option(maybe, Encoder::u32);
            let encoded = out.finish();
            let mut from = Decoder::new(&encoded);
            prop_assert_eq!(from.u64(), Ok(number));
            prop_assert_eq!(from.str(), Ok(text.as_str()));
            prop_assert_eq!(from.bytes(), Ok(bytes.as_slice()));
            prop_assert_eq!(from.option(Decoder::u32), Ok(maybe));
            prop_assert_eq!(from.finish(), Ok(()));
        }

        #[test]
        fn lists_of_texts_never_share_an_encoding(
            left in any::<Vec<String>>(), right in any::<Vec<String>>(),
        ) {
            let encode = |texts: &[String]| {
                let mut out = Encoder::new();
                for text in texts {
                    out.str(text);
                }
                out.finish()
            };
            prop_assert_eq!(left == right, *encode(&left) == *encode(&right));
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in any::<Vec<u8>>()) {
            let mut from = Decoder::new(&bytes);
            while from.str().is_ok() {}
            let _ = from.option(Decoder::u64);
            let _ = from.finish();
        }
    }
}
