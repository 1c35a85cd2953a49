//! Settling changes that bring no number: approve, accept, reject, withdraw, expire. What a change
//! does once it is approved is here and nowhere else.

use azekura_core::audit::event::{AccessEvent, ChangeEvent, PeopleEvent, RosterEvent};
use azekura_core::change::{
    Change, ChangeState, Content, FactCorrection, Maker, NewOrganisation, ReviewError,
};
use azekura_core::id::{ChangeId, OrganisationId, PersonId, UserId};
use azekura_core::oversight::Signed;
use azekura_core::retention::Settings;
use azekura_core::roster::{Appointment, Enrolment, Operation, Organisation, Role};
use azekura_core::text::FreeText;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::users;
use super::{Error, Page, Paging, Result, accounts, appointments, attempts, check, cursor};
use super::{designations, grants, holdings, notices, oversight, people, queue, resets, rights};
use super::{second, sessions, trainings};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::{Kept, changes};

/// An approved change, and the token that approving an account yields, to be shown once.
pub struct Approved {
    /// As it stands now.
    pub change: Change,
    /// For the new user.
    pub enrolment: Option<(SecretString, Enrolment)>,
}

/// Agrees to a change as its second person.
///
/// # Errors
///
/// [`Error::Review`] if the rules of the change forbid it; [`Error::NotPermitted`] if the caller's
/// role does not settle changes of this kind.
pub async fn approve(
    app: &App,
    actor: &Actor,
    org: Option<OrganisationId>,
    id: ChangeId,
) -> Result<Approved> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, org, Permission::Settle).await?;
    let (kept, by) = find(&mut journal, actor, org, id).await?;
    let mut change = (*kept).clone();
    change.approve(by, journal.at())?;
    second::may_settle(&journal, actor, &change, by)?;
    second::still_proposed(&journal, &change)?;
    second::may_approve(&mut journal, &change, by).await?;
    journal.append(ChangeEvent::Approved { change: id, digest: queue::digest(&change)? })?;
    let enrolment = apply(app, &mut journal, &change).await?;
    let change = (*journal.replace(&kept, change).await?).clone();
    match &enrolment {
        Some((_, enrolment)) => journal.answer(Made::Secret(&enrolment.id.to_string())).await?,
        None => journal.answer(Made::Change(&change)).await?,
    }
    journal.commit().await?;
    Ok(Approved { change, enrolment })
}

/// Accepts the pending role or roster line of this id; a line with the pledge that was read.
///
/// # Errors
///
/// As [`approve`]; a fault if another pledge was read than the one that is offered.
pub async fn accept(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    named: impl Fn(&Content) -> bool,
    pledged: Option<u16>,
) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    let kept = pending(&mut journal, org, named).await?;
    may_know(&journal, actor, &kept)?;
    designations::pledged(&kept.content, pledged)?;
    let mut change = (*kept).clone();
    change.approve(by, journal.at())?;
    second::still_proposed(&journal, &change)?;
    journal.append(ChangeEvent::Approved { change: change.id, digest: queue::digest(&change)? })?;
    apply(app, &mut journal, &change).await?;
    let change = (*journal.replace(&kept, change).await?).clone();
    journal.answer(Made::Accepted(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// Sends a change back, for good; its maker proposes a new one.
pub async fn reject(
    app: &App,
    actor: &Actor,
    org: Option<OrganisationId>,
    id: ChangeId,
    reason: FreeText,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, org, Permission::Settle).await?;
    let (kept, by) = find(&mut journal, actor, org, id).await?;
    let mut change = (*kept).clone();
    let reason = String::from(reason.as_str());
    change.reject(by, reason.clone(), journal.at())?;
    second::may_settle(&journal, actor, &change, by)?;
    journal.append(ChangeEvent::Rejected { change: id, reason })?;
    finish(app, journal, &kept, change).await
}

/// Takes one's own change back.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    org: Option<OrganisationId>,
    id: ChangeId,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, org, Permission::Settle).await?;
    let (kept, by) = find(&mut journal, actor, org, id).await?;
    let mut change = (*kept).clone();
    change.withdraw(by, journal.at())?;
    journal.append(ChangeEvent::Withdrawn { change: id })?;
    finish(app, journal, &kept, change).await
}

