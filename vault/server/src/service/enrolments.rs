//! A person makes their own credentials with a one-time token. Nobody else ever knows them.

use azekura_core::audit::event::AccessEvent;
use azekura_core::crypto::row::Table;
use azekura_core::id::{EnrolmentId, UserId};
use azekura_core::roster::{
    Credential, EarlierPassword, Enrolment, EnrolmentState, Login, LoginError, User, UserState,
};
use azekura_core::sign_in::{Counter, Lockout};
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::sessions::{self, Opened};
use super::{Error, Result, devices, passwords, recovery_codes};
use crate::app::App;
use crate::auth::Actor;
use crate::auth::credentials;
use crate::auth::tokens::{self, Kind};
use crate::store::authority::Authority;
use crate::store::{Kept, Reading, accounts};

/// Hours a token is good for.
pub const TOKEN_HOURS: i64 = 24;

/// What the holder's app needs to make codes; shown once.
pub struct Begun {
    /// Names the enrolment for its confirmation.
    pub id: EnrolmentId,
    /// RFC 4648 base32.
    pub totp_secret: SecretString,
    /// What the app scans.
    pub otpauth_uri: SecretString,
}

/// Chooses login and password; the token stays good until the first code confirms them.
///
/// # Errors
///
/// [`Error::SignIn`] for a token that is not, or no longer, good.
pub async fn begin(
    app: &App,
    actor: &Actor,
    token: &SecretString,
    login: &str,
    password: &SecretString,
) -> Result<Begun> {
    app.sources.knock(actor.ip, app.clock.now())?;
    let login = check_login(login)?;
    // A token that is none costs no hash.
    let user = find(app, &mut app.reading().await?, token).await?.user;
    let rank = passwords::check(app, user, "/password", &login, password)?;
    let hash = passwords::hash(app, password).await?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    let kept = find(app, journal.reading(), token).await?;
    let held = accounts::credential_by_login(journal.reading(), &login).await?;
    if held.is_some_and(|held| held.user != kept.user) {
        return Err(Error::Duplicate { what: "login" });
    }
    let before = journal.reading().find::<Credential>(kept.user).await?;
    let totp_version = before.as_ref().map_or(1, |held| held.totp_version.saturating_add(1));
    let place = app.keys.totp_place(kept.user, totp_version);
    let seed = credentials::new_seed(&app.keys.ring().totp, &place, &login, &*app.rng)
        .map_err(|_| bad_login())?;
    let credential = Credential {
        user: kept.user,
        login,
        password: hash,
        rank,
        changed_at: journal.at(),
        earlier: before.map(|held| remembered(&held, journal.at())).unwrap_or_default(),
        totp: seed.sealed,
        totp_version,
        last_step: 0,
        recovery: Vec::new(),
    };
    journal.append(AccessEvent::EnrolmentBegun { enrolment: kept.id, user: kept.user })?;
    let begun =
        EnrolmentState::Begun { credential: Box::new(credential), guesses: Counter::default() };
    let begun = Enrolment { state: begun, ..(*kept).clone() };
    journal.replace(&kept, begun).await?;
    journal.commit().await?;
    Ok(Begun { id: kept.id, totp_secret: seed.base32, otpauth_uri: seed.uri })
}

/// Confirms the credentials with the first code, and signs their owner in.
///
/// # Errors
///
/// [`Error::SignIn`] for a wrong code; the third one ends the enrolment for six hours.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    id: EnrolmentId,
    code: &SecretString,
) -> Result<Opened> {
    app.sources.knock(actor.ip, app.clock.now())?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    let kept = journal.reading().find::<Enrolment>(id).await?.ok_or(Error::NotFound)?;
    let EnrolmentState::Begun { credential, guesses } = &kept.state else {
        return Err(Error::NotFound);
    };
    if !usable(journal.authority(), &kept, journal.at()) {
        return Err(Error::SignIn);
    }
    let counted = Lockout::PRIVILEGED.attempt(*guesses, journal.at()).ok_or(Error::SignIn)?;
    let place = app.keys.totp_place(kept.user, credential.totp_version);
    let key = &app.keys.ring().totp;
    let step = credentials::matching_step(key, &place, credential, code, journal.at())
        .map_err(Error::internal)?;
    let Some(step) = step else {
        let (enrolment, reason) = (Some(kept.id), String::from("code"));
        journal.append(AccessEvent::EnrolmentRefused { count: 1, enrolment, reason })?;
        let again = EnrolmentState::Begun { credential: credential.clone(), guesses: counted };
        journal.replace(&kept, Enrolment { state: again, ..(*kept).clone() }).await?;
        journal.commit().await?;
        return Err(Error::SignIn);
    };
    let credential = Credential { last_step: step, ..(**credential).clone() };
    let opened = admit(app, &mut journal, &kept, credential).await?;
    journal.commit().await?;
    Ok(opened)
}

