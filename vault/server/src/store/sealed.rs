//! Sealed rows: the one place where row MACs are made and checked and table sums are moved.
//!
//! A sealed row has its id, the columns that are searched, and one blob: row version and log entry
//! of the last change (8 bytes each), the MAC (32), and the value as JSON. The MAC covers id,
//! version, entry, the columns as they stand, and the value, so a column edited by hand is found
//! when the row is read.
//!
//! Source: `crypto.md` 2.4, 2.11.

use std::ops::Deref;

use azekura_core::crypto::row::{RowInput, Sum, Table};
use azekura_core::crypto::{RowKey, same};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use uuid::Uuid;

use super::authority::AuthorityRow;
use super::ledger::{Held, Mark, Newest, Touched};
use super::sql::{Row, Statement, Store, Tx};
use super::{Error, Result};

/// Bytes of a sealed blob before the value: version, entry, MAC.
const HEADER: usize = 8 + 8 + 32;

/// A value that is kept in a sealed table, one row each.
pub trait Sealed: Sized + Send + Sync {
    /// What is kept as JSON: all of the value that the columns do not carry.
    type Body: Serialize + DeserializeOwned;
    /// What SQL searches by, and blobs of fixed length; `()` where there is nothing but the id.
    type Columns: Columns;

    /// The table, by the number that is in every MAC.
    const TABLE: Table;
    /// What the table holds, for errors.
    const WHAT: &'static str;

    /// The primary key.
    fn id(&self) -> Uuid;
    /// The JSON part.
    fn body(&self) -> &Self::Body;
    /// The other part; the one place where search columns are derived, and with `key` those that
    /// have a MAC of their own.
    fn columns(&self, key: &RowKey) -> Self::Columns;
    /// The value from both parts, if they fit together.
    fn from_parts(id: Uuid, body: Self::Body, columns: Self::Columns) -> Option<Self>;

    /// Inserts a row.
    fn insert<'t>(tx: &'t mut Tx, row: &Raw<Self::Columns>) -> Statement<'t>;
    /// Replaces the row if the first 16 bytes of its blob are still `stamp`.
    fn replace<'t>(tx: &'t mut Tx, row: &Raw<Self::Columns>, stamp: &[u8]) -> Statement<'t>;
    /// The row of this id.
    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_>;
    /// At most `limit` rows after `id`, in the order of ids.
    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_>;

    /// The row as the copy of rights in memory takes it, if the table is part of that.
    fn authority(_kept: &Kept<Self>) -> Option<AuthorityRow> {
        None
    }
}

/// A sealed table from which rows go.
pub trait Removable: Sealed {
    /// Deletes the row if the first 16 bytes of its blob are still `stamp`.
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t>;
}

/// The columns of a sealed table besides id and blob.
pub trait Columns: Row {
    /// Adds them to the MAC's input, in schema order.
    fn input(&self, row: RowInput) -> RowInput;

    /// The beginning of the MAC of a column that is also read without the rest of the row.
    fn mark(&self) -> [u8; 8] {
        [0; 8]
    }
}

impl Columns for () {
    fn input(&self, row: RowInput) -> RowInput {
        row
    }
}

/// A row as the database holds it.
#[derive(FromRow)]
pub struct Raw<C> {
    /// The primary key.
    pub id: Uuid,
    /// The other columns.
    #[sqlx(flatten)]
    pub columns: C,
    /// Version, entry, MAC and value.
    pub sealed: Vec<u8>,
}

/// A value whose row was verified, with what is needed to replace it.
#[derive(Clone)]
pub struct Kept<T> {
    value: T,
    version: u64,
    seq: u64,
    mark: Mark,
    term: Sum,
}

/// A transaction, and the key its rows are verified with.
pub struct Reading<'k> {
    tx: Tx,
    key: &'k RowKey,
    ledger: Option<Held>,
    touched: Touched,
}

impl Store {
    /// Starts reading; everything read until the end is of one moment.
    pub async fn read<'k>(&self, key: &'k RowKey) -> Result<Reading<'k>> {
        Ok(Reading::new(self.begin_read().await?, key))
    }
}

impl<'k> Reading<'k> {
    pub(super) fn new(tx: Tx, key: &'k RowKey) -> Self {
        Self { tx, key, ledger: None, touched: Touched::new() }
    }

    /// From here on a row counts only in the newest form that the ledger knows.
    pub(super) fn held_to(&mut self, ledger: Held) {
        self.ledger = Some(ledger);
    }

    /// The value of this id, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Forged`] if the vault did not write the row so.
    pub async fn find<T: Sealed>(&mut self, id: impl Into<Uuid>) -> Result<Option<Kept<T>>> {
        let id = id.into();
        let found = self.optional(|tx| T::find(tx, id)).await?;
        if found.is_none() && self.newest().expects(T::TABLE, id) {
            return Err(Error::Forged { what: T::WHAT });
        }
        Ok(found)
    }

