//! What roles and roster lines have in common.

use azekura_core::id::{OrganisationId, UserId};
use azekura_core::roster::{Profile, SMALL_STAFF};

use super::audit::Journal;
use super::{Error, Result, rights, staff};
use crate::auth::{Actor, Permission};

/// Whether a role or line makes its holder one of those who share the work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Share {
    /// Looks on, or answers people.
    None,
    /// Manages or handles numbers.
    Work,
}

/// A role or designation is for an active user who does not operate the vault; in a small
/// organisation also for one who does, and for five people in all.
pub(super) fn eligible(
    journal: &Journal<'_>,
    org: OrganisationId,
    user: UserId,
    share: Share,
) -> Result<()> {
    let (authority, today) = (journal.authority(), journal.at().tokyo_date());
    rights::eligible(authority, org, ("/user", user), today)?;
    let small = authority.organisation(org).is_some_and(|org| org.profile == Profile::Small);
    let members = staff::members(authority, org, today);
    let new = share == Share::Work && !members.iter().any(|member| member.user == user);
    if small && new && members.len() >= SMALL_STAFF {
        let detail = "five people at most share the work in the small profile";
        return Err(Error::fault("/user", "small-profile-full", detail));
    }
    Ok(())
}

/// Whoever holds something gives it up themself, or the manager ends it.
pub(super) fn own_or_manage(
    journal: &Journal<'_>,
    actor: &Actor,
    org: OrganisationId,
    holder: UserId,
) -> Result<()> {
    if actor.person() != Some(holder) {
        let (authority, at) = (journal.authority(), journal.at());
        rights::check(authority, actor, Some(org), Permission::Manage, at)?;
    }
    Ok(())
}
