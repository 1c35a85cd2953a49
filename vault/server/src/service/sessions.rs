//! Sessions, and who a bearer token belongs to.

use std::net::IpAddr;

use azekura_core::audit::SessionMark;
use azekura_core::audit::event::{AccessEvent, VaultEvent};
use azekura_core::id::{OrganisationId, RequestId, SessionId, UserId};
use azekura_core::roster::{Capability, Credential, Role, Session, TrainingStanding, User};
use azekura_core::time::{CivilDate, Timestamp};
use data_encoding::HEXLOWER;
use secrecy::SecretString;

use super::attempts::{self, Origin};
use super::audit::{self, Journal};
use super::{Error, Result, duties, programs, sign_in, trainings};
use crate::app::App;
use crate::auth::tokens::{self, Kind};
use crate::auth::{Actor, Who};
use crate::store::authority::Authority;
use crate::store::{self, sessions};

/// Hours a session lasts at most, for handlers and for administrators.
const HOURS: (i64, i64) = (8, 4);

/// A session just opened.
pub struct Opened {
    /// Shown once.
    pub token: SecretString,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// Where they have a place.
    pub places: Vec<Place>,
    /// What the device shows at its next sign-in, if it was not known before. Shown once.
    pub device: Option<SecretString>,
    /// After an enrolment, what opens the account without the authenticator. Shown once.
    pub recovery_codes: Vec<SecretString>,
}

/// What a user is in one organisation.
pub struct Place {
    /// Where.
    pub org: OrganisationId,
    /// Its name.
    pub name: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// What their designations let them do.
    pub capabilities: Vec<Capability>,
    /// Where they stand with their training.
    pub training: TrainingStanding,
}

/// Ends the caller's session.
pub async fn close(app: &App, actor: &Actor) -> Result<()> {
    let session = actor.session().ok_or(Error::Unauthenticated)?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    end(app, &mut journal, session, "signed-out").await?;
    journal.commit_if_logged().await
}

/// Opens a locked session with the password; after thirty minutes only a sign-in helps. The token is
/// a new one.
pub async fn unlock(app: &App, actor: &Actor, password: &SecretString) -> Result<Opened> {
    let Who::User { id, session, mark } = actor.who else { return Err(Error::Unauthenticated) };
    let row = own(app, actor)?;
    if app.activity.idle(&row, &*app.clock) > Session::UNLOCK_MS {
        return Err(Error::Unauthenticated);
    }
    let login = login_of(app, id).await?;
    let guess = attempts::guess(app, actor, &login, Origin::Session, password).await?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    if !guess.held {
        attempts::refuse(&mut journal, Some(id), "password")?;
        journal.commit().await?;
        return Err(Error::SignIn);
    }
    journal.append(AccessEvent::SessionUnlocked { sess: mark, user: id })?;
    attempts::clear(&mut journal, id, guess.trust).await?;
    let opened = renew(app, &mut journal, session, row.factor_at).await?;
    journal.commit().await?;
    app.activity.touch(&opened.session, &*app.clock);
    Ok(opened)
}

/// Takes a one-time code for what needs a fresh second factor. The token is a new one.
///
/// # Errors
///
/// [`Error::SignIn`] for a code that is wrong or was used, which counts as a failure.
pub async fn step_up(app: &App, actor: &Actor, code: &SecretString) -> Result<Opened> {
    app.sources.knock(actor.ip, app.clock.now())?;
    let Who::User { id, session, mark } = actor.who else { return Err(Error::Unauthenticated) };
    let login = login_of(app, id).await?;
    let counted = attempts::count(app, actor, &login, Origin::Session).await?;
    let counted = counted.ok_or(Error::SignIn)?;
    let credential = counted.credential.ok_or(Error::SignIn)?;
    let step = sign_in::step(app, &credential, code)?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    let passed = match step {
        Some(step) => sign_in::use_step(&mut journal, id, step).await?,
        None => false,
    };
    if !passed {
        attempts::refuse(&mut journal, Some(id), "code")?;
        journal.commit().await?;
        return Err(Error::SignIn);
    }
    journal.append(AccessEvent::SessionSteppedUp { sess: mark, user: id })?;
    attempts::clear(&mut journal, id, counted.trust).await?;
    let at = journal.at();
    let opened = renew(app, &mut journal, session, at).await?;
    journal.commit().await?;
    app.activity.gave_factor(&opened.session, &*app.clock);
    Ok(opened)
}

