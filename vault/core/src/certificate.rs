//! Signed evidence that a number was destroyed (個人番号削除（廃棄）証明書).
//!
//! The signed bytes are the payload's canonical JSON (keys sorted, no white space). A certificate
//! never changes once signed; what is known later is a second signed document beside it.
//! Source: RFC 7515 §7.2.2 (flattened JSON), RFC 8037 §3.1 (`EdDSA`).

mod payload;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

pub use payload::{
    Addressee, Approval, AuditTrail, Certificate, CertificateType, Holding, LockA, LockB,
    LockState, Method, ParseSerialError, Performer, Scan, Serial, Target, TargetVersion, Tenant,
    TimeSource, Trigger, Verification,
};

use crate::audit::{CanonicalError, Digest, to_canonical};

/// A signed document: JWS in flattened JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Jws {
    payload: String,
    protected: String,
    signature: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    kid: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    certificate: &'a Jws,
    proof: &'a str,
    completion: Option<&'a Jws>,
}

/// Signs `certificate` with the key named `kid`; `sign` is given the signing input.
///
/// # Errors
///
/// [`CanonicalError`] if the payload has no canonical form.
pub fn issue(
    certificate: &Certificate,
    kid: &str,
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<Jws, CanonicalError> {
    let protected = BASE64URL_NOPAD.encode(&to_canonical(&Header { alg: "EdDSA", kid })?);
    let payload = BASE64URL_NOPAD.encode(&to_canonical(certificate)?);
    let signature = sign(format!("{protected}.{payload}").as_bytes());
    Ok(Jws { payload, protected, signature: BASE64URL_NOPAD.encode(&signature) })
}

/// The bytes of `AZEKURA-CERT-<serial>.json`: the certificate, the proof of its log entry and,
/// once the epoch key is gone, the completion.
///
/// # Errors
///
/// [`CanonicalError`] never in practice: the parts are texts.
pub fn file_bytes(
    certificate: &Jws,
    proof: &str,
    completion: Option<&Jws>,
) -> Result<Vec<u8>, CanonicalError> {
    Ok(serde_json::to_vec(&File { certificate, proof, completion })?)
}

impl Jws {
    /// What was signed, unverified; `None` if the payload is no such statement.
    pub fn statement(&self) -> Option<Certificate> {
        let payload = BASE64URL_NOPAD.decode(self.payload.as_bytes()).ok()?;
        serde_json::from_slice(&payload).ok()
    }

    /// SHA-256 of the payload's bytes, which the log entry names. A payload that is not base64url
    /// has no bytes, so its digest fits no entry.
    pub fn payload_sha256(&self) -> Digest {
        Digest::of(&BASE64URL_NOPAD.decode(self.payload.as_bytes()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_order_and_says_that_nothing_is_completed() {
        let part = |text: &str| text.to_owned();
        let jws = Jws { payload: part("e30"), protected: part("e31"), signature: part("AA") };
        let parts = r#"{"payload":"e30","protected":"e31","signature":"AA"}"#;
        let whole = format!(r#"{{"certificate":{parts},"proof":"a\nb","completion":null}}"#);
        assert_eq!(file_bytes(&jws, "a\nb", None).unwrap(), whole.as_bytes());
        assert_eq!(jws.payload_sha256(), Digest::of(b"{}"));
    }
}
