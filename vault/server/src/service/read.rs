//! Reading numbers for a purpose: the one path from ciphertext to digits.
//!
//! A call is cut into slices. Each slice is decided, logged and committed with whatever else waits,
//! and only then opened ([`Release`]); so a single read gets in between the slices of a large one.

use std::sync::Arc;

use azekura_core::access;
use azekura_core::audit::event::{Event, NumberEvent, PurposeUse};
use azekura_core::audit::{ActorRef, Entry};
use azekura_core::id::{OrganisationId, PersonId, ReadId};
use azekura_core::purpose::Purpose;
use azekura_core::retention::Period;
use azekura_core::text::FreeText;
use azekura_core::time::Timestamp;

use super::audit;
use super::intents::Ask;
use super::people::PersonRef;
use super::release::{Release, Wanted};
use super::{Error, Result, rights};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::{audit as entries, bulk, idempotency};

/// People in one call.
pub const MOST: usize = 10_000;

/// What is asked.
pub struct ReadAsk {
    /// The work.
    pub purpose: Purpose,
    /// The tax year or day it is for.
    pub period: Period,
    /// What for, in words: 「令和8年分 源泉徴収票」.
    pub reference: FreeText,
    /// Where it goes; the purpose's own destination if left out.
    pub destination: Option<FreeText>,
    /// Why, for a slip that is corrected after its use has ended, or for an emergency.
    pub reason: Option<FreeText>,
    /// Only tells who would be refused.
    pub dry_run: bool,
    /// Whose numbers, in the order of the answer.
    pub people: Vec<PersonRef>,
}

/// Starts a read: finds the people and lets the first slice be decided and logged.
///
/// # Errors
///
/// The refusal of the call as a whole; a person's own refusal is in that person's line.
pub async fn start(
    app: &Arc<App>,
    actor: &Actor,
    org: OrganisationId,
    asked: ReadAsk,
) -> Result<Release> {
    let correction_reason = asked.reason.is_some();
    if asked.purpose.is_emergency() && !correction_reason {
        return Err(Error::fault("/reason", "required", "why this emergency needs the number"));
    }
    let (id, repeated) = read_id(app, actor).await?;
    let wanted = find(app, org, &asked.people).await?;
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    let ask = Ask {
        actor: actor.clone(),
        org,
        read: id,
        ask: access::Ask { purpose: asked.purpose, period: asked.period, correction_reason },
        purpose: purpose_use(&asked),
        dry_run: asked.dry_run,
        people: Vec::new(),
        charge: if repeated || asked.dry_run { 0 } else { count },
    };
    Release::start(app, ask, wanted).await
}

/// What was asked and decided in a read, without numbers.
pub struct Record {
    /// The read.
    pub id: ReadId,
    /// When its first entry was written.
    pub at: Timestamp,
    /// Who asked.
    pub actor: ActorRef,
    /// Purpose, period, reference and destination.
    pub purpose: PurposeUse,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// Each person and, where refused, the code.
    pub people: Vec<(PersonId, Option<String>)>,
    /// Numbers handed over; `None` while the outcome is not written.
    pub sent: Option<u32>,
}

/// What was asked and decided in the read `id`.
///
/// # Errors
///
/// [`Error::NotFound`] unless the caller asked it, or reviews reads.
pub async fn record(app: &App, actor: &Actor, org: OrganisationId, id: ReadId) -> Result<Record> {
    let needs = [Permission::Audit, Permission::Use];
    let mut view = audit::view_either(app, actor, Some(org), needs).await?;
    let leaves = entries::entries_about(&mut view.reading, id, 0, u16::MAX).await?;
    let read = |leaf: &entries::Leaf| Entry::from_leaf(&leaf.leaf).map_err(Error::internal);
    let mut found: Vec<Entry> = leaves.iter().map(read).collect::<Result<_>>()?;
    found.retain(|entry| entry.tenant == Some(org));
    let record = gather(id, &found).ok_or(Error::NotFound)?;
    let audits = rights::check(&view.authority, actor, Some(org), Permission::Audit, view.at);
    let own = record.actor.person() == actor.person();
    if own || audits.is_ok() { Ok(record) } else { Err(Error::NotFound) }
}

fn gather(id: ReadId, found: &[Entry]) -> Option<Record> {
    let first = found.first()?;
    let mut people = Vec::new();
    let (mut asked, mut is_dry, mut sent) = (None, false, None);
    for entry in found {
        let Event::Number(event) = &entry.event else { continue };
        match event {
            NumberEvent::ReleaseIntent { dry_run, people: some, purpose, .. } => {
                (asked, is_dry) = (Some(purpose.clone()), *dry_run);
                people.extend(some.iter().map(|one| (one.person, None)));
            }
            NumberEvent::ReleaseRefused { purpose, refused, .. } => {
                asked = Some(purpose.clone());
                people.extend(refused.iter().flat_map(|refusal| {
                    refusal.people.iter().map(|id| (*id, Some(refusal.code.clone())))
                }));
            }
            NumberEvent::ReleaseOutcome { sent: some, .. } => {
                sent = Some(sent.unwrap_or(0) + some);
            }
            NumberEvent::Activated { .. }
            | NumberEvent::Destroyed { .. }
            | NumberEvent::Rebound { .. } => {}
        }
    }
    let (at, actor) = (first.at, first.actor.clone());
    asked.map(|purpose| Record { id, at, actor, purpose, dry_run: is_dry, people, sent })
}

/// The id of this read: a new one, or that of the first call under the same key.
async fn read_id(app: &App, actor: &Actor) -> Result<(ReadId, bool)> {
    if let (Some(once), Some(uuid)) = (&actor.once, actor.uuid()) {
        let mut reading = app.reading().await?;
        if let Some(first) = idempotency::find(&mut reading, uuid, &once.key).await? {
            let same = first.route == once.route && first.fingerprint == once.fingerprint;
            let id = std::str::from_utf8(&first.body).ok().and_then(|text| text.parse().ok());
            return match id.filter(|_| same) {
                Some(id) => Ok((id, true)),
                None => Err(Error::IdempotencyMismatch),
            };
        }
    }
    Ok((app.new_id(), false))
}

async fn find(app: &App, org: OrganisationId, people: &[PersonRef]) -> Result<Vec<Wanted>> {
    let refs: Vec<&str> = people
        .iter()
        .filter_map(|named| match named {
            PersonRef::ExternalRef(text) => Some(text.as_str()),
            PersonRef::Id(_) => None,
        })
        .collect();
    let known: std::collections::HashMap<String, PersonId> = if refs.is_empty() {
        std::collections::HashMap::new()
    } else {
        let mut reading = app.reading().await?;
        bulk::ids_by_external_ref(&mut reading, org, &refs).await?.into_iter().collect()
    };
    Ok(people
        .iter()
        .map(|named| {
            let id = match named {
                PersonRef::ExternalRef(text) => known.get(text).copied(),
                PersonRef::Id(id) => Some(*id),
            };
            Wanted { named: named.clone(), id }
        })
        .collect())
}

fn purpose_use(asked: &ReadAsk) -> PurposeUse {
    let destination = asked.destination.as_ref().map(FreeText::as_str);
    PurposeUse {
        code: String::from(asked.purpose.code()),
        destination: Some(String::from(destination.unwrap_or(asked.purpose.destination()))),
        period: match asked.period {
            Period::Day(day) => day.to_string(),
            Period::TaxYear(year) => year.to_string(),
        },
        reason: asked.reason.as_ref().map(|reason| String::from(reason.as_str())),
        reference: String::from(asked.reference.as_str()),
    }
}
