//! What entries tell, one enum per area. The name of an event (`act`) is dotted; its fields lie
//! beside the envelope's in the same JSON object.
//!
//! No event has a field for a number, a part or digest of one, a person's name, a request body or
//! a token. The only free texts are `reference`, `destination` and `reason`, which pass the scan
//! for digits before they come here.

mod access;
mod change;
mod number;
mod people;
mod purge;
mod roster;
mod vault;

use serde::{Deserialize, Serialize};

pub use access::AccessEvent;
pub use change::{ChangeEvent, Rekeyed, Subject};
pub use number::{Decision, NumberEvent, PersonVersion, PurposeUse, Refusal};
pub use people::PeopleEvent;
pub use purge::PurgeEvent;
pub use roster::{RosterEvent, SettingChange};
pub use vault::{Boot, VaultEvent};

use crate::id::{PersonId, ReadId};

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// Enrolment, sessions, refusals before an act.
    Access(AccessEvent),
    /// The queue of two-person acts.
    Change(ChangeEvent),
    /// A number becomes active, is released or destroyed.
    Number(NumberEvent),
    /// People, their relationships and the facts that move retention.
    People(PeopleEvent),
    /// Batches of deletions and their certificates.
    Purge(PurgeEvent),
    /// Who may do what: users, organisations, designations, clients, settings.
    Roster(RosterEvent),
    /// The installation itself.
    Vault(VaultEvent),
}

impl Event {
    /// The people whose history this entry belongs to; it feeds the index person → entries.
    pub fn people(&self) -> Vec<PersonId> {
        match self {
            Self::Change(event) => event.people(),
            Self::Number(event) => event.people(),
            Self::People(event) => vec![event.person()],
            Self::Purge(event) => event.people(),
            Self::Access(_) | Self::Roster(_) | Self::Vault(_) => Vec::new(),
        }
    }
}

impl Event {
    /// The read whose record the entry is part of.
    pub fn read(&self) -> Option<ReadId> {
        match self {
            Self::Number(
                NumberEvent::ReleaseIntent { read, .. }
                | NumberEvent::ReleaseOutcome { read, .. }
                | NumberEvent::ReleaseRefused { read, .. },
            ) => Some(*read),
            Self::Access(_)
            | Self::Change(_)
            | Self::Number(_)
            | Self::People(_)
            | Self::Purge(_)
            | Self::Roster(_)
            | Self::Vault(_) => None,
        }
    }
}

macro_rules! from_areas {
    ($($area:ident($event:ident)),+) => {$(
        impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$area(event)
            }
        }
    )+};
}

from_areas!(
    Access(AccessEvent),
    Change(ChangeEvent),
    Number(NumberEvent),
    People(PeopleEvent),
    Purge(PurgeEvent),
    Roster(RosterEvent),
    Vault(VaultEvent)
);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// One of each event, with every field that it can have.
    fn every_event() -> impl Iterator<Item = Value> {
        include_str!("every.jsonl").lines().map(|line| serde_json::from_str(line).unwrap())
    }

    #[test]
    fn every_event_reads_back_what_it_shows() {
        for json in every_event() {
            let event: Event = serde_json::from_value(json.clone())
                .unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(serde_json::to_value(&event).unwrap(), json);
            let names_one = json["person"].is_string() || json["act"] == "change.proposed";
            let listed = json["people"].is_array() || json["refused"].is_array();
            assert_eq!(event.people().len(), usize::from(names_one || listed), "{json}");
        }
    }

    #[test]
    fn an_event_with_a_field_too_many_is_refused() {
        for mut json in every_event() {
            json["zz"] = json!(1);
            assert!(serde_json::from_value::<Event>(json.clone()).is_err(), "{json}");
        }
    }
}
