//! Credentials that were made anew, and visits of IT staff.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::OrganisationId;
use azekura_core::oversight::{ItAccess, Reset};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// All visits of IT staff to an organisation's system, oldest first.
pub async fn it_access(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<ItAccess>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, sealed from it_access where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

impl Sealed for Reset {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::Reset;
    const WHAT: &'static str = "reset";

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
        sql!(
            tx,
            "insert into credential_reset (id, sealed) values ($1, $2)",
            row.id,
            &row.sealed[..]
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update credential_reset set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from credential_reset where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, sealed from credential_reset where id > $1 order by id limit $2",
            id,
            limit
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Reset(kept.clone()))
    }
}

impl Sealed for ItAccess {
    type Body = Self;
    type Columns = Org;

    const TABLE: Table = Table::ItAccess;
    const WHAT: &'static str = "visit of IT staff";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> Org {
        Org { org_id: self.org.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: Org) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<Org>) -> Statement<'t> {
        sql!(
            tx,
            "insert into it_access (id, org_id, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<Org>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update it_access set org_id = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, sealed from it_access where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, sealed from it_access
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The search column of `it_access`.
#[derive(FromRow)]
pub struct Org {
    org_id: Uuid,
}

impl Columns for Org {
    fn input(&self, row: RowInput) -> RowInput {
        row.column(self.org_id)
    }
}
