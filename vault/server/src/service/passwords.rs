//! A person changes their own password; earlier ones are kept for a year so that none comes back.

use azekura_core::audit::event::AccessEvent;
use azekura_core::crypto::passphrase::{self, Cost, Workspace};
use azekura_core::id::UserId;
use azekura_core::roster::{Credential, EarlierPassword, Rank};
use azekura_core::time::Timestamp;
use secrecy::SecretString;

use super::attempts::{self, Origin};
use super::audit;
use super::sessions::{self, Opened};
use super::{Error, Result, devices, duties};
use crate::app::App;
use crate::auth::passwords::{CHANGES_A_DAY, KEPT_AT_MOST, Names, remembered_until};
use crate::auth::{Actor, Who};
use crate::store::accounts;

/// The new password, in requests.
const NEW: &str = "/new_password";

/// Gives the caller a new password, ends their sessions and opens another.
///
/// # Errors
///
/// [`Error::SignIn`] if `current` is wrong, which counts as a failure; [`Error::Input`] for a new
/// password that breaks a rule, that was in use within a year, or that comes too soon.
pub async fn change(
    app: &App,
    actor: &Actor,
    current: &SecretString,
    new: &SecretString,
) -> Result<Opened> {
    app.sources.knock(actor.ip, app.clock.now())?;
    let Who::User { id, .. } = actor.who else { return Err(Error::Unauthenticated) };
    let known = app.reading().await?.find::<Credential>(id).await?.ok_or(Error::SignIn)?;
    let rank = check(app, id, NEW, &known.login, new)?;
    not_too_soon(&known, app.clock.now())?;
    let turn = app.hashing.queue()?;
    let counted = attempts::count(app, actor, &known.login, Origin::Session).await?;
    let counted = counted.ok_or(Error::SignIn)?;
    let held = counted.credential.ok_or(Error::SignIn)?;
    let (salt, earlier) = (salt(app), remembered(&held, app.clock.now()));
    let compared = |space: &mut Workspace| compare(app, space, &held, current, new, salt);
    let compared = turn.run(compared).await?;

    let mut journal = audit::begin_own(app, actor, None).await?;
    let kept = journal.reading().find::<Credential>(id).await?.ok_or(Error::SignIn)?;
    let password = match compared {
        Compared::New(password) if kept.password == held.password => password,
        Compared::Known => {
            return Err(Error::fault(NEW, "reused", "one you did not use for a year"));
        }
        Compared::New(_) | Compared::Wrong => {
            attempts::refuse(&mut journal, Some(id), "password")?;
            journal.commit().await?;
            return Err(Error::SignIn);
        }
    };
    journal.append(AccessEvent::PasswordChanged { user: id })?;
    let replaced = EarlierPassword { hash: kept.password.clone(), replaced_at: journal.at() };
    let next = Credential {
        password,
        rank,
        changed_at: journal.at(),
        earlier: earlier.into_iter().chain([replaced]).collect(),
        ..(*kept).clone()
    };
    journal.replace(&kept, next).await?;
    attempts::clear(&mut journal, id, counted.trust).await?;
    devices::forget_all(&mut journal, id).await?;
    let device = Some(devices::remember(app, &mut journal, id).await?);
    let user = journal.authority().user(id).ok_or(Error::SignIn)?;
    let user = (**user).clone();
    let opened = sessions::start(app, &mut journal, user).await?;
    journal.commit().await?;
    Ok(Opened { device, ..opened })
}

/// Holds a password against the rules for `user`, who signs in as `login`; the rank it was held
/// against.
///
/// # Errors
///
/// A fault at `pointer`.
pub(super) fn check(
    app: &App,
    user: UserId,
    pointer: &'static str,
    login: &str,
    password: &SecretString,
) -> Result<Rank> {
    let authority = app.authority();
    let rank = duties::rank(&authority, user, app.clock.now().tokyo_date());
    let own = authority.user(user).map(|user| user.display_name.as_str());
    let orgs = authority.organisations().map(|org| org.name.as_str());
    let names = Names { login, others: own.into_iter().chain(orgs).collect() };
    let broken = app.passwords.check(rank, password, &names);
    broken
        .map_err(|weak| Error::fault(pointer, "weak-password", app.passwords.advice(rank, weak)))?;
    Ok(rank)
}

