//! New credentials for somebody who lost theirs: two administrators agree and the second one hands
//! over the token, or their owner shows a recovery code. Whoever makes them reads, checks and manages
//! nothing until they were met in person.

use std::collections::BTreeMap;

use azekura_core::audit::event::AccessEvent;
use azekura_core::change::{Change, Content, NewReset, ReviewError};
use azekura_core::id::{ResetId, UserId};
use azekura_core::oversight::{Cause, Reset, Signed};
use azekura_core::roster::{Enrolment, User, UserState};
use azekura_core::text::FreeText;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result, duties, enrolments, queue, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};

/// Proposes that a user makes their credentials anew.
///
/// # Errors
///
/// [`ReviewError::SamePerson`] for one's own.
pub async fn propose(app: &App, actor: &Actor, user: UserId, reason: FreeText) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, None, Permission::Administer).await?;
    let known = journal.authority().user(user);
    if !known.is_some_and(|user| user.state != UserState::Disabled) {
        return Err(Error::NotFound);
    }
    if actor.person() == Some(user) {
        return Err(ReviewError::SamePerson.into());
    }
    let reason = String::from(reason.as_str());
    let (reset, enrolment) = (app.new_id(), app.new_id());
    let content = Content::Reset(NewReset { reset, user, reason, enrolment });
    let change = queue::propose(app, &mut journal, actor, None, content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// What two administrators agreed on is done.
pub(super) async fn made(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
    new: &NewReset,
    approved: Signed,
) -> Result<(SecretString, Enrolment)> {
    let NewReset { reset, user, enrolment, .. } = *new;
    let cause = Cause::Agreed {
        change: change.id,
        reason: new.reason.clone(),
        proposed_by: change.maker.user,
        approved_by: approved.by,
    };
    end_credentials(app, journal, (reset, user), cause).await?;
    enrolments::issue(app, journal, enrolment, user).await
}

/// The owner showed a recovery code.
pub(super) async fn recovered(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
) -> Result<(SecretString, Enrolment)> {
    end_credentials(app, journal, (app.new_id(), user), Cause::RecoveryCode).await?;
    enrolments::issue(app, journal, app.new_id(), user).await
}

/// From here on the old credentials and every session are over.
async fn end_credentials(
    app: &App,
    journal: &mut Journal<'_>,
    (id, user): (ResetId, UserId),
    cause: Cause,
) -> Result<()> {
    let kept = journal.reading().find::<User>(user).await?.ok_or(Error::NotFound)?;
    let (at, change) = (journal.at(), cause.change());
    let everywhere = journal.authority().organisations().map(|org| org.id);
    let orgs: Vec<_> = everywhere
        .filter(|org| duties::belongs(journal.authority(), *org, user, at.tokyo_date()))
        .map(Some)
        .chain([None])
        .collect();
    for org in orgs {
        journal.append_in(org, AccessEvent::CredentialsReset { change, reset: id, user })?;
    }
    sessions::end_all(app, journal, user, "reset").await?;
    journal.replace(&kept, User { state: UserState::Invited, ..(*kept).clone() }).await?;
    let reset = Reset { id, user, at, cause, confirmed: BTreeMap::new() };
    journal.insert(reset).await.map(drop)
}
