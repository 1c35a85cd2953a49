//! Typed ids: a `UUIDv7` each, shown with the prefix of what they name.
//!
//! Ids are made from the time and random bytes that the caller passes in, so a test repeats them.

use core::fmt;
use core::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use uuid::Uuid;

use crate::time::Timestamp;

/// The text is not an id of the expected kind.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read an id that begins with {expected}_")]
pub struct ParseIdError {
    expected: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or(ParseIdError { expected: $prefix })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// An appointment to a role: manager, auditor or viewer.
    AppointmentId = "apt";
    /// A signed certificate of one deletion (削除証明書).
    CertificateId = "crt";
    /// A change waiting for a second person (申請).
    ChangeId = "chg";
    /// A device from which somebody signed in.
    DeviceId = "dev";
    /// A program that calls the API.
    ClientId = "cli";
    /// A line of the roster (取扱担当者の指定).
    DesignationId = "dsg";
    /// One use of the recovery shares.
    EmergencyId = "emg";
    /// A one-time right to make one's own credentials.
    EnrolmentId = "enr";
    /// A fact about a relationship that moves a retention clock.
    FactId = "evt";
    /// A visit of IT staff to the system that keeps the numbers.
    ItAccessId = "ita";
    /// A version of the purpose notice (利用目的の通知).
    NoticeId = "ntc";
    /// One tenant (事業者): a business that handles personal numbers.
    OrganisationId = "org";
    /// A human whose number is kept (対象者).
    PersonId = "per";
    /// A batch of deletions (廃棄).
    PurgeId = "pur";
    /// A release of numbers for one purpose (使用).
    ReadId = "red";
    /// Why a number is held (関係).
    RelationshipId = "rel";
    /// Credentials that two administrators had their owner make anew.
    ResetId = "rst";
    /// One HTTP request.
    RequestId = "req";
    /// A signed-in session.
    SessionId = "ses";
    /// The key slot of one record version; destroyed with it and never used again.
    SlotId = "slt";
    /// A training somebody attended (教育記録).
    TrainingId = "trn";
    /// A line of the training plan (教育計画).
    TrainingPlanId = "tpl";
    /// A natural person who signs in (利用者).
    UserId = "usr";
    /// One installation.
    VaultId = "vlt";
}

/// A new `UUIDv7` (RFC 9562 §5.7) from `at` and ten random bytes.
pub fn new_uuid(at: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The 22 base64url characters by which an id stands in a list of a log entry.
pub fn short(id: impl Into<Uuid>) -> String {
    BASE64URL_NOPAD.encode(id.into().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_shows() {
        let id = PersonId::from(new_uuid(Timestamp::from_millis(1_795_000_000_000), [7; 10]));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(short(id).len(), 22);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = PersonId::from(new_uuid(Timestamp::from_millis(0), [7; 10]));
        let expected = ParseIdError { expected: "usr" };
        assert_eq!(id.to_string().parse::<UserId>(), Err(expected));
        assert_eq!("usr_1234".parse::<UserId>(), Err(expected));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let at = |ms| new_uuid(Timestamp::from_millis(ms), [0xff; 10]);
        assert!(at(1) < at(2));
    }
}
