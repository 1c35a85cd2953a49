//! Codes kept on paper for the day the authenticator is lost: 128 bits each, shown once, of which
//! only a keyed MAC is stored.

use azekura_core::random::Rng;
use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Codes that somebody has at one time.
pub const CODES: usize = 10;

/// What a code stands for. 128 bits are not guessed, so a MAC of them is enough.
pub type Secret = Zeroizing<[u8; 16]>;

/// A new code as it is shown, `ABCDE-FGHIJ-KLMNO-PQRST-UVWXY-Z`, and what it stands for.
pub fn mint(rng: &dyn Rng) -> (SecretString, Secret) {
    let mut secret = Secret::default();
    rng.fill(&mut *secret);
    let base32 = Zeroizing::new(BASE32_NOPAD.encode(&*secret));
    let mut shown = String::with_capacity(base32.len() + base32.len() / 5);
    for (at, letter) in base32.chars().enumerate() {
        if at > 0 && at % 5 == 0 {
            shown.push('-');
        }
        shown.push(letter);
    }
    (shown.into(), secret)
}

/// What a typed code stands for, in small or large letters, with or without hyphens and spaces;
/// `None` for any other text.
pub fn read(typed: &SecretString) -> Option<Secret> {
    let mut letters = Zeroizing::new(String::with_capacity(typed.expose_secret().len()));
    let kept = typed.expose_secret().chars().filter(|c| !matches!(c, '-' | ' '));
    letters.extend(kept.map(|c| c.to_ascii_uppercase()));
    let bytes = Zeroizing::new(BASE32_NOPAD.decode(letters.as_bytes()).ok()?);
    Some(Zeroizing::new(<[u8; 16]>::try_from(bytes.as_slice()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Rng for Counting {
        fn fill(&self, out: &mut [u8]) {
            out.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let (shown, secret) = mint(&Counting);
        let shown = shown.expose_secret();
        assert_eq!(shown.len(), 31);
        for typed in [shown.to_owned(), shown.to_lowercase(), shown.replace('-', " ")] {
            assert_eq!(read(&typed.into()).unwrap(), secret);
        }
    }

    #[test]
    fn other_text_is_no_code() {
        let (shown, _) = mint(&Counting);
        let shown = shown.expose_secret();
        for cut in 0..shown.len() {
            assert!(read(&SecretString::from(&shown[..cut])).is_none());
        }
        let longer = format!("{shown}A");
        let digit = shown.replacen('A', "1", 1);
        let trailing_bits = format!("{}7", &shown[..shown.len() - 1]);
        for typed in [longer, digit, trailing_bits, "試験".to_owned()] {
            assert!(read(&typed.as_str().into()).is_none(), "{typed}");
        }
    }
}
