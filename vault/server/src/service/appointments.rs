//! Roles and named offices: offered by the manager, accepted by whoever is to hold them.

use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content, ReviewError};
use azekura_core::id::{AppointmentId, OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::{Appointment, AppointmentError, Role};
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Error, Result, duties, queue, roster, sessions, staff};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::{Kept, roster as rows};

/// What a role is to be.
pub struct Offer {
    /// Who is to hold it.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// Whom they stand in for.
    pub deputy_for: Option<UserId>,
    /// First day; today if left out.
    pub from: Option<CivilDate>,
    /// Last day.
    pub until: Option<CivilDate>,
}

/// Proposes a role; whoever is to hold it accepts.
///
/// # Errors
///
/// [`ReviewError::SamePerson`] for oneself; a fault for what cannot be held.
pub async fn appoint(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    offer: Offer,
) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    let today = journal.at().tokyo_date();
    let Offer { user, role, deputy_for, from, until } = offer;
    if actor.person() == Some(user) {
        return Err(ReviewError::SamePerson.into());
    }
    roster::eligible(&journal, org, user, Duty::of(role))?;
    let from = from.unwrap_or(today);
    let id = app.new_id();
    let appointment = Appointment { id, org, user, role, deputy_for, from, until, ended_at: None };
    appointment.check().map_err(fault)?;
    let holds = |absent| duties::roles(journal.authority(), org, absent, today).contains(&role);
    if !deputy_for.is_none_or(holds) {
        return Err(Error::fault("/deputy_for", "no-office", "whoever holds this office today"));
    }
    if role == Role::Manager && !staff::holds(&journal, org, actor.person(), role) {
        let detail = "a deputy appoints no manager";
        return Err(Error::fault("/role", "deputy", detail));
    }
    queue::proposed(app, journal, actor, org, Content::Appointment(appointment)).await
}

/// The role is held from here on.
pub(super) async fn made(
    journal: &mut Journal<'_>,
    change: &Change,
    appointment: &Appointment,
) -> Result<()> {
    let duty = Duty::of(appointment.role);
    roster::eligible(journal, appointment.org, appointment.user, duty)?;
    journal.append(RosterEvent::AppointmentMade {
        appointment: appointment.id,
        change: Some(change.id),
        deputy_for: appointment.deputy_for,
        role: String::from(appointment.role.code()),
        user: appointment.user,
    })?;
    journal.insert(appointment.clone()).await.map(drop)
}

/// Ends a role at once. Weakening nobody's protection, it takes one manager, or its holder.
pub async fn end(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: AppointmentId,
) -> Result<Appointment> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = journal.reading().find::<Appointment>(id).await?;
    let kept = kept.filter(|one| one.org == org && one.ended_at.is_none());
    let holder = kept.as_ref().map(|one| one.user);
    roster::own_or(&journal, actor, org, holder, Permission::Manage)?;
    let kept = kept.ok_or(Error::NotFound)?;
    let ended = ended(&mut journal, &kept).await?;
    journal.answer(Made::Appointment(&ended)).await?;
    journal.commit().await?;
    Ok(ended)
}

/// Every role of an organisation, ended ones included, oldest first.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Appointment>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = rows::appointments(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// Ends every role of a user in an organisation, because the account is closed.
pub(super) async fn end_all(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    user: UserId,
) -> Result<()> {
    let today = journal.at().tokyo_date();
    let open: Vec<_> = journal
        .authority()
        .appointments(org, user)
        .filter(|one| one.ended_at.is_none() && one.until.is_none_or(|last| today <= last))
        .cloned()
        .collect();
    for kept in open {
        ended(journal, &kept).await?;
    }
    Ok(())
}

async fn ended(journal: &mut Journal<'_>, kept: &Kept<Appointment>) -> Result<Appointment> {
    let event = RosterEvent::AppointmentEnded { appointment: kept.id, user: kept.user };
    journal.append_in(Some(kept.org), event)?;
    let ended = Appointment { ended_at: Some(journal.at()), ..(**kept).clone() };
    journal.replace(kept, ended.clone()).await?;
    Ok(ended)
}

fn fault(error: AppointmentError) -> Error {
    let (pointer, code, detail) = match error {
        AppointmentError::DeputyOfSelf => ("/deputy_for", "same-person", "somebody else"),
        AppointmentError::EndlessDeputy => ("/until", "required", "the last day of the deputy"),
        AppointmentError::NoOffice => {
            ("/role", "no-office", "manager, auditor, educator or complaints")
        }
    };
    Error::fault(pointer, code, detail)
}
