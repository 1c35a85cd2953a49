//! The blind check: a second person keys the number again, and the two entries are compared where
//! they are opened. Two transactions: the attempt and the intent are durable before anything opens.

use azekura_core::audit::event::{ChangeEvent, NumberEvent, Rekeyed};
use azekura_core::change::{Change, ChangeState, Checked, NumberProposal, Rekey, ReviewError};
use azekura_core::id::{ChangeId, OrganisationId, SlotId, UserId};
use azekura_core::number::MyNumber;
use azekura_core::person::{Active, NumberState, Person};

use super::audit::{self, Committed, Journal};
use super::keys::Spot;
use super::{Error, Result, destroy, holdings, people, queue, rights, second, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::Kept;
use crate::store::numbers::{self, About, NumberRow, State};
use crate::store::people::PersonRow;

/// Compares a blind entry with the one that waits. The same digits make the number active.
///
/// # Errors
///
/// [`Error::Mismatch`] with the entries left; [`Error::Review`] if the caller may not check it.
pub async fn check(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ChangeId,
    entry: &MyNumber,
) -> Result<Change> {
    sessions::sitting(app, actor)?;
    let (intent, waiting) = take_attempt(app, actor, org, id).await?;
    let rekey = match app.keys.opener(&intent, org).open_pending(&waiting) {
        Ok(first) if first.ct_eq(entry) => Rekey::Same,
        Ok(_) => Rekey::Different,
        Err(failure) => {
            note_failure(app, actor, org, id).await?;
            return Err(Error::internal(failure));
        }
    };
    settle(app, actor, org, id, rekey, entry).await
}

/// First transaction: counts the attempt and says in the log what will be opened.
async fn take_attempt(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ChangeId,
) -> Result<(Committed, NumberRow)> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Check).await?;
    let (kept, by) = find(&mut journal, actor, org, id).await?;
    let mut change = (*kept).clone();
    change.take_attempt(by, journal.at())?;
    second::may_approve(&mut journal, &change, by).await?;
    let proposal = change.content.number().ok_or(ReviewError::NotForYou)?.clone();
    let person = people::find(journal.reading(), org, proposal.person).await?;
    let today = journal.at().tokyo_date();
    let authority = journal.authority();
    rights::reaches(authority, actor, org, Permission::Check, &person.person, today)?;
    let waiting =
        numbers::by_slot(journal.reading(), proposal.slot).await?.ok_or(Error::NotFound)?;
    let NumberProposal { person, version, .. } = proposal;
    journal.append(ChangeEvent::CheckIntent { change: id, person, version })?;
    journal.replace(&kept, change).await?;
    Ok((journal.commit().await?, (*waiting).clone()))
}

/// Second transaction: what the comparison showed, and what follows from it.
async fn settle(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ChangeId,
    rekey: Rekey,
    number: &MyNumber,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Check).await?;
    let (kept, by) = find(&mut journal, actor, org, id).await?;
    let mut change = (*kept).clone();
    let checked = change.checked(by, rekey, journal.at())?;
    let result = if rekey == Rekey::Same { Rekeyed::Same } else { Rekeyed::Different };
    journal.append(ChangeEvent::CheckOutcome { change: id, result })?;
    let slots = match checked {
        Checked::Approved => activate(app, &mut journal, &change, number).await?,
        Checked::Ended => {
            journal.append(ChangeEvent::Mismatch { change: id, attempts_left: 0 })?;
            send_back(&mut journal, &change).await?
        }
        Checked::Mismatch(attempts_left) => {
            journal.append(ChangeEvent::Mismatch { change: id, attempts_left })?;
            Vec::new()
        }
    };
    let change = (*journal.replace(&kept, change).await?).clone();
    if checked == Checked::Approved {
        journal.answer(Made::Change(&change)).await?;
    }
    journal.commit().await?;
    app.keys.bury(&slots)?;
    match checked {
        Checked::Approved => Ok(change),
        Checked::Ended => Err(Error::Mismatch { attempts_left: 0 }),
        Checked::Mismatch(attempts_left) => Err(Error::Mismatch { attempts_left }),
    }
}

