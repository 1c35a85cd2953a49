//! Who may be the second person of a change, besides being another person than its maker.

use std::collections::BTreeSet;

use azekura_core::change::{Change, ChangeState, Content, EXPIRES_AFTER_DAYS, ReviewError};
use azekura_core::id::{OrganisationId, UserId, new_uuid};
use azekura_core::oversight::Reset;
use azekura_core::roster::{Operation, Profile, Role};
use uuid::Uuid;

use super::audit::Journal;
use super::{Error, Result, duties, rights};
use crate::auth::{Actor, Permission};
use crate::store::{Sealed, changes};

/// How long whoever was appointed does not decide what their appointer asks for.
const RECENT_MS: i64 = Reset::AT_LEAST_MS;

/// Which roles settle a change.
///
/// # Errors
///
/// [`Error::NotPermitted`]; [`ReviewError::SamePerson`] for whoever would profit from it.
pub(super) fn may_settle(
    journal: &Journal<'_>,
    actor: &Actor,
    change: &Change,
    by: UserId,
) -> Result<()> {
    let (authority, at) = (journal.authority(), journal.at());
    let day = at.tokyo_date();
    let administrator = |user| authority.user(user).is_some_and(|user| user.administrator);
    let Some(org) = change.org else {
        return if administrator(by) { Ok(()) } else { Err(Error::NotPermitted) };
    };
    let maker = change.maker.user;
    let manager = |user| duties::roles(authority, org, user, day).contains(&Role::Manager);
    // What was proposed in a manager's name while their credentials may be somebody else's is not
    // the manager's yet.
    let by_manager = manager(maker) && rights::confirmed(authority, org, maker, at).is_ok();
    let can = |need| rights::check(authority, actor, Some(org), need, at).is_ok();
    let (check, enter) = (Permission::Check, Permission::Enter(Operation::People));
    let permitted = match &change.content {
        Content::Appointment(_) | Content::Designation(_) => true,
        Content::Client(_) | Content::ItAccess(_) => manager(by),
        Content::Correct(_) | Content::Register(_) => can(check),
        Content::FactCorrected(_) | Content::Rebind(_) => manager(by) || can(check),
        Content::Notice(_) => {
            let handler = can(enter) || can(check);
            manager(by) || by_manager && handler
        }
        // The manager agrees to what an administrator proposes, and the other way round.
        Content::ClientAmended(_) | Content::Settings(_) | Content::Unfreeze(_) => {
            manager(by) && administrator(maker) || administrator(by) && by_manager
        }
        // Whoever gains the days agrees to them only where nobody else is left to.
        Content::TrainingExtension(extension) => {
            let few = authority.organisation(org).is_some_and(|org| org.profile == Profile::Small);
            let officer = can(Permission::Train) || can(Permission::Audit) || administrator(by);
            few && by == extension.user || officer && by != extension.user
        }
        Content::Organisation(_) | Content::Reset(_) | Content::Unlock(_) | Content::User(_) => {
            administrator(by)
        }
    };
    if permitted { Ok(()) } else { Err(Error::NotPermitted) }
}

