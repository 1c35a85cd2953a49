//! Organisations and their settings: proposed by one administrator, approved by another.

use azekura_core::audit::event::{RosterEvent, SettingChange};
use azekura_core::change::{Change, Content, NewOrganisation};
use azekura_core::id::{OrganisationId, UserId};
use azekura_core::retention::Settings;
use azekura_core::roster::{Organisation, Profile};

use super::audit;
use super::holdings;
use super::{Error, Result, duties, queue, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission, Who};

/// What an organisation begins with.
pub struct Founding {
    /// As printed on certificates.
    pub name: String,
    /// 13 digits.
    pub corporate_number: Option<String>,
    /// How many people share the work.
    pub profile: Profile,
    /// Whether it handles numbers for others.
    pub processor: bool,
    /// Pay rule, retention choices, grace.
    pub settings: Settings,
    /// Its first manager.
    pub manager: UserId,
}

/// Proposes an organisation with its first manager.
pub async fn propose_organisation(app: &App, actor: &Actor, founding: Founding) -> Result<Change> {
    sessions::fresh(app, actor)?;
    check_settings(&founding.settings)?;
    if founding.processor && founding.profile == Profile::Small {
        let detail = "whoever handles numbers for others is never a small business";
        return Err(Error::fault("/profile", "processor", detail));
    }
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    let (manager, today) = (journal.authority().user(founding.manager), journal.at().tokyo_date());
    let joined = founding.profile.joins_administrators();
    if !manager.is_some_and(|user| user.works(today) && (joined || !user.administrator)) {
        let detail = "an active user who is not an administrator";
        return Err(Error::fault("/manager", "not-eligible", detail));
    }
    let content = Content::Organisation(NewOrganisation {
        organisation: Organisation {
            id: app.new_id(),
            name: founding.name,
            corporate_number: founding.corporate_number,
            profile: founding.profile,
            processor: founding.processor,
            settings: founding.settings,
            frozen: None,
            created_at: journal.at(),
        },
        manager: founding.manager,
        appointment: app.new_id(),
    });
    let change = queue::propose(app, &mut journal, actor, None, content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// The organisations in which the caller has a place; an administrator sees all of them.
pub fn organisations(app: &App, actor: &Actor) -> Vec<Organisation> {
    let (authority, now) = (app.authority(), app.clock.now());
    let day = now.tokyo_date();
    let sees = |org: &Organisation| match &actor.who {
        Who::User { id, .. } => {
            authority.user(*id).is_some_and(|user| user.administrator)
                || duties::belongs(&authority, org.id, *id, day)
        }
        Who::Client { id, .. } => authority
            .client_by_id(*id)
            .is_some_and(|one| one.org == org.id && one.grant.is_open(now, actor.ip)),
        Who::Job(_) | Who::Nobody | Who::Operator => false,
    };
    let visible = authority.organisations().filter(|org| sees(org));
    visible.map(|kept| (**kept).clone()).collect()
}

/// One organisation and the version of its row.
pub async fn organisation(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
) -> Result<(Organisation, u64)> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = view.reading.find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    Ok(((*kept).clone(), kept.version()))
}

/// What became of new settings.
pub enum SettingsOutcome {
    /// Nothing got weaker: they hold, as this version of the row.
    Applied(Box<Organisation>, u64),
    /// Something got weaker: a second person decides.
    Proposed(Box<Change>),
}

/// Changes the settings, if `seen` is the version the caller saw.
///
/// # Errors
///
/// [`Error::Stale`] if they changed meanwhile.
pub async fn change_settings(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    settings: Settings,
    seen: u64,
) -> Result<SettingsOutcome> {
    sessions::fresh(app, actor)?;
    check_settings(&settings)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = journal.reading().find::<Organisation>(org).await?.ok_or(Error::NotFound)?;
    if kept.version() != seen {
        return Err(Error::Stale);
    }
    if kept.settings.weakens(&settings) {
        let content = Content::Settings(Box::new(settings));
        let change = queue::propose(app, &mut journal, actor, Some(org), content).await?;
        journal.answer(Made::Change(&change)).await?;
        journal.commit().await?;
        return Ok(SettingsOutcome::Proposed(Box::new(change)));
    }
    let next = Organisation { settings, ..(*kept).clone() };
    journal.append(settings_changed(&kept.settings, &next.settings, None))?;
    holdings::derive_all(&mut journal, org, &next.settings).await?;
    let next = journal.replace(&kept, next).await?;
    let outcome = SettingsOutcome::Applied(Box::new((*next).clone()), next.version());
    journal.commit().await?;
    Ok(outcome)
}

/// The entry of changed settings: the whole of them before and after, as JSON.
pub(super) fn settings_changed(
    before: &Settings,
    after: &Settings,
    change: Option<azekura_core::id::ChangeId>,
) -> RosterEvent {
    let text = |settings: &Settings| serde_json::to_string(settings).unwrap_or_default();
    let all = SettingChange {
        name: String::from("retention"),
        before: Some(text(before)),
        after: text(after),
    };
    RosterEvent::SettingsChanged { change, settings: vec![all] }
}

fn check_settings(settings: &Settings) -> Result<()> {
    settings.check().map_err(|error| {
        let detail = "outside what any organisation may choose; see the reference";
        Error::fault(format!("/settings/{}", error.field()), "out-of-range", detail)
    })
}
