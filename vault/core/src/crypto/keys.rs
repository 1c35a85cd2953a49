//! The keys of one vault, each a type of its own.

use static_assertions::assert_not_impl_any;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::signing::Signer;
use super::{expand, hmac};
use crate::id::{OrganisationId, SlotId, UserId};
use crate::time::Timestamp;

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        ///
        /// 32 bytes, boxed so that a move copies a pointer, and wiped on drop.
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name(Box<[u8; 32]>);

        assert_not_impl_any!($name: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq);

        impl $name {
            /// The key made of 32 random bytes.
            pub fn from_random(mut bytes: [u8; 32]) -> Self {
                let key = Self(Box::new(bytes));
                bytes.zeroize();
                key
            }

            pub(crate) fn bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }
    )+};
}

keys! {
    /// Makes secrets of API keys comparable without keeping them (APK).
    ApiPepper
    /// Signs deletion certificates (CSK); Ed25519.
    CertificateKey
    /// The key of one epoch (EK): random, never derived, so that destroying it is final.
    EpochKey
    /// What opens the keyring's body and nothing else (MK).
    MasterKey
    /// One organisation's share of an epoch key, kept in memory only (EK\[t,e\]).
    OrgEpochKey
    /// One organisation's key of personal fields, kept in memory only (PFK\[t\]).
    OrgPersonalKey
    /// Mixed into passwords before they are hashed (PPK).
    PasswordPepper
    /// From which the keys of names, kana and birth dates come (PFK).
    PersonalKey
    /// Authenticates rows, tables, the head of the log and tombstones (RMK).
    RowKey
    /// Makes session tokens comparable without keeping them (SPK).
    SessionPepper
    /// Seals TOTP seeds (TEK).
    TotpKey
}

impl EpochKey {
    /// The key with which this epoch wraps the record keys of one organisation.
    pub fn for_org(&self, org: OrganisationId) -> OrgEpochKey {
        let mut key = OrgEpochKey(Box::default());
        expand(&self.0, &[b"mnv1/org\0", Uuid::from(org).as_bytes()], &mut *key.0);
        key
    }
}

impl PersonalKey {
    /// The key of one organisation's personal fields.
    pub fn for_org(&self, org: OrganisationId) -> OrgPersonalKey {
        let mut key = OrgPersonalKey(Box::default());
        expand(&self.0, &[b"mnv1/person\0", Uuid::from(org).as_bytes()], &mut *key.0);
        key
    }
}

impl ApiPepper {
    /// What is stored instead of an API key's secret.
    pub fn mac(&self, key_id: [u8; 4], secret: &[u8; 32]) -> [u8; 32] {
        hmac(&*self.0, &[b"api", &key_id, secret])
    }
}

impl SessionPepper {
    /// What is stored instead of a session token. User and time are in it, so a row that is given
    /// to another user fits no token.
    pub fn mac(&self, user: UserId, issued_at: Timestamp, token: &[u8; 32]) -> [u8; 32] {
        let at = issued_at.as_millis().to_be_bytes();
        hmac(&*self.0, &[b"sess", Uuid::from(user).as_bytes(), &at, token])
    }
}

impl SessionPepper {
    /// What is stored instead of an enrolment token. The label differs from that of sessions, so
    /// neither can stand in for the other.
    pub fn enrolment_mac(
        &self,
        user: UserId,
        expires_at: Timestamp,
        token: &[u8; 32],
    ) -> [u8; 32] {
        let at = expires_at.as_millis().to_be_bytes();
        hmac(&*self.0, &[b"enrol", Uuid::from(user).as_bytes(), &at, token])
    }
}

impl CertificateKey {
    /// The key, ready to sign.
    pub fn signer(&self) -> Signer {
        Signer::from_seed(*self.0)
    }
}

impl RowKey {
    /// What stands beside a destroyed slot in the file of tombstones.
    pub fn tombstone(&self, slot: SlotId) -> [u8; 32] {
        hmac(&*self.0, &[b"mnv1/tomb\0", Uuid::from(slot).as_bytes()])
    }
}
