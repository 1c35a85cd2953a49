//! Counted guesses, and known devices.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::UserId;
use azekura_core::sign_in::{Attempts, Device};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Raw, Reading, Removable, Sealed};
use super::sql::{Statement, Tx, sql};

/// The devices of one user, oldest first.
pub async fn devices(reading: &mut Reading<'_>, user: UserId) -> Result<Vec<Kept<Device>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, user_id, sealed from device where user_id = $1 order by id",
                Uuid::from(user),
            )
        })
        .await
}

impl Sealed for Attempts {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::Attempts;
    const WHAT: &'static str = "counted guesses";

    fn id(&self) -> Uuid {
        self.id
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) {}

    fn from_parts(_: Uuid, body: Self, (): ()) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<()>) -> Statement<'t> {
        sql!(tx, "insert into attempts (id, sealed) values ($1, $2)", row.id, &row.sealed[..])
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update attempts set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from attempts where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(tx, "select id, sealed from attempts where id > $1 order by id limit $2", id, limit)
    }
}

impl Sealed for Device {
    type Body = Self;
    type Columns = DeviceColumns;

    const TABLE: Table = Table::Device;
    const WHAT: &'static str = "device";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> DeviceColumns {
        DeviceColumns { user_id: self.user.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: DeviceColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<DeviceColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into device (id, user_id, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.user_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<DeviceColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update device set user_id = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.user_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, user_id, sealed from device where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, user_id, sealed from device
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

impl Removable for Device {
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t> {
        sql!(tx, "delete from device where id = $1 and substr(sealed, 1, 16) = $2", id, stamp)
    }
}

/// The search columns of `device`.
#[derive(FromRow)]
pub struct DeviceColumns {
    user_id: Uuid,
}

impl Columns for DeviceColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.user_id)
    }
}
