//! Deleting what is due: proposed, confirmed by a handler, approved by the manager, and executed by
//! the job in chunks, each number destroyed and certified exactly once.

use azekura_core::audit::Digest;
use azekura_core::audit::event::PurgeEvent;
use azekura_core::id::{OrganisationId, PersonId, PurgeId, UserId};
use azekura_core::person::{NumberState, Person};
use azekura_core::purge::{self, Fate, Item, Purge, PurgeState, Signed, Target};
use azekura_core::time::{CivilDate, Timestamp};

use super::audit::{self, Journal, View};
use super::{Error, Page, Paging, Result, cursor, second, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::people::{self, PersonRow};
use crate::store::{Kept, Reading, purges};

/// People looked at in one statement.
const CHUNK: u16 = 256;
/// Items of one batch; more become due in the next.
const MOST: usize = 10_000;

/// A batch and what is in it.
pub struct Batch {
    /// The batch.
    pub purge: Purge,
    /// Its items with what became of them, in the order of the digest.
    pub targets: Vec<Target>,
}

/// Proposes everything of an organisation that may go today and is in no open batch.
///
/// # Errors
///
/// [`Error::NotFound`] if nothing is due.
pub async fn propose(app: &App, actor: &Actor, org: OrganisationId) -> Result<Batch> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Delete).await?;
    let today = journal.at().tokyo_date();
    let items = due(journal.reading(), org, today).await?;
    let entered = enter(app, &mut journal, org, actor, items).await?;
    let (purge, items) = entered.ok_or(Error::NotFound)?;
    finish(journal, purge, &items).await
}

/// The job's proposals: one batch for each organisation and day up to thirty days ahead.
pub async fn propose_ahead(app: &App, actor: &Actor) -> Result<usize> {
    let orgs: Vec<_> = app.authority().organisations().map(|org| org.id).collect();
    let mut proposed = 0;
    for org in orgs {
        let mut journal = audit::begin_own(app, actor, Some(org)).await?;
        let until = journal.at().tokyo_date().plus_days(purge::AHEAD_DAYS);
        let mut items = due(journal.reading(), org, until).await?;
        while let Some(day) = items.first().map(|item| item.first_deletable) {
            let later = items.iter().position(|item| item.first_deletable != day);
            let rest = later.map(|at| items.split_off(at)).unwrap_or_default();
            let batch = std::mem::replace(&mut items, rest);
            proposed += usize::from(enter(app, &mut journal, org, actor, batch).await?.is_some());
        }
        journal.commit_if_logged().await?;
    }
    Ok(proposed)
}

/// A handler has looked through the targets (対象確認). From here on their numbers are not read.
///
/// # Errors
///
/// [`Error::DigestMismatch`] if `digest` is not that of the list; [`Error::Review`] if who proposed the
/// batch put the handler on the roster within a day.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PurgeId,
    digest: &str,
) -> Result<Batch> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Delete).await?;
    let (kept, items) = find(journal.reading(), org, id, Some(digest)).await?;
    let mut purge = (*kept).clone();
    let signed = sign(&journal, actor)?;
    independent(&mut journal, &purge, signed.by).await?;
    purge.confirm(signed)?;
    journal.append(PurgeEvent::Confirmed { digest: sha256(&purge)?, purge: id })?;
    mark(&mut journal, org, &items, Some(id)).await?;
    save(journal, &kept, purge, items).await
}

/// The manager approves the targets (承認).
///
/// # Errors
///
/// [`Error::Purge`] if the manager confirmed them, or wrote a fact that set one of the days;
/// [`Error::Review`] if who proposed or confirmed them appointed the manager within a day.
pub async fn approve(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PurgeId,
    digest: &str,
) -> Result<Batch> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    let (kept, items) = find(journal.reading(), org, id, Some(digest)).await?;
    let mut purge = (*kept).clone();
    let signed = sign(&journal, actor)?;
    independent(&mut journal, &purge, signed.by).await?;
    purge.approve(signed, &items)?;
    journal.append(PurgeEvent::Approved { digest: sha256(&purge)?, purge: id })?;
    let batch = save(journal, &kept, purge, items).await?;
    app.approved.notify_one();
    Ok(batch)
}

