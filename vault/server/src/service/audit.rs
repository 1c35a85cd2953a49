//! The log at work: every write goes through [`begin`], which locks the head of the log, checks the
//! caller's right against what the head vouches for, and commits the entries with the effect.

use std::sync::Arc;

use azekura_core::access::Denial;
use azekura_core::audit::Entry;
use azekura_core::audit::event::{AccessEvent, Event};
use azekura_core::id::OrganisationId;
use azekura_core::time::Timestamp;

use super::rights::Refusal;
use super::{Error, Result, rights, stops};
use crate::app::App;
use crate::auth::{Actor, Made, Permission, Who};
use crate::store::authority::Authority;
use crate::store::head::Seals;
use crate::store::idempotency::{self, Answered};
use crate::store::sealed::Removable;
use crate::store::{self, Kept, Reading, Sealed, Write};

/// Proof that the entries of a transaction are durable. Only a commit makes one, and without one
/// nothing is decrypted.
#[derive(Clone)]
pub struct Committed(());

/// A write under way: it holds the head of the log until it commits or is dropped.
pub struct Journal<'a> {
    app: &'a App,
    actor: &'a Actor,
    org: Option<OrganisationId>,
    cap: Option<&'static str>,
    at: Timestamp,
    authority: Arc<Authority>,
    write: Write<'a>,
}

/// Starts a use case that writes in `org` (or in the vault as a whole), if `actor` has the right.
///
/// # Errors
///
/// The refusal, which is then in the log; [`Error::AuditUnavailable`] if the log cannot be locked.
pub async fn begin<'a>(
    app: &'a App,
    actor: &'a Actor,
    org: Option<OrganisationId>,
    need: Permission,
) -> Result<Journal<'a>> {
    let mut journal = open(app, actor, org, need.as_logged()).await?;
    match rights::check(&journal.authority, actor, org, need, journal.at) {
        Ok(()) => {
            journal.once().await?;
            Ok(journal)
        }
        Err(refusal) => {
            journal.append(AccessEvent::Refused {
                code: String::from(refusal.code()),
                count: 1,
                route: format!("{need:?}").to_lowercase(),
            })?;
            let error = rights::explained(refusal, &journal.authority, org, journal.at);
            stops::count(&mut journal, actor).await?;
            journal.commit().await?;
            Err(error)
        }
    }
}

/// Starts a write of the vault itself: a job, the operator, or somebody who proves themself in this
/// very call. It grants nothing to anyone by itself.
pub async fn begin_own<'a>(
    app: &'a App,
    actor: &'a Actor,
    org: Option<OrganisationId>,
) -> Result<Journal<'a>> {
    open(app, actor, org, None).await
}

async fn open<'a>(
    app: &'a App,
    actor: &'a Actor,
    org: Option<OrganisationId>,
    cap: Option<&'static str>,
) -> Result<Journal<'a>> {
    let ledger = app.ledger.hold().await.map_err(Error::unlogged)?;
    let write = app.store.begin_held(&app.keys.ring().row, ledger).await;
    let mut write = write.map_err(Error::unlogged)?;
    let authority = app.authority_at(&mut write).await?;
    Ok(Journal { app, actor, org, cap, at: app.clock.now(), authority, write })
}

impl<'a> Journal<'a> {
    /// The instant all of this happens at.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Who may do what, as of this transaction.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Reads in this transaction.
    pub fn reading(&mut self) -> &mut Reading<'a> {
        self.write.reading()
    }

    /// The seals of all tables as this transaction found them.
    pub(super) fn seals(&self) -> &Seals {
        self.write.seals()
    }

    /// The rows and tables without a seal of their own.
    pub fn write(&mut self) -> &mut Write<'a> {
        &mut self.write
    }

    /// Adds an entry and gives its sequence number. Entries come before the rows they are about.
    pub fn append(&mut self, event: impl Into<Event>) -> Result<u64> {
        self.append_as(self.actor, self.org, self.cap, event)
    }

    /// Adds an entry of one organisation, where a job goes through several.
    pub fn append_in(
        &mut self,
        tenant: Option<OrganisationId>,
        event: impl Into<Event>,
    ) -> Result<u64> {
        self.append_as(self.actor, tenant, self.cap, event)
    }

    /// Adds an entry of one of several actors that share this transaction.
    pub(super) fn append_as(
        &mut self,
        actor: &Actor,
        tenant: Option<OrganisationId>,
        cap: Option<&'static str>,
        event: impl Into<Event>,
    ) -> Result<u64> {
        let entry = Entry {
            id: self.app.new_uuid(),
            seq: self.write.next_seq(),
            at: self.at,
            node: self.app.node.clone(),
            tenant,
            actor: actor.as_logged(cap),
            request: actor.request,
            ip: actor.ip,
            event: event.into(),
        };
        self.write.append(&entry).map_err(Error::from)
    }

    /// Adds a row.
    pub async fn insert<T: Sealed>(&mut self, value: T) -> Result<Kept<T>> {
        self.write.insert(value).await.map_err(Error::unlogged)
    }

    /// Replaces a row by its next version.
    pub async fn replace<T: Sealed>(&mut self, kept: &Kept<T>, value: T) -> Result<Kept<T>> {
        self.write.replace(kept, value).await.map_err(Error::unlogged)
    }

    /// Replaces a row by its next version, or adds it if there was none.
    pub async fn save<T: Sealed>(&mut self, kept: Option<&Kept<T>>, value: T) -> Result<Kept<T>> {
        match kept {
            Some(kept) => self.replace(kept, value).await,
            None => self.insert(value).await,
        }
    }

    /// Deletes a row.
    pub async fn remove<T: Removable>(&mut self, kept: Kept<T>) -> Result<()> {
        self.write.remove(kept).await.map_err(Error::unlogged)
    }

    /// Keeps the answer under the request's `Idempotency-Key`, if it has one, in this transaction.
    pub async fn answer(&mut self, made: Made<'_>) -> Result<()> {
        let (Some(once), Some(actor)) = (&self.actor.once, self.actor.uuid()) else {
            return Ok(());
        };
        let (status, body) = (once.render)(&made);
        let answered = Answered {
            actor,
            key: once.key.clone(),
            route: once.route.clone(),
            fingerprint: once.fingerprint.to_vec(),
            status,
            body,
            at: self.at,
        };
        idempotency::insert(&mut self.write, &answered).await.map_err(Error::unlogged)
    }

    /// Stops a request that was answered before.
    async fn once(&mut self) -> Result<()> {
        let (Some(once), Some(actor)) = (&self.actor.once, self.actor.uuid()) else {
            return Ok(());
        };
        let Some(first) = idempotency::find(self.write.reading(), actor, &once.key).await? else {
            return Ok(());
        };
        if first.route != once.route || first.fingerprint != once.fingerprint {
            return Err(Error::IdempotencyMismatch);
        }
        if first.status == 409 {
            return Err(Error::AlreadyDone { id: String::from_utf8_lossy(&first.body).into() });
        }
        Err(Error::Answered { status: first.status, body: first.body })
    }

    /// The sequence number of the next entry.
    pub fn next_seq(&self) -> u64 {
        self.write.next_seq()
    }

    /// Commits if anything was appended; otherwise nothing was done.
    pub async fn commit_if_logged(self) -> Result<()> {
        if self.write.next_seq() == self.write.size() {
            return Ok(());
        }
        self.commit().await.map(drop)
    }

    /// Commits: entries and effect are durable together, or neither is.
    pub async fn commit(self) -> Result<Committed> {
        let Self { app, write, authority, .. } = self;
        // The copy in memory is changed in place only while nobody else holds it.
        drop(authority);
        let commit = write.commit().await.map_err(Error::unlogged)?;
        app.took(&commit);
        Ok(Committed(()))
    }
}

