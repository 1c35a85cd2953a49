//! Reads that wait together are decided, logged and fetched in one transaction. Nothing is opened
//! here: each caller gets its committed rows and opens them in its own task.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azekura_core::access::{self, Denial, Scope};
use azekura_core::audit::Digest;
use azekura_core::audit::event::{Decision, NumberEvent, PersonVersion, PurposeUse, Refusal};
use azekura_core::crypto::row::Table;
use azekura_core::id::{OrganisationId, PersonId, ReadId};
use azekura_core::time::CivilDate;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::admit::{self, Policies, Policy, Quotas, admit};
use super::audit::{self, Committed, Journal};
use super::recent::Recent;
use super::{Error, Result};
use crate::app::{App, lock};
use crate::auth::Actor;
use crate::store::bulk::{self, Current};
use crate::store::idempotency::{self, Answered};
use crate::store::verify;

/// At most this many asks share one transaction; more gained nothing and lengthened the commit.
const GROUP: usize = 256;
/// Asks that may wait; beyond that the vault says that it is busy.
const WAITING: usize = 4_096;
/// People in one entry of the log.
const PEOPLE_PER_ENTRY: usize = 100;
/// An outcome is written at the latest after this long.
const OUTCOMES_EVERY: Duration = Duration::from_secs(1);

/// One slice of a read that asks to be let through.
#[derive(Clone)]
pub struct Ask {
    /// Who asks.
    pub actor: Actor,
    /// In which organisation.
    pub org: OrganisationId,
    /// The read it is part of.
    pub read: ReadId,
    /// What is asked of each person.
    pub ask: access::Ask,
    /// Purpose, period, reference and destination, as the log has them.
    pub purpose: PurposeUse,
    /// Only tells who would be refused.
    pub dry_run: bool,
    /// Whose numbers; at most a slice.
    pub people: Vec<PersonId>,
    /// Numbers charged to a program's quota with this slice.
    pub charge: u32,
}

/// What became of one person of an ask.
pub struct Decided {
    /// The person and the sealed number; none if there is no such person.
    pub current: Option<Arc<Current>>,
    /// Why the number is not released, if it is not.
    pub denial: Option<Denial>,
}

/// The durable decisions on one ask.
pub struct Answer {
    /// Proof that they are in the log.
    pub committed: Committed,
    /// One decision for each person of the ask, in its order.
    pub people: Vec<Decided>,
}

/// An ask in the queue.
pub struct Asked(oneshot::Receiver<Result<Answer>>);

/// The queue of asks, and the outcomes that wait for the next group.
pub struct Intents {
    waiting: mpsc::Sender<Waiting>,
    outcomes: Mutex<Vec<Outcome>>,
}

/// The end of the queue that [`serve`] takes from.
pub struct Queue(mpsc::Receiver<Waiting>);

/// An ask and where its answer goes.
struct Waiting {
    ask: Ask,
    reply: oneshot::Sender<Result<Answer>>,
}

/// How a read ended: numbers handed to the socket, and numbers that did not open.
pub struct Outcome {
    /// Who asked.
    pub actor: Actor,
    /// In which organisation.
    pub org: OrganisationId,
    /// Which read.
    pub read: ReadId,
    /// Handed over.
    pub sent: u32,
    /// Not opened.
    pub failed: u32,
}

impl Intents {
    /// An empty queue and its other end.
    pub fn new() -> (Self, Queue) {
        let (waiting, queue) = mpsc::channel(WAITING);
        (Self { waiting, outcomes: Mutex::default() }, Queue(queue))
    }

    /// Puts `ask` into the queue.
    ///
    /// # Errors
    ///
    /// [`Error::TooBusy`].
    pub fn ask(&self, ask: Ask) -> Result<Asked> {
        let (reply, answer) = oneshot::channel();
        self.waiting.try_send(Waiting { ask, reply }).map_err(|_| Error::TooBusy)?;
        Ok(Asked(answer))
    }

    /// Notes how a read ended; it is written with the next group.
    pub fn conclude(&self, outcome: Outcome) {
        lock(&self.outcomes).push(outcome);
    }
}

impl Asked {
    /// Waits for the durable decisions.
    ///
    /// # Errors
    ///
    /// The refusal of the call as a whole; [`Error::AuditUnavailable`].
    pub async fn answer(self) -> Result<Answer> {
        self.0.await.map_err(|_| Error::AuditUnavailable(None))?
    }
}

