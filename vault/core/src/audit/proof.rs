//! Proofs that an entry is in the log and that one log continues another.
//! Source: RFC 6962 §2.1.1 and §2.1.2; checking as in RFC 9162 §2.1.3.2 and §2.1.4.2.

use core::ops::Range;

use thiserror::Error;

use super::tree::{Frontier, Hash, node_hash};

/// Why a proof could not be made or does not hold.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ProofError {
    /// The index or the smaller size lies outside the tree.
    #[error("could not find that place in the tree")]
    Outside,
    /// There are fewer leaves than the size says.
    #[error("could not read all leaves of the tree")]
    TooFewLeaves,
    /// The proof does not lead to the root.
    #[error("could not reach the root with this proof")]
    WrongRoot,
}

/// The hashes from the sibling of leaf `index` up to the root's child, in a tree of `size`.
///
/// Reads the first `size` of `leaves` once and keeps a logarithmic number of hashes.
///
/// # Errors
///
/// [`ProofError::Outside`] unless `index < size`, [`ProofError::TooFewLeaves`].
pub fn prove_inclusion(
    leaves: impl IntoIterator<Item = Hash>,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::Outside);
    }
    let (mut within, mut siblings) = (0..size, Vec::new());
    while within.end - within.start > 1 {
        let (left, right) = halves(&within);
        let (inside, sibling) = if index < left.end { (left, right) } else { (right, left) };
        siblings.push(sibling);
        within = inside;
    }
    siblings.reverse();
    roots(leaves, &siblings)
}

/// The hashes that prove that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// Reads the first `new` of `leaves` once and keeps a logarithmic number of hashes.
///
/// # Errors
///
/// [`ProofError::Outside`] unless `0 < old <= new`, [`ProofError::TooFewLeaves`].
pub fn prove_consistency(
    leaves: impl IntoIterator<Item = Hash>,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Outside);
    }
    let (mut within, mut parts) = (0..new, Vec::new());
    while within.end != old {
        let (left, right) = halves(&within);
        let (inside, part) = if old <= left.end { (left, right) } else { (right, left) };
        parts.push(part);
        within = inside;
    }
    // The old tree's own root is known to the one who checks; only a part of it must be told.
    if within.start > 0 {
        parts.push(within);
    }
    parts.reverse();
    roots(leaves, &parts)
}

