//! Recovery codes: each lets somebody who lost their authenticator make another one, once, and
//! nothing else. What they may do with numbers waits until they were met in person.
//!
//! Source: `access.md` 5.3; OWASP ASVS 6.4.4 and 6.5.2.

use azekura_core::audit::event::AccessEvent;
use azekura_core::id::UserId;
use azekura_core::roster::{Credential, Enrolment};
use data_encoding::HEXLOWER;
use secrecy::SecretString;
use tokio::time::Instant;

use super::attempts::{self, Origin};
use super::audit::{self, Journal};
use super::{Error, Result, resets, sessions};
use crate::app::App;
use crate::auth::recovery_codes::{self, CODES};
use crate::auth::{Actor, Who, tokens};

/// What somebody shows who has no authenticator any more.
pub struct Given {
    /// The name.
    pub login: String,
    /// What they know.
    pub password: SecretString,
    /// What they have on paper.
    pub code: SecretString,
}

/// Uses a code up and gives the token with which its owner makes new credentials. The old ones and
/// every session are over.
///
/// # Errors
///
/// As a sign-in: [`Error::SignIn`] whatever was wrong, at the same time.
pub async fn redeem(app: &App, actor: &Actor, given: &Given) -> Result<(SecretString, Enrolment)> {
    let began = Instant::now();
    let redeemed = attempt(app, actor, given).await;
    if matches!(redeemed, Err(Error::SignIn)) {
        attempts::beat(app, began).await;
    }
    redeemed
}

async fn attempt(app: &App, actor: &Actor, given: &Given) -> Result<(SecretString, Enrolment)> {
    let from = Origin::Outside(None);
    let guess = attempts::guess(app, actor, &given.login, from, &given.password).await?;
    let user = guess.credential.user;
    let mut journal = audit::begin_own(app, actor, None).await?;
    let today = journal.at().tokyo_date();
    let works = journal.authority().user(user).is_some_and(|user| user.works(today));
    let passed = guess.held && works && use_up(app, &mut journal, user, &given.code).await?;
    if !passed {
        attempts::refuse(&mut journal, Some(user), "recovery-code")?;
        journal.commit().await?;
        return Err(Error::SignIn);
    }
    attempts::clear(&mut journal, user, guess.trust).await?;
    let given = resets::recovered(app, &mut journal, user).await?;
    journal.commit().await?;
    Ok(given)
}

/// Makes new codes for the caller; those of before are worth nothing any more.
pub async fn renew(app: &App, actor: &Actor) -> Result<Vec<SecretString>> {
    sessions::fresh(app, actor)?;
    let Who::User { id, .. } = actor.who else { return Err(Error::Unauthenticated) };
    let mut journal = audit::begin_own(app, actor, None).await?;
    let kept = journal.reading().find::<Credential>(id).await?.ok_or(Error::SignIn)?;
    let (codes, recovery) = draw(app, &mut journal, id)?;
    journal.replace(&kept, Credential { recovery, ..(*kept).clone() }).await?;
    journal.commit().await?;
    Ok(codes)
}

/// New codes for `user`, and what is kept of them.
pub(super) fn draw(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
) -> Result<(Vec<SecretString>, Vec<String>)> {
    journal.append(AccessEvent::RecoveryCodesMade { user })?;
    let pepper = &app.keys.ring().session;
    let code = |_| {
        let (shown, secret) = recovery_codes::mint(&*app.rng);
        (shown, HEXLOWER.encode(&pepper.recovery_mac(user, &secret)))
    };
    Ok((0..CODES).map(code).unzip())
}

/// Whether the code was one of the user's; it is not any more.
async fn use_up(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
    code: &SecretString,
) -> Result<bool> {
    let Some(secret) = recovery_codes::read(code) else { return Ok(false) };
    let Some(kept) = journal.reading().find::<Credential>(user).await? else { return Ok(false) };
    let mac = app.keys.ring().session.recovery_mac(user, &secret);
    let mut recovery = kept.recovery.clone();
    recovery.retain(|stored| !tokens::fits(stored, &mac));
    if recovery.len() == kept.recovery.len() {
        return Ok(false);
    }
    let left = u32::try_from(recovery.len()).unwrap_or(u32::MAX);
    journal.append(AccessEvent::RecoveryCodeUsed { left, user })?;
    journal.replace(&kept, Credential { recovery, ..(*kept).clone() }).await?;
    Ok(true)
}
