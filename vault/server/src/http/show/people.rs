//! People, always masked.

use azekura_core::person::{Key, NumberState, Person, Personal, Relationship};
use azekura_core::retention::{Fact, FactKind};
use azekura_core::time::CivilDate;
use azekura_wire::people as wire;

use super::{code, text};

/// A person as of `today`.
pub(in crate::http) fn person(
    person: &Person,
    personal: &Personal,
    today: CivilDate,
) -> wire::Person {
    wire::Person {
        id: person.id.to_string(),
        external_ref: person.external_ref.clone(),
        keys: person.keys.iter().map(key).collect(),
        relationships: person.relationships.iter().map(|held| relationship(person, held)).collect(),
        name: Some(wire::PersonName {
            family: personal.family.clone(),
            given: personal.given.clone(),
            family_kana: personal.family_kana.clone(),
            given_kana: personal.given_kana.clone(),
        }),
        birth_date: text(personal.birth_date),
        number: number(person, today),
    }
}

/// One relationship, with the end that the facts tell of.
pub(in crate::http) fn relationship(person: &Person, held: &Relationship) -> wire::Relationship {
    let ended = ended(person, held);
    wire::Relationship {
        id: held.id.to_string(),
        kind: String::from(held.kind.code()),
        of: text(held.of),
        relation: held.relation.clone(),
        started_on: text(held.started_on),
        ended_on: ended.map(|fact| fact.on.to_string()),
        end_reason: ended.and_then(|fact| match &fact.kind {
            FactKind::EmploymentEnded { reason, .. } => Some(code(reason)),
            FactKind::DependantRemoved { reason, .. } => Some(code(reason)),
            _ => None,
        }),
        tax_column: held.tax_column.map(code),
        part_time: held.part_time,
    }
}

fn key(key: &Key) -> wire::Key {
    wire::Key { system: key.system.clone(), value: key.value.clone() }
}

fn number(person: &Person, today: CivilDate) -> wire::NumberView {
    let active = person.number.active();
    let pending = match &person.number.state {
        NumberState::Active(active) => active.correction,
        NumberState::Pending { change } => Some(*change),
        NumberState::Disposed { .. }
        | NumberState::NotSubmitted
        | NumberState::Requested { .. }
        | NumberState::Returned { .. } => None,
    };
    let due = active.and_then(|_| person.holdings.due());
    let bundles = active.into_iter().flat_map(|active| active.purposes.bundles());
    wire::NumberView {
        status: String::from(person.status(today).code()),
        masked: active.map(|_| String::from(wire::MASK)),
        version: active.map(|active| active.version),
        purposes: bundles.map(|bundle| String::from(bundle.code())).collect(),
        registered_at: active.map(|active| active.registered_at.to_string()),
        retain_until: due.map(|due| due.first_deletable.plus_days(-1).to_string()),
        notice: active.map(|active| active.notice.to_string()),
        identity_method: active.map(|active| code(active.identity.method)),
        pending_change: text(pending),
    }
}

/// The newest fact that ends a relationship, unless a newer one begins it again.
fn ended<'p>(person: &'p Person, held: &Relationship) -> Option<&'p Fact> {
    let turns = person.facts.iter().filter(|fact| fact.counts() && fact.relationship == held.id);
    let turns = turns.filter(|fact| {
        matches!(
            fact.kind,
            FactKind::ContractEnded {}
                | FactKind::ContractStarted {}
                | FactKind::DependantAdded { .. }
                | FactKind::DependantRemoved { .. }
                | FactKind::EmploymentEnded { .. }
                | FactKind::EmploymentStarted {}
        )
    });
    turns.max_by_key(|fact| (fact.on, fact.recorded_at)).filter(|fact| {
        matches!(
            fact.kind,
            FactKind::ContractEnded {}
                | FactKind::DependantRemoved { .. }
                | FactKind::EmploymentEnded { .. }
        )
    })
}