/// Serves waiting asks, a group at a time, until `stop`; then writes the last outcomes.
pub async fn serve(app: Arc<App>, queue: Queue, stop: CancellationToken) {
    let Queue(mut waiting) = queue;
    let mut tick = tokio::time::interval(OUTCOMES_EVERY);
    let mut group = Vec::with_capacity(GROUP);
    loop {
        tokio::select! {
            biased;
            taken = waiting.recv_many(&mut group, GROUP) => if taken == 0 { break },
            _ = tick.tick() => {},
            () = stop.cancelled() => {
                waiting.close();
                if waiting.is_empty() { break }
            },
        }
        settle(&app, &mut group).await;
    }
    settle(&app, &mut group).await;
}

/// Answers a group. If its transaction fails, nobody in it gets anything.
async fn settle(app: &App, group: &mut Vec<Waiting>) {
    let outcomes = std::mem::take(&mut *lock(&app.intents.outcomes));
    if group.is_empty() && outcomes.is_empty() {
        return;
    }
    let asks: Vec<&Ask> = group.iter().map(|waiting| &waiting.ask).collect();
    match decide(app, &asks, &outcomes).await {
        Ok(answers) => {
            for (waiting, answer) in group.drain(..).zip(answers) {
                // Whoever hung up meanwhile is in the log all the same.
                waiting.reply.send(answer).ok();
            }
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "reads not logged");
            lock(&app.intents.outcomes).extend(outcomes);
            for waiting in group.drain(..) {
                waiting.reply.send(Err(Error::AuditUnavailable(None))).ok();
            }
        }
    }
}

/// Decides each ask against what the log head vouches for, logs every decision, commits.
async fn decide(app: &App, asks: &[&Ask], outcomes: &[Outcome]) -> Result<Vec<Result<Answer>>> {
    let own = Actor::job("intents");
    let mut journal = audit::begin_own(app, &own, None).await?;
    for Outcome { actor, org, read, sent, failed } in outcomes {
        let outcome = NumberEvent::ReleaseOutcome { read: *read, sent: *sent, failed: *failed };
        journal.append_as(actor, Some(*org), Some("use"), outcome)?;
    }
    let known = fetch(&mut journal, &app.recent, asks).await?;
    let mut quotas = Quotas::fetch(&mut journal, asks).await?;
    let today = journal.at().tokyo_date();
    let mut policies = Policies::default();
    let mut decided = Vec::with_capacity(asks.len());
    for ask in asks {
        let admitted = admit(&mut journal, &mut policies, &mut quotas, ask)?;
        decided.push(match admitted {
            Ok(policy) => match log_decisions(&mut journal, ask, &policy, &known, today) {
                // What was changed about one person stops whoever asks for them, and nobody else.
                Err(changed @ Error::ChangedOutside { .. }) => {
                    admit::refused(&mut journal, ask, "changed-outside")?;
                    Err(changed)
                }
                decided => {
                    let people = decided?;
                    if ask.charge > 0 && beyond_grant(&people) {
                        quotas.refuse(&journal, ask);
                    }
                    Ok(people)
                }
            },
            Err(refusal) => Err(refusal),
        });
    }
    quotas.save(&mut journal).await?;
    keep_keys(&mut journal, asks, &decided).await?;
    let committed = journal.commit().await?;
    Ok(decided
        .into_iter()
        .map(|decided| decided.map(|people| Answer { committed: committed.clone(), people }))
        .collect())
}

/// What was found of each person; nothing where the row was not the vault's.
type Known = HashMap<(OrganisationId, PersonId), Option<Arc<Current>>>;

