//! From facts to holdings.

use super::{Holdings, Settings};
use crate::id::PersonId;
use crate::person::Person;
use crate::purpose::Purposes;

/// Finds the employee of a dependant or heir; none if there is no such person.
pub type Family<'a> = dyn Fn(PersonId) -> Option<&'a Person> + 'a;

impl Holdings {
    /// What `person`'s number is held for if it is bound to `bound`.
    pub fn derive(person: &Person, bound: &Purposes, of: &Family<'_>, settings: &Settings) -> Self {
        let _ = (person, bound, of);
        Self { items: Vec::new(), todos: Vec::new(), cycle: settings.cycle }
    }
}
