//! What somebody is in an organisation, and what that excludes.

use std::collections::BTreeSet;

use azekura_core::change::ReviewError;
use azekura_core::id::{OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::{Capability, Profile, Rank, Role};
use azekura_core::time::{CivilDate, Timestamp};

use super::{Error, Result};
use crate::store::authority::Authority;

/// The roles of a user in an organisation on `day`.
pub fn roles(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> BTreeSet<Role> {
    let counted = counted(authority, org, user, day);
    let roles = held_roles(authority, org, user, day);
    roles.filter(|role| counted.contains(&Duty::of(*role))).collect()
}

/// How strict the rules for a user's account are on `day`.
pub(super) fn rank(authority: &Authority, user: UserId, day: CivilDate) -> Rank {
    let administrator = authority.user(user).is_some_and(|user| user.administrator);
    let manages = |org: OrganisationId| roles(authority, org, user, day).contains(&Role::Manager);
    if administrator || authority.organisations().any(|org| manages(org.id)) {
        Rank::Privileged
    } else {
        Rank::General
    }
}

/// What a user's designations in force on `day` let them do.
pub fn capabilities(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> BTreeSet<Capability> {
    if !counted(authority, org, user, day).contains(&Duty::Handler) {
        return BTreeSet::new();
    }
    authority
        .designations(org, user)
        .filter(|line| line.in_force(day))
        .flat_map(|line| line.capabilities.iter().copied())
        .collect()
}

/// Whether the user has a place in the organisation: a role or a designation, in force.
pub(super) fn belongs(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> bool {
    !roles(authority, org, user, day).is_empty()
        || !capabilities(authority, org, user, day).is_empty()
}

/// Whether the account of `user` works on `day`.
pub(super) fn works(authority: &Authority, user: UserId, day: CivilDate) -> bool {
    authority.user(user).is_some_and(|user| user.works(day))
}

/// Whether a role, a roster line or a program may be `user`'s: an account that works, of somebody who
/// may hold such a thing there.
///
/// # Errors
///
/// A fault at `pointer`.
pub(super) fn eligible(
    authority: &Authority,
    org: OrganisationId,
    (pointer, user): (&str, UserId),
    duty: Duty,
    day: CivilDate,
) -> Result<()> {
    if !works(authority, user, day) {
        return Err(Error::fault(pointer, "not-eligible", "an active user"));
    }
    let admitted = admit(authority, org, user, duty, day);
    if admitted { Ok(()) } else { Err(ReviewError::Excluded.into()) }
}

/// What a user is in an organisation, without what is excluded by something else that they are: a
/// row that should not have come to be grants nothing.
pub(super) fn counted(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> BTreeSet<Duty> {
    let roles = held_roles(authority, org, user, day);
    let handles = authority.designations(org, user).any(|line| line.in_force(day));
    Duty::effective(&held(authority, user, roles, handles), profile(authority, org))
}

fn held_roles(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> impl Iterator<Item = Role> {
    let in_force = authority.appointments(org, user).filter(move |one| one.in_force(day));
    in_force.map(|appointment| appointment.role)
}

/// Whether somebody may come to be `duty` besides what they are, or are to be, already.
fn admit(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    duty: Duty,
    day: CivilDate,
) -> bool {
    let later = |ended: Option<Timestamp>, until: Option<CivilDate>| {
        ended.is_none() && until.is_none_or(|last| day <= last)
    };
    let roles = authority.appointments(org, user).filter(|one| later(one.ended_at, one.until));
    let handles = authority.designations(org, user).any(|line| later(line.ended_at, line.until));
    let held = held(authority, user, roles.map(|one| one.role), handles);
    !held.iter().any(|one| one.excludes(duty, profile(authority, org)))
}

/// The duties that come of roles, of a roster line, and of operating the vault.
fn held(
    authority: &Authority,
    user: UserId,
    roles: impl Iterator<Item = Role>,
    handles: bool,
) -> BTreeSet<Duty> {
    let operates = authority.user(user).is_some_and(|user| user.administrator);
    let others = [(handles, Duty::Handler), (operates, Duty::Administrator)];
    let others = others.into_iter().filter_map(|(holds, duty)| holds.then_some(duty));
    roles.map(Duty::of).chain(others).collect()
}

fn profile(authority: &Authority, org: OrganisationId) -> Profile {
    authority.organisation(org).map(|org| org.profile).unwrap_or_default()
}
