//! Trainings (教育): the plan, who attended, and what happens when one runs out.

use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content, ReviewError, TrainingExtension};
use azekura_core::id::{OrganisationId, TrainingId, TrainingPlanId, UserId};
use azekura_core::roster::{ExtensionError, PlanText, Training, TrainingPlan, TrainingStanding};
use azekura_core::text::FreeText;
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Error, Result, queue, rights, staff};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::authority::Authority;
use crate::store::{Kept, roster};

/// A training that somebody attended.
pub struct Attendance {
    /// Who.
    pub user: UserId,
    /// On which day.
    pub on: CivilDate,
    /// What it was about.
    pub subject: String,
    /// The line of the plan that it carried out.
    pub plan: Option<TrainingPlanId>,
}

/// Writes down a training. It counts once its attendee has confirmed it.
///
/// # Errors
///
/// [`ReviewError::SamePerson`] for one's own; a fault for a day to come or a line that is not in the
/// plan.
pub async fn record(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    attended: Attendance,
) -> Result<Training> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Train).await?;
    let recorded_by = actor.person().ok_or(Error::Unauthenticated)?;
    let Attendance { user, on, subject, plan } = attended;
    let today = journal.at().tokyo_date();
    if recorded_by == user {
        return Err(ReviewError::SamePerson.into());
    }
    if !journal.authority().user(user).is_some_and(|user| user.works(today)) {
        return Err(Error::fault("/user", "not-eligible", "an active user"));
    }
    if on > today {
        return Err(Error::fault("/on", "in-the-future", "the day it took place"));
    }
    if let Some(plan) = plan {
        let known = planned(&mut journal, org, plan).await;
        if matches!(known, Err(Error::NotFound)) {
            let detail = "a line of the plan of this organisation";
            return Err(Error::fault("/plan", "not-planned", detail));
        }
        known?;
    }
    let id = app.new_id();
    let training = Training {
        id,
        org,
        user,
        on,
        subject,
        plan,
        recorded_by,
        confirmed_at: None,
        extension: None,
    };
    journal.append(RosterEvent::TrainingRecorded { on, training: id, user })?;
    journal.insert(training.clone()).await?;
    journal.answer(Made::Training(&training)).await?;
    journal.commit().await?;
    Ok(training)
}

/// The attendee confirms that they attended (受講者の確認).
///
/// # Errors
///
/// [`ReviewError::NotForYou`] for somebody else's; [`ReviewError::Settled`] if it was done before.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: TrainingId,
) -> Result<Training> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = journal.reading().find::<Training>(id).await?;
    let kept = kept.filter(|training| training.org == org).ok_or(Error::NotFound)?;
    if actor.person() != Some(kept.user) {
        rights::check(journal.authority(), actor, Some(org), Permission::View, journal.at())?;
        return Err(ReviewError::NotForYou.into());
    }
    if kept.confirmed_at.is_some() {
        return Err(ReviewError::Settled.into());
    }
    journal.append(RosterEvent::TrainingConfirmed { training: id, user: kept.user })?;
    let confirmed = Training { confirmed_at: Some(journal.at()), ..(*kept).clone() };
    journal.replace(&kept, confirmed.clone()).await?;
    journal.answer(Made::TrainingConfirmed(&confirmed)).await?;
    journal.commit().await?;
    Ok(confirmed)
}

/// Proposes more days for a training; a second person agrees, and in a small organisation the
/// attendee may be that person.
pub async fn propose_extension(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: TrainingId,
    reason: FreeText,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Train).await?;
    let kept = journal.reading().find::<Training>(id).await?;
    let kept = kept.filter(|training| training.org == org).ok_or(Error::NotFound)?;
    if actor.person() == Some(kept.user) {
        return Err(ReviewError::SamePerson.into());
    }
    let until = kept.extensible(journal.at().tokyo_date()).map_err(fault)?;
    let reason = String::from(reason.as_str());
    let extension = TrainingExtension { training: id, user: kept.user, until, reason };
    queue::proposed(app, journal, actor, org, Content::TrainingExtension(extension)).await
}

