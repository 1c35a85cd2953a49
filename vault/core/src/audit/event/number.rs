//! Events of numbers. The number itself is in none of them.

use core::fmt;
use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::audit::{Digest, digest};
use crate::id::{ChangeId, NoticeId, PersonId, PurgeId, ReadId, SlotId, short};

/// A person and the version of the record that is meant, shown as `<22 base64url>.<version>`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PersonVersion {
    /// Whose record.
    pub person: PersonId,
    /// Which version of it.
    pub version: u64,
}

/// What numbers are released for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeUse {
    /// The work, from the closed table.
    pub code: String,
    /// To whom the document goes (提出先).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// A tax year or a date.
    pub period: String,
    /// Why, where a read needs a reason: the correction of a slip after its use, or an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it is for, in the caller's words, scanned for digits.
    pub reference: String,
}

/// Under which rule of which policy a release was allowed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Digest of the compiled-in rules.
    #[serde(with = "digest::prefixed")]
    pub policy: Digest,
    /// The rule that decided.
    pub rule: String,
    /// `allow`, or the denial code.
    pub v: String,
}

/// One reason and the people to whom it applies.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The denial code.
    pub code: String,
    /// The people, as 22 base64url characters each.
    #[serde(with = "short_people")]
    pub people: Vec<PersonId>,
}

/// Events of numbers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum NumberEvent {
    /// A checked number can be used.
    #[serde(rename = "number.activated")]
    Activated {
        /// The change that two people agreed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// The key epoch of its slot.
        epoch: u32,
        /// Whose.
        person: PersonId,
        /// Where its key lies.
        slot: SlotId,
        /// Which version of the record.
        version: u64,
    },
    /// A record is bound to other purposes, by what its person was told (利用目的の変更).
    #[serde(rename = "number.rebound")]
    Rebound {
        /// The change that two people agreed on.
        change: ChangeId,
        /// The notice that told the person.
        notice: NoticeId,
        /// Whose.
        person: PersonId,
        /// The bundles it is bound to from now on.
        purposes: Vec<String>,
        /// Which version of the record.
        version: u64,
    },
    /// The key of a record version is gone.
    #[serde(rename = "number.destroyed")]
    Destroyed {
        /// Digest of the ciphertext, which is useless without the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob_sha256: Option<Digest>,
        /// The change that ended this version: a correction, a rejection, an expiry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Whose.
        person: PersonId,
        /// The batch of deletions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purge: Option<PurgeId>,
        /// Where the key lay; never used again.
        slot: SlotId,
        /// Digest of the slot before it was overwritten.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slot_sha256: Option<Digest>,
        /// Which version of the record.
        version: u64,
    },
    /// Numbers are about to be opened; durable before the first key is used.
    #[serde(rename = "number.release.intent")]
    ReleaseIntent {
        /// Under which rule.
        dec: Decision,
        /// Whether it only asks who would be refused; then nothing is opened.
        dry_run: bool,
        /// Whose, at most 100 in one entry.
        people: Vec<PersonVersion>,
        /// What for.
        purpose: PurposeUse,
        /// The use (様式9), which may have several entries.
        read: ReadId,
    },
    /// What became of a use. Without one, an intent counts as released.
    #[serde(rename = "number.release.outcome")]
    ReleaseOutcome {
        /// How many numbers could not be opened.
        failed: u32,
        /// The use.
        read: ReadId,
        /// How many were handed to the connection.
        sent: u32,
    },
    /// Numbers that were asked for and not released.
    #[serde(rename = "number.release.refused")]
    ReleaseRefused {
        /// What for.
        purpose: PurposeUse,
        /// The use.
        read: ReadId,
        /// Why, and to whom it applies; at most 100 people in one entry.
        refused: Vec<Refusal>,
    },
}

impl NumberEvent {
    pub(super) fn people(&self) -> Vec<PersonId> {
        match self {
            Self::Activated { person, .. }
            | Self::Destroyed { person, .. }
            | Self::Rebound { person, .. } => vec![*person],
            Self::ReleaseIntent { people, .. } => people.iter().map(|one| one.person).collect(),
            Self::ReleaseOutcome { .. } => Vec::new(),
            Self::ReleaseRefused { refused, .. } => {
                refused.iter().flat_map(|refusal| &refusal.people).copied().collect()
            }
        }
    }
}

impl fmt::Display for PersonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", short(self.person), self.version)
    }
}

impl Serialize for PersonVersion {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PersonVersion {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let read = |text: &str| {
            let (person, version) = text.split_once('.')?;
            Some(Self { person: from_short(person)?, version: version.parse().ok()? })
        };
        read(&text).ok_or_else(|| serde::de::Error::custom("could not read a person and version"))
    }
}

fn from_short(text: &str) -> Option<PersonId> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    Uuid::from_slice(&bytes).ok().map(PersonId::from)
}

mod short_people {
    use super::{Cow, Deserialize, Deserializer, PersonId, Serializer, from_short, short};

    pub(super) fn serialize<S: Serializer>(people: &[PersonId], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(people.iter().map(|person| short(*person)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<PersonId>, D::Error> {
        let unlike = || serde::de::Error::custom("could not read the short form of a person");
        let texts = Vec::<Cow<'_, str>>::deserialize(from)?;
        texts.iter().map(|text| from_short(text).ok_or_else(unlike)).collect()
    }
}
