//! Known answers, any two of three, nothing from one, and every slip of the hand.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::crypto::documented::is_documented;

fn set() -> ShareSet {
    let id =
        |first: u8| Uuid::from_bytes(core::array::from_fn(|at| first + u8::try_from(at).unwrap()));
    ShareSet::of(id(0x10).into(), id(0x90))
}

fn counting_from(first: u8) -> [u8; 32] {
    core::array::from_fn(|at| first + u8::try_from(at).unwrap())
}

fn known() -> [Share; 3] {
    split(&counting_from(0xc0), &counting_from(0x01), set())
}

fn read(text: &str) -> Result<Share, ShareError> {
    Share::parse(&SecretString::from(text))
}

/// Why a text is no share.
fn refusal(text: &str) -> Option<ShareError> {
    read(text).err()
}

#[test]
fn shares_are_the_known_answers() {
    assert_eq!(set().bytes(), [0xd9, 0xd9, 0xe0, 0xf3, 0x27]);
    for (share, (index, text)) in known().iter().zip((1..).zip(TEXTS)) {
        assert_eq!((share.index(), share.text().expose_secret()), (index, text));
        assert!(is_documented(&text.replace(' ', "")));
    }
}

#[test]
fn a_share_is_read_as_people_type_it() {
    for text in TEXTS {
        let plain = text.replace(' ', "");
        for typed in
            [text, &plain, &text.to_uppercase(), &text.replace(' ', "-\n"), &format!(" {text}\r\n")]
        {
            assert_eq!(read(typed).ok().unwrap().text().expose_secret(), text);
        }
    }
}

#[test]
fn every_wrong_character_is_found() {
    let symbols: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    for text in TEXTS {
        let plain = text.replace(' ', "");
        for at in 0..plain.len() {
            for symbol in &symbols {
                let mut changed = plain.clone();
                changed.replace_range(at..=at, &symbol.to_string());
                assert_eq!(refusal(&changed).is_none(), changed == plain, "{at} {symbol}");
            }
        }
    }
}

#[test]
fn a_character_lost_doubled_or_swapped_is_found() {
    for text in TEXTS {
        let plain = text.replace(' ', "");
        for at in 0..plain.len() {
            let (before, after) = plain.split_at(at);
            let mut rest = after.chars();
            let (symbol, next) = (rest.next().unwrap(), rest.next());
            let lost = format!("{before}{}", &after[1..]);
            let doubled = format!("{before}{symbol}{after}");
            let swapped = next.map(|next| format!("{before}{next}{symbol}{}", &after[2..]));
            for changed in [Some(lost), Some(doubled), swapped].into_iter().flatten() {
                let slip = refusal(&changed);
                assert!(changed == plain || slip == Some(ShareError::Mistyped), "{changed}");
            }
        }
    }
}

#[test]
fn a_newer_version_and_a_fourth_share_are_named() {
    let bytes = [0; 37];
    let with = |first| bech32m::encode(PREFIX, &bech32m::to_symbols(first, &bytes));
    assert_eq!(refusal(&with([2, 1])), Some(ShareError::NewerVersion));
    assert_eq!(refusal(&with([1, 0])), Some(ShareError::Mistyped));
    assert_eq!(refusal(&with([1, 4])), Some(ShareError::Mistyped));
}

#[test]
fn shares_of_two_ceremonies_or_one_share_twice_give_nothing() {
    let [one, other, _] = known();
    let elsewhere = ShareSet::of(Uuid::nil().into(), Uuid::nil());
    let [foreign, ..] = split(&[1; 32], &[2; 32], elsewhere);
    assert_eq!(combine(&other, &foreign).err(), Some(ShareError::OtherSet));
    assert_eq!(combine(&one, &known()[0]).err(), Some(ShareError::SameShare));
    assert!(combine(&one, &other).ok().unwrap().key_for(elsewhere).is_none());
}

/// For one share and every secret there is exactly one coefficient that leads to it: whoever holds
/// one share has learned nothing about the secret.
#[test]
fn one_share_fits_every_secret_equally() {
    for index in 1..=3_u8 {
        for secret in 0..=255_u8 {
            let values: BTreeSet<u8> =
                (0..=255).map(|factor| secret ^ field::multiply(factor, index)).collect();
            assert_eq!(values.len(), 256);
        }
    }
}

proptest! {
    #[test]
    fn any_two_of_three_give_the_secret(secret: [u8; 32], coefficient: [u8; 32]) {
        let shares = split(&secret, &coefficient, set());
        for (one, other) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
            let reread = Share::parse(&shares[one].text()).ok().unwrap();
            let recovered = combine(&reread, &shares[other]).ok().unwrap();
            prop_assert_eq!(&*recovered.key_for(set()).unwrap(), &secret);
            let [low, high] = recovered.shares();
            prop_assert!(low < high);
        }
    }

    #[test]
    fn a_changed_share_with_a_fitting_check_gives_another_secret(secret: [u8; 32], at in 0..32_usize, by in 1..=255_u8) {
        let [mut one, other, _] = split(&secret, &[7; 32], set());
        one.value[at] ^= by;
        let recovered = combine(&one, &other).ok().unwrap();
        prop_assert_ne!(&*recovered.key_for(set()).unwrap(), &secret);
    }

    #[test]
    fn foreign_text_is_no_share_and_never_panics(text in ".*", near in "azr1[qpzry9x8]{0,90}") {
        prop_assert!(read(&text).is_err());
        drop(read(&near));
    }
}

const TEXTS: [&str; 3] = [
    "azr1 ppm8 v7pu e8c8 pur3 7pc0 quls wrc8 rurs 7pml qu8s w8c8 purn 7pc0 qu0s wrc8 lsq7 mka9",
    "azr1 pzm8 v7pu e8ct zufj 7we8 yd0k kamn fad5 wsal e0ta 8mlm ul3e l2ah kw8e hpuz 0sqn rgxm",
    "azr1 prm8 v7pu e8c0 ru0n 7tel 8al5 7h6l 0ahh 7lll 370e l0a0 h7ll ln7l mll7 lll7 lsrq 5rzt",
];