/// The training counts some days longer from here on.
pub(super) async fn extended(
    journal: &mut Journal<'_>,
    change: &Change,
    extension: &TrainingExtension,
) -> Result<()> {
    let kept = journal.reading().find::<Training>(extension.training).await?;
    let kept = kept.filter(|kept| Some(kept.org) == change.org).ok_or(Error::NotFound)?;
    let extended = kept.extended(change.id, journal.at().tokyo_date()).map_err(fault)?;
    journal.append(RosterEvent::TrainingExtended {
        change: change.id,
        training: kept.id,
        until: extended.valid_until(),
        user: kept.user,
    })?;
    journal.replace(&kept, extended).await.map(drop)
}

/// Writes a line into the plan.
pub async fn write_plan(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    text: PlanText,
) -> Result<TrainingPlan> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Train).await?;
    let (id, written_at) = (app.new_id(), journal.at());
    let line = TrainingPlan { id, org, text, written_at, ended_at: None };
    journal.append(RosterEvent::TrainingPlanWritten { plan: line.id })?;
    journal.insert(line.clone()).await?;
    journal.answer(Made::TrainingPlan(&line)).await?;
    journal.commit().await?;
    Ok(line)
}

/// Takes a line out of the plan.
pub async fn end_plan(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: TrainingPlanId,
) -> Result<TrainingPlan> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Train).await?;
    let kept = planned(&mut journal, org, id).await?;
    journal.append(RosterEvent::TrainingPlanEnded { plan: id })?;
    let ended = TrainingPlan { ended_at: Some(journal.at()), ..(*kept).clone() };
    journal.replace(&kept, ended.clone()).await?;
    journal.answer(Made::TrainingPlan(&ended)).await?;
    journal.commit().await?;
    Ok(ended)
}

/// The plan, ended lines included.
pub async fn plan(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<TrainingPlan>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = roster::training_plan(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// One handler and where they stand with their training.
pub struct Trained {
    /// Who.
    pub user: UserId,
    /// As printed.
    pub display_name: String,
    /// Where they stand today.
    pub standing: TrainingStanding,
}

/// The trainings of an organisation, oldest first.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Training>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = roster::trainings(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// Where every handler of an organisation stands, those who must attend soonest first.
pub async fn standings(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Trained>> {
    let view = audit::view(app, actor, Some(org), Permission::View).await?;
    let (authority, today) = (&view.authority, view.at.tokyo_date());
    let handlers = staff::members(authority, org, today);
    let handlers = handlers.into_iter().filter(|member| !member.capabilities.is_empty());
    let mut all: Vec<Trained> = handlers
        .map(|member| Trained {
            user: member.user,
            display_name: staff::name(authority, member.user),
            standing: standing(authority, org, member.user, today),
        })
        .collect();
    all.sort_by_key(|trained| trained.standing.until());
    Ok(all)
}

/// Where a user stands with their training on a day.
pub(super) fn standing(
    authority: &Authority,
    org: OrganisationId,
    user: UserId,
    day: CivilDate,
) -> TrainingStanding {
    TrainingStanding::of(authority.trainings(org, user).map(|kept| &**kept), day)
}

async fn planned(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    id: TrainingPlanId,
) -> Result<Kept<TrainingPlan>> {
    let kept = journal.reading().find::<TrainingPlan>(id).await?;
    kept.filter(|line| line.org == org && line.ended_at.is_none()).ok_or(Error::NotFound)
}

fn fault(error: ExtensionError) -> Error {
    let (code, detail) = match error {
        ExtensionError::Once => ("extended-once", "a training is extended once"),
        ExtensionError::TooLate => ("too-late", "it no longer counted even with thirty more days"),
        ExtensionError::TooSoon => ("too-soon", "within sixty days before its end"),
    };
    Error::fault("/training", code, detail)
}
