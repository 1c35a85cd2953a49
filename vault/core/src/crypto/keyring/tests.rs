//! Known answer, wrong secrets and damaged files.

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use secrecy::{SecretBox, SecretString};

use super::*;
use crate::crypto::documented::is_documented;
use crate::crypto::passphrase::Cost;
use crate::crypto::recovery::{self, ShareSet};

fn counting_from(first: u8) -> [u8; 16] {
    core::array::from_fn(|at| first + u8::try_from(at).unwrap())
}

fn vault() -> VaultId {
    Uuid::from_bytes(counting_from(0x10)).into()
}

fn master() -> MasterKey {
    MasterKey::from_random([0xf1; 32])
}

fn credential(byte: u8) -> Unlock {
    Unlock::Credential(SecretBox::new(Box::new([byte; 32])))
}

fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(SecretString::from(text))
}

fn keyring() -> Keyring {
    let epochs = [(41, [0xe0; 32]), (42, [0xe1; 32])];
    Keyring {
        vault: vault(),
        generation: 3,
        epochs: epochs.map(|(epoch, key)| (epoch, EpochKey::from_random(key))).into(),
        row: RowKey::from_random([0xa9; 32]),
        api: ApiPepper::from_random([0xa7; 32]),
        session: SessionPepper::from_random([0xa8; 32]),
        password: PasswordPepper::from_random([0xa6; 32]),
        totp: TotpKey::from_random([0xb1; 32]),
        personal: PersonalKey::from_random([0xd3; 32]),
        certificate: CertificateKey::from_random([0xc5; 32]),
    }
}

fn credential_slot() -> SealedMaster {
    let random = SlotRandom { id: counting_from(0x70), kdf_salt: [0; 32], salt: [0xa4; 24] };
    SealedMaster::for_credential(vault(), &master(), &[0xc1; 32], &random)
}

fn passphrase_slot() -> SealedMaster {
    let random = SlotRandom { id: counting_from(0x80), kdf_salt: [0xab; 32], salt: [0xac; 24] };
    let cheap = Cost::new(64, 1, 1).unwrap();
    let words = SecretString::from("見本 の 合言葉");
    SealedMaster::for_passphrase(vault(), &master(), &words, cheap, &random)
}

fn file() -> Vec<u8> {
    keyring().encode(&master(), &[credential_slot(), passphrase_slot()], &[0xa6; 24])
}

/// The same file with the sum at its end made right again.
fn resummed(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..body]);
    bytes[body..].copy_from_slice(&sum);
    bytes
}

fn refusal(bytes: &[u8], unlock: &Unlock) -> Option<KeyringError> {
    Keyring::decode(bytes, unlock).err()
}

fn recovery_slot() -> SealedMaster {
    let random = SlotRandom { id: counting_from(0x90), kdf_salt: [0; 32], salt: [0xaa; 24] };
    SealedMaster::for_recovery(vault(), &master(), &recovery_secret(), &random)
}

fn recovery_secret() -> [u8; 32] {
    core::array::from_fn(|at| 0xc0 + u8::try_from(at).unwrap())
}

