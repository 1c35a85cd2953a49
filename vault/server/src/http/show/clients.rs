//! Programs, their grants and what may be seen of their keys.

use azekura_core::change::{Amendment, ClientChange};
use azekura_core::id::VaultId;
use azekura_core::roster::{Client, ClientUse, Grant, Proof};
use azekura_wire::clients as wire;

use super::{code, codes, text};

/// A program.
pub(in crate::http) fn client(client: &Client) -> wire::Client {
    let keys = client.keys.iter().map(|key| wire::ClientKey {
        id: key.id.clone(),
        kind: String::from(match key.proof {
            Proof::Mac(_) => "secret",
            Proof::Public(_) => "public",
        }),
        made_at: key.made_at.to_string(),
        until: text(key.until),
    });
    wire::Client {
        id: client.id.to_string(),
        grant: grant(&client.grant),
        keys: keys.collect(),
        stopped_at: text(client.stopped.map(|stopped| stopped.at)),
        stop_reason: client.stopped.map(|stopped| code(stopped.reason)),
        ended_at: text(client.ended_at),
    }
}

/// A program and what it used up.
pub(in crate::http) fn detail(
    one: &Client,
    used: &ClientUse,
    vault: VaultId,
) -> wire::ClientDetail {
    wire::ClientDetail {
        client: client(one),
        used_in_hour: used.in_hour,
        used_in_day: used.in_day,
        usual_per_hour: used.usual(),
        unusual_on: text(used.reported),
        audience: vault.to_string(),
    }
}

/// What a change does to a program that exists.
pub(in crate::http) fn amended(change: &ClientChange) -> wire::ClientChange {
    let (amendment, before, after, stopped_at) = match &change.amendment {
        Amendment::Grant(regrant) => {
            ("grant", Some(grant(&regrant.before)), Some(grant(&regrant.after)), None)
        }
        Amendment::Resume { stopped } => ("resume", None, None, Some(stopped.at.to_string())),
    };
    let (client, amendment) = (change.client.to_string(), String::from(amendment));
    wire::ClientChange { client, amendment, before, after, stopped_at }
}

fn grant(grant: &Grant) -> wire::NewClient {
    let hours = grant.hours.iter().map(|window| wire::Hours {
        days: codes(&window.days),
        from: window.from.to_string(),
        until: window.until.to_string(),
    });
    wire::NewClient {
        name: grant.name.clone(),
        owner: grant.owner.to_string(),
        purposes: codes(&grant.scope.purposes),
        kinds: codes(&grant.scope.kinds),
        operations: codes(&grant.operations),
        hours: hours.collect(),
        networks: grant.networks.iter().map(ToString::to_string).collect(),
        quota_per_hour: grant.quota_per_hour,
        quota_per_day: grant.quota_per_day,
        until: grant.until.to_string(),
    }
}