/// Seals the number anew as a checked one and destroys the pending one and the one it replaces.
async fn activate(
    app: &App,
    journal: &mut Journal<'_>,
    change: &Change,
    number: &MyNumber,
) -> Result<Vec<SlotId>> {
    let proposal = change.content.number().ok_or(ReviewError::NotForYou)?;
    let org = change.org.ok_or(Error::NotFound)?;
    let kept = people::find(journal.reading(), org, proposal.person).await?;
    let spot = Spot { org, person: proposal.person, version: proposal.version, slot: app.new_id() };
    let sealed = app.keys.seal_active(spot, number, &*app.rng);
    journal.append(ChangeEvent::Approved { change: change.id, digest: queue::digest(change)? })?;
    journal.append(NumberEvent::Activated {
        change: Some(change.id),
        epoch: sealed.epoch,
        person: spot.person,
        slot: spot.slot,
        version: spot.version,
    })?;
    let mut slots = vec![proposal.slot];
    slots.extend(kept.person.number.active().map(|active| active.slot));
    destroy::superseded(journal, change.id, &slots).await?;
    let about = About {
        org,
        person: spot.person,
        version: spot.version,
        epoch: sealed.epoch,
        state: State::Active,
    };
    let record = sealed.record;
    journal
        .insert(NumberRow { id: spot.slot, about, blob: record.number, slot: record.slot })
        .await?;
    let active = Active {
        version: spot.version,
        purposes: proposal.purposes.clone(),
        notice: proposal.notice,
        identity: proposal.identity.clone(),
        registered_at: journal.at(),
        slot: spot.slot,
        epoch: sealed.epoch,
        correction: None,
        purge: None,
    };
    let mut person = kept.person.clone();
    person.number.state = NumberState::Active(Box::new(active));
    save(journal, &kept, person).await?;
    Ok(slots)
}

/// Destroys the entry of a change that will not become active, and gives the person back to the
/// state before it, or marks it as returned.
pub(super) async fn send_back(journal: &mut Journal<'_>, change: &Change) -> Result<Vec<SlotId>> {
    let (Some(proposal), Some(org)) = (change.content.number(), change.org) else {
        return Ok(Vec::new());
    };
    let kept = people::find(journal.reading(), org, proposal.person).await?;
    destroy::superseded(journal, change.id, &[proposal.slot]).await?;
    let mut person = kept.person.clone();
    let state = &mut person.number.state;
    if let NumberState::Active(active) = state {
        active.correction = None;
    } else if matches!(change.state, ChangeState::Rejected { .. }) {
        *state = NumberState::Returned { change: change.id };
    } else {
        *state = NumberState::NotSubmitted;
    }
    save(journal, &kept, person).await?;
    Ok(vec![proposal.slot])
}

async fn save(journal: &mut Journal<'_>, kept: &Kept<PersonRow>, person: Person) -> Result<()> {
    holdings::save(journal, kept, person).await.map(drop)
}

async fn find(
    journal: &mut Journal<'_>,
    actor: &Actor,
    org: OrganisationId,
    id: ChangeId,
) -> Result<(Kept<Change>, UserId)> {
    let by = actor.person().ok_or(Error::Unauthenticated)?;
    let kept = journal.reading().find::<Change>(id).await?;
    let kept = kept.filter(|change| change.org == Some(org)).ok_or(Error::NotFound)?;
    Ok((kept, by))
}

/// A sealed entry that does not open is a defect or an attack: it is named in the log.
async fn note_failure(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    change: ChangeId,
) -> Result<()> {
    let mut journal = audit::begin_own(app, actor, Some(org)).await?;
    journal.append(ChangeEvent::CheckOutcome { change, result: Rekeyed::Failed })?;
    journal.commit().await.map(drop)
}
