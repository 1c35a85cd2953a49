//! What somebody is in an organisation, and what that excludes.

use std::collections::BTreeSet;

use azekura_core::id::{OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::Role;
use azekura_core::time::{CivilDate, Timestamp};

use crate::store::authority::Authority;

/// What a user is in an organisation, without what is excluded by something else that they are: a
/// row that should not have come to be grants nothing.
pub(super) fn counted(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> BTreeSet<Duty> {
    let mut held: BTreeSet<Duty> = held_roles(authority, org, user, day).map(Duty::of).collect();
    if authority.designations(org, user).any(|line| line.in_force(day)) {
        held.insert(Duty::Handler);
    }
    if authority.user(user).is_some_and(|user| user.administrator) {
        held.insert(Duty::Administrator);
    }
    let profile = authority.organisation(org).map(|org| org.profile).unwrap_or_default();
    Duty::effective(&held, profile)
}

pub(super) fn held_roles(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> impl Iterator<Item = Role> {
    let in_force = authority.appointments(org, user).filter(move |one| one.in_force(day));
    in_force.map(|appointment| appointment.role)
}

/// Whether somebody may come to be `duty` besides what they are, or are to be, already.
pub(super) fn admit(
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
    let mut held: BTreeSet<Duty> = roles.map(|one| Duty::of(one.role)).collect();
    if authority.designations(org, user).any(|line| later(line.ended_at, line.until)) {
        held.insert(Duty::Handler);
    }
    if authority.user(user).is_some_and(|user| user.administrator) {
        held.insert(Duty::Administrator);
    }
    let profile = authority.organisation(org).map(|org| org.profile).unwrap_or_default();
    !held.iter().any(|one| one.excludes(duty, profile))
}