/// Checks that `leaf` is number `index` of the tree of `size` leaves with this `root`.
///
/// # Errors
///
/// [`ProofError::Outside`] unless `index < size`, [`ProofError::WrongRoot`].
pub fn check_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let mut last = size.checked_sub(1).filter(|last| index <= *last).ok_or(ProofError::Outside)?;
    let (mut at, mut hash) = (index, leaf);
    for part in proof {
        if last == 0 {
            return Err(ProofError::WrongRoot);
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(part, &hash);
            let level = at.trailing_zeros();
            (at, last) = (at >> level, last >> level);
        } else {
            hash = node_hash(&hash, part);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// A tree as a checkpoint names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Checks that the tree `new` begins with the tree `old`.
///
/// # Errors
///
/// [`ProofError::Outside`] unless `0 < old.size <= new.size`, [`ProofError::WrongRoot`].
pub fn check_consistency(old: &Head, new: &Head, proof: &[Hash]) -> Result<(), ProofError> {
    if old.size == 0 || old.size > new.size {
        return Err(ProofError::Outside);
    }
    if old.size == new.size {
        let same = old.root == new.root && proof.is_empty();
        return if same { Ok(()) } else { Err(ProofError::WrongRoot) };
    }
    let whole = old.size.is_power_of_two().then_some(&old.root);
    let mut parts = whole.into_iter().chain(proof);
    let first = *parts.next().ok_or(ProofError::WrongRoot)?;
    let level = (old.size - 1).trailing_ones();
    let (mut at, mut last) = ((old.size - 1) >> level, (new.size - 1) >> level);
    let (mut before, mut after) = (first, first);
    for part in parts {
        if last == 0 {
            return Err(ProofError::WrongRoot);
        }
        if at % 2 == 1 || at == last {
            (before, after) = (node_hash(part, &before), node_hash(part, &after));
            let level = at.trailing_zeros();
            (at, last) = (at >> level, last >> level);
        } else {
            after = node_hash(&after, part);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    let holds = last == 0 && before == old.root && after == new.root;
    if holds { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// The two subtrees of a range of more than one leaf: the left one is the largest power of two
/// below its length.
fn halves(range: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let length = range.end - range.start;
    let middle = range.start + (1 << (length - 1).ilog2());
    (range.start..middle, middle..range.end)
}

/// The root over each of `parts`, which do not overlap, in one pass over `leaves`.
fn roots(
    leaves: impl IntoIterator<Item = Hash>,
    parts: &[Range<u64>],
) -> Result<Vec<Hash>, ProofError> {
    let mut trees = vec![Frontier::default(); parts.len()];
    let mut order: Vec<_> = parts.iter().zip(&mut trees).collect();
    order.sort_unstable_by_key(|(part, _)| part.start);
    let (mut leaves, mut next) = (leaves.into_iter(), 0);
    for (part, tree) in order {
        for _ in next..part.start {
            leaves.next().ok_or(ProofError::TooFewLeaves)?;
        }
        for _ in part.clone() {
            tree.append(leaves.next().ok_or(ProofError::TooFewLeaves)?);
        }
        next = part.end;
    }
    Ok(trees.iter().map(Frontier::root).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tree::leaf_hash;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|byte| leaf_hash(&[byte])).collect()
    }

    fn head(leaves: &[Hash]) -> Head {
        let mut tree = Frontier::default();
        for leaf in leaves {
            tree.append(*leaf);
        }
        Head { size: tree.size(), root: tree.root() }
    }

    fn reference(count: u8) -> MemoryBackedTree<Sha256, [u8; 1]> {
        let mut tree = MemoryBackedTree::new();
        for byte in 0..count {
            tree.push([byte]);
        }
        tree
    }

    /// Each proof with a hash changed, dropped, added or swapped.
    fn damaged(proof: &[Hash]) -> Vec<Vec<Hash>> {
        let mut all = vec![[proof, &[[7; 32]]].concat(), [&[[7; 32]], proof].concat()];
        for at in 0..proof.len() {
            let mut changed = proof.to_vec();
            changed[at][31] ^= 1;
            let mut dropped = proof.to_vec();
            dropped.remove(at);
            let mut swapped = proof.to_vec();
            swapped.swap(0, at);
            all.extend([changed, dropped]);
            all.extend((swapped != proof).then_some(swapped));
        }
        all
    }

    #[test]
    fn inclusion_proofs_are_those_of_ct_merkle_and_hold_for_their_leaf_only() {
        for size in 1..=40 {
            let (all, tree) = (leaves(size), reference(size));
            let Head { size, root } = head(&all);
            for (index, leaf) in (0..).zip(&all) {
                let proof = prove_inclusion(all.iter().copied(), index, size).unwrap();
                let theirs = tree.prove_inclusion(usize::try_from(index).unwrap());
                assert_eq!(proof.as_flattened(), theirs.as_bytes());
                assert_eq!(check_inclusion(*leaf, index, size, &proof, &root), Ok(()));
                for other in (0..size + 2).filter(|other| *other != index) {
                    assert!(check_inclusion(*leaf, other, size, &proof, &root).is_err());
                }
                for bad in damaged(&proof) {
                    assert!(check_inclusion(*leaf, index, size, &bad, &root).is_err());
                }
            }
        }
    }

    #[test]
    fn consistency_proofs_are_those_of_ct_merkle_and_hold_for_their_trees_only() {
        for size in 1..=40_u8 {
            let (all, tree) = (leaves(size), reference(size));
            let new = head(&all);
            for old_size in 1..=size {
                let old = head(&all[..usize::from(old_size)]);
                let proof = prove_consistency(all.iter().copied(), old.size, new.size).unwrap();
                let theirs = tree.prove_consistency(usize::from(size - old_size));
                assert_eq!(proof.as_flattened(), theirs.as_bytes());
                assert_eq!(check_consistency(&old, &new, &proof), Ok(()));
                let forked = Head { root: [9; 32], ..old };
                assert!(check_consistency(&forked, &new, &proof).is_err());
                for bad in damaged(&proof) {
                    assert!(check_consistency(&old, &new, &bad).is_err());
                }
            }
        }
    }

    #[test]
    fn a_place_outside_the_tree_has_no_proof() {
        let all = leaves(5);
        assert_eq!(prove_inclusion(all.clone(), 5, 5), Err(ProofError::Outside));
        assert_eq!(prove_inclusion(all.clone(), 0, 6), Err(ProofError::TooFewLeaves));
        assert_eq!(prove_consistency(all.clone(), 0, 5), Err(ProofError::Outside));
        assert_eq!(prove_consistency(all.clone(), 6, 5), Err(ProofError::Outside));
        assert_eq!(prove_consistency(all, 3, 6), Err(ProofError::TooFewLeaves));
        assert_eq!(check_inclusion([0; 32], 0, 0, &[], &[0; 32]), Err(ProofError::Outside));
    }
}
