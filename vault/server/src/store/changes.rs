//! Changes that wait, or waited, for a second person.

use azekura_core::change::{Change, ChangeState};
use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::{ChangeId, OrganisationId};
use azekura_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// Changes of one queue in one state, or in any, oldest first, at most `limit` after `cursor`.
/// `None` as organisation is the vault's own queue.
pub async fn page(
    reading: &mut Reading<'_>,
    org: Option<OrganisationId>,
    state: Option<&str>,
    cursor: Option<(Timestamp, ChangeId)>,
    limit: u16,
) -> Result<Vec<Kept<Change>>> {
    let (after, after_id) = super::after(cursor);
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, state, kind, person_id, expires_at, created_at, sealed
                   from change
                  where org_id is not distinct from $1 and (state = $2 or $2 is null)
                    and (created_at, id) > ($3, $4)
                  order by created_at, id
                  limit $5",
                org.map(Uuid::from),
                state,
                after,
                after_id,
                i64::from(limit),
            )
        })
        .await
}

/// Roles and roster lines that were accepted, of those that were offered since then.
pub async fn grants(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    offered: Timestamp,
) -> Result<Vec<Kept<Change>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, state, kind, person_id, expires_at, created_at, sealed
                   from change
                  where org_id = $1 and created_at >= $2 and state = 'approved'
                    and kind in ('appointment', 'designation')",
                Uuid::from(org),
                offered.as_millis(),
            )
        })
        .await
}

/// Pending changes of all queues that have lapsed at `at`, the longest lapsed first.
pub async fn expiring(
    reading: &mut Reading<'_>,
    at: Timestamp,
    limit: u16,
) -> Result<Vec<Kept<Change>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, state, kind, person_id, expires_at, created_at, sealed
                   from change
                  where state = 'pending' and expires_at <= $1
                  order by expires_at, id
                  limit $2",
                at.as_millis(),
                i64::from(limit),
            )
        })
        .await
}

/// The code of a state, as the column and the API have it.
pub const fn state_code(state: &ChangeState) -> &'static str {
    match state {
        ChangeState::Approved { .. } => "approved",
        ChangeState::Expired { .. } => "expired",
        ChangeState::Pending => "pending",
        ChangeState::Rejected { .. } => "rejected",
        ChangeState::Withdrawn { .. } => "withdrawn",
    }
}

impl Sealed for Change {
    type Body = Self;
    type Columns = ChangeColumns;

    const TABLE: Table = Table::Change;
    const WHAT: &'static str = "change";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> ChangeColumns {
        ChangeColumns {
            org_id: self.org.map(Uuid::from),
            state: String::from(state_code(&self.state)),
            kind: String::from(self.content.code()),
            person_id: self.content.person().map(Uuid::from),
            expires_at: self.expires_at.as_millis(),
            created_at: self.proposed_at.as_millis(),
        }
    }

    fn from_parts(_: Uuid, body: Self, _: ChangeColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<ChangeColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into change (id, org_id, state, kind, person_id, expires_at, created_at, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            row.id,
            row.columns.org_id,
            row.columns.state.as_str(),
            row.columns.kind.as_str(),
            row.columns.person_id,
            row.columns.expires_at,
            row.columns.created_at,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<ChangeColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update change set org_id = $2, state = $3, kind = $4, person_id = $5, expires_at = $6, created_at = $7, sealed = $8
              where id = $1 and substr(sealed, 1, 16) = $9",
            row.id,
            row.columns.org_id,
            row.columns.state.as_str(),
            row.columns.kind.as_str(),
            row.columns.person_id,
            row.columns.expires_at,
            row.columns.created_at,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, state, kind, person_id, expires_at, created_at, sealed from change where id = $1",
            id
        )
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, state, kind, person_id, expires_at, created_at, sealed from change
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The search columns of `change`.
#[derive(FromRow)]
pub struct ChangeColumns {
    org_id: Option<Uuid>,
    state: String,
    kind: String,
    person_id: Option<Uuid>,
    expires_at: i64,
    created_at: i64,
}

impl Columns for ChangeColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.optional_id(self.org_id)
            .column(self.state.as_str())
            .column(self.kind.as_str())
            .optional_id(self.person_id)
            .column(self.expires_at)
            .column(self.created_at)
    }
}
