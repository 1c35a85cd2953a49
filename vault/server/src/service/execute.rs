//! The job that deletes. Two transactions a chunk: the first destroys, the second certifies; a start
//! certifies what was destroyed and not yet certified.

use std::collections::HashMap;

use azekura_core::audit::Digest;
use azekura_core::audit::Entry;
use azekura_core::audit::event::{ChangeEvent, Event, NumberEvent, PurgeEvent};
use azekura_core::certificate::{self, Certificate, Scan};
use azekura_core::change::Change;
use azekura_core::id::{CertificateId, OrganisationId, PersonId, PurgeId};
use azekura_core::person::NumberState;
use azekura_core::purge::{Item, Purge, PurgeState, observed_days};
use azekura_core::roster::Organisation;

use super::audit::{self, Journal};
use super::certificates::{self, Gone};
use super::destroy::{self, Cause, Remains};
use super::purge::{in_batch, may_go, people_of};
use super::{Error, Result};
use crate::app::App;
use crate::auth::Actor;
use crate::store::certificates::{self as rows, CertificateRow};
use crate::store::people::{self, PersonRow};
use crate::store::{Kept, audit as entries, numbers, purges};

/// Records in one transaction.
const CHUNK: usize = 256;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Done {
    /// Batches finished.
    pub finished: u32,
    /// Numbers destroyed.
    pub destroyed: u32,
    /// Certificates signed.
    pub certified: u32,
}

/// Executes every approved batch whose day and grace have come.
pub async fn run(app: &App, actor: &Actor) -> Result<Done> {
    let mut done = Done::default();
    let waiting = purges::to_execute(&mut app.reading().await?).await?;
    for kept in waiting {
        if is_due(app, &kept).await? {
            execute(app, actor, kept.id, &mut done).await?;
        }
    }
    Ok(done)
}

/// Day, and observed days since the approval: counted from the log, so that a clock that jumps
/// brings nothing nearer.
async fn is_due(app: &App, purge: &Purge) -> Result<bool> {
    let grace = match app.authority().organisation(purge.org) {
        Some(_) if app.demo => 0,
        Some(org) => u32::from(org.settings.grace_days),
        None => return Ok(false),
    };
    let since = purge.approved.map_or(u64::MAX, |approved| approved.entry);
    let beats = entries::heartbeats(&mut app.reading().await?, since).await?;
    Ok(purge.due(app.clock.now().tokyo_date(), observed_days(&beats), grace))
}

async fn execute(app: &App, actor: &Actor, id: PurgeId, done: &mut Done) -> Result<()> {
    let items = begin(app, actor, id).await?;
    for chunk in items.chunks(CHUNK) {
        let (destroyed, needles) = destroy_chunk(app, actor, id, chunk).await?;
        done.destroyed += destroyed;
        let scan = app.store.scrub(&needles).await?;
        done.certified += certify_chunk(app, actor, id, chunk, scan).await?;
    }
    finish(app, actor, id, &items).await?;
    done.finished += 1;
    Ok(())
}

/// Marks the batch as begun, once.
async fn begin(app: &App, actor: &Actor, id: PurgeId) -> Result<Vec<Item>> {
    let mut journal = audit::begin_own(app, actor, None).await?;
    let kept = journal.reading().find::<Purge>(id).await?.ok_or(Error::NotFound)?;
    let items = purges::items(journal.reading(), &kept).await?;
    if kept.state == PurgeState::Approved {
        journal.append_in(Some(kept.org), PurgeEvent::Started { purge: id })?;
        let begun = Purge { state: PurgeState::Executing, ..(*kept).clone() };
        journal.replace(&kept, begun).await?;
        journal.commit().await?;
    }
    Ok(items)
}

/// First transaction: entries, overwritten rows, the person's new state. Tombstones follow.
async fn destroy_chunk(
    app: &App,
    actor: &Actor,
    id: PurgeId,
    chunk: &[Item],
) -> Result<(u32, Vec<[u8; 32]>)> {
    let org = org_of(app, id).await?;
    let mut journal = audit::begin_own(app, actor, Some(org)).await?;
    let (mut destroyed, mut slots, mut needles) = (0, Vec::new(), Vec::new());
    for kept in people_of(journal.reading(), org, chunk).await? {
        if !in_batch(&kept.person, id) {
            continue;
        }
        if !may_go(&kept.person, journal.at()) {
            release(&mut journal, &kept).await?;
            continue;
        }
        let Some(number) = numbers::active(journal.reading(), kept.person.id).await? else {
            continue;
        };
        let remains = destroy::one(&mut journal, number, Cause::Purge(id)).await?;
        let correction = end_correction(&mut journal, &kept).await?;
        for remains in [Some(remains), correction].into_iter().flatten() {
            slots.push(remains.slot);
            needles.extend(remains.needles);
        }
        destroyed += 1;
        let mut row: PersonRow = (*kept).clone();
        let (at, certificate) = (journal.at(), app.new_id());
        row.person.number.state = NumberState::Disposed { at, certificate };
        people::replace(journal.write(), &kept, row).await.map_err(Error::unlogged)?;
    }
    journal.commit_if_logged().await?;
    app.keys.bury(&slots)?;
    Ok((destroyed, needles))
}

/// A correction that waits goes with the number it was to replace: checked later, it would bring a
/// destroyed number's person back.
async fn end_correction(journal: &mut Journal<'_>, row: &PersonRow) -> Result<Option<Remains>> {
    let waits = row.person.number.active().and_then(|active| active.correction);
    let Some(id) = waits else { return Ok(None) };
    let Some(kept) = journal.reading().find::<Change>(id).await? else { return Ok(None) };
    let mut change = (*kept).clone();
    let slot = change.content.number().map(|proposal| proposal.slot);
    let Some(slot) = slot.filter(|_| change.lapse(journal.at())) else { return Ok(None) };
    journal.append(ChangeEvent::Expired { change: id })?;
    journal.replace(&kept, change).await?;
    match numbers::by_slot(journal.reading(), slot).await? {
        Some(number) => destroy::one(journal, number, Cause::Change(id)).await.map(Some),
        None => Ok(None),
    }
}

