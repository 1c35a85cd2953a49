//! How a program proves itself with a key that never leaves it: a statement it signs, good once and
//! for minutes (`private_key_jwt`).
//!
//! Source: RFC 7523 §2.2 and §3; RFC 7515 §3.1; RFC 8037 §3.1.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::crypto::signing::{is_public_key, verify_strict};
use crate::id::{ClientId, VaultId};
use crate::time::Timestamp;

/// The longest that a statement may be good, in milliseconds.
pub const ASSERTION_MS: i64 = 5 * 60_000;

/// How far the clock of a program may be ahead, in milliseconds.
const AHEAD_MS: i64 = 30_000;

/// Characters of the name of a statement.
const NAME: core::ops::RangeInclusive<usize> = 1..=128;

/// A statement as it came in; nothing of it is proved.
pub struct Assertion<'a> {
    signed: &'a str,
    key: String,
    claims: Claims,
    signature: [u8; 64],
}

/// What a proved statement leaves behind, so that it is good once.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// Names the statement: a digest of its `jti`.
    pub name: String,
    /// Nobody takes it from then on.
    pub until: Timestamp,
}

/// The public half of a program's Ed25519 key: one under which a signature can hold at all.
/// Stored as hexadecimal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key of these bytes; `None` for a point off the curve or of small order.
    ///
    /// Source: RFC 8032 §5.1.3 and §5.1.7.
    pub fn from_bytes(bytes: [u8; 32]) -> Option<Self> {
        is_public_key(&bytes).then_some(Self(bytes))
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        HEXLOWER.encode(&key.0)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = AssertionError;

    fn try_from(hex: String) -> Result<Self, AssertionError> {
        let bytes = HEXLOWER.decode(hex.as_bytes()).ok();
        let key = bytes.and_then(|bytes| Self::from_bytes(bytes.try_into().ok()?));
        key.ok_or(AssertionError::Form)
    }
}

/// The text is not a statement of the required form, or not a good one. Whoever sent it learns no
/// more; the variants are for tests.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not accept the client assertion")]
pub enum AssertionError {
    /// For another vault.
    Audience,
    /// Not three parts, not JSON, or another algorithm than `EdDSA`.
    Form,
    /// Issuer and subject are not the program.
    Program,
    /// Not signed with the program's key.
    Signature,
    /// Over, not yet good, or good for too long.
    Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

/// What is read of the claims; others mean nothing here. Source: RFC 7519 §4.1.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
}

/// One audience, alone or in a list. Statements for several are not taken.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List([String; 1]),
}

impl<'a> Assertion<'a> {
    /// Reads the compact form of a statement.
    ///
    /// # Errors
    ///
    /// [`AssertionError::Form`]
    pub fn parse(text: &'a str) -> Result<Self, AssertionError> {
        let (signed, signature) = text.rsplit_once('.').ok_or(AssertionError::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(AssertionError::Form)?;
        let header: Header = part(header)?;
        let plain = header.typ.is_none_or(|typ| typ.eq_ignore_ascii_case("jwt"));
        if header.alg != "EdDSA" || !plain {
            return Err(AssertionError::Form);
        }
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok();
        let signature = signature.and_then(|bytes| bytes.try_into().ok());
        let signature = signature.ok_or(AssertionError::Form)?;
        let claims: Claims = part(claims)?;
        if !NAME.contains(&claims.jti.len()) {
            return Err(AssertionError::Form);
        }
        Ok(Self { signed, key: header.kid, claims, signature })
    }

    /// Which key it says it was signed with.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Proves that `client` signed it with the key whose public half is `public`, for this vault and
    /// this time.
    ///
    /// # Errors
    ///
    /// Everything but [`AssertionError::Form`].
    pub fn prove(
        &self,
        client: ClientId,
        public: PublicKey,
        vault: VaultId,
        now: Timestamp,
    ) -> Result<Proved, AssertionError> {
        if !verify_strict(&public.0, self.signed.as_bytes(), &self.signature) {
            return Err(AssertionError::Signature);
        }
        let (Audience::One(audience) | Audience::List([audience])) = &self.claims.aud;
        if *audience != vault.to_string() {
            return Err(AssertionError::Audience);
        }
        let client = client.to_string();
        if self.claims.iss != client || self.claims.sub != client {
            return Err(AssertionError::Program);
        }
        let until = self.until(now).ok_or(AssertionError::Time)?;
        let name = HEXLOWER.encode(&Sha256::digest(&self.claims.jti));
        Ok(Proved { name, until })
    }

    /// When it ends, if it is good at `now`.
    fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let at = |seconds: i64| Some(Timestamp::from_millis(seconds.checked_mul(1_000)?));
        let until = at(self.claims.exp)?;
        let ahead = now.plus_millis(AHEAD_MS);
        for begin in [self.claims.nbf, self.claims.iat].into_iter().flatten() {
            at(begin).filter(|begin| *begin <= ahead)?;
        }
        let last = ahead.plus_millis(ASSERTION_MS);
        (now < until && until <= last).then_some(until)
    }
}

