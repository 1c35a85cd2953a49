//! Who did what an entry tells.

use core::fmt;
use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id::{ClientId, UserId};

/// Who acted. People are compared by [`ActorRef::person`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "type")]
pub enum ActorRef {
    /// A program, which acts as its owner.
    Client {
        /// The program.
        id: ClientId,
        /// The person who answers for it.
        owner: UserId,
    },
    /// Whoever has the host's shell; not a user of the vault.
    Operator,
    /// A scheduled job.
    System {
        /// Its name in the timetable.
        job: String,
    },
    /// A person who signed in.
    User {
        /// The capability or role under which the act was allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<String>,
        /// The person.
        id: UserId,
        /// The session, recognisable but of no use to whoever reads the log.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sess: Option<SessionMark>,
    },
}

impl ActorRef {
    /// The person behind the act; `None` for a job and for the operator of the host.
    pub fn person(&self) -> Option<UserId> {
        match self {
            Self::Client { owner, .. } => Some(*owner),
            Self::User { id, .. } => Some(*id),
            Self::Operator | Self::System { .. } => None,
        }
    }
}

/// The first 4 bytes of an HMAC of a session's id, shown as 8 hex characters.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SessionMark(pub [u8; 4]);

impl fmt::Display for SessionMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl Serialize for SessionMark {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionMark {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        let unlike = || serde::de::Error::custom("could not read a mark of 8 hex characters");
        bytes.map(Self).ok_or_else(unlike)
    }
}
