//! Known answers, single flipped bits and exchanged blobs.

#![expect(clippy::disallowed_methods, reason = "these are the tests of opening itself")]

mod swaps;

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::crypto::documented::is_documented;
use crate::crypto::{EpochKey, PersonalKey, State};
use crate::id::{OrganisationId, PersonId, SlotId, UserId, VaultId};

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn hex_of(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn counting_from(first: u8) -> Uuid {
    Uuid::from_bytes(core::array::from_fn(|at| first + u8::try_from(at).unwrap()))
}

fn place() -> Place {
    Place {
        vault: counting_from(0x10).into(),
        org: counting_from(0x20).into(),
        person: counting_from(0x30).into(),
        version: 7,
        slot: counting_from(0x40).into(),
        epoch: 42,
        state: State::Active,
    }
}

fn org_key() -> OrgEpochKey {
    EpochKey::from_random([0xe1; 32]).for_org(place().org)
}

fn number() -> MyNumber {
    MyNumber::parse("123456789018").ok().unwrap()
}

fn random() -> RecordRandom {
    let parts: [&[u8]; 3] = [&[0xd1; 32], &[0xa1; 24], &[0xa2; 24]];
    RecordRandom::from_random(parts.concat().try_into().unwrap())
}

fn totp_place() -> TotpPlace {
    TotpPlace { vault: place().vault, user: counting_from(0x50).into(), version: 1 }
}

fn totp_key() -> TotpKey {
    TotpKey::from_random([0xb1; 32])
}

fn personal_place() -> PersonalPlace {
    let Place { vault, org, person, .. } = place();
    PersonalPlace { vault, org, person, version: 2 }
}

fn personal_key() -> OrgPersonalKey {
    PersonalKey::from_random([0xd3; 32]).for_org(place().org)
}

fn opens(number: &[u8], slot: &[u8], key: &OrgEpochKey, place: &Place) -> bool {
    let (Ok(number), Ok(slot)) = (number.try_into(), slot.try_into()) else { return false };
    open_record(key, place, &number, &slot).is_ok()
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn a_number_and_its_slot_seal_to_the_known_answer() {
    let sealed = seal_record(&org_key(), &place(), &number(), &random());
    assert_eq!(hex_of(&place().number().to_bytes()), CTX_NUM);
    assert_eq!(hex_of(&place().slot().to_bytes()), CTX_SLOT);
    assert_eq!(hex_of(sealed.number.as_bytes()), NUM_BLOB);
    assert_eq!(hex_of(sealed.slot.as_bytes()), SLOT_BLOB);
    let opened = open_record(&org_key(), &place(), &sealed.number, &sealed.slot).ok().unwrap();
    assert!(opened.ct_eq(&number()));
}

#[test]
fn a_pending_number_seals_to_the_known_answer() {
    let pending = Place { state: State::Pending, ..place() };
    let sealed = seal_record(&org_key(), &pending, &number(), &random());
    assert_eq!(hex_of(sealed.number.as_bytes()), PENDING_BLOB);
    assert_eq!(hex_of(sealed.slot.as_bytes()), SLOT_BLOB);
}

#[test]
fn the_key_of_an_organisation_is_the_known_answer() {
    let expected = "718918e43cc3955d6c6ebde0a9136a4e39c0c678e1b0e6d5acd75ad9db6b7d65";
    assert_eq!(hex_of(org_key().bytes()), expected);
    let expected = "85257e8dc960d0b8af8404c69e59b411177b9bad73920e91538cf04deaa5ad68";
    assert_eq!(hex_of(personal_key().bytes()), expected);
}

#[test]
fn a_totp_seed_seals_to_the_known_answer() {
    let seed = core::array::from_fn(|at| 0x60 + u8::try_from(at).unwrap());
    let blob = seal_totp(&totp_key(), &totp_place(), &seed, &[0xa3; 24]);
    assert_eq!(hex_of(&totp_place().context().to_bytes()), CTX_TOTP);
    assert_eq!(hex_of(blob.as_bytes()), TOTP_BLOB);
    assert_eq!(*open_totp(&totp_key(), &totp_place(), &blob).unwrap(), seed);
}

#[test]
fn personal_fields_seal_to_the_known_answer() {
    let plain = hex(PER_PLAIN);
    let blob = seal_personal(&personal_key(), &personal_place(), &plain, &[0xa5; 24]).unwrap();
    assert_eq!(hex_of(&personal_place().context().to_bytes()), CTX_PER);
    assert_eq!(hex_of(&blob), PER_BLOB);
    let opened = open_personal(&personal_key(), &personal_place(), &blob).unwrap();
    assert_eq!(opened.len(), 256);
    assert_eq!(opened.strip_prefix(plain.as_slice()).unwrap(), vec![0; 256 - plain.len()]);
}

#[test]
fn personal_fields_have_two_lengths_and_no_third() {
    let seal =
        |length| seal_personal(&personal_key(), &personal_place(), &vec![1; length], &[0; 24]);
    let lengths = [0, 256, 257, 512].map(|length| seal(length).map(|blob| blob.len()));
    assert_eq!(lengths, [Ok(332), Ok(332), Ok(588), Ok(588)]);
    assert_eq!(seal(513), Err(PersonalTooLong));

    let context = personal_place().context().to_bytes();
    let mut other_length = header().to_vec();
    personal(&personal_key(), &context).seal(&[0; 24], &[1; 300], &mut other_length);
    assert!(open_personal(&personal_key(), &personal_place(), &other_length).is_err());
}

#[test]
fn a_slot_does_not_open_with_the_epoch_key_itself() {
    let slot = hex(SLOT_BLOB).as_slice().try_into().unwrap();
    assert!(open_slot(&org_key(), &place(), &slot).is_ok());
    let epoch_key_as_it_is = OrgEpochKey::from_random([0xe1; 32]);
    assert!(open_slot(&epoch_key_as_it_is, &place(), &slot).is_err());
}

#[test]
fn a_rewrapped_slot_opens_in_the_new_epoch_only() {
    let sealed = seal_record(&org_key(), &place(), &number(), &random());
    let new_key = EpochKey::from_random([0xe2; 32]).for_org(place().org);
    let slot = rewrap(&org_key(), &new_key, &place(), 43, &[9; 24], &sealed.slot).ok().unwrap();
    let moved = Place { epoch: 43, ..place() };
    assert!(open_record(&new_key, &moved, &sealed.number, &slot).is_ok());
    assert!(open_record(&new_key, &place(), &sealed.number, &slot).is_err());
    assert!(open_record(&org_key(), &moved, &sealed.number, &slot).is_err());
    assert!(open_record(&new_key, &moved, &sealed.number, &sealed.slot).is_err());
    assert!(rewrap(&new_key, &new_key, &place(), 44, &[8; 24], &sealed.slot).is_err());
}

#[test]
fn every_flipped_bit_of_a_number_or_slot_is_refused() {
    let (blob, slot) = (hex(NUM_BLOB), hex(SLOT_BLOB));
    assert!(opens(&blob, &slot, &org_key(), &place()));
    assert_eq!(flips(&blob).filter(|blob| opens(blob, &slot, &org_key(), &place())).count(), 0);
    assert_eq!(flips(&slot).filter(|slot| opens(&blob, slot, &org_key(), &place())).count(), 0);
}

#[test]
fn every_flipped_bit_of_a_totp_or_personal_blob_is_refused() {
    let (blob, personal) = (hex(TOTP_BLOB), hex(PER_BLOB));
    for blob in flips(&blob) {
        let blob = blob.as_slice().try_into().unwrap();
        assert!(open_totp(&totp_key(), &totp_place(), &blob).is_err());
    }
    for blob in flips(&personal) {
        assert!(open_personal(&personal_key(), &personal_place(), &blob).is_err());
    }
}

#[test]
fn every_flipped_bit_of_a_context_is_refused() {
    let dek = [0xd1; 32];
    let seals = [
        (dek, &b"mnv1/num\0"[..], place().number().to_bytes(), hex(NUM_BLOB)[4..].to_vec()),
        (
            *org_key().bytes(),
            b"mnv1/slot\0",
            place().slot().to_bytes(),
            hex(SLOT_BLOB)[8..].to_vec(),
        ),
        (
            *totp_key().bytes(),
            b"mnv1/totp\0",
            totp_place().context().to_bytes(),
            hex(TOTP_BLOB)[4..].to_vec(),
        ),
        (
            *personal_key().bytes(),
            b"mnv1/per\0",
            personal_place().context().to_bytes(),
            hex(PER_BLOB)[4..].to_vec(),
        ),
    ];
    for (key, label, context, sealed) in seals {
        let open = |context: &[u8; 96]| seal(&key, label, context).open(&sealed).is_ok();
        assert!(open(&context));
        let flipped =
            flips(&context).filter(|context| open(context.as_slice().try_into().unwrap()));
        assert_eq!(flipped.count(), 0);
    }
}

#[test]
fn a_plaintext_that_is_no_number_is_refused() {
    let context = place().number().to_bytes();
    let open = |block: &[u8; 16]| {
        let sealed =
            seal_blob(&seal(&[0xd1; 32], b"mnv1/num\0", &context), &header(), &[0; 24], block);
        open_number(&[0xd1; 32], &place(), &sealed).is_ok()
    };
    assert!(open(b"\x01123456789018\0\0\0"));
    for block in [
        b"\x02123456789018\0\0\0",
        b"\x01123456789019\0\0\0",
        b"\x01123456789018\0\0\x01",
        b"\x01 12345678901\0\0\0",
        b"\x01000000000000\0\0\0",
        b"\x0112345678901\xff\0\0\0",
    ] {
        assert!(!open(block));
    }
}

#[test]
fn the_document_shows_these_vectors() {
    for vector in [CTX_NUM, NUM_BLOB, PENDING_BLOB, CTX_SLOT, SLOT_BLOB, CTX_TOTP, TOTP_BLOB] {
        assert!(is_documented(vector), "{vector}");
    }
    for vector in [CTX_PER, PER_PLAIN, PER_BLOB] {
        assert!(is_documented(vector), "{vector}");
    }
}

proptest! {
    #[test]
    fn a_number_comes_back_from_its_own_place(
        body in 0_u64..100_000_000_000, seed in any::<[u8; 32]>(), version in any::<u64>(),
        epoch in any::<u32>(), ids in any::<[u128; 4]>(),
    ) {
        let [vault, org, person, slot] = ids.map(Uuid::from_u128);
        let place = Place {
            vault: vault.into(), org: org.into(), person: person.into(), slot: slot.into(),
            version, epoch, state: State::Active,
        };
        let number = (0..10).find_map(|last| MyNumber::parse(&format!("{body:011}{last}")).ok());
        prop_assume!(number.is_some());
        let (key, number) = (OrgEpochKey::from_random(seed), number.unwrap());
        let sealed = seal_record(&key, &place, &number, &random());
        let opened = open_record(&key, &place, &sealed.number, &sealed.slot);
        prop_assert!(opened.is_ok_and(|opened| opened.ct_eq(&number)));
    }

    #[test]
    fn foreign_bytes_never_open_and_never_panic(bytes in any::<Vec<u8>>(), blob in any::<[[u8; 32]; 19]>()) {
        let blob = blob.concat();
        prop_assert!(!opens(&blob[..92], &blob[..112], &org_key(), &place()));
        for bytes in [&bytes[..], &blob[..332], &blob[..588]] {
            prop_assert!(open_personal(&personal_key(), &personal_place(), bytes).is_err());
        }
        prop_assert!(NumberBlob::try_from(&bytes[..]).is_err() || bytes.len() == 92);
    }
}

const CTX_NUM: &str = "4d4e563101010001101112131415161718191a1b1c1d1e1f202122232425262728292a2b\
     2c2d2e2f303132333435363738393a3b3c3d3e3f00000000000000074041424344454647\
     48494a4b4c4d4e4f00000000000000000000000000000000";
const NUM_BLOB: &str = "01010000a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1f28038a86fd6f545\
     d9c65252c909ba8a89a62a19f9bbc4fbde15a1019c970faf993afb3e734eba3dc39d75ba\
     c36eefacd523824a1d0950d7f64e5eedb4c7191f";
const PENDING_BLOB: &str = "01010000a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1c34645d5b1f3df64\
     51c6ac145c8fa0cf4b520bc51917693d69fe982a9537d539872ab93e0015680475af3bed\
     aaca1d6da78f1febf40b2feb0e615e7a64558e42";
const CTX_SLOT: &str = "4d4e563102010001101112131415161718191a1b1c1d1e1f202122232425262728292a2b\
     2c2d2e2f303132333435363738393a3b3c3d3e3f00000000000000074041424344454647\
     48494a4b4c4d4e4f0000002a000000000000000000000000";
const SLOT_BLOB: &str = "010100000000002aa2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a22df765cf\
     4f034fb6528e97274d89a2814e26ee20338aefcaf599002d4e8317c250345707f31148ef\
     56bd9de294bd0f1837f3c149a9dee0124e70bc39edd73f8e8996883b94f53c28567dd388\
     fa8e9446";
const CTX_TOTP: &str = "4d4e563104010000101112131415161718191a1b1c1d1e1f000000000000000000000000\
     00000000505152535455565758595a5b5c5d5e5f00000000000000010000000000000000\
     000000000000000000000000000000000000000000000000";
const TOTP_BLOB: &str = "01010000a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a38a405ad6b007da03\
     286a8ce45f27f5d5f333e2e81f4c327c726db29a4e133e262f60394a75dd3d2a29709d59\
     2a98564dcc6a1a9acb203ad43ad13129a2866fe102e26ccb";
const CTX_PER: &str = "4d4e563108010000101112131415161718191a1b1c1d1e1f202122232425262728292a2b\
     2c2d2e2f303132333435363738393a3b3c3d3e3f00000000000000020000000000000000\
     000000000000000000000000000000000000000000000000";
const PER_PLAIN: &str = "0000000de8a68be69cac20e5a4aae9838e00000013e3839fe3839be383b320e382bfe383\
     ade382a60000000a313939302d30312d3031";
const PER_BLOB: &str = "01010000a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5e571e5fd0c1395fc\
    bc9a9be2e01503cf507960eda3cf821c018ed90609b86e3804342f1b88989456bd28cff9\
    b80b6884130a3c03b1b12aaeed6598fe7d8bcc3c4696b3eb6a11aae22462ede26616cbd7\
    59e5a8d592154e63f5e08f67aa6213a2e72ce08fa91f5679510f3527047839354741b63a\
    cc4c3f798d1d566aaea98fc8edbfcc63c9943a7d95a350152026532a9e7bfba033cd09dc\
    9939f18d8063b289a634f7f14a5b6db0dd26bd0e516312054fb432b91ed02106948ad898\
    f7685acfd74ea6e5b9752ec29afef5b20addfd4ab7e129e5c7ecf0ecd8ed606303d144b4\
    d556b1a43a55ada6e317f9d4500f2cb876cb3444e5db9491a8ff22c89dd16eb7f84e43f5\
    32c1799401ede872b5eb071784402e115c04ae7a220b3d4a66a015cd8a99db0181145c2a\
    d4fcd56ca87e6f5c";