/// Whether what was proposed is still its maker's to propose: a right that was taken from them
/// meanwhile gives nothing to anybody.
///
/// # Errors
///
/// [`ReviewError::Expired`]; [`azekura_core::access::Denial::ResetUnconfirmed`] for a role or a roster
/// line that a manager offered whose credentials are new.
pub(super) fn still_proposed(journal: &Journal<'_>, change: &Change) -> Result<()> {
    let (authority, maker, at) = (journal.authority(), change.maker.user, journal.at());
    let day = at.tokyo_date();
    let administers = authority.user(maker).is_some_and(|user| user.administrator);
    let manages = |org| duties::roles(authority, org, maker, day).contains(&Role::Manager);
    let manages = change.org.is_some_and(manages);
    let has_right = match &change.content {
        Content::Appointment(_) | Content::Designation(_) => {
            let Some(org) = change.org else { return Ok(()) };
            // The first manager is offered the office by whoever proposed the organisation.
            if !authority.appointments(org, maker).any(|one| one.role == Role::Manager) {
                return Ok(());
            }
            rights::confirmed(authority, org, maker, at)?;
            manages
        }
        Content::ClientAmended(_)
        | Content::ItAccess(_)
        | Content::Settings(_)
        | Content::Unfreeze(_) => administers || manages,
        Content::Client(_)
        | Content::Organisation(_)
        | Content::Reset(_)
        | Content::Unlock(_)
        | Content::User(_) => administers,
        // What was entered stays entered; a second person looks at it all the same.
        Content::Correct(_)
        | Content::FactCorrected(_)
        | Content::Notice(_)
        | Content::Rebind(_)
        | Content::Register(_)
        | Content::TrainingExtension(_) => return Ok(()),
    };
    let stands = has_right && duties::works(authority, maker, day);
    if stands { Ok(()) } else { Err(ReviewError::Expired.into()) }
}

/// Whether somebody may agree now: not while their own credentials are new and unconfirmed, and not
/// to what comes from the one who appointed them within a day.
///
/// # Errors
///
/// [`azekura_core::access::Denial::ResetUnconfirmed`], [`ReviewError::RecentGrant`].
pub(super) async fn may_approve(
    journal: &mut Journal<'_>,
    change: &Change,
    by: UserId,
) -> Result<()> {
    let Some(org) = change.org else { return Ok(()) };
    rights::confirmed(journal.authority(), org, by, journal.at())?;
    independent(journal, org, change.maker.user, by).await
}

/// Whether somebody may agree to what `maker` asks for, who must not have appointed them within a day.
///
/// # Errors
///
/// [`ReviewError::RecentGrant`].
pub(super) async fn independent(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    maker: UserId,
    by: UserId,
) -> Result<()> {
    let profile = journal.authority().organisation(org).map(|org| org.profile);
    // Where few people share the work, they have nobody but each other.
    if profile == Some(Profile::Small) || !was_appointed(journal, org, maker, by).await? {
        return Ok(());
    }
    Err(ReviewError::RecentGrant.into())
}

/// Whether `maker` gave `by` a role or a roster line within the last day.
///
/// # Errors
///
/// [`Error::ChangedOutside`] if the offer of something that `by` holds is not there: it was taken
/// away.
async fn was_appointed(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    maker: UserId,
    by: UserId,
) -> Result<bool> {
    let since = journal.at().plus_millis(-RECENT_MS);
    let offered = since.plus_millis(-i64::from(EXPIRES_AFTER_DAYS) * 86_400_000);
    let grants = changes::grants(journal.reading(), org, offered).await?;
    let known: BTreeSet<Uuid> = grants.iter().filter_map(|grant| granted(&grant.content)).collect();
    // Ids tell when they were made, a moment after the offer.
    let after = new_uuid(offered.plus_millis(1_000), [0; 10]);
    let authority = journal.authority();
    let roles = authority.appointments(org, by).map(|one| Uuid::from(one.id));
    let lines = authority.designations(org, by).map(|line| Uuid::from(line.id));
    if roles.chain(lines).any(|id| id > after && !known.contains(&id)) {
        return Err(Error::ChangedOutside { what: Change::WHAT });
    }
    Ok(grants.iter().any(|grant| {
        let is_recent = matches!(grant.state, ChangeState::Approved { at, .. } if at > since);
        is_recent && grant.maker.user == maker && grant.content.accepted_by() == Some(by)
    }))
}

/// What a role or a line that was offered is named by.
fn granted(content: &Content) -> Option<Uuid> {
    if let Content::Appointment(role) = content {
        return Some(role.id.into());
    }
    if let Content::Designation(line) = content { Some(line.id.into()) } else { None }
}
