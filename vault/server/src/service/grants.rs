//! What an agreed grant does to a program, and how the log tells it.

use azekura_core::audit::event::{RosterEvent, SettingChange};
use azekura_core::change::{Amendment, Change, ClientChange};
use azekura_core::id::ChangeId;
use azekura_core::oversight::Duty;
use azekura_core::roster::{Client, ClientUse, Grant};
use serde_json::Value;

use super::audit::Journal;
use super::{Error, Result, duties};

/// The program of an approved registration exists from here on.
pub(super) async fn register(
    journal: &mut Journal<'_>,
    change: ChangeId,
    client: &Client,
) -> Result<()> {
    let day = journal.at().tokyo_date();
    duties::eligible(
        journal.authority(),
        client.org,
        ("/owner", client.grant.owner),
        Duty::Program,
        day,
    )?;
    let (id, owner) = (client.id, client.grant.owner);
    journal.append(RosterEvent::ClientRegistered { change, client: id, owner })?;
    journal.insert(client.clone()).await.map(drop)
}

/// What two people agreed on happens to the program.
///
/// # Errors
///
/// [`Error::Stale`] if the program is no longer what they saw.
pub(super) async fn amend(
    journal: &mut Journal<'_>,
    change: &Change,
    agreed: &ClientChange,
) -> Result<()> {
    let kept = journal.reading().find::<Client>(agreed.client).await?;
    let kept = kept.filter(|client| change.org == Some(client.org) && client.ended_at.is_none());
    let kept = kept.ok_or(Error::NotFound)?;
    let mut next = (*kept).clone();
    match &agreed.amendment {
        Amendment::Grant(regrant) => {
            if kept.grant != regrant.before {
                return Err(Error::Stale);
            }
            let (owner, day) = (regrant.after.owner, journal.at().tokyo_date());
            duties::eligible(journal.authority(), kept.org, ("/owner", owner), Duty::Program, day)?;
            next.grant = regrant.after.clone();
            journal.append(amended(&kept, &next.grant, Some(change.id)))?;
        }
        Amendment::Resume { stopped } => {
            if kept.stopped != Some(*stopped) {
                return Err(Error::Stale);
            }
            next.stopped = None;
            let (client, change) = (kept.id, change.id);
            journal.append(RosterEvent::ClientResumed { change, client })?;
            if let Some(used) = journal.reading().find::<ClientUse>(kept.id).await? {
                journal.replace(&used, used.forgiven()).await?;
            }
        }
    }
    journal.replace(&kept, next).await.map(drop)
}

/// The entry of a program whose grant differs from now on: each part before and after, as JSON.
pub(super) fn amended(client: &Client, after: &Grant, change: Option<ChangeId>) -> RosterEvent {
    let fields = |grant| match serde_json::to_value(grant) {
        Ok(Value::Object(fields)) => fields,
        // A grant is written as an object.
        _ => serde_json::Map::new(),
    };
    let before = fields(&client.grant);
    let differs = |(name, value): &(String, Value)| before.get(name) != Some(value);
    let settings = fields(after)
        .into_iter()
        .filter(differs)
        .map(|(name, value)| SettingChange {
            before: before.get(&name).map(Value::to_string),
            after: value.to_string(),
            name,
        })
        .collect();
    RosterEvent::ClientAmended { change, client: client.id, settings }
}