/// Drops a batch before anything in it is gone.
pub async fn cancel(app: &App, actor: &Actor, org: OrganisationId, id: PurgeId) -> Result<Batch> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    let (kept, items) = find(journal.reading(), org, id, None).await?;
    let mut purge = (*kept).clone();
    purge.cancel()?;
    let reason = String::from("cancelled");
    journal.append(PurgeEvent::Cancelled { purge: id, reason })?;
    mark(&mut journal, org, &items, None).await?;
    save(journal, &kept, purge, items).await
}

/// One batch with its items.
pub async fn one(app: &App, actor: &Actor, org: OrganisationId, id: PurgeId) -> Result<Batch> {
    let mut view = look(app, actor, org).await?;
    let (kept, items) = find(&mut view.reading, org, id, None).await?;
    let targets = targets(&mut view.reading, &kept, &items).await?;
    Ok(Batch { purge: (*kept).clone(), targets })
}

/// One page of batches, oldest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    paging: &Paging,
) -> Result<Page<Purge>> {
    let mut view = look(app, actor, org).await?;
    let after = paging.cursor.as_deref().map(cursor::read).transpose()?;
    let kept = purges::page(&mut view.reading, org, None, after, paging.limit).await?;
    let items: Vec<_> = kept.iter().map(|kept| (**kept).clone()).collect();
    let full = items.len() == usize::from(paging.limit);
    let next = items.last().filter(|_| full).map(|one| cursor::write(one.proposed_at, one.id));
    Ok(Page { items, next })
}

/// Batches are shown to those who delete, and to manager and auditor.
async fn look<'a>(app: &'a App, actor: &Actor, org: OrganisationId) -> Result<View<'a>> {
    audit::view_either(app, actor, Some(org), [Permission::Audit, Permission::Delete]).await
}

/// The items that may go on `until` or before and are in no open batch, by day.
async fn due(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    until: CivilDate,
) -> Result<Vec<Item>> {
    let taken = purges::open_people(reading, org).await?;
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = people::due(reading, org, until, after, CHUNK).await?;
        for kept in &page {
            let Some((day, item)) = item(&kept.person) else { continue };
            after = Some((day, kept.person.id));
            if !taken.contains(&kept.person.id) && items.len() < MOST {
                items.push(item);
            }
        }
        if page.len() < usize::from(CHUNK) || items.len() == MOST {
            return Ok(items);
        }
    }
}

/// The column's day and the item of a person whose number may go.
fn item(person: &Person) -> Option<(CivilDate, Item)> {
    let (active, due) = (person.number.active()?, person.holdings.due()?);
    let item = Item {
        person: person.id,
        version: active.version,
        first_deletable: due.purge_on,
        set_by: due.set_by.iter().next().map(|set| set.author),
    };
    Some((due.purge_on, item))
}

async fn enter(
    app: &App,
    journal: &mut Journal<'_>,
    org: OrganisationId,
    actor: &Actor,
    items: Vec<Item>,
) -> Result<Option<(Purge, Vec<Item>)>> {
    let Some(not_before) = items.iter().map(|item| item.first_deletable).max() else {
        return Ok(None);
    };
    let purge = Purge {
        id: app.new_id(),
        org,
        count: u32::try_from(items.len()).unwrap_or(u32::MAX),
        digest: purge::digest(&items),
        not_before,
        proposed_at: journal.at(),
        proposed_by: actor.person(),
        confirmed: None,
        approved: None,
        state: PurgeState::Proposed,
    };
    let (count, digest) = (purge.count, sha256(&purge)?);
    journal.append(PurgeEvent::Proposed { count, digest, purge: purge.id })?;
    journal.insert(purge.clone()).await?;
    purges::insert_items(journal.write(), purge.id, &items).await.map_err(Error::unlogged)?;
    Ok(Some((purge, items)))
}

/// Takes the numbers of a batch out of use, or gives them back.
async fn mark(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    items: &[Item],
    purge: Option<PurgeId>,
) -> Result<()> {
    for item in items {
        let Some(kept) = people::by_id(journal.reading(), org, item.person).await? else {
            continue;
        };
        let mut row: PersonRow = (*kept).clone();
        if let NumberState::Active(active) = &mut row.person.number.state
            && active.version == item.version
        {
            active.purge = purge;
            people::replace(journal.write(), &kept, row).await.map_err(Error::unlogged)?;
        }
    }
    Ok(())
}

