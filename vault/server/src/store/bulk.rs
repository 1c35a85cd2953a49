//! One statement for many rows: the only place where the engines have different texts.
//!
//! SQLite takes a list as one JSON text, or one blob with a JSON list of places in it; PostgreSQL
//! takes arrays. `cross join` holds SQLite to walking the list and looking each row up; left to
//! itself it walks the table and reads the list again for each row.
//!
//! Source: `performance.md` section 7.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use azekura_core::access::Grounds;
use azekura_core::crypto::RowKey;
use azekura_core::id::{ClientId, OrganisationId, PersonId};
use azekura_core::roster::ClientUse;
use uuid::Uuid;

use super::numbers::NumberRow;
use super::people;
use super::sealed::{Kept, Reading};
use super::sql::{Tx, sql};
use super::write::Line;
use super::{Error, Result};

/// What a read of one person needs, and no more of the two rows.
pub struct Current {
    /// What the decision rests on.
    pub grounds: Grounds,
    /// The sealed number that lies in the slot the grounds name.
    pub number: Option<NumberRow>,
}

/// Those of `ids` that are people of the organisation, with their numbers in force, by id. Grounds
/// that the vault did not write are that person's error alone: nobody stops others by changing them.
///
/// Of a number only the sealed bytes are fetched. Whose it is comes from the grounds, and the bytes
/// open in the place so named or nowhere.
pub async fn current(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    ids: &[PersonId],
) -> Result<Vec<(PersonId, Result<Current>)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let rows = sql!(
        reading.tx(),
        sqlite: "select p.id, p.grounds, n.id, n.blob, n.slot
                   from json_each($1) j
                   cross join person p on p.id = unhex(j.value)
                   left join number n on n.person_id = p.id and n.state = 'active'
                  where p.org_id = $2
                  order by p.id" [hex_list(&ids), Uuid::from(org)],
        postgres: "select p.id, p.grounds, n.id, n.blob, n.slot
                     from person p
                     left join number n on n.person_id = p.id and n.state = 'active'
                    where p.id = any($1) and p.org_id = $2
                    order by p.id" [&ids, Uuid::from(org)],
    )
    .all::<CurrentRow>()
    .await?;
    let key = reading.key();
    Ok(rows.into_iter().map(|row| (row.0.into(), verified(key, org, row))).collect())
}

/// Person and grounds, slot and the two sealed parts.
type CurrentRow = (Uuid, Vec<u8>, Option<Uuid>, Option<Vec<u8>>, Option<Vec<u8>>);

fn verified(key: &RowKey, org: OrganisationId, row: CurrentRow) -> Result<Current> {
    let (id, sealed, slot, number, wrapped) = row;
    let grounds = people::open_grounds(key, org, id, &sealed)?;
    let number = match (&grounds.number, slot, number, wrapped) {
        (Ok(usable), Some(slot), Some(number), Some(wrapped)) if usable.slot == slot.into() => {
            Some(NumberRow::in_force(&grounds, usable, &number, &wrapped)?)
        }
        _ => None,
    };
    Ok(Current { grounds, number })
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
                 select substr($1, j.key * 16 + 1, 16), j.value from json_each($2) j" [
            subjects.iter().flat_map(Uuid::as_bytes).copied().collect::<Vec<u8>>(),
            serde_json::to_string(&seqs).map_err(|_| Error::Corrupt { what: "index" })?
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
