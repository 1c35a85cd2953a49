//! The proof that the log knows of a certificate. Source: C2SP tlog-proof.

use data_encoding::BASE64;

use crate::merkle::{Hash, leaf, root_by_path};
use crate::note::{Head, Note};
use crate::report::Findings;
use crate::trust::Trust;

/// The deepest tree that can be: sizes have 64 bits.
const DEEPEST: usize = 64;

/// A proof that leads from an entry to a signed tree head.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) entry: String,
    pub(super) index: u64,
    pub(super) head: Head,
}

/// Opens a proof, or says what is wrong with it.
pub(super) fn open(text: &str, trust: &Trust, found: &mut Findings) -> Option<Proof> {
    let Some((entry, index, path, note)) = read(text) else {
        found.whole("proof-form", "the proof is not one of an entry in a signed tree head");
        return None;
    };
    let head = note.head.clone();
    let signed = "the tree head in the proof is not signed by the log's key for its size";
    found.unless(note.is_signed(trust), "checkpoint-signature", signed);
    let origin = "the proof is of another log than the trust file names";
    found.unless(head.origin == trust.origin, "foreign-origin", origin);
    let root = root_by_path(leaf(entry.as_bytes()), index, head.size, &path);
    let leads = "the proof does not lead from the entry to the tree head";
    found.unless(root == Some(head.root), "proof-inclusion", leads);
    Some(Proof { entry, index, head })
}

/// The entry, its index, the hashes above it and the checkpoint; each in its one form.
fn read(text: &str) -> Option<(String, u64, Vec<Hash>, Note<'_>)> {
    let (above, note) = text.split_once("\n\n")?;
    let mut lines = above.split('\n');
    if lines.next()? != "c2sp.org/tlog-proof@v1" {
        return None;
    }
    let entry = BASE64.decode(lines.next()?.strip_prefix("extra ")?.as_bytes()).ok()?;
    let digits = lines.next()?.strip_prefix("index ")?;
    let index: u64 = digits.parse().ok()?;
    if index.to_string() != digits {
        return None;
    }
    let hash = |line: &str| BASE64.decode(line.as_bytes()).ok()?.try_into().ok();
    let path: Vec<Hash> = lines.map(hash).collect::<Option<_>>()?;
    (path.len() <= DEEPEST)
        .then(|| Some((String::from_utf8(entry).ok()?, index, path, Note::read(note)?)))?
}
