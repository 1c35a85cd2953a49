//! Programs that call the API, and how much of their quotas they used.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::OrganisationId;
use azekura_core::roster::{Client, ClientUse};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// All programs of an organisation, ended ones included, oldest first.
pub async fn of_org(reading: &mut Reading<'_>, org: OrganisationId) -> Result<Vec<Kept<Client>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, sealed from client where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

impl Sealed for Client {
    type Body = Self;
    type Columns = ClientColumns;

    const TABLE: Table = Table::Client;
    const WHAT: &'static str = "client";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> ClientColumns {
        ClientColumns { org_id: self.org.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: ClientColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<ClientColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into client (id, org_id, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<ClientColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update client set org_id = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, sealed from client where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, sealed from client
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Client(kept.clone()))
    }
}

/// The search columns of `client`.
#[derive(FromRow)]
pub struct ClientColumns {
    org_id: Uuid,
}

impl Columns for ClientColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
    }
}

impl Sealed for ClientUse {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::ClientUse;
    const WHAT: &'static str = "quota counter";

    fn id(&self) -> Uuid {
        self.client.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) {}

    fn from_parts(_: Uuid, body: Self, (): ()) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<()>) -> Statement<'t> {
        sql!(tx, "insert into client_use (id, sealed) values ($1, $2)", row.id, &row.sealed[..],)
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update client_use set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from client_use where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, sealed from client_use
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}
