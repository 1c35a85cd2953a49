//! From the bytes of a file to a signed payload and a proof.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::payload::{Payload, present};
use crate::json;
use crate::keys::LogKeys;
use crate::proof::{self, Proven};
use crate::report::Findings;
use crate::trust::{CertificateKey, Trust};

/// A certificate whose signatures are genuine and whose payload could be read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) payload: Payload,
    pub(super) payload_bytes: Vec<u8>,
    pub(super) kid: String,
    pub(super) proof: Proven,
    pub(super) completion: Option<Jws>,
}

/// A signed document: JWS in flattened JSON. Source: RFC 7515 §7.2.2.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jws {
    payload: String,
    protected: String,
    signature: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    certificate: Jws,
    proof: String,
    #[serde(deserialize_with = "present")]
    completion: Option<Jws>,
}

/// The header, in the order in which its canonical form has the fields.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
}

/// Opens a file, or says what is wrong with it.
pub(super) fn open(
    bytes: &[u8],
    trust: &Trust,
    keys: &LogKeys,
    found: &mut Findings,
) -> Option<Opened> {
    let file: Option<File> = serde_json::from_slice(bytes).ok();
    let same = |file: &File| serde_json::to_vec(file).is_ok_and(|again| again == bytes);
    let Some(file) = file.filter(same) else {
        let what = "the file is not, byte for byte, in the form of a certificate";
        found.whole("cert-encoding", what);
        return None;
    };
    let Some(kid) = file.certificate.kid() else {
        found.whole("cert-header", "the header of the signature has another form");
        return None;
    };
    let Some(CertificateKey { key, .. }) = trust.certificate_key(&kid) else {
        found.whole("cert-unknown-key", "the key is not in the trust file");
        return None;
    };
    let Some(payload_bytes) = file.certificate.open(key) else {
        found.whole("cert-signature", "the signature does not fit the certificate");
        return None;
    };
    let payload = std::str::from_utf8(&payload_bytes).ok().filter(|text| json::is_canonical(text));
    let Some(payload) = payload.and_then(|text| serde_json::from_str(text).ok()) else {
        found.whole("cert-schema", "the signed text lacks a field, or has one too many");
        return None;
    };
    let proof = proof::open(&file.proof, keys, found)?;
    Some(Opened { payload, payload_bytes, kid, proof, completion: file.completion })
}

impl Jws {
    /// The name of the key, if the header has exactly its form.
    pub(super) fn kid(&self) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(self.protected.as_bytes()).ok()?;
        let header: Header = serde_json::from_slice(&bytes).ok()?;
        let same = serde_json::to_vec(&header).ok()? == bytes;
        (same && header.alg == "EdDSA").then_some(header.kid)
    }

    /// The signed bytes, if the signature is genuine. Source: RFC 8037 §3.1.
    pub(super) fn open(&self, key: &VerifyingKey) -> Option<Vec<u8>> {
        let signature = BASE64URL_NOPAD.decode(self.signature.as_bytes()).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        let input = format!("{}.{}", self.protected, self.payload);
        key.verify_strict(input.as_bytes(), &signature).ok()?;
        self.payload_bytes()
    }

    /// The signed bytes, whether or not the signature is genuine.
    pub(super) fn payload_bytes(&self) -> Option<Vec<u8>> {
        BASE64URL_NOPAD.decode(self.payload.as_bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: RFC 8037 appendices A.2, A.4 and A.5.
    #[test]
    fn the_signature_of_the_specification_is_genuine() {
        let key = BASE64URL_NOPAD.decode(b"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
        let mut jws = Jws {
            payload: "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(),
            protected: "eyJhbGciOiJFZERTQSJ9".to_owned(),
            signature:
                "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvp\
                        Ar_MuM0KAg"
                    .to_owned(),
        };
        assert_eq!(jws.open(&key).as_deref(), Some(&b"Example of Ed25519 signing"[..]));
        assert_eq!(jws.kid(), None, "a header without a key's name is not ours");
        jws.payload.replace_range(..1, "S");
        assert_eq!(jws.open(&key), None);
    }
}
