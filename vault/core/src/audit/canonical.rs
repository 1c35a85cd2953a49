//! The one way in which a value becomes the bytes that are hashed or signed.
//!
//! JSON in UTF-8 without white space; the keys of every object in ascending byte order; integers
//! only; of the characters only `"`, `\` and those below U+0020 are escaped, in the shortest form.

use serde::Serialize;
use serde_json::Value;
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
/// # Errors
///
/// [`CanonicalError`] if it holds a fraction or does not map to JSON.
pub fn to_canonical(value: &impl Serialize) -> Result<Vec<u8>, CanonicalError> {
    let mut out = Vec::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

/// Sorts by itself, so that the bytes do not depend on how `serde_json` was built.
fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Array(items) => {
            separated(items, *b"[]", out, write)?;
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            separated(sorted, *b"{}", out, |(key, value), out| {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(value, out)
            })?;
        }
        Value::Number(number) if number.is_f64() => return Err(CanonicalError::Float),
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_) => {
            serde_json::to_writer(out, value)?;
        }
    }
    Ok(())
}

fn separated<T>(
    items: impl IntoIterator<Item = T>,
    [open, close]: [u8; 2],
    out: &mut Vec<u8>,
    mut each: impl FnMut(T, &mut Vec<u8>) -> Result<(), CanonicalError>,
) -> Result<(), CanonicalError> {
    out.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        each(item, out)?;
    }
    out.push(close);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({"b": [{"z": 1, "a": null}], "a": {"y": true, "x": "髙\n\"\u{1}"}});
        let text = r#"{"a":{"x":"髙\n\"\u0001","y":true},"b":[{"a":null,"z":1}]}"#;
        assert_eq!(String::from_utf8(to_canonical(&value).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_fraction_is_refused() {
        assert!(matches!(to_canonical(&json!([1.5])), Err(CanonicalError::Float)));
    }
}
