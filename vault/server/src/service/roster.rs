//! Roles, designations, trainings and notices: what the manager proposes, and what ends at once.

use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content};
use azekura_core::id::{OrganisationId, UserId};
use azekura_core::purpose::Purposes;
use azekura_core::roster::{Appointment, Designation, Notice, Profile, SMALL_STAFF, Training};
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::queue::proposed;
use super::{Error, Result, rights, staff};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::roster::TrainingRow;
use crate::store::{notices, roster};

/// Writes down that a handler attended a training.
pub async fn record_training(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    user: UserId,
    on: CivilDate,
    subject: String,
) -> Result<Training> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    eligible(&journal, org, user, Share::None)?;
    if on > journal.at().tokyo_date() {
        return Err(Error::fault("/on", "in-the-future", "the day it took place"));
    }
    let recorded_by = actor.person().ok_or(Error::Unauthenticated)?;
    let training = Training { org, user, on, subject, recorded_by };
    journal.append(RosterEvent::TrainingRecorded { on, user })?;
    journal.insert(TrainingRow { id: app.new_uuid(), training: training.clone() }).await?;
    journal.answer(Made::Training(&training)).await?;
    journal.commit().await?;
    Ok(training)
}

/// What a notice is to say.
pub struct NoticeText {
    /// The lines it contains.
    pub bundles: Purposes,
    /// What people are shown.
    pub text: String,
    /// How.
    pub channel: String,
    /// In force from this day on.
    pub from: CivilDate,
}

/// Proposes the next version of the purpose notice; a second person approves it.
pub async fn publish(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    text: NoticeText,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    let earlier = notices::of_org(journal.reading(), org).await?;
    let last = earlier.iter().map(|notice| notice.version).max().unwrap_or(0);
    let NoticeText { bundles, text, channel, from } = text;
    let (id, version) = (app.new_id(), last.saturating_add(1));
    let notice = Notice { id, org, version, bundles, text, channel, from };
    proposed(app, journal, actor, org, Content::Notice(notice)).await
}

/// Everything the roster page of an organisation shows.
pub struct Roster {
    /// Roles.
    pub appointments: Vec<Appointment>,
    /// Roster lines.
    pub designations: Vec<Designation>,
    /// Trainings.
    pub trainings: Vec<Training>,
}

/// The roster of an organisation, ended lines included.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Roster> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let reading = &mut view.reading;
    let appointments = roster::appointments(reading, org).await?;
    let designations = roster::designations(reading, org).await?;
    let trainings = roster::trainings(reading, org).await?;
    Ok(Roster {
        appointments: appointments.iter().map(|kept| (**kept).clone()).collect(),
        designations: designations.iter().map(|kept| (**kept).clone()).collect(),
        trainings: trainings.iter().map(|kept| kept.training.clone()).collect(),
    })
}

/// All versions of the purpose notice, oldest first.
pub async fn notices(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Notice>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = notices::of_org(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

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
