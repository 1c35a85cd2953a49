//! Programs: registered and widened by two people, narrowed and stopped by one, their keys made and
//! followed by others.

use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Amendment, Change, ClientChange, Content, Regrant};
use azekura_core::crypto::api_key::ApiKey;
use azekura_core::id::{ClientId, OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::{
    Client, ClientKey, ClientUse, Grant, OVERLAP_DAYS, Proof, PublicKey, StopReason,
};
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::audit::{self, Journal};
use super::{Error, Result, duties, grants, queue, rights, roster, sessions, stops};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::{Kept, clients};

/// Proposes a program; the manager approves it.
pub async fn register(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    grant: Grant,
) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let journal = audit::begin(app, actor, Some(org), Permission::Administer).await?;
    eligible(&journal, org, grant.owner)?;
    let (id, keys) = (app.new_id(), Vec::new());
    let client = Client { id, org, grant, keys, stopped: None, ended_at: None };
    queue::proposed(app, journal, actor, org, Content::Client(client)).await
}

/// What became of a new grant.
pub enum Amended {
    /// Nothing got wider: it holds, as this version of the row.
    Applied(Box<Client>, u64),
    /// Something got wider: a second person decides.
    Proposed(Box<Change>),
}

/// Grants a program something else, if `seen` is the version the caller saw.
///
/// # Errors
///
/// [`Error::Stale`] if it changed meanwhile.
pub async fn amend(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    (id, seen): (ClientId, u64),
    grant: Grant,
) -> Result<Amended> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = find(&mut journal, org, id).await?;
    if kept.version() != seen {
        return Err(Error::Stale);
    }
    if !grant.is_within(&kept.grant) {
        eligible(&journal, org, grant.owner)?;
        let regrant = Regrant { before: kept.grant.clone(), after: grant };
        let content = amendment(&kept, Amendment::Grant(Box::new(regrant)));
        let change = queue::proposed(app, journal, actor, org, content).await?;
        return Ok(Amended::Proposed(Box::new(change)));
    }
    journal.append(grants::amended(&kept, &grant, None))?;
    let next = journal.replace(&kept, Client { grant, ..(*kept).clone() }).await?;
    let applied = Amended::Applied(Box::new((*next).clone()), next.version());
    journal.commit().await?;
    Ok(applied)
}

/// Makes the first key of a program and shows it, once, to its owner.
///
/// # Errors
///
/// [`Error::AlreadyDone`] if it was shown before.
pub async fn first_key(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<SecretString> {
    sessions::fresh(app, actor)?;
    let (mut journal, kept) = owned(app, actor, org, id).await?;
    if !kept.keys.is_empty() {
        return Err(Error::AlreadyDone { id: id.to_string() });
    }
    let (text, stored) = mint(app, &journal);
    journal.append(RosterEvent::ClientSecretShown { client: id })?;
    let at = journal.at();
    shown(journal, &kept, kept.with_key(stored, at), text).await
}

/// Makes another key and shows it, once, to the owner. The one before is good until `old_until`,
/// or ends now if that is left out; any older one ends now.
///
/// # Errors
///
/// A fault if `old_until` lies before now or more than [`OVERLAP_DAYS`] ahead.
pub async fn rotate_key(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
    old_until: Option<Timestamp>,
) -> Result<SecretString> {
    sessions::fresh(app, actor)?;
    let (mut journal, kept) = owned(app, actor, org, id).await?;
    let old_until = overlap(&journal, old_until)?;
    let (text, stored) = mint(app, &journal);
    let key = stored.id.clone();
    journal.append(RosterEvent::ClientKeyRotated { client: id, key, old_until })?;
    shown(journal, &kept, kept.with_key(stored, old_until), text).await
}

/// Takes the public half of a key that the program keeps to itself, from its owner. The key before is
/// good until `old_until`, or ends now if that is left out; any older one ends now.
///
/// # Errors
///
/// A fault if `old_until` lies before now or more than [`OVERLAP_DAYS`] ahead.
pub async fn bring_key(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
    public: PublicKey,
    old_until: Option<Timestamp>,
) -> Result<Client> {
    sessions::fresh(app, actor)?;
    let (mut journal, kept) = owned(app, actor, org, id).await?;
    let old_until = overlap(&journal, old_until)?;
    let (name, at) = (HEXLOWER.encode(&free_name(app, &journal)), journal.at());
    let stored =
        ClientKey { id: name.clone(), proof: Proof::Public(public), made_at: at, until: None };
    journal.append(RosterEvent::ClientKeyRegistered { client: id, key: name, old_until })?;
    let next = journal.replace(&kept, kept.with_key(stored, old_until)).await?;
    done(journal, &next).await
}

/// Ends a key at once: its owner, a manager or an administrator.
pub async fn end_key(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
    key: &str,
) -> Result<Client> {
    let (mut journal, kept) = overseen(app, actor, org, id).await?;
    let at = journal.at();
    let known = kept.key(key, at).ok_or(Error::NotFound)?;
    journal.append(RosterEvent::ClientKeyEnded { client: id, key: known.id.clone() })?;
    let mut next = (*kept).clone();
    next.keys.iter_mut().filter(|one| one.id == key).for_each(|one| one.until = Some(at));
    let next = journal.replace(&kept, next).await?;
    done(journal, &next).await
}

/// Stops a program at once: its owner, a manager or an administrator. Two people let it go on.
pub async fn stop(app: &App, actor: &Actor, org: OrganisationId, id: ClientId) -> Result<Client> {
    let (mut journal, kept) = overseen(app, actor, org, id).await?;
    if kept.stopped.is_some() {
        return Ok((*kept).clone());
    }
    let next = stops::stop(&mut journal, id, StopReason::Person).await?;
    let next = next.ok_or(Error::NotFound)?;
    done(journal, &next).await
}

/// Proposes that a stopped program goes on; a second person approves it.
pub async fn resume(app: &App, actor: &Actor, org: OrganisationId, id: ClientId) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = find(&mut journal, org, id).await?;
    let stopped = kept
        .stopped
        .ok_or_else(|| Error::fault("", "not-stopped", "a program that was stopped"))?;
    let content = amendment(&kept, Amendment::Resume { stopped });
    queue::proposed(app, journal, actor, org, content).await
}

