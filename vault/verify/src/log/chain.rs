//! Changes of the keys that sign the log: each is vouched for by the key before.

use std::collections::BTreeMap;

use super::Line;
use crate::keys::{LogKeys, unconfirmed};
use crate::merkle::Hash;
use crate::report::Findings;

#[derive(Default)]
pub(super) struct Chain {
    named: Vec<Named>,
}

/// An entry that names a key.
struct Named {
    place: u64,
    key: Option<Box<str>>,
    anew: bool,
}

impl Chain {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let anew = match entry.act {
            "log.key" => false,
            "log.key.reestablished" => true,
            _ => return,
        };
        let shares = entry.shares.as_deref().unwrap_or_default();
        // A change must be approved wherever it is named.
        let two = entry.change.is_some() || shares.first() != shares.last();
        if anew && !two {
            let what = "a lost key was replaced without two people";
            found.at(place, "log-key-people", what);
        }
        self.named.push(Named { place, key: entry.key.map(Into::into), anew });
    }

    /// Compares with the links that lead from key to key, and the roots at their trees' sizes.
    pub(super) fn finish(&self, keys: &LogKeys, roots: &BTreeMap<u64, Hash>, found: &mut Findings) {
        for (place, head) in keys.closed() {
            if roots.get(&head.size) != Some(&head.root) {
                let what = "the tree in which a key signed for the next is not one of this log";
                found.at(*place, "log-key-other", what);
            }
        }
        for named in &self.named {
            let vouched = keys.closed().contains_key(&named.place);
            if vouched || keys.precede(named.place) {
                continue;
            }
            if !named.anew {
                let what = "nothing shows that the key before signed for this one";
                found.at(named.place, "log-key-open", what);
            } else if !keys.begins(named.key.as_deref(), named.place) {
                unconfirmed(named.place, found);
            }
        }
    }
}
