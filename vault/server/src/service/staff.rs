//! Who shares the work of an organisation, which offices are filled, and what few people lose.

use std::collections::BTreeSet;

use azekura_core::id::{OrganisationId, UserId};
use azekura_core::roster::{self as rules, Appointment, Lost, Member, Missing, Role};
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Result, duties};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::authority::Authority;

/// Those who manage an organisation or handle its numbers on `day`.
pub(super) fn members(authority: &Authority, org: OrganisationId, day: CivilDate) -> Vec<Member> {
    let member = |user: &rules::User| Member {
        user: user.id,
        administrator: user.administrator,
        manager: duties::roles(authority, org, user.id, day).contains(&Role::Manager),
        capabilities: duties::capabilities(authority, org, user.id, day),
    };
    let working = authority.users().filter(|user| user.works(day)).map(|user| member(user));
    working.filter(|member| member.manager || !member.capabilities.is_empty()).collect()
}

/// What few people lose and lack.
pub struct Staffing {
    /// Protections that do not hold in the small profile.
    pub lost: BTreeSet<Lost>,
    /// Who is missing for the work to be done.
    pub missing: BTreeSet<Missing>,
}

/// What an organisation loses and lacks today.
pub fn staffing(app: &App, org: &rules::Organisation) -> Staffing {
    let (authority, day) = (app.authority(), app.clock.now().tokyo_date());
    let members = members(&authority, org.id, day);
    let administrators = authority.users().filter(|user| user.administrator && user.works(day));
    Staffing {
        lost: rules::lost(org.profile, &members),
        missing: rules::missing(administrators.count(), &members),
    }
}

/// Whether `user` holds the office themself today, and not as somebody's deputy.
pub(super) fn holds(
    journal: &Journal<'_>,
    org: OrganisationId,
    user: Option<UserId>,
    role: Role,
) -> bool {
    let day = journal.at().tokyo_date();
    let own = |one: &Appointment| one.role == role && one.deputy_for.is_none() && one.in_force(day);
    user.is_some_and(|user| journal.authority().appointments(org, user).any(|one| own(one)))
}

/// Title and name of whoever answers for education, and of the manager.
pub(super) fn educators(
    authority: &Authority,
    org: OrganisationId,
    day: CivilDate,
) -> Vec<(&'static str, String)> {
    let asked =
        |officer: &Officer| matches!(officer.appointment.role, Role::Educator | Role::Manager);
    let officers = officers(authority, org, day).into_iter().filter(asked);
    officers.map(|one| (one.appointment.role.ja(), one.display_name)).collect()
}

/// The name of a user, as printed.
pub(super) fn name(authority: &Authority, user: UserId) -> String {
    authority.user(user).map(|user| user.display_name.clone()).unwrap_or_default()
}

/// Who fills an office.
pub struct Officer {
    /// The term.
    pub appointment: Appointment,
    /// The holder's name, as printed.
    pub display_name: String,
}

/// The offices of an organisation as they are filled on a day; a deputy stands after the holder.
pub async fn offices(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    day: Option<CivilDate>,
) -> Result<Vec<Officer>> {
    let view = audit::view(app, actor, Some(org), Permission::View).await?;
    Ok(officers(&view.authority, org, day.unwrap_or_else(|| view.at.tokyo_date())))
}

/// The officers of a day, by office; a deputy stands after the holder.
pub(super) fn officers(authority: &Authority, org: OrganisationId, day: CivilDate) -> Vec<Officer> {
    let mut officers: Vec<Officer> = authority
        .users()
        .filter(|user| user.works(day))
        .flat_map(|user| authority.appointments(org, user.id).map(move |one| (user, one)))
        .filter(|(_, one)| one.in_force(day) && Role::OFFICES.contains(&one.role))
        .map(|(user, one)| Officer {
            appointment: (**one).clone(),
            display_name: user.display_name.clone(),
        })
        .collect();
    let place = |role| Role::OFFICES.iter().position(|office| *office == role);
    officers.sort_by_key(|officer| {
        let Appointment { role, deputy_for, .. } = officer.appointment;
        (place(role), deputy_for.is_some())
    });
    officers
}
