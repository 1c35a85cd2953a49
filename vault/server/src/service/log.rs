//! Checkpoints, proofs and exports of the log, and the entries that keep it alive.

use std::path::Path;

use azekura_core::audit::checkpoint::{self, Checkpoint};
use azekura_core::audit::event::{AccessEvent, Boot, Event, PurgeEvent, VaultEvent};
use azekura_core::audit::tree::{Hash, leaf_hash};
use azekura_core::audit::{Entry, proof};
use azekura_core::id::{OrganisationId, VaultId};
use azekura_core::roster::Session;
use data_encoding::HEXLOWER;

use super::audit;
use super::sessions;
use super::{Error, Result};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::keyfile::Anchor;
use crate::store::audit::{self as entries, Leaf, Note};
use crate::store::certificates::CertificateRow;

/// Lines fetched at a time.
const CHUNK: u16 = 1_000;

/// The name of this vault's log, and of the key that signs it.
pub fn origin(app: &App) -> String {
    origin_of(app.keys.vault())
}

/// The same for a vault that is not open yet.
pub fn origin_of(vault: VaultId) -> String {
    format!("azekura/{vault}")
}

/// The newest checkpoint; a new one is signed if the log grew.
///
/// # Errors
///
/// [`Error::AuditUnavailable`] if the log is shorter than the last checkpoint of this node, or
/// another: then it was changed outside the vault.
pub async fn checkpoint(app: &App) -> Result<Note> {
    let mut reading = app.reading().await?;
    let head = entries::head(&mut reading).await?;
    let latest = entries::checkpoint_of(&mut reading, head.size()).await?;
    drop(reading);
    let (size, root) = (head.size(), HEXLOWER.encode(&head.root()));
    if let Some(anchor) = app.state.anchor()?
        && (anchor.size > size || (anchor.size == size && anchor.root != root))
    {
        tracing::error!(anchored = anchor.size, size, "the log is not the one this node signed");
        return Err(Error::AuditUnavailable(None));
    }
    let signed = Checkpoint { origin: origin(app), size, root: head.root() };
    let public = app.log_key.public_key();
    let own =
        |note: &Note| Checkpoint::open(&note.note, &origin(app), &public) == Ok(signed.clone());
    if let Some(latest) = latest.filter(own) {
        return Ok(latest);
    }
    let at = app.clock.now();
    let note = signed.sign(&origin(app), &app.log_key.public_key(), |text| app.log_key.sign(text));
    let note = Note { size, note, at };
    app.store.insert_checkpoint(&note).await?;
    app.state.set_anchor(&Anchor { size, root, at })?;
    Ok(note)
}

/// One page of an organisation's entries from `seq` on, for its auditor.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    seq: u64,
    limit: u16,
) -> Result<Vec<Leaf>> {
    let mut view = audit::view(app, actor, Some(org), Permission::Audit).await?;
    Ok(entries::entries_of(&mut view.reading, org, seq, limit).await?)
}

/// One page of an organisation's entries with their proofs in one signed tree.
pub struct Proven {
    /// The tree that the proofs lead to.
    pub checkpoint: Note,
    /// Each line and the hashes from it to the root.
    pub entries: Vec<(Leaf, Vec<Hash>)>,
}

/// One page of an organisation's entries from `seq` on, each with its proof.
pub async fn list_proven(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    seq: u64,
    limit: u16,
) -> Result<Proven> {
    let found = list(app, actor, org, seq, limit).await?;
    let checkpoint = checkpoint(app).await?;
    let hashes = leaves(app, checkpoint.size).await?;
    let within = found.into_iter().filter(|leaf| leaf.seq < checkpoint.size);
    let entries = within
        .map(|leaf| {
            let leaves = hashes.iter().copied();
            let proof = proof::prove_inclusion(leaves, leaf.seq, checkpoint.size);
            Ok((leaf, proof.map_err(Error::internal)?))
        })
        .collect::<Result<_>>()?;
    Ok(Proven { checkpoint, entries })
}

/// Whether the database answers and the head of the log is as the vault wrote it.
pub async fn ready(app: &App) -> Result<()> {
    let mut reading = app.reading().await?;
    entries::head(&mut reading).await?;
    Ok(())
}

/// The proof that an entry of the organisation is in the log, as text with the signed checkpoint.
pub async fn proof(app: &App, actor: &Actor, org: OrganisationId, seq: u64) -> Result<String> {
    let mut view = audit::view(app, actor, Some(org), Permission::Audit).await?;
    let own = entries::entries_of(&mut view.reading, org, seq, 1).await?;
    drop(view);
    if own.first().is_none_or(|leaf| leaf.seq != seq) {
        return Err(Error::NotFound);
    }
    proof_text(app, seq).await
}

