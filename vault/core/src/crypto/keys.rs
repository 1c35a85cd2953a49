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
        expand(&self.0, &[b"mnv1/org\0", Uuid::from(org).as_bytes()], &mut key.0);
        key
    }
}

impl PersonalKey {
    /// The key of one organisation's personal fields.
    pub fn for_org(&self, org: OrganisationId) -> OrgPersonalKey {
        let mut key = OrgPersonalKey(Box::default());
        expand(&self.0, &[b"mnv1/person\0", Uuid::from(org).as_bytes()], &mut key.0);
        key
    }
}

impl ApiPepper {
    /// What is stored instead of an API key's secret.
    pub fn mac(&self, key_id: [u8; 4], secret: &[u8; 32]) -> [u8; 32] {
        hmac(&*self.0, &[b"api", &key_id, secret])
    }

    /// What proves that the vault gave out an access token: for a key, and until when.
    pub fn token_mac(&self, key_id: [u8; 4], until: Timestamp) -> [u8; 32] {
        hmac(&*self.0, &[b"access", &key_id, &until.as_millis().to_be_bytes()])
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
    pub fn enrolment_mac(&self, user: UserId, expires_at: Timestamp, token: &[u8; 32]) -> [u8; 32] {
        let at = expires_at.as_millis().to_be_bytes();
        hmac(&*self.0, &[b"enrol", Uuid::from(user).as_bytes(), &at, token])
    }
}

impl SessionPepper {
    /// What is stored instead of the token of a known device; of no other kind, by its label.
    pub fn device_mac(&self, user: UserId, issued_at: Timestamp, token: &[u8; 32]) -> [u8; 32] {
        let at = issued_at.as_millis().to_be_bytes();
        hmac(&*self.0, &[b"device", Uuid::from(user).as_bytes(), &at, token])
    }

    /// What is stored instead of a recovery code; of no other kind, by its label.
    pub fn recovery_mac(&self, user: UserId, code: &[u8; 16]) -> [u8; 32] {
        hmac(&*self.0, &[b"recover", Uuid::from(user).as_bytes(), code])
    }

    /// Under which number guesses at a name that nobody has are counted. Strangers cannot know it.
    pub fn shadow(&self, login: &str) -> u16 {
        let [high, low, ..] = hmac(&*self.0, &[b"shadow", login.as_bytes()]);
        u16::from_be_bytes([high, low])
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

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::crypto::documented::is_documented;

    fn counting_from(first: u8) -> Uuid {
        Uuid::from_bytes(core::array::from_fn(|at| first + u8::try_from(at).unwrap()))
    }

    #[test]
    fn macs_are_the_known_answers() {
        let hex = |bytes: [u8; 32]| {
            let text = HEXLOWER.encode(&bytes);
            assert!(is_documented(&text));
            text
        };
        let api = ApiPepper::from_random([0xa7; 32]).mac([10, 11, 12, 13], &[0x5a; 32]);
        assert_eq!(hex(api), "b7ea8f6211cf0ac8bdd1da739a0117b6ee1a4d0082f42a4e077ea46774d5a3ac");
        let at = Timestamp::from_millis(1_795_237_200_123);
        let session = SessionPepper::from_random([0xa8; 32]);
        let mac = session.mac(counting_from(0x50).into(), at, &[0x5b; 32]);
        assert_eq!(hex(mac), "e3464f86a7db0d0d9f67a17df25748359e5a538ea8e6415b3175e53eff466b3d");
        let tombstone = RowKey::from_random([0xa9; 32]).tombstone(counting_from(0x40).into());
        assert_eq!(
            hex(tombstone),
            "54092c6c69427c5a19e81b7f8240084e89643322e404ba71be8a06dbd6a76975"
        );
    }

    #[test]
    fn a_session_belongs_to_one_user_and_time() {
        let pepper = SessionPepper::from_random([1; 32]);
        let (user, at) = (counting_from(0x50).into(), Timestamp::from_millis(5));
        let mac = pepper.mac(user, at, &[2; 32]);
        assert_ne!(mac, pepper.mac(counting_from(0x51).into(), at, &[2; 32]));
        assert_ne!(mac, pepper.mac(user, at.plus_millis(1), &[2; 32]));
        assert_ne!(mac, pepper.mac(user, at, &[3; 32]));
    }

    #[test]
    fn organisations_and_uses_have_keys_of_their_own() {
        let [one, other] = [0x20, 0x21].map(|first| OrganisationId::from(counting_from(first)));
        let (epoch, personal) = (EpochKey::from_random([7; 32]), PersonalKey::from_random([7; 32]));
        assert_ne!(epoch.for_org(one).bytes(), epoch.for_org(other).bytes());
        assert_ne!(personal.for_org(one).bytes(), personal.for_org(other).bytes());
        assert_ne!(epoch.for_org(one).bytes(), personal.for_org(one).bytes());
        assert_ne!(epoch.for_org(one).bytes(), epoch.bytes());
    }

    #[test]
    fn a_certificate_key_signs_as_its_seed_does() {
        let signer = CertificateKey::from_random([3; 32]).signer();
        assert_eq!(signer.public_key(), Signer::from_seed([3; 32]).public_key());
    }
}
