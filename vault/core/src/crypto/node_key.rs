//! The file `log.key`: this node's current log signing key, sealed under the master key.
//!
//! `01 | suite | 00 00 | salt[24] | commit[32] | ct[32] | tag[16]`, 108 bytes, with the label
//! `"mnv1/node" || 00` and a context of kind 9 that names the vault only: the key is replaced at
//! each change, and that it is the current one shows in the log, not in the file.

use zeroize::Zeroizing;

use super::context::{Context, Kind};
use super::seal::{SUITE, Salt, Seal};
use super::{IntegrityFailure, MasterKey};
use crate::id::VaultId;

/// Seals the seed of a node's log signing key for the file beside the keyring.
#[expect(clippy::missing_panics_doc, reason = "the format has one length")]
pub fn seal_node_key(
    master: &MasterKey,
    vault: VaultId,
    seed: &[u8; 32],
    salt: &Salt,
) -> [u8; 108] {
    let context = Context::of(Kind::NodeKey, vault).to_bytes();
    let mut out = HEADER.to_vec();
    seal(master, &context).seal(salt, seed, &mut out);
    out.try_into().expect("4 + 24 + 32 + 32 + 16 = 108")
}

/// The seed in the file's bytes.
pub fn open_node_key(
    master: &MasterKey,
    vault: VaultId,
    file: &[u8],
) -> Result<Zeroizing<[u8; 32]>, IntegrityFailure> {
    let context = Context::of(Kind::NodeKey, vault).to_bytes();
    let sealed = file.strip_prefix(&HEADER).ok_or(IntegrityFailure)?;
    let opened = seal(master, &context).open(sealed)?;
    opened.as_slice().try_into().map(Zeroizing::new).map_err(|_| IntegrityFailure)
}

const HEADER: [u8; 4] = [1, SUITE, 0, 0];

fn seal<'a>(master: &'a MasterKey, context: &'a [u8; 96]) -> Seal<'a> {
    Seal { key: master.bytes(), label: b"mnv1/node\0", context, aad: context }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use uuid::Uuid;

    use super::*;
    use crate::crypto::documented::is_documented;

    #[test]
    fn a_node_key_seals_to_the_known_answer() {
        let vault = Uuid::from_u128(0x1011_1213_1415_1617_1819_1a1b_1c1d_1e1f).into();
        let master = MasterKey::from_random([0xf1; 32]);
        let file = seal_node_key(&master, vault, &[0x99; 32], &[0xa7; 24]);
        assert_eq!(HEXLOWER.encode(&file), FILE);
        assert!(is_documented(FILE));
    }

    #[test]
    fn a_node_key_opens_in_its_vault_and_unchanged_only() {
        let master = MasterKey::from_random([0xf1; 32]);
        let vault = VaultId::from(Uuid::from_u128(1));
        let file = seal_node_key(&master, vault, &[9; 32], &[0xa5; 24]);
        assert_eq!(open_node_key(&master, vault, &file).map(|seed| *seed), Ok([9; 32]));

        let elsewhere = VaultId::from(Uuid::from_u128(2));
        assert!(open_node_key(&master, elsewhere, &file).is_err());
        assert!(open_node_key(&MasterKey::from_random([0; 32]), vault, &file).is_err());
        for bit in 0..file.len() * 8 {
            let mut changed = file;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open_node_key(&master, vault, &changed).is_err(), "bit {bit}");
        }
        for length in 0..file.len() {
            assert!(open_node_key(&master, vault, &file[..length]).is_err(), "{length} bytes");
        }
    }

    const FILE: &str = "01010000a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7436ba1c68fbb3ebd\
        71df8c32e209e1db60697bf3148c8ae7f4bea9c3a8963d3b294c903f981959e37c02325d\
        941d5982ca116cbb56b5d2c61e790c1a1e8ba6d9db7381c388eab75e27ed24780e27d32b";
}
