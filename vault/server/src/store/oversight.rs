//! Credentials that were made anew, and visits of IT staff.

use azekura_core::id::OrganisationId;
use azekura_core::oversight::{ItAccess, Reset};
use uuid::Uuid;

use super::Result;
use super::sealed::{Kept, Reading};
use super::sql::sql;
use super::table::{OfOrg, sealed};

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

sealed! {
    Reset in "credential_reset" as "reset" by id held as Reset;
    () [] = |_| ();
}

sealed! {
    ItAccess in "it_access" as "visit of IT staff" by id;
    OfOrg [org_id] = |row| OfOrg { org_id: row.org.into() };
}