#[test]
fn any_two_shares_of_its_own_slot_open_a_keyring() {
    let bytes = keyring().encode(&master(), &[credential_slot(), recovery_slot()], &[0xa6; 24]);
    let set = ShareSet::of(vault(), Uuid::from_bytes(counting_from(0x90)));
    let shares = recovery::split(&recovery_secret(), &[7; 32], set);
    for (one, other) in [(0, 1), (0, 2), (2, 1)] {
        let unlock = Unlock::Shares(recovery::combine(&shares[one], &shares[other]).ok().unwrap());
        let opened = Keyring::decode(&bytes, &unlock).ok().unwrap();
        assert_eq!(opened.keyring.generation, 3);
        let kinds = opened.slots.iter().map(SealedMaster::kind);
        assert!(kinds.eq([Some(SlotKind::Credential), Some(SlotKind::Recovery)]));
    }
    assert!(Keyring::decode(&bytes, &credential(0xc1)).is_ok());
    // The same secret under the name of another slot or vault, or another secret under this name.
    let elsewhere = ShareSet::of(vault(), Uuid::from_bytes(counting_from(0x91)));
    for (secret, set) in [(recovery_secret(), elsewhere), ([0xc1; 32], set)] {
        let [one, other, _] = recovery::split(&secret, &[7; 32], set);
        let unlock = Unlock::Shares(recovery::combine(&one, &other).ok().unwrap());
        assert_eq!(refusal(&bytes, &unlock), Some(KeyringError::Unopened));
    }
    // Neither does a secret open a slot of another type.
    let recovered = recovery::combine(&shares[0], &shares[1]).ok().unwrap();
    assert_eq!(refusal(&file(), &Unlock::Shares(recovered)), Some(KeyringError::Unopened));
}

#[test]
fn a_recovery_slot_is_the_known_answer() {
    let text = HEXLOWER.encode(&recovery_slot().as_bytes()[62..166]);
    assert_eq!(text, RECOVERY_SEALED);
    assert!(is_documented(RECOVERY_SEALED));
}

#[test]
fn a_keyring_file_is_the_known_answer() {
    assert_eq!(HEXLOWER.encode(&file()), FILE);
    assert!(HEXLOWER.encode(credential_slot().as_bytes()).contains(MK_SEALED));
    assert!(is_documented(FILE) && is_documented(MK_SEALED));
}

#[test]
fn a_file_opens_with_either_secret_to_the_same_keys() {
    for unlock in [credential(0xc1), passphrase("見本 の 合言葉")] {
        let opened = Keyring::decode(&file(), &unlock).ok().unwrap();
        assert_eq!(*opened.keyring.encode_body(), *keyring().encode_body());
        assert_eq!(opened.keyring.generation, 3);
        assert_eq!(opened.keyring.vault, vault());
        let again = opened.keyring.encode(&opened.master, &opened.slots, &[0xa6; 24]);
        assert_eq!(again, file());
    }
}

#[test]
fn the_generation_is_read_before_anything_is_unlocked() {
    assert_eq!(Keyring::header(&file()), Ok(Header { vault: vault(), generation: 3 }));
}

/// Wrong secrets, damaged files, older generations and foreign keyrings are refused.
#[test]
fn only_the_right_secret_and_file_open() {
    a_wrong_secret_opens_nothing();
    a_secret_opens_slots_of_its_own_type_only();
    a_file_truncated_at_any_length_is_refused();
    a_file_with_any_changed_byte_is_refused();
    the_keyring_of_another_vault_does_not_open();
    a_slot_of_an_older_generation_cannot_be_put_back();
}

fn a_wrong_secret_opens_nothing() {
    for unlock in [credential(0xc2), passphrase("見本 の 合言"), passphrase("")] {
        assert_eq!(refusal(&file(), &unlock), Some(KeyringError::Unopened));
    }
}

fn a_secret_opens_slots_of_its_own_type_only() {
    let file = keyring().encode(&master(), &[passphrase_slot()], &[0xa6; 24]);
    assert_eq!(refusal(&file, &credential(0xc1)), Some(KeyringError::Unopened));
    let file = keyring().encode(&master(), &[], &[0xa6; 24]);
    assert_eq!(refusal(&file, &credential(0xc1)), Some(KeyringError::Unopened));
}

fn a_file_truncated_at_any_length_is_refused() {
    let file = file();
    for length in 0..file.len() {
        let error = refusal(&file[..length], &credential(0xc1));
        assert_eq!(error, Some(KeyringError::Truncated), "{length} bytes");
    }
    let longer = [file, vec![0]].concat();
    assert_eq!(refusal(&longer, &credential(0xc1)), Some(KeyringError::Unopened));
}

