//! Roles, designations, trainings, notices and clients: what the manager proposes, and what ends at
//! once.

use std::collections::BTreeSet;
use std::net::IpAddr;

use azekura_core::access::Scope;
use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content};
use azekura_core::crypto::api_key::ApiKey;
use azekura_core::id::{ClientId, OrganisationId, UserId};
use azekura_core::purpose::Purposes;
use azekura_core::roster::{
    Appointment, Client, ClientKey, Designation, Notice, Operation, Profile, SMALL_STAFF, Training,
};
use azekura_core::time::CivilDate;
use data_encoding::HEXLOWER;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::audit::{self, Journal};
use super::{Error, Result, queue, rights, staff};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::roster::TrainingRow;
use crate::store::{clients, notices, roster};

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

/// What a program is to be granted.
pub struct Grant {
    /// As its owner calls it.
    pub name: String,
    /// Who answers for it.
    pub owner: UserId,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// What it may call.
    pub operations: BTreeSet<Operation>,
    /// Where it may call from; empty means anywhere.
    pub networks: BTreeSet<IpAddr>,
    /// Numbers an hour and a day.
    pub quota: (u32, u32),
    /// Last day.
    pub until: CivilDate,
}

/// Proposes a client; the manager approves it.
pub async fn register_client(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    grant: Grant,
) -> Result<Change> {
    let journal = audit::begin(app, actor, Some(org), Permission::Administer).await?;
    eligible(&journal, org, grant.owner, Share::None)?;
    let client = Client {
        id: app.new_id(),
        org,
        name: grant.name,
        owner: grant.owner,
        scope: grant.scope,
        operations: grant.operations,
        networks: grant.networks,
        quota_per_hour: grant.quota.0,
        quota_per_day: grant.quota.1,
        until: grant.until,
        key: None,
        ended_at: None,
    };
    proposed(app, journal, actor, org, Content::Client(client)).await
}

/// Makes the client's key and shows it, once, to its owner.
///
/// # Errors
///
/// [`Error::AlreadyDone`] if it was shown before.
pub async fn client_secret(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<SecretString> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = journal.reading().find::<Client>(id).await?;
    let kept = kept.filter(|client| client.org == org).ok_or(Error::NotFound)?;
    if actor.person() != Some(kept.owner) {
        rights::check(journal.authority(), actor, Some(org), Permission::View, journal.at())?;
        return Err(Error::NotPermitted);
    }
    if kept.key.is_some() {
        return Err(Error::AlreadyDone { id: id.to_string() });
    }
    let (mut key_id, mut secret) = ([0; 4], Zeroizing::new([0; 32]));
    app.rng.fill(&mut key_id);
    app.rng.fill(&mut *secret);
    let key = ApiKey::mint(key_id, *secret);
    let mac = HEXLOWER.encode(&key.mac(&app.keys.ring().api));
    journal.append(RosterEvent::ClientSecretShown { client: id })?;
    let stored = ClientKey { id: HEXLOWER.encode(&key_id), mac };
    journal.replace(&kept, Client { key: Some(stored), ..(*kept).clone() }).await?;
    journal.answer(Made::Secret(&id.to_string())).await?;
    journal.commit().await?;
    Ok(key.text())
}

/// Ends a client at once; its next call is refused.
pub async fn end_client(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<Client> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = journal.reading().find::<Client>(id).await?;
    let kept = kept.filter(|one| one.org == org && one.ended_at.is_none());
    let kept = kept.ok_or(Error::NotFound)?;
    journal.append(RosterEvent::ClientEnded { client: id, reason: String::from("ended") })?;
    let ended = Client { ended_at: Some(journal.at()), ..(*kept).clone() };
    journal.replace(&kept, ended.clone()).await?;
    journal.answer(Made::Client(&ended)).await?;
    journal.commit().await?;
    Ok(ended)
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

/// The clients of an organisation, ended ones included.
pub async fn clients(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Client>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = clients::of_org(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// Puts a proposal into the queue and commits.
pub(super) async fn proposed(
    app: &App,
    mut journal: Journal<'_>,
    actor: &Actor,
    org: OrganisationId,
    content: Content,
) -> Result<Change> {
    let change = queue::propose(app, &mut journal, actor, Some(org), content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
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
    let works = authority.user(user).is_some_and(|user| user.works(today));
    if !works || !rights::may_hold(authority, org, user) {
        let detail = "an active user who is not an administrator";
        return Err(Error::fault("/user", "not-eligible", detail));
    }
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
