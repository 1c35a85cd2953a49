//! The one way to change anything: a transaction that holds the head of the log from its first
//! statement and appends to the log before it commits.

use std::collections::{BTreeMap, BTreeSet};

use azekura_core::audit::event::VaultEvent;
use azekura_core::audit::tree::{Hash, leaf_hash};
use azekura_core::audit::{Entry, Event, LeafError};
use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{Sum, Table};
use azekura_core::id::OrganisationId;
use uuid::Uuid;

use super::authority::{AuthorityRow, Removed};
use super::head::{Head, Seal, Seals};
use super::ledger::Held;
use super::sealed::{Kept, Reading, Removable, Sealed};
use super::sql::{Store, Tx};
use super::{Error, Result, bulk};

/// A transaction that writes. Dropped without [`Write::commit`], nothing of it remains.
pub struct Write<'k> {
    reading: Reading<'k>,
    head: Head,
    sums: BTreeMap<Table, Sum>,
    lines: Vec<Line>,
    authority: Vec<AuthorityRow>,
}

/// One line of the log on its way into the database.
pub(super) struct Line {
    pub(super) seq: u64,
    pub(super) org: Option<OrganisationId>,
    pub(super) leaf: Vec<u8>,
    /// Hours since 1970 UTC, if the line is a heartbeat.
    pub(super) beat_hour: Option<i64>,
    pub(super) subjects: Vec<Uuid>,
}

impl Line {
    /// An entry, its bytes, and what finds it.
    pub(super) fn of(entry: &Entry, leaf: Vec<u8>) -> Self {
        let beats = matches!(entry.event, Event::Vault(VaultEvent::Heartbeat { .. }));
        let beat_hour = beats.then(|| entry.at.as_millis().div_euclid(3_600_000));
        let people = entry.event.people().into_iter().map(Uuid::from);
        let subjects = people.chain(entry.event.read().map(Uuid::from)).collect();
        Self { seq: entry.seq, org: entry.tenant, leaf, beat_hour, subjects }
    }

    /// What the index finds it by, each once.
    pub(super) fn subjects(&self) -> BTreeSet<Uuid> {
        self.subjects.iter().copied().collect()
    }
}

/// What a commit did.
pub struct Commit {
    /// The sequence number of its first entry, or of the next one to come if it had none.
    pub first_seq: u64,
    /// Entries in the log now.
    pub size: u64,
    /// The root of the log's tree.
    pub root: Hash,
    /// The seals of all tables now.
    pub seals: Seals,
    /// The seals that the changed tables had before.
    pub(super) before: Vec<(Table, Seal)>,
    /// What changed in the tables that are kept in memory.
    pub authority: Vec<AuthorityRow>,
}

impl Store {
    /// Starts to write: locks the head of the log and verifies it.
    ///
    /// # Errors
    ///
    /// [`Error::Forged`] if the head is not as the vault wrote it.
    pub async fn begin<'k>(&self, key: &'k RowKey) -> Result<Write<'k>> {
        let mut tx = self.begin_write().await?;
        let head = Head::lock(&mut tx, key).await?;
        Ok(Write {
            reading: Reading::new(tx, key),
            head,
            sums: BTreeMap::new(),
            lines: Vec::new(),
            authority: Vec::new(),
        })
    }
}

impl Store {
    /// Starts to write, and holds everything that is read to what the ledger knows.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`]; [`Error::Older`] if an older state of the log was put back.
    pub async fn begin_held<'k>(&self, key: &'k RowKey, mut ledger: Held) -> Result<Write<'k>> {
        let mut write = self.begin(key).await?;
        ledger.meet(&mut write.reading, &write.head).await?;
        write.reading.held_to(ledger);
        Ok(write)
    }
}

impl Commit {
    /// Whether a row of this table was written or removed.
    pub fn changed(&self, table: Table) -> bool {
        self.before.iter().any(|(changed, _)| *changed == table)
    }
}

impl<'k> Write<'k> {
    /// The sequence number of the next entry.
    pub fn next_seq(&self) -> u64 {
        self.lines.last().map_or(self.head.size(), |line| line.seq + 1)
    }

    /// Entries in the log before this transaction.
    pub fn size(&self) -> u64 {
        self.head.size()
    }

    /// The seals of all tables as this transaction found them.
    pub fn seals(&self) -> &Seals {
        self.head.seals()
    }

