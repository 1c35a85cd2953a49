//! Whether the stored lines are those of the tree in the head of the log, and whether what finds
//! them says what they say.

use std::collections::BTreeMap;

use azekura_core::audit::Entry;
use azekura_core::audit::tree::{Frontier, Hash, leaf_hash};
use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Sum, Table};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::head::Head;
use super::sealed::Reading;
use super::sql::{Tx, sql};
use super::verify::STEP;
use super::write::Line;

/// What is wrong with the stored log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Lines of this span are not those that were written.
    Lines {
        /// The last size at which everything was as it was signed.
        from: u64,
        /// The first size at which it was not.
        until: u64,
    },
    /// The columns or the index that find lines do not say what the lines say.
    Index,
}

/// What is wrong with the stored log, if anything. `signed` are roots by size that somebody kept
/// outside the database; they narrow down where the log departs from itself.
pub async fn verify_log(
    reading: &mut Reading<'_>,
    signed: &BTreeMap<u64, Hash>,
) -> Result<Option<Fault>> {
    let key = reading.key();
    let head = Head::look(reading.tx(), key).await?;
    let (mut tree, mut good, mut found_well) = (Frontier::default(), 0, true);
    let mut index = Sum::default();
    loop {
        let page = lines(reading.tx(), tree.size()).await?;
        if page.is_empty() {
            break;
        }
        for line in page {
            if line.seq.cast_unsigned() != tree.size() {
                return Ok(Some(Fault::Lines { from: good, until: line.seq.cast_unsigned() }));
            }
            tree.append(leaf_hash(&line.leaf));
            match signed.get(&tree.size()) {
                Some(root) if *root != tree.root() => {
                    return Ok(Some(Fault::Lines { from: good, until: tree.size() }));
                }
                Some(_) => good = tree.size(),
                None => {}
            }
            found_well &= agrees(key, &line, &mut index);
        }
    }
    if (tree.size(), tree.root()) != (head.size(), head.root()) {
        let until = tree.size().max(head.size());
        return Ok(Some(Fault::Lines { from: good, until }));
    }
    let found_well = found_well && index.same(&indexed(reading.tx(), key).await?);
    Ok((!found_well).then_some(Fault::Index))
}

/// Whether the columns beside a line say what it says; adds what must stand in the index.
fn agrees(key: &RowKey, line: &LineRow, index: &mut Sum) -> bool {
    let Ok(entry) = Entry::from_leaf(&line.leaf) else { return false };
    let expected = Line::of(&entry, Vec::new());
    for subject in expected.subjects() {
        *index = index.add(&term(key, subject, line.seq));
    }
    line.org_id == expected.org.map(Uuid::from) && line.beat_hour == expected.beat_hour
}

/// Lines of the log in one block of the index of people. Source: `migrations`.
const BLOCK: i64 = 1_024;

/// The sum of the index of people as it stands. In another block than its own nobody finds a pair.
async fn indexed(tx: &mut Tx, key: &RowKey) -> Result<Sum> {
    let (mut sum, mut after) = (Sum::default(), (-1, Uuid::nil(), -1));
    loop {
        let page = sql!(
            tx,
            "select block, subject_id, seq
               from use_index
              where (block, subject_id, seq) > ($1, $2, $3)
              order by block, subject_id, seq
              limit $4",
            after.0,
            after.1,
            after.2,
            STEP,
        )
        .all::<(i64, Uuid, i64)>()
        .await?;
        let Some(last) = page.last() else { return Ok(sum) };
        after = *last;
        for (_, subject, seq) in page.into_iter().filter(|(block, _, seq)| *block == seq / BLOCK) {
            sum = sum.add(&term(key, subject, seq));
        }
    }
}

/// A pair of the index, keyed so that nobody can choose pairs that add up. No row has version 0.
fn term(key: &RowKey, subject: Uuid, seq: i64) -> Sum {
    let input = RowInput::new(Table::Person, *subject.as_bytes(), 0, seq.cast_unsigned());
    key.term(&input)
}

async fn lines(tx: &mut Tx, seq: u64) -> Result<Vec<LineRow>> {
    sql!(
        tx,
        "select seq, org_id, beat_hour, leaf from log_entry
          where seq >= $1 order by seq limit $2",
        seq.cast_signed(),
        STEP,
    )
    .all::<LineRow>()
    .await
}

#[derive(FromRow)]
struct LineRow {
    seq: i64,
    org_id: Option<Uuid>,
    beat_hour: Option<i64>,
    leaf: Vec<u8>,
}
