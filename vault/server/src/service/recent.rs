//! People whose rows were verified for an earlier read and have not changed since.
//!
//! They are held under the seals of both tables, as the rights are: the head of the log, which each
//! group of reads locks and verifies, says by a changed seal that something else was written. Then all
//! of it is fetched anew. What somebody writes past the vault changes no seal and is not seen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use azekura_core::crypto::row::Table;
use azekura_core::id::{OrganisationId, PersonId};

use crate::app::lock;
use crate::store::Result;
use crate::store::bulk::Current;
use crate::store::head::{Seal, Seals};
use crate::store::write::Commit;

/// People held at most, some 2 KB each.
const MOST: usize = 16_384;

/// Verified people, sealed numbers included, as of one state of their tables.
#[derive(Default)]
pub struct Recent(Mutex<Held>);

#[derive(Default)]
struct Held {
    as_of: Option<[Seal; 2]>,
    people: HashMap<(OrganisationId, PersonId), Arc<Current>>,
}

impl Recent {
    /// The people among `ids` that are held and unchanged while the tables have these seals.
    ///
    /// # Errors
    ///
    /// If a table has no seal.
    pub fn of(
        &self,
        seals: &Seals,
        org: OrganisationId,
        ids: &[PersonId],
    ) -> Result<Vec<Option<Arc<Current>>>> {
        let now = Some([seals.of(Table::Person)?, seals.of(Table::Number)?]);
        let mut held = lock(&self.0);
        if held.as_of != now {
            *held = Held { as_of: now, people: HashMap::new() };
        }
        Ok(ids.iter().map(|id| held.people.get(&(org, *id)).map(Arc::clone)).collect())
    }

    /// Holds people that were fetched under the seals last asked for.
    pub fn hold<'a>(&self, org: OrganisationId, people: impl Iterator<Item = &'a Arc<Current>>) {
        let mut held = lock(&self.0);
        for current in people {
            if held.people.len() >= MOST {
                held.people.clear();
            }
            held.people.insert((org, current.grounds.person), Arc::clone(current));
        }
    }

    /// Lets go of everyone when a commit changed a person or a number: a destroyed number is not kept
    /// until the next read.
    pub fn took(&self, commit: &Commit) {
        if commit.changed(Table::Person) || commit.changed(Table::Number) {
            *lock(&self.0) = Held::default();
        }
    }
}
