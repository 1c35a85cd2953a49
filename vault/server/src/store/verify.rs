//! Whether each sealed table holds exactly the rows that the vault left in it.

use std::collections::HashMap;

use azekura_core::change::Change;
use azekura_core::crypto::row::{Sum, Table};
use azekura_core::emergency::Emergency;
use azekura_core::oversight::{ItAccess, Reset};
use azekura_core::purge::Purge;
use azekura_core::roster::{
    Appointment, Client, ClientUse, Credential, Designation, Enrolment, Notice, Organisation,
    Session, Training, TrainingPlan, User,
};
use azekura_core::sign_in::{Attempts, Device};
use uuid::Uuid;

use super::certificates::CertificateRow;
use super::head::{Head, Seal, Seals};
use super::ledger::Mark;
use super::numbers::NumberRow;
use super::people::PersonRow;
use super::sealed::{Kept, Raw, Reading, Sealed};
use super::sql::{Tx, sql};
use super::{Error, Result, idempotency, index, purges};

/// Rows read at once; at most the driver's read-ahead.
pub(super) const STEP: i64 = 256;

/// The sealed tables in which a row was changed, added, removed or put back, and the search tables
/// of people that do not say what the people's rows say; none is as it must be.
///
/// # Errors
///
/// [`Error::Forged`] if the head of the log is not as the vault wrote it.
pub async fn verify_tables(reading: &mut Reading<'_>) -> Result<Vec<&'static str>> {
    let key = reading.key();
    let head = Head::look(reading.tx(), key).await?;
    let mut forged = Vec::new();
    for wanted in Table::ALL {
        forged.extend(verify_table(reading, head.seals(), wanted).await?);
    }
    if !schema_is_plain(reading.tx()).await? {
        forged.push("schema");
    }
    if !forged.contains(&Purge::WHAT) && !items_agree(reading).await? {
        forged.push("items of a purge");
    }
    if !idempotency::agree(reading).await? {
        forged.push(idempotency::WHAT);
    }
    if !forged.contains(&PersonRow::WHAT) && !index::agrees(reading).await? {
        forged.push("index of people");
    }
    Ok(forged)
}

/// Whether each batch has the items that its digest is over.
async fn items_agree(reading: &mut Reading<'_>) -> Result<bool> {
    let mut after = Uuid::nil();
    loop {
        let batches = reading.all::<Purge>(|tx| Purge::scan(tx, after, STEP)).await?;
        let Some(last) = batches.last() else { return Ok(true) };
        after = last.id.into();
        for batch in &batches {
            match purges::items(reading, batch).await {
                Ok(_) => {}
                Err(Error::Forged { .. } | Error::Corrupt { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}

/// Whether the database has nothing that acts by itself: no trigger, view or rule. The vault has none
/// of them, and one could take away a line of the log behind its back.
pub(super) async fn schema_is_plain(tx: &mut Tx) -> Result<bool> {
    let (found,) = sql!(
        tx,
        sqlite: "select count(*) from sqlite_schema where type in ('trigger', 'view')" [],
        postgres: "select (select count(*) from pg_trigger where not tgisinternal)
                        + (select count(*) from pg_rules where schemaname = current_schema())
                        + (select count(*) from pg_views where schemaname = current_schema())" [],
    )
    .one::<(i64,)>()
    .await?;
    Ok(found == 0)
}

async fn verify_table(
    reading: &mut Reading<'_>,
    seals: &Seals,
    wanted: Table,
) -> Result<Option<&'static str>> {
    let fits = marks(reading, seals, wanted).await?.is_some();
    Ok((!fits).then(|| name(wanted)))
}

/// How a table is named to whoever keeps the vault.
pub const fn name(table: Table) -> &'static str {
    match table {
        Table::Organisation => Organisation::WHAT,
        Table::User => User::WHAT,
        Table::Credential => Credential::WHAT,
        Table::Session => Session::WHAT,
        Table::Designation => Designation::WHAT,
        Table::Appointment => Appointment::WHAT,
        Table::Client => Client::WHAT,
        Table::ClientUse => ClientUse::WHAT,
        Table::Notice => Notice::WHAT,
        Table::Person => PersonRow::WHAT,
        Table::Number => NumberRow::WHAT,
        Table::Change => Change::WHAT,
        Table::Purge => Purge::WHAT,
        Table::Certificate => CertificateRow::WHAT,
        Table::Enrolment => Enrolment::WHAT,
        Table::Training => Training::WHAT,
        Table::Attempts => Attempts::WHAT,
        Table::Device => Device::WHAT,
        Table::Emergency => Emergency::WHAT,
        Table::TrainingPlan => TrainingPlan::WHAT,
        Table::Reset => Reset::WHAT,
        Table::ItAccess => ItAccess::WHAT,
    }
}

/// The rows of a table by id, each by the beginning of its MAC; `None` if it does not fit its seal.
#[expect(clippy::cognitive_complexity, reason = "an arm for each table: none is left out")]
pub(super) async fn marks(
    reading: &mut Reading<'_>,
    seals: &Seals,
    wanted: Table,
) -> Result<Option<HashMap<Uuid, Mark>>> {
    match wanted {
        Table::Organisation => check::<Organisation>(reading, seals).await,
        Table::User => check::<User>(reading, seals).await,
        Table::Credential => check::<Credential>(reading, seals).await,
        Table::Session => check::<Session>(reading, seals).await,
        Table::Designation => check::<Designation>(reading, seals).await,
        Table::Appointment => check::<Appointment>(reading, seals).await,
        Table::Client => check::<Client>(reading, seals).await,
        Table::ClientUse => check::<ClientUse>(reading, seals).await,
        Table::Notice => check::<Notice>(reading, seals).await,
        Table::Person => check::<PersonRow>(reading, seals).await,
        Table::Number => check::<NumberRow>(reading, seals).await,
        Table::Change => check::<Change>(reading, seals).await,
        Table::Purge => check::<Purge>(reading, seals).await,
        Table::Certificate => check::<CertificateRow>(reading, seals).await,
        Table::Enrolment => check::<Enrolment>(reading, seals).await,
        Table::Training => check::<Training>(reading, seals).await,
        Table::Attempts => check::<Attempts>(reading, seals).await,
        Table::Device => check::<Device>(reading, seals).await,
        Table::Emergency => check::<Emergency>(reading, seals).await,
        Table::TrainingPlan => check::<TrainingPlan>(reading, seals).await,
        Table::Reset => check::<Reset>(reading, seals).await,
        Table::ItAccess => check::<ItAccess>(reading, seals).await,
    }
}

async fn check<T: Sealed>(
    reading: &mut Reading<'_>,
    seals: &Seals,
) -> Result<Option<HashMap<Uuid, Mark>>> {
    let mut rows = HashMap::new();
    let note = |kept: Kept<T>| {
        rows.insert(kept.id(), kept.mark());
    };
    let genuine = table::<T>(reading, seals.of(T::TABLE)?, note).await?;
    Ok(genuine.then_some(rows))
}

/// Whether the rows of a table are those it was sealed with; passes on each that is genuine.
pub(super) async fn table<T: Sealed>(
    reading: &mut Reading<'_>,
    seal: Seal,
    mut each: impl FnMut(Kept<T>),
) -> Result<bool> {
    let (mut sum, mut after) = (Sum::default(), Uuid::nil());
    loop {
        let rows = T::scan(reading.tx(), after, STEP).all::<Raw<T::Columns>>().await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            match reading.verify::<T>(row) {
                Ok(kept) => {
                    sum = sum.add(kept.term());
                    each(kept);
                }
                Err(Error::Forged { .. } | Error::Corrupt { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(sum.same(&seal.sum(reading.key(), T::TABLE)?))
}
