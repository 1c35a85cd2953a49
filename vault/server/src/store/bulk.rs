//! One statement for many rows: the only place where the engines have different texts.
//!
//! SQLite takes a list as one JSON text, or one blob with a JSON list of places in it; PostgreSQL
//! takes arrays. `cross join` holds SQLite to walking the list and looking each row up; left to
//! itself it walks the table and reads the list again for each row.
//!
//! Source: `performance.md` section 7.

use std::fmt::Write as _;
use std::sync::Arc;

use azekura_core::access::Grounds;
use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::Table;
use azekura_core::id::{ClientId, OrganisationId, PersonId};
use azekura_core::roster::ClientUse;
use sqlx::FromRow;
use uuid::Uuid;

use super::ledger::Newest;
use super::numbers::{NUMBER, NumberRow};
use super::people::{self, PersonRow};
use super::sealed::{Kept, Reading, Sealed as _};
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

/// Those of `ids` that are people of the organisation, with their numbers in force. Grounds that
/// the vault did not write are that person's error alone: nobody stops others by changing them.
///
/// Of a number only the sealed bytes are fetched. Whose it is comes from the grounds, and the bytes
/// open in the place so named or nowhere.
pub async fn current(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    ids: &[PersonId],
) -> Result<Vec<Found>> {
    let (tx, key, newest) = reading.split();
    let mut found = Vec::with_capacity(ids.len());
    let mut fetched = Packed::default();
    for some in ids.chunks(AT_ONCE) {
        // The database reads these while the ones before are verified.
        let verified = async { fetched.verified(key, newest, org, &mut found) };
        let (next, verified) = tokio::join!(packed(tx, org, some), verified);
        verified?;
        fetched = next?;
    }
    fetched.verified(key, newest, org, &mut found)?;
    Ok(found)
}

/// A person that was asked for, and what is known, if the vault wrote it.
pub type Found = (PersonId, Result<Arc<Current>>);

/// People fetched by one statement.
const AT_ONCE: usize = 250;

/// All rows of a fetch in one. SQLite's driver hands each row from thread to thread, which costs
/// more than to read it.
#[derive(Default, FromRow)]
struct Packed {
    /// The id and the grounds of each person.
    people: Option<Vec<u8>>,
    /// How many bytes the grounds of each have: `412,380`.
    lengths: Option<String>,
    /// The slot and the two sealed parts of each number, [`NUMBER`] bytes; zeros where there is none.
    numbers: Option<Vec<u8>>,
}

/// One person of a fetch.
struct CurrentRow<'a> {
    person: PersonId,
    grounds: &'a [u8],
    number: &'a [u8; NUMBER],
}

async fn packed(tx: &mut Tx, org: OrganisationId, ids: &[PersonId]) -> Result<Packed> {
    let ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    sql!(
        tx,
        sqlite: "select cast(group_concat(p.id || p.grounds, '') as blob) as people,
                        group_concat(octet_length(p.grounds)) as lengths,
                        cast(group_concat(coalesce(n.id || n.blob || n.slot, zeroblob(220)), '')
                             as blob) as numbers
                   from json_each($1) j
                   cross join person p indexed by person_grounds on p.id = unhex(j.value)
                   left join number n on n.person_id = p.id and n.state = 'active'
                        and octet_length(n.id || n.blob || n.slot) = 220
                  where p.org_id = $2" [hex_list(&ids), Uuid::from(org)],
        postgres: "select string_agg(uuid_send(p.id) || p.grounds, '' order by p.id) as people,
                          string_agg(octet_length(p.grounds)::text, ',' order by p.id) as lengths,
                          string_agg(coalesce(uuid_send(n.id) || n.blob || n.slot,
                                              decode(repeat('00', 220), 'hex')), '' order by p.id)
                            as numbers
                     from person p
                     left join number n on n.person_id = p.id and n.state = 'active'
                          and octet_length(n.blob || n.slot) = 204
                    where p.id = any($1) and p.org_id = $2" [&ids, Uuid::from(org)],
    )
    .one()
    .await
}

impl Packed {
    fn verified(
        &self,
        key: &RowKey,
        newest: Newest<'_>,
        org: OrganisationId,
        found: &mut Vec<Found>,
    ) -> Result<()> {
        let rows = self.rows().ok_or(Error::Corrupt { what: "list of people" })?;
        let verified = |row| verified(key, newest, org, row).map(Arc::new);
        found.extend(rows.iter().map(|row| (row.person, verified(row))));
        Ok(())
    }

    /// Takes the rows apart again.
    fn rows(&self) -> Option<Vec<CurrentRow<'_>>> {
        let (Some(mut people), Some(lengths), Some(numbers)) =
            (self.people.as_deref(), &self.lengths, self.numbers.as_deref())
        else {
            return Some(Vec::new());
        };
        let (numbers, []) = numbers.as_chunks() else { return None };
        let mut rows = Vec::with_capacity(numbers.len());
        for (length, number) in lengths.split(',').zip(numbers) {
            let (id, rest) = people.split_first_chunk()?;
            let (grounds, rest) = rest.split_at_checked(length.parse().ok()?)?;
            rows.push(CurrentRow { person: Uuid::from_bytes(*id).into(), grounds, number });
            people = rest;
        }
        Some(rows)
    }
}

fn verified(
    key: &RowKey,
    newest: Newest<'_>,
    org: OrganisationId,
    row: &CurrentRow<'_>,
) -> Result<Current> {
    let grounds = people::open_grounds(key, org, row.person, row.grounds)?;
    if !newest.column(Table::Person, row.person.into(), row.grounds) {
        return Err(Error::Forged { what: PersonRow::WHAT });
    }
    let number = grounds.number.as_ref().ok();
    let number = number.and_then(|usable| NumberRow::in_force(&grounds, usable, row.number));
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
    let written = sql!(
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
    // A trigger could pass over a line in silence.
    if usize::try_from(written) != Ok(lines.len()) {
        return Err(Error::Unlogged);
    }
    insert_index(tx, lines).await
}

async fn insert_index(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    let mut pairs: Vec<(Uuid, i64)> = lines
        .iter()
        .flat_map(|line| line.subjects.iter().map(|id| (*id, line.seq.cast_signed())))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        return Ok(());
    }
    let (subjects, seqs): (Vec<Uuid>, Vec<i64>) = pairs.into_iter().unzip();
    sql!(
        tx,
        sqlite: "insert into use_index (block, subject_id, seq)
                 select j.value / 1024, substr($1, j.key * 16 + 1, 16), j.value
                   from json_each($2) j" [
            subjects.iter().flat_map(Uuid::as_bytes).copied().collect::<Vec<u8>>(),
            serde_json::to_string(&seqs).map_err(|_| Error::Corrupt { what: "index" })?
        ],
        postgres: "insert into use_index (block, subject_id, seq)
                   select u.seq / 1024, u.subject, u.seq
                     from unnest($1::uuid[], $2::bigint[]) u (subject, seq)" [&subjects, &seqs],
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