async fn save(
    mut journal: Journal<'_>,
    kept: &Kept<Purge>,
    purge: Purge,
    items: Vec<Item>,
) -> Result<Batch> {
    let purge = (*journal.replace(kept, purge).await?).clone();
    finish(journal, purge, &items).await
}

async fn finish(mut journal: Journal<'_>, purge: Purge, items: &[Item]) -> Result<Batch> {
    let targets = targets(journal.reading(), &purge, items).await?;
    journal.answer(Made::Purge(&purge, &targets)).await?;
    journal.commit().await?;
    Ok(Batch { purge, targets })
}

/// The items of a batch with the people's keys and what became of them.
async fn targets(reading: &mut Reading<'_>, purge: &Purge, items: &[Item]) -> Result<Vec<Target>> {
    let people = people_of(reading, purge.org, items).await?;
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let kept = people.iter().find(|kept| kept.person.id == item.person);
        let (external_ref, fate) = match kept {
            Some(kept) => (kept.person.external_ref.clone(), fate(purge, item, &kept.person)),
            None => (String::new(), Fate::Deleted(None)),
        };
        found.push(Target { item: *item, external_ref, fate });
    }
    Ok(found)
}

fn fate(purge: &Purge, item: &Item, person: &Person) -> Fate {
    let waits = in_batch(person, purge.id) || purge.state == PurgeState::Proposed;
    match &person.number.state {
        NumberState::Disposed { certificate, .. } => Fate::Deleted(Some(*certificate)),
        NumberState::Active(active) if active.version == item.version => {
            if waits {
                Fate::Waiting
            } else {
                Fate::Dropped
            }
        }
        NumberState::Active(_)
        | NumberState::NotSubmitted
        | NumberState::Pending { .. }
        | NumberState::Requested { .. }
        | NumberState::Returned { .. } => Fate::Deleted(None),
    }
}

async fn find(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    id: PurgeId,
    digest: Option<&str>,
) -> Result<(Kept<Purge>, Vec<Item>)> {
    let kept = reading.find::<Purge>(id).await?;
    let kept = kept.filter(|purge| purge.org == org).ok_or(Error::NotFound)?;
    if digest.is_some_and(|digest| digest != kept.digest) {
        return Err(Error::DigestMismatch);
    }
    let items = purges::items(reading, &kept).await?;
    Ok((kept, items))
}

/// Neither who proposed a batch nor who confirmed it appointed, within a day, whoever signs next.
async fn independent(journal: &mut Journal<'_>, purge: &Purge, by: UserId) -> Result<()> {
    let confirmed = purge.confirmed.map(|signed| signed.by);
    for maker in purge.proposed_by.into_iter().chain(confirmed) {
        second::independent(journal, purge.org, maker, by).await?;
    }
    Ok(())
}

fn sign(journal: &Journal<'_>, actor: &Actor) -> Result<Signed> {
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    Ok(Signed { by, at: journal.at(), entry: journal.next_seq() })
}

fn sha256(purge: &Purge) -> Result<Digest> {
    let bytes = data_encoding::HEXLOWER.decode(purge.digest.as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).map(Digest).ok_or(Error::DigestMismatch)
}

/// Which people a batch still has to do with.
pub(super) fn in_batch(person: &Person, purge: PurgeId) -> bool {
    person.number.active().is_some_and(|active| active.purge == Some(purge))
}

/// Whether the number of `person` may go at `at`.
pub(super) fn may_go(person: &Person, at: Timestamp) -> bool {
    person.holdings.due().is_some_and(|due| due.purge_on <= at.tokyo_date())
        && person.marks.on_hold.is_none()
}

/// The people of a batch, in the order of its items.
pub(super) async fn people_of(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    items: &[Item],
) -> Result<Vec<Kept<PersonRow>>> {
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        let id: PersonId = item.person;
        found.extend(people::by_id(reading, org, id).await?);
    }
    Ok(found)
}
