//! The one place where a caller's right is decided. It reads nothing but the authority in memory.

use std::net::IpAddr;

use azekura_core::access::{Denial, Scope};
use azekura_core::crypto::row::Table;
use azekura_core::id::{OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::person::Person;
use azekura_core::roster::{Capability, Client, Designation, Operation, Role, Session};
use azekura_core::time::{CivilDate, Timestamp};

use super::{Error, duties, staff};
use crate::auth::{Actor, Permission, Who};
use crate::store::Kept;
use crate::store::authority::Authority;

/// Why a right is missing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The caller's designation or grant does not include it.
    Access(Denial),
    /// The caller has no place in the organisation, and so does not learn of it.
    NotFound,
    /// The caller's role does not include it.
    NotPermitted,
    /// The session or key is no longer good.
    Unauthenticated,
}

impl Refusal {
    /// The stable code, for the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Access(denial) => denial.code(),
            Self::NotFound => "not-found",
            Self::NotPermitted => "not-permitted",
            Self::Unauthenticated => "unauthenticated",
        }
    }
}

/// The refusal of a call in `org`, with whom to ask where asking helps.
pub fn explained(
    refusal: Refusal,
    authority: &Authority,
    org: Option<OrganisationId>,
    at: Timestamp,
) -> Error {
    match (refusal, org) {
        (Refusal::Access(Denial::TrainingExpired), Some(org)) => {
            Error::Untrained { ask: staff::educators(authority, org, at.tokyo_date()) }
        }
        (refusal, _) => refusal.into(),
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Access(denial) => Self::Access(denial),
            Refusal::NotFound => Self::NotFound,
            Refusal::NotPermitted => Self::NotPermitted,
            Refusal::Unauthenticated => Self::Unauthenticated,
        }
    }
}

/// Whether `actor` may do in `org` (or in the vault as a whole) what needs `need`.
pub fn check(
    authority: &Authority,
    actor: &Actor,
    org: Option<OrganisationId>,
    need: Permission,
    at: Timestamp,
) -> Result<(), Refusal> {
    decide(authority, actor, org, need, at)?;
    match org {
        Some(org) => held_back(authority, actor, org, need, at),
        None => Ok(()),
    }
}

/// Whether the caller has credentials that nobody confirmed yet, in an organisation.
///
/// # Errors
///
/// [`Denial::ResetUnconfirmed`].
pub fn confirmed(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    at: Timestamp,
) -> Result<(), Refusal> {
    let held = reset_holds(authority, org, user, at);
    if held { Err(Refusal::Access(Denial::ResetUnconfirmed)) } else { Ok(()) }
}

/// Whether somebody's credentials were made anew, and may still be somebody else's. A table that is
/// not as the vault left it may lack anybody.
pub fn reset_holds(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    at: Timestamp,
) -> bool {
    authority.is_forged(Table::Reset) || authority.resets(user).any(|reset| reset.holds(org, at))
}

/// What stands still although the caller has the right: reads of an organisation that are stopped,
/// and people whose credentials were made anew.
fn held_back(
    authority: &Authority,
    actor: &Actor,
    org: OrganisationId,
    need: Permission,
    at: Timestamp,
) -> Result<(), Refusal> {
    let frozen = || authority.organisation(org).is_some_and(|org| org.frozen.is_some());
    if need == Permission::Use && frozen() {
        return Err(Refusal::Access(Denial::ReadsFrozen));
    }
    let stands = matches!(
        need,
        Permission::Check | Permission::Manage | Permission::Train | Permission::Use
    );
    match actor.who {
        Who::User { id, .. } if stands => confirmed(authority, org, id, at),
        Who::Client { .. } | Who::Job(_) | Who::Nobody | Who::Operator | Who::User { .. } => Ok(()),
    }
}

