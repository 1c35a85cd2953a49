//! One statement for many rows: the only place where the engines have different texts.
//!
//! SQLite takes a list as one JSON text, or one blob with a JSON list of places in it; PostgreSQL
//! takes arrays. `cross join` holds SQLite to walking the list and looking each row up; left to
//! itself it walks the table and reads the list again for each row.
//!
//! Source: `performance.md` section 7.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use azekura_core::id::{ClientId, OrganisationId, PersonId};
use azekura_core::roster::ClientUse;
use sqlx::FromRow;
use uuid::Uuid;

use super::numbers::{NumberColumns, NumberRow};
use super::people::{PersonColumns, PersonRow};
use super::sealed::{Kept, Raw, Reading};
use super::sql::{Tx, sql};
use super::write::Line;
use super::{Error, Result};

/// A person, and the number in force if there is one.
pub struct Current {
    /// The person.
    pub person: PersonRow,
    /// The number.
    pub number: Option<NumberRow>,
}

/// Those of `ids` that are people of the organisation, with their numbers in force, by id. A row that
/// the vault did not write so is that person's error alone: nobody stops others by changing it.
pub async fn current(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    ids: &[PersonId],
) -> Result<Vec<(PersonId, Result<Current>)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let rows = sql!(
        reading.tx(),
        sqlite: "select p.id, p.org_id, p.external_ref, p.state, p.kinds, p.due_on, p.created_at,
                        p.personal, p.sealed, n.id as n_id, n.org_id as n_org_id,
                        n.person_id as n_person_id, n.version as n_version, n.state as n_state,
                        n.blob as n_blob, n.slot as n_slot, n.sealed as n_sealed
                   from json_each($1) j
                   cross join person p on p.id = unhex(j.value)
                   left join number n on n.person_id = p.id and n.state = 'active'
                  where p.org_id = $2
                  order by p.id" [hex_list(&ids), Uuid::from(org)],
        postgres: "select p.id, p.org_id, p.external_ref, p.state, p.kinds, p.due_on, p.created_at,
                          p.personal, p.sealed, n.id as n_id, n.org_id as n_org_id,
                          n.person_id as n_person_id, n.version as n_version, n.state as n_state,
                          n.blob as n_blob, n.slot as n_slot, n.sealed as n_sealed
                     from person p
                     left join number n on n.person_id = p.id and n.state = 'active'
                    where p.id = any($1) and p.org_id = $2
                    order by p.id" [&ids, Uuid::from(org)],
    )
    .all::<CurrentRow>()
    .await?;
    Ok(rows.into_iter().map(|row| (row.person.id.into(), verified(reading, row))).collect())
}

fn verified(reading: &Reading<'_>, row: CurrentRow) -> Result<Current> {
    let number = row.number.into_raw()?.map(|raw| reading.verify_only(raw)).transpose()?;
    Ok(Current { person: reading.verify_only(row.person)?, number })
}

/// The ids behind references, for those that the organisation knows. They are only found here;
/// whoever reads them verifies the rows.
pub async fn ids_by_external_ref(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    refs: &[&str],
) -> Result<Vec<(String, PersonId)>> {
    let list = serde_json::to_string(refs).map_err(|_| Error::Corrupt { what: "references" })?;
    let rows = sql!(
        reading.tx(),
        sqlite: "select p.external_ref, p.id
                   from json_each($1) j
                   cross join person p on p.org_id = $2 and p.external_ref = j.value
                  order by p.id" [list, Uuid::from(org)],
        postgres: "select p.external_ref, p.id
                     from person p
                    where p.org_id = $2 and p.external_ref = any($1)
                    order by p.id" [refs, Uuid::from(org)],
    )
    .all::<(String, Uuid)>()
    .await?;
    Ok(rows.into_iter().map(|(external_ref, id)| (external_ref, id.into())).collect())
}

/// The quota counters of programs, for those that have one.
pub async fn client_uses(
    reading: &mut Reading<'_>,
    ids: &[ClientId],
) -> Result<Vec<Kept<ClientUse>>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    reading
        .all(|tx| {
            sql!(
                tx,
                sqlite: "select u.id, u.sealed
                           from json_each($1) j cross join client_use u on u.id = unhex(j.value)
                          order by u.id" [hex_list(&ids)],
                postgres: "select id, sealed from client_use where id = any($1)
                            order by id" [&ids],
            )
        })
        .await
}