/// Asks for a second factor of the last five minutes. Programs have none to give.
///
/// # Errors
///
/// [`Error::StepUp`].
pub(super) fn fresh(app: &App, actor: &Actor) -> Result<()> {
    let Who::User { .. } = actor.who else { return Ok(()) };
    let row = own(app, actor)?;
    let age = app.activity.factor(&row, &*app.clock);
    if age <= Session::FRESH_MS { Ok(()) } else { Err(Error::StepUp) }
}

/// The same for checking numbers, where one factor holds for a sitting of fifteen minutes without a
/// pause of five. A process that was started anew knows of no sitting.
///
/// # Errors
///
/// [`Error::StepUp`].
pub(super) fn sitting(app: &App, actor: &Actor) -> Result<()> {
    let Who::User { .. } = actor.who else { return Ok(()) };
    let row = own(app, actor)?;
    let age = app.activity.factor(&row, &*app.clock);
    let pause = app.activity.checking(&row, &*app.clock);
    let goes_on = age <= Session::SITTING_MS && pause.is_some_and(|ms| ms <= Session::FRESH_MS);
    if age > Session::FRESH_MS && !goes_on {
        return Err(Error::StepUp);
    }
    app.activity.checked(&row, &*app.clock);
    Ok(())
}

/// The row of the caller's session.
fn own(app: &App, actor: &Actor) -> Result<Session> {
    let session = actor.session().ok_or(Error::Unauthenticated)?;
    let authority = app.authority();
    let row = authority.session_by_id(session).ok_or(Error::Unauthenticated)?;
    Ok((**row).clone())
}

async fn login_of(app: &App, user: UserId) -> Result<String> {
    let credential = app.reading().await?.find::<Credential>(user).await?;
    Ok(credential.ok_or(Error::SignIn)?.login.clone())
}

/// Gives a session another token, so that one that somebody copied before is worth nothing.
async fn renew(
    app: &App,
    journal: &mut Journal<'_>,
    session: SessionId,
    factor_at: Timestamp,
) -> Result<Opened> {
    let kept = journal.reading().find::<Session>(session).await?.ok_or(Error::Unauthenticated)?;
    let user = journal.authority().user(kept.user).ok_or(Error::Unauthenticated)?;
    let user = (**user).clone();
    let (token, secret) = Kind::Session.mint(session.into(), &*app.rng);
    let mac = app.keys.ring().session.mac(kept.user, kept.issued_at, &secret);
    let active_at = kept.active_at.max(journal.at());
    let token_mac = HEXLOWER.encode(&mac);
    let next = Session { token_mac, active_at, factor_at, ..(*kept).clone() };
    let session = (*journal.replace(&kept, next).await?).clone();
    let places = places(journal.authority(), user.id, journal.at().tokyo_date());
    Ok(Opened { token, session, user, places, device: None, recovery_codes: Vec::new() })
}

/// The caller's session, its user, and where they have a place.
pub fn current(app: &App, actor: &Actor) -> Result<(Session, User, Vec<Place>)> {
    let (session, authority) = (own(app, actor)?, app.authority());
    let user = (**authority.user(session.user).ok_or(Error::Unauthenticated)?).clone();
    let places = places(&authority, user.id, app.clock.now().tokyo_date());
    Ok((session, user, places))
}

/// What a call is to the session of its caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Call {
    /// An act of the user: the session must be open, and its idle time begins anew.
    Act,
    /// Something that a screen asks by itself: the session must be open, and goes on being idle.
    Passive,
    /// Unlocking, looking at the session and signing out: it may be locked.
    Session,
}

/// Who a bearer token belongs to.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for a token that is not, or no longer, good; [`Error::Locked`].
pub fn authenticate(
    app: &App,
    bearer: &SecretString,
    call: Call,
    request: RequestId,
    ip: Option<IpAddr>,
) -> Result<Actor> {
    let authority = app.authority();
    let who = match Kind::Session.read(bearer) {
        Some(token) => user_of(app, &authority, &token, call)?,
        None => programs::by_bearer(app, &authority, bearer)?,
    };
    Ok(Actor { who, request: Some(request), ip, once: None })
}

