//! Completions: a certificate's second document comes after the keys of its epochs are gone.

use std::collections::HashMap;

use super::Line;
use super::epochs::Epochs;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Completions {
    issued: HashMap<Box<str>, Issued>,
    completed: HashMap<Box<str>, Completed>,
}

/// A certificate that may be completed.
struct Issued {
    certificate: Option<Box<str>>,
    person: Option<Box<str>>,
    epochs: Vec<u64>,
}

/// What the log tells of a completion.
#[derive(Debug)]
pub(crate) struct Completed {
    /// When.
    pub(crate) at: i64,
    /// Digest of its payload.
    pub(crate) sha256: Option<Box<str>>,
}

impl Completions {
    /// A certificate was issued for a record that keys of these epochs had wrapped.
    pub(super) fn expect(&mut self, entry: &Line<'_>, epochs: &[u64]) {
        let issued = Issued {
            certificate: entry.certificate.map(Into::into),
            person: entry.person.map(Into::into),
            epochs: epochs.to_vec(),
        };
        self.issued.extend(entry.serial.map(|serial| (serial.into(), issued)));
    }

    pub(super) fn take(
        &mut self,
        place: u64,
        entry: &Line<'_>,
        epochs: &Epochs,
        found: &mut Findings,
    ) {
        if entry.act != "certificate.completed" {
            return;
        }
        let issued = entry.serial.and_then(|serial| Some((serial, self.issued.get(serial)?)));
        let Some((serial, issued)) = issued.filter(|(_, issued)| issued.is(entry)) else {
            let what = "a certificate was completed that nobody had issued";
            return found.at(place, "completed-unknown", what);
        };
        if issued.epochs.iter().any(|epoch| !epochs.is_destroyed(*epoch)) {
            let what = "a certificate was completed before the keys of its epochs were destroyed";
            found.at(place, "completed-early", what);
        }
        let told = Completed { at: entry.at, sha256: entry.sha256.map(Into::into) };
        if self.completed.insert(serial.into(), told).is_some() {
            found.at(place, "completed-twice", "the certificate was completed before");
        }
    }

    /// What is told of each completed certificate, by its serial number.
    pub(super) fn into_completed(self) -> HashMap<Box<str>, Completed> {
        self.completed
    }
}

impl Issued {
    fn is(&self, entry: &Line<'_>) -> bool {
        self.certificate.as_deref() == entry.certificate && self.person.as_deref() == entry.person
    }
}
