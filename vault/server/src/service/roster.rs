//! What roles and roster lines have in common.

use azekura_core::id::{OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::{Profile, SMALL_STAFF};

use super::audit::Journal;
use super::{Error, Result, duties, rights, staff};
use crate::auth::{Actor, Permission};

/// Whether somebody may come to be `duty` here, as [`duties::eligible`] says. At most five share the
/// work of a small organisation.
///
/// # Errors
///
/// As there; a fault at `/user`.
pub(super) fn eligible(
    journal: &Journal<'_>,
    org: OrganisationId,
    user: UserId,
    duty: Duty,
) -> Result<()> {
    let (authority, today) = (journal.authority(), journal.at().tokyo_date());
    duties::eligible(authority, org, ("/user", user), duty, today)?;
    let small = authority.organisation(org).is_some_and(|org| org.profile == Profile::Small);
    let members = staff::members(authority, org, today);
    let new = duty.shares_the_work() && !members.iter().any(|member| member.user == user);
    if small && new && members.len() >= SMALL_STAFF {
        let detail = "five people at most share the work in the small profile";
        return Err(Error::fault("/user", "small-profile-full", detail));
    }
    Ok(())
}

/// Whoever holds something gives it up themself, or somebody with a right over it does. Nobody else
/// learns whether there is such a thing.
pub(super) fn own_or(
    journal: &Journal<'_>,
    actor: &Actor,
    org: OrganisationId,
    holder: Option<UserId>,
    need: Permission,
) -> Result<()> {
    if holder.is_none() || actor.person() != holder {
        rights::check(journal.authority(), actor, Some(org), need, journal.at())?;
    }
    Ok(())
}
