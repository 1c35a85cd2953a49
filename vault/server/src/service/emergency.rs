//! Break-glass: what two recovery shares may do, and its review. The command line has proven that
//! they are the shares of this vault; nothing here opens, deletes or grants.

use std::collections::BTreeSet;

use azekura_core::audit::event::{AccessEvent, RosterEvent, VaultEvent};
use azekura_core::change::ReviewError;
use azekura_core::emergency::{Emergency, EmergencyError, vacancies};
use azekura_core::id::{EmergencyId, UserId};
use azekura_core::roster::{Role, Session, User, UserState};
use azekura_core::text::FreeText;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result, attempts, duties, enrolments};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::authority::Authority;
use crate::store::{Kept, accounts, emergencies};

/// What those with the shares ask for.
pub struct Ask {
    /// Why.
    pub reason: FreeText,
    /// Administrators who cannot act any more; they are disabled.
    pub gone: BTreeSet<UserId>,
    /// Names of new administrators.
    pub names: Vec<String>,
}

/// What came of it.
pub enum Outcome {
    /// Each of these makes their own credentials with their token.
    Invited(Vec<(User, SecretString)>),
    /// Nothing but an entry in the log.
    Refused(EmergencyError),
}

/// Appoints administrators until two can act.
pub async fn appoint(app: &App, shares: [u8; 2], ask: Ask) -> Result<Outcome> {
    let actor = Actor::operator();
    let mut journal = audit::begin_own(app, &actor, None).await?;
    let plan = match Plan::make(app, &mut journal, &ask).await? {
        Ok(plan) => plan,
        Err(refusal) => {
            let (code, shares) = (String::from(refusal.code()), shares.to_vec());
            journal.append(VaultEvent::EmergencyRefused { code, shares })?;
            journal.commit().await?;
            return Ok(Outcome::Refused(refusal));
        }
    };
    let emergency = Emergency {
        id: app.new_id(),
        opened_at: journal.at(),
        expires_at: journal.at().plus_millis(enrolments::TOKEN_HOURS * 3_600_000),
        shares,
        reason: String::from(ask.reason.as_str()),
        invited: plan
            .again
            .iter()
            .map(|user| user.id)
            .chain(plan.new.iter().map(|user| user.id))
            .collect(),
        displaced: plan.gone.iter().map(|user| user.id).collect(),
        review: None,
    };
    journal.append(VaultEvent::EmergencyOpened {
        displaced: emergency.displaced.clone(),
        emergency: emergency.id,
        invited: emergency.invited.clone(),
        reason: emergency.reason.clone(),
        shares: shares.to_vec(),
        until: emergency.expires_at,
    })?;
    let invited = carry_out(app, &mut journal, plan).await?;
    journal.insert(emergency).await?;
    journal.commit().await?;
    Ok(Outcome::Invited(invited))
}

/// Ends the lock of an account that is locked; `false` if there is no such lock.
pub async fn unlock(app: &App, shares: [u8; 2], login: &str) -> Result<bool> {
    let actor = Actor::operator();
    let mut journal = audit::begin_own(app, &actor, None).await?;
    let login = login.trim().to_lowercase();
    let kept = accounts::credential_by_login(journal.reading(), &login).await?;
    let Some(user) = kept.map(|kept| kept.user) else { return Ok(false) };
    if !attempts::is_locked(&mut journal, user).await? {
        return Ok(false);
    }
    let (change, shares) = (None, shares.to_vec());
    journal.append(AccessEvent::AccountUnlocked { change, shares, user })?;
    attempts::open(&mut journal, user).await?;
    journal.commit().await?;
    Ok(true)
}

/// Every use of the shares, oldest first.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Emergency>> {
    let mut view = audit::view(app, actor, None, Permission::Review).await?;
    let kept = emergencies::all(&mut view.reading).await?;
    Ok(kept.into_iter().map(Kept::into_value).collect())
}

/// Writes down what an auditor or manager found.
///
/// # Errors
///
/// [`Error::NotPermitted`] for somebody who came after it: they may owe their place to it.
pub async fn review(
    app: &App,
    actor: &Actor,
    id: EmergencyId,
    finding: FreeText,
) -> Result<Emergency> {
    let mut journal = audit::begin(app, actor, None, Permission::Review).await?;
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    let kept = journal.reading().find::<Emergency>(id).await?.ok_or(Error::NotFound)?;
    if !reviewers(journal.authority(), &kept, journal.at().tokyo_date()).contains(&by) {
        return Err(Error::NotPermitted);
    }
    let mut emergency = (*kept).clone();
    if !emergency.reviewed(by, journal.at(), String::from(finding.as_str())) {
        return Err(ReviewError::Settled.into());
    }
    journal.append(VaultEvent::EmergencyReviewed { emergency: id })?;
    journal.replace(&kept, emergency.clone()).await?;
    journal.answer(Made::Emergency(&emergency)).await?;
    journal.commit().await?;
    Ok(emergency)
}

