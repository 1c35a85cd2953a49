//! Sign-in with login, password and one-time code.

use azekura_core::audit::event::AccessEvent;
use azekura_core::id::UserId;
use azekura_core::roster::Credential;
use azekura_core::sign_in::Trust;
use secrecy::SecretString;
use tokio::time::Instant;

use super::attempts::{self, Origin};
use super::audit::{self, Journal};
use super::sessions::{self, Opened};
use super::{Error, Result, devices};
use crate::app::App;
use crate::auth::{Actor, credentials};

/// What somebody signs in with.
pub struct Given {
    /// The name.
    pub login: String,
    /// The first factor.
    pub password: SecretString,
    /// The second factor.
    pub code: SecretString,
    /// What an earlier sign-in from the same device gave.
    pub device: Option<SecretString>,
}

/// Signs a user in. The attempt is counted, durably, before anything is verified.
///
/// # Errors
///
/// [`Error::SignIn`] whatever was wrong, and for unknown and locked accounts alike, at the same
/// time; [`Error::Throttled`] and [`Error::TooBusy`] before anything was counted.
pub async fn open(app: &App, actor: &Actor, given: &Given) -> Result<Opened> {
    let began = Instant::now();
    let opened = attempt(app, actor, given).await;
    if matches!(opened, Err(Error::SignIn)) {
        attempts::beat(app, began).await;
    }
    opened
}

async fn attempt(app: &App, actor: &Actor, given: &Given) -> Result<Opened> {
    let from = Origin::Outside(given.device.as_ref());
    let guess = attempts::guess(app, actor, &given.login, from, &given.password).await?;
    let step = step(app, &guess.credential, &given.code)?.filter(|_| guess.held);

    let mut journal = audit::begin_own(app, actor, None).await?;
    let user = guess.credential.user;
    let passed = match step {
        Some(step) => use_step(&mut journal, user, step).await?,
        None => false,
    };
    let today = journal.at().tokyo_date();
    let active = journal.authority().user(user).filter(|user| user.works(today));
    let active = active.map(|user| (**user).clone()).filter(|_| passed);
    let Some(active) = active else {
        attempts::refuse(&mut journal, Some(user), "credentials")?;
        journal.commit().await?;
        return Err(Error::SignIn);
    };
    attempts::clear(&mut journal, user, guess.trust).await?;
    let device = match guess.trust {
        Trust::Known => None,
        Trust::Unknown => Some(devices::remember(app, &mut journal, user).await?),
    };
    let opened = sessions::start(app, &mut journal, active).await?;
    journal.commit().await?;
    Ok(Opened { device, ..opened })
}

/// The time step of a code that fits the credential.
pub(super) fn step(app: &App, credential: &Credential, code: &SecretString) -> Result<Option<u64>> {
    let place = app.keys.totp_place(credential.user, credential.totp_version);
    let key = &app.keys.ring().totp;
    credentials::matching_step(key, &place, credential, code, app.clock.now())
        .map_err(Error::internal)
}

/// Uses a time step up, if no equal or later one was used before: each code is good once, whoever
/// shows it at the same time on whichever node. Source: RFC 6238 §5.2.
pub(super) async fn use_step(journal: &mut Journal<'_>, user: UserId, step: u64) -> Result<bool> {
    let kept = journal.reading().find::<Credential>(user).await?;
    let Some(kept) = kept.filter(|kept| kept.last_step < step) else { return Ok(false) };
    journal.append(AccessEvent::CodeUsed { user })?;
    let next = Credential { last_step: step, ..(*kept).clone() };
    journal.replace(&kept, next).await?;
    Ok(true)
}
