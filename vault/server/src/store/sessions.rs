//! Signed-in sessions.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::roster::Session;
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Removable, Sealed};
use super::sql::{Statement, Tx, sql};
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

impl Sealed for Session {
    type Body = Self;
    type Columns = SessionColumns;

    const TABLE: Table = Table::Session;
    const WHAT: &'static str = "session";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> SessionColumns {
        SessionColumns { user_id: self.user.into(), token_mac: self.token_mac.clone() }
    }

    fn from_parts(_: Uuid, body: Self, _: SessionColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<SessionColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into session (id, user_id, token_mac, sealed) values ($1, $2, $3, $4)",
            row.id,
            row.columns.user_id,
            row.columns.token_mac.as_str(),
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<SessionColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update session set user_id = $2, token_mac = $3, sealed = $4
              where id = $1 and substr(sealed, 1, 16) = $5",
            row.id,
            row.columns.user_id,
            row.columns.token_mac.as_str(),
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, user_id, token_mac, sealed from session where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, user_id, token_mac, sealed from session
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Session(kept.clone()))
    }
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
