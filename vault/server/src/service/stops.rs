//! Refusals of programs are counted; one too many within a minute stops the program.

use azekura_core::audit::event::RosterEvent;
use azekura_core::id::ClientId;
use azekura_core::roster::{Client, ClientUse, StopReason, Stopped};

use super::Result;
use super::audit::Journal;
use crate::auth::{Actor, Who};
use crate::store::Kept;

/// Counts the refusal that was just logged, if a program was refused.
pub(super) async fn count(journal: &mut Journal<'_>, actor: &Actor) -> Result<()> {
    let Who::Client { id, .. } = actor.who else { return Ok(()) };
    let at = journal.at();
    let kept = journal.reading().find::<ClientUse>(id).await?;
    let used = kept.as_deref().cloned().unwrap_or_else(|| ClientUse::none(id, at));
    let next = used.plus_refusal(at);
    let too_often = next.refused_too_often();
    journal.save(kept.as_ref(), next).await?;
    if too_often { stop(journal, id, StopReason::Refusals).await.map(drop) } else { Ok(()) }
}

/// Stops a program unless it is; gives it as it is now.
pub(super) async fn stop(
    journal: &mut Journal<'_>,
    id: ClientId,
    reason: StopReason,
) -> Result<Option<Kept<Client>>> {
    let Some(kept) = journal.reading().find::<Client>(id).await? else { return Ok(None) };
    if kept.stopped.is_some() {
        return Ok(Some(kept));
    }
    let code = String::from(reason.code());
    journal.append_in(Some(kept.org), RosterEvent::ClientStopped { client: id, reason: code })?;
    let stopped = Some(Stopped { at: journal.at(), reason });
    tracing::warn!(client = %id, reason = reason.code(), "a program was stopped");
    journal.replace(&kept, Client { stopped, ..(*kept).clone() }).await.map(Some)
}
