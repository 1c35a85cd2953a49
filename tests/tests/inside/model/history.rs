//! What the log says of what happened, and whether it only grew.

use std::collections::{BTreeMap, BTreeSet};

use azekura::service::log;
use azekura::store::audit as entries;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::vault::Vault;
use super::world::{Held, must};

type Hash = [u8; 32];

/// The log as far as it was seen.
#[derive(Default)]
pub(super) struct History {
    leaves: Vec<Vec<u8>>,
    entries: Vec<Value>,
    /// Sizes and roots that were signed.
    checkpoints: Vec<(usize, String)>,
}

impl History {
    /// Looks away from what is there already.
    pub(super) fn begin(&mut self, vault: &Vault) {
        self.leaves = lines(vault, 0);
        self.checkpoint(vault);
    }

    /// The entries that are new since the last look.
    pub(super) fn look(&mut self, vault: &Vault) -> &[Value] {
        let (from, known) = (self.leaves.len(), self.entries.len());
        for leaf in lines(vault, from) {
            self.entries.push(serde_json::from_slice(&leaf).unwrap());
            self.leaves.push(leaf);
        }
        &self.entries[known..]
    }

    /// I8: what was read just now was announced for each person, by whoever read it.
    pub(super) fn announces(
        &mut self,
        vault: &Vault,
        reader: &str,
        purpose: &str,
        read: &[(String, u64)],
    ) -> Held {
        let intents = self.look(vault).iter().filter(|entry| {
            entry["act"] == "number.release.intent"
                && entry["actor"]["id"] == reader
                && entry["purpose"]["code"] == purpose
        });
        let people: BTreeSet<&str> = intents
            .flat_map(|entry| entry["people"].as_array().unwrap())
            .map(|one| one.as_str().unwrap())
            .collect();
        for (person, version) in read {
            let announced = format!("{}.{version}", short(person));
            must(people.contains(announced.as_str()), 8, || format!("nothing announced {person}"))?;
        }
        Ok(())
    }

    /// The slots of the numbers that batches destroyed.
    pub(super) fn destroyed(&self) -> impl Iterator<Item = &str> {
        let destroyed = self
            .entries
            .iter()
            .filter(|entry| entry["act"] == "number.destroyed" && entry["purge"].is_string());
        destroyed.map(|entry| entry["slot"].as_str().unwrap())
    }

    pub(super) fn checkpoint(&mut self, vault: &Vault) {
        let note = vault.runtime.block_on(log::checkpoint(&vault.app())).unwrap();
        let mut lines = note.note.lines().skip(1);
        let size = lines.next().unwrap().parse().unwrap();
        self.checkpoints.push((size, lines.next().unwrap().to_owned()));
    }

    /// Everything that the whole log can show.
    pub(super) fn holds(&mut self, vault: &Vault) -> Held {
        self.only_grew(vault)?;
        self.two_people_each()?;
        self.versions_grew()?;
        self.one_certificate_each()
    }

    /// I13: the lines are those that were seen, and every checkpoint was signed over a beginning of them.
    fn only_grew(&mut self, vault: &Vault) -> Held {
        self.look(vault);
        let now = lines(vault, 0);
        must(now == self.leaves, 13, || String::from("a line is not as it was"))?;
        let mut peaks: Vec<(usize, Hash)> = Vec::new();
        let mut roots = vec![Sha256::digest([]).into()];
        for leaf in &self.leaves {
            let mut top = (1, hash(&[&[0], leaf]));
            while let Some((size, left)) = peaks.pop_if(|(size, _)| *size == top.0) {
                top = (size * 2, hash(&[&[1], &left, &top.1]));
            }
            peaks.push(top);
            let join = |right: Hash, (_, left): &(usize, Hash)| hash(&[&[1], left, &right]);
            let (last, before) = peaks.split_last().unwrap();
            roots.push(before.iter().rev().fold(last.1, join));
        }
        for (size, root) in &self.checkpoints {
            let same = roots.get(*size).is_some_and(|own: &Hash| BASE64.encode(own) == *root);
            must(same, 13, || format!("the checkpoint of {size} entries is of another log"))?;
        }
        Ok(())
    }

    /// I1, I3, I4, I9: whatever was proposed was decided once at most, by another person if by any.
    fn two_people_each(&self) -> Held {
        let (mut makers, mut fates) = (BTreeMap::new(), BTreeMap::new());
        let mut active = BTreeSet::new();
        for entry in &self.entries {
            let (act, change) = (entry["act"].as_str().unwrap(), entry["change"].as_str());
            let (Some(change), who) = (change, person(entry)) else { continue };
            match act {
                "change.proposed" => drop(makers.insert(change, who)),
                "change.approved" | "change.expired" | "change.rejected" | "change.withdrawn" => {
                    let first = fates.insert(change, act).is_none();
                    must(first, 4, || format!("{change} was decided twice"))?;
                    let second = makers.get(change) != Some(&who);
                    must(second || act != "change.approved", 9, || format!("{change}: by one"))?;
                }
                "number.activated" => {
                    let approved = fates.get(change) == Some(&"change.approved");
                    must(approved, 1, || format!("{change}: in force without an approval"))?;
                    must(active.insert(change), 3, || format!("{change}: in force twice"))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// I2: of each person.
    fn versions_grew(&self) -> Held {
        let mut newest = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry["act"] == "number.activated") {
            let (person, version) = (entry["person"].as_str(), entry["version"].as_u64());
            let before = newest.insert(person, version);
            must(before.is_none_or(|before| before < version), 2, || format!("{person:?}"))?;
        }
        Ok(())
    }

    /// I6: of each number that a batch destroyed.
    fn one_certificate_each(&self) -> Held {
        let mut balance: BTreeMap<&str, i32> = BTreeMap::new();
        for entry in &self.entries {
            let one = match entry["act"].as_str() {
                Some("number.destroyed") if entry["purge"].is_string() => 1,
                Some("certificate.issued") => -1,
                _ => continue,
            };
            *balance.entry(entry["person"].as_str().unwrap()).or_default() += one;
        }
        let uneven = balance.iter().find(|(_, balance)| **balance != 0);
        must(uneven.is_none(), 6, || format!("certificates of {uneven:?}"))
    }
}

/// The natural person behind an entry.
fn person(entry: &Value) -> Option<&str> {
    let actor = &entry["actor"];
    actor["owner"].as_str().or_else(|| actor["id"].as_str())
}

fn lines(vault: &Vault, from: usize) -> Vec<Vec<u8>> {
    let app = vault.app();
    vault.runtime.block_on(async {
        let mut reading = app.reading().await.unwrap();
        let (mut leaves, mut seq) = (Vec::new(), from as u64);
        loop {
            let page = entries::entries(&mut reading, seq, 1_000).await.unwrap();
            let Some(last) = page.last() else { return leaves };
            seq = last.seq + 1;
            leaves.extend(page.into_iter().map(|leaf| leaf.leaf));
        }
    })
}

fn hash(parts: &[&[u8]]) -> Hash {
    parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into()
}

/// How the log names somebody of whom there are many in one entry.
fn short(person: &str) -> String {
    let hex = person.strip_prefix("per_").unwrap();
    BASE64URL_NOPAD.encode(&HEXLOWER.decode(hex.as_bytes()).unwrap())
}
