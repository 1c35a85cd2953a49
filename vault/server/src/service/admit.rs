//! Whether a call that reads is let through as a whole: by the caller's rights and a program's quota.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use azekura_core::access::{Denial, Scope};
use azekura_core::audit::Digest;
use azekura_core::audit::event::{AccessEvent, RosterEvent};
use azekura_core::id::{ClientId, OrganisationId, SessionId};
use azekura_core::roster::{ClientUse, StopReason};
use azekura_core::time::Timestamp;
use uuid::Uuid;

use super::audit::Journal;
use super::intents::Ask;
use super::{Result, rights, stops};
use crate::auth::{Permission, Who};
use crate::store::{Kept, bulk};

/// The policy within which the caller may read, if the call as a whole is let through.
pub(super) fn admit(
    journal: &mut Journal<'_>,
    policies: &mut Policies,
    quotas: &mut Quotas,
    ask: &Ask,
) -> Result<Result<Arc<Policy>>> {
    let admitted = policies.of(journal, ask).and_then(|policy| {
        if quotas.stops(ask) {
            return Err(rights::Refusal::Access(Denial::ClientStopped));
        }
        let charged = quotas.charge(journal, ask);
        charged.then_some(policy).ok_or(rights::Refusal::Access(Denial::QuotaExceeded))
    });
    match admitted {
        Ok(policy) => Ok(Ok(policy)),
        Err(refusal) => {
            refused(journal, ask, refusal.code())?;
            quotas.refuse(journal, ask);
            let (authority, at) = (journal.authority(), journal.at());
            Ok(Err(rights::explained(refusal, authority, Some(ask.org), at)))
        }
    }
}

/// Logs that the ask is refused as a whole.
pub(super) fn refused(journal: &mut Journal<'_>, ask: &Ask, code: &str) -> Result<()> {
    let (code, route) = (String::from(code), String::from("reads"));
    let refused = AccessEvent::Refused { code, count: 1, route };
    journal.append_as(&ask.actor, Some(ask.org), Some("use"), refused).map(drop)
}

/// Within what a caller may read, and the digest by which the log names it.
pub(super) struct Policy {
    pub(super) scope: Scope,
    pub(super) digest: Digest,
}

/// The policies of the callers of a group, each worked out once: all asks of it are of one moment.
#[derive(Default)]
pub(super) struct Policies(HashMap<Caller, Arc<Policy>>);

/// In which organisation who asks, in which session, and from where: a grant, and a roster line, hold
/// for their networks only.
type Caller = (OrganisationId, Option<Uuid>, Option<SessionId>, Option<IpAddr>);

impl Policies {
    fn of(
        &mut self,
        journal: &Journal<'_>,
        ask: &Ask,
    ) -> std::result::Result<Arc<Policy>, rights::Refusal> {
        let caller = (ask.org, ask.actor.uuid(), ask.actor.session(), ask.actor.ip);
        if let Some(policy) = self.0.get(&caller) {
            return Ok(Arc::clone(policy));
        }
        let (authority, at) = (journal.authority(), journal.at());
        let scope = rights::scope(authority, &ask.actor, ask.org, Permission::Use, at)?;
        let digest = Digest::of(&serde_json::to_vec(&scope).unwrap_or_default());
        let policy = Arc::new(Policy { scope, digest });
        self.0.insert(caller, Arc::clone(&policy));
        Ok(policy)
    }
}

/// The quota counters of the programs in a group.
pub(super) struct Quotas {
    kept: HashMap<ClientId, Kept<ClientUse>>,
    next: HashMap<ClientId, ClientUse>,
}

impl Quotas {
    pub(super) async fn fetch(journal: &mut Journal<'_>, asks: &[&Ask]) -> Result<Self> {
        let mut ids: Vec<ClientId> = asks.iter().filter_map(|ask| client(ask)).collect();
        ids.sort_unstable();
        ids.dedup();
        let kept = if ids.is_empty() {
            Vec::new()
        } else {
            bulk::client_uses(journal.reading(), &ids).await?
        };
        let kept = kept.into_iter().map(|kept| (kept.client, kept)).collect();
        Ok(Self { kept, next: HashMap::new() })
    }

    /// Whether the quota of a program bears this ask; people have none.
    fn charge(&mut self, journal: &Journal<'_>, ask: &Ask) -> bool {
        let Some(id) = client(ask).filter(|_| ask.charge > 0) else { return true };
        let Some(client) = journal.authority().client_by_id(id) else { return false };
        let now = journal.at();
        match self.used(id, now).plus(&client.grant, ask.charge, now) {
            Some(next) => self.next.insert(id, next).is_none_or(|_| true),
            None => false,
        }
    }

    /// Counts a refusal of a program. One too many stops it, from the next ask of the group on.
    pub(super) fn refuse(&mut self, journal: &Journal<'_>, ask: &Ask) {
        let Some(id) = client(ask) else { return };
        let next = self.used(id, journal.at()).plus_refusal(journal.at());
        self.next.insert(id, next);
    }

    fn stops(&self, ask: &Ask) -> bool {
        let next = client(ask).and_then(|id| self.next.get(&id));
        next.is_some_and(ClientUse::refused_too_often)
    }

    fn used(&self, id: ClientId, now: Timestamp) -> ClientUse {
        let used = self.next.get(&id).or_else(|| self.kept.get(&id).map(|kept| &**kept));
        used.cloned().unwrap_or_else(|| ClientUse::none(id, now))
    }

    /// Keeps the counters; tells of unusual volume, and stops whoever was refused too often.
    pub(super) async fn save(self, journal: &mut Journal<'_>) -> Result<()> {
        for (id, mut next) in self.next {
            if next.is_news() {
                next = told(journal, next)?;
            }
            let too_often = next.refused_too_often();
            journal.save(self.kept.get(&id), next).await?;
            if too_often {
                stops::stop(journal, id, StopReason::Refusals).await?;
            }
        }
        Ok(())
    }
}

fn told(journal: &mut Journal<'_>, used: ClientUse) -> Result<ClientUse> {
    let (client, in_hour, usual) = (used.client, used.in_hour, used.usual());
    let org = journal.authority().client_by_id(client).map(|client| client.org);
    journal.append_in(org, RosterEvent::ClientUnusualVolume { client, in_hour, usual })?;
    tracing::warn!(%client, in_hour, usual, "a program reads more than usual");
    Ok(used.told())
}

fn client(ask: &Ask) -> Option<ClientId> {
    match ask.actor.who {
        Who::Client { id, .. } => Some(id),
        Who::Job(_) | Who::Nobody | Who::Operator | Who::User { .. } => None,
    }
}
