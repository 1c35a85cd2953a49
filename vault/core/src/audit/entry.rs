//! One line of the log.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use super::canonical::to_canonical;
use super::{ActorRef, CanonicalError, Event};
use crate::id::{OrganisationId, RequestId};
use crate::time::Timestamp;

/// The most bytes that a leaf may have.
pub const MAX_LEAF: usize = 8_192;

/// One line of the log: who did what, when, in whose name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// `UUIDv7`, by which an append whose result is unknown is looked up.
    pub id: Uuid,
    /// The place in the log, from 0 without holes.
    pub seq: u64,
    /// The wall clock when it was written.
    pub at: Timestamp,
    /// The name of the node that wrote it.
    pub node: String,
    /// The organisation it belongs to; `None` for what concerns the whole vault.
    pub tenant: Option<OrganisationId>,
    /// Who acted.
    pub actor: ActorRef,
    /// The request in which it happened.
    pub request: Option<RequestId>,
    /// Where the request came from.
    pub ip: Option<IpAddr>,
    /// What happened.
    pub event: Event,
}

/// Why an entry does not become a leaf, or a leaf is no entry.
#[derive(Debug, Error)]
pub enum LeafError {
    /// A value has no canonical form.
    #[error("could not write the entry")]
    Canonical(#[from] CanonicalError),
    /// More than [`MAX_LEAF`] bytes.
    #[error("could not fit the entry into {MAX_LEAF} bytes")]
    TooLong,
    /// The bytes are not an entry in canonical form.
    #[error("could not read an entry of the log")]
    Unreadable,
}

/// The fields around the event, as they stand in the line.
#[derive(Deserialize, Serialize)]
struct Envelope {
    actor: ActorRef,
    id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    node: String,
    #[serde(default, rename = "req", skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    seq: u64,
    #[serde(rename = "t")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<OrganisationId>,
    v: u8,
}

/// The names in [`Envelope`]; every other field of a line is the event's.
const ENVELOPE: [&str; 9] = ["actor", "id", "ip", "node", "req", "seq", "t", "tenant", "v"];

impl Entry {
    /// The bytes that are stored and hashed: one JSON line in canonical form, without line end.
    ///
    /// # Errors
    ///
    /// [`LeafError::TooLong`] beyond [`MAX_LEAF`] bytes.
    pub fn leaf(&self) -> Result<Vec<u8>, LeafError> {
        let leaf = to_canonical(&Line { envelope: self.envelope(), event: &self.event })?;
        if leaf.len() > MAX_LEAF {
            return Err(LeafError::TooLong);
        }
        Ok(leaf)
    }

    /// Reads what [`Self::leaf`] wrote.
    ///
    /// # Errors
    ///
    /// [`LeafError::Unreadable`] unless the entry that is read gives exactly these bytes again.
    pub fn from_leaf(leaf: &[u8]) -> Result<Self, LeafError> {
        let entry = read(leaf).map_err(|_| LeafError::Unreadable)?;
        if entry.leaf()? != leaf {
            return Err(LeafError::Unreadable);
        }
        Ok(entry)
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            actor: self.actor.clone(),
            id: self.id,
            ip: self.ip,
            node: self.node.clone(),
            request: self.request,
            seq: self.seq,
            at: self.at,
            tenant: self.tenant,
            v: 1,
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    envelope: Envelope,
    #[serde(flatten)]
    event: &'a Event,
}

fn read(leaf: &[u8]) -> Result<Entry, serde_json::Error> {
    let mut fields: Map<String, Value> = serde_json::from_slice(leaf)?;
    let around = ENVELOPE.iter().filter_map(|name| fields.remove_entry(*name)).collect();
    let envelope: Envelope = serde_json::from_value(Value::Object(around))?;
    Ok(Entry {
        id: envelope.id,
        seq: envelope.seq,
        at: envelope.at,
        node: envelope.node,
        tenant: envelope.tenant,
        actor: envelope.actor,
        request: envelope.request,
        ip: envelope.ip,
        event: serde_json::from_value(Value::Object(fields))?,
    })
}
