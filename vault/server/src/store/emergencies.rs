//! Uses of the recovery shares.

use azekura_core::crypto::row::Table;
use azekura_core::emergency::Emergency;
use uuid::Uuid;

use super::sealed::{Kept, Reading, Sealed as _};
use super::sql::sql;
use super::table::sealed;
use super::{Error, Result};

/// All of them, oldest first; a vault has a handful in its life.
///
/// # Errors
///
/// [`Error::Forged`] also if one was taken away: it may be the one that waits for its review.
pub async fn all(reading: &mut Reading<'_>) -> Result<Vec<Kept<Emergency>>> {
    let all: Vec<Kept<Emergency>> =
        reading.all(|tx| sql!(tx, "select id, sealed from emergency order by id")).await?;
    let ids = all.iter().map(|kept| Uuid::from(kept.id)).collect();
    if reading.newest().lacks(Table::Emergency, &ids) {
        return Err(Error::Forged { what: Emergency::WHAT });
    }
    Ok(all)
}

sealed! {
    Emergency in "emergency" as "emergency" by id;
    () [] = |_| ();
}