/// Opens a new enrolment in `journal` and gives the token, to be shown once.
pub(crate) async fn issue(
    app: &App,
    journal: &mut Journal<'_>,
    id: EnrolmentId,
    user: UserId,
) -> Result<(SecretString, Enrolment)> {
    let (token, secret) = Kind::Enrolment.mint(id.into(), &*app.rng);
    let expires_at = journal.at().plus_millis(TOKEN_HOURS * 3_600_000);
    let mac = app.keys.ring().session.enrolment_mac(user, expires_at, &secret);
    let enrolment = Enrolment {
        id,
        user,
        token_mac: HEXLOWER.encode(&mac),
        expires_at,
        state: EnrolmentState::Issued,
    };
    journal.append(AccessEvent::EnrolmentIssued { enrolment: id, user })?;
    journal.insert(enrolment.clone()).await?;
    Ok((token, enrolment))
}

async fn find(
    app: &App,
    reading: &mut Reading<'_>,
    token: &SecretString,
) -> Result<Kept<Enrolment>> {
    let token = Kind::Enrolment.read(token).ok_or(Error::SignIn)?;
    let kept = reading.find::<Enrolment>(token.id).await?.ok_or(Error::SignIn)?;
    let mac = app.keys.ring().session.enrolment_mac(kept.user, kept.expires_at, &token.secret);
    let fits = tokens::fits(&kept.token_mac, &mac);
    let usable = usable(&app.authority(), &kept, app.clock.now());
    if fits && usable { Ok(kept) } else { Err(Error::SignIn) }
}

/// Neither used up, nor late, nor from before new credentials were agreed on, nor of somebody who has
/// made theirs with another token.
fn usable(authority: &Authority, enrolment: &Enrolment, now: Timestamp) -> bool {
    let issued = enrolment.expires_at.plus_millis(-TOKEN_HOURS * 3_600_000);
    let user = authority.user(enrolment.user);
    user.is_some_and(|user| user.state == UserState::Invited)
        && !matches!(enrolment.state, EnrolmentState::Confirmed)
        && now < enrolment.expires_at
        && !authority.is_forged(Table::Reset)
        && authority.resets(enrolment.user).all(|reset| issued >= reset.at)
}

async fn admit(
    app: &App,
    journal: &mut Journal<'_>,
    enrolment: &Kept<Enrolment>,
    credential: Credential,
) -> Result<Opened> {
    let user = journal.reading().find::<User>(enrolment.user).await?;
    let day = journal.at().tokyo_date();
    let open = |user: &Kept<User>| user.state == UserState::Invited && !user.has_left(day);
    let user = user.filter(open).ok_or(Error::SignIn)?;
    journal.append(AccessEvent::EnrolmentConfirmed { enrolment: enrolment.id, user: user.id })?;
    let (recovery_codes, recovery) = recovery_codes::draw(app, journal, user.id)?;
    let earlier = journal.reading().find::<Credential>(user.id).await?;
    journal.save(earlier.as_ref(), Credential { recovery, ..credential }).await?;
    let active = User { state: UserState::Active, ..(*user).clone() };
    journal.replace(&user, active.clone()).await?;
    let done = Enrolment { state: EnrolmentState::Confirmed, ..(**enrolment).clone() };
    journal.replace(enrolment, done).await?;
    let device = Some(devices::remember(app, journal, active.id).await?);
    let opened = sessions::start(app, journal, active).await?;
    Ok(Opened { device, recovery_codes, ..opened })
}

/// The passwords of earlier credentials, the last of them too.
fn remembered(held: &Credential, replaced_at: Timestamp) -> Vec<EarlierPassword> {
    let last = EarlierPassword { hash: held.password.clone(), replaced_at };
    held.earlier.iter().cloned().chain([last]).collect()
}

fn bad_login() -> Error {
    Error::fault("/login", "login", "3 to 64 of a-z, 0-9, dot, hyphen, underscore and at-sign")
}

fn check_login(login: &str) -> Result<String> {
    match Login::new(login) {
        Ok(login) => Ok(String::from(login.as_str())),
        Err(LoginError::Shape) => Err(bad_login()),
        Err(LoginError::Generic) => {
            let detail = "a name of your own: none of a role, a team or a guest";
            Err(Error::fault("/login", "generic-name", detail))
        }
    }
}
