//! Guesses at a password or code: counted before they are looked at, in a transaction of their own,
//! so that parallel guesses get no more than the limit, on all nodes together.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use azekura_core::audit::event::AccessEvent;
use azekura_core::crypto::passphrase;
use azekura_core::id::UserId;
use azekura_core::roster::{Credential, Rank};
use azekura_core::sign_in::{Attempts, Counter, Lockout, Trust};
use secrecy::SecretString;
use tokio::time::Instant;

use super::audit::{self, Journal};
use super::{Error, Result, devices, duties};
use crate::app::{App, lock};
use crate::auth::Actor;
use crate::auth::hashing::Turn;
use crate::store::accounts;

/// Whoever fails is answered on this beat, so that the time does not tell an unknown name or a locked
/// account from a wrong password. Longer than a hash takes.
pub const BEAT: Duration = Duration::from_millis(500);

/// A hash of nothing: no password is known to give it.
const DECOY: &str = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// From where somebody guesses.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// Signing in, with what the device was given by an earlier sign-in.
    Outside(Option<&'a SecretString>),
    /// From within the session of the account.
    Session,
}

/// A guess at a password that was looked at.
pub(super) struct Guess {
    /// At whose account.
    pub(super) credential: Credential,
    /// In which class.
    pub(super) trust: Trust,
    /// Whether the password was right.
    pub(super) held: bool,
}

/// A guess that was counted.
pub(super) struct Counted {
    /// At whose account; nobody's for a name that is not known.
    pub(super) credential: Option<Credential>,
    /// In which class.
    pub(super) trust: Trust,
}

/// Guesses at locked accounts of which the log has not heard yet. They cost neither a hash nor a
/// write.
#[derive(Default)]
pub struct Locked(Mutex<HashMap<Option<UserId>, u32>>);

/// Counts a guess at the password of `login`, then makes one hash, whether anybody has that name or
/// not.
///
/// # Errors
///
/// [`Error::SignIn`] for a locked account and for a name that nobody has; [`Error::Throttled`] and
/// [`Error::TooBusy`] before anything was counted.
pub(super) async fn guess(
    app: &App,
    actor: &Actor,
    login: &str,
    from: Origin<'_>,
    password: &SecretString,
) -> Result<Guess> {
    app.sources.knock(actor.ip, app.clock.now())?;
    let turn = app.hashing.queue()?;
    let login = login.trim().to_lowercase();
    let counted = count(app, actor, &login, from).await?.ok_or(Error::SignIn)?;
    let held = verify(app, turn, counted.credential.as_ref(), password).await?;
    let credential = counted.credential.ok_or(Error::SignIn)?;
    Ok(Guess { credential, trust: counted.trust, held })
}

/// Counts one guess at the account of `login`; `None` while it is locked for the class.
///
/// Unknown names are counted in the same way, among [shadows](Attempts::shadow).
pub(super) async fn count(
    app: &App,
    actor: &Actor,
    login: &str,
    from: Origin<'_>,
) -> Result<Option<Counted>> {
    let mut journal = audit::begin_own(app, actor, None).await?;
    let credential = accounts::credential_by_login(journal.reading(), login).await?;
    let user = credential.as_ref().map(|kept| kept.user);
    let trust = match (from, user) {
        (Origin::Session, _) => Trust::Known,
        (Origin::Outside(Some(token)), Some(user)) => {
            devices::trust(app, &mut journal, user, token).await?
        }
        (Origin::Outside(_), _) => Trust::Unknown,
    };
    let day = journal.at().tokyo_date();
    let rank = user.map_or(Rank::General, |user| duties::rank(journal.authority(), user, day));
    let id = match user {
        Some(user) => user.into(),
        None => Attempts::shadow(app.keys.ring().session.shadow(login)),
    };
    let kept = journal.reading().find::<Attempts>(id).await?;
    let before = kept.as_ref().map_or_else(|| Attempts::none(id), |kept| (**kept).clone());
    let Some(counter) = Lockout::of(rank).attempt(before.of(trust), journal.at()) else {
        app.locked.note(user);
        return Ok(None);
    };
    match user {
        Some(user) => journal.append(AccessEvent::SessionAttempted { user })?,
        None => refuse(&mut journal, None, "unknown")?,
    };
    let counted = before.with(trust, counter);
    journal.save(kept.as_ref(), counted).await?;
    journal.commit().await?;
    let credential = credential.map(crate::store::Kept::into_value);
    Ok(Some(Counted { credential, trust }))
}

/// Forgets the failures of a class, after a success.
pub(super) async fn clear(journal: &mut Journal<'_>, user: UserId, class: Trust) -> Result<()> {
    forget(journal, user, &[class]).await
}

/// Opens an account before its time, for both classes.
pub(super) async fn open(journal: &mut Journal<'_>, user: UserId) -> Result<()> {
    forget(journal, user, &[Trust::Known, Trust::Unknown]).await
}

async fn forget(journal: &mut Journal<'_>, user: UserId, classes: &[Trust]) -> Result<()> {
    if let Some(kept) = journal.reading().find::<Attempts>(user).await? {
        let cleared = classes
            .iter()
            .fold((*kept).clone(), |attempts, class| attempts.with(*class, Counter::default()));
        journal.replace(&kept, cleared).await?;
    }
    Ok(())
}

/// Whether failures lock the account of `user` for either class.
pub(super) async fn is_locked(journal: &mut Journal<'_>, user: UserId) -> Result<bool> {
    let at = journal.at();
    let locked = |counter: Counter| counter.locked_until.is_some_and(|until| at < until);
    let kept = journal.reading().find::<Attempts>(user).await?;
    Ok(kept.is_some_and(|kept| locked(kept.known) || locked(kept.unknown)))
}

/// Whether the password is that of the credential; costs one hash, and no less if there is none.
async fn verify(
    app: &App,
    turn: Turn<'_>,
    credential: Option<&Credential>,
    password: &SecretString,
) -> Result<bool> {
    let pepper = &app.keys.ring().password;
    let stored = credential.map_or(DECOY, |credential| &credential.password);
    let fits = |space: &mut _| passphrase::verify_password(space, pepper, password, stored);
    Ok(turn.run(fits).await?)
}

/// The entry of a guess that failed.
pub(super) fn refuse(journal: &mut Journal<'_>, user: Option<UserId>, reason: &str) -> Result<u64> {
    let reason = String::from(reason);
    journal.append(AccessEvent::SessionRefused { count: 1, reason, user })
}

/// Waits for the next beat after `began`.
pub(super) async fn beat(app: &App, began: Instant) {
    let beat = app.beat.as_millis().max(1);
    let beats = began.elapsed().as_millis() / beat + 1;
    let after = Duration::from_millis(u64::try_from(beats * app.beat.as_millis()).unwrap_or(0));
    tokio::time::sleep_until(began + after).await;
}

impl Locked {
    fn note(&self, user: Option<UserId>) {
        let mut counts = lock(&self.0);
        let count = counts.entry(user).or_default();
        *count = count.saturating_add(1);
    }
}

/// Writes down the guesses at locked accounts since the last time, one entry for each account.
pub async fn note_locked(app: &App) -> Result<()> {
    let counts = std::mem::take(&mut *lock(&app.locked.0));
    if counts.is_empty() {
        return Ok(());
    }
    let actor = Actor::job("sign-in");
    let mut journal = audit::begin_own(app, &actor, None).await?;
    for (user, count) in counts {
        let reason = String::from("locked");
        journal.append(AccessEvent::SessionRefused { count, reason, user })?;
    }
    journal.commit().await.map(drop)
}
