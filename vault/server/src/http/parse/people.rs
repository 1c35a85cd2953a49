//! People and their relationships.

use azekura_core::person::{Key, NumberStatus, PersonKind, Personal};
use azekura_core::text::contains_number;
use azekura_wire::people as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::people::{
    Amendment, NewPerson, NewRelationship, PersonRef, PersonView, Search,
};

/// A person with their first relationship.
pub(in crate::http) fn person(new: &wire::NewPerson) -> Result<NewPerson, Failed> {
    let mut faults = Faults::default();
    let external_ref = faults.reference("/external_ref", &new.external_ref);
    let keys = faults.keys(&new.keys);
    let personal = faults.personal(&new.name, new.birth_date.as_ref());
    let relationship = faults.relationship(
        "/dependant_of",
        &wire::NewRelationship {
            kind: new.kind.clone(),
            of: new.dependant_of.clone(),
            relation: new.relation.clone(),
            started_on: new.started_on.clone(),
            tax_column: new.tax_column.clone(),
            part_time: new.part_time,
        },
    );
    let person = external_ref.zip(keys).zip(personal.zip(relationship)).map(
        |((external_ref, keys), (personal, relationship))| NewPerson {
            external_ref,
            keys,
            personal,
            relationship,
        },
    );
    faults.finish(person)
}

/// One more relationship.
pub(in crate::http) fn relationship(
    new: &wire::NewRelationship,
) -> Result<NewRelationship, Failed> {
    let mut faults = Faults::default();
    let relationship = faults.relationship("/of", new);
    faults.finish(relationship)
}

/// What is to change about a person; `now` stands in for what is left out of name and birth date.
pub(in crate::http) fn amendment(
    patch: &wire::PersonPatch,
    now: &PersonView,
) -> Result<Amendment, Failed> {
    let mut faults = Faults::default();
    let external_ref =
        faults.optional(patch.external_ref.as_ref(), |f, text| f.reference("/external_ref", text));
    let keys = patch.keys.as_ref().and_then(|keys| faults.keys(keys));
    let personal = match (&patch.name, &patch.birth_date) {
        (None, None) => None,
        (Some(name), born) => {
            let mut personal = faults.personal(name, born.as_ref());
            if let (Some(personal), None) = (&mut personal, born) {
                personal.birth_date = now.personal.birth_date;
            }
            personal
        }
        (None, Some(born)) => Some(Personal {
            family: now.personal.family.clone(),
            given: now.personal.given.clone(),
            family_kana: now.personal.family_kana.clone(),
            given_kana: now.personal.given_kana.clone(),
            birth_date: faults.day("/birth_date", born),
        }),
    };
    faults.finish(Some(Amendment { external_ref, keys, personal }))
}

/// Which people a list shows.
pub(in crate::http) fn search(query: &wire::PeopleQuery) -> Result<Search, Failed> {
    let mut faults = Faults::default();
    let external_ref =
        faults.optional(query.external_ref.as_ref(), |f, text| f.reference("?external_ref", text));
    let key = faults.optional(query.key.as_ref(), |f, text| {
        let key = text.split_once(':');
        let key = key.map(|(system, value)| Key { system: system.into(), value: value.into() });
        key.or_else(|| f.add("?key", "key", "system:value"))
    });
    let kind = faults.optional(query.kind.as_ref(), |f, text| f.code("?kind", text));
    let status: Option<NumberStatus> =
        faults.optional(query.number_status.as_ref(), |f, text| f.code("?number_status", text));
    let name = faults.optional(query.q.as_ref(), |f, text| {
        if text.chars().count() > super::LINE || contains_number(text) {
            return f.add("?q", "number-in-text", "a part of a name");
        }
        Some(String::from(text))
    });
    faults.finish(Some(Search { external_ref, key, kind, status, name }))
}

impl Faults {
    fn keys(&mut self, keys: &[wire::Key]) -> Option<Vec<Key>> {
        let mut read = Vec::with_capacity(keys.len());
        for (at, key) in keys.iter().enumerate() {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            let known = (1..=32).contains(&key.system.len()) && key.system.bytes().all(fits);
            if !known {
                let detail = "1 to 32 of a-z and underscore";
                self.add::<()>(&format!("/keys/{at}/system"), "name", detail);
            }
            let value = self.reference(&format!("/keys/{at}/value"), &key.value);
            read.extend(value.map(|value| Key { system: key.system.clone(), value }));
        }
        Some(read)
    }

    fn personal(&mut self, name: &wire::PersonName, born: Option<&String>) -> Option<Personal> {
        let family = self.line("/name/family", &name.family);
        let given = self.line("/name/given", &name.given);
        let family_kana = self.line("/name/family_kana", &name.family_kana);
        let given_kana = self.line("/name/given_kana", &name.given_kana);
        let birth_date = self.optional(born, |f, text| f.day("/birth_date", text));
        Some(Personal {
            family: family?,
            given: given?,
            family_kana: family_kana?,
            given_kana: given_kana?,
            birth_date,
        })
    }

    fn relationship(
        &mut self,
        of_at: &str,
        new: &wire::NewRelationship,
    ) -> Option<NewRelationship> {
        let kind: Option<PersonKind> = self.code("/kind", &new.kind);
        let of = self.optional(new.of.as_ref(), |f, text| f.whose(of_at, text));
        let relation = self.optional(new.relation.as_ref(), |f, text| f.line("/relation", text));
        let started_on =
            self.optional(new.started_on.as_ref(), |f, text| f.day("/started_on", text));
        let tax_column =
            self.optional(new.tax_column.as_ref(), |f, text| f.code("/tax_column", text));
        let part_time = new.part_time.unwrap_or(false);
        Some(NewRelationship { kind: kind?, of, relation, started_on, tax_column, part_time })
    }

    /// A person by the vault's id or by the payroll's key.
    fn whose(&mut self, pointer: &str, text: &str) -> Option<PersonRef> {
        match text.parse() {
            Ok(id) => Some(PersonRef::Id(id)),
            Err(_) => self.reference(pointer, text).map(PersonRef::ExternalRef),
        }
    }
}