fn a_file_with_any_changed_byte_is_refused() {
    let file = file();
    for at in 0..file.len() {
        for flip in [1, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[at] ^= flip;
            let error = refusal(&changed, &credential(0xc1));
            let expected = match at {
                0..4 => [KeyringError::NotAKeyring; 2],
                4..6 => [KeyringError::NewerVersion; 2],
                _ => [KeyringError::Unopened, KeyringError::Truncated],
            };
            assert!(expected.map(Some).contains(&error), "byte {at}: {error:?}");
            let error = refusal(&resummed(changed), &credential(0xc1));
            assert!(at >= file.len() - 32 || error.is_some(), "byte {at} with a right sum");
        }
    }
}

fn the_keyring_of_another_vault_does_not_open() {
    let other = VaultId::from(Uuid::from_u128(9));
    let random = SlotRandom { id: counting_from(0x70), kdf_salt: [0; 32], salt: [0xa4; 24] };
    let slot = SealedMaster::for_credential(other, &master(), &[0xc1; 32], &random);
    let theirs = Keyring { vault: other, ..keyring() };
    let file = theirs.encode(&master(), core::slice::from_ref(&slot), &[0xa6; 24]);
    assert!(Keyring::decode(&file, &credential(0xc1)).is_ok());
    assert_eq!(refusal(&file, &credential(0xc3)), Some(KeyringError::Unopened));

    let with_our_slot = theirs.encode(&master(), &[credential_slot()], &[0xa6; 24]);
    assert_eq!(refusal(&with_our_slot, &credential(0xc1)), Some(KeyringError::Unopened));
    let mut renamed = file;
    renamed[16..32].copy_from_slice(Uuid::from(vault()).as_bytes());
    assert_eq!(refusal(&resummed(renamed), &credential(0xc1)), Some(KeyringError::Unopened));
}

fn a_slot_of_an_older_generation_cannot_be_put_back() {
    let random = SlotRandom { id: [1; 16], kdf_salt: [0; 32], salt: [2; 24] };
    let newer = SealedMaster::for_credential(vault(), &master(), &[0xc9; 32], &random);
    let mut file = keyring().encode(&master(), &[newer], &[0xa6; 24]);
    file[32..32 + SLOT_SIZE].copy_from_slice(credential_slot().as_bytes());
    assert_eq!(refusal(&resummed(file), &credential(0xc1)), Some(KeyringError::Unopened));
}

#[test]
fn a_slot_that_asks_for_hours_of_work_is_refused() {
    let mut bytes = *passphrase_slot().as_bytes();
    bytes[50..54].copy_from_slice(&u32::MAX.to_be_bytes());
    let slot = SealedMaster::from_bytes(bytes);
    assert!(slot.open(vault(), &passphrase("見本 の 合言葉")).is_err());
}

#[test]
fn a_body_with_epochs_out_of_order_or_something_left_over_is_refused() {
    let header = Header { vault: vault(), generation: 3 };
    let body = keyring().encode_body();
    assert!(Keyring::decode_body(header, &body).is_ok());
    assert!(Keyring::decode_body(header, &[&body[..], &[0]].concat()).is_err());
    let mut twice = body.to_vec();
    twice[4..8].copy_from_slice(&42_u32.to_be_bytes());
    assert!(Keyring::decode_body(header, &twice).is_err());
}

#[test]
fn generated_keys_are_taken_from_the_random_bytes_one_by_one() {
    let mut next = 0;
    let keyring = Keyring::generate(vault(), |out| {
        next += 1;
        out.fill(next);
    });
    assert_eq!((next, keyring.generation), (8, 1));
    let body = keyring.encode_body();
    let keys: Vec<u8> = (1..=8).flat_map(|byte| [byte; 32]).collect();
    assert_eq!(body[..8], [0, 0, 0, 1, 0, 0, 0, 1]);
    assert_eq!(body[8..], keys);
}

