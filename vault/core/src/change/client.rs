//! What two people may agree on about a program that exists.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, UserId};
use crate::roster::{Grant, Stopped};

/// A program that is to do more, or to go on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// The program.
    pub client: ClientId,
    /// Who answers for it as it is.
    pub owner: UserId,
    /// What is to happen.
    pub amendment: Amendment,
}

/// What is to happen to a program.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Amendment {
    /// It is granted something else.
    Grant(Box<Regrant>),
    /// It goes on.
    Resume {
        /// The stop that is lifted; a later one is not.
        stopped: Stopped,
    },
}

/// A grant in the place of another. Whoever agrees sees both, and if the first is no longer what the
/// program has, nobody agreed to anything.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Regrant {
    /// What the program had when it was proposed.
    pub before: Grant,
    /// What it is to have.
    pub after: Grant,
}

impl ClientChange {
    /// Who gains by it: the owner, and the new one if it changes hands.
    pub(super) fn owner(&self) -> UserId {
        match &self.amendment {
            Amendment::Grant(regrant) => regrant.after.owner,
            Amendment::Resume { .. } => self.owner,
        }
    }
}