/// The proof of entry `seq`.
pub(super) async fn proof_text(app: &App, seq: u64) -> Result<String> {
    let note = checkpoint(app).await?;
    let leaves = leaves(app, note.size).await?;
    let entry = entries::entries(&mut app.reading().await?, seq, 1).await?;
    let entry = entry.first().filter(|leaf| leaf.seq == seq).ok_or(Error::NotFound)?;
    let hashes = proof::prove_inclusion(leaves, seq, note.size).map_err(Error::internal)?;
    Ok(checkpoint::proof_text(&entry.leaf, seq, &hashes, &note.note))
}

/// The entry by which a certificate was issued.
pub(super) async fn entry_of_certificate(app: &App, row: &CertificateRow) -> Result<u64> {
    let mut reading = app.reading().await?;
    let about = entries::entries_about(&mut reading, row.person, 0, u16::MAX).await?;
    for leaf in about {
        let entry = Entry::from_leaf(&leaf.leaf).map_err(Error::internal)?;
        if let Event::Purge(PurgeEvent::CertificateIssued { certificate, .. }) = entry.event
            && certificate == row.id
        {
            return Ok(entry.seq);
        }
    }
    Err(Error::NotFound)
}

/// Writes the whole log to `dir`: `entries.jsonl` and `checkpoint`. Only on the host.
pub async fn export(app: &App, dir: &Path) -> Result<u64> {
    let operator = Actor::operator();
    let mut journal = audit::begin_own(app, &operator, None).await?;
    let size = journal.next_seq() + 1;
    journal.append(VaultEvent::LogExported { size })?;
    journal.commit().await?;
    let note = checkpoint(app).await?;
    let (mut lines, mut seq) = (Vec::new(), 0);
    while seq < note.size {
        let page = entries::entries(&mut app.reading().await?, seq, CHUNK).await?;
        for leaf in page.into_iter().filter(|leaf| leaf.seq < note.size) {
            lines.extend_from_slice(&leaf.leaf);
            lines.push(b'\n');
            seq = leaf.seq + 1;
        }
    }
    std::fs::create_dir_all(dir).map_err(Error::internal)?;
    std::fs::write(dir.join("entries.jsonl"), lines).map_err(Error::internal)?;
    std::fs::write(dir.join("checkpoint"), note.note).map_err(Error::internal)?;
    Ok(note.size)
}

/// Adds an entry about the vault itself.
pub async fn note(app: &App, event: VaultEvent) -> Result<()> {
    let actor = Actor::job("vault");
    let mut journal = audit::begin_own(app, &actor, None).await?;
    journal.append(event)?;
    journal.commit().await.map(drop)
}

/// A heartbeat, by which observed days are counted and gaps show.
pub async fn heartbeat(app: &App, boot: Boot) -> Result<()> {
    note(app, VaultEvent::Heartbeat { boot }).await
}

/// Writes down when users last acted, all sessions together, and removes sessions that are over.
pub async fn touch_sessions(app: &App) -> Result<()> {
    let acts = app.activity.take_unwritten();
    let authority = app.authority();
    let over: Vec<_> =
        authority.sessions().filter(|s| app.activity.is_over(s, &*app.clock)).collect();
    if acts.is_empty() && over.is_empty() {
        return Ok(());
    }
    let actor = Actor::job("sessions");
    let mut journal = audit::begin_own(app, &actor, None).await?;
    for session in over {
        sessions::end(app, &mut journal, session.id, "expired").await?;
    }
    let sessions = u32::try_from(acts.len()).unwrap_or(u32::MAX);
    journal.append(AccessEvent::SessionsTouched { sessions, views: 0 })?;
    for (id, at) in acts {
        match journal.reading().find::<Session>(id).await? {
            Some(kept) => {
                let touched = Session { active_at: at, ..(*kept).clone() };
                journal.replace(&kept, touched).await?;
            }
            None => app.activity.forget(id),
        }
    }
    journal.commit().await.map(drop)
}

/// The hashes of the first `size` leaves.
async fn leaves(app: &App, size: u64) -> Result<Vec<Hash>> {
    let mut hashes = Vec::new();
    let mut seq = 0;
    while seq < size {
        let page = entries::entries(&mut app.reading().await?, seq, CHUNK).await?;
        let Some(last) = page.last().map(|leaf| leaf.seq) else { return Err(Error::NotFound) };
        hashes.extend(page.iter().map(|leaf| leaf_hash(&leaf.leaf)));
        seq = last + 1;
    }
    Ok(hashes)
}