/// Ends a program for good; its next call is refused.
pub async fn end(app: &App, actor: &Actor, org: OrganisationId, id: ClientId) -> Result<Client> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Oversee).await?;
    let kept = find(&mut journal, org, id).await?;
    journal.append(RosterEvent::ClientEnded { client: id, reason: String::from("ended") })?;
    let ended = Client { ended_at: Some(journal.at()), ..(*kept).clone() };
    let ended = journal.replace(&kept, ended).await?;
    done(journal, &ended).await
}

/// The programs of an organisation, ended ones included.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Client>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = clients::of_org(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// A program, the version of its row, and what it used up.
pub async fn one(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<(Client, u64, ClientUse)> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = view.reading.find::<Client>(id).await?;
    let kept = kept.filter(|client| client.org == org).ok_or(Error::NotFound)?;
    let used = view.reading.find::<ClientUse>(id).await?;
    let used = used.map_or_else(|| ClientUse::none(id, view.at), |used| used.at(view.at));
    Ok(((*kept).clone(), kept.version(), used))
}

/// Whether a program may be `owner`'s.
fn eligible(journal: &Journal<'_>, org: OrganisationId, owner: UserId) -> Result<()> {
    let day = journal.at().tokyo_date();
    duties::eligible(journal.authority(), org, ("/owner", owner), Duty::Program, day)
}

/// A program of the organisation that has not ended.
async fn find(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    id: ClientId,
) -> Result<Kept<Client>> {
    search(journal, org, id).await?.ok_or(Error::NotFound)
}

async fn search(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    id: ClientId,
) -> Result<Option<Kept<Client>>> {
    let kept = journal.reading().find::<Client>(id).await?;
    Ok(kept.filter(|client| client.org == org && client.ended_at.is_none()))
}

/// A program of the caller's own.
async fn owned<'a>(
    app: &'a App,
    actor: &'a Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<(Journal<'a>, Kept<Client>)> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = search(&mut journal, org, id).await?;
    let own = kept.filter(|client| actor.person() == Some(client.grant.owner));
    let Some(kept) = own else {
        rights::check(journal.authority(), actor, Some(org), Permission::View, journal.at())?;
        return Err(Error::NotPermitted);
    };
    rights::confirmed(journal.authority(), org, kept.grant.owner, journal.at())?;
    Ok((journal, kept))
}

/// A program of the caller's own, or one of the organisation that the caller looks after.
async fn overseen<'a>(
    app: &'a App,
    actor: &'a Actor,
    org: OrganisationId,
    id: ClientId,
) -> Result<(Journal<'a>, Kept<Client>)> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = search(&mut journal, org, id).await?;
    let owner = kept.as_ref().map(|client| client.grant.owner);
    roster::own_or(&journal, actor, org, owner, Permission::Oversee)?;
    Ok((journal, kept.ok_or(Error::NotFound)?))
}

/// To when the key before a new one is good.
fn overlap(journal: &Journal<'_>, old_until: Option<Timestamp>) -> Result<Timestamp> {
    let (now, day_ms) = (journal.at(), 24 * 3_600_000);
    let old_until = old_until.unwrap_or(now);
    if (0..=i64::from(OVERLAP_DAYS) * day_ms).contains(&old_until.millis_since(now)) {
        return Ok(old_until);
    }
    let detail = "an instant from now to 30 days from now";
    Err(Error::fault("/old_until", "out-of-range", detail))
}

/// A new key: as it is shown, and as it is kept.
fn mint(app: &App, journal: &Journal<'_>) -> (SecretString, ClientKey) {
    let (id, mut secret) = (free_name(app, journal), Zeroizing::new([0; 32]));
    app.rng.fill(&mut *secret);
    let key = ApiKey::mint(id, *secret);
    let proof = Proof::Mac(HEXLOWER.encode(&key.mac(&app.keys.ring().api)));
    let stored = ClientKey { id: HEXLOWER.encode(&id), proof, made_at: journal.at(), until: None };
    (key.text(), stored)
}

/// A name for a key that no other program's has.
fn free_name(app: &App, journal: &Journal<'_>) -> [u8; 4] {
    let mut name = [0; 4];
    app.rng.fill(&mut name);
    while journal.authority().client(&HEXLOWER.encode(&name)).is_some() {
        app.rng.fill(&mut name);
    }
    name
}

async fn shown(
    mut journal: Journal<'_>,
    kept: &Kept<Client>,
    next: Client,
    text: SecretString,
) -> Result<SecretString> {
    let id = next.id.to_string();
    journal.replace(kept, next).await?;
    journal.answer(Made::Secret(&id)).await?;
    journal.commit().await?;
    Ok(text)
}

async fn done(mut journal: Journal<'_>, next: &Client) -> Result<Client> {
    journal.answer(Made::Client(next)).await?;
    journal.commit().await?;
    Ok(next.clone())
}

fn amendment(client: &Client, amendment: Amendment) -> Content {
    let owner = client.grant.owner;
    Content::ClientAmended(Box::new(ClientChange { client: client.id, owner, amendment }))
}
