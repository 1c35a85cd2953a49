//! Batches of deletions and their items.

use std::collections::BTreeSet;

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::{OrganisationId, PersonId, PurgeId};
use azekura_core::purge::{Item, Purge, PurgeState, digest};
use azekura_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};
use super::write::Write;
use super::{Error, Result};

/// Batches of an organisation in one state, or in any, oldest first, at most `limit` after
/// `cursor`.
pub async fn page(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    state: Option<PurgeState>,
    cursor: Option<(Timestamp, PurgeId)>,
    limit: u16,
) -> Result<Vec<Kept<Purge>>> {
    let (after, after_id) = super::after(cursor);
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, state, created_at, sealed
                   from purge
                  where org_id = $1 and (state = $2 or $2 is null)
                    and (created_at, id) > ($3, $4)
                  order by created_at, id
                  limit $5",
                Uuid::from(org),
                state.map(state_code),
                after,
                after_id,
                i64::from(limit),
            )
        })
        .await
}

/// The people of an organisation who are in a batch that is not finished or dropped.
pub async fn open_people(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<BTreeSet<PersonId>> {
    let rows = sql!(
        reading.tx(),
        "select i.person_id
           from purge p join purge_item i on i.purge_id = p.id
          where p.org_id = $1 and p.state in ('proposed', 'confirmed', 'approved', 'executing')",
        Uuid::from(org),
    )
    .all::<(Uuid,)>()
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Batches of all organisations that wait for their day or were begun, oldest first.
pub async fn to_execute(reading: &mut Reading<'_>) -> Result<Vec<Kept<Purge>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, state, created_at, sealed
                   from purge
                  where state in ('approved', 'executing')
                  order by created_at, id",
            )
        })
        .await
}

/// Writes the items of a batch, in the order that its digest is over. The batch itself is a sealed
/// row; its digest binds these.
pub async fn insert_items(write: &mut Write<'_>, purge: PurgeId, items: &[Item]) -> Result<()> {
    for (position, item) in (0_i64..).zip(items) {
        sql!(
            write.tx(),
            "insert into purge_item
               (purge_id, position, person_id, version, first_deletable, set_by)
             values ($1, $2, $3, $4, $5, $6)",
            Uuid::from(purge),
            position,
            Uuid::from(item.person),
            item.version.cast_signed(),
            item.first_deletable.to_string(),
            item.set_by.map(Uuid::from),
        )
        .run()
        .await?;
    }
    Ok(())
}

/// The items of a batch in their order, if they are those that were confirmed.
///
/// # Errors
///
/// [`Error::Forged`] if they are not what the digest in the batch's sealed row is over.
pub async fn items(reading: &mut Reading<'_>, purge: &Purge) -> Result<Vec<Item>> {
    let rows = sql!(
        reading.tx(),
        "select person_id, version, first_deletable, set_by
           from purge_item
          where purge_id = $1
          order by position",
        Uuid::from(purge.id),
    )
    .all::<ItemRow>()
    .await?;
    let items = rows.into_iter().map(Item::try_from).collect::<Result<Vec<_>>>()?;
    if digest(&items) == purge.digest {
        Ok(items)
    } else {
        Err(Error::Forged { what: "items of a purge" })
    }
}

/// The code of a state, as the column and the API have it.
pub const fn state_code(state: PurgeState) -> &'static str {
    match state {
        PurgeState::Approved => "approved",
        PurgeState::Cancelled => "cancelled",
        PurgeState::Confirmed => "confirmed",
        PurgeState::Executing => "executing",
        PurgeState::Finished => "finished",
        PurgeState::Proposed => "proposed",
    }
}

#[derive(FromRow)]
struct ItemRow {
    person_id: Uuid,
    version: i64,
    first_deletable: String,
    set_by: Option<Uuid>,
}

impl TryFrom<ItemRow> for Item {
    type Error = Error;

    fn try_from(row: ItemRow) -> Result<Self> {
        let first_deletable = row.first_deletable.parse();
        Ok(Self {
            person: row.person_id.into(),
            version: row.version.cast_unsigned(),
            first_deletable: first_deletable
                .map_err(|_| Error::Corrupt { what: "item of a purge" })?,
            set_by: row.set_by.map(Into::into),
        })
    }
}

impl Sealed for Purge {
    type Body = Self;
    type Columns = PurgeColumns;

    const TABLE: Table = Table::Purge;
    const WHAT: &'static str = "purge";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> PurgeColumns {
        PurgeColumns {
            org_id: self.org.into(),
            state: String::from(state_code(self.state)),
            created_at: self.proposed_at.as_millis(),
        }
    }

    fn from_parts(_: Uuid, body: Self, _: PurgeColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<PurgeColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into purge (id, org_id, state, created_at, sealed) values ($1, $2, $3, $4, $5)",
            row.id,
            row.columns.org_id,
            row.columns.state.as_str(),
            row.columns.created_at,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<PurgeColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update purge set org_id = $2, state = $3, created_at = $4, sealed = $5
              where id = $1 and substr(sealed, 1, 16) = $6",
            row.id,
            row.columns.org_id,
            row.columns.state.as_str(),
            row.columns.created_at,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, state, created_at, sealed from purge where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, state, created_at, sealed from purge
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The search columns of `purge`.
#[derive(FromRow)]
pub struct PurgeColumns {
    org_id: Uuid,
    state: String,
    created_at: i64,
}

impl Columns for PurgeColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id).column(self.state.as_str()).column(self.created_at)
    }
}
