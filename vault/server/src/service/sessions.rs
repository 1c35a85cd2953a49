//! Sessions, and who a bearer token belongs to.

use std::net::IpAddr;

use azekura_core::audit::SessionMark;
use azekura_core::audit::event::AccessEvent;
use azekura_core::id::{OrganisationId, RequestId, SessionId, UserId};
use azekura_core::roster::{Capability, Credential, Role, Session, User};
use azekura_core::time::CivilDate;
use data_encoding::HEXLOWER;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result, attempts, programs, rights};
use crate::app::App;
use crate::auth::tokens::{self, Kind};
use crate::auth::{Actor, Who};
use crate::store::authority::Authority;
use crate::store::sessions;

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
}

/// Ends the caller's session.
pub async fn close(app: &App, actor: &Actor) -> Result<()> {
    let Who::User { id, session, mark } = actor.who else { return Err(Error::Unauthenticated) };
    let mut journal = audit::begin_own(app, actor, None).await?;
    let reason = String::from("signed-out");
    if let Some(kept) = journal.reading().find::<Session>(session).await? {
        journal.append(AccessEvent::SessionClosed { reason, sess: mark, user: id })?;
        journal.remove(kept).await?;
        journal.commit().await?;
    }
    app.activity.forget(session);
    Ok(())
}

/// Opens a locked session with the password; after thirty minutes only a sign-in helps.
pub async fn unlock(app: &App, actor: &Actor, password: SecretString) -> Result<()> {
    let Who::User { id, session, mark } = actor.who else { return Err(Error::Unauthenticated) };
    let authority = app.authority();
    let row = authority.session_by_id(session).ok_or(Error::Unauthenticated)?;
    if app.clock.now().millis_since(app.activity.last(row)) > Session::UNLOCK_MS {
        return Err(Error::Unauthenticated);
    }
    let turn = app.hashing.queue()?;
    let login = app.reading().await?.find::<Credential>(id).await?.ok_or(Error::SignIn)?;
    let credential = attempts::count(app, actor, &login.login).await?.ok_or(Error::SignIn)?;
    let held = attempts::verify(app, turn, &credential, &password).await?;
    let mut journal = audit::begin_own(app, actor, None).await?;
    if !held {
        attempts::refuse(&mut journal, Some(id), "password")?;
        journal.commit().await?;
        return Err(Error::SignIn);
    }
    journal.append(AccessEvent::SessionUnlocked { sess: mark, user: id })?;
    let kept = journal.reading().find::<Credential>(id).await?.ok_or(Error::SignIn)?;
    let cleared = Credential { failures: 0, locked_until: None, ..(*kept).clone() };
    journal.replace(&kept, cleared).await?;
    journal.commit().await?;
    app.activity.touch(session, app.clock.now());
    Ok(())
}

/// The caller's session, its user, and where they have a place.
pub fn current(app: &App, actor: &Actor) -> Result<(Session, User, Vec<Place>)> {
    let Who::User { id, session, .. } = actor.who else { return Err(Error::Unauthenticated) };
    let authority = app.authority();
    let session = authority.session_by_id(session).ok_or(Error::Unauthenticated)?;
    let user = authority.user(id).ok_or(Error::Unauthenticated)?;
    let (session, user) = ((**session).clone(), (**user).clone());
    Ok((session, user, places(&authority, id, app.clock.now().tokyo_date())))
}

/// Whether a locked session is good enough for what is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Locked {
    /// Unlocking and signing out.
    Admit,
    /// Everything else.
    Refuse,
}

/// Who a bearer token belongs to.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for a token that is not, or no longer, good; [`Error::Locked`].
pub fn authenticate(
    app: &App,
    bearer: &SecretString,
    locked: Locked,
    request: RequestId,
    ip: Option<IpAddr>,
) -> Result<Actor> {
    let authority = app.authority();
    let who = match Kind::Session.read(bearer) {
        Some(token) => user_of(app, &authority, &token, locked)?,
        None => programs::by_key(app, &authority, bearer)?,
    };
    Ok(Actor { who, request: Some(request), ip, once: None })
}

fn user_of(app: &App, authority: &Authority, token: &tokens::Token, locked: Locked) -> Result<Who> {
    let now = app.clock.now();
    let session =
        authority.session_by_id(SessionId::from(token.id)).ok_or(Error::Unauthenticated)?;
    let mac = app.keys.ring().session.mac(session.user, session.issued_at, &token.secret);
    let user = authority.user(session.user).filter(|user| user.works(now.tokyo_date()));
    if !tokens::fits(&session.token_mac, &mac) || user.is_none() || now >= session.expires_at {
        return Err(Error::Unauthenticated);
    }
    match (Session::locked(app.activity.last(session), now), locked) {
        (true, Locked::Refuse) => return Err(Error::Locked),
        (false, Locked::Refuse) => app.activity.touch(session.id, now),
        (_, Locked::Admit) => {}
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
    for kept in sessions::of_user(journal.reading(), user).await? {
        let (sess, reason) = (stored_mark(&kept), String::from(reason));
        journal.append(AccessEvent::SessionClosed { reason, sess, user })?;
        app.activity.forget(kept.id);
        journal.remove(kept).await?;
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
    };
    journal.append(AccessEvent::SessionOpened { sess: mark(&mac), user: user.id })?;
    journal.insert(session.clone()).await?;
    let places = places(journal.authority(), user.id, at.tokyo_date());
    Ok(Opened { token, session, user, places })
}

/// Where a user has a place on `day`.
fn places(authority: &Authority, user: UserId, day: CivilDate) -> Vec<Place> {
    authority
        .organisations()
        .filter(|org| rights::belongs(authority, org.id, user, day))
        .map(|org| Place {
            org: org.id,
            name: org.name.clone(),
            roles: rights::roles(authority, org.id, user, day).into_iter().collect(),
            capabilities: rights::capabilities(authority, org.id, user, day).into_iter().collect(),
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
