//! Counted guesses, and known devices.

use azekura_core::crypto::row::RowInput;
use azekura_core::id::UserId;
use azekura_core::sign_in::{Attempts, Device};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Reading, Removable};
use super::sql::{Statement, Tx, sql};
use super::table::sealed;

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

sealed! {
    Attempts in "attempts" as "counted guesses" by id;
    () [] = |_| ();
}

sealed! {
    Device in "device" as "device" by id;
    DeviceColumns [user_id] = |row| DeviceColumns { user_id: row.user.into() };
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
