//! Reads: numbers on their way out, and what is told of a read later.

use azekura_core::access::Denial;
use azekura_core::audit::ActorRef;
use azekura_wire::number::NumberText;
use azekura_wire::reads as wire;

use super::text;
use crate::http::lang::Lang;
use crate::service::read::Record;
use crate::service::release::{Given, Line};

/// What one person of a read gets. The number moves from one wiped buffer to another.
pub(in crate::http) fn result(line: Line, lang: Lang) -> wire::ReadResult {
    let result = wire::ReadResult {
        person: text(line.person),
        external_ref: line.external_ref,
        ..wire::ReadResult::default()
    };
    match line.given {
        Given::Allowed => wire::ReadResult { allowed: Some(true), ..result },
        Given::Denied(denial) => wire::ReadResult { denied: Some(denied(denial, lang)), ..result },
        Given::Number(number) => {
            wire::ReadResult { number: Some(NumberText::from(number.expose())), ..result }
        }
    }
}

/// What was asked and decided.
pub(in crate::http) fn record(record: &Record, lang: Lang) -> wire::ReadRecord {
    let refused = record.people.iter().filter(|(_, code)| code.is_some()).count();
    let client = match &record.actor {
        ActorRef::Client { id, .. } => Some(*id),
        ActorRef::Operator | ActorRef::System { .. } | ActorRef::User { .. } => None,
    };
    wire::ReadRecord {
        id: record.id.to_string(),
        purpose: record.purpose.code.clone(),
        period: record.purpose.period.clone(),
        reference: record.purpose.reference.clone(),
        destination: record.purpose.destination.clone().unwrap_or_default(),
        dry_run: record.dry_run,
        user: text(record.actor.person()).unwrap_or_default(),
        client: text(client),
        at: record.at.to_string(),
        allowed: u32::try_from(record.people.len() - refused).unwrap_or(u32::MAX),
        denied: u32::try_from(refused).unwrap_or(u32::MAX),
        results: record
            .people
            .iter()
            .map(|(person, code)| wire::ReadDecision {
                person: person.to_string(),
                denied: code.as_deref().map(|code| named(code, lang)),
            })
            .collect(),
    }
}

fn denied(denial: Denial, lang: Lang) -> wire::Denied {
    wire::Denied {
        code: String::from(denial.code()),
        detail: String::from(lang.pick((denial.detail_en(), denial.detail_ja()))),
    }
}

/// The denial that the log names by its code.
fn named(code: &str, lang: Lang) -> wire::Denied {
    match Denial::ALL.iter().find(|denial| denial.code() == code) {
        Some(denial) => denied(*denial, lang),
        None => wire::Denied { code: String::from(code), detail: String::new() },
    }
}
