//! `init`: a new vault. Nobody exists before it, and no default password ever: it ends with two
//! one-time tokens for two different people.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azekura_core::audit::Digest;
use azekura_core::audit::event::{RosterEvent, VaultEvent};
use azekura_core::crypto::MasterKey;
use azekura_core::crypto::keyring::{Keyring, SealedMaster, SlotRandom};
use azekura_core::crypto::node_key::seal_node_key;
use azekura_core::crypto::passphrase::Cost;
use azekura_core::crypto::signing::Signer;
use azekura_core::id::{UserId, VaultId, new_uuid};
use azekura_core::random::Rng;
use azekura_core::roster::{User, UserState};
use azekura_core::time::Clock;
use clap::Args;
use data_encoding::{BASE64, HEXLOWER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::open::{self, SystemClock, SystemRng};
use super::unlock;
use crate::app::App;
use crate::auth::Actor;
use crate::auth::passwords::Profile;
use crate::config::Options;
use crate::keyfile::{StateDir, Tombstones};
use crate::service::intents::Queue;
use crate::service::keys::Keys;
use crate::service::{audit, certificates, enrolments, log};
use crate::store::{Open, Store};

/// Years a certificate key signs.
const CERTIFICATE_KEY_YEARS: i64 = 1;

/// Make a new vault
#[derive(Args)]
pub struct Init {
    #[command(flatten)]
    options: Options,
    /// Where to write the trust file that verifiers need; keep a copy elsewhere
    #[arg(long, value_name = "FILE", default_value = "azekura-trust.json")]
    trust: PathBuf,
}

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

impl Init {
    /// Makes the vault and prints the two tokens.
    #[expect(clippy::print_stdout, reason = "the tokens are shown here and nowhere else")]
    pub async fn run(self) -> Result<()> {
        let config = self.options.load()?;
        let secret = match &config.unlock_file {
            Some(path) if path.exists() => {
                let credential = unlock::credential(path)?;
                Secret::Credential(Zeroizing::new(*credential.expose_secret()))
            }
            Some(path) => Secret::Credential(new_credential(path)?),
            None => Secret::Passphrase(unlock::new_passphrase()?),
        };
        let founded = found(&config.data_dir, secret, false).await?;
        let trust = serde_json::to_string_pretty(&founded.trust)?;
        std::fs::write(&self.trust, trust)
            .with_context(|| format!("write {}", self.trust.display()))?;
        println!("vault       {}", founded.app.keys.vault());
        println!("trust file  {}", self.trust.display());
        println!("Give one token to each of two people; each is good once, for 24 hours:");
        for token in &founded.tokens {
            println!("  {}", token.expose_secret());
        }
        Ok(())
    }
}

/// Makes a vault in `dir`, which must be empty or not there.
pub async fn found(dir: &Path, secret: Secret, demo: bool) -> Result<Founded> {
    let state = StateDir::create(dir)?;
    if state.path("keyring").exists() || state.path("vault.db").exists() {
        bail!("there is a vault in {} already", dir.display());
    }
    let store = Store::open_sqlite(&state.path("vault.db"), Open::New).await?;
    found_on(state, store, secret, demo).await
}

/// Makes a vault on an empty store.
pub async fn found_on(
    state: StateDir,
    store: Store,
    secret: Secret,
    demo: bool,
) -> Result<Founded> {
    let rng = SystemRng;
    let mut random = [0; 10];
    rng.fill(&mut random);
    let vault = VaultId::from(new_uuid(SystemClock.now(), random));
    let keyring = Keyring::generate(vault, |out| rng.fill(out));
    let log_key = write_keys(&state, &keyring, secret)?;
    store.establish(&keyring.row).await?;
    let tombstones = Tombstones::open(&state, &keyring.row)?;
    let keys = Keys::new(keyring, tombstones);
    let (app, queue) = open::app(store, keys, state, log_key, demo, Profile::default()).await?;
    let trust = trust(&app);
    let tokens = begin(&app, &trust).await?;
    log::checkpoint(&app).await?;
    Ok(Founded { app, queue, tokens, trust })
}

/// Writes keyring and log key; each is whole or not there.
fn write_keys(state: &StateDir, keyring: &Keyring, secret: Secret) -> Result<Signer> {
    let master = MasterKey::from_random(*bytes::<32>());
    let random = SlotRandom { id: *bytes(), kdf_salt: *bytes(), salt: *bytes() };
    let slot = match secret {
        Secret::Credential(credential) => {
            SealedMaster::for_credential(keyring.vault, &master, &credential, &random)
        }
        Secret::Passphrase(passphrase) => SealedMaster::for_passphrase(
            keyring.vault,
            &master,
            &passphrase,
            Cost::KEYRING,
            &random,
        ),
    };
    state.replace("keyring", &keyring.encode(&master, &[slot], &bytes()))?;
    let seed = bytes::<32>();
    state.replace("log.key", &seal_node_key(&master, keyring.vault, &seed, &bytes()))?;
    Ok(Signer::from_seed(*seed))
}

/// The first entries of the log: ceremony, keys, and two administrators without credentials.
async fn begin(app: &App, trust: &Value) -> Result<[SecretString; 2]> {
    let actor = Actor::operator();
    let mut journal = audit::begin_own(app, &actor, None).await?;
    let transcript_sha256 = Digest::of(trust.to_string().as_bytes());
    journal.append(VaultEvent::CeremonyCompleted { demo: app.demo, transcript_sha256 })?;
    let public = app.keys.ring().certificate.signer().public_key();
    journal.append(VaultEvent::CertificateKeyCreated {
        from: journal.at(),
        key: BASE64.encode(&public),
        kid: certificates::key_id(&public),
        until: journal.at().plus_millis(CERTIFICATE_KEY_YEARS * 366 * 86_400_000),
    })?;
    journal.append(VaultEvent::EpochCreated { epoch: 1 })?;
    let first = administrator(app, &mut journal, "システム管理者 一").await?;
    let second = administrator(app, &mut journal, "システム管理者 二").await?;
    journal.commit().await?;
    Ok([first, second])
}

async fn administrator(
    app: &App,
    journal: &mut audit::Journal<'_>,
    display_name: &str,
) -> Result<SecretString> {
    let id: UserId = app.new_id();
    journal.append(RosterEvent::UserEnabled { change: None, user: id })?;
    let user = User {
        id,
        display_name: String::from(display_name),
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

/// What a verifier has to know beforehand: the log's key and the certificate key.
pub fn trust(app: &App) -> Value {
    let public = app.keys.ring().certificate.signer().public_key();
    let (from, origin) = (app.clock.now(), log::origin(app));
    let until = from.plus_millis(CERTIFICATE_KEY_YEARS * 366 * 86_400_000);
    json!({
        "origin": origin,
        "log_keys": [{ "name": origin, "key": BASE64.encode(&app.log_key.public_key()) }],
        "certificate_keys": [{
            "kid": certificates::key_id(&public),
            "key": BASE64.encode(&public),
            "from": from,
            "until": until,
        }],
        "demo": app.demo,
    })
}

/// A new credential file, readable by its owner only.
fn new_credential(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let secret = bytes::<32>();
    let hex = Zeroizing::new(HEXLOWER.encode(&*secret));
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("make the credential {}", path.display()))?;
    file.write_all(hex.as_bytes())?;
    file.sync_all()?;
    Ok(secret)
}

fn bytes<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRng.fill(&mut *bytes);
    bytes
}
