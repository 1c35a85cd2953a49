//! The closed table of purposes.

use azekura_core::purpose::{Bundle, Purpose};
use azekura_wire::purposes as wire;

use super::codes;

/// The whole table, or what a form is made for.
pub(in crate::http) fn table(form: Option<&str>) -> wire::Purposes {
    let works: Vec<Purpose> = match form {
        None => Purpose::ALL.to_vec(),
        Some(form) => {
            let named = |work: &&Purpose| work.documents().contains(&form);
            let mut works = Purpose::for_form(form);
            works.extend(Purpose::ALL.iter().filter(named));
            works.dedup();
            works
        }
    };
    let holds = |bundle: &&Bundle| bundle.purposes().iter().any(|work| works.contains(work));
    let bundles = Bundle::ALL.iter().filter(|bundle| form.is_none() || holds(bundle));
    wire::Purposes {
        bundles: bundles.copied().map(bundle).collect(),
        purposes: works.iter().copied().map(purpose).collect(),
    }
}

fn purpose(purpose: Purpose) -> wire::Purpose {
    let texts = |texts: &[&str]| texts.iter().map(|text| String::from(*text)).collect();
    wire::Purpose {
        code: String::from(purpose.code()),
        ja: String::from(purpose.ja()),
        en: String::from(purpose.en()),
        legal_basis: String::from(purpose.basis()),
        documents: texts(purpose.documents()),
        forms: texts(purpose.forms()),
        kinds: codes(purpose.kinds()),
        retention_rule: purpose.rule().map(|rule| String::from(rule.code())),
        destination: String::from(purpose.destination()),
    }
}

fn bundle(bundle: Bundle) -> wire::Bundle {
    wire::Bundle {
        code: String::from(bundle.code()),
        ja: String::from(bundle.ja()),
        en: String::from(bundle.en()),
        purposes: codes(bundle.purposes()),
        implies: codes(bundle.implies()),
    }
}
