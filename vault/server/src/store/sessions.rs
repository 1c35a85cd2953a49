//! Signed-in sessions.

use azekura_core::crypto::row::RowInput;
use azekura_core::roster::Session;
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Reading, Removable};
use super::sql::{Statement, Tx, sql};
use super::table::sealed;
use super::write::Write;

/// The session whose token has this MAC, as hexadecimal.
pub async fn by_token(reading: &mut Reading<'_>, token_mac: &str) -> Result<Option<Kept<Session>>> {
    reading
        .optional(|tx| {
            sql!(
                tx,
                "select id, user_id, token_mac, sealed from session where token_mac = $1",
                token_mac,
            )
        })
        .await
}

/// Deletes a session, whatever somebody made of its row meanwhile: `kept` is the newest form of it.
pub async fn discard(write: &mut Write<'_>, kept: &Kept<Session>) -> Result<()> {
    sql!(write.tx(), "delete from session where id = $1", Uuid::from(kept.id)).run().await?;
    write.gone(kept)
}

sealed! {
    Session in "session" as "session" by id held as Session;
    SessionColumns [user_id, token_mac] =
        |row| SessionColumns { user_id: row.user.into(), token_mac: row.token_mac.clone() };
}

impl Removable for Session {
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t> {
        sql!(tx, "delete from session where id = $1 and substr(sealed, 1, 16) = $2", id, stamp,)
    }
}

/// The search columns of `session`.
#[derive(FromRow)]
pub struct SessionColumns {
    user_id: Uuid,
    token_mac: String,
}

impl Columns for SessionColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.user_id).column(self.token_mac.as_str())
    }
}
