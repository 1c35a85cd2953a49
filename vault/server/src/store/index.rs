//! The rows by which people are found: keys of other systems, and whose family they are.

use std::collections::BTreeSet;

use azekura_core::id::PersonId;
use azekura_core::person::Person;
use uuid::Uuid;

use super::Result;
use super::people::PersonRow;
use super::sealed::{Reading, Sealed};
use super::sql::{Tx, sql};
use super::verify::STEP;
use super::write::Write;

/// Writes the rows by which a person is found. They grant nothing: whatever they lead to is
/// verified as a sealed row.
pub(super) async fn insert(write: &mut Write<'_>, person: &Person) -> Result<()> {
    for key in &person.keys {
        sql!(
            write.tx(),
            "insert into person_key (org_id, system, value, person_id) values ($1, $2, $3, $4)",
            Uuid::from(person.org),
            key.system.as_str(),
            key.value.as_str(),
            Uuid::from(person.id),
        )
        .run()
        .await
        .map_err(|error| error.naming("key"))?;
    }
    for parent in parents(person) {
        sql!(
            write.tx(),
            "insert into person_of (parent_id, person_id) values ($1, $2) on conflict do nothing",
            Uuid::from(parent),
            Uuid::from(person.id),
        )
        .run()
        .await?;
    }
    Ok(())
}

/// Removes the rows by which a person was found.
pub(super) async fn remove(write: &mut Write<'_>, person: PersonId) -> Result<()> {
    let id = Uuid::from(person);
    sql!(write.tx(), "delete from person_key where person_id = $1", id).run().await?;
    sql!(write.tx(), "delete from person_of where person_id = $1", id).run().await?;
    Ok(())
}

/// Whether the rows by which people are found are those that [`insert`] wrote: a family link taken
/// out would let a dependant's number go while the employee's is kept.
pub(super) async fn agrees(reading: &mut Reading<'_>) -> Result<bool> {
    let (mut after, mut keys, mut links) = (Uuid::nil(), 0, 0);
    loop {
        let rows = reading.all::<PersonRow>(|tx| PersonRow::scan(tx, after, STEP)).await?;
        let Some(last) = rows.last() else { break };
        let (from, until) = (after, Uuid::from(last.person.id));
        after = until;
        let (found_keys, found_links) = indexed(reading.tx(), from, until).await?;
        let people = || rows.iter().map(|row| &row.person);
        let expected_keys: BTreeSet<KeyRow> = people().flat_map(key_rows).collect();
        let expected_links: BTreeSet<(Uuid, Uuid)> = people().flat_map(link_rows).collect();
        if found_keys != expected_keys || found_links != expected_links {
            return Ok(false);
        }
        keys += found_keys.len();
        links += found_links.len();
    }
    let counted = sql!(
        reading.tx(),
        "select (select count(*) from person_key), (select count(*) from person_of)",
    )
    .one::<(i64, i64)>()
    .await?;
    Ok((usize::try_from(counted.0), usize::try_from(counted.1)) == (Ok(keys), Ok(links)))
}

type KeyRow = (Uuid, String, String, Uuid);

/// The rows of the search tables for people after `from`, up to `until`.
async fn indexed(
    tx: &mut Tx,
    from: Uuid,
    until: Uuid,
) -> Result<(BTreeSet<KeyRow>, BTreeSet<(Uuid, Uuid)>)> {
    let keys = sql!(
        tx,
        "select org_id, system, value, person_id from person_key
          where person_id > $1 and person_id <= $2",
        from,
        until,
    )
    .all::<KeyRow>()
    .await?;
    let links = sql!(
        tx,
        "select parent_id, person_id from person_of where person_id > $1 and person_id <= $2",
        from,
        until,
    )
    .all::<(Uuid, Uuid)>()
    .await?;
    Ok((keys.into_iter().collect(), links.into_iter().collect()))
}

fn key_rows(person: &Person) -> impl Iterator<Item = KeyRow> {
    person
        .keys
        .iter()
        .map(|key| (person.org.into(), key.system.clone(), key.value.clone(), person.id.into()))
}

fn link_rows(person: &Person) -> impl Iterator<Item = (Uuid, Uuid)> {
    parents(person).map(|parent| (parent.into(), person.id.into()))
}

/// Whose family or heir the person is.
pub(super) fn parents(person: &Person) -> impl Iterator<Item = PersonId> {
    person.relationships.iter().filter_map(|relationship| relationship.of)
}
