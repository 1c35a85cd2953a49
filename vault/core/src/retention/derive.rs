//! From facts to holdings: for each relationship, each bundle that concerns it.

use std::collections::BTreeSet;

use super::employment::facts_of;
use super::slips::Part;
use super::{Holding, Holdings, Rule, Settings, Todo, TodoKind};
use crate::id::PersonId;
use crate::person::{Person, PersonKind, Relationship};
use crate::purpose::{Bundle, Purposes};
use crate::time::CivilDate;

/// Finds the employee whose family a dependant is; none if there is no such person.
pub type Family<'a> = dyn Fn(PersonId) -> Option<&'a Person> + 'a;

/// What the derivation of one relationship reads and writes.
pub(super) struct Deriving<'a> {
    pub(super) person: &'a Person,
    pub(super) relationship: &'a Relationship,
    /// The bundles the number is bound to that concern the relationship.
    pub(super) bundles: Vec<Bundle>,
    pub(super) settings: &'a Settings,
    items: Vec<Holding>,
    todos: Vec<Todo>,
}

impl Holdings {
    /// What `person`'s number is held for if it is bound to `bound`.
    ///
    /// It depends on no day: derive it when relationships, facts, bundles or settings change, and
    /// for an employee's family too. `of` finds the employee of a dependant.
    pub fn derive<'a>(
        person: &'a Person,
        bound: &Purposes,
        of: &Family<'a>,
        settings: &'a Settings,
    ) -> Self {
        let bundles = bound.covered();
        let mut holdings = Self { cycle: settings.cycle, ..Self::default() };
        for relationship in &person.relationships {
            let mut deriving = Deriving::of(person, relationship, &bundles, settings);
            match relationship.kind {
                PersonKind::Employee | PersonKind::Officer => deriving.staff(),
                PersonKind::Dependant => deriving.dependant(of),
                PersonKind::Heir
                | PersonKind::Landlord
                | PersonKind::Payee
                | PersonKind::Shareholder => deriving.counterparty(),
                PersonKind::Proprietor => deriving.proprietor(),
            }
            holdings.items.append(&mut deriving.items);
            holdings.todos.append(&mut deriving.todos);
        }
        holdings.ask_about_unneeded(bound);
        holdings
    }

    /// A bundle that holds nothing is asked about: without a holding no day would ever come.
    fn ask_about_unneeded(&mut self, bound: &Purposes) {
        let holds = |bundle: Bundle| self.items.iter().any(|item| item.bundle == bundle);
        let unneeded: Vec<Bundle> = bound.bundles().filter(|bundle| !holds(*bundle)).collect();
        let todo = |bundle| Todo {
            relationship: None,
            from: None,
            kind: TodoKind::NothingNeeds { bundle },
        };
        self.todos.extend(unneeded.into_iter().map(todo));
    }
}

impl<'a> Deriving<'a> {
    fn of(
        person: &'a Person,
        relationship: &'a Relationship,
        bundles: &BTreeSet<Bundle>,
        settings: &'a Settings,
    ) -> Self {
        let concerns = |bundle: &Bundle| bundle.concerns(relationship.kind);
        let bundles = bundles.iter().copied().filter(concerns).collect();
        Self { person, relationship, bundles, settings, items: Vec::new(), todos: Vec::new() }
    }

    /// Adds a holding of this relationship.
    pub(super) fn hold(&mut self, bundle: Bundle, rule: Option<Rule>, part: Part) {
        self.push(bundle, rule, false, part);
    }

    /// Adds a holding for the retirement slip.
    pub(super) fn hold_retirement(&mut self, part: Part) {
        self.push(Bundle::Withholding, Some(Rule::R6), true, part);
    }

    /// Adds a question about this relationship.
    pub(super) fn ask(&mut self, kind: TodoKind, from: Option<CivilDate>) {
        self.todos.push(Todo { relationship: Some(self.relationship.id), from, kind });
    }

    fn proprietor(&mut self) {
        let facts = facts_of(self.person, self.relationship);
        if self.bundles.contains(&Bundle::PayerOwn) {
            let part = super::payments::contract(self.relationship, &facts);
            self.hold(Bundle::PayerOwn, None, part);
        }
    }

    fn push(&mut self, bundle: Bundle, rule: Option<Rule>, retirement: bool, part: Part) {
        self.items.push(Holding {
            relationship: self.relationship.id,
            kind: self.relationship.kind,
            bundle,
            rule,
            retirement,
            span: part.span,
            use_until: part.use_until,
            keep_until: part.keep_until,
            estimated: part.estimated,
            set_by: part.set_by,
        });
    }
}
