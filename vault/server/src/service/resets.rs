//! New credentials for somebody who lost theirs: two administrators agree, the second one hands
//! over the token, and its holder reads, checks and manages nothing until they were met in person.

use azekura_core::audit::event::AccessEvent;
use azekura_core::change::{Change, Content, NewReset, ReviewError};
use azekura_core::id::UserId;
use azekura_core::oversight::{Reset, Signed};
use azekura_core::roster::{Enrolment, User, UserState};
use azekura_core::text::FreeText;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result, enrolments, queue, rights, sessions};
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

/// From here on the old credentials and every session are over.
pub(super) async fn made(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
    new: &NewReset,
    approved: Signed,
) -> Result<(SecretString, Enrolment)> {
    let user = journal.reading().find::<User>(new.user).await?.ok_or(Error::NotFound)?;
    let NewReset { reset, user: id, .. } = *new;
    let day = journal.at().tokyo_date();
    let everywhere = journal.authority().organisations().map(|org| org.id);
    let orgs: Vec<_> = everywhere
        .filter(|org| rights::belongs(journal.authority(), *org, id, day))
        .map(Some)
        .chain([None])
        .collect();
    for org in orgs {
        let event = AccessEvent::CredentialsReset { change: change.id, reset, user: id };
        journal.append_in(org, event)?;
    }
    sessions::end_all(app, journal, id, "reset").await?;
    journal.replace(&user, User { state: UserState::Invited, ..(*user).clone() }).await?;
    let row = Reset {
        id: reset,
        user: id,
        change: change.id,
        reason: new.reason.clone(),
        proposed_by: change.maker.user,
        approved,
        confirmed: std::collections::BTreeMap::new(),
    };
    journal.insert(row).await?;
    enrolments::issue(app, journal, new.enrolment, id).await
}
