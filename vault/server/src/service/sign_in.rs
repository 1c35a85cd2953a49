//! Sign-in with login, password and one-time code.

use azekura_core::roster::Credential;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::sessions::{self, Opened};
use super::{Error, Result, attempts};
use crate::app::App;
use crate::auth::{Actor, credentials};
use crate::store::{Kept, accounts};

/// Signs a user in. The attempt is counted, durably, before anything is verified.
///
/// # Errors
///
/// [`Error::SignIn`] whatever was wrong, and for unknown and locked accounts alike;
/// [`Error::TooBusy`] if too many sign in at this moment, which counts as no attempt.
pub async fn open(
    app: &App,
    actor: &Actor,
    login: &str,
    password: SecretString,
    code: SecretString,
) -> Result<Opened> {
    let login = login.trim().to_lowercase();
    let turn = app.hashing.queue()?;
    let Some(credential) = attempts::count(app, actor, &login).await? else {
        attempts::verify(app, turn, &attempts::decoy(), &password).await?;
        return Err(Error::SignIn);
    };
    let held = attempts::verify(app, turn, &credential, &password).await?;
    let place = app.keys.totp_place(credential.user, credential.totp_version);
    let key = &app.keys.ring().totp;
    let step = credentials::matching_step(key, &place, &credential, &code, app.clock.now())
        .map_err(Error::internal)?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    let current = accounts::credential_by_login(journal.reading(), &login).await?;
    match (held, step, current) {
        (true, Some(step), Some(current)) if step > current.last_step => {
            let opened = admit(app, &mut journal, &current, step).await?;
            journal.commit().await?;
            Ok(opened)
        }
        _ => {
            attempts::refuse(&mut journal, Some(credential.user), "credentials")?;
            journal.commit().await?;
            Err(Error::SignIn)
        }
    }
}

async fn admit(
    app: &App,
    journal: &mut Journal<'_>,
    credential: &Kept<Credential>,
    step: u64,
) -> Result<Opened> {
    let user = journal.authority().user(credential.user).ok_or(Error::SignIn)?;
    let user = (**user).clone();
    if !user.works(journal.at().tokyo_date()) {
        return Err(Error::SignIn);
    }
    let opened = sessions::start(app, journal, user).await?;
    let succeeded =
        Credential { last_step: step, failures: 0, locked_until: None, ..(**credential).clone() };
    journal.replace(credential, succeeded).await?;
    Ok(opened)
}
