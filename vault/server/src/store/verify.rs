//! Whether each sealed table holds exactly the rows that the vault left in it.

use azekura_core::change::Change;
use azekura_core::crypto::row::{Sum, Table};
use azekura_core::purge::Purge;
use azekura_core::roster::{
    Appointment, Client, ClientUse, Credential, Designation, Enrolment, Notice, Organisation,
    Session, User,
};
use uuid::Uuid;

use super::certificates::CertificateRow;
use super::head::{Head, Seal, Seals};
use super::numbers::NumberRow;
use super::people::PersonRow;
use super::roster::TrainingRow;
use super::sealed::{Kept, Raw, Reading, Sealed};
use super::{Error, Result, index};

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
    if !forged.contains(&PersonRow::WHAT) && !index::agrees(reading).await? {
        forged.push("index of people");
    }
    Ok(forged)
}

#[expect(clippy::cognitive_complexity, reason = "an arm for each table: none is left out")]
async fn verify_table(
    reading: &mut Reading<'_>,
    seals: &Seals,
    wanted: Table,
) -> Result<Option<&'static str>> {
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
        Table::Training => check::<TrainingRow>(reading, seals).await,
    }
}

async fn check<T: Sealed>(
    reading: &mut Reading<'_>,
    seals: &Seals,
) -> Result<Option<&'static str>> {
    let genuine = table::<T>(reading, seals.of(T::TABLE)?, drop).await?;
    Ok((!genuine).then_some(T::WHAT))
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
