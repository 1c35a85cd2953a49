//! Saving a person: what the number is held for is derived anew, for the person and for whoever
//! hangs on them.

use azekura_core::id::OrganisationId;
use azekura_core::person::{NumberState, Person};
use azekura_core::purpose::Purposes;
use azekura_core::retention::{Holdings, Settings};

use super::audit::Journal;
use super::{Error, Result};
use crate::store::people::{self, PersonRow};
use crate::store::{Kept, Reading};

/// Whether a number exists, checked or not.
pub(super) fn has_number(person: &Person) -> bool {
    matches!(person.number.state, NumberState::Active(_) | NumberState::Pending { .. })
}

/// What `person`'s number would be held for if it were bound to `bound`.
pub(super) async fn derive(
    reading: &mut Reading<'_>,
    person: &Person,
    bound: &Purposes,
    settings: &Settings,
) -> Result<Holdings> {
    let mut family = Vec::new();
    for parent in person.relationships.iter().filter_map(|held| held.of) {
        family.extend(people::by_id(reading, person.org, parent).await?);
    }
    let of = |id| family.iter().map(|kept| &kept.person).find(|parent| parent.id == id);
    Ok(Holdings::derive(person, bound, &of, settings))
}

/// Replaces the row of a person, with the holdings that follow now, and those of dependants and
/// heirs. An end that is gone drops the person from a purge that has not executed yet.
pub(super) async fn save(
    journal: &mut Journal<'_>,
    kept: &Kept<PersonRow>,
    person: Person,
) -> Result<Kept<PersonRow>> {
    let settings = settings(journal, person.org)?;
    let saved = save_one(journal, kept, person, &settings).await?;
    for dependant in people::dependants_of(journal.reading(), saved.person.id).await? {
        let person = dependant.person.clone();
        save_one(journal, &dependant, person, &settings).await?;
    }
    Ok(saved)
}

/// Derives the holdings of everyone in an organisation anew, for new settings.
pub(super) async fn derive_all(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    settings: &Settings,
) -> Result<()> {
    let mut cursor = None;
    loop {
        let filter = people::Filter::default();
        let page = people::page(journal.reading(), org, filter, cursor, 200).await?;
        let Some(last) = page.last() else { return Ok(()) };
        cursor = Some((last.person.created_at, last.person.id));
        for kept in &page {
            save_one(journal, kept, kept.person.clone(), settings).await?;
        }
    }
}

/// The settings of an organisation, as of this transaction.
pub(super) fn settings(journal: &Journal<'_>, org: OrganisationId) -> Result<Settings> {
    let found = journal.authority().organisation(org);
    found.map(|org| org.settings.clone()).ok_or(Error::NotFound)
}

async fn save_one(
    journal: &mut Journal<'_>,
    kept: &Kept<PersonRow>,
    mut person: Person,
    settings: &Settings,
) -> Result<Kept<PersonRow>> {
    let bound = person.number.active().map(|active| active.purposes.clone());
    person.holdings = match bound {
        Some(bound) => derive(journal.reading(), &person, &bound, settings).await?,
        None => Holdings::default(),
    };
    let open = person.holdings.due().is_none();
    if let NumberState::Active(active) = &mut person.number.state
        && open
    {
        active.purge = None;
    }
    let row = PersonRow { person, personal: kept.personal.clone() };
    people::replace(journal.write(), kept, row).await.map_err(Error::unlogged)
}
