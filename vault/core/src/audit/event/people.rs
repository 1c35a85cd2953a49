//! Events of people, their relationships and facts.

use serde::{Deserialize, Serialize};

use crate::id::{ChangeId, FactId, PersonId, RelationshipId};

/// Events of people, their relationships and facts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum PeopleEvent {
    /// A recorded fact was edited or voided by two people.
    #[serde(rename = "fact.corrected")]
    FactCorrected {
        /// The change that two people agreed on.
        change: ChangeId,
        /// The fact that holds from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fact: Option<FactId>,
        /// Whose.
        person: PersonId,
        /// The fact that no longer counts.
        supersedes: FactId,
    },
    /// A fact that moves a retention clock.
    #[serde(rename = "fact.recorded")]
    FactRecorded {
        /// The fact.
        fact: FactId,
        /// Its type: `employment_ended`, `document_filed`, …
        #[serde(rename = "type")]
        kind: String,
        /// Whose.
        person: PersonId,
        /// The relationship it concerns, if one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relationship: Option<RelationshipId>,
    },
    /// A person is known to the vault.
    #[serde(rename = "person.created")]
    PersonCreated {
        /// Who.
        person: PersonId,
        /// The first relationship.
        relationship: RelationshipId,
    },
    /// Fields of a person differ from now on.
    #[serde(rename = "person.updated")]
    PersonUpdated {
        /// The change that two people agreed on, while a number exists.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Names of the fields, never their values.
        fields: Vec<String>,
        /// Who.
        person: PersonId,
    },
    /// Another reason to hold the number.
    #[serde(rename = "relationship.added")]
    RelationshipAdded {
        /// `employee`, `dependant`, `payee`, …
        kind: String,
        /// Whose.
        person: PersonId,
        /// The relationship.
        relationship: RelationshipId,
    },
}

impl PeopleEvent {
    pub(super) fn person(&self) -> PersonId {
        match self {
            Self::FactCorrected { person, .. }
            | Self::FactRecorded { person, .. }
            | Self::PersonCreated { person, .. }
            | Self::PersonUpdated { person, .. }
            | Self::RelationshipAdded { person, .. } => *person,
        }
    }
}
