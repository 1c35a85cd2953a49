//! The Merkle tree of the log. Source: RFC 6962 §2.1.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// A SHA-256 value in the tree.
pub type Hash = [u8; 32];

/// The hash of an entry: SHA-256 of a zero byte and the entry's bytes.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of two subtrees: SHA-256 of a one byte, the left and the right hash.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of the tree: one hash per set bit of `size`, largest subtree first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The bytes are not a frontier.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read the right edge of the log's tree")]
pub struct BadFrontier;

impl Frontier {
    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf with sequence number [`Self::size`].
    pub fn append(&mut self, leaf: Hash) {
        // The lowest set bits of the size are the peaks that the new leaf completes.
        let merged = self.size.trailing_ones() as usize;
        let keep = self.peaks.len().saturating_sub(merged);
        let peak =
            self.peaks.drain(keep..).rev().fold(leaf, |right, left| node_hash(&left, &right));
        self.peaks.push(peak);
        self.size += 1;
    }

    /// The root of the tree; of the empty one, the SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        match peaks.next() {
            None => Sha256::digest([]).into(),
            Some(last) => peaks.fold(last, |right, left| node_hash(&left, &right)),
        }
    }

    /// `size` as 8 big-endian bytes and then the peaks, 32 bytes each: what the head row keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = self.size.to_be_bytes();
        size.iter().chain(self.peaks.as_flattened()).copied().collect()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`BadFrontier`] unless there is exactly one peak for each set bit of the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let (size, rest) = bytes.split_first_chunk().ok_or(BadFrontier)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, []) = rest.as_chunks() else { return Err(BadFrontier) };
        if u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(BadFrontier);
        }
        Ok(Self { size, peaks: peaks.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Root by the recursive definition of RFC 6962 §2.1, with nothing shared with `Frontier`
    /// but the two hash functions.
    fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&root_by_definition(left), &root_by_definition(right))
            }
        }
    }

    fn frontier_of(entries: &[Vec<u8>]) -> Frontier {
        let mut frontier = Frontier::default();
        for entry in entries {
            frontier.append(leaf_hash(entry));
        }
        frontier
    }

    proptest! {
        #[test]
        fn appending_gives_the_root_of_the_definition(entries in vec(any::<Vec<u8>>(), 0..200)) {
            let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
            prop_assert_eq!(frontier_of(&entries).root(), root_by_definition(&leaves));
        }

        #[test]
        fn the_root_is_that_of_ct_merkle(entries in vec(any::<Vec<u8>>(), 1..100)) {
            let mut reference = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            for entry in &entries {
                reference.push(entry.clone());
            }
            let root: Hash = (*reference.root().as_bytes()).into();
            prop_assert_eq!(frontier_of(&entries).root(), root);
        }

        #[test]
        fn a_frontier_reads_back_what_it_wrote(entries in vec(any::<Vec<u8>>(), 0..70)) {
            let frontier = frontier_of(&entries);
            prop_assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Ok(frontier));
        }

        #[test]
        fn reading_a_frontier_never_panics(bytes in vec(any::<u8>(), 0..200)) {
            if let Ok(frontier) = Frontier::from_bytes(&bytes) {
                prop_assert_eq!(frontier.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn a_frontier_with_a_peak_too_few_or_too_many_is_refused() {
        let bytes = frontier_of(&vec![vec![1]; 6]).to_bytes();
        assert_eq!(bytes.len(), 8 + 2 * 32);
        for damaged in [&bytes[..40], &bytes[..71], &[&bytes[..], &[0; 32]].concat(), &[]] {
            assert_eq!(Frontier::from_bytes(damaged), Err(BadFrontier));
        }
    }

    /// Source: the eight entries and roots by which Certificate Transparency logs test themselves.
    #[test]
    fn published_roots_are_reached() {
        let entries: [&[u8]; 4] = [b"", &[0], &[0x10], &[0x20, 0x21]];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        let mut frontier = Frontier::default();
        for (entry, root) in entries.iter().zip(roots) {
            frontier.append(leaf_hash(entry));
            assert_eq!(data_encoding::HEXLOWER.encode(&frontier.root()), root);
        }
    }
}