fn decide(
    authority: &Authority,
    actor: &Actor,
    org: Option<OrganisationId>,
    need: Permission,
    at: Timestamp,
) -> Result<(), Refusal> {
    let day = at.tokyo_date();
    match (&actor.who, org) {
        (Who::User { id, session, .. }, org) => {
            live_session(
                authority,
                *id,
                authority.session_by_id(*session).map(|kept| &**kept),
                at,
            )?;
            match org {
                Some(org) => user_in(authority, actor, *id, org, need, day),
                None => user_of_vault(authority, *id, need, at),
            }
        }
        (Who::Client { id, .. }, Some(org)) => {
            let client = authority.client_by_id(*id).filter(|client| client.org == org);
            program(authority, client.ok_or(Refusal::NotFound)?, need, at, actor.ip)
        }
        (Who::Client { .. }, None) => Err(Refusal::NotPermitted),
        (Who::Job(_) | Who::Operator | Who::Nobody, _) => Err(Refusal::Unauthenticated),
    }
}

/// For which purposes and kinds of people `actor` has the right `need` in `org`.
///
/// # Errors
///
/// The refusal of the whole call.
pub fn scope(
    authority: &Authority,
    actor: &Actor,
    org: OrganisationId,
    need: Permission,
    at: Timestamp,
) -> Result<Scope, Refusal> {
    check(authority, actor, Some(org), need, at)?;
    Ok(scope_on(authority, actor, org, need, at.tokyo_date()))
}

/// Whether the right `need` of `actor` reaches a person: some relationship is of a kind in its
/// scope. A number can be entered for purposes that the one who enters it may not use it for.
///
/// # Errors
///
/// [`Denial::OutsideScope`].
pub fn reaches(
    authority: &Authority,
    actor: &Actor,
    org: OrganisationId,
    need: Permission,
    person: &Person,
    day: CivilDate,
) -> Result<(), Refusal> {
    let scope = scope_on(authority, actor, org, need, day);
    let reached = person.relationships.iter().any(|held| scope.kinds.contains(&held.kind));
    if reached { Ok(()) } else { Err(Refusal::Access(Denial::OutsideScope)) }
}

fn scope_on(
    authority: &Authority,
    actor: &Actor,
    org: OrganisationId,
    need: Permission,
    day: CivilDate,
) -> Scope {
    match (&actor.who, capability(need)) {
        (Who::Client { id, .. }, _) => {
            authority.client_by_id(*id).map(|client| client.grant.scope.clone()).unwrap_or_default()
        }
        (Who::User { id, .. }, Some(capability)) => Scope::union(
            lines(authority, org, *id, capability, day)
                .filter(|line| line.networks.admit(actor.ip))
                .map(|line| &line.scope),
        ),
        (Who::User { .. } | Who::Job(_) | Who::Operator | Who::Nobody, _) => Scope::default(),
    }
}

/// The capability of a roster line that a right needs, if it needs one.
const fn capability(need: Permission) -> Option<Capability> {
    match need {
        Permission::Check => Some(Capability::Check),
        Permission::Delete => Some(Capability::Delete),
        Permission::Enter(_) => Some(Capability::Enter),
        Permission::Use => Some(Capability::Use),
        Permission::Administer
        | Permission::Audit
        | Permission::Draft
        | Permission::Manage
        | Permission::Oversee
        | Permission::Review
        | Permission::Settle
        | Permission::Train
        | Permission::View => None,
    }
}

/// A user's lines of the roster that give `capability` on `day`, from whatever terminal.
fn lines(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    capability: Capability,
    day: CivilDate,
) -> impl Iterator<Item = &Kept<Designation>> {
    let lines = authority.designations(org, user);
    lines.filter(move |line| line.in_force(day) && line.capabilities.contains(&capability))
}

fn live_session(
    authority: &Authority,
    user: UserId,
    session: Option<&Session>,
    at: Timestamp,
) -> Result<(), Refusal> {
    let live = session.is_some_and(|session| session.user == user && at < session.expires_at);
    if live && duties::works(authority, user, at.tokyo_date()) {
        Ok(())
    } else {
        Err(Refusal::Unauthenticated)
    }
}

fn user_of_vault(
    authority: &Authority,
    user: UserId,
    need: Permission,
    at: Timestamp,
) -> Result<(), Refusal> {
    if need == Permission::Review {
        return oversight(authority, user, at);
    }
    let administrator = authority.user(user).is_some_and(|user| user.administrator);
    let open = matches!(need, Permission::Administer | Permission::Settle | Permission::View);
    if administrator && open { Ok(()) } else { Err(Refusal::NotPermitted) }
}

