//! Facts, and the reasoning behind a date.

use azekura_core::person::Person;
use azekura_core::retention::{Fact, Holding, Line};
use azekura_wire::retention as wire;
use serde_json::Value;

use super::text;

/// A fact as it was written down; `None` for one that the API has no event for.
pub(in crate::http) fn recorded(fact: &Fact) -> Option<wire::RecordedEvent> {
    Some(wire::RecordedEvent {
        id: fact.id.to_string(),
        event: event(fact)?,
        relationship: fact.relationship.to_string(),
        recorded_by: fact.author.to_string(),
        recorded_at: fact.recorded_at.to_string(),
        superseded_by: text(fact.superseded_by),
    })
}

/// A fact as an event that names its relationship.
pub(in crate::http) fn new_event(fact: &Fact) -> Option<wire::NewEvent> {
    let relationship = Some(fact.relationship.to_string());
    Some(wire::NewEvent { relationship, event: event(fact)? })
}

/// Until when a number is kept, and why.
pub(in crate::http) fn retention(person: &Person, lines: Vec<Line>) -> wire::Retention {
    let due = person.holdings.due();
    wire::Retention {
        person: person.id.to_string(),
        retain_until: due.as_ref().map(|due| due.first_deletable.plus_days(-1).to_string()),
        first_deletable: due.map(|due| due.first_deletable.to_string()),
        holdings: person.holdings.items.iter().map(holding).collect(),
        lines: lines.into_iter().map(|line| line.text).collect(),
    }
}

fn holding(holding: &Holding) -> wire::Holding {
    wire::Holding {
        relationship: holding.relationship.to_string(),
        purpose: String::from(holding.bundle.code()),
        rule: holding.rule.map(|rule| String::from(rule.code())),
        article: Some(String::from(holding.article())),
        start: text(holding.span.from),
        end: text(holding.keep_until),
        estimated: holding.estimated,
    }
}

/// Both sides describe events with the same names; the day stands inside on this side.
fn event(fact: &Fact) -> Option<wire::Event> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(&fact.kind) else { return None };
    fields.insert(String::from("on"), fact.on.to_string().into());
    fields.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(fields)).ok()
}
