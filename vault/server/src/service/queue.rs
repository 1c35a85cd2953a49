//! What every change has in common: how it enters the queue and how the log names it.

use azekura_core::audit::event::{ChangeEvent, Subject};
use azekura_core::audit::{Digest, to_canonical};
use azekura_core::change::{Change, Content, Maker};
use azekura_core::id::OrganisationId;

use super::audit::Journal;
use super::{Error, Result};
use crate::app::App;
use crate::auth::{Actor, Made, Who};

/// Proposes `content` in `org`, keeps the answer and commits.
pub(super) async fn proposed(
    app: &App,
    mut journal: Journal<'_>,
    actor: &Actor,
    org: OrganisationId,
    content: Content,
) -> Result<Change> {
    let change = propose(app, &mut journal, actor, Some(org), content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// Puts a proposal into the queue and into the log.
pub(super) async fn propose(
    app: &App,
    journal: &mut Journal<'_>,
    actor: &Actor,
    org: Option<OrganisationId>,
    content: Content,
) -> Result<Change> {
    let maker =
        Maker { user: actor.person().ok_or(Error::Unauthenticated)?, client: client(actor) };
    let change = Change::propose(app.new_id(), org, maker, content, journal.at());
    enter(journal, change).await
}

/// Puts a change into the queue and into the log.
pub(super) async fn enter(journal: &mut Journal<'_>, change: Change) -> Result<Change> {
    journal.append(ChangeEvent::Proposed {
        change: change.id,
        digest: digest(&change)?,
        kind: String::from(change.content.code()),
        replaces: change.content.number().and_then(|proposal| proposal.replaces),
        subject: subject(&change.content),
    })?;
    journal.insert(change.clone()).await?;
    Ok(change)
}

/// What both people agree to: SHA-256 over the content. No content holds a number.
pub(super) fn digest(change: &Change) -> Result<Digest> {
    let mut content = change.content.clone();
    content.forget_attempts();
    Ok(Digest::of(&to_canonical(&content).map_err(Error::internal)?))
}

/// The program that asks, if it is one.
pub(super) fn client(actor: &Actor) -> Option<azekura_core::id::ClientId> {
    match actor.who {
        Who::Client { id, .. } => Some(id),
        Who::Job(_) | Who::Nobody | Who::Operator | Who::User { .. } => None,
    }
}

fn subject(content: &Content) -> Option<Subject> {
    Some(match content {
        Content::Appointment(appointment) => Subject::Appointment(appointment.id),
        Content::Client(client) => Subject::Client(client.id),
        Content::ClientAmended(change) => Subject::Client(change.client),
        Content::Correct(proposal) | Content::Register(proposal) => {
            Subject::Person(proposal.person)
        }
        Content::Designation(designation) => Subject::Designation(designation.id),
        Content::FactCorrected(correction) => Subject::Person(correction.person),
        Content::Notice(notice) => Subject::Notice(notice.id),
        Content::Organisation(new) => Subject::Organisation(new.organisation.id),
        Content::Rebind(rebinding) => Subject::Person(rebinding.person),
        Content::ItAccess(_) | Content::Settings(_) | Content::Unfreeze(_) => return None,
        Content::Reset(new) => Subject::User(new.user),
        Content::Unlock(locked) => Subject::User(locked.user),
        Content::TrainingExtension(extension) => Subject::Training(extension.training),
        Content::User(new) => Subject::User(new.user),
    })
}