/// Lets lapsed changes expire, at most a hundred at a time; says how many did.
pub async fn expire(app: &App, actor: &Actor) -> Result<usize> {
    let mut journal = audit::begin_own(app, actor, None).await?;
    let at = journal.at();
    let lapsed = changes::expiring(journal.reading(), at, 100).await?;
    let mut slots = Vec::new();
    for kept in &lapsed {
        let mut change = (**kept).clone();
        if change.expire(at) {
            journal.append_in(change.org, ChangeEvent::Expired { change: change.id })?;
            slots.extend(check::send_back(&mut journal, &change).await?);
            journal.replace(kept, change).await?;
        }
    }
    if !lapsed.is_empty() {
        journal.commit().await?;
        app.keys.bury(&slots)?;
    }
    Ok(lapsed.len())
}

/// Which changes a list shows.
#[derive(Default)]
pub struct Search {
    /// In this state, as [`state`] names it.
    pub state: Option<&'static str>,
    /// About this person.
    pub person: Option<PersonId>,
}

/// The constant by which the API names a state.
pub const fn state(state: &ChangeState) -> &'static str {
    changes::state_code(state)
}

/// One page of a queue, oldest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: Option<OrganisationId>,
    search: &Search,
    paging: &Paging,
) -> Result<Page<Change>> {
    let mut view = audit::view(app, actor, org, Permission::View).await?;
    let mut after = paging.cursor.as_deref().map(cursor::read).transpose()?;
    let mut items = Vec::new();
    loop {
        let page = changes::page(&mut view.reading, org, search.state, after, 200).await?;
        let last = page.len() < 200;
        for kept in &page {
            after = Some((kept.proposed_at, kept.id));
            if search.person.is_none_or(|person| kept.content.person() == Some(person)) {
                items.push((**kept).clone());
            }
            if items.len() == usize::from(paging.limit) {
                return Ok(Page { items, next: after.map(|(at, id)| cursor::write(at, id)) });
            }
        }
        if last {
            return Ok(Page { items, next: None });
        }
    }
}

/// One change. Whoever is named by it sees it even without a place in the organisation, and a program
/// sees its own.
pub async fn one(
    app: &App,
    actor: &Actor,
    org: Option<OrganisationId>,
    id: ChangeId,
) -> Result<Change> {
    let program = queue::client(actor);
    let needs = match program {
        Some(_) => [Permission::View, Permission::Enter(Operation::Submit)],
        None => [Permission::Settle; 2],
    };
    let mut view = audit::view_either(app, actor, org, needs).await?;
    let kept = view.reading.find::<Change>(id).await?;
    let kept = kept.filter(|change| change.org == org).ok_or(Error::NotFound)?;
    let named = kept.content.accepted_by();
    let own = program.is_some() && kept.maker.client == program;
    if !own && (named.is_none() || named != actor.person()) {
        rights::check(&view.authority, actor, org, Permission::View, view.at)?;
    }
    Ok((*kept).clone())
}

async fn finish(
    app: &App,
    mut journal: Journal<'_>,
    kept: &Kept<Change>,
    change: Change,
) -> Result<Change> {
    let slots = check::send_back(&mut journal, &change).await?;
    let change = (*journal.replace(kept, change).await?).clone();
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    app.keys.bury(&slots)?;
    Ok(change)
}

async fn apply(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
) -> Result<Option<(SecretString, Enrolment)>> {
    match &change.content {
        Content::Appointment(appointment) => {
            appointments::made(journal, change, appointment).await?;
        }
        Content::Client(client) => grants::register(journal, change.id, client).await?,
        Content::ClientAmended(agreed) => grants::amend(journal, change, agreed).await?,
        Content::Designation(line) => designations::made(journal, change, line).await?,
        Content::FactCorrected(correction) => correct_fact(journal, change, correction).await?,
        Content::ItAccess(visit) => {
            oversight::visit_approved(journal, change, visit, signed(change)?).await?;
        }
        Content::Notice(notice) => notices::published(journal, notice).await?,
        Content::Organisation(new) => found(app, journal, change, new).await?,
        Content::Rebind(rebinding) => notices::rebound(journal, change, rebinding).await?,
        Content::Reset(new) => {
            return resets::made(app, journal, change, new, signed(change)?).await.map(Some);
        }
        Content::Settings(settings) => weaken(journal, change, settings).await?,
        Content::TrainingExtension(extension) => {
            trainings::extended(journal, change, extension).await?;
        }
        Content::Unfreeze(_) => oversight::unfrozen(journal, change).await?,
        Content::Unlock(locked) => unlock(journal, change, locked.user).await?,
        Content::User(new) => return users::invite(app, journal, change, new).await.map(Some),
        Content::Correct(_) | Content::Register(_) => Err(ReviewError::RekeyNeeded)?,
    }
    Ok(None)
}

