//! The one way in which a value becomes the bytes that are hashed or signed.
//!
//! JSON in UTF-8 without white space; the keys of every object in ascending byte order; integers
//! only; of the characters only `"`, `\` and those below U+0020 are escaped, in the shortest form.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// Why a value has no canonical form.
#[derive(Debug, Error)]
pub enum CanonicalError {
    /// A number is not an integer of 64 bits.
    #[error("could not write a number with a fraction")]
    Float,
    /// The value does not map to JSON.
    #[error("could not write the value as JSON")]
    Json(#[from] serde_json::Error),
}

/// The canonical bytes of `value`.
///
/// They are written in one pass, without a tree of the value between: each read waits for the lines
/// of the log before it.
///
/// # Errors
///
/// [`CanonicalError`] if it holds a fraction, two fields of one name, or does not map to JSON.
pub fn to_canonical(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::with_capacity(768);
    value.serialize(Writer(&mut out))?;
    Ok(out)
}

impl serde::ser::Error for CanonicalError {
    fn custom<T: core::fmt::Display>(message: T) -> Self {
        Self::Json(serde_json::Error::custom(message))
    }
}

/// Appends one value.
struct Writer<'a>(&'a mut Vec<u8>);

/// An array under way.
struct Array<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
    close: &'static [u8],
}

/// An object under way. Its entries are written as they come, and moved at the end if that is not
/// the order of their keys.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    entries: Vec<Entry>,
    close: &'static [u8],
}

/// Where a key begins and ends, and where its value ends.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    key: usize,
    end: usize,
}

impl Writer<'_> {
    fn json(self, value: &impl Serialize) -> Result<(), CanonicalError> {
        Ok(serde_json::to_writer(self.0, value)?)
    }
}

impl<'a> Writer<'a> {
    fn array(self, close: &'static [u8]) -> Array<'a> {
        self.0.push(b'[');
        Array { out: self.0, first: true, close }
    }

    fn object(self, close: &'static [u8]) -> Object<'a> {
        self.0.push(b'{');
        Object { start: self.0.len(), out: self.0, entries: Vec::with_capacity(16), close }
    }

    /// A variant with content: an object of one entry.
    fn variant(self, name: &'static str) -> Result<Self, CanonicalError> {
        self.0.push(b'{');
        serde_json::to_writer(&mut *self.0, name)?;
        self.0.push(b':');
        Ok(self)
    }
}

impl Array<'_> {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), CanonicalError> {
        if !core::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        value.serialize(Writer(self.out))
    }

    fn close(self) {
        self.out.extend_from_slice(self.close);
    }
}

impl Object<'_> {
    fn key(&mut self, key: &(impl Serialize + ?Sized)) -> Result<(), CanonicalError> {
        if !self.entries.is_empty() {
            self.out.push(b',');
        }
        let start = self.out.len();
        key.serialize(Writer(self.out))?;
        let key = self.out.len();
        if self.out.get(start) != Some(&b'"') {
            return Err(CanonicalError::custom("a key is not a text"));
        }
        self.entries.push(Entry { start, key, end: key });
        self.out.push(b':');
        Ok(())
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), CanonicalError> {
        value.serialize(Writer(self.out))?;
        if let Some(entry) = self.entries.last_mut() {
            entry.end = self.out.len();
        }
        Ok(())
    }

    fn close(mut self) -> Result<(), CanonicalError> {
        let order = |left: &Entry, right: &Entry| compare(self.out, left, right);
        if !self.entries.is_sorted_by(|left, right| order(left, right) == Ordering::Less) {
            self.entries.sort_by(|left, right| compare(self.out, left, right));
            let twice = |two: &[Entry]| matches!(two, [left, right] if compare(self.out, left, right).is_eq());
            if self.entries.windows(2).any(twice) {
                return Err(CanonicalError::custom("two fields have the same name"));
            }
            self.sort();
        }
        self.out.extend_from_slice(self.close);
        Ok(())
    }

    /// Writes the entries again, in their new order.
    fn sort(&mut self) {
        let written = self.out.split_off(self.start);
        for (at, entry) in self.entries.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            let place = entry.start - self.start..entry.end - self.start;
            self.out.extend_from_slice(written.get(place).unwrap_or_default());
        }
    }
}

/// Orders two keys by their bytes, which is not always the order of their escaped forms.
fn compare(out: &[u8], left: &Entry, right: &Entry) -> Ordering {
    let raw = |entry: &Entry| {
        let quoted = out.get(entry.start..entry.key).unwrap_or_default();
        let text = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if text.contains(&b'\\') {
            let text: String = serde_json::from_slice(quoted).unwrap_or_default();
            Cow::Owned(text.into_bytes())
        } else {
            Cow::Borrowed(text)
        }
    };
    raw(left).cmp(&raw(right))
}

macro_rules! as_json {
    ($($name:ident: $type:ty),+) => {$(
        fn $name(self, value: $type) -> Result<(), CanonicalError> {
            self.json(&value)
        }
    )+};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = Array<'a>;
    type SerializeTuple = Array<'a>;
    type SerializeTupleStruct = Array<'a>;
    type SerializeTupleVariant = Array<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    as_json! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    }

    fn collect_str<T: core::fmt::Display + ?Sized>(self, value: &T) -> Result<(), CanonicalError> {
        self.json(&format_args!("{value}"))
    }

    fn serialize_f32(self, _: f32) -> Result<(), CanonicalError> {
        Err(CanonicalError::Float)
    }

    fn serialize_f64(self, _: f64) -> Result<(), CanonicalError> {
        Err(CanonicalError::Float)
    }

    fn serialize_none(self) -> Result<(), CanonicalError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), CanonicalError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), CanonicalError> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), CanonicalError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), CanonicalError> {
        self.json(&variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), CanonicalError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), CanonicalError> {
        let Writer(out) = self.variant(variant)?;
        value.serialize(Writer(&mut *out))?;
        out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Array<'a>, CanonicalError> {
        Ok(self.array(b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Array<'a>, CanonicalError> {
        Ok(self.array(b"]"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Array<'a>, CanonicalError> {
        Ok(self.array(b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Array<'a>, CanonicalError> {
        Ok(self.variant(variant)?.array(b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, CanonicalError> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, CanonicalError> {
        Ok(self.object(b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, CanonicalError> {
        Ok(self.variant(variant)?.object(b"}}"))
    }
}

macro_rules! arrays {
    ($($trait:ident::$method:ident),+) => {$(
        impl $trait for Array<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
                self.item(value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                self.close();
                Ok(())
            }
        }
    )+};
}

arrays!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! objects {
    ($($trait:ident),+) => {$(
        impl $trait for Object<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), CanonicalError> {
                self.key(key)?;
                self.value(value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                self.close()
            }
        }
    )+};
}

objects!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), CanonicalError> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        self.value(value)
    }

    fn end(self) -> Result<(), CanonicalError> {
        self.close()
    }
}

#[cfg(test)]
mod tests;
