//! Ed25519 signatures of checkpoints and certificates. Source: RFC 8032.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use static_assertions::assert_not_impl_any;
use zeroize::Zeroize;

/// A signing key. The key is boxed, so a move copies a pointer, and wiped on drop.
pub struct Signer(Box<SigningKey>);

assert_not_impl_any!(Signer: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq);

impl Signer {
    /// The key made of 32 random bytes.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = Box::new(SigningKey::from_bytes(&seed));
        seed.zeroize();
        Self(key)
    }

    /// The 32 bytes by which others verify.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The signature of `message`; the same message always gets the same one.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Whether these bytes are a key under which [`verify_strict`] can accept anything.
pub fn is_public_key(public: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| !key.is_weak())
}

/// Whether `signature` is that of `message` under `public`.
///
/// Strict: a key or nonce of small order is refused as well, and so is a signature whose number is
/// not reduced, so nobody can make a second signature out of a first. Source: RFC 8032 §5.1.7.
pub fn verify_strict(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public)
        .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
        .is_ok()
}
