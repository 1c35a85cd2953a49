//! Notices of purposes, by version.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::OrganisationId;
use azekura_core::roster::Notice;
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// All versions of an organisation's notice, the first one first.
pub async fn of_org(reading: &mut Reading<'_>, org: OrganisationId) -> Result<Vec<Kept<Notice>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, version, sealed from notice
                  where org_id = $1 order by version",
                Uuid::from(org),
            )
        })
        .await
}

impl Sealed for Notice {
    type Body = Self;
    type Columns = NoticeColumns;

    const TABLE: Table = Table::Notice;
    const WHAT: &'static str = "notice";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> NoticeColumns {
        NoticeColumns { org_id: self.org.into(), version: self.version.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: NoticeColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<NoticeColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into notice (id, org_id, version, sealed) values ($1, $2, $3, $4)",
            row.id,
            row.columns.org_id,
            row.columns.version,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<NoticeColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update notice set org_id = $2, version = $3, sealed = $4
              where id = $1 and substr(sealed, 1, 16) = $5",
            row.id,
            row.columns.org_id,
            row.columns.version,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, version, sealed from notice where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, version, sealed from notice
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Notice(kept.clone()))
    }
}

/// The search columns of `notice`.
#[derive(FromRow)]
pub struct NoticeColumns {
    org_id: Uuid,
    version: i64,
}

impl Columns for NoticeColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id).column(self.version)
    }
}
