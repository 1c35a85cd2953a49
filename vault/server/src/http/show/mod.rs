//! From the vault's types to the JSON of the API.

pub(super) mod accounts;
pub(super) mod changes;
pub(super) mod clients;
pub(super) mod emergencies;
pub(super) mod ledgers;
pub(super) mod log;
pub(super) mod oversight;
pub(super) mod people;
pub(super) mod purges;
pub(super) mod purposes;
pub(super) mod reads;
pub(super) mod retention;
pub(super) mod roster;
pub(super) mod training;

use serde::Serialize;
use serde_json::Value;

/// The constant by which the documentation names a value.
fn code(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(code)) => code,
        // Only values that are written as a constant come here.
        _ => String::new(),
    }
}

/// The constants of several values.
fn codes<T: Serialize>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(code).collect()
}

/// An id, day or instant as text, where there is one.
fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}
