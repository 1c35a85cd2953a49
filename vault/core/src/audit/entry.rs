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
#[derive(Deserialize)]
struct Envelope {
    actor: ActorRef,
    id: Uuid,
    ip: Option<IpAddr>,
    node: String,
    #[serde(rename = "req")]
    request: Option<RequestId>,
    seq: u64,
    #[serde(rename = "t")]
    at: Timestamp,
    tenant: Option<OrganisationId>,
}

/// A line on its way out: the same fields, borrowed, and the event's beside them.
#[derive(Serialize)]
struct Line<'a> {
    actor: &'a ActorRef,
    #[serde(flatten)]
    event: &'a Event,
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    node: &'a str,
    #[serde(rename = "req", skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    seq: u64,
    #[serde(rename = "t")]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
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
        let leaf = to_canonical(&self.line())?;
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

    fn line(&self) -> Line<'_> {
        Line {
            actor: &self.actor,
            event: &self.event,
            id: self.id,
            ip: self.ip,
            node: &self.node,
            request: self.request,
            seq: self.seq,
            at: self.at,
            tenant: self.tenant,
            v: 1,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::event::{Decision, NumberEvent, PersonVersion, PurposeUse, VaultEvent};
    use crate::audit::{Digest, SessionMark};
    use crate::id::new_uuid;

    fn uuid(byte: u8) -> Uuid {
        new_uuid(Timestamp::from_millis(1_795_237_200_000), [byte; 10])
    }

    fn intent(people: usize, reference: &str) -> Entry {
        let people = (0..people).map(|at| PersonVersion {
            person: uuid(u8::try_from(at % 200).unwrap()).into(),
            version: 4_000_000_000,
        });
        let event = NumberEvent::ReleaseIntent {
            dec: Decision { policy: Digest([0xab; 32]), rule: "R12".into(), v: "allow".into() },
            dry_run: false,
            people: people.collect(),
            purpose: PurposeUse {
                code: "withholding_slip".into(),
                destination: Some("見本税務署".into()),
                period: "2026".into(),
                reason: None,
                reference: reference.into(),
            },
            read: uuid(1).into(),
        };
        Entry {
            id: uuid(2),
            seq: 20_852_163,
            at: Timestamp::from_millis(1_795_237_200_123),
            node: "n1".into(),
            tenant: Some(uuid(3).into()),
            actor: ActorRef::User {
                cap: Some("use".into()),
                id: uuid(4).into(),
                sess: Some(SessionMark([1, 2, 3, 4])),
            },
            request: Some(uuid(5).into()),
            ip: Some("192.0.2.7".parse().unwrap()),
            event: event.into(),
        }
    }

    #[test]
    fn a_leaf_is_one_line_of_sorted_json() {
        let leaf = String::from_utf8(intent(1, "令和8年分 源泉徴収票").leaf().unwrap()).unwrap();
        let start = format!(
            r#"{{"act":"number.release.intent","actor":{{"cap":"use","id":"usr_{}","sess":"01020304","type":"user"}},"dec":{{"policy":"sha256:{}","rule":"R12","v":"allow"}},"dry_run":false,"id":"#,
            uuid(4).simple(),
            "ab".repeat(32),
        );
        assert!(leaf.starts_with(&start), "{leaf}");
        let end = format!(
            r#""seq":20852163,"t":"2026-11-21T05:00:00.123Z","tenant":"org_{}","v":1}}"#,
            uuid(3).simple()
        );
        assert!(leaf.ends_with(&end), "{leaf}");
    }

    #[test]
    fn an_entry_reads_back_what_it_wrote() {
        let entry = intent(3, "写し \"控\"\\");
        assert_eq!(Entry::from_leaf(&entry.leaf().unwrap()).unwrap(), entry);
        let bare = Entry {
            actor: ActorRef::Operator,
            tenant: None,
            request: None,
            ip: None,
            event: VaultEvent::EpochCreated { epoch: 1 }.into(),
            ..entry
        };
        assert_eq!(Entry::from_leaf(&bare.leaf().unwrap()).unwrap(), bare);
    }

    #[test]
    fn a_line_in_another_form_is_not_an_entry() {
        let leaf = String::from_utf8(intent(1, "x").leaf().unwrap()).unwrap();
        for changed in [
            leaf.replacen(':', ": ", 1),
            leaf.replace("\"v\":1}", "\"v\":2}"),
            leaf.replace("\"v\":1}", "\"v\":1,\"zz\":0}"),
            leaf.replace("05:00:00.123Z", "05:00:00.123000Z"),
            leaf.replace("\"n1\"", "\"n\\u0031\""),
        ] {
            assert!(Entry::from_leaf(changed.as_bytes()).is_err(), "{changed}");
        }
    }

    #[test]
    fn a_hundred_people_and_two_long_texts_fit_into_a_leaf() {
        let mut entry = intent(100, &"𠮷".repeat(200));
        assert!(entry.leaf().is_ok());
        assert_eq!(entry.event.people().len(), 100);
        entry.node = "n".repeat(MAX_LEAF);
        assert!(matches!(entry.leaf(), Err(LeafError::TooLong)));
    }
}
