//! Destroying sealed numbers inside a transaction, with the entry that names each.

use azekura_core::audit::Digest;
use azekura_core::audit::event::NumberEvent;
use azekura_core::id::{ChangeId, PurgeId, SlotId};

use super::Result;
use super::audit::Journal;
use crate::store::Kept;
use crate::store::numbers::{self, NumberRow};

/// What a destroyed number leaves behind.
pub(super) struct Remains {
    /// The slot, to be buried.
    pub(super) slot: SlotId,
    /// Random bytes by which the files are searched afterwards.
    pub(super) needles: [[u8; 32]; 2],
}

/// Destroys entries that a change supersedes. Tombstones follow the commit.
pub(super) async fn superseded(
    journal: &mut Journal<'_>,
    change: ChangeId,
    slots: &[SlotId],
) -> Result<()> {
    for slot in slots {
        if let Some(kept) = numbers::by_slot(journal.reading(), *slot).await? {
            one(journal, kept, Cause::Change(change)).await?;
        }
    }
    Ok(())
}

/// Why a number is destroyed.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// A change superseded or ended it.
    Change(ChangeId),
    /// A purge.
    Purge(PurgeId),
}

/// Destroys one sealed number: the entry first, then blob and slot are overwritten and the row goes.
pub(super) async fn one(
    journal: &mut Journal<'_>,
    kept: Kept<NumberRow>,
    cause: Cause,
) -> Result<Remains> {
    let (change, purge) = match cause {
        Cause::Change(change) => (Some(change), None),
        Cause::Purge(purge) => (None, Some(purge)),
    };
    let (slot, about) = (kept.id, kept.about);
    journal.append(NumberEvent::Destroyed {
        blob_sha256: Some(Digest(kept.blob.digest())),
        change,
        person: about.person,
        purge,
        slot,
        slot_sha256: Some(Digest(kept.slot.digest())),
        version: about.version,
    })?;
    let needles = numbers::destroy(journal.write(), kept).await.map_err(super::Error::unlogged)?;
    Ok(Remains { slot, needles })
}
