//! The roster: who may do what in an organisation, and who was trained in what.
//!
//! Its tables have one form: they are searched by organisation and user, or by organisation alone.

use azekura_core::crypto::row::RowInput;
use azekura_core::id::OrganisationId;
use azekura_core::roster::{Appointment, Designation, Training, TrainingPlan};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Reading};
use super::sql::sql;
use super::table::{OfOrg, sealed};

/// All lines of an organisation's roster, ended ones included, oldest first.
pub async fn designations(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Designation>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, user_id, sealed from designation where org_id = $1 order by id",
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
                "select id, org_id, user_id, sealed from appointment where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

/// All trainings recorded in an organisation, oldest first.
pub async fn trainings(
    reading: &mut Reading<'_>,
    org: OrganisationId,
) -> Result<Vec<Kept<Training>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, user_id, sealed from training where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
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

sealed! {
    Appointment in "appointment" as "appointment" by id held as Appointment;
    OrgUser [org_id, user_id] = |row| OrgUser { org_id: row.org.into(), user_id: row.user.into() };
}

sealed! {
    Designation in "designation" as "designation" by id held as Designation;
    OrgUser [org_id, user_id] = |row| OrgUser { org_id: row.org.into(), user_id: row.user.into() };
}

sealed! {
    Training in "training" as "training" by id held as Training;
    OrgUser [org_id, user_id] = |row| OrgUser { org_id: row.org.into(), user_id: row.user.into() };
}

sealed! {
    TrainingPlan in "training_plan" as "training plan" by id;
    OfOrg [org_id] = |row| OfOrg { org_id: row.org.into() };
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