    pub(super) async fn optional<T: Sealed>(
        &mut self,
        statement: impl for<'t> FnOnce(&'t mut Tx) -> Statement<'t>,
    ) -> Result<Option<Kept<T>>> {
        let row = statement(&mut self.tx).optional::<Raw<T::Columns>>().await?;
        row.map(|row| self.verify(row)).transpose()
    }

    pub(super) async fn all<T: Sealed>(
        &mut self,
        statement: impl for<'t> FnOnce(&'t mut Tx) -> Statement<'t>,
    ) -> Result<Vec<Kept<T>>> {
        let rows = statement(&mut self.tx).all::<Raw<T::Columns>>().await?;
        rows.into_iter().map(|row| self.verify(row)).collect()
    }

    /// The value of a row, after its MAC was checked.
    pub(super) fn verify<T: Sealed>(&self, row: Raw<T::Columns>) -> Result<Kept<T>> {
        let forged = Error::Forged { what: T::WHAT };
        let Some((stamp, body)) = Stamp::split(&row.sealed) else { return Err(forged) };
        let input = input::<T>(row.id, &row.columns, &stamp, body);
        let mark = stamp.mark(&row.columns);
        let genuine = same(&self.key.row_mac(&input), &stamp.mac);
        if !genuine || !self.newest().row(T::TABLE, row.id, mark) {
            return Err(forged);
        }
        let value = serde_json::from_slice(body)
            .ok()
            .and_then(|body| T::from_parts(row.id, body, row.columns))
            .ok_or(Error::Corrupt { what: T::WHAT })?;
        let Stamp { version, seq, .. } = stamp;
        Ok(Kept { value, version, seq, mark, term: self.key.term(&input) })
    }

    pub(super) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub(super) fn key(&self) -> &'k RowKey {
        self.key
    }

    pub(super) fn into_parts(self) -> (Tx, Option<Held>, Touched) {
        (self.tx, self.ledger, self.touched)
    }

    /// Notes the form in which this transaction leaves a row, or that it removes it.
    pub(super) fn touch(&mut self, table: Table, id: Uuid, mark: Option<Mark>) {
        self.touched.insert((table, id), mark);
    }

    pub(super) fn newest(&self) -> Newest<'_> {
        Newest { ledger: self.ledger.as_deref(), touched: &self.touched }
    }

    /// The transaction, the key, and what rows are held to, each by itself.
    pub(super) fn split(&mut self) -> (&mut Tx, &'k RowKey, Newest<'_>) {
        let newest = Newest { ledger: self.ledger.as_deref(), touched: &self.touched };
        (&mut self.tx, self.key, newest)
    }
}

impl<T: Sealed> Kept<T> {
    /// A value at a version, and the row that keeps it.
    pub(super) fn seal(
        key: &RowKey,
        value: T,
        version: u64,
        seq: u64,
    ) -> Result<(Self, Raw<T::Columns>)> {
        let (id, columns) = (value.id(), value.columns(key));
        let body =
            serde_json::to_vec(value.body()).map_err(|_| Error::Corrupt { what: T::WHAT })?;
        let mut stamp = Stamp { version, seq, mac: [0; 32] };
        let input = input::<T>(id, &columns, &stamp, &body);
        stamp.mac = key.row_mac(&input);
        let mark = stamp.mark(&columns);
        let row = Raw { id, columns, sealed: stamp.join(&body) };
        Ok((Self { value, version, seq, mark, term: key.term(&input) }, row))
    }
}

impl<T> Kept<T> {
    /// Counts the writes of the row, from 1.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The version the row will have after its next write.
    pub fn next_version(&self) -> u64 {
        self.version.saturating_add(1)
    }

    /// The log entry of the last write.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The value alone.
    pub fn into_value(self) -> T {
        self.value
    }

    pub(super) fn term(&self) -> &Sum {
        &self.term
    }

    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    pub(super) fn stamp(&self) -> [u8; 16] {
        (u128::from(self.version) << 64 | u128::from(self.seq)).to_be_bytes()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

struct Stamp {
    version: u64,
    seq: u64,
    mac: [u8; 32],
}

impl Stamp {
    fn split(sealed: &[u8]) -> Option<(Self, &[u8])> {
        let (version, rest) = sealed.split_first_chunk()?;
        let (seq, rest) = rest.split_first_chunk()?;
        let (mac, body) = rest.split_first_chunk()?;
        let (version, seq) = (u64::from_be_bytes(*version), u64::from_be_bytes(*seq));
        Some((Self { version, seq, mac: *mac }, body))
    }

    fn mark(&self, columns: &impl Columns) -> Mark {
        let mut mark = [0; 16];
        let parts = self.mac.iter().take(8).copied().chain(columns.mark());
        mark.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        mark
    }

    fn join(&self, body: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(HEADER + body.len());
        sealed.extend_from_slice(&self.version.to_be_bytes());
        sealed.extend_from_slice(&self.seq.to_be_bytes());
        sealed.extend_from_slice(&self.mac);
        sealed.extend_from_slice(body);
        sealed
    }
}

fn input<T: Sealed>(id: Uuid, columns: &T::Columns, stamp: &Stamp, body: &[u8]) -> RowInput {
    let row = RowInput::new(T::TABLE, *id.as_bytes(), stamp.version, stamp.seq);
    columns.input(row).column(body)
}
