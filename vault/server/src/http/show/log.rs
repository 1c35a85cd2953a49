//! The log, its proofs and signed heads.

use azekura_wire::log as wire;
use data_encoding::BASE64;

use crate::service::log::Proven;

/// A page of entries with their proofs; `limit` is how many were asked for.
pub(in crate::http) fn entries(proven: &Proven, limit: u16) -> wire::Entries {
    let items: Vec<wire::Entry> = proven
        .entries
        .iter()
        .map(|(leaf, proof)| wire::Entry {
            seq: leaf.seq,
            line: String::from_utf8_lossy(&leaf.leaf).into_owned(),
            proof: proof.iter().map(|hash| BASE64.encode(hash)).collect(),
        })
        .collect();
    let full = items.len() == usize::from(limit);
    let next_cursor = items.last().filter(|_| full).map(|last| (last.seq + 1).to_string());
    let tree = checkpoint(&proven.checkpoint.note, proven.checkpoint.size);
    let checkpoint = (!items.is_empty()).then_some(tree);
    wire::Entries { items, next_cursor, checkpoint }
}

/// A signed tree head: its first three lines are origin, size and root.
pub(in crate::http) fn checkpoint(note: &str, size: u64) -> wire::Checkpoint {
    let line = |at: usize| String::from(note.lines().nth(at).unwrap_or_default());
    wire::Checkpoint { origin: line(0), size, root: line(2), note: String::from(note) }
}
