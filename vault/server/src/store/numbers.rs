//! Sealed numbers: one row for each version, named by its slot, active or waiting for its check.

use azekura_core::access::{Grounds, Usable};
use azekura_core::crypto::RowKey;
use azekura_core::crypto::envelope::{NumberBlob, SlotBlob};
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::{OrganisationId, PersonId, SlotId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::{Columns, Kept, Raw, Reading, Removable, Sealed};
use super::sql::{Statement, Tx, sql};
use super::write::Write;
use super::{Error, Result};

/// One sealed version of one person's number.
#[derive(Clone)]
pub struct NumberRow {
    /// The slot of its key.
    pub id: SlotId,
    /// Whose it is and where it stands.
    pub about: About,
    /// The sealed number.
    pub blob: NumberBlob,
    /// Its key, wrapped.
    pub slot: SlotBlob,
}

/// Bytes of a slot's id, a sealed number and its wrapped key.
pub(super) const NUMBER: usize = 16 + 92 + 112;

impl NumberRow {
    /// The number that a person's verified grounds name, from the bytes of its row; none if they are
    /// those of another slot.
    pub(super) fn in_force(
        grounds: &Grounds,
        usable: &Usable,
        bytes: &[u8; NUMBER],
    ) -> Option<Self> {
        let &Usable { version, epoch, slot: id, .. } = usable;
        let (slot, sealed) = bytes.split_first_chunk()?;
        let (number, key) = sealed.split_at_checked(92)?;
        let (org, person) = (grounds.org, grounds.person);
        let about = About { org, person, version, epoch, state: State::Active };
        let (blob, slot_blob) = (number.try_into().ok()?, key.try_into().ok()?);
        (id == Uuid::from_bytes(*slot).into()).then_some(Self { id, about, blob, slot: slot_blob })
    }
}

/// What is kept of a number besides its sealed bytes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The organisation.
    pub org: OrganisationId,
    /// The person.
    pub person: PersonId,
    /// The version of the number.
    pub version: u64,
    /// The epoch its key is wrapped under.
    pub epoch: u32,
    /// Whether a second person has checked it.
    pub state: State,
}

/// Whether a number was checked. The two are sealed under different kinds, so that changing a row
/// does not make a number readable.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In force.
    Active,
    /// Waits for its check.
    Pending,
}

impl State {
    /// The constant in the column.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
        }
    }
}

/// The number in force of one person, if there is one.
pub async fn active(
    reading: &mut Reading<'_>,
    person: PersonId,
) -> Result<Option<Kept<NumberRow>>> {
    reading
        .optional(|tx| {
            sql!(
                tx,
                "select id, org_id, person_id, version, state, blob, slot, sealed
                   from number
                  where person_id = $1 and state = 'active'",
                Uuid::from(person),
            )
        })
        .await
}

/// All versions of one person that are still there, the pending ones included, oldest first.
pub async fn of_person(
    reading: &mut Reading<'_>,
    person: PersonId,
) -> Result<Vec<Kept<NumberRow>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, person_id, version, state, blob, slot, sealed
                   from number
                  where person_id = $1
                  order by version",
                Uuid::from(person),
            )
        })
        .await
}

/// The number whose key is in this slot.
pub async fn by_slot(reading: &mut Reading<'_>, slot: SlotId) -> Result<Option<Kept<NumberRow>>> {
    reading.find(slot).await
}

/// Destroys a number: its blob and slot are overwritten where they lie, then the row goes.
/// Returns the first 32 bytes of both random parts, by which the files are scanned afterwards.
///
/// # Errors
///
/// [`Error::Stale`] if the row is not as it was when `kept` was read.
pub async fn destroy(write: &mut Write<'_>, kept: Kept<NumberRow>) -> Result<[[u8; 32]; 2]> {
    let needles = [needle(kept.blob.as_bytes(), 4)?, needle(kept.slot.as_bytes(), 8)?];
    let overwritten = sql!(
        write.tx(),
        "update number set blob = $2, slot = $3 where id = $1",
        Uuid::from(kept.id),
        &[0_u8; 92][..],
        &[0_u8; 112][..],
    )
    .run()
    .await?;
    if overwritten != 1 {
        return Err(Error::Stale { what: NumberRow::WHAT });
    }
    write.remove(kept).await?;
    Ok(needles)
}

/// 32 bytes from `start`, behind the header that many blobs share: salt and commitment are random.
fn needle(blob: &[u8], start: usize) -> Result<[u8; 32]> {
    let bytes = blob.get(start..).and_then(<[u8]>::first_chunk);
    bytes.copied().ok_or(Error::Corrupt { what: NumberRow::WHAT })
}

impl Sealed for NumberRow {
    type Body = About;
    type Columns = NumberColumns;

    const TABLE: Table = Table::Number;
    const WHAT: &'static str = "number";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &About {
        &self.about
    }

    fn columns(&self, _: &RowKey) -> NumberColumns {
        let About { org, person, version, state, .. } = self.about;
        NumberColumns {
            org_id: org.into(),
            person_id: person.into(),
            version: version.cast_signed(),
            state: String::from(state.code()),
            blob: self.blob.as_bytes().to_vec(),
            slot: self.slot.as_bytes().to_vec(),
        }
    }

    fn from_parts(id: Uuid, about: About, columns: NumberColumns) -> Option<Self> {
        let blob = NumberBlob::try_from(&columns.blob[..]).ok()?;
        let slot = SlotBlob::try_from(&columns.slot[..]).ok()?;
        Some(Self { id: id.into(), about, blob, slot })
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<NumberColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into number (id, org_id, person_id, version, state, blob, slot, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8)",
            row.id,
            row.columns.org_id,
            row.columns.person_id,
            row.columns.version,
            row.columns.state.as_str(),
            row.columns.blob.as_slice(),
            row.columns.slot.as_slice(),
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<NumberColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update number set org_id = $2, person_id = $3, version = $4, state = $5, blob = $6, slot = $7, sealed = $8
              where id = $1 and substr(sealed, 1, 16) = $9",
            row.id,
            row.columns.org_id,
            row.columns.person_id,
            row.columns.version,
            row.columns.state.as_str(),
            row.columns.blob.as_slice(),
            row.columns.slot.as_slice(),
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, person_id, version, state, blob, slot, sealed from number where id = $1",
            id
        )
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, person_id, version, state, blob, slot, sealed from number
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

impl Removable for NumberRow {
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t> {
        sql!(tx, "delete from number where id = $1 and substr(sealed, 1, 16) = $2", id, stamp,)
    }
}

/// The columns of `number`.
#[derive(FromRow)]
pub struct NumberColumns {
    org_id: Uuid,
    person_id: Uuid,
    version: i64,
    state: String,
    blob: Vec<u8>,
    slot: Vec<u8>,
}

impl Columns for NumberColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
            .id(self.person_id)
            .column(self.version)
            .column(self.state.as_str())
            .column(self.blob.as_slice())
            .column(self.slot.as_slice())
    }
}
