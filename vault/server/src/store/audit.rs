//! The log as it is stored, its index of people, and signed checkpoints.

use azekura_core::audit::event::VaultEvent;
use azekura_core::audit::{Entry, Event};
use azekura_core::id::OrganisationId;
use azekura_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::head::Head;
use super::sealed::Reading;
use super::sql::{Store, sql};
use super::{Error, Result};

/// A stored line: its sequence number and its exact bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leaf {
    /// The place in the log, from 0.
    pub seq: u64,
    /// The bytes that are hashed.
    pub leaf: Vec<u8>,
}

impl Leaf {
    /// The line, if it is of this organisation. The column only finds it; the line itself counts.
    fn of(self, org: OrganisationId) -> Result<Self> {
        match Entry::from_leaf(&self.leaf) {
            Ok(entry) if entry.tenant == Some(org) => Ok(self),
            Ok(_) => Err(Error::Forged { what: "log entry" }),
            Err(_) => Err(Error::Corrupt { what: "log entry" }),
        }
    }
}

/// A signed checkpoint (C2SP signed note).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// Entries it covers.
    pub size: u64,
    /// The note with its signatures.
    pub note: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// The head of the log, verified but not locked.
///
/// # Errors
///
/// [`Error::Forged`] if it is not as the vault wrote it.
pub async fn head(reading: &mut Reading<'_>) -> Result<Head> {
    let key = reading.key();
    Head::look(reading.tx(), key).await
}

/// At most `limit` lines from `seq` on.
pub async fn entries(reading: &mut Reading<'_>, seq: u64, limit: u16) -> Result<Vec<Leaf>> {
    let rows = sql!(
        reading.tx(),
        "select seq, leaf from log_entry where seq >= $1 order by seq limit $2",
        seq.cast_signed(),
        i64::from(limit),
    )
    .all::<LeafRow>()
    .await?;
    Ok(rows.into_iter().map(Leaf::from).collect())
}

/// At most `limit` lines of one organisation from `seq` on.
pub async fn entries_of(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    seq: u64,
    limit: u16,
) -> Result<Vec<Leaf>> {
    let rows = sql!(
        reading.tx(),
        "select seq, leaf from log_entry
          where org_id = $1 and seq >= $2
          order by seq
          limit $3",
        Uuid::from(org),
        seq.cast_signed(),
        i64::from(limit),
    )
    .all::<LeafRow>()
    .await?;
    rows.into_iter().map(Leaf::from).map(|leaf| leaf.of(org)).collect()
}

/// The place of the first line written at `since` or later; the end of the log if there is none.
pub async fn first_since(reading: &mut Reading<'_>, since: Timestamp) -> Result<u64> {
    let (mut low, mut high) = (0, head(reading).await?.size());
    while low < high {
        let middle = low + (high - low) / 2;
        let at = entries(reading, middle, 1)
            .await?
            .first()
            .and_then(|leaf| Entry::from_leaf(&leaf.leaf).ok().map(|entry| entry.at));
        match at {
            Some(at) if at < since => low = middle + 1,
            Some(_) => high = middle,
            None => return Err(Error::Corrupt { what: "log entry" }),
        }
    }
    Ok(low)
}

/// At most `limit` lines that name a person or belong to a read, from `seq` on.
pub async fn entries_about(
    reading: &mut Reading<'_>,
    subject: impl Into<Uuid>,
    seq: u64,
    limit: u16,
) -> Result<Vec<Leaf>> {
    let rows = sql!(
        reading.tx(),
        "with recursive block (number) as (
            select $2 / 1024
             union all
            select number + 1
              from block
             where number < (select max(seq) / 1024 from log_entry)
         )
         select e.seq, e.leaf
           from block b
           join use_index u on u.block = b.number
           join log_entry e on e.seq = u.seq
          where u.subject_id = $1 and u.seq >= $2
          order by u.seq
          limit $3",
        subject.into(),
        seq.cast_signed(),
        i64::from(limit),
    )
    .all::<LeafRow>()
    .await?;
    Ok(rows.into_iter().map(Leaf::from).collect())
}

/// The heartbeats from `seq` on, the first one of each hour: what observed days are counted from.
pub async fn heartbeats(reading: &mut Reading<'_>, seq: u64) -> Result<Vec<Timestamp>> {
    let rows = sql!(
        reading.tx(),
        "select e.seq, e.leaf
           from (select min(seq) as first from log_entry
                  where beat_hour is not null and seq >= $1
                  group by beat_hour) b
           join log_entry e on e.seq = b.first
          order by e.seq",
        seq.cast_signed(),
    )
    .all::<LeafRow>()
    .await?;
    rows.iter().map(|row| beat(&row.leaf)).collect()
}

/// The time in a heartbeat. The column only finds the line; the line itself is what counts.
fn beat(leaf: &[u8]) -> Result<Timestamp> {
    match Entry::from_leaf(leaf) {
        Ok(Entry { at, event: Event::Vault(VaultEvent::Heartbeat { .. }), .. }) => Ok(at),
        Ok(_) => Err(Error::Forged { what: "log entry" }),
        Err(_) => Err(Error::Corrupt { what: "log entry" }),
    }
}

/// The checkpoint of exactly `size` entries, if one was signed. Whoever shows it looks whether the
/// signature is this vault's.
pub async fn checkpoint_of(reading: &mut Reading<'_>, size: u64) -> Result<Option<Note>> {
    let row = sql!(
        reading.tx(),
        "select size, note, at from checkpoint where size = $1",
        size.cast_signed(),
    )
    .optional::<NoteRow>()
    .await?;
    Ok(row.map(Note::from))
}

impl Store {
    /// Keeps a signed checkpoint, in the place of one of the same size. It is outside the log that it
    /// signs, so it needs no entry.
    pub async fn insert_checkpoint(&self, note: &Note) -> Result<()> {
        let mut tx = self.begin_write().await?;
        sql!(
            &mut tx,
            "insert into checkpoint (size, note, at) values ($1, $2, $3)
             on conflict (size) do update set note = excluded.note, at = excluded.at",
            note.size.cast_signed(),
            note.note.as_str(),
            note.at.as_millis(),
        )
        .run()
        .await?;
        tx.commit().await
    }
}

#[derive(FromRow)]
struct LeafRow {
    seq: i64,
    leaf: Vec<u8>,
}

impl From<LeafRow> for Leaf {
    fn from(row: LeafRow) -> Self {
        Self { seq: row.seq.cast_unsigned(), leaf: row.leaf }
    }
}

#[derive(FromRow)]
struct NoteRow {
    size: i64,
    note: String,
    at: i64,
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        let at = Timestamp::from_millis(row.at);
        Self { size: row.size.cast_unsigned(), note: row.note, at }
    }
}
