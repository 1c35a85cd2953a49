//! Programs that call the API, and how much of their quotas they used.

use azekura_core::id::OrganisationId;
use azekura_core::roster::{Client, ClientUse};
use uuid::Uuid;

use super::Result;
use super::sealed::{Kept, Reading};
use super::sql::sql;
use super::table::{OfOrg, sealed};

/// All programs of an organisation, ended ones included, oldest first.
pub async fn of_org(reading: &mut Reading<'_>, org: OrganisationId) -> Result<Vec<Kept<Client>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, sealed from client where org_id = $1 order by id",
                Uuid::from(org),
            )
        })
        .await
}

sealed! {
    Client in "client" as "client" by id held as Client;
    OfOrg [org_id] = |row| OfOrg { org_id: row.org.into() };
}

sealed! {
    ClientUse in "client_use" as "quota counter" by client;
    () [] = |_| ();
}
