//! Looking for what was changed outside the vault, and saying so in the log.
//!
//! What is in memory decides who may do what, and a row counts only in its newest form; so an edit
//! has no effect by the time it is found here. It is found all the same: within a second of another
//! connection's commit where the engine tells of it, at every start, and once an hour.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use azekura_core::audit::event::VaultEvent;
use azekura_core::audit::tree::Hash;
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;

use super::{Result, audit};
use crate::app::{App, lock};
use crate::auth::Actor;
use crate::keyfile::StateDir;
use crate::store::tree::{self, Fault};
use crate::store::{self, Reading, verify};

/// Milliseconds between two looks that nothing gave rise to.
const EVERY_MS: i64 = 3_600_000;

/// What was found so far, and when was last looked.
#[derive(Default)]
pub struct Integrity {
    known: Mutex<BTreeSet<String>>,
    looked: Mutex<Option<(Timestamp, Option<i64>)>>,
}

/// Tells whoever starts the vault which tables count for nothing. The log is told at the first look.
pub async fn warn_of_unfit(app: &App) -> Result<()> {
    for table in app.ledger.hold().await?.unfit() {
        let what = verify::name(table);
        tracing::error!(what, "does not fit its seal; nothing in it counts until it is restored");
    }
    Ok(())
}

/// Looks if an hour has passed, or if another connection changed the database.
pub async fn watch(app: &App) -> Result<()> {
    let (now, writes) = (app.clock.now(), app.store.foreign_writes().await?);
    let due = match *lock(&app.integrity.looked) {
        Some((at, seen)) => seen != writes || now.millis_since(at) >= EVERY_MS,
        None => true,
    };
    if !due {
        return Ok(());
    }
    *lock(&app.integrity.looked) = Some((now, writes));
    look(app).await
}

/// Looks, and logs what was not known. What is mended is known no longer, and counts again.
pub async fn look(app: &App) -> Result<()> {
    let found = find(&mut app.reading().await?, &app.state).await?;
    let known = std::mem::replace(&mut *lock(&app.integrity.known), found.clone());
    mend(app).await?;
    let news: Vec<_> = found.difference(&known).cloned().collect();
    if news.is_empty() {
        return Ok(());
    }
    for what in &news {
        tracing::error!(what, "changed outside the vault; azekura doctor says what to do");
    }
    let logged = note(app, &news).await;
    if logged.is_err() {
        // It is news again at the next look, when there may be a log to tell it to.
        *lock(&app.integrity.known) = known;
    }
    logged
}

/// What is not as the vault left it, by name: tables, lines of the log, and what finds them.
pub async fn find(reading: &mut Reading<'_>, state: &StateDir) -> Result<BTreeSet<String>> {
    let tables = match verify::verify_tables(reading).await {
        Ok(tables) => tables,
        Err(store::Error::Forged { what } | store::Error::Corrupt { what }) => vec![what],
        Err(error) => return Err(error.into()),
    };
    let mut found: BTreeSet<_> = tables.into_iter().map(String::from).collect();
    match tree::verify_log(reading, &signed(state)?).await {
        Ok(Some(Fault::Lines { from, until })) => {
            found.insert(format!("entries {from} to {} of the log", until.saturating_sub(1)));
        }
        Ok(Some(Fault::Index)) => {
            found.insert(String::from("index of the log"));
        }
        // The head is named above.
        Ok(None) | Err(store::Error::Forged { .. } | store::Error::Corrupt { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(found)
}

/// The roots that this node signed, one a day and the last, by size.
pub fn signed(state: &StateDir) -> Result<BTreeMap<u64, Hash>> {
    let root = |text: &str| HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok();
    let anchors = state.anchors()?;
    Ok(anchors.iter().filter_map(|anchor| Some((anchor.size, root(&anchor.root)?))).collect())
}

/// Takes tables that were restored back into use.
async fn mend(app: &App) -> Result<()> {
    let mut ledger = app.ledger.hold().await?;
    if ledger.unfit().next().is_some() {
        ledger.refit(&mut app.reading().await?).await?;
    }
    Ok(())
}

async fn note(app: &App, news: &[String]) -> Result<()> {
    let actor = Actor::job("integrity");
    let mut journal = audit::begin_own(app, &actor, None).await?;
    for what in news {
        journal
            .append(VaultEvent::IntegrityFailure { blob_sha256: None, r#where: what.clone() })?;
    }
    journal.commit().await.map(drop)
}