#[test]
fn errors_are_constant_texts() {
    let texts = [KeyringError::Unopened, KeyringError::Truncated].map(|error| error.to_string());
    assert_eq!(texts, ["could not open the keyring", "the keyring file is truncated"]);
}

proptest! {
    #[test]
    fn foreign_bytes_never_open_and_never_panic(bytes in any::<Vec<u8>>(), count in 0_u16..4) {
        prop_assert!(Keyring::header(&bytes).is_err());
        let begun = [b"MNKR\x01\x01", &count.to_be_bytes()[..], &bytes].concat();
        prop_assert!(refusal(&begun, &credential(0xc1)).is_some());
        let header = Header { vault: vault(), generation: 1 };
        prop_assert!(Keyring::decode_body(header, &bytes).is_err());
    }
}

const MK_SEALED: &str = "a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a45a992c35dc4da9026d372adaa41de22c\
    105264c86d9d238658173666cad216fdf155ef589fdbfd0bf13f449e8d4e82a5f42cb37716bf7adc\
    9c45424fdda34d2cb3fa39fd8fc4747c54f9cf1f92402b88";
const FILE: &str = "4d4e4b52010100020000000000000003101112131415161718191a1b1c1d1e1f0200707172737475\
    767778797a7b7c7d7e7f000000000000000000000000000000000000000000000000000000000000\
    0000000000000000000000000000a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a4a45a99\
    2c35dc4da9026d372adaa41de22c105264c86d9d238658173666cad216fdf155ef589fdbfd0bf13f\
    449e8d4e82a5f42cb37716bf7adc9c45424fdda34d2cb3fa39fd8fc4747c54f9cf1f92402b880000\
    0000000000000000000000000000000000000000000000000100808182838485868788898a8b8c8d\
    8e8fabababababababababababababababababababababababababababababababab000000400000\
    000100000001acacacacacacacacacacacacacacacacacacacacacacacac1452e4aa4181ff82b515\
    bd355cb8c347707e5bf1927da7198cc9914a40df6e91cbc7100eb62b0751840291f8fdb2feeb6eda\
    4b4b00174c766bd43a318bea80dfcdaad8be21a3afa39b943f17d1a52ee700000000000000000000\
    000000000000000000000000000000000000013ca6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6a6\
    a6a6a6a6609eb97cb2829c9706ef6596370552bb825e16a2586d0e9110957ec531f704de10fd67fd\
    d93dddb7dca96e657259fa5a34aaf0e72d674f1e0dd78ebf537750f35ac6631e7a1116df281a4faf\
    50c60d04b4d005c4b5aaafc969558a76e7ddb49cb368d8c59ea5b0c0b0c3aee17f7a501480ce2c00\
    73e923ecddfb4edd28934cac87e2c212c1e4da31cb75760cc12fcef3ddd8710b57efa0ce2a094589\
    cb945cda3d3ddd05b3667e945eb56964747bfbbdd413c23eea7555dda42d2dc4f58e5f0b458a495e\
    55c2d4e3aee74eb951564386ddc5e63bf66f3973edd59556fa1e17477cdf175324d0919df9fa7d82\
    5ea0cebe0608dee875f9fc66d93344eb645413128fa9cd160de1475f8738f309e9b278986e123bd2\
    8f1809012f7b62fe6d66d0f680829054b7b0236728d5b7a25ffaab78dc51cc95cb4202e5e8170b67\
    bb9f033b30ae072826de3b7d469453cd3e99066ca2265054378ae9bf5b7be10b6238c78b59023703\
    c2ec75e1bc5a53baaa429737546d53d5cd2ad8be3ecd5f1e";

const RECOVERY_SEALED: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaadca7b5ec8afc847a216cb5960ce78589\
    8da18f38d75ba234faa9f2bb27c98ff84577d3b21a264a92246d274392f9e9ade3066d0dd31f1b2b\
    dae0f86b44a62e427e805b56c3d6d0734f53add4aca9a5e3";
