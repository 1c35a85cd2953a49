//! A new vault: its keys, its database and the first entries of its log. Nobody exists before it, and
//! no default password ever: it ends with two one-time tokens for two different people.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use azekura_core::audit::Digest;
use azekura_core::audit::event::{RosterEvent, VaultEvent};
use azekura_core::crypto::MasterKey;
use azekura_core::crypto::keyring::{Keyring, SealedMaster, SlotRandom};
use azekura_core::crypto::node_key::seal_node_key;
use azekura_core::crypto::passphrase::Cost;
use azekura_core::crypto::recovery::{self, SHARES, Share, ShareSet};
use azekura_core::crypto::signing::Signer;
use azekura_core::id::{UserId, VaultId, new_uuid};
use azekura_core::random::Rng;
use azekura_core::roster::{User, UserState};
use azekura_core::time::{Clock, Timestamp};
use data_encoding::BASE64;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::open::{self, SystemClock, SystemRng};
use crate::app::App;
use crate::auth::Actor;
use crate::auth::passwords::Profile;
use crate::keyfile::{StateDir, Tombstones};
use crate::service::intents::Queue;
use crate::service::keys::Keys;
use crate::service::{audit, certificates, enrolments, log};
use crate::store::{Open, Store};

/// Years a certificate key signs.
const CERTIFICATE_KEY_YEARS: i64 = 1;

/// What opens the new keyring.
pub enum Secret {
    /// 32 random bytes.
    Credential(Zeroizing<[u8; 32]>),
    /// What a person types.
    Passphrase(SecretString),
}

/// A new vault, ready to serve.
pub struct Founded {
    /// The vault.
    pub app: Arc<App>,
    /// The other end of its queue of reads.
    pub queue: Queue,
    /// What two people make their credentials with; shown once.
    pub tokens: [SecretString; 2],
    /// What a verifier has to know beforehand.
    pub trust: Value,
}

/// The keys of a vault that is being made. They are in memory only.
pub(super) struct NewKeys {
    keyring: Keyring,
    master: MasterKey,
    log_seed: Zeroizing<[u8; 32]>,
}

/// What the first entries say.
pub(super) struct Opening {
    /// No grace before a purge, and never a production vault.
    pub(super) demo: bool,
    /// When.
    pub(super) at: Timestamp,
    /// Of the ceremony's transcript.
    pub(super) transcript_sha256: Digest,
    /// Two people who will make credentials of their own.
    pub(super) administrators: [Administrator; 2],
}

/// Somebody who will operate the vault.
pub(super) struct Administrator {
    /// The account.
    pub(super) id: UserId,
    /// What colleagues read.
    pub(super) display_name: String,
}

/// Makes a vault in `dir`, which must be empty or not there, without a ceremony: its keyring opens
/// with `secret` only.
pub async fn found(dir: &Path, secret: Secret, demo: bool) -> Result<Founded> {
    let state = empty(dir)?;
    let store = Store::open_sqlite(&state.path("vault.db"), Open::New).await?;
    found_on(state, store, secret, demo).await
}

/// The same on an empty store.
pub async fn found_on(
    state: StateDir,
    store: Store,
    secret: Secret,
    demo: bool,
) -> Result<Founded> {
    let keys = NewKeys::draw();
    let at = SystemClock.now();
    let trust = keys.trust(at, demo);
    let opening = Opening {
        demo,
        at,
        transcript_sha256: Digest::of(trust.to_string().as_bytes()),
        administrators: [
            Administrator::named(String::from("システム管理者 一")),
            Administrator::named(String::from("システム管理者 二")),
        ],
    };
    let file = keys.file(&[keys.slot(&secret)]);
    establish(state, store, keys, &file, opening).await
}

/// The folder for a new vault, without one in it.
pub(super) fn empty(dir: &Path) -> Result<StateDir> {
    let state = StateDir::create(dir)?;
    if state.path("keyring").exists() || state.path("vault.db").exists() {
        bail!("there is a vault in {} already", dir.display());
    }
    Ok(state)
}

/// Writes keyring, log key and the first entries. From here on the vault exists.
pub(super) async fn establish(
    state: StateDir,
    store: Store,
    keys: NewKeys,
    file: &[u8],
    opening: Opening,
) -> Result<Founded> {
    let trust = keys.trust(opening.at, opening.demo);
    let NewKeys { keyring, master, log_seed } = keys;
    state.replace("keyring", file)?;
    let node_key = seal_node_key(&master, keyring.vault, &log_seed, &bytes());
    state.replace("log.key", &node_key)?;
    store.establish(&keyring.row).await?;
    let tombstones = Tombstones::open(&state, &keyring.row)?;
    let (log_key, keys) = (Signer::from_seed(*log_seed), Keys::new(keyring, tombstones));
    let (app, queue) =
        open::app(store, keys, state, log_key, opening.demo, Profile::default()).await?;
    let tokens = begin(&app, opening).await?;
    log::checkpoint(&app).await?;
    Ok(Founded { app, queue, tokens, trust })
}