    /// Reads in this transaction.
    pub fn reading(&mut self) -> &mut Reading<'k> {
        &mut self.reading
    }

    /// Adds a line to the log; it is written at commit. Append first, then write the rows that the
    /// line is about: a row names the last line appended before it (or the first of all).
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`]; [`Error::Unlogged`] if its sequence number is not [`Self::next_seq`].
    pub fn append(&mut self, entry: &Entry) -> Result<u64> {
        let seq = self.next_seq();
        if entry.seq != seq {
            return Err(Error::Unlogged);
        }
        let leaf = entry.leaf().map_err(|error| match error {
            LeafError::TooLong => Error::TooLong,
            LeafError::Canonical(_) | LeafError::Unreadable => Error::Corrupt { what: "log entry" },
        })?;
        self.lines.push(Line::of(entry, leaf));
        Ok(seq)
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] if one of its keys is taken; the transaction is then of no more use.
    pub async fn insert<T: Sealed>(&mut self, value: T) -> Result<Kept<T>> {
        let (kept, row) = Kept::seal(self.reading.key(), value, 1, self.row_seq())?;
        if self.reading.newest().expects(T::TABLE, row.id) {
            return Err(self.taken::<T>(row.id).await);
        }
        let statement = T::insert(self.reading.tx(), &row);
        statement.run().await.map_err(|error| error.naming(T::WHAT))?;
        self.reading.touch(T::TABLE, row.id, Some(kept.mark()));
        self.move_sum(T::TABLE, |sum| sum.add(kept.term()))?;
        self.authority.extend(T::authority(&kept));
        Ok(kept)
    }

    /// Replaces the value of a row.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] if the row is not as it was when `kept` was read.
    pub async fn replace<T: Sealed>(&mut self, kept: &Kept<T>, value: T) -> Result<Kept<T>> {
        if kept.id() != value.id() {
            return Err(Error::Stale { what: T::WHAT });
        }
        let (next, row) =
            Kept::seal(self.reading.key(), value, kept.next_version(), self.row_seq())?;
        let statement = T::replace(self.reading.tx(), &row, &kept.stamp());
        let changed = statement.run().await.map_err(|error| error.naming(T::WHAT))?;
        if changed != 1 {
            return Err(Error::Stale { what: T::WHAT });
        }
        self.reading.touch(T::TABLE, row.id, Some(next.mark()));
        self.move_sum(T::TABLE, |sum| sum.sub(kept.term()).add(next.term()))?;
        self.authority.extend(T::authority(&next));
        Ok(next)
    }

    /// Deletes a row.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] if the row is not as it was when `kept` was read.
    pub async fn remove<T: Removable>(&mut self, kept: Kept<T>) -> Result<()> {
        let statement = T::remove(self.reading.tx(), kept.id(), &kept.stamp());
        if statement.run().await? != 1 {
            return Err(Error::Stale { what: T::WHAT });
        }
        self.gone(&kept)
    }

    /// Writes the entries, the head and the seals, and commits.
    ///
    /// # Errors
    ///
    /// [`Error::Unlogged`] if a sealed row changed and nothing was appended.
    pub async fn commit(mut self) -> Result<Commit> {
        let first_seq = self.head.size();
        let before = self.seal_tables()?;
        let key = self.reading.key();
        let (mut tx, mut ledger, touched) = self.reading.into_parts();
        if !self.lines.is_empty() {
            bulk::insert_lines(&mut tx, &self.lines).await?;
            self.head.save(&mut tx, key).await?;
        }
        if let Some(ledger) = &mut ledger {
            ledger.about_to(&self.head, touched);
        }
        tx.commit().await?;
        if let Some(ledger) = &mut ledger {
            ledger.done();
        }
        Ok(Commit {
            first_seq,
            size: self.head.size(),
            root: self.head.root(),
            seals: self.head.seals,
            before,
            authority: self.authority,
        })
    }

    /// A table without its own sealing (idempotency, items of a purge) is written through this.
    pub(super) fn tx(&mut self) -> &mut Tx {
        self.reading.tx()
    }

    /// Appends to the tree and gives every touched table its new seal; returns the old ones.
    fn seal_tables(&mut self) -> Result<Vec<(Table, Seal)>> {
        if self.lines.is_empty() && !self.sums.is_empty() {
            return Err(Error::Unlogged);
        }
        for line in &self.lines {
            self.head.frontier.append(leaf_hash(&line.leaf));
        }
        let (size, key) = (self.head.size(), self.reading.key());
        let mut before = Vec::new();
        for (table, sum) in core::mem::take(&mut self.sums) {
            before.push((table, self.head.seals.of(table)?));
            self.head.seals.set(table, Seal::new(key, table, size, &sum));
        }
        Ok(before)
    }

    fn move_sum(&mut self, table: Table, moved: impl FnOnce(Sum) -> Sum) -> Result<()> {
        let sum = match self.sums.get(&table) {
            Some(sum) => *sum,
            None => self.head.seals.of(table)?.sum(self.reading.key(), table)?,
        };
        self.sums.insert(table, moved(sum));
        Ok(())
    }

    /// Notes that a row is not there any more.
    pub(super) fn gone<T: Removable>(&mut self, kept: &Kept<T>) -> Result<()> {
        self.reading.touch(T::TABLE, kept.id(), None);
        self.move_sum(T::TABLE, |sum| sum.sub(kept.term()))?;
        if T::authority(kept).is_some() {
            let removed = Removed { table: T::TABLE, id: kept.id() };
            self.authority.push(AuthorityRow::Removed(removed));
        }
        Ok(())
    }

    /// Why a row of this id cannot be added: it is there, or somebody took it away.
    async fn taken<T: Sealed>(&mut self, id: Uuid) -> Error {
        match self.reading.find::<T>(id).await {
            Ok(Some(_)) => Error::Duplicate { what: T::WHAT },
            Ok(None) => Error::Forged { what: T::WHAT },
            Err(error) => error,
        }
    }

    fn row_seq(&self) -> u64 {
        self.lines.last().map_or(self.head.size(), |line| line.seq)
    }
}