/// Forgets answers that were kept for their day; says how many. Nothing sealed changes, so nothing
/// is logged.
pub async fn forget_answers(app: &App, actor: &Actor) -> Result<u64> {
    let mut journal = begin_own(app, actor, None).await?;
    let before = journal.at().plus_millis(-ANSWERS_KEPT_MS);
    let forgotten = idempotency::sweep(&mut journal.write, before).await?;
    journal.commit().await?;
    Ok(forgotten)
}

/// How long the answer to an `Idempotency-Key` is kept.
const ANSWERS_KEPT_MS: i64 = 24 * 3_600_000;

/// A transaction of somebody who looks, and changes nothing.
pub struct View<'a> {
    /// Who may do what.
    pub authority: Arc<Authority>,
    /// Reads of one moment.
    pub reading: Reading<'a>,
    /// When.
    pub at: Timestamp,
}

/// Starts to look at what either of two rights shows; the first one's refusal is not the last word.
pub async fn view_either<'a>(
    app: &'a App,
    actor: &Actor,
    org: Option<OrganisationId>,
    needs: [Permission; 2],
) -> Result<View<'a>> {
    let [first, second] = needs;
    let refused = rights::check(&app.authority(), actor, org, first, app.clock.now());
    let need = match refused {
        Err(Refusal::NotPermitted | Refusal::Access(_)) => second,
        Ok(()) | Err(Refusal::NotFound | Refusal::Unauthenticated) => first,
    };
    view(app, actor, org, need).await
}

/// Starts to look at what `actor` may see of `org`.
///
/// # Errors
///
/// The refusal. That of a program is logged and counted, as if it had wanted to write.
pub async fn view<'a>(
    app: &'a App,
    actor: &Actor,
    org: Option<OrganisationId>,
    need: Permission,
) -> Result<View<'a>> {
    let (authority, at) = (app.authority(), app.clock.now());
    if let Err(refusal) = rights::check(&authority, actor, org, need, at) {
        if let Who::Client { .. } = actor.who {
            drop(begin(app, actor, org, need).await?);
        }
        return Err(rights::explained(refusal, &authority, org, at));
    }
    let reading = app.store.read(&app.keys.ring().row).await?;
    Ok(View { authority, reading, at })
}

impl Error {
    /// What a failed write means: a duplicate is the caller's, a changed row has a name, everything
    /// else means that the log could not be written, so nothing was released or changed.
    pub fn unlogged(error: store::Error) -> Self {
        if let Some(own) = Self::by_name(&error) {
            return own;
        }
        tracing::error!(error = &error as &dyn std::error::Error, "audit unavailable");
        Self::AuditUnavailable(Some(Box::new(error)))
    }

    fn by_name(error: &store::Error) -> Option<Self> {
        if let store::Error::Duplicate { what } = *error {
            return Some(Self::Duplicate { what });
        }
        if let store::Error::Forged { what } = *error {
            return Some(Self::ChangedOutside { what });
        }
        matches!(error, store::Error::Stale { .. }).then_some(Self::Stale)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if matches!(error, store::Error::Busy) {
            return Self::TooBusy;
        }
        Self::by_name(&error).unwrap_or_else(|| Self::internal(error))
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        Self::Access(denial)
    }
}
