//! Who a program is: by a secret key, or by a token it was given for a statement it signed.

use azekura_core::access::Denial;
use azekura_core::audit::event::RosterEvent;
use azekura_core::crypto::access_token::{ACCESS_TOKEN_MS, AccessToken};
use azekura_core::crypto::api_key::ApiKey;
use azekura_core::roster::{Assertion, Client, ClientKey, ClientUse, Proof, Proved};
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};

use super::{Error, Result, audit, duties};
use crate::app::App;
use crate::auth::{Actor, Who, tokens};
use crate::store::authority::Authority;

/// How long a token is good, in seconds.
pub const TOKEN_SECONDS: i64 = ACCESS_TOKEN_MS / 1_000;

/// The program whose key or token `bearer` is.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for one that is not, or no longer, good; the refusal of a program that is
/// stopped.
pub(super) fn by_bearer(app: &App, authority: &Authority, bearer: &SecretString) -> Result<Who> {
    let (bearer, now) = (bearer.expose_secret(), app.clock.now());
    let token = AccessToken::read(bearer, &app.keys.ring().api).filter(|token| now < token.until);
    let client = if let Some(token) = token {
        let (client, _) = holder(authority, &HEXLOWER.encode(&token.key), now)?;
        client
    } else {
        by_secret(app, authority, bearer, now)?
    };
    proven(authority, client, now)
}

/// A token for a program that proves with a signed statement that it holds its key. The statement
/// is good once, also in parallel.
///
/// # Errors
///
/// [`Error::Unauthenticated`], whatever was wrong with the statement.
///
/// Source: RFC 7523 §2.2; RFC 6749 §4.4.
pub async fn prove(app: &App, actor: &Actor, statement: &SecretString) -> Result<SecretString> {
    let statement = Assertion::parse(statement.expose_secret());
    let statement = statement.map_err(|_| Error::Unauthenticated)?;
    // Whoever proves nothing costs no write.
    let (client, _) = signer(app, &app.authority(), &statement, app.clock.now())?;
    let org = client.org;
    let mut journal = audit::begin_own(app, actor, Some(org)).await?;
    let at = journal.at();
    let (client, proved) = signer(app, journal.authority(), &statement, at)?;
    let actor = Actor { who: proven(journal.authority(), &client, at)?, ..actor.clone() };
    let kept = journal.reading().find::<ClientUse>(client.id).await?;
    let used = kept.as_deref().cloned().unwrap_or_else(|| ClientUse::none(client.id, at));
    let next = used.plus_proof(proved, at).ok_or(Error::Unauthenticated)?;
    let event = RosterEvent::ClientProved { client: client.id, key: statement.key().to_owned() };
    journal.append_as(&actor, Some(org), None, event)?;
    journal.save(kept.as_ref(), next).await?;
    journal.commit().await?;
    let mut key = [0; 4];
    HEXLOWER
        .decode_mut(statement.key().as_bytes(), &mut key)
        .map_err(|_| Error::Unauthenticated)?;
    let until = at.plus_millis(ACCESS_TOKEN_MS);
    Ok(AccessToken { key, until }.text(&app.keys.ring().api))
}

/// The program that signed the statement, as it is now.
fn signer(
    app: &App,
    authority: &Authority,
    statement: &Assertion<'_>,
    now: Timestamp,
) -> Result<(Client, Proved)> {
    let (client, key) = holder(authority, statement.key(), now)?;
    let Proof::Public(public) = key.proof else { return Err(Error::Unauthenticated) };
    let proved = statement.prove(client.id, public, app.keys.vault(), now);
    Ok((client.clone(), proved.map_err(|_| Error::Unauthenticated)?))
}

fn by_secret<'a>(
    app: &App,
    authority: &'a Authority,
    bearer: &str,
    now: Timestamp,
) -> Result<&'a Client> {
    let sent = ApiKey::parse(bearer).map_err(|_| Error::Unauthenticated)?;
    let (client, key) = holder(authority, &HEXLOWER.encode(&sent.id()), now)?;
    match &key.proof {
        Proof::Mac(mac) if tokens::fits(mac, &sent.mac(&app.keys.ring().api)) => Ok(client),
        Proof::Mac(_) | Proof::Public(_) => Err(Error::Unauthenticated),
    }
}

/// Whose key has this name, if it is good at `now`.
fn holder<'a>(
    authority: &'a Authority,
    key: &str,
    now: Timestamp,
) -> Result<(&'a Client, &'a ClientKey)> {
    let client = authority.client(key).ok_or(Error::Unauthenticated)?;
    let key = client.key(key, now).ok_or(Error::Unauthenticated)?;
    Ok((client, key))
}

/// The program that proved to be `client`, if it exists and its owner's account works. One that is stopped learns so here, where
/// nothing is written: it cannot fill the log.
fn proven(authority: &Authority, client: &Client, now: Timestamp) -> Result<Who> {
    let day = now.tokyo_date();
    if !client.in_force(day) || !duties::works(authority, client.grant.owner, day) {
        Err(Error::Unauthenticated)
    } else if client.stopped.is_some() {
        Err(Error::Access(Denial::ClientStopped))
    } else {
        Ok(Who::Client { id: client.id, owner: client.grant.owner })
    }
}
