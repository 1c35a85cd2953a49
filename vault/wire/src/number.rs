//! Secrets on their way in or out: personal numbers, passwords, tokens and keys.
//!
//! Both types are wiped on drop and have no `Clone`, `Debug` or `Display`. They are read from a JSON
//! string only, and an error never repeats what was sent: serde's own messages would
//! (``invalid type: integer `1234…` ``).

use core::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A personal number (個人番号) as text: on a request what somebody keyed, unchecked and perhaps not
/// a number at all; on an answer the twelve digits.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = "my-number", example = "123456789018"))]
pub struct NumberText(Zeroizing<String>);

/// A password, one-time code, token or key as text.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
pub struct SecretText(Zeroizing<String>);

impl NumberText {
    /// The text. Callers hold it no longer than one expression.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SecretText {
    /// The text. Callers hold it no longer than one expression.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for NumberText {
    /// Takes the text over without copying it.
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<String> for SecretText {
    /// Takes the text over without copying it.
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for NumberText {
    fn from(text: &str) -> Self {
        Self::from(String::from(text))
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::from(String::from(text))
    }
}

impl Serialize for NumberText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StringOnly("a string of 12 digits")).map(Self)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StringOnly("a string")).map(Self)
    }
}

/// Takes a string and refuses everything else with the same words. Every kind of value has its
/// method here, because those that a visitor leaves out answer with the value in their message.
struct StringOnly(&'static str);

impl StringOnly {
    fn refuse<T, E: Error>(&self) -> Result<T, E> {
        Err(E::invalid_type(Unexpected::Other("something else"), self))
    }
}

impl<'de> Visitor<'de> for StringOnly {
    type Value = Zeroizing<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(String::from(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Zeroizing::new(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        self.refuse()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.refuse()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.refuse()
    }
}

#[cfg(test)]
mod tests {
    use core::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::accounts::SignIn;
    use crate::changes::{Check, NewChange};

    assert_not_impl_any!(NumberText: Clone, Debug, Display);
    assert_not_impl_any!(SecretText: Clone, Debug, Display);
    assert_not_impl_any!(Check: Debug);
    assert_not_impl_any!(NewChange: Debug);
    assert_not_impl_any!(SignIn: Debug);

    /// Every kind of JSON value that is not a string, made of the digits of a synthetic number.
    const NOT_STRINGS: [&str; 10] = [
        "123456789018",
        "-123456789018",
        "123456789018123456789018",
        "1.23456789018e11",
        "123456789018e999",
        "[123456789018,\"123456789018\"]",
        "{\"123456789018\":\"123456789018\"}",
        "true",
        "null",
        "[[{\"number\":123456789018}]]",
    ];

    fn error<T: for<'de> Deserialize<'de>>(json: &str) -> String {
        serde_json::from_str::<T>(json).err().expect("the input is refused").to_string()
    }

    #[test]
    fn a_number_travels_as_a_string_of_its_digits() {
        let number: NumberText = serde_json::from_str("\"123456789018\"").unwrap();
        assert_eq!(number.expose(), "123456789018");
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"123456789018\"");
    }

    #[test]
    fn an_escaped_number_is_read_like_a_plain_one() {
        let json = r#"{"number":"\u0031234-5678-9018"}"#;
        let check: Check = serde_json::from_str(json).unwrap();
        assert_eq!(check.number.expose(), "1234-5678-9018");
    }

    #[test]
    fn anything_but_a_string_is_refused_without_repeating_it() {
        for json in NOT_STRINGS {
            for message in [error::<NumberText>(json), error::<SecretText>(json)] {
                assert!(!message.contains("1234"), "repeated the input");
                assert!(message.contains("string") || message.contains("range"), "{message}");
            }
        }
    }

    #[test]
    fn a_wrong_number_inside_a_change_is_refused_without_repeating_it() {
        for json in NOT_STRINGS {
            let check = error::<Check>(&format!(r#"{{"number":{json}}}"#));
            let change = format!(r#"{{"type":"register","person":"per_1","number":{json}}}"#);
            let change = error::<NewChange>(&change);
            assert!(!check.contains("1234") && !change.contains("1234"), "repeated the input");
        }
    }

    #[test]
    fn cut_short_input_is_refused_without_repeating_it() {
        assert!(!error::<NumberText>("\"123456789018").contains("1234"));
        assert!(!error::<NumberText>("[123456789018,").contains("1234"));
    }
}
