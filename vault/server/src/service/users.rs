//! Accounts: one for each natural person, proposed by one administrator and approved by another;
//! closed by one, at once or with a leaver's last day.

use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content, LockedAccount, NewUser, ReviewError};
use azekura_core::id::{EnrolmentId, OrganisationId, UserId};
use azekura_core::roster::{Enrolment, User, UserState};
use azekura_core::time::CivilDate;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result, appointments, designations, enrolments, queue, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::Kept;

/// Who an account is for.
pub struct Person {
    /// What colleagues read; printed on ledgers.
    pub display_name: String,
    /// The employer's key for the person.
    pub staff_ref: Option<String>,
}

/// Proposes an account.
///
/// # Errors
///
/// A fault if the person has one already.
pub async fn propose(app: &App, actor: &Actor, person: Person) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    let Person { display_name, staff_ref } = person;
    if is_known(&journal, &display_name, staff_ref.as_deref()) {
        let detail = "this person has an account; give two people of one name a key each";
        return Err(Error::fault("/staff_ref", "same-person", detail));
    }
    let new = NewUser { user: app.new_id(), display_name, staff_ref, enrolment: app.new_id() };
    let change = queue::propose(app, &mut journal, actor, None, Content::User(new)).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// Makes the account that two administrators agreed on, and gives its one-time token.
pub(super) async fn invite(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
    new: &NewUser,
) -> Result<(SecretString, Enrolment)> {
    // Two proposals for one person may have waited side by side.
    if is_known(journal, &new.display_name, new.staff_ref.as_deref()) {
        return Err(Error::Duplicate { what: "user" });
    }
    journal.append(RosterEvent::UserEnabled { change: Some(change.id), user: new.user })?;
    let user = User {
        id: new.user,
        display_name: new.display_name.clone(),
        staff_ref: new.staff_ref.clone(),
        administrator: false,
        state: UserState::Invited,
        last_day: None,
        created_at: journal.at(),
    };
    journal.insert(user).await?;
    let enrolment: EnrolmentId = new.enrolment;
    enrolments::issue(app, journal, enrolment, new.user).await
}

/// Proposes to open an account that failures locked.
///
/// # Errors
///
/// [`Error::NotPermitted`] for one's own.
pub async fn propose_unlock(app: &App, actor: &Actor, user: UserId) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    if journal.authority().user(user).is_none() {
        return Err(Error::NotFound);
    }
    if actor.person() == Some(user) {
        return Err(Error::NotPermitted);
    }
    let content = Content::Unlock(LockedAccount { user });
    let change = queue::propose(app, &mut journal, actor, None, content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// Every account, oldest first.
pub async fn all(app: &App, actor: &Actor) -> Result<Vec<User>> {
    let view = audit::view(app, actor, None, Permission::Administer).await?;
    Ok(view.authority.users().map(|kept| (**kept).clone()).collect())
}

/// Closes an account for good, with its sessions, roles and roster lines.
///
/// # Errors
///
/// [`Error::MinimumStaff`] if fewer than two administrators would be left;
/// [`ReviewError::SamePerson`] for one's own account.
pub async fn disable(app: &App, actor: &Actor, user: UserId, reason: &str) -> Result<User> {
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    let kept = open_account(&mut journal, actor, user).await?;
    let closed = close(app, &mut journal, &kept, reason).await?;
    journal.answer(Made::User(&closed)).await?;
    journal.commit().await?;
    Ok(closed)
}

/// Sets a leaver's last day; the account ends the day after. Source: regulation 001 §5 4.
///
/// # Errors
///
/// As [`disable`]; a fault for a day that is over, or later than the one that was set.
pub async fn leave(app: &App, actor: &Actor, user: UserId, last_day: CivilDate) -> Result<User> {
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    let kept = open_account(&mut journal, actor, user).await?;
    if last_day < journal.at().tokyo_date() {
        return Err(Error::fault("/last_day", "past", "today or later; or close the account"));
    }
    if kept.last_day.is_some_and(|set| set < last_day) {
        return Err(Error::fault("/last_day", "order", "not later than the day that was set"));
    }
    journal.append(RosterEvent::UserLeaving { last_day, user })?;
    let leaver = User { last_day: Some(last_day), ..(*kept).clone() };
    journal.replace(&kept, leaver.clone()).await?;
    journal.answer(Made::User(&leaver)).await?;
    journal.commit().await?;
    Ok(leaver)
}

/// Closes the accounts of leavers whose last day is over, which refuse everything already; says how
/// many.
pub async fn close_leavers(app: &App, actor: &Actor) -> Result<usize> {
    let today = app.clock.now().tokyo_date();
    let left = |user: &User| user.state != UserState::Disabled && user.has_left(today);
    if !app.authority().users().any(|user| left(user)) {
        return Ok(0);
    }
    let mut journal = audit::begin_own(app, actor, None).await?;
    let leavers: Vec<UserId> =
        journal.authority().users().filter(|user| left(user)).map(|user| user.id).collect();
    for user in &leavers {
        let kept = journal.reading().find::<User>(*user).await?.ok_or(Error::NotFound)?;
        close(app, &mut journal, &kept, "left").await?;
    }
    journal.commit_if_logged().await?;
    Ok(leavers.len())
}

/// An account of somebody else that is not closed, and whose end leaves two administrators.
async fn open_account(
    journal: &mut Journal<'_>,
    actor: &Actor,
    user: UserId,
) -> Result<Kept<User>> {
    let kept = journal.reading().find::<User>(user).await?;
    let kept = kept.filter(|user| user.state != UserState::Disabled).ok_or(Error::NotFound)?;
    if actor.person() == Some(user) {
        return Err(ReviewError::SamePerson.into());
    }
    let today = journal.at().tokyo_date();
    let others = journal.authority().users();
    let others = others.filter(|other| other.administrator && other.works(today));
    if kept.administrator && others.filter(|other| other.id != user).count() < 2 {
        return Err(Error::MinimumStaff);
    }
    Ok(kept)
}

async fn close(
    app: &App,
    journal: &mut Journal<'_>,
    kept: &Kept<User>,
    reason: &str,
) -> Result<User> {
    journal.append(RosterEvent::UserDisabled { reason: String::from(reason), user: kept.id })?;
    sessions::end_all(app, journal, kept.id, "disabled").await?;
    let orgs: Vec<OrganisationId> = journal.authority().organisations().map(|org| org.id).collect();
    for org in orgs {
        designations::end_all(journal, org, kept.id).await?;
        appointments::end_all(journal, org, kept.id).await?;
    }
    let closed = User { state: UserState::Disabled, ..(**kept).clone() };
    journal.replace(kept, closed.clone()).await?;
    Ok(closed)
}

fn is_known(journal: &Journal<'_>, display_name: &str, staff_ref: Option<&str>) -> bool {
    journal.authority().users().any(|user| user.is_same_person(display_name, staff_ref))
}