/// Writes lines and their index of people.
pub(super) async fn insert_lines(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    let columns = LineColumns::of(lines);
    sql!(
        tx,
        sqlite: "insert into log_entry (seq, org_id, beat_hour, leaf)
                 select j.value ->> 0, unhex(j.value ->> 1), j.value ->> 2,
                        substr($1, j.value ->> 3, j.value ->> 4)
                   from json_each($2) j" [columns.joined(), columns.places()],
        postgres: "insert into log_entry (seq, org_id, beat_hour, leaf)
                   select * from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bytea[])" [
            &columns.seqs, &columns.orgs, &columns.beats, &columns.leaves
        ],
    )
    .run()
    .await?;
    insert_index(tx, lines).await
}

async fn insert_index(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    let pairs: BTreeSet<(Uuid, i64)> = lines
        .iter()
        .flat_map(|line| line.subjects.iter().map(|id| (*id, line.seq.cast_signed())))
        .collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let (subjects, seqs): (Vec<Uuid>, Vec<i64>) = pairs.into_iter().unzip();
    sql!(
        tx,
        sqlite: "insert into use_index (subject_id, seq)
                 select unhex(j.value ->> 0), j.value ->> 1 from json_each($1) j" [
            pair_list(&subjects, &seqs)
        ],
        postgres: "insert into use_index (subject_id, seq)
                   select * from unnest($1::uuid[], $2::bigint[])" [&subjects, &seqs],
    )
    .run()
    .await?;
    Ok(())
}

/// The lines column by column.
struct LineColumns<'a> {
    seqs: Vec<i64>,
    orgs: Vec<Option<Uuid>>,
    beats: Vec<Option<i64>>,
    leaves: Vec<&'a [u8]>,
}

impl<'a> LineColumns<'a> {
    fn of(lines: &'a [Line]) -> Self {
        Self {
            seqs: lines.iter().map(|line| line.seq.cast_signed()).collect(),
            orgs: lines.iter().map(|line| line.org.map(Uuid::from)).collect(),
            beats: lines.iter().map(|line| line.beat_hour).collect(),
            leaves: lines.iter().map(|line| line.leaf.as_slice()).collect(),
        }
    }

    fn joined(&self) -> Vec<u8> {
        self.leaves.concat()
    }

    /// `[[seq, org, hour, first byte from 1, length], …]`
    fn places(&self) -> String {
        let mut list = String::from("[");
        let mut first = 1;
        for (((seq, org), beat), leaf) in
            self.seqs.iter().zip(&self.orgs).zip(&self.beats).zip(&self.leaves)
        {
            let org =
                org.map_or_else(|| String::from("null"), |org| format!("\"{}\"", org.simple()));
            let beat = beat.map_or_else(|| String::from("null"), |hour| hour.to_string());
            let comma = if first == 1 { "" } else { "," };
            let _ = write!(list, "{comma}[{seq},{org},{beat},{first},{}]", leaf.len());
            first += leaf.len();
        }
        list.push(']');
        list
    }
}

fn hex_list(ids: &[Uuid]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}

fn pair_list(people: &[Uuid], seqs: &[i64]) -> String {
    let pairs = people.iter().zip(seqs);
    let pairs: Vec<_> = pairs.map(|(id, seq)| format!("[\"{}\",{seq}]", id.simple())).collect();
    format!("[{}]", pairs.join(","))
}

#[derive(FromRow)]
struct CurrentRow {
    #[sqlx(flatten)]
    person: Raw<PersonColumns>,
    #[sqlx(flatten)]
    number: JoinedNumber,
}

/// A number beside its person; all of it is there or nothing.
#[derive(FromRow)]
#[expect(clippy::struct_field_names, reason = "named as the joined columns are")]
struct JoinedNumber {
    n_id: Option<Uuid>,
    n_org_id: Option<Uuid>,
    n_person_id: Option<Uuid>,
    n_version: Option<i64>,
    n_state: Option<String>,
    n_blob: Option<Vec<u8>>,
    n_slot: Option<Vec<u8>>,
    n_sealed: Option<Vec<u8>>,
}

impl JoinedNumber {
    fn into_raw(self) -> Result<Option<Raw<NumberColumns>>> {
        let Some(id) = self.n_id else { return Ok(None) };
        let columns = || {
            Some(NumberColumns {
                org_id: self.n_org_id?,
                person_id: self.n_person_id?,
                version: self.n_version?,
                state: self.n_state?,
                blob: self.n_blob?,
                slot: self.n_slot?,
            })
        };
        let corrupt = Error::Corrupt { what: "number" };
        let (Some(columns), Some(sealed)) = (columns(), self.n_sealed) else { return Err(corrupt) };
        Ok(Some(Raw { id, columns, sealed }))
    }
}
