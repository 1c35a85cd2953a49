//! The roster: who may do what in an organisation, and who was trained.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::OrganisationId;
use azekura_core::roster::{Appointment, Designation, Training};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// A training as a row: it has no id of its own elsewhere.
#[derive(Clone)]
pub struct TrainingRow {
    /// Names the row only.
    pub id: Uuid,
    /// The training.
    pub training: Training,
}

/// All lines of an organisation's roster, ended ones included, oldest first.
pub async fn designations(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Designation>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, user_id, sealed from designation
                  where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

/// All appointments of an organisation, ended ones included, oldest first.
pub async fn appointments(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Appointment>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, user_id, sealed from appointment
                  where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

/// All trainings recorded in an organisation, oldest first.
pub async fn trainings(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<TrainingRow>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, user_id, sealed from training
                  where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

impl Sealed for Designation {
    type Body = Self;
    type Columns = OrgUser;

    const TABLE: Table = Table::Designation;
    const WHAT: &'static str = "designation";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> OrgUser {
        OrgUser { org_id: self.org.into(), user_id: self.user.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: OrgUser) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>) -> Statement<'t> {
        sql!(
            tx,
            "insert into designation (id, org_id, user_id, sealed) values ($1, $2, $3, $4)",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update designation set org_id = $2, user_id = $3, sealed = $4
              where id = $1 and substr(sealed, 1, 16) = $5",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, user_id, sealed from designation where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, user_id, sealed from designation
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Designation(kept.clone()))
    }
}

impl Sealed for Appointment {
    type Body = Self;
    type Columns = OrgUser;

    const TABLE: Table = Table::Appointment;
    const WHAT: &'static str = "appointment";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> OrgUser {
        OrgUser { org_id: self.org.into(), user_id: self.user.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: OrgUser) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>) -> Statement<'t> {
        sql!(
            tx,
            "insert into appointment (id, org_id, user_id, sealed) values ($1, $2, $3, $4)",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update appointment set org_id = $2, user_id = $3, sealed = $4
              where id = $1 and substr(sealed, 1, 16) = $5",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, user_id, sealed from appointment where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, user_id, sealed from appointment
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Appointment(kept.clone()))
    }
}

impl Sealed for TrainingRow {
    type Body = Training;
    type Columns = OrgUser;

    const TABLE: Table = Table::Training;
    const WHAT: &'static str = "training";

    fn id(&self) -> Uuid {
        self.id
    }

    fn body(&self) -> &Training {
        &self.training
    }

    fn columns(&self, _: &RowKey) -> OrgUser {
        OrgUser { org_id: self.training.org.into(), user_id: self.training.user.into() }
    }

    fn from_parts(id: Uuid, training: Training, _: OrgUser) -> Option<Self> {
        Some(Self { id, training })
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>) -> Statement<'t> {
        sql!(
            tx,
            "insert into training (id, org_id, user_id, sealed) values ($1, $2, $3, $4)",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update training set org_id = $2, user_id = $3, sealed = $4
              where id = $1 and substr(sealed, 1, 16) = $5",
            row.id,
            row.columns.org_id,
            row.columns.user_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, user_id, sealed from training where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, user_id, sealed from training
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Training(kept.clone()))
    }
}

/// The search columns of the roster's tables.
#[derive(FromRow)]
pub struct OrgUser {
    org_id: Uuid,
    user_id: Uuid,
}

impl Columns for OrgUser {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id).id(self.user_id)
    }
}
