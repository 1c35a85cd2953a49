//! What this process last left in the database: the end of the log, and the newest form of each
//! sealed row. A MAC proves that the vault wrote a row; this proves that it wrote none after it.
//!
//! It is filled from tables that fit their seals, follows every commit, and lies where no database
//! writer reaches. Whoever writes holds it together with the head of the log.
//!
//! Source: `crypto.md` 2.11; `threats.md` SO-3.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use azekura_core::audit::tree::Hash;
use azekura_core::crypto::row::Table;
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use super::head::{Head, Seals};
use super::sealed::Reading;
use super::{Error, Result, verify};

/// How long a writer waits for the one before it; as long as for its connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// The beginning of a row's MAC, and of that of a column with one of its own: by these one form of a
/// row is told from another.
pub(super) type Mark = [u8; 16];

/// The ledger of a process, and the one place in its queue of writers.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Ledger>>);

/// The ledger, held by one writer.
pub type Held = OwnedMutexGuard<Ledger>;

/// See the module.
pub struct Ledger {
    log: (u64, Hash),
    seals: Seals,
    tables: BTreeMap<Table, Option<HashMap<Uuid, Mark>>>,
    /// A commit whose outcome was not heard.
    unheard: Option<Unheard>,
}

/// Rows as a transaction leaves them; `None` for one that goes.
pub(super) type Touched = HashMap<(Table, Uuid), Option<Mark>>;

/// What the rows that a transaction reads are held to.
#[derive(Clone, Copy)]
pub(super) struct Newest<'l> {
    pub(super) ledger: Option<&'l Ledger>,
    pub(super) touched: &'l Touched,
}

struct Unheard {
    log: (u64, Hash),
    seals: Seals,
    rows: Touched,
}

impl Shared {
    /// The ledger of the tables as they are; one that does not fit its seal is marked.
    pub async fn load(reading: &mut Reading<'_>) -> Result<Self> {
        let key = reading.key();
        let head = Head::look(reading.tx(), key).await?;
        let mut tables = BTreeMap::new();
        for table in Table::ALL {
            tables.insert(table, verify::marks(reading, head.seals(), table).await?);
        }
        let log = (head.size(), head.root());
        let ledger = Ledger { log, seals: head.seals().clone(), tables, unheard: None };
        Ok(Self(Arc::new(Mutex::new(ledger))))
    }

    /// Waits until nobody else writes.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if that takes too long.
    pub async fn hold(&self) -> Result<Held> {
        let held = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).lock_owned()).await;
        held.map_err(|_| Error::Busy)
    }
}

impl Newest<'_> {
    /// Whether this is the newest form of a row.
    pub(super) fn row(self, table: Table, id: Uuid, mark: Mark) -> bool {
        self.wants(table, id, |wanted| wanted == mark)
    }

    /// The same for the column of a row that has a MAC of its own.
    pub(super) fn column(self, table: Table, id: Uuid, mac: &[u8]) -> bool {
        self.wants(table, id, |wanted| mac.starts_with(&wanted[8..]))
    }

    /// Whether there must be a row of this id.
    pub(super) fn expects(self, table: Table, id: Uuid) -> bool {
        let Some(ledger) = self.ledger else { return false };
        self.touched.get(&(table, id)).map_or_else(|| ledger.expects(table, id), Option::is_some)
    }

    /// Whether a table must have rows besides these, or nothing is known of it.
    pub(super) fn lacks(self, table: Table, ids: &BTreeSet<Uuid>) -> bool {
        let Some(ledger) = self.ledger else { return false };
        let removed = |id: &Uuid| self.touched.get(&(table, *id)).is_some_and(Option::is_none);
        let missing = |id: &Uuid| !ids.contains(id) && !removed(id);
        ledger.of(table).is_none_or(|rows| rows.keys().any(missing))
    }

    /// Whether the form that a row must have is this one. A row that is gone, or whose table does not
    /// fit its seal, has none.
    fn wants(self, table: Table, id: Uuid, is: impl FnOnce(Mark) -> bool) -> bool {
        let Some(ledger) = self.ledger else { return true };
        let known = || ledger.of(table)?.get(&id).copied();
        self.touched.get(&(table, id)).map_or_else(known, |own| *own).is_some_and(is)
    }
}

impl Ledger {
    /// The tables that do not fit their seals; nothing in them counts until they are restored.
    pub fn unfit(&self) -> impl Iterator<Item = Table> + '_ {
        self.tables.iter().filter(|(_, rows)| rows.is_none()).map(|(table, _)| *table)
    }

    /// Brings the ledger up to a head that was just locked. A log that another node made longer
    /// brings its tables with it; one that is shorter, or other, was put back.
    ///
    /// # Errors
    ///
    /// [`Error::Older`].
    pub(super) async fn meet(&mut self, reading: &mut Reading<'_>, head: &Head) -> Result<()> {
        let found = (head.size(), head.root());
        if let Some(unheard) = self.unheard.take_if(|unheard| unheard.log == found) {
            self.take(unheard);
        }
        self.unheard = None;
        if found == self.log {
            return Ok(());
        }
        if found.0 <= self.log.0 {
            return Err(Error::Older);
        }
        for table in Table::ALL {
            if self.seals.of(table)? != head.seals().of(table)? {
                let rows = verify::marks(reading, head.seals(), table).await?;
                self.tables.insert(table, rows);
            }
        }
        (self.log, self.seals) = (found, head.seals().clone());
        Ok(())
    }

    /// Takes tables that were restored back into use.
    pub async fn refit(&mut self, reading: &mut Reading<'_>) -> Result<()> {
        let key = reading.key();
        let head = Head::look(reading.tx(), key).await?;
        for table in self.unfit().collect::<Vec<_>>() {
            if self.seals.of(table)? == head.seals().of(table)? {
                let rows = verify::marks(reading, head.seals(), table).await?;
                self.tables.insert(table, rows);
            }
        }
        Ok(())
    }

    /// Whether there must be a row of this id, or nothing is known of its table.
    pub(super) fn expects(&self, table: Table, id: Uuid) -> bool {
        self.of(table).is_none_or(|rows| rows.contains_key(&id))
    }

    /// Notes what a commit is about to do. Its caller may not live to hear whether it did.
    pub(super) fn about_to(&mut self, head: &Head, rows: Touched) {
        let log = (head.size(), head.root());
        self.unheard = Some(Unheard { log, seals: head.seals().clone(), rows });
    }

    /// The commit happened.
    pub(super) fn done(&mut self) {
        if let Some(unheard) = self.unheard.take() {
            self.take(unheard);
        }
    }

    fn of(&self, table: Table) -> Option<&HashMap<Uuid, Mark>> {
        self.tables.get(&table)?.as_ref()
    }

    fn take(&mut self, Unheard { log, seals, rows }: Unheard) {
        (self.log, self.seals) = (log, seals);
        for ((table, id), mark) in rows {
            let Some(Some(known)) = self.tables.get_mut(&table) else { continue };
            match mark {
                Some(mark) => known.insert(id, mark),
                None => known.remove(&id),
            };
        }
    }
}