/// Whether a user audits or manages some organisation where their credentials are their own.
fn oversight(authority: &Authority, user: UserId, at: Timestamp) -> Result<(), Refusal> {
    let mut refusal = Refusal::NotPermitted;
    for org in authority.organisations() {
        let roles = duties::roles(authority, org.id, user, at.tokyo_date());
        if roles.contains(&Role::Auditor) || roles.contains(&Role::Manager) {
            match confirmed(authority, org.id, user, at) {
                Ok(()) => return Ok(()),
                Err(held) => refusal = held,
            }
        }
    }
    Err(refusal)
}

fn user_in(
    authority: &Authority,
    actor: &Actor,
    user: UserId,
    org: OrganisationId,
    need: Permission,
    day: CivilDate,
) -> Result<(), Refusal> {
    if authority.organisation(org).is_none() {
        return Err(Refusal::NotFound);
    }
    let administrator = authority.user(user).is_some_and(|user| user.administrator);
    let roles = duties::roles(authority, org, user, day);
    let place = administrator || duties::belongs(authority, org, user, day);
    // Whoever is named by a change has no place yet, and settles it all the same.
    if !place && need != Permission::Settle {
        return Err(Refusal::NotFound);
    }
    let has = |role| roles.contains(&role);
    if let Some(capability) = capability(need) {
        return handler(authority, actor, org, user, capability, day);
    }
    let permitted = match need {
        Permission::Administer => administrator,
        Permission::Audit | Permission::Review => has(Role::Auditor) || has(Role::Manager),
        Permission::Draft => {
            has(Role::Manager)
                || handler(authority, actor, org, user, Capability::Enter, day).is_ok()
        }
        Permission::Manage => has(Role::Manager),
        Permission::Oversee => administrator || has(Role::Manager),
        Permission::Train => has(Role::Manager) || has(Role::Educator),
        Permission::Check
        | Permission::Delete
        | Permission::Enter(_)
        | Permission::Settle
        | Permission::Use
        | Permission::View => true,
    };
    if permitted { Ok(()) } else { Err(Refusal::NotPermitted) }
}

/// A designation in force that names the capability, for the terminal the call comes from, and a
/// training that is valid.
fn handler(
    authority: &Authority,
    actor: &Actor,
    org: OrganisationId,
    user: UserId,
    capability: Capability,
    day: CivilDate,
) -> Result<(), Refusal> {
    let counts = duties::counted(authority, org, user, day).contains(&Duty::Handler);
    let mut lines = lines(authority, org, user, capability, day).peekable();
    if !counts || lines.peek().is_none() {
        return Err(Refusal::Access(Denial::NotDesignated));
    }
    if !lines.any(|line| line.networks.admit(actor.ip)) {
        return Err(Refusal::Access(Denial::OutsideNetwork));
    }
    let trained = authority.trainings(org, user).any(|training| training.counts(day));
    if trained { Ok(()) } else { Err(Refusal::Access(Denial::TrainingExpired)) }
}

/// A program in force whose owner is, and a call that its grant covers.
fn program(
    authority: &Authority,
    client: &Client,
    need: Permission,
    at: Timestamp,
    address: Option<IpAddr>,
) -> Result<(), Refusal> {
    let operation = match need {
        Permission::Enter(operation) => Some(operation),
        Permission::Use => Some(Operation::Reads),
        Permission::View => Some(Operation::People),
        Permission::Administer
        | Permission::Audit
        | Permission::Check
        | Permission::Delete
        | Permission::Draft
        | Permission::Manage
        | Permission::Oversee
        | Permission::Review
        | Permission::Settle
        | Permission::Train => None,
    };
    let day = at.tokyo_date();
    if !client.in_force(day) || !duties::works(authority, client.grant.owner, day) {
        return Err(Refusal::Unauthenticated);
    }
    client.admit(operation, at, address).map_err(Refusal::Access)
}
