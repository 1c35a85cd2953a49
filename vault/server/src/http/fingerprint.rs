//! A body as JSON without any personal number in it, to tell whether a request is repeated.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The field that holds a number wherever one may stand.
const NUMBER: &str = "number";

/// A JSON value whose fields called `number` were passed over while it was read; their digits are
/// never copied, so no digest of them can be made.
pub(super) struct WithoutNumbers(pub(super) Value);

impl<'de> Deserialize<'de> for WithoutNumbers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(WithoutNumbers(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == NUMBER {
                map.next_value::<IgnoredAny>()?;
            } else {
                let WithoutNumbers(value) = map.next_value()?;
                fields.insert(name, value);
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        let WithoutNumbers(value) = serde_json::from_str(json).unwrap();
        value.to_string()
    }

    #[test]
    fn numbers_are_left_out_at_every_depth_and_nothing_else_is() {
        let json =
            r#"{"b":[{"number":"123456789018","c":1.5}],"number":[1],"a":null,"d":"number"}"#;
        assert_eq!(text(json), r#"{"a":null,"b":[{"c":1.5}],"d":"number"}"#);
    }

    #[test]
    fn the_order_of_fields_does_not_matter() {
        assert_eq!(text(r#"{"a":1,"b":true}"#), text(r#"{"b":true,"a":1}"#));
    }
}
