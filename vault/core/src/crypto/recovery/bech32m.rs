//! Bech32m: 32 characters that are hard to confuse, and a check of six of them.
//!
//! The check finds every text with up to four wrong characters, and misses any other change once in
//! a thousand million times. Source: BIP-173, BIP-350.

use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
const FINAL: u32 = 0x2bc8_30a3;
const CHECK: usize = 6;

/// Up to which length the check finds every four wrong characters.
const LONGEST: usize = 90;

/// The text of `data`, symbols of 5 bits each, under a prefix of small letters.
pub(super) fn encode(prefix: &str, data: &[u8]) -> Zeroizing<String> {
    let mut whole = Zeroizing::new(expanded(prefix));
    whole.extend_from_slice(data);
    whole.extend_from_slice(&[0; CHECK]);
    let check = polymod(&whole) ^ FINAL;
    let mut text = Zeroizing::new(String::with_capacity(LONGEST));
    text.push_str(prefix);
    text.push('1');
    let of_check = (0..CHECK).rev().map(|at| u8::try_from((check >> (5 * at)) & 31).unwrap_or(0));
    for symbol in data.iter().copied().chain(of_check) {
        let symbol = ALPHABET.get(usize::from(symbol & 31));
        text.push(char::from(*symbol.expect("five bits name one of 32 characters")));
    }
    text
}

/// The symbols of a text under `prefix`; `None` if the check does not hold, capitals and small
/// letters are mixed, or anything else is not as [`encode`] writes it.
pub(super) fn decode(prefix: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mixed = text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    if mixed || text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    let small = Zeroizing::new(text.to_ascii_lowercase());
    let symbols = small.strip_prefix(prefix)?.strip_prefix('1')?;
    let mut whole = Zeroizing::new(expanded(prefix));
    let begin = whole.len();
    for symbol in symbols.bytes() {
        let value = ALPHABET.iter().position(|known| *known == symbol)?;
        whole.push(u8::try_from(value).ok()?);
    }
    if polymod(&whole) != FINAL {
        return None;
    }
    let end = whole.len().checked_sub(CHECK)?;
    whole.get(begin..end).map(|data| Zeroizing::new(data.to_vec()))
}

/// `first`, then `bytes` cut into symbols of 5 bits; the last one is filled up with zeros.
pub(super) fn to_symbols<const N: usize>(first: [u8; N], bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut symbols = Zeroizing::new(Vec::with_capacity(LONGEST));
    symbols.extend_from_slice(&first);
    let (mut held, mut bits) = (0_u16, 0);
    for byte in bytes {
        held = (held << 8 | u16::from(*byte)) & 0x0fff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            symbols.push(u8::try_from((held >> bits) & 31).unwrap_or(0));
        }
    }
    if bits > 0 {
        symbols.push(u8::try_from((held << (5 - bits)) & 31).unwrap_or(0));
    }
    symbols
}

/// Fills `out` from symbols; `None` if they are too few, too many, or not filled up with zeros.
pub(super) fn to_bytes(symbols: &[u8], out: &mut [u8]) -> Option<()> {
    let (mut held, mut bits) = (0_u16, 0);
    let mut places = out.iter_mut();
    for symbol in symbols {
        held = (held << 5 | u16::from(*symbol)) & 0x0fff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *places.next()? = u8::try_from((held >> bits) & 0xff).ok()?;
        }
    }
    let rest = held & ((1 << bits) - 1);
    (places.next().is_none() && bits < 5 && rest == 0).then_some(())
}

fn expanded(prefix: &str) -> Vec<u8> {
    let mut whole = Vec::with_capacity(2 * LONGEST);
    whole.extend(prefix.bytes().map(|byte| byte >> 5));
    whole.push(0);
    whole.extend(prefix.bytes().map(|byte| byte & 31));
    whole
}

fn polymod(values: &[u8]) -> u32 {
    values.iter().fold(1, |sum, value| {
        let next = ((sum & 0x01ff_ffff) << 5) ^ u32::from(*value);
        GENERATOR.iter().zip(0..).fold(next, |next, (factor, bit)| {
            next ^ (factor & ((sum >> (25 + bit)) & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_the_standard_are_read_and_written() {
        let all: Vec<u8> = (0..32).rev().collect();
        let known = "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx";
        assert_eq!(encode("abcdef", &all).as_str(), known);
        assert_eq!(decode("abcdef", known).as_deref(), Some(&all));
        assert_eq!(decode("a", "A1LQFN3A").as_deref(), Some(&vec![]));
        for wrong in ["a1lqfn3q", "A1lqfn3a", "a1lqfn", "1lqfn3a", "", "a2lqfn3a", "a1lqfn3b"] {
            assert!(decode("a", wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back_from_their_symbols(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let symbols = to_symbols([7], &bytes);
            prop_assert!(symbols.iter().all(|symbol| *symbol < 32));
            let mut back = vec![0; bytes.len()];
            prop_assert_eq!(to_bytes(&symbols[1..], &mut back), Some(()));
            prop_assert_eq!(&back, &bytes);
            let mut longer = vec![0; bytes.len() + 1];
            prop_assert_eq!(to_bytes(&symbols[1..], &mut longer), None);
        }

        #[test]
        fn foreign_text_never_panics(text in ".*", near in "azr1[a-z0-9]{0,90}") {
            drop(decode("azr", &text));
            drop(decode("azr", &near));
        }
    }
}
