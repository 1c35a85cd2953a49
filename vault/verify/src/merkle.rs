//! The tree over the entries. Source: RFC 6962 §2.1.

use sha2::{Digest as _, Sha256};

/// A SHA-256 value.
pub(crate) type Hash = [u8; 32];

/// SHA-256 over a zero byte and the entry.
pub(crate) fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that grows to the right and keeps only what the next root needs: `full[h]` is the root
/// of the waiting full subtree of height h.
#[derive(Default)]
pub(crate) struct Growing {
    full: Vec<Option<Hash>>,
}

impl Growing {
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut carried = leaf;
        for waiting in &mut self.full {
            let Some(left) = waiting.take() else {
                *waiting = Some(carried);
                return;
            };
            carried = parent(&left, &carried);
        }
        self.full.push(Some(carried));
    }

    pub(crate) fn root(&self) -> Hash {
        let joined = self.full.iter().flatten().fold(None, |right: Option<Hash>, left| {
            Some(right.map_or(*left, |right| parent(left, &right)))
        });
        joined.unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// The root of a tree of `size` leaves in which `leaf` is number `index`, if `path` is right;
/// `None` if the path has too few or too many hashes. It recurses as the definition of PATH does.
pub(crate) fn root_by_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let Some((sibling, below)) = path.split_last() else {
        return (size == 1).then_some(leaf);
    };
    let left_size = 1 << size.checked_sub(1).filter(|last| *last > 0)?.ilog2();
    if index < left_size {
        Some(parent(&root_by_path(leaf, index, left_size, below)?, sibling))
    } else {
        let inner = root_by_path(leaf, index - left_size, size - left_size, below)?;
        Some(parent(sibling, &inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                parent(&by_definition(left), &by_definition(right))
            }
        }
    }

    fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
        if leaves.len() < 2 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut inner, sibling) = match index.checked_sub(left.len()) {
            None => (path(left, index), right),
            Some(index) => (path(right, index), left),
        };
        inner.push(by_definition(sibling));
        inner
    }

    #[test]
    fn roots_and_paths_are_those_of_the_definition() {
        let all: Vec<Hash> = (0..70_u8).map(|byte| leaf(&[byte])).collect();
        let mut tree = Growing::default();
        for size in 1..=all.len() {
            tree.push(all[size - 1]);
            let root = by_definition(&all[..size]);
            assert_eq!(tree.root(), root);
            for (index, leaf) in all[..size].iter().enumerate() {
                let path = path(&all[..size], index);
                let lead = |index: usize, path: &[Hash]| {
                    root_by_path(*leaf, index as u64, size as u64, path)
                };
                assert_eq!(lead(index, &path), Some(root));
                assert_ne!(lead(index + 1, &path), Some(root));
                assert_eq!(lead(index, &[&path[..], &[root]].concat()), None);
            }
        }
    }

    /// Source: the entries and roots by which Certificate Transparency logs test themselves.
    #[test]
    fn a_published_root_is_reached() {
        let entries: [&[u8]; 4] = [b"", &[0], &[0x10], &[0x20, 0x21]];
        let mut tree = Growing::default();
        for entry in entries {
            tree.push(leaf(entry));
        }
        let root = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
        assert_eq!(data_encoding::HEXLOWER.encode(&tree.root()), root);
    }
}
