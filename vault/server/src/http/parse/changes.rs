//! Numbers and whatever else waits for a second person.

use azekura_core::identity::{Document, IdentityCheck};
use azekura_core::number::MyNumber;
use azekura_core::text::FreeText;
use azekura_wire::changes as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::change::Search;
use crate::service::notices::NewPurposes;
use crate::service::submit::{NewNumber, NumberKind};

/// The states of a change, as the API names them.
const STATES: [&str; 5] = ["approved", "expired", "pending", "rejected", "withdrawn"];

/// A number with what makes it lawful.
pub(in crate::http) fn number(
    new: &wire::NewNumber,
    kind: NumberKind,
) -> Result<NewNumber, Failed> {
    let mut faults = Faults::default();
    let person = faults.id("/person", &new.person);
    let number = faults.number("/number", &new.number);
    let purposes = faults.bundles("/purposes", &new.purposes);
    let notice = faults.optional(new.notice.as_ref(), |f, text| f.id("/notice", text));
    let identity = faults.identity(&new.identity_check);
    let reason = faults.optional(new.reason.as_ref(), |f, text| f.free("/reason", text));
    if new.reason.is_none() && kind == NumberKind::Correct {
        faults.add::<()>("/reason", "required", "why the number is replaced");
    }
    let replaces = faults.optional(new.replaces.as_ref(), |f, text| f.id("/replaces", text));
    let read = person.zip(number).zip(purposes.zip(identity)).map(
        |((person, number), (purposes, identity))| NewNumber {
            person,
            kind,
            number,
            purposes,
            notice,
            identity,
            reason: reason.map(|reason| String::from(reason.as_str())),
            replaces,
        },
    );
    faults.finish(read)
}

/// Other purposes for a record.
pub(in crate::http) fn rebinding(new: &wire::NewPurposes) -> Result<NewPurposes, Failed> {
    let mut faults = Faults::default();
    let person = faults.id("/person", &new.person);
    let purposes = faults.bundles("/purposes", &new.purposes);
    let notice = faults.optional(new.notice.as_ref(), |f, text| f.id("/notice", text));
    let reason = faults.free("/reason", &new.reason);
    let read = person.zip(purposes).zip(reason);
    faults.finish(read.map(|((person, purposes), reason)| NewPurposes {
        person,
        purposes,
        notice,
        reason,
    }))
}

/// The blind entry.
pub(in crate::http) fn check(new: &wire::Check) -> Result<MyNumber, Failed> {
    let mut faults = Faults::default();
    let number = faults.number("/number", &new.number);
    faults.finish(number)
}

/// What the maker should do.
pub(in crate::http) fn rejection(new: &wire::Rejection) -> Result<FreeText, Failed> {
    let mut faults = Faults::default();
    let reason = faults.free("/reason", &new.reason);
    faults.finish(reason)
}

/// Which changes a list shows.
pub(in crate::http) fn search(query: &wire::ChangesQuery) -> Result<Search, Failed> {
    let mut faults = Faults::default();
    let state = faults.optional(query.status.as_ref(), |f, text| {
        let known = STATES.into_iter().find(|state| *state == text);
        known.or_else(|| f.add("?status", "unknown-code", "a status of the reference"))
    });
    let person = faults.optional(query.person.as_ref(), |f, text| f.id("?person", text));
    faults.finish(Some(Search { state, person }))
}

impl Faults {
    fn identity(&mut self, new: &wire::IdentityCheck) -> Option<IdentityCheck> {
        let at = |name: &str| format!("/identity_check/{name}");
        let method = self.code(&at("method"), &new.method);
        let number_document = self
            .optional(new.number_document.as_ref(), |f, text| f.code(&at("number_document"), text));
        let identity_documents = match new.identity_documents.as_slice() {
            [] => Some(std::collections::BTreeSet::<Document>::new()),
            documents => self.codes(&at("identity_documents"), documents),
        };
        let agent_document = self
            .optional(new.agent_document.as_ref(), |f, text| f.code(&at("agent_document"), text));
        let verified_on = self.day(&at("verified_on"), &new.verified_on);
        Some(IdentityCheck {
            method: method?,
            number_document,
            identity_documents: identity_documents?,
            agent_document,
            verified_on: verified_on?,
        })
    }
}
