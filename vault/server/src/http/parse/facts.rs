//! Events that move retention clocks.

use azekura_core::id::{FactId, PersonId};
use azekura_core::purpose::Purpose;
use azekura_core::retention::{
    DeclarationKind, EndReason, FactKind, FamilyWork, Medium, RemovalReason, Scheme, year_end,
};
use azekura_core::time::CivilDate;
use azekura_wire::changes::FactCorrection;
use azekura_wire::retention as wire;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Faults;
use crate::http::problem::Failed;
use crate::service::events::NewFact;

/// Which fact was wrong, what holds instead, and why.
type Correction = (FactId, Option<NewFact>, String);

/// What happened; `today` stands in for a day that may be left out.
pub(in crate::http) fn fact(new: &wire::NewEvent, today: CivilDate) -> Result<NewFact, Failed> {
    let mut faults = Faults::default();
    let fact = faults.fact("", new, today);
    faults.finish(fact)
}

/// Whose fact is corrected, and how.
pub(in crate::http) fn correction(
    new: &FactCorrection,
    today: CivilDate,
) -> Result<(PersonId, Correction), Failed> {
    let mut faults = Faults::default();
    let person = faults.id("/person", &new.person);
    let supersedes = faults.id("/supersedes", &new.supersedes);
    let reason = faults.free("/reason", &new.reason);
    let with = new.with.as_ref().and_then(|with| faults.fact("/with", with, today));
    let correction = supersedes
        .zip(reason)
        .map(|(supersedes, reason)| (supersedes, with, String::from(reason.as_str())));
    faults.finish(person.zip(correction))
}

impl Faults {
    fn fact(&mut self, at: &str, new: &wire::NewEvent, today: CivilDate) -> Option<NewFact> {
        let relationship = self.optional(new.relationship.as_ref(), |f, text| {
            f.id(&format!("{at}/relationship"), text)
        });
        let Ok(Value::Object(mut fields)) = serde_json::to_value(&new.event) else {
            return self.add(at, "wrong-type", "an event of the reference");
        };
        let on = self.on(at, fields.remove("on").as_ref(), &fields, today);
        for (name, value) in &fields {
            self.field(&format!("{at}/{name}"), (name, value), &fields);
        }
        let kind: Option<FactKind> = serde_json::from_value(Value::Object(fields)).ok();
        // Where no field is named above, the two descriptions of the event differ.
        if kind.is_none() && self.0.is_empty() {
            self.add::<()>(at, "wrong-type", "an event of the reference");
        }
        Some(NewFact { relationship, on: on?, kind: kind? })
    }

    /// The day; what concerns a whole year happens at its end, a paper comes in today.
    fn on(
        &mut self,
        at: &str,
        on: Option<&Value>,
        fields: &Map<String, Value>,
        today: CivilDate,
    ) -> Option<CivilDate> {
        if let Some(on) = on.and_then(Value::as_str) {
            return self.day(&format!("{at}/on"), on);
        }
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
        let year = fields.get("tax_year").and_then(Value::as_i64);
        match (kind, year.and_then(|year| i16::try_from(year).ok())) {
            ("no_filing_required" | "payment_made", Some(year)) => Some(year_end(year)),
            ("declaration_received" | "declaration_voided", _) => Some(today),
            _ => self.add(&format!("{at}/on"), "required", "the day it happened"),
        }
    }

    /// Checks one field of an event by its name; the reasons differ by what happened.
    fn field(&mut self, at: &str, (name, value): (&str, &Value), all: &Map<String, Value>) {
        let text = value.as_str().unwrap_or_default();
        let kind = all.get("type").and_then(Value::as_str).unwrap_or_default();
        match (name, kind) {
            ("declaration_deadline" | "finished_on" | "last_paid_on", _) => {
                self.day(at, text);
            }
            ("destination", _) | ("reason", "no_filing_required") => {
                self.free(at, text);
            }
            ("kind", _) => self.known::<DeclarationKind>(at, text),
            ("medium", _) => self.known::<Medium>(at, text),
            ("purpose", _) => self.known::<Purpose>(at, text),
            ("reason", "employment_ended") => self.known::<EndReason>(at, text),
            ("reason", _) => self.known::<RemovalReason>(at, text),
            ("scheme", _) => self.known::<Scheme>(at, text),
            ("scope", _) => {
                let works = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                let works: Vec<String> = works.map(String::from).collect();
                self.codes::<FamilyWork>(at, &works);
            }
            ("tax_year", _) if value.as_i64().is_none_or(|year| !(2016..=9998).contains(&year)) => {
                self.add::<()>(at, "range", "a tax year from 2016 on");
            }
            _ => {}
        }
    }

    fn known<T: DeserializeOwned>(&mut self, at: &str, text: &str) {
        self.code::<T>(at, text);
    }
}
