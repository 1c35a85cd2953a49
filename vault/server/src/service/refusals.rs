//! Refusals before an act: counted by source, route and code, and written once a minute, so that
//! whoever is refused cannot make the log grow by asking.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;

use azekura_core::audit::event::AccessEvent;

use super::{Result, audit};
use crate::app::{App, lock};
use crate::auth::{Actor, Who};

/// Entries of one minute; whatever else is refused in it is counted in one more. With 400 bytes
/// each they stay below half of the 64 KB a minute that an unauthenticated caller may cause.
const MOST: usize = 64;

/// The refusals that are not written yet.
#[derive(Default)]
pub struct Refusals(Mutex<BTreeMap<Kind, u32>>);

#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
struct Kind {
    code: &'static str,
    /// The template of the route.
    route: String,
    ip: Option<IpAddr>,
}

impl Refusals {
    /// Counts a refusal.
    pub fn note(&self, code: &'static str, route: &str, ip: Option<IpAddr>) {
        let mut counted = lock(&self.0);
        let kind = Kind { code, route: String::from(route), ip };
        let full = counted.len() >= MOST && !counted.contains_key(&kind);
        let kind = if full {
            Kind { code: "refused", route: String::from("others"), ip: None }
        } else {
            kind
        };
        let count = counted.entry(kind).or_default();
        *count = count.saturating_add(1);
    }
}

/// Writes what was counted since the last time.
pub async fn write(app: &App) -> Result<()> {
    let counted = std::mem::take(&mut *lock(&app.refusals.0));
    if counted.is_empty() {
        return Ok(());
    }
    let own = Actor::job("refusals");
    let mut journal = audit::begin_own(app, &own, None).await?;
    for (Kind { code, route, ip }, count) in counted {
        let source = Actor { who: Who::Job("refusals"), request: None, ip, once: None };
        let refused = AccessEvent::Refused { code: String::from(code), count, route };
        journal.append_as(&source, None, None, refused)?;
    }
    journal.commit().await.map(drop)
}