/// A record whose date moved after all leaves the batch untouched.
async fn release(journal: &mut Journal<'_>, kept: &Kept<PersonRow>) -> Result<()> {
    let mut row: PersonRow = (**kept).clone();
    if let NumberState::Active(active) = &mut row.person.number.state {
        active.purge = None;
    }
    let person = row.person.id;
    let fields = vec![String::from("purge")];
    journal.append(azekura_core::audit::event::PeopleEvent::PersonUpdated {
        change: None,
        fields,
        person,
    })?;
    people::replace(journal.write(), kept, row).await.map_err(Error::unlogged).map(drop)
}

/// Second transaction: a signed certificate for each record that is gone and has none.
async fn certify_chunk(
    app: &App,
    actor: &Actor,
    id: PurgeId,
    chunk: &[Item],
    scan: crate::store::erase::Scan,
) -> Result<u32> {
    let org = org_of(app, id).await?;
    let mut journal = audit::begin_own(app, actor, Some(org)).await?;
    let purge = journal.reading().find::<Purge>(id).await?.ok_or(Error::NotFound)?;
    let organisation = journal.reading().find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    let scan = Scan { files: scan.files, hits: scan.hits };
    let (mut certified, year) = (0, journal.at().tokyo_date().year());
    for kept in people_of(journal.reading(), org, chunk).await? {
        let NumberState::Disposed { certificate, at } = &kept.person.number.state else { continue };
        let (certificate, at) = (*certificate, *at);
        if journal.reading().find::<CertificateRow>(certificate).await?.is_some() {
            continue;
        }
        let gone = gone(&mut journal, id, kept.person.id).await?;
        let Some(gone) = gone else { continue };
        let serial = rows::next_serial(journal.reading(), year).await?;
        let facts = certificates::Facts {
            purge: &purge,
            organisation: &organisation,
            person: &kept.person,
            destroyed_at: at,
            gone: &gone,
            scan: scan.clone(),
            serial,
        };
        issue(app, &mut journal, certificate, &certificates::payload(app, &facts)?).await?;
        certified += 1;
    }
    journal.commit_if_logged().await?;
    Ok(certified)
}

/// What the log says of the destroyed version of a person.
async fn gone(journal: &mut Journal<'_>, id: PurgeId, person: PersonId) -> Result<Option<Gone>> {
    let about = entries::entries_about(journal.reading(), person, 0, u16::MAX).await?;
    let (mut epochs, mut found) = (HashMap::new(), None);
    for leaf in about {
        let entry = Entry::from_leaf(&leaf.leaf).map_err(Error::internal)?;
        let Event::Number(event) = entry.event else { continue };
        if let NumberEvent::Activated { slot, epoch, .. } = event {
            epochs.insert(slot, epoch);
        } else if let NumberEvent::Destroyed {
            purge: Some(purge),
            slot,
            version,
            blob_sha256: Some(blob_sha256),
            slot_sha256: Some(slot_sha256),
            ..
        } = event
            && purge == id
        {
            let epoch = epochs.get(&slot).copied().unwrap_or_default();
            let entry = entry.seq;
            found = Some(Gone { entry, slot, version, blob_sha256, slot_sha256, epoch });
        }
    }
    Ok(found)
}

async fn issue(
    app: &App,
    journal: &mut Journal<'_>,
    id: CertificateId,
    payload: &Certificate,
) -> Result<()> {
    let signer = app.keys.ring().certificate.signer();
    let kid = certificates::key_id(&signer.public_key());
    let jws =
        certificate::issue(payload, &kid, |bytes| signer.sign(bytes)).map_err(Error::internal)?;
    let (person, org) = (payload.target.record, payload.tenant.id);
    let sha256: Digest = jws.payload_sha256();
    journal.append(PurgeEvent::CertificateIssued {
        certificate: id,
        change: None,
        person,
        purge: payload.performed_by.job,
        serial: payload.serial.to_string(),
        sha256,
    })?;
    let row = CertificateRow {
        id,
        org,
        person,
        purge: payload.performed_by.job,
        serial: payload.serial,
        issued_at: journal.at(),
        document: serde_json::to_string(&jws).map_err(Error::internal)?,
        completion: None,
    };
    journal.insert(row).await.map(drop)
}

async fn finish(app: &App, actor: &Actor, id: PurgeId, items: &[Item]) -> Result<()> {
    let org = org_of(app, id).await?;
    let mut journal = audit::begin_own(app, actor, Some(org)).await?;
    let kept = journal.reading().find::<Purge>(id).await?.ok_or(Error::NotFound)?;
    if kept.state != PurgeState::Executing {
        return Ok(());
    }
    let mut gone = 0;
    for kept in people_of(journal.reading(), org, items).await? {
        gone += u32::from(matches!(kept.person.number.state, NumberState::Disposed { .. }));
    }
    let skipped = kept.count.saturating_sub(gone);
    let counts = PurgeEvent::Finished { certified: gone, destroyed: gone, purge: id, skipped };
    journal.append(counts)?;
    let finished = Purge { state: PurgeState::Finished, ..(*kept).clone() };
    journal.replace(&kept, finished).await?;
    journal.commit().await.map(drop)
}

async fn org_of(app: &App, id: PurgeId) -> Result<OrganisationId> {
    let purge = app.reading().await?.find::<Purge>(id).await?.ok_or(Error::NotFound)?;
    Ok(purge.org)
}
