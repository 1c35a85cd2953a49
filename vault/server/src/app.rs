//! The vault at work: store, keys, clock, randomness, and what is kept in memory between requests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use azekura_core::crypto::signing::Signer;
use azekura_core::id::new_uuid;
use azekura_core::random::Rng;
use azekura_core::time::{Clock, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::auth::hashing::Hashing;
use crate::auth::passwords::Profile;
use crate::auth::sources::Sources;
use crate::keyfile::StateDir;
use crate::service::Result;
use crate::service::activity::Activity;
use crate::service::attempts::{BEAT, Locked};
use crate::service::integrity::Integrity;
use crate::service::intents::Intents;
use crate::service::keys::Keys;
use crate::service::recent::Recent;
use crate::service::refusals::Refusals;
use crate::store::authority::{self, Authority};
use crate::store::ledger::Shared;
use crate::store::{Commit, Reading, Store, Write};

/// Everything a use case needs. One per process.
pub struct App {
    /// The database.
    pub store: Store,
    /// The keyring at work.
    pub keys: Keys,
    /// The files beside the database.
    pub state: StateDir,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub rng: Arc<dyn Rng>,
    /// Signs checkpoints.
    pub log_key: Signer,
    /// How this node is named in the log.
    pub node: String,
    /// A vault made by `demo`: no grace before a purge, said on every certificate.
    pub demo: bool,
    /// When users last acted.
    pub activity: Activity,
    /// Reads that wait for their intent.
    pub intents: Intents,
    /// People that were read and have not changed since.
    pub recent: Recent,
    /// Fires when a purge was approved, so that the job need not wait for its minute.
    pub approved: Notify,
    /// What this process last left in the database.
    pub ledger: Shared,
    /// Refusals that are not written yet.
    pub refusals: Refusals,
    /// What was found changed outside the vault, by name.
    pub integrity: Integrity,
    /// Password hashes, few at a time.
    pub hashing: Hashing,
    /// The rules that passwords follow.
    pub passwords: Profile,
    /// How often one address may try to sign in.
    pub sources: Sources,
    /// Guesses at locked accounts that are not in the log yet.
    pub locked: Locked,
    /// Whoever fails to sign in is answered on this beat.
    pub beat: Duration,
    authority: RwLock<Arc<Authority>>,
    last_id: Mutex<Timestamp>,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// See [`App::store`].
    pub store: Store,
    /// See [`App::keys`].
    pub keys: Keys,
    /// See [`App::state`].
    pub state: StateDir,
    /// See [`App::clock`].
    pub clock: Arc<dyn Clock>,
    /// See [`App::rng`].
    pub rng: Arc<dyn Rng>,
    /// See [`App::log_key`].
    pub log_key: Signer,
    /// See [`App::node`].
    pub node: String,
    /// See [`App::demo`].
    pub demo: bool,
    /// See [`App::passwords`].
    pub passwords: Profile,
}

impl App {
    /// Loads and verifies who may do what.
    ///
    /// # Errors
    ///
    /// If a row or table of rights is not as the vault wrote it.
    pub async fn new(parts: Parts, intents: Intents) -> Result<Self> {
        let Parts { store, keys, state, clock, rng, log_key, node, demo, passwords } = parts;
        let (authority, ledger) = {
            let mut reading = store.read(&keys.ring().row).await?;
            (Authority::load(&mut reading).await?, Shared::load(&mut reading).await?)
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            store,
            keys,
            state,
            clock,
            rng,
            log_key,
            node,
            demo,
            activity: Activity::default(),
            intents,
            recent: Recent::default(),
            approved: Notify::new(),
            ledger,
            refusals: Refusals::default(),
            integrity: Integrity::default(),
            hashing: Hashing::for_cores(cores),
            passwords,
            sources: Sources::default(),
            locked: Locked::default(),
            beat: BEAT,
            authority: RwLock::new(Arc::new(authority)),
            last_id: Mutex::new(Timestamp::from_millis(0)),
        })
    }

    /// A new `UUIDv7`; later ones sort after earlier ones even if the clock stands still or goes
    /// back, so that lists keep their order.
    pub fn new_uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.rng.fill(&mut random);
        let mut last = lock(&self.last_id);
        *last = self.clock.now().max(last.plus_millis(1));
        new_uuid(*last, random)
    }

    /// A new id of any kind.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.new_uuid().into()
    }

    /// Who may do what, as of the last commit of this process.
    pub fn authority(&self) -> Arc<Authority> {
        Arc::clone(&self.authority.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who may do what, as of the transaction that holds the head: reloaded only if a table of
    /// rights changed outside this process.
    ///
    /// # Errors
    ///
    /// If a table does not fit its seal; nobody has any right until it is restored.
    pub async fn authority_at(&self, write: &mut Write<'_>) -> Result<Arc<Authority>> {
        let known = self.authority();
        let stale = known.stale(write.seals());
        if stale.is_empty() {
            return Ok(known);
        }
        let seals = write.seals().clone();
        let fetched = authority::fetch(write.reading(), &seals, &stale).await?;
        let mut held = self.authority.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut held).renew(fetched);
        Ok(Arc::clone(&held))
    }

    /// Takes over what this process committed itself.
    pub fn took(&self, commit: &Commit) {
        self.recent.took(commit);
        if commit.authority.is_empty() {
            return;
        }
        let mut held = self.authority.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut held).apply(commit);
    }

    /// Reads of one moment.
    pub async fn reading(&self) -> Result<Reading<'_>> {
        Ok(self.store.read(&self.keys.ring().row).await?)
    }
}

/// A mutex whose holder panicked still protects a value that is whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
