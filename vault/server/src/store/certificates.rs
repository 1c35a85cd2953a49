//! Deletion certificates, as they were signed.

use azekura_core::certificate::Serial;
use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::{CertificateId, OrganisationId, PersonId, PurgeId};
use azekura_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// A certificate as a row.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateRow {
    /// Names it in the API.
    pub id: CertificateId,
    /// Whose person it was.
    pub org: OrganisationId,
    /// Whose number is gone.
    pub person: PersonId,
    /// The batch, if it was one.
    pub purge: Option<PurgeId>,
    /// Its serial number, unique in the vault.
    pub serial: Serial,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// The signed document (flattened JSON); never changed.
    pub document: String,
    /// The second signed document, once the epoch key is gone too.
    pub completion: Option<String>,
}

/// Certificates of an organisation, or of one of its people, by serial number, at most `limit`
/// after `cursor`.
pub async fn page(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    person: Option<PersonId>,
    cursor: Option<Serial>,
    limit: u16,
) -> Result<Vec<Kept<CertificateRow>>> {
    let (year, serial) = cursor.map_or((0, 0), |serial| (serial.year, serial.number));
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, person_id, purge_id, year, serial, sealed
                   from certificate
                  where org_id = $1 and (person_id = $2 or $2 is null)
                    and (year, serial) > ($3, $4)
                  order by year, serial
                  limit $5",
                Uuid::from(org),
                person.map(Uuid::from),
                i64::from(year),
                i64::from(serial),
                i64::from(limit),
            )
        })
        .await
}

/// Certificates of a batch, by serial number, at most `limit` after `cursor`.
pub async fn of_purge(
    reading: &mut Reading<'_>,
    purge: PurgeId,
    cursor: Option<Serial>,
    limit: u16,
) -> Result<Vec<Kept<CertificateRow>>> {
    let (year, serial) = cursor.map_or((0, 0), |serial| (serial.year, serial.number));
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, person_id, purge_id, year, serial, sealed
                   from certificate
                  where purge_id = $1 and (year, serial) > ($2, $3)
                  order by year, serial
                  limit $4",
                Uuid::from(purge),
                i64::from(year),
                i64::from(serial),
                i64::from(limit),
            )
        })
        .await
}

/// The next free serial number of a year.
pub async fn next_serial(reading: &mut Reading<'_>, year: i16) -> Result<Serial> {
    let (last,): (i64,) = sql!(
        reading.tx(),
        "select cast(coalesce(max(serial), 0) as bigint) from certificate where year = $1",
        i64::from(year),
    )
    .one()
    .await?;
    let number = u32::try_from(last).unwrap_or(u32::MAX).saturating_add(1);
    Ok(Serial { year, number })
}

impl Sealed for CertificateRow {
    type Body = Self;
    type Columns = CertificateColumns;

    const TABLE: Table = Table::Certificate;
    const WHAT: &'static str = "certificate";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> CertificateColumns {
        CertificateColumns {
            org_id: self.org.into(),
            person_id: self.person.into(),
            purge_id: self.purge.map(Uuid::from),
            year: self.serial.year.into(),
            serial: self.serial.number.into(),
        }
    }

    fn from_parts(_: Uuid, body: Self, _: CertificateColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<CertificateColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into certificate (id, org_id, person_id, purge_id, year, serial, sealed) values ($1, $2, $3, $4, $5, $6, $7)",
            row.id,
            row.columns.org_id,
            row.columns.person_id,
            row.columns.purge_id,
            row.columns.year,
            row.columns.serial,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<CertificateColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update certificate set org_id = $2, person_id = $3, purge_id = $4, year = $5, serial = $6, sealed = $7
              where id = $1 and substr(sealed, 1, 16) = $8",
            row.id,
            row.columns.org_id,
            row.columns.person_id,
            row.columns.purge_id,
            row.columns.year,
            row.columns.serial,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, person_id, purge_id, year, serial, sealed from certificate where id = $1",
            id
        )
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, person_id, purge_id, year, serial, sealed from certificate
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The search columns of `certificate`.
#[derive(FromRow)]
pub struct CertificateColumns {
    org_id: Uuid,
    person_id: Uuid,
    purge_id: Option<Uuid>,
    year: i64,
    serial: i64,
}

impl Columns for CertificateColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
            .id(self.person_id)
            .optional_id(self.purge_id)
            .column(self.year)
            .column(self.serial)
    }
}
