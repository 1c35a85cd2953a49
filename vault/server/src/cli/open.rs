//! Opening a vault: files, keys, database, and what must fit together before anything is served.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use azekura_core::audit::Entry;
use azekura_core::audit::event::{Event, NumberEvent, VaultEvent};
use azekura_core::crypto::keyring::{Keyring, Opened, Unlock};
use azekura_core::crypto::node_key::open_node_key;
use azekura_core::crypto::signing::Signer;
use azekura_core::id::SlotId;
use azekura_core::random::Rng;
use azekura_core::time::{Clock, Timestamp};
use data_encoding::HEXLOWER;

use crate::app::{App, Parts};
use crate::auth::passwords::Profile;
use crate::config::Config;
use crate::keyfile::{StateDir, Tombstones};
use crate::service::integrity;
use crate::service::intents::{Intents, Queue};
use crate::service::keys::Keys;
use crate::store::tree::{self, Fault};
use crate::store::{Open, Store, audit};

/// The machine's clock.
pub(crate) struct SystemClock;

/// The operating system's random numbers.
pub(crate) struct SystemRng;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock that the others stand for")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let ms = since.map_or(0, |since| since.as_millis());
        Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the kernel gives random bytes once it has booted");
    }
}

/// The vault of `config`, opened with its unlock secret, and the other end of its queue of reads.
///
/// # Errors
///
/// If keys, database and what this node signed do not fit together.
pub async fn open(config: &Config, unlock: &Unlock) -> Result<(Arc<App>, Queue)> {
    let state = StateDir::open(&config.data_dir)?;
    let bytes = state.read("keyring")?.context("there is no keyring here; run azekura init")?;
    let Opened { keyring, master, .. } = Keyring::decode(&bytes, unlock)?;
    let sealed = state.read("log.key")?.context("there is no log key here")?;
    let seed = open_node_key(&master, keyring.vault, &sealed).context("open the log key")?;
    let store = Store::open_sqlite(&state.path("vault.db"), Open::Existing).await?;
    let tombstones = Tombstones::open(&state, &keyring.row)?;
    check_log(&store, &keyring, &state).await?;
    bury_again(&store, &keyring, &state, &tombstones).await?;
    let demo = is_demo(&store, &keyring).await?;
    let keys = Keys::new(keyring, tombstones);
    app(store, keys, state, Signer::from_seed(*seed), demo, config.passwords).await
}

/// Puts an [`App`] together from opened parts.
pub(super) async fn app(
    store: Store,
    keys: Keys,
    state: StateDir,
    log_key: Signer,
    demo: bool,
    passwords: Profile,
) -> Result<(Arc<App>, Queue)> {
    let (intents, queue) = Intents::new();
    let parts = Parts {
        store,
        keys,
        state,
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        log_key,
        node: String::from("n1"),
        demo,
        passwords,
    };
    let app = App::new(parts, intents).await?;
    integrity::warn_of_unfit(&app).await?;
    Ok((Arc::new(app), queue))
}

/// The database must hold the log that its head names, and at least what this node signed. Tables that
/// do not fit their seals give nobody anything; they are named once the vault runs.
async fn check_log(store: &Store, keyring: &Keyring, state: &StateDir) -> Result<()> {
    let mut reading = store.read(&keyring.row).await?;
    let head = audit::head(&mut reading).await?;
    if let Some(anchor) = state.anchor()? {
        let same_size = anchor.size == head.size();
        if anchor.size > head.size() || (same_size && anchor.root != HEXLOWER.encode(&head.root()))
        {
            bail!(
                "the database is older than, or other than, what this node signed \
                 ({} entries then, {} now); docs/changed-outside.md says what can be put back",
                anchor.size,
                head.size()
            );
        }
    }
    if let Some(Fault::Lines { from, until }) =
        tree::verify_log(&mut reading, &integrity::signed(state)?).await?
    {
        bail!(
            "entries {from} to {} of the log are not those that were written; \
             docs/changed-outside.md says what can be put back",
            until.saturating_sub(1)
        );
    }
    Ok(())
}

/// Buries the slots that the log says were destroyed since the last checkpoint: a crash between the
/// commit and the tombstones loses nothing.
async fn bury_again(
    store: &Store,
    keyring: &Keyring,
    state: &StateDir,
    tombstones: &Tombstones,
) -> Result<()> {
    let mut seq = state.anchor()?.map_or(0, |anchor| anchor.size);
    let mut reading = store.read(&keyring.row).await?;
    let mut slots: Vec<SlotId> = Vec::new();
    loop {
        let page = audit::entries(&mut reading, seq, 1_000).await?;
        let Some(last) = page.last().map(|leaf| leaf.seq) else { break };
        for leaf in &page {
            let entry = Entry::from_leaf(&leaf.leaf)?;
            if let Event::Number(NumberEvent::Destroyed { slot, .. }) = entry.event {
                slots.push(slot);
            }
        }
        seq = last + 1;
    }
    Ok(tombstones.bury(&keyring.row, &slots)?)
}

/// What the ceremony's entry says; it cannot be changed without changing the log.
async fn is_demo(store: &Store, keyring: &Keyring) -> Result<bool> {
    let mut reading = store.read(&keyring.row).await?;
    let first = audit::entries(&mut reading, 0, 1).await?;
    let first = first.first().context("the log has no ceremony; run azekura init")?;
    let event = Entry::from_leaf(&first.leaf)?.event;
    let Event::Vault(VaultEvent::CeremonyCompleted { demo, .. }) = event else {
        bail!("the log does not begin with a ceremony");
    };
    Ok(demo)
}
