//! The roster: who may do what in an organisation, and who was trained in what.
//!
//! Its tables have one form: they are searched by organisation and user, or by organisation alone.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::id::OrganisationId;
use azekura_core::roster::{Appointment, Designation, Training, TrainingPlan};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};

/// All lines of an organisation's roster, ended ones included, oldest first.
pub async fn designations(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Designation>>> {
    reading.all(|tx| Designation::of_org(tx, org)).await
}

/// All appointments of an organisation, ended ones included, oldest first.
pub async fn appointments(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Appointment>>> {
    reading.all(|tx| Appointment::of_org(tx, org)).await
}

/// All trainings recorded in an organisation, oldest first.
pub async fn trainings(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Training>>> {
    reading.all(|tx| Training::of_org(tx, org)).await
}

/// All lines of an organisation's training plan, ended ones included, oldest first.
pub async fn training_plan(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<TrainingPlan>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, sealed from training_plan where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

/// Rows that are searched by organisation and user: the same statements but for the table's name.
trait OfOrg {
    /// Those of one organisation, oldest first.
    fn of_org(tx: &mut Tx, org: OrganisationId) -> Statement<'_>;
}

macro_rules! of_org_and_user {
    ($($name:ident = $table:literal;)+) => {$(
        impl OfOrg for $name {
            fn of_org(tx: &mut Tx, org: OrganisationId) -> Statement<'_> {
                sql!(
                    tx,
                    concat!(
                        "select id, org_id, user_id, sealed from ", $table,
                        " where org_id = $1 order by id",
                    ),
                    Uuid::from(org),
                )
            }
        }

        impl Sealed for $name {
            type Body = Self;
            type Columns = OrgUser;

            const TABLE: Table = Table::$name;
            const WHAT: &'static str = $table;

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
                    concat!(
                        "insert into ", $table,
                        " (id, org_id, user_id, sealed) values ($1, $2, $3, $4)",
                    ),
                    row.id,
                    row.columns.org_id,
                    row.columns.user_id,
                    &row.sealed[..],
                )
            }

            fn replace<'t>(tx: &'t mut Tx, row: &Raw<OrgUser>, stamp: &[u8]) -> Statement<'t> {
                sql!(
                    tx,
                    concat!(
                        "update ", $table, " set org_id = $2, user_id = $3, sealed = $4",
                        " where id = $1 and substr(sealed, 1, 16) = $5",
                    ),
                    row.id,
                    row.columns.org_id,
                    row.columns.user_id,
                    &row.sealed[..],
                    stamp,
                )
            }

            fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
                sql!(
                    tx,
                    concat!("select id, org_id, user_id, sealed from ", $table, " where id = $1"),
                    id,
                )
            }

            fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
                sql!(
                    tx,
                    concat!(
                        "select id, org_id, user_id, sealed from ", $table,
                        " where id > $1 order by id limit $2",
                    ),
                    id,
                    limit,
                )
            }

            fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
                Some(AuthorityRow::$name(kept.clone()))
            }
        }
    )+};
}

of_org_and_user! {
    Appointment = "appointment";
    Designation = "designation";
    Training = "training";
}

impl Sealed for TrainingPlan {
    type Body = Self;
    type Columns = OfOne;

    const TABLE: Table = Table::TrainingPlan;
    const WHAT: &'static str = "training plan";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> OfOne {
        OfOne { org_id: self.org.into() }
    }

    fn from_parts(_: Uuid, body: Self, _: OfOne) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<OfOne>) -> Statement<'t> {
        sql!(
            tx,
            "insert into training_plan (id, org_id, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<OfOne>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update training_plan set org_id = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.org_id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, org_id, sealed from training_plan where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, sealed from training_plan where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The search columns of those tables.
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

/// The search column of the training plan.
#[derive(FromRow)]
pub struct OfOne {
    org_id: Uuid,
}

impl Columns for OfOne {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
    }
}
