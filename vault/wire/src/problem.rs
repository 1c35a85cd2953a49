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
    /// At the token endpoint: the same in the words of RFC 6749 section 5.2. Otherwise left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "invalid_client"))]
    pub error: Option<String>,
    /// With `training-expired`: whom to ask. Otherwise left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<Contact>,
}

/// Somebody who can help.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// The office they hold.
    #[cfg_attr(feature = "openapi", schema(example = "教育責任者"))]
    pub title: String,
    /// Their name.
    #[cfg_attr(feature = "openapi", schema(example = "見本 花子"))]
    pub name: String,
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

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::changes::NewChange;
    use crate::reads::ReadRequest;

    fn pointed<T: DeserializeOwned>(json: &str) -> Pointed {
        let error = serde_json::from_str::<T>(json).err().expect("the input is refused");
        Pointed::unreadable(&error)
    }

    #[test]
    fn a_missing_field_is_pointed_at() {
        let error = pointed::<ReadRequest>(r#"{"period":"2026","reference":"試験","people":[]}"#);
        assert_eq!((error.pointer.as_str(), error.code.as_str()), ("/purpose", "missing"));
    }

    #[test]
    fn a_number_in_the_wrong_place_is_not_repeated() {
        let places = [
            r#"{"type":"register","person":123456789018}"#,
            r#"{"type":"register","123456789018":1}"#,
            r#"{"type":"register, expected 123456789018"}"#,
            r#"{"type":"register","person":"per_1, expected 123456789018","number":[]}"#,
            r#"{"type":"register","purposes":"123456789018"}"#,
            r#"{"type":"fact_corrected","with":{"type":"123456789018"}}"#,
            r#"["123456789018"]"#,
            r#""123456789018"#,
        ];
        for json in places {
            let error = pointed::<NewChange>(json);
            assert!(!error.detail.contains("1234") && !error.pointer.contains("1234"), "{json}");
        }
    }

    #[test]
    fn an_unknown_field_is_told_apart_and_the_known_ones_are_listed() {
        let error = pointed::<ReadRequest>(r#"{"porpoise":"withholding_slip"}"#);
        assert_eq!(error.code, "unknown-field");
        assert!(error.detail.contains("`purpose`") && !error.detail.contains("porpoise"));
    }

    #[test]
    fn a_wrong_type_says_what_belongs_there() {
        let error = pointed::<ReadRequest>(r#"{"purpose":5}"#);
        assert_eq!(error.code, "wrong-type");
        assert!(error.detail.starts_with("expected a string (line 1"), "{}", error.detail);
        let error = pointed::<ReadRequest>(r#"{"people":[5]}"#);
        assert!(error.detail.contains("external_ref"), "{}", error.detail);
    }

    #[test]
    fn a_problem_names_its_kind_type_and_leaves_out_what_does_not_apply() {
        let problem = Problem {
            kind: "/problems/not-found".into(),
            title: "見つかりません".into(),
            status: 404,
            detail: "試験".into(),
            code: "not-found".into(),
            request_id: None,
            ask: Vec::new(),
            errors: Vec::new(),
            attempts_left: None,
            id: None,
            error: None,
        };
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["type"], "/problems/not-found");
        assert!(json.get("attempts_left").is_none() && json.get("id").is_none());
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }
}