/// Settings, at least one of them weaker, count from here on.
async fn weaken(journal: &mut Journal<'_>, change: &Change, settings: &Settings) -> Result<()> {
    let org = change.org.ok_or(Error::NotFound)?;
    let kept = journal.reading().find::<Organisation>(org).await?;
    let kept = kept.ok_or(Error::NotFound)?;
    journal.append(accounts::settings_changed(&kept.settings, settings, Some(change.id)))?;
    holdings::derive_all(journal, org, settings).await?;
    let next = Organisation { settings: settings.clone(), ..(*kept).clone() };
    journal.replace(&kept, next).await.map(drop)
}

/// The account is open before its time.
async fn unlock(journal: &mut Journal<'_>, change: &Change, user: UserId) -> Result<()> {
    let (change, shares) = (Some(change.id), Vec::new());
    journal.append(AccessEvent::AccountUnlocked { change, shares, user })?;
    attempts::open(journal, user).await
}

/// Who approved a change, and when.
fn signed(change: &Change) -> Result<Signed> {
    match change.state {
        ChangeState::Approved { by, at } => Ok(Signed { by, at }),
        ChangeState::Expired { .. }
        | ChangeState::Pending
        | ChangeState::Rejected { .. }
        | ChangeState::Withdrawn { .. } => Err(ReviewError::Settled.into()),
    }
}

async fn correct_fact(
    journal: &mut Journal<'_>,
    change: &Change,
    correction: &FactCorrection,
) -> Result<()> {
    let org = change.org.ok_or(Error::NotFound)?;
    let kept = people::find(journal.reading(), org, correction.person).await?;
    let mut person = kept.person.clone();
    let voided = person.facts.iter_mut().find(|fact| fact.id == correction.supersedes);
    let voided = voided.filter(|fact| fact.superseded_by.is_none()).ok_or(ReviewError::Settled)?;
    let fact = correction.with.as_ref().map(|fact| fact.id);
    // A fact that is only voided is superseded by itself: it no longer counts.
    voided.superseded_by = Some(fact.unwrap_or(correction.supersedes));
    person.facts.extend(correction.with.as_deref().cloned());
    journal.append(PeopleEvent::FactCorrected {
        change: change.id,
        fact,
        person: correction.person,
        supersedes: correction.supersedes,
    })?;
    holdings::save(journal, &kept, person).await.map(drop)
}

/// The organisation exists from here on; its manager has yet to accept.
async fn found(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
    new: &NewOrganisation,
) -> Result<()> {
    let org = new.organisation.id;
    let change_id = Some(change.id);
    journal.append(RosterEvent::OrganisationCreated { change: change_id, organisation: org })?;
    journal.insert(new.organisation.clone()).await?;
    let appointment = Appointment {
        id: new.appointment,
        org,
        user: new.manager,
        role: Role::Manager,
        deputy_for: None,
        from: journal.at().tokyo_date(),
        until: None,
        ended_at: None,
    };
    let maker = Maker { user: change.maker.user, client: None };
    let content = Content::Appointment(appointment);
    let offer = Change::propose(app.new_id(), Some(org), maker, content, journal.at());
    queue::enter(journal, offer).await.map(drop)
}

async fn find(
    journal: &mut Journal<'_>,
    actor: &Actor,
    org: Option<OrganisationId>,
    id: ChangeId,
) -> Result<(Kept<Change>, UserId)> {
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    let kept = journal.reading().find::<Change>(id).await?;
    let kept = kept.filter(|change| change.org == org).ok_or(Error::NotFound)?;
    may_know(journal, actor, &kept)?;
    Ok((kept, by))
}

/// Whoever has no place in the organisation and is not named does not learn that the change exists.
fn may_know(journal: &Journal<'_>, actor: &Actor, change: &Change) -> Result<()> {
    let named = change.content.accepted_by();
    if named.is_none() || named != actor.person() {
        rights::check(journal.authority(), actor, change.org, Permission::View, journal.at())?;
    }
    Ok(())
}

/// The pending change of an organisation whose content is meant.
async fn pending(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    named: impl Fn(&Content) -> bool,
) -> Result<Kept<Change>> {
    let (state, mut after) = (changes::state_code(&ChangeState::Pending), None);
    loop {
        let page = changes::page(journal.reading(), Some(org), Some(state), after, 200).await?;
        let last = page.last().map(|kept| (kept.proposed_at, kept.id)).ok_or(Error::NotFound)?;
        if let Some(kept) = page.into_iter().find(|kept| named(&kept.content)) {
            return Ok(kept);
        }
        after = Some(last);
    }
}
