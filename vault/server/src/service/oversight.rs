//! What an organisation holds against those who operate the vault: a stop for all reads, visits of
//! IT staff by approval, and people who were given new credentials to be met in person.

use azekura_core::audit::event::{AccessEvent, RosterEvent};
use azekura_core::change::{Change, Content, ReviewError, Unfreeze};
use azekura_core::id::{ItAccessId, OrganisationId};
use azekura_core::oversight::{Done, Freeze, ItAccess, Reset, Signed};
use azekura_core::roster::{Organisation, Role};
use azekura_core::text::FreeText;
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Error, Result, duties, queue, rights, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::{Kept, oversight};

/// Stops all reads of an organisation at once; one person is enough. The first stop stands.
pub async fn freeze(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    reason: FreeText,
) -> Result<Freeze> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = journal.reading().find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    if let Some(stands) = &kept.frozen {
        return Ok(stands.clone());
    }
    let (by, at) = (actor.person().ok_or(Error::Unauthenticated)?, journal.at());
    let reason = String::from(reason.as_str());
    journal.append(RosterEvent::ReadsFrozen { reason: reason.clone() })?;
    let freeze = Freeze { by, at, reason };
    let frozen = Organisation { frozen: Some(freeze.clone()), ..(*kept).clone() };
    journal.replace(&kept, frozen).await?;
    journal.answer(Made::Freeze(&freeze)).await?;
    journal.commit().await?;
    Ok(freeze)
}

/// Proposes to let reads through again. It takes two: the manager and an administrator.
///
/// # Errors
///
/// [`ReviewError::Settled`] if they are not stopped.
pub async fn propose_unfreeze(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    reason: FreeText,
) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = journal.reading().find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    if kept.frozen.is_none() {
        return Err(ReviewError::Settled.into());
    }
    let content = Content::Unfreeze(Unfreeze { reason: String::from(reason.as_str()) });
    queue::proposed(app, journal, actor, org, content).await
}

/// Reads are let through again.
pub(super) async fn unfrozen(journal: &mut Journal<'_>, change: &Change) -> Result<()> {
    let org = change.org.ok_or(Error::NotFound)?;
    let kept = journal.reading().find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    journal.append(RosterEvent::ReadsUnfrozen { change: change.id })?;
    journal.replace(&kept, Organisation { frozen: None, ..(*kept).clone() }).await.map(drop)
}

/// What a visit of IT staff is to be.
pub struct Visit {
    /// Who comes.
    pub who: String,
    /// What for.
    pub purpose: String,
    /// First and last day.
    pub days: (CivilDate, CivilDate),
}

/// Proposes a visit of IT staff; the manager approves it.
pub async fn propose_visit(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    visit: Visit,
) -> Result<Change> {
    let journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let Visit { who, purpose, days: (from, until) } = visit;
    let (id, approved, done) = (app.new_id(), None, None);
    let content =
        Content::ItAccess(ItAccess { id, org, who, purpose, from, until, approved, done });
    queue::proposed(app, journal, actor, org, content).await
}

/// The visit is approved.
pub(super) async fn visit_approved(
    journal: &mut Journal<'_>,
    change: &Change,
    visit: &ItAccess,
    approved: Signed,
) -> Result<()> {
    let event = RosterEvent::ItAccessApproved { access: visit.id, change: change.id };
    journal.append(event)?;
    let visit = ItAccess { approved: Some(approved), ..visit.clone() };
    journal.insert(visit).await.map(drop)
}

/// Closes a visit with what was done.
///
/// # Errors
///
/// [`ReviewError::Settled`] if it is closed.
pub async fn close_visit(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ItAccessId,
    report: String,
) -> Result<ItAccess> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = journal.reading().find::<ItAccess>(id).await?;
    let kept = kept.filter(|visit| visit.org == org).ok_or(Error::NotFound)?;
    if kept.done.is_some() {
        return Err(ReviewError::Settled.into());
    }
    let (by, at) = (actor.person().ok_or(Error::Unauthenticated)?, journal.at());
    journal.append(RosterEvent::ItAccessClosed { access: id })?;
    let closed = ItAccess { done: Some(Done { by, at, report }), ..(*kept).clone() };
    journal.replace(&kept, closed.clone()).await?;
    journal.answer(Made::ItAccess(&closed)).await?;
    journal.commit().await?;
    Ok(closed)
}

/// The visits of IT staff, oldest first.
pub async fn visits(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<ItAccess>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = oversight::it_access(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// Whose credentials were made anew, among the people of an organisation.
pub async fn resets(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Reset>> {
    let view = audit::view(app, actor, Some(org), Permission::View).await?;
    let authority = &view.authority;
    let of_org = |user| {
        authority.appointments(org, user).next().is_some()
            || authority.designations(org, user).next().is_some()
    };
    let users = authority.users().filter(|user| of_org(user.id));
    let resets = users.flat_map(|user| authority.resets(user.id));
    Ok(resets.map(|kept| (**kept).clone()).collect())
}

/// Confirms, after meeting them in person, that whoever holds new credentials is their owner.
///
/// An acting manager does so, other than that person. Where there is no other, whoever holds
/// another place does: an auditor or a handler, and never somebody who operates the vault.
///
/// # Errors
///
/// [`ReviewError::SamePerson`] for oneself; [`ReviewError::Settled`] if it was done before.
pub async fn confirm_reset(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: azekura_core::id::ResetId,
) -> Result<Reset> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    rights::check(journal.authority(), actor, Some(org), Permission::View, journal.at())?;
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    let kept = journal.reading().find::<Reset>(id).await?.ok_or(Error::NotFound)?;
    let day = journal.at().tokyo_date();
    if !duties::belongs(journal.authority(), org, kept.user, day) {
        return Err(Error::NotFound);
    }
    if kept.confirmed.contains_key(&org) {
        return Err(ReviewError::Settled.into());
    }
    may_confirm(&journal, org, &kept, by)?;
    journal.append(AccessEvent::CredentialsConfirmed { reset: id, user: kept.user })?;
    let mut confirmed = (*kept).clone();
    confirmed.confirmed.insert(org, Signed { by, at: journal.at() });
    journal.replace(&kept, confirmed.clone()).await?;
    journal.answer(Made::Reset(&confirmed, org)).await?;
    journal.commit().await?;
    Ok(confirmed)
}

fn may_confirm(
    journal: &Journal<'_>,
    org: OrganisationId,
    reset: &Kept<Reset>,
    by: azekura_core::id::UserId,
) -> Result<()> {
    let (authority, at) = (journal.authority(), journal.at());
    if by == reset.user {
        return Err(ReviewError::SamePerson.into());
    }
    let day = at.tokyo_date();
    let manages = |user| {
        duties::roles(authority, org, user, day).contains(&Role::Manager)
            && !rights::reset_holds(authority, org, user, at)
    };
    let another = authority.users().any(|user| user.id != reset.user && manages(user.id));
    let places = || {
        duties::roles(authority, org, by, day).contains(&Role::Auditor)
            || !duties::capabilities(authority, org, by, day).is_empty()
    };
    let known = !rights::reset_holds(authority, org, by, at);
    if manages(by) || !another && known && places() { Ok(()) } else { Err(Error::NotPermitted) }
}
