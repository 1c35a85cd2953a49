//! Guesses at a password or code: counted before they are looked at, in a transaction of their own.

use azekura_core::audit::event::AccessEvent;
use azekura_core::crypto::passphrase;
use azekura_core::id::UserId;
use azekura_core::roster::{Credential, Rank};
use secrecy::SecretString;
use uuid::Uuid;

use super::audit::{self, Journal};
use super::{Result, rights};
use crate::app::App;
use crate::auth::Actor;
use crate::auth::credentials::Lockout;
use crate::auth::hashing::Turn;
use crate::store::accounts;

/// A hash of nothing: no password is known to give it.
const DECOY: &str = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Counts one guess at the account of `login`; `None` if there is none, or if it is locked.
pub(super) async fn count(app: &App, actor: &Actor, login: &str) -> Result<Option<Credential>> {
    let mut journal = audit::begin_own(app, actor, None).await?;
    let Some(kept) = accounts::credential_by_login(journal.reading(), login).await? else {
        refuse(&mut journal, None, "unknown")?;
        journal.commit().await?;
        return Ok(None);
    };
    let rank = rights::rank(journal.authority(), kept.user, journal.at().tokyo_date());
    let Some(counted) = Lockout::of(rank).attempt(&kept, journal.at()) else {
        refuse(&mut journal, Some(kept.user), "locked")?;
        journal.commit().await?;
        return Ok(None);
    };
    journal.append(AccessEvent::SessionAttempted { user: kept.user })?;
    let counted = journal.replace(&kept, counted).await?;
    journal.commit().await?;
    Ok(Some((*counted).clone()))
}

/// Whether the password is that of the credential; costs one hash.
pub(super) async fn verify(
    app: &App,
    turn: Turn<'_>,
    credential: &Credential,
    password: &SecretString,
) -> Result<bool> {
    let pepper = &app.keys.ring().password;
    let fits =
        |space: &mut _| passphrase::verify_password(space, pepper, password, &credential.password);
    Ok(turn.run(fits).await?)
}

/// The entry of a guess that failed.
pub(super) fn refuse(journal: &mut Journal<'_>, user: Option<UserId>, reason: &str) -> Result<u64> {
    let reason = String::from(reason);
    journal.append(AccessEvent::SessionRefused { count: 1, reason, user })
}

/// A credential that no password fits, so that an unknown login costs the same work.
pub(super) fn decoy() -> Credential {
    Credential {
        user: UserId::from(Uuid::nil()),
        login: String::new(),
        password: String::from(DECOY),
        rank: Rank::General,
        changed_at: azekura_core::time::Timestamp::from_millis(0),
        earlier: Vec::new(),
        totp: String::new(),
        totp_version: 0,
        last_step: 0,
        failures: 0,
        locked_until: None,
    }
}
