//! Entering a number: sealed at once, under a kind that no release can open, until a second person
//! has keyed it again.

use azekura_core::change::{CHECK_ATTEMPTS, Change, ChangeState, Content, NumberProposal};
use azekura_core::id::{ChangeId, NoticeId, OrganisationId, PersonId};
use azekura_core::identity::IdentityCheck;
use azekura_core::number::MyNumber;
use azekura_core::person::{NumberState, Person};
use azekura_core::purpose::Purposes;
use azekura_core::roster::Operation;
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::keys::Spot;
use super::{Error, Result, holdings, notices, people, queue, rights};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::numbers::{About, NumberRow, State};

/// A number as one person entered it, with what the law asks to be known about its collection.
pub struct NewNumber {
    /// Whose.
    pub person: PersonId,
    /// First one, or one that replaces it.
    pub kind: NumberKind,
    /// The digits.
    pub number: MyNumber,
    /// What the person was told it is for.
    pub purposes: Purposes,
    /// By which notice; the newest in force that covers the purposes if left out.
    pub notice: Option<NoticeId>,
    /// How the person was identified.
    pub identity: IdentityCheck,
    /// Why, for a correction.
    pub reason: Option<String>,
    /// The rejected change it follows.
    pub replaces: Option<ChangeId>,
}

/// Which of the two kinds of change brings the number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NumberKind {
    /// Replaces the active number.
    Correct,
    /// The person's first number.
    Register,
}

/// Proposes a number.
///
/// # Errors
///
/// [`Error::NoticeMissing`], [`Error::PastRetention`], [`Error::AlreadyRegistered`], or a fault of
/// the input; nothing is then stored.
pub async fn submit(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    new: NewNumber,
) -> Result<Change> {
    let need = Permission::Enter(Operation::Submit);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let today = journal.at().tokyo_date();
    let kept = people::find(journal.reading(), org, new.person).await?;
    rights::reaches(journal.authority(), actor, org, need, &kept.person, today)?;
    free(&kept.person, new.kind)?;
    let notice = notices::covering(&mut journal, &kept.person, &new.purposes, new.notice).await?;
    verify_identity(&kept.person, &new, today)?;
    let settings = holdings::settings(&journal, org)?;
    let held = holdings::derive(journal.reading(), &kept.person, &new.purposes, &settings).await?;
    if held.past_retention(today) {
        return Err(Error::PastRetention);
    }
    follows(&mut journal, org, &new).await?;

    let mut person = kept.person.clone();
    let proposal = NumberProposal {
        person: person.id,
        version: person.number.take_version(),
        slot: app.new_id(),
        purposes: new.purposes,
        notice: notice.id,
        identity: new.identity,
        reason: new.reason,
        replaces: new.replaces,
        attempts_left: CHECK_ATTEMPTS,
    };
    let pending = pending_row(app, org, &proposal, &new.number);
    let content = match new.kind {
        NumberKind::Correct => Content::Correct(proposal),
        NumberKind::Register => Content::Register(proposal),
    };
    let change = queue::propose(app, &mut journal, actor, Some(org), content).await?;
    journal.insert(pending).await?;
    if let NumberState::Active(active) = &mut person.number.state {
        active.correction = Some(change.id);
    } else {
        person.number.state = NumberState::Pending { change: change.id };
    }
    holdings::save(&mut journal, &kept, person).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

fn pending_row(
    app: &App,
    org: OrganisationId,
    proposal: &NumberProposal,
    number: &MyNumber,
) -> NumberRow {
    let NumberProposal { person, version, slot, .. } = *proposal;
    let spot = Spot { org, person, version, slot };
    let sealed = app.keys.seal_pending(spot, number, &*app.rng);
    let about = About { org, person, version, epoch: sealed.epoch, state: State::Pending };
    NumberRow { id: slot, about, blob: sealed.record.number, slot: sealed.record.slot }
}

/// A first number needs a person without one, a correction a person with one; neither may wait.
fn free(person: &Person, kind: NumberKind) -> Result<()> {
    match (&person.number.state, kind) {
        (NumberState::Active(active), NumberKind::Correct) if active.correction.is_none() => Ok(()),
        (
            NumberState::Disposed { .. }
            | NumberState::NotSubmitted
            | NumberState::Requested { .. }
            | NumberState::Returned { .. },
            NumberKind::Register,
        ) => Ok(()),
        (NumberState::Active(_) | NumberState::Pending { .. }, _) => Err(Error::AlreadyRegistered),
        (_, NumberKind::Correct) => {
            Err(Error::fault("/type", "no-number", "there is no number to correct; register it"))
        }
    }
}

fn verify_identity(person: &Person, new: &NewNumber, today: CivilDate) -> Result<()> {
    let first = new.kind == NumberKind::Register && person.number.highest_version == 0;
    if first && new.identity.method.rests_on_an_earlier_check() {
        let detail = "rests on an earlier check, and there was none";
        return Err(Error::fault("/identity_check/method", "unverified", detail));
    }
    new.identity.verify(&person.kinds(), &new.purposes, today).map_err(|unverified| {
        let pointer = format!("/identity_check/{}", unverified.field().name());
        Error::fault(pointer, "unverified", "does not verify this person for these purposes")
    })
}

/// A change that follows another names a rejected one of the same person.
async fn follows(journal: &mut Journal<'_>, org: OrganisationId, new: &NewNumber) -> Result<()> {
    let Some(replaces) = new.replaces else { return Ok(()) };
    let earlier = journal.reading().find::<Change>(replaces).await?;
    let fits = earlier.is_some_and(|change| {
        change.org == Some(org)
            && matches!(change.state, ChangeState::Rejected { .. })
            && change.content.number().is_some_and(|earlier| earlier.person == new.person)
    });
    if fits {
        Ok(())
    } else {
        Err(Error::fault("/replaces", "not-rejected", "a rejected change of the same person"))
    }
}
