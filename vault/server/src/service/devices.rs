//! Devices from which people signed in with both factors. Such a device gives no right; it only puts
//! the guesses that come from it into a class of their own, so that strangers who guess at a name
//! cannot lock its owner out.

use azekura_core::audit::event::AccessEvent;
use azekura_core::id::{DeviceId, UserId};
use azekura_core::sign_in::{Device, Trust};
use data_encoding::HEXLOWER;
use secrecy::SecretString;

use super::audit::{self, Journal};
use super::{Error, Result};
use crate::app::App;
use crate::auth::tokens::{self, Kind};
use crate::auth::{Actor, Who};
use crate::store::attempts;

/// How far whoever shows `token` is trusted at the account of `user`.
pub(super) async fn trust(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
    token: &SecretString,
) -> Result<Trust> {
    let Some(token) = Kind::Device.read(token) else { return Ok(Trust::Unknown) };
    let Some(kept) = journal.reading().find::<Device>(token.id).await? else {
        return Ok(Trust::Unknown);
    };
    let mac = app.keys.ring().session.device_mac(user, kept.issued_at, &token.secret);
    let known = kept.user == user && kept.is_known(journal.at());
    let known = known && tokens::fits(&kept.token_mac, &mac);
    Ok(if known { Trust::Known } else { Trust::Unknown })
}

/// Makes the device of this sign-in known; what it shows from now on.
pub(super) async fn remember(
    app: &App,
    journal: &mut Journal<'_>,
    user: UserId,
) -> Result<SecretString> {
    let held = attempts::devices(journal.reading(), user).await?;
    let (id, issued_at) = (app.new_id::<DeviceId>(), journal.at());
    journal.append(AccessEvent::DeviceKnown { device: id, user })?;
    let superfluous = (held.len() + 1).saturating_sub(Device::AT_MOST);
    for kept in held.into_iter().take(superfluous) {
        journal.remove(kept).await?;
    }
    let (token, secret) = Kind::Device.mint(id.into(), &*app.rng);
    let mac = app.keys.ring().session.device_mac(user, issued_at, &secret);
    journal.insert(Device { id, user, token_mac: HEXLOWER.encode(&mac), issued_at }).await?;
    Ok(token)
}

/// Forgets every device of the caller.
pub async fn forget(app: &App, actor: &Actor) -> Result<()> {
    let Who::User { id, .. } = actor.who else { return Err(Error::Unauthenticated) };
    let mut journal = audit::begin_own(app, actor, None).await?;
    forget_all(&mut journal, id).await?;
    journal.commit_if_logged().await
}

/// Forgets every device of a user in `journal`.
pub(super) async fn forget_all(journal: &mut Journal<'_>, user: UserId) -> Result<()> {
    let held = attempts::devices(journal.reading(), user).await?;
    let devices = u32::try_from(held.len()).unwrap_or(u32::MAX);
    if devices > 0 {
        journal.append(AccessEvent::DevicesForgotten { devices, user })?;
    }
    for kept in held {
        journal.remove(kept).await?;
    }
    Ok(())
}