/// One part of a statement: JSON in base64url without padding.
fn part<T: DeserializeOwned>(text: &str) -> Result<T, AssertionError> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| AssertionError::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| AssertionError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::signing::Signer;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_millis(1_795_237_200_000);
    const NOW_S: i64 = 1_795_237_200;

    fn client() -> ClientId {
        Uuid::from_u128(2).into()
    }

    fn vault() -> VaultId {
        Uuid::from_u128(9).into()
    }

    fn header() -> Value {
        json!({"alg": "EdDSA", "kid": "0a0b0c0d", "typ": "JWT"})
    }

    fn claims() -> Value {
        json!({
            "iss": client().to_string(), "sub": client().to_string(), "aud": vault().to_string(),
            "exp": NOW_S + 300, "iat": NOW_S, "jti": "見本-1",
        })
    }

    fn public(seed: u8) -> PublicKey {
        PublicKey::from_bytes(Signer::from_seed([seed; 32]).public_key()).unwrap()
    }

    fn signed(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = Signer::from_seed([5; 32]).sign(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    fn prove(text: &str) -> Result<Proved, AssertionError> {
        Assertion::parse(text)?.prove(client(), public(5), vault(), NOW)
    }

    fn with(name: &str, value: Value) -> Value {
        let mut changed = claims();
        changed[name] = value;
        changed
    }

    #[test]
    fn a_good_statement_proves_its_program_until_it_ends() {
        let text = signed(&header(), &claims());
        assert_eq!(Assertion::parse(&text).ok().unwrap().key(), "0a0b0c0d");
        let proved = prove(&text).unwrap();
        assert_eq!(proved.until, NOW.plus_millis(ASSERTION_MS));
        let list = with("aud", json!([vault().to_string()]));
        assert_eq!(prove(&signed(&header(), &list)), Ok(proved));
    }

    #[test]
    fn whatever_is_not_for_this_program_vault_and_time_proves_nothing() {
        use AssertionError::{Audience, Form, Program, Time};
        let other = ClientId::from(Uuid::from_u128(3)).to_string();
        let several = json!([vault().to_string(), "another"]);
        let cases = [
            ("iss", json!(other), Program),
            ("sub", json!(other), Program),
            ("aud", json!("https://vault.example"), Audience),
            ("aud", several, Form),
            ("exp", json!(NOW_S), Time),
            ("exp", json!(NOW_S + 331), Time),
            ("exp", json!(i64::MAX), Time),
            ("exp", json!(null), Form),
            ("nbf", json!(NOW_S + 31), Time),
            ("iat", json!(NOW_S + 31), Time),
            ("jti", json!(""), Form),
            ("jti", json!("x".repeat(129)), Form),
        ];
        for (name, value, expected) in cases {
            let text = signed(&header(), &with(name, value.clone()));
            assert_eq!(prove(&text), Err(expected), "{name} {value}");
        }
    }

    #[test]
    fn only_the_one_algorithm_is_taken() {
        for header in [
            json!({"alg": "none", "kid": "0a0b0c0d"}),
            json!({"alg": "HS256", "kid": "0a0b0c0d"}),
            json!({"alg": "EdDSA"}),
            json!({"alg": "EdDSA", "kid": "0a0b0c0d", "crit": ["exp"]}),
            json!({"alg": "EdDSA", "kid": "0a0b0c0d", "jwk": {}}),
            json!({"alg": "EdDSA", "kid": "0a0b0c0d", "typ": "dpop+jwt"}),
        ] {
            let text = signed(&header, &claims());
            assert_eq!(prove(&text), Err(AssertionError::Form), "{header}");
        }
    }

    #[test]
    fn every_changed_character_ends_the_proof() {
        let text = signed(&header(), &claims());
        for at in 0..text.len() {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let mut changed = text.clone();
            changed.replace_range(at..=at, other);
            assert!(prove(&changed).is_err(), "{at}");
        }
        let proved = Assertion::parse(&text).ok().unwrap().prove(client(), public(6), vault(), NOW);
        assert_eq!(proved, Err(AssertionError::Signature));
    }

    #[test]
    fn a_public_key_is_kept_as_it_came_and_no_other_point_is_one() {
        let key = public(5);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        let weak = format!("{:?}", "00".repeat(32));
        for text in [weak.as_str(), "\"0a\"", "\"x\"", "5"] {
            assert!(serde_json::from_str::<PublicKey>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in ".*", parts in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,90}){0,3}") {
            prop_assert!(prove(&text).is_err() && prove(&parts).is_err());
        }
    }
}
