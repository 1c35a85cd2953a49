//! Reading numbers for a purpose: the one path from ciphertext to digits.
//!
//! A call is cut into slices. Each slice is decided, logged and committed with whatever else waits,
//! and only then opened; so a single read gets in between the slices of a large one. The next slices
//! are decided while one is opened: a broken connection leaves intents for at most two slices more.

use std::collections::VecDeque;
use std::sync::Arc;

use azekura_core::access::{self, Denial};
use azekura_core::audit::event::{Event, NumberEvent, PurposeUse};
use azekura_core::audit::{ActorRef, Entry};
use azekura_core::crypto::IntegrityFailure;
use azekura_core::id::{OrganisationId, PersonId, ReadId};
use azekura_core::number::MyNumber;
use azekura_core::purpose::Purpose;
use azekura_core::retention::Period;
use azekura_core::text::FreeText;
use azekura_core::time::Timestamp;

use super::audit;
use super::intents::{Answer, Ask, Asked, Decided, Outcome};
use super::keys::Opener;
use super::people::PersonRef;
use super::{Error, Result, rights};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::numbers::NumberRow;
use crate::store::{audit as entries, bulk, idempotency};

/// People in one slice.
const SLICE: usize = 500;

/// Slices that are asked for while one is opened: one that is being decided, and one that waits so that
/// the queue goes on without waiting for this task.
const AHEAD: usize = 2;

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

/// A read under way: its first slice is decided. Each call of [`Release::next`] hands over one slice.
pub struct Release {
    /// Names the read.
    pub id: ReadId,
    app: Arc<App>,
    ask: Ask,
    first: Option<(Vec<Wanted>, Answer)>,
    ahead: VecDeque<(Vec<Wanted>, Result<Asked>)>,
    left: VecDeque<Vec<Wanted>>,
    sent: u32,
    failed: u32,
}

/// A person of the call, found or not.
struct Wanted {
    named: PersonRef,
    id: Option<PersonId>,
}

/// What one person of the call gets.
pub struct Line {
    /// Who, as far as the caller may know.
    pub person: Option<PersonId>,
    /// The payroll system's key, as known or as asked.
    pub external_ref: Option<String>,
    /// The number, or why not.
    pub given: Given,
}

/// What a person's line carries.
pub enum Given {
    /// It would be released; this is a dry run.
    Allowed,
    /// Not released.
    Denied(Denial),
    /// The number.
    Number(MyNumber),
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
    let mut left = slices(wanted);
    let slice = left.pop_front().unwrap_or_default();
    let answer = decide(app, &ask, &slice)?.answer().await?;
    let first = Some((slice, answer));
    let (app, ask) = (Arc::clone(app), Ask { charge: 0, ..ask });
    Ok(Release { id, app, ask, first, ahead: VecDeque::new(), left, sent: 0, failed: 0 })
}

impl Release {
    /// The lines of the next slice, opened; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if a sealed number does not open, and the refusal of a later slice, for
    /// which nothing is then released.
    pub async fn next(&mut self) -> Option<Result<Vec<Line>>> {
        let (slice, answer) = if let Some(first) = self.first.take() {
            first
        } else {
            let (slice, asked) = self.ahead.pop_front()?;
            match answer(asked).await {
                Ok(answer) => (slice, answer),
                Err(error) => return Some(Err(error)),
            }
        };
        while self.ahead.len() < AHEAD
            && let Some(slice) = self.left.pop_front()
        {
            let asked = decide(&self.app, &self.ask, &slice);
            self.ahead.push_back((slice, asked));
        }
        Some(self.open(slice, answer))
    }

    fn open(&mut self, slice: Vec<Wanted>, answer: Answer) -> Result<Vec<Line>> {
        let app = Arc::clone(&self.app);
        let mut opener = app.keys.opener(&answer.committed, self.ask.org);
        let mut decided = answer.people.into_iter();
        slice
            .into_iter()
            .map(|wanted| {
                let decided = wanted.id.and_then(|_| decided.next());
                self.line(wanted, decided.as_ref(), &mut opener)
            })
            .collect()
    }

    fn line(
        &mut self,
        wanted: Wanted,
        decided: Option<&Decided>,
        opener: &mut Opener<'_>,
    ) -> Result<Line> {
        let current = decided.and_then(|decided| decided.current.as_deref());
        let denial = match (decided, current) {
            (Some(decided), Some(_)) => decided.denial,
            _ => Some(Denial::NotFound),
        };
        let known = current.filter(|_| denial != Some(Denial::NotFound));
        let person = match &wanted.named {
            PersonRef::Id(id) => Some(*id),
            PersonRef::ExternalRef(_) => known.map(|current| current.grounds.person),
        };
        let external_ref = match (wanted.named, known) {
            (_, Some(current)) => Some(current.grounds.external_ref.clone()),
            (PersonRef::ExternalRef(asked), None) => Some(asked),
            (PersonRef::Id(_), None) => None,
        };
        let given = match (denial, current.and_then(|current| current.number.as_ref())) {
            (Some(denial), _) => Given::Denied(denial),
            (None, None) => Given::Denied(Denial::NoNumber),
            (None, Some(_)) if self.ask.dry_run => Given::Allowed,
            (None, Some(number)) => Given::Number(self.opened(number, opener)?),
        };
        Ok(Line { person, external_ref, given })
    }

    fn opened(&mut self, number: &NumberRow, opener: &mut Opener<'_>) -> Result<MyNumber> {
        let opened = opener.open(number).map_err(integrity);
        *if opened.is_ok() { &mut self.sent } else { &mut self.failed } += 1;
        opened
    }
}

impl Drop for Release {
    /// However the read ends, the log learns how many numbers were handed over.
    fn drop(&mut self) {
        if self.ask.dry_run || (self.sent, self.failed) == (0, 0) {
            return;
        }
        self.app.intents.conclude(Outcome {
            actor: self.ask.actor.clone(),
            org: self.ask.org,
            read: self.id,
            sent: self.sent,
            failed: self.failed,
        });
    }
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
    let mut view = audit::view_either(app, actor, org, needs).await?;
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
            NumberEvent::Activated { .. } | NumberEvent::Destroyed { .. } => {}
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

fn slices(mut wanted: Vec<Wanted>) -> VecDeque<Vec<Wanted>> {
    let mut slices = VecDeque::new();
    while wanted.len() > SLICE {
        let rest = wanted.split_off(SLICE);
        slices.push_back(std::mem::replace(&mut wanted, rest));
    }
    slices.push_back(wanted);
    slices
}

fn decide(app: &App, ask: &Ask, slice: &[Wanted]) -> Result<Asked> {
    let people = slice.iter().filter_map(|wanted| wanted.id).collect();
    app.intents.ask(Ask { people, ..ask.clone() })
}

async fn answer(asked: Result<Asked>) -> Result<Answer> {
    asked?.answer().await
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

/// A number that does not open is a defect or an attack. The caller gets nothing.
fn integrity(failure: IntegrityFailure) -> Error {
    tracing::error!("a sealed number does not open");
    Error::internal(failure)
}
