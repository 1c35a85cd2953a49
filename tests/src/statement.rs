//! What a program signs to get a token.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

/// The compact form of a JWT for the key `kid`, which `sign` signs with. Source: RFC 7515 §3.1.
pub fn signed(kid: &str, claims: &Value, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&json!({"alg": "EdDSA", "kid": kid})), part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// The form that asks for a token with it.
pub fn form(statement: &str) -> String {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    format!(
        "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={statement}"
    )
}