/// What is stored for a new password; costs one hash.
pub(super) async fn hash(app: &App, password: &SecretString) -> Result<String> {
    let (pepper, salt) = (&app.keys.ring().password, salt(app));
    let hash =
        |space: &mut _| passphrase::hash_password(space, pepper, password, salt, Cost::SIGN_IN);
    Ok(app.hashing.queue()?.run(hash).await?)
}

/// Forgets passwords that were replaced more than a year ago; says in how many accounts.
pub async fn forget(app: &App, actor: &Actor) -> Result<usize> {
    let at = app.clock.now();
    let old = |credential: &Credential| remembered(credential, at).len() < credential.earlier.len();
    let all = accounts::credentials(&mut app.reading().await?).await?;
    if !all.iter().any(|kept| old(kept)) {
        return Ok(0);
    }
    let mut journal = audit::begin_own(app, actor, None).await?;
    let all = accounts::credentials(journal.reading()).await?;
    let due: Vec<_> = all.into_iter().filter(|kept| old(kept)).collect();
    let accounts = u32::try_from(due.len()).unwrap_or(u32::MAX);
    journal.append(AccessEvent::PasswordsForgotten { accounts })?;
    for kept in &due {
        let next = Credential { earlier: remembered(kept, at), ..(**kept).clone() };
        journal.replace(kept, next).await?;
    }
    journal.commit().await?;
    Ok(due.len())
}

enum Compared {
    /// The new password was in use within the year.
    Known,
    /// The hash of the new password.
    New(String),
    /// The current password is another.
    Wrong,
}

/// One hash for the current password, one for each that is remembered, one for the new one.
fn compare(
    app: &App,
    space: &mut Workspace,
    credential: &Credential,
    current: &SecretString,
    new: &SecretString,
    salt: [u8; 16],
) -> Compared {
    let pepper = &app.keys.ring().password;
    let mut fits =
        |password, hash: &str| passphrase::verify_password(space, pepper, password, hash);
    if !fits(current, &credential.password) {
        return Compared::Wrong;
    }
    let earlier = remembered(credential, app.clock.now());
    let mut used = earlier.iter().map(|one| &one.hash).chain([&credential.password]);
    if used.any(|hash| fits(new, hash)) {
        return Compared::Known;
    }
    Compared::New(passphrase::hash_password(space, pepper, new, salt, Cost::SIGN_IN))
}

fn remembered(credential: &Credential, at: Timestamp) -> Vec<EarlierPassword> {
    let kept = credential.earlier.iter().filter(|one| at < remembered_until(one.replaced_at));
    kept.cloned().collect()
}

/// Changing it over and over would push nothing out of memory, and is no use to anybody honest.
fn not_too_soon(credential: &Credential, at: Timestamp) -> Result<()> {
    let earlier = remembered(credential, at);
    let day = at.plus_millis(-86_400_000);
    let today = earlier.iter().filter(|one| one.replaced_at > day).count();
    if today >= CHANGES_A_DAY || earlier.len() >= KEPT_AT_MOST {
        let detail = "changed too often: 10 times a day and 24 times a year are allowed";
        return Err(Error::fault(NEW, "too-many-changes", detail));
    }
    Ok(())
}

fn salt(app: &App) -> [u8; 16] {
    let mut salt = [0; 16];
    app.rng.fill(&mut salt);
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(earlier: Vec<EarlierPassword>) -> Credential {
        Credential {
            user: uuid::Uuid::nil().into(),
            login: String::new(),
            password: String::new(),
            rank: Rank::General,
            changed_at: Timestamp::from_millis(0),
            earlier,
            totp: String::new(),
            totp_version: 1,
            last_step: 0,
            recovery: Vec::new(),
        }
    }

    #[test]
    fn a_password_is_changed_ten_times_a_day_and_twenty_four_times_a_year() {
        let (hour, day) = (3_600_000, 86_400_000);
        let at = Timestamp::from_millis(1_000 * day);
        let soon = |ages: &mut dyn Iterator<Item = i64>| {
            let replaced = |age: i64| EarlierPassword {
                hash: String::new(),
                replaced_at: at.plus_millis(-age),
            };
            let earlier = ages.map(replaced).collect();
            not_too_soon(&credential(earlier), at).is_err()
        };
        assert!(!soon(&mut (0..9).map(|n| n * hour)));
        assert!(soon(&mut (0..10).map(|n| n * hour)));
        assert!(!soon(&mut (1..24).map(|n| n * day)));
        assert!(soon(&mut (1..25).map(|n| n * day)));
        assert!(!soon(&mut (365..400).map(|n| n * day)));
    }
}