/// How many uses of the shares wait for a review.
pub async fn unreviewed(app: &App) -> Result<usize> {
    let all = emergencies::all(&mut app.reading().await?).await?;
    Ok(all.iter().filter(|kept| kept.review.is_none()).count())
}

/// Who is disabled, invited again, and invited for the first time.
struct Plan {
    gone: Vec<Kept<User>>,
    again: Vec<Kept<User>>,
    new: Vec<User>,
}

impl Plan {
    async fn make(
        app: &App,
        journal: &mut Journal<'_>,
        ask: &Ask,
    ) -> Result<std::result::Result<Self, EmergencyError>> {
        let uses = emergencies::all(journal.reading()).await?;
        let day = journal.at().tokyo_date();
        let waits = |kept: &Kept<Emergency>| {
            kept.review.is_none() && !reviewers(journal.authority(), kept, day).is_empty()
        };
        if uses.iter().any(waits) {
            return Ok(Err(EmergencyError::NotReviewed));
        }
        Ok(Self::of(app, journal, ask))
    }

    fn of(
        app: &App,
        journal: &Journal<'_>,
        ask: &Ask,
    ) -> std::result::Result<Self, EmergencyError> {
        let authority = journal.authority();
        let day = journal.at().tokyo_date();
        let operates = |user: &&Kept<User>| {
            user.administrator && user.state != UserState::Disabled && !user.has_left(day)
        };
        let (gone, stay): (Vec<_>, Vec<_>) =
            authority.users().filter(operates).partition(|user| ask.gone.contains(&user.id));
        if gone.len() != ask.gone.len() {
            return Err(EmergencyError::UnknownAdministrator);
        }
        if gone.iter().any(|user| acted(authority, user.id, journal)) {
            return Err(EmergencyError::NotGone);
        }
        let (able, waiting): (Vec<_>, Vec<_>) = stay.into_iter().partition(|user| user.works(day));
        let vacant = vacancies(able.len())?;
        let again: Vec<_> = waiting.into_iter().take(vacant).cloned().collect();
        let wanted = vacant - again.len();
        if ask.names.len() != wanted {
            return Err(EmergencyError::Names(wanted));
        }
        let new = ask.names.iter().map(|name| User {
            id: app.new_id(),
            display_name: name.clone(),
            staff_ref: None,
            administrator: true,
            state: UserState::Invited,
            last_day: None,
            created_at: journal.at(),
        });
        Ok(Self { gone: gone.into_iter().cloned().collect(), again, new: new.collect() })
    }
}

/// Whether a session of the user could still be opened without a full sign-in.
fn acted(authority: &Authority, user: UserId, journal: &Journal<'_>) -> bool {
    authority.sessions().filter(|session| session.user == user).any(|session| {
        journal.at() < session.expires_at
            && journal.at().millis_since(session.active_at) < Session::UNLOCK_MS
    })
}

async fn carry_out(
    app: &App,
    journal: &mut Journal<'_>,
    plan: Plan,
) -> Result<Vec<(User, SecretString)>> {
    for kept in &plan.gone {
        let reason = String::from("emergency");
        journal.append(RosterEvent::UserDisabled { reason, user: kept.id })?;
        let disabled = User { state: UserState::Disabled, ..(**kept).clone() };
        journal.replace(kept, disabled).await?;
    }
    for user in &plan.new {
        journal.append(RosterEvent::UserEnabled { change: None, user: user.id })?;
        journal.insert(user.clone()).await?;
    }
    let mut invited = Vec::new();
    for user in plan.again.into_iter().map(Kept::into_value).chain(plan.new) {
        let (token, _) = enrolments::issue(app, journal, app.new_id(), user.id).await?;
        invited.push((user, token));
    }
    Ok(invited)
}

/// Who may review a use of the shares: managers and auditors who, like their organisation, were there
/// before it. Nobody it brought in can say that it was right.
fn reviewers(
    authority: &Authority,
    emergency: &Emergency,
    day: azekura_core::time::CivilDate,
) -> BTreeSet<UserId> {
    let before = |at| at < emergency.opened_at;
    let users = || authority.users().filter(|user| user.works(day));
    let orgs = authority.organisations().filter(|org| before(org.created_at));
    let places = orgs.flat_map(|org| users().map(move |user| (org, user)));
    places
        .filter(|(org, user)| {
            let roles = duties::roles(authority, org.id, user.id, day);
            before(user.created_at)
                && (roles.contains(&Role::Auditor) || roles.contains(&Role::Manager))
        })
        .map(|(_, user)| user.id)
        .collect()
}
