//! Who a program is: by its key it proves to be a client.

use azekura_core::access::Denial;
use azekura_core::crypto::api_key::ApiKey;
use azekura_core::roster::Client;
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};

use super::{Error, Result, rights};
use crate::app::App;
use crate::auth::{Who, tokens};
use crate::store::authority::Authority;

/// The program whose key `bearer` is.
///
/// # Errors
///
/// [`Error::Unauthenticated`] for a key that is not, or no longer, good; the refusal of one that is
/// stopped.
pub(super) fn by_key(app: &App, authority: &Authority, bearer: &SecretString) -> Result<Who> {
    let key = ApiKey::parse(bearer.expose_secret()).map_err(|_| Error::Unauthenticated)?;
    let (id, now) = (HEXLOWER.encode(&key.id()), app.clock.now());
    let client = authority.client(&id).ok_or(Error::Unauthenticated)?;
    let kept = client.key(&id, now).ok_or(Error::Unauthenticated)?;
    if !tokens::fits(&kept.mac, &key.mac(&app.keys.ring().api)) {
        return Err(Error::Unauthenticated);
    }
    proven(authority, client, now)
}

/// The program that proved to be `client`, if it exists and its owner's account works. One that is stopped learns so here, where
/// nothing is written: it cannot fill the log.
fn proven(authority: &Authority, client: &Client, now: Timestamp) -> Result<Who> {
    let day = now.tokyo_date();
    if !client.in_force(day) || !rights::works(authority, client.grant.owner, day) {
        Err(Error::Unauthenticated)
    } else if client.stopped.is_some() {
        Err(Error::Access(Denial::ClientStopped))
    } else {
        Ok(Who::Client { id: client.id, owner: client.grant.owner })
    }
}
