//! Where a number may stand: in the answer that releases it, and nowhere else.

#![cfg(test)]

mod dump;
mod files;
mod memory;
mod placements;

use azekura_tests::site::text;
use azekura_tests::{Handler, Office, Vault};

pub(crate) struct Scene<'v> {
    pub(crate) office: Office<'v>,
    pub(crate) sato: Handler,
    pub(crate) suzuki: Handler,
}

impl<'v> Scene<'v> {
    pub(crate) fn new(vault: &'v Vault) -> Self {
        Self::at(Office::found(vault, vault.administrators(), "架空商事"))
    }

    pub(crate) fn at(office: Office<'v>) -> Self {
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["declarations", "withholding"], &suzuki);
        Self { office, sato, suzuki }
    }

    /// Registers, checks and releases each number, with a wrong entry and an unknown purpose between.
    pub(crate) fn work(&self, numbers: &[String]) -> Vec<String> {
        let Self { sato, suzuki, .. } = self;
        let mut people = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            let person = sato.add_employee("架空");
            let change = text(&sato.register(&person, number, &["withholding"]).ok(202), "id");
            if at % 10 == 0 {
                let wrong = &numbers[(at + 1) % numbers.len()];
                suzuki.check(&change, wrong).refused(409, "number-mismatch");
                sato.check(&change, number).refused(403, "same-person");
                sato.register(&person, number, &["withholding"]).refused(409, "already-registered");
            }
            suzuki.check(&change, number).ok(200);
            people.push(person);
        }
        for some in people.chunks(25) {
            let ids: Vec<&str> = some.iter().map(String::as_str).collect();
            let answer = sato.read(&ids, "withholding_slip").ok(200);
            let given = answer["results"].as_array().unwrap().iter();
            assert_eq!(given.filter(|line| line["number"].is_string()).count(), ids.len());
            sato.read(&ids, "birthday_cards").ok(422);
        }
        people
    }
}