fn user_of(app: &App, authority: &Authority, token: &tokens::Token, call: Call) -> Result<Who> {
    let session =
        authority.session_by_id(SessionId::from(token.id)).ok_or(Error::Unauthenticated)?;
    let mac = app.keys.ring().session.mac(session.user, session.issued_at, &token.secret);
    let today = app.clock.now().tokyo_date();
    let user = authority.user(session.user).filter(|user| user.works(today));
    let over = app.activity.is_over(session, &*app.clock);
    if !tokens::fits(&session.token_mac, &mac) || user.is_none() || over {
        return Err(Error::Unauthenticated);
    }
    let locked = app.activity.idle(session, &*app.clock) > Session::IDLE_MS;
    match call {
        Call::Act | Call::Passive if locked => return Err(Error::Locked),
        Call::Act => app.activity.touch(session, &*app.clock),
        Call::Passive | Call::Session => {}
    }
    Ok(Who::User { id: session.user, session: session.id, mark: mark(&mac) })
}

/// Ends the sessions of a user, for the `reason` that the log names.
pub(super) async fn end_all(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
    reason: &str,
) -> Result<()> {
    // Those in memory are the ones that open something: a row that was hidden is among them.
    let open = journal.authority().sessions().filter(|session| session.user == user);
    let open: Vec<SessionId> = open.map(|session| session.id).collect();
    for session in open {
        end(app, journal, session, reason).await?;
    }
    Ok(())
}

/// Opens a session in `journal` and ends the user's earlier ones: one live session a person.
pub(super) async fn start(app: &App, journal: &mut Journal<'_>, user: User) -> Result<Opened> {
    end_all(app, journal, user.id, "replaced").await?;
    let (at, id) = (journal.at(), app.new_id::<SessionId>());
    let (token, secret) = Kind::Session.mint(id.into(), &*app.rng);
    let mac = app.keys.ring().session.mac(user.id, at, &secret);
    let hours = if user.administrator { HOURS.1 } else { HOURS.0 };
    let session = Session {
        id,
        user: user.id,
        token_mac: HEXLOWER.encode(&mac),
        issued_at: at,
        active_at: at,
        expires_at: at.plus_millis(hours * 3_600_000),
        factor_at: at,
    };
    journal.append(AccessEvent::SessionOpened { sess: mark(&mac), user: user.id })?;
    journal.insert(session.clone()).await?;
    let places = places(journal.authority(), user.id, at.tokyo_date());
    app.activity.touch(&session, &*app.clock);
    app.activity.gave_factor(&session, &*app.clock);
    Ok(Opened { token, session, user, places, device: None, recovery_codes: Vec::new() })
}

/// Ends a session, if it is still there. Whoever changed or hid its row does not keep it open by that.
pub(super) async fn end(
    app: &App,
    journal: &mut Journal<'_>,
    session: SessionId,
    reason: &str,
) -> Result<()> {
    let Some(kept) = journal.authority().session_by_id(session).cloned() else { return Ok(()) };
    match journal.reading().find::<Session>(session).await {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(()),
        Err(store::Error::Forged { what }) => {
            let r#where = String::from(what);
            journal.append(VaultEvent::IntegrityFailure { blob_sha256: None, r#where })?;
        }
        Err(error) => return Err(error.into()),
    }
    let (reason, sess, user) = (String::from(reason), stored_mark(&kept), kept.user);
    journal.append(AccessEvent::SessionClosed { reason, sess, user })?;
    app.activity.forget(session);
    sessions::discard(journal.write(), &kept).await.map_err(Error::unlogged)
}

/// Where a user has a place on `day`.
fn places(authority: &Authority, user: UserId, day: CivilDate) -> Vec<Place> {
    authority
        .organisations()
        .filter(|org| duties::belongs(authority, org.id, user, day))
        .map(|org| Place {
            org: org.id,
            name: org.name.clone(),
            roles: duties::roles(authority, org.id, user, day).into_iter().collect(),
            capabilities: duties::capabilities(authority, org.id, user, day).into_iter().collect(),
            training: trainings::standing(authority, org.id, user, day),
        })
        .collect()
}

fn mark(mac: &[u8; 32]) -> SessionMark {
    let [a, b, c, d, ..] = *mac;
    SessionMark([a, b, c, d])
}

fn stored_mark(session: &Session) -> SessionMark {
    let mut bytes = [0; 32];
    HEXLOWER.decode_mut(session.token_mac.as_bytes(), &mut bytes).ok();
    mark(&bytes)
}
