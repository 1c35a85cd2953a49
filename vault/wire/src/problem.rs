//! Errors.
//!
//! Source: RFC 9457.

use core::fmt;

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused, for a person and for a program. Never holds what was sent.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Where the vault itself explains the problem: `/problems/<code>`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(example = "/problems/purpose-not-bound"))]
    pub kind: String,
    /// The problem in a few words, in the language of `Accept-Language` (`ja`, `en`).
    pub title: String,
    /// The HTTP status.
    #[cfg_attr(feature = "openapi", schema(example = 422))]
    pub status: u16,
    /// What happened here and what to do next, in the same language.
    pub detail: String,
    /// The stable constant that programs go by.
    #[cfg_attr(feature = "openapi", schema(example = "purpose-not-bound"))]
    pub code: String,
    /// Names the request in the vault's log; `null` if it never got that far.
    pub request_id: Option<String>,
    /// The places in the input that are wrong, if the input is.
    #[serde(default)]
    pub errors: Vec<Pointed>,
    /// With `number-mismatch`: blind entries that are left. Otherwise left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u8>,
    /// With `already-done`: the id of what the first request made. Otherwise left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// One wrong place in the input.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pointed {
    /// A JSON Pointer into the body, `/people/0`; empty for the body as a whole. Source: RFC 6901.
    #[cfg_attr(feature = "openapi", schema(example = "/purpose"))]
    pub pointer: String,
    /// The stable constant that programs go by.
    #[cfg_attr(feature = "openapi", schema(example = "missing"))]
    pub code: String,
    /// What belongs there.
    pub detail: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.title, self.code, self.detail)
    }
}

impl core::error::Error for Problem {}

impl Pointed {
    /// Says why a body could not be read, without a character of it: serde's messages quote values
    /// and names of fields that were sent, so only what they say was expected is kept.
    ///
    /// `code` is `malformed`, `missing`, `unknown-field` or `wrong-type`; `pointer` names the field
    /// only where it is missing.
    pub fn unreadable(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        if !error.is_data() {
            return Self::whole("malformed", "the body is not complete JSON", error);
        }
        if let Some(name) = quoted_after("missing field `", &message) {
            let detail = format!("the field {name} is required");
            return Self { pointer: format!("/{name}"), code: "missing".into(), detail };
        }
        let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
        let expected = expected.and_then(|text| text.split(" at line ").next());
        let expected = expected.unwrap_or("what the documentation of this call describes");
        let unknown = message.starts_with("unknown field `");
        let code = if unknown { "unknown-field" } else { "wrong-type" };
        Self::whole(code, &format!("expected {expected}"), error)
    }

    fn whole(code: &str, detail: &str, error: &serde_json::Error) -> Self {
        let at = format!("line {} column {}", error.line(), error.column());
        Self { pointer: String::new(), code: code.into(), detail: format!("{detail} ({at})") }
    }
}

/// The name between a message's beginning and the next backtick. Only for names that serde takes
/// from our own types.
fn quoted_after<'m>(beginning: &str, message: &'m str) -> Option<&'m str> {
    message.strip_prefix(beginning)?.split('`').next()
}