/// The rows of everyone in the group: those held in memory, then one fetch an organisation.
async fn fetch(journal: &mut Journal<'_>, recent: &Recent, asks: &[&Ask]) -> Result<Known> {
    let mut wanted: BTreeMap<OrganisationId, Vec<PersonId>> = BTreeMap::new();
    for ask in asks {
        wanted.entry(ask.org).or_default().extend(&ask.people);
    }
    let mut known = Known::new();
    for (org, mut ids) in wanted {
        ids.sort_unstable();
        ids.dedup();
        let held = recent.of(journal.seals(), org, &ids)?;
        let (mut missing, mut fetched) = (Vec::new(), Vec::new());
        for (id, current) in ids.into_iter().zip(held) {
            match current {
                Some(current) => drop(known.insert((org, id), Some(current))),
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            fetched = bulk::current(journal.reading(), org, &missing).await?;
        }
        recent.hold(org, fetched.iter().filter_map(|(_, current)| current.as_ref().ok()));
        known.extend(fetched.into_iter().map(|(id, current)| ((org, id), current.ok())));
    }
    Ok(known)
}

fn log_decisions(
    journal: &mut Journal<'_>,
    ask: &Ask,
    policy: &Policy,
    known: &Known,
    today: CivilDate,
) -> Result<Vec<Decided>> {
    let mut people = Vec::with_capacity(ask.people.len());
    let mut intents: BTreeMap<&'static str, Vec<PersonVersion>> = BTreeMap::new();
    let mut refusals: BTreeMap<Denial, Vec<PersonId>> = BTreeMap::new();
    for id in &ask.people {
        let current = match known.get(&(ask.org, *id)) {
            Some(Some(current)) => Some(Arc::clone(current)),
            Some(None) => return Err(Error::ChangedOutside { what: verify::name(Table::Person) }),
            None => None,
        };
        let allowed = current.as_deref().ok_or(Denial::NotFound);
        let allowed = allowed.and_then(|current| one(ask, &policy.scope, current, today));
        let denial = match allowed {
            Ok((rule, version)) => {
                intents.entry(rule).or_default().push(version);
                None
            }
            Err(denial) => {
                refusals.entry(denial).or_default().push(*id);
                Some(denial)
            }
        };
        people.push(Decided { current, denial });
    }
    for (rule, allowed) in intents {
        for some in allowed.chunks(PEOPLE_PER_ENTRY) {
            let intent = intent(ask, policy.digest, rule, some);
            journal.append_as(&ask.actor, Some(ask.org), Some("use"), intent)?;
        }
    }
    for (denial, refused) in refusals {
        for some in refused.chunks(PEOPLE_PER_ENTRY) {
            let refused = vec![Refusal { code: denial.code().into(), people: some.to_vec() }];
            let (purpose, read) = (ask.purpose.clone(), ask.read);
            let refused = NumberEvent::ReleaseRefused { purpose, read, refused };
            journal.append_as(&ask.actor, Some(ask.org), Some("use"), refused)?;
        }
    }
    Ok(people)
}

/// The rule by which one number is released, and which version of it.
fn one(
    ask: &Ask,
    scope: &Scope,
    current: &Current,
    today: CivilDate,
) -> std::result::Result<(&'static str, PersonVersion), Denial> {
    let allowed = access::decide(ask.ask, scope, &current.grounds, today)?;
    // The grounds may name a slot in which nothing lies.
    current.number.as_ref().ok_or(Denial::NoNumber)?;
    let version = PersonVersion { person: current.grounds.person, version: allowed.version };
    Ok((allowed.rule, version))
}

/// Whether a call asked for something outside the caller's scope. Told of a program's first slice,
/// so that one call counts once.
fn beyond_grant(people: &[Decided]) -> bool {
    people.iter().any(|one| one.denial == Some(Denial::OutsideScope))
}

fn intent(ask: &Ask, policy: Digest, rule: &str, people: &[PersonVersion]) -> NumberEvent {
    let dec = Decision { policy, rule: String::from(rule), v: String::from("allow") };
    NumberEvent::ReleaseIntent {
        dec,
        dry_run: ask.dry_run,
        people: people.to_vec(),
        purpose: ask.purpose.clone(),
        read: ask.read,
    }
}

/// Keeps the read id under the request's key, so that a repeated request reads under the same id.
async fn keep_keys<T>(
    journal: &mut Journal<'_>,
    asks: &[&Ask],
    decided: &[Result<T>],
) -> Result<()> {
    for (ask, decided) in asks.iter().zip(decided) {
        let (Some(once), Some(actor), true) = (&ask.actor.once, ask.actor.uuid(), decided.is_ok())
        else {
            continue;
        };
        if idempotency::find(journal.reading(), actor, &once.key).await?.is_some() {
            continue;
        }
        let answered = Answered {
            actor,
            key: once.key.clone(),
            route: once.route.clone(),
            fingerprint: once.fingerprint.to_vec(),
            status: 200,
            body: ask.read.to_string().into_bytes(),
            at: journal.at(),
        };
        idempotency::insert(journal.write(), &answered).await.map_err(Error::unlogged)?;
    }
    Ok(())
}
