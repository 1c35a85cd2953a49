//! The proof that an entry is in a signed tree. Source: C2SP tlog-proof.

use data_encoding::BASE64;

use crate::keys::LogKeys;
use crate::merkle::{Hash, leaf, root_by_path};
use crate::note::{Head, Note};
use crate::report::Findings;

/// The first line of every proof.
pub(crate) const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1\n";

/// The deepest tree that can be: sizes have 64 bits.
const DEEPEST: usize = 64;

/// A proof that could be read, right or wrong.
#[derive(Debug)]
pub(crate) struct Proof<'a> {
    pub(crate) entry: String,
    pub(crate) index: u64,
    pub(crate) note: Note<'a>,
    path: Vec<Hash>,
}

/// An entry, its place, and the tree that it is in.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) entry: String,
    pub(crate) index: u64,
    pub(crate) head: Head,
}

/// Opens a proof, or says what is wrong with it.
pub(crate) fn open(text: &str, keys: &LogKeys, found: &mut Findings) -> Option<Proven> {
    let Some(proof) = Proof::read(text) else {
        found.whole("proof-form", "the proof is not one of an entry in a signed tree head");
        return None;
    };
    let signed = "the tree head in the proof is not signed by the log's key for its size";
    found.unless(keys.signed(&proof.note), "checkpoint-signature", signed);
    let origin = "the proof is of another log than the trust file names";
    found.unless(proof.note.head.origin == keys.origin(), "foreign-origin", origin);
    let leads = "the proof does not lead from the entry to the tree head";
    found.unless(proof.leads(), "proof-inclusion", leads);
    Some(Proven { entry: proof.entry, index: proof.index, head: proof.note.head })
}

impl<'a> Proof<'a> {
    /// The entry, its index, the hashes above it and the checkpoint; each in its one form.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (above, note) = text.strip_prefix(FIRST_LINE)?.split_once("\n\n")?;
        let mut lines = above.split('\n');
        let entry = BASE64.decode(lines.next()?.strip_prefix("extra ")?.as_bytes()).ok()?;
        let digits = lines.next()?.strip_prefix("index ")?;
        let index: u64 = digits.parse().ok()?;
        if index.to_string() != digits {
            return None;
        }
        let hash = |line: &str| BASE64.decode(line.as_bytes()).ok()?.try_into().ok();
        let path: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
        let entry = String::from_utf8(entry).ok().filter(|_| path.len() <= DEEPEST)?;
        Some(Self { entry, index, note: Note::read(note)?, path })
    }

    /// Whether the path leads from the entry to the root that the checkpoint names.
    pub(crate) fn leads(&self) -> bool {
        let head = &self.note.head;
        root_by_path(leaf(self.entry.as_bytes()), self.index, head.size, &self.path)
            == Some(head.root)
    }
}
