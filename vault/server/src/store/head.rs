//! The head of the log: its size, the right edge of its tree, and the seal of every table.

use std::collections::BTreeMap;

use azekura_core::audit::tree::{Frontier, Hash};
use azekura_core::canonical::{Decoder, Encoder};
use azekura_core::crypto::row::{Sum, Table};
use azekura_core::crypto::{RowKey, same};
use sqlx::FromRow;

use super::sql::{Store, Tx, sql};
use super::{Error, Result};

const FORGED: Error = Error::Forged { what: "head of the log" };

/// What the one row of `log_head` says, verified.
#[derive(Clone)]
pub struct Head {
    /// The log up to here.
    pub(super) frontier: Frontier,
    /// One seal for each table.
    pub(super) seals: Seals,
}

/// The seals of all tables, as of one size of the log.
#[derive(Clone, Eq, PartialEq)]
pub struct Seals(BTreeMap<Table, Seal>);

/// The proof that a table had a certain content when the log had a certain size.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Seal {
    /// The size of the log after the transaction that last changed the table.
    pub log_size: u64,
    masked: [u8; 32],
    proof: [u8; 32],
}

impl Store {
    /// Makes the head of an empty log, with which a vault begins. Once and for all: a second one
    /// is [`Error::Duplicate`].
    pub async fn establish(&self, key: &RowKey) -> Result<()> {
        let mut tx = self.begin_write().await?;
        let head = Head::empty(key);
        sql!(
            &mut tx,
            "insert into log_head (id, size, frontier, seals, mac) values (1, 0, $1, $2, $3)",
            head.frontier.to_bytes(),
            head.seals.to_bytes(),
            &head.mac(key)[..],
        )
        .run()
        .await
        .map_err(|error| error.naming("head of the log"))?;
        tx.commit().await
    }
}

impl Head {
    /// Locks the one row of the head until the transaction ends, and verifies it.
    pub(super) async fn lock(tx: &mut Tx, key: &RowKey) -> Result<Self> {
        let row = sql!(
            tx,
            "update log_head set size = size where id = 1 returning size, frontier, seals, mac"
        )
        .optional::<HeadRow>()
        .await?;
        Self::verify(row, key)
    }

    /// The head as it is, without a lock.
    pub(super) async fn look(tx: &mut Tx, key: &RowKey) -> Result<Self> {
        let row = sql!(tx, "select size, frontier, seals, mac from log_head where id = 1")
            .optional::<HeadRow>()
            .await?;
        Self::verify(row, key)
    }

    /// Writes the head after the entries it counts.
    pub(super) async fn save(&self, tx: &mut Tx, key: &RowKey) -> Result<()> {
        let changed = sql!(
            tx,
            "update log_head set size = $1, frontier = $2, seals = $3, mac = $4 where id = 1",
            self.frontier.size().cast_signed(),
            self.frontier.to_bytes(),
            self.seals.to_bytes(),
            &self.mac(key)[..],
        )
        .run()
        .await?;
        if changed == 1 { Ok(()) } else { Err(FORGED) }
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the log's tree.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The seals of the tables.
    pub fn seals(&self) -> &Seals {
        &self.seals
    }

    fn empty(key: &RowKey) -> Self {
        let seal = |table| (table, Seal::new(key, table, 0, &Sum::default()));
        let seals = Seals(Table::ALL.into_iter().map(seal).collect());
        Self { frontier: Frontier::default(), seals }
    }

    fn verify(row: Option<HeadRow>, key: &RowKey) -> Result<Self> {
        let row = row.ok_or(Error::Corrupt { what: "head of the log" })?;
        let frontier = Frontier::from_bytes(&row.frontier).map_err(|_| FORGED)?;
        let seals = Seals::from_bytes(&row.seals).ok_or(FORGED)?;
        let head = Self { frontier, seals };
        let genuine = head.size() == row.size.cast_unsigned() && same(&head.mac(key), &row.mac);
        if genuine { Ok(head) } else { Err(FORGED) }
    }

    fn mac(&self, key: &RowKey) -> [u8; 32] {
        let seals = self.seals.0.iter();
        let seals: Vec<_> =
            seals.map(|(table, seal)| (*table, seal.log_size, seal.proof)).collect();
        key.head_mac(self.size(), &self.root(), &seals)
    }
}

impl Seals {
    /// The seal of one table.
    ///
    /// # Errors
    ///
    /// [`Error::Forged`] if the table has none.
    pub fn of(&self, table: Table) -> Result<Seal> {
        self.0.get(&table).copied().ok_or(FORGED)
    }

    pub(super) fn set(&mut self, table: Table, seal: Seal) {
        self.0.insert(table, seal);
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Encoder::new();
        for (table, seal) in &self.0 {
            out.u16(*table as u16).u64(seal.log_size).raw(&seal.masked).raw(&seal.proof);
        }
        out.as_slice().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Decoder::new(bytes);
        let mut seals = BTreeMap::new();
        for table in Table::ALL {
            if from.u16().ok()? != table as u16 {
                return None;
            }
            let log_size = from.u64().ok()?;
            let (masked, proof) = (from.array().ok()?, from.array().ok()?);
            seals.insert(table, Seal { log_size, masked, proof });
        }
        from.finish().ok()?;
        Some(Self(seals))
    }
}

impl Seal {
    pub(super) fn new(key: &RowKey, table: Table, log_size: u64, sum: &Sum) -> Self {
        let masked = key.mask(table, log_size, sum);
        Self { log_size, masked, proof: key.seal(table, log_size, sum) }
    }

    /// The sum of the table's rows, which the database does not see.
    pub(super) fn sum(&self, key: &RowKey, table: Table) -> Result<Sum> {
        let sum = key.unmask(table, self.log_size, self.masked);
        if same(&key.seal(table, self.log_size, &sum), &self.proof) { Ok(sum) } else { Err(FORGED) }
    }
}

#[derive(FromRow)]
struct HeadRow {
    size: i64,
    frontier: Vec<u8>,
    seals: Vec<u8>,
    mac: Vec<u8>,
}
