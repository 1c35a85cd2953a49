//! Notices of purposes, by version.

use azekura_core::crypto::row::RowInput;
use azekura_core::id::OrganisationId;
use azekura_core::roster::Notice;
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Reading};
use super::sql::sql;
use super::table::sealed;

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

sealed! {
    Notice in "notice" as "notice" by id held as Notice;
    NoticeColumns [org_id, version] = |row| NoticeColumns { org_id: row.org.into(), version: row.version.into() };
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