impl NewKeys {
    /// Random keys of a new vault.
    pub(super) fn draw() -> Self {
        let keyring = Keyring::generate(VaultId::from(fresh_uuid()), |out| SystemRng.fill(out));
        Self { keyring, master: MasterKey::from_random(*bytes::<32>()), log_seed: bytes() }
    }

    /// The vault they are of.
    pub(super) fn vault(&self) -> VaultId {
        self.keyring.vault
    }

    /// A slot that opens with `secret`.
    pub(super) fn slot(&self, secret: &Secret) -> SealedMaster {
        let (vault, random) = (self.keyring.vault, slot_random());
        match secret {
            Secret::Credential(credential) => {
                SealedMaster::for_credential(vault, &self.master, credential, &random)
            }
            Secret::Passphrase(passphrase) => SealedMaster::for_passphrase(
                vault,
                &self.master,
                passphrase,
                Cost::KEYRING,
                &random,
            ),
        }
    }

    /// A slot that opens with two of three shares, the set they are of, and the shares. The secret
    /// behind them is kept nowhere.
    pub(super) fn recovery(&self) -> (SealedMaster, ShareSet, [Share; SHARES]) {
        let (vault, random, secret) = (self.keyring.vault, slot_random(), bytes::<32>());
        let set = ShareSet::of(vault, Uuid::from_bytes(random.id));
        let shares = recovery::split(&secret, &bytes::<32>(), set);
        (SealedMaster::for_recovery(vault, &self.master, &secret, &random), set, shares)
    }

    /// The bytes of the keyring file with these slots.
    pub(super) fn file(&self, slots: &[SealedMaster]) -> Vec<u8> {
        self.keyring.encode(&self.master, slots, &bytes())
    }

    /// What a verifier has to know beforehand: the log's key and the certificate key.
    pub(super) fn trust(&self, from: Timestamp, demo: bool) -> Value {
        let public = self.keyring.certificate.signer().public_key();
        let origin = log::origin_of(self.keyring.vault);
        json!({
            "origin": origin,
            "log_keys": [{
                "name": origin,
                "key": BASE64.encode(&Signer::from_seed(*self.log_seed).public_key()),
            }],
            "certificate_keys": [{
                "kid": certificates::key_id(&public),
                "key": BASE64.encode(&public),
                "from": from,
                "until": last_day(from),
            }],
            "demo": demo,
        })
    }
}

impl Administrator {
    /// A new account.
    pub(super) fn named(display_name: String) -> Self {
        Self { id: UserId::from(fresh_uuid()), display_name }
    }
}

/// The first entries of the log: ceremony, keys, and two administrators without credentials.
async fn begin(app: &App, opening: Opening) -> Result<[SecretString; 2]> {
    let actor = Actor::operator();
    let mut journal = audit::begin_own(app, &actor, None).await?;
    let Opening { demo, transcript_sha256, administrators: [first, second], at } = opening;
    journal.append(VaultEvent::CeremonyCompleted { demo, transcript_sha256 })?;
    let public = app.keys.ring().certificate.signer().public_key();
    journal.append(VaultEvent::CertificateKeyCreated {
        from: at,
        key: BASE64.encode(&public),
        kid: certificates::key_id(&public),
        until: last_day(at),
    })?;
    journal.append(VaultEvent::EpochCreated { epoch: 1 })?;
    let first = invite(app, &mut journal, first).await?;
    let second = invite(app, &mut journal, second).await?;
    journal.commit().await?;
    Ok([first, second])
}

async fn invite(
    app: &App,
    journal: &mut audit::Journal<'_>,
    administrator: Administrator,
) -> Result<SecretString> {
    let Administrator { id, display_name } = administrator;
    journal.append(RosterEvent::UserEnabled { change: None, user: id })?;
    let user = User {
        id,
        display_name,
        staff_ref: None,
        administrator: true,
        state: UserState::Invited,
        last_day: None,
        created_at: journal.at(),
    };
    journal.insert(user).await?;
    let (token, _) = enrolments::issue(app, journal, app.new_id(), id).await?;
    Ok(token)
}

fn last_day(from: Timestamp) -> Timestamp {
    from.plus_millis(CERTIFICATE_KEY_YEARS * 366 * 86_400_000)
}

fn slot_random() -> SlotRandom {
    SlotRandom { id: *bytes(), kdf_salt: *bytes(), salt: *bytes() }
}

fn fresh_uuid() -> Uuid {
    new_uuid(SystemClock.now(), *bytes())
}

/// Random bytes.
pub(super) fn bytes<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRng.fill(&mut *bytes);
    bytes
}
