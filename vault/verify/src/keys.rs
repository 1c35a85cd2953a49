//! Which key may sign which trees: the keys of the trust file, and those that a key of the log
//! signed for before it was destroyed. Source: `docs/formats-log.md`, section 4.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;

use crate::log::{Line, SigningKey};
use crate::note::{Head, Note};
use crate::proof::{FIRST_LINE, Proof};
use crate::report::Findings;
use crate::trust::{LogKey, Trust};

/// The keys of one log, each with the trees that it may sign.
#[derive(Debug)]
pub(crate) struct LogKeys {
    origin: String,
    intervals: Vec<Interval>,
    /// No key is known for smaller trees.
    begin: u64,
    closed: BTreeMap<u64, Head>,
}

/// A key and the sizes of the smallest and the largest tree that it may sign.
#[derive(Clone, Debug)]
struct Interval {
    key: VerifyingKey,
    from: u64,
    until: u64,
    name: String,
    node: Option<String>,
}

/// Why a link leads nowhere.
enum Broken {
    Link,
    Unconfirmed,
}

impl LogKeys {
    /// The keys that the trust file names, and those that `links`, the text of a file `log-keys`,
    /// leads to.
    pub(crate) fn new(trust: &Trust, links: &str, found: &mut Findings) -> Self {
        let intervals: Vec<_> = (0..trust.log_keys.len())
            .filter_map(|at| trust.log_keys.get(at..))
            .filter_map(|rest| Some(Interval::of(rest.first()?, rest.get(1))))
            .collect();
        let begin = intervals.iter().map(|one| one.from).min().unwrap_or(0);
        let origin = trust.origin.clone();
        let mut keys = Self { origin, intervals, begin, closed: BTreeMap::new() };
        keys.follow(links, found);
        keys
    }

    /// The name of the log.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a key that may sign a tree of this size did, and no signature in the name of such a
    /// key is false.
    pub(crate) fn signed(&self, note: &Note<'_>) -> bool {
        !self.signing(note).is_empty()
    }

    /// The keys that signed the note and may.
    pub(crate) fn signers(&self, note: &Note<'_>) -> Vec<SigningKey> {
        let signers = self.signing(note).into_iter().filter_map(|at| self.intervals.get(at));
        signers.map(Interval::shown).collect()
    }

    /// How many keys are known.
    pub(crate) fn count(&self) -> usize {
        self.intervals.len()
    }

    /// Entries that name a key, and the tree in which the key before signed for each.
    pub(crate) fn closed(&self) -> &BTreeMap<u64, Head> {
        &self.closed
    }

    /// Whether the entry in this place is older than every key that is known.
    pub(crate) fn precede(&self, place: u64) -> bool {
        place < self.begin
    }

    /// Whether the trust file names this key, for trees in which the entry in this place is.
    pub(crate) fn begins(&self, key: Option<&str>, place: u64) -> bool {
        let key = key.and_then(read_key);
        self.intervals.iter().any(|one| Some(one.key) == key && one.from > place)
    }

    fn follow(&mut self, links: &str, found: &mut Findings) {
        let mut rest = links;
        while !rest.is_empty() {
            let next = rest.match_indices(FIRST_LINE).map(|(at, _)| at).find(|at| *at > 0);
            let (link, after) = rest.split_at(next.unwrap_or(rest.len()));
            rest = after;
            let Some(proof) = Proof::read(link) else {
                return found.whole("log-key-form", "the keys of the log are no row of proofs");
            };
            match self.join(&proof) {
                Ok(()) => {}
                Err(Broken::Link) => {
                    let what = "no key that may do so signed for the key that this entry names";
                    return found.at(proof.index, "log-key-link", what);
                }
                Err(Broken::Unconfirmed) => return unconfirmed(proof.index, found),
            }
        }
    }

    /// Takes the next link, which must lead on from the keys that are known.
    fn join(&mut self, proof: &Proof<'_>) -> Result<(), Broken> {
        let head = &proof.note.head;
        let line = Line::read(&proof.entry).map_err(|_| Broken::Link)?;
        let key = line.key.and_then(read_key).ok_or(Broken::Link)?;
        let last = self.closed.keys().next_back();
        let in_place = line.seq == proof.index && last.is_none_or(|last| *last < proof.index);
        if !in_place || head.origin != self.origin || !proof.leads() {
            return Err(Broken::Link);
        }
        if head.size < self.begin {
            return Ok(());
        }
        let is = |test: &dyn Fn(&Interval) -> bool| {
            let is = |at: &usize| self.intervals.get(*at).is_some_and(test);
            self.signing(&proof.note).into_iter().find(is)
        };
        match line.act {
            "log.key" => {
                let own = is(&|one| one.may_be(line.node)).ok_or(Broken::Link)?;
                self.hand_over(own, head.size, key, line.node);
            }
            "log.key.reestablished" => {
                is(&|one| one.key == key).ok_or(Broken::Unconfirmed)?;
            }
            _ => return Err(Broken::Link),
        }
        self.closed.insert(proof.index, head.clone());
        Ok(())
    }

    /// The key of an interval signed for the next one of its node, in its last tree.
    fn hand_over(&mut self, old: usize, last: u64, key: VerifyingKey, node: &str) {
        let Some(one) = self.intervals.get_mut(old) else { return };
        let from = last.saturating_add(1);
        let next = Interval { key, from, node: Some(node.to_owned()), ..one.clone() };
        one.until = last;
        one.node.clone_from(&next.node);
        // The trust file may know the next key already.
        if next.from <= next.until {
            self.intervals.push(next);
        }
    }

    fn signing(&self, note: &Note<'_>) -> Vec<usize> {
        let size = note.head.size;
        let may = |one: &Interval| one.from <= size && size <= one.until;
        let mut signers = Vec::new();
        for (at, one) in self.intervals.iter().enumerate().filter(|(_, one)| may(one)) {
            match note.is_signed(&one.name, &one.key) {
                None => {}
                Some(true) => signers.push(at),
                Some(false) => return Vec::new(),
            }
        }
        signers
    }
}

impl Interval {
    fn of(first: &LogKey, next: Option<&LogKey>) -> Self {
        let next = next.filter(|next| next.node == first.node);
        Self {
            key: first.key,
            from: first.from_size,
            until: next.map_or(u64::MAX, |next| next.from_size.saturating_sub(1)),
            name: first.name.clone(),
            node: first.node.clone(),
        }
    }

    fn shown(&self) -> SigningKey {
        let until = Some(self.until).filter(|until| *until < u64::MAX);
        SigningKey { key: BASE64.encode(self.key.as_bytes()), from: self.from, until }
    }

    fn may_be(&self, node: &str) -> bool {
        self.node.as_deref().is_none_or(|own| own == node)
    }
}

/// A key made anew after a loss, for which no older key can sign.
pub(crate) fn unconfirmed(place: u64, found: &mut Findings) {
    let what = "a key made anew after a loss must stand in the trust file";
    found.at(place, "log-key-unconfirmed", what);
}

fn read_key(text: &str) -> Option<VerifyingKey> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}
