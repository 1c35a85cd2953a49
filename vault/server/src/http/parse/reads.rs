//! Reads.

use azekura_wire::reads as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::people::PersonRef;
use crate::service::read::{MOST, ReadAsk};

/// What is asked.
pub(in crate::http) fn ask(new: &wire::ReadRequest) -> Result<ReadAsk, Failed> {
    let mut faults = Faults::default();
    let purpose = faults.code("/purpose", &new.purpose);
    let period = new.period.parse().ok();
    let period = period.or_else(|| faults.add("/period", "period", "a tax year or a day"));
    let reference = faults.free("/reference", &new.reference);
    let destination =
        faults.optional(new.destination.as_ref(), |f, text| f.free("/destination", text));
    let reason = faults.optional(new.reason.as_ref(), |f, text| f.free("/reason", text));
    let people = faults.people(&new.people);
    let ask = purpose.zip(period).zip(reference.zip(people)).map(
        |((purpose, period), (reference, people))| ReadAsk {
            purpose,
            period,
            reference,
            destination,
            reason,
            dry_run: new.dry_run,
            people,
        },
    );
    faults.finish(ask)
}

impl Faults {
    fn people(&mut self, people: &[wire::PersonRef]) -> Option<Vec<PersonRef>> {
        if !(1..=MOST).contains(&people.len()) {
            return self.add("/people", "range", "1 to 10000 people");
        }
        let mut read = Vec::with_capacity(people.len());
        for (at, person) in people.iter().enumerate() {
            read.extend(match person {
                wire::PersonRef::Id(id) => self.id(&format!("/people/{at}"), id).map(PersonRef::Id),
                wire::PersonRef::External(key) => self
                    .reference(&format!("/people/{at}/external_ref"), &key.external_ref)
                    .map(PersonRef::ExternalRef),
            });
        }
        Some(read)
    }
}
