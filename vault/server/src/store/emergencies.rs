//! Uses of the recovery shares.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::Table;
use azekura_core::emergency::Emergency;
use uuid::Uuid;

use super::sealed::{Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};
use super::{Error, Result};

/// All of them, oldest first; a vault has a handful in its life.
///
/// # Errors
///
/// [`Error::Forged`] also if one was taken away: it may be the one that waits for its review.
pub async fn all(reading: &mut Reading<'_>) -> Result<Vec<Kept<Emergency>>> {
    let all: Vec<Kept<Emergency>> =
        reading.all(|tx| sql!(tx, "select id, sealed from emergency order by id")).await?;
    let ids = all.iter().map(|kept| Uuid::from(kept.id)).collect();
    if reading.newest().lacks(Table::Emergency, &ids) {
        return Err(Error::Forged { what: Emergency::WHAT });
    }
    Ok(all)
}

impl Sealed for Emergency {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::Emergency;
    const WHAT: &'static str = "emergency";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) {}

    fn from_parts(_: Uuid, body: Self, (): ()) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<()>) -> Statement<'t> {
        sql!(tx, "insert into emergency (id, sealed) values ($1, $2)", row.id, &row.sealed[..])
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update emergency set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from emergency where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(tx, "select id, sealed from emergency where id > $1 order by id limit $2", id, limit)
    }
}
