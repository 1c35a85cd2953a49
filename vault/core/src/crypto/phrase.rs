//! Passphrases that open a keyring: which are too weak, and ones that the vault makes.
//!
//! A thief of the keyring file tries phrases at home for as long as they like, so this rule is
//! stricter than that of sign-in passwords, where the vault counts.

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

/// Characters that are enough, spaces not counted.
const CHARACTERS: usize = 22;
/// Words that are enough, with a space between them.
const WORDS: usize = 7;
/// Different characters that a phrase without spaces needs.
const DIFFERENT: usize = 10;

/// 32 characters that are hard to confuse; one is 5 bits.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

/// Why a passphrase is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum WeakPhrase {
    /// Without what everybody tries first, too little is left.
    #[error("the passphrase is made of what everybody tries first")]
    Common,
    /// The same again and again.
    #[error("the passphrase repeats itself")]
    Repeats,
    /// Neither 22 characters nor seven words.
    #[error("the passphrase is too short: 22 characters, or seven words")]
    Short,
}

/// Whether a passphrase can protect a keyring.
///
/// # Errors
///
/// [`WeakPhrase`] says what is wrong with it.
pub fn check(phrase: &SecretString) -> Result<(), WeakPhrase> {
    let folded = Zeroizing::new(phrase.expose_secret().trim().to_lowercase());
    if !long_enough(&folded) {
        return Err(WeakPhrase::Short);
    }
    if repeats(&folded) {
        return Err(WeakPhrase::Repeats);
    }
    if long_enough(&without_common(&folded)) { Ok(()) } else { Err(WeakPhrase::Common) }
}

/// A passphrase of 120 random bits: six groups of four characters.
#[expect(clippy::missing_panics_doc, reason = "five bits name one of 32 characters")]
pub fn generate(random: &[u8; 24]) -> SecretString {
    let mut phrase = String::with_capacity(29);
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            phrase.push('-');
        }
        let symbol = ALPHABET.get(usize::from(byte & 31));
        phrase.push(char::from(*symbol.expect("five bits name one of 32 characters")));
    }
    phrase.into()
}

fn long_enough(phrase: &str) -> bool {
    let characters = phrase.chars().filter(|symbol| !symbol.is_whitespace()).count();
    characters >= CHARACTERS || words(phrase).count() >= WORDS
}

/// Words of at least two characters; a Japanese one may be short.
fn words(phrase: &str) -> impl Iterator<Item = &str> {
    phrase.split_whitespace().filter(|word| word.chars().nth(1).is_some())
}

fn repeats(phrase: &str) -> bool {
    let mut all: Vec<&str> = words(phrase).collect();
    let many = all.len() >= WORDS;
    all.sort_unstable();
    all.dedup();
    let mut symbols: Vec<char> = phrase.chars().filter(|symbol| symbol.is_alphanumeric()).collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols.len() < DIFFERENT || (many && all.len() < WORDS)
}

/// The phrase without everything on the list, longest entries first.
fn without_common(phrase: &str) -> Zeroizing<String> {
    let mut left = Zeroizing::new(String::from(phrase));
    for common in COMMON {
        if left.contains(common) {
            left = Zeroizing::new(left.replace(common, " "));
        }
    }
    let single = left.split_whitespace().collect::<Vec<_>>().join(" ");
    Zeroizing::new(single)
}

/// What guessing begins with: this vault's own words, runs on keyboards, famous phrases. Longer
/// entries stand before those they contain.
const COMMON: [&str; 58] = [
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "the quick brown fox jumps over the lazy dog",
    "to be or not to be that is the question",
    "to be or not to be",
    "may the force be with you",
    "いろはにほへとちりぬるを",
    "寿限無寿限無",
    "じゅげむじゅげむ",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertyui",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "q1w2e3r4",
    "1qaz2wsx",
    "1234567890",
    "0987654321",
    "123456789",
    "987654321",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "abcdefgh",
    "abcdef",
    "abc123",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "passphrase",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "パスフレーズ",
    "パスワード",
    "あいことば",
    "合い言葉",
    "合言葉",
    "administrator",
    "admin",
    "azekura",
    "校倉",
    "あぜくら",
    "mynumber",
    "my number",
    "マイナンバー",
    "個人番号",
    "changeme",
    "letmein",
    "welcome",
    "iloveyou",
    "monkey",
    "dragon",
    "default",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checked(phrase: &str) -> Result<(), WeakPhrase> {
        check(&SecretString::from(phrase))
    }

    #[test]
    fn long_phrases_of_ones_own_are_good() {
        for good in [
            "kaki mugi sora umi tori ha ku",
            "柿の木 麦畑 青空 海辺 渡り鳥 花火 入道雲",
            "Xq7-mihon-Tz4-shiken-9w",
            "azekura kaki mugi sora umi tori hana kumo",
        ] {
            assert_eq!(checked(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn short_phrases_are_refused() {
        for short in
            ["", "Kakuu-Shiken-2026!", "kaki mugi sora umi tori", "a b c d e f g", "　　　　"]
        {
            assert_eq!(checked(short), Err(WeakPhrase::Short), "{short}");
        }
    }

    #[test]
    fn repetitions_are_refused() {
        for again in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "ababababababababababababab",
            "kaki kaki kaki kaki kaki kaki kaki mugi sora",
            "----------------------------",
        ] {
            assert_eq!(checked(again), Err(WeakPhrase::Repeats), "{again}");
        }
    }

    #[test]
    fn what_everybody_tries_first_does_not_count() {
        for common in [
            "correct horse battery staple",
            "Password1234567890Qwertyuiop",
            "azekura azekura mynumber password 2026",
            "The quick brown fox jumps over the lazy dog 1",
            "パスワードパスワードマイナンバー1234567890abc",
        ] {
            assert_eq!(checked(common), Err(WeakPhrase::Common), "{common}");
        }
    }

    proptest! {
        #[test]
        fn a_phrase_of_the_vaults_own_is_strong(random: [u8; 24]) {
            let phrase = generate(&random);
            let text = phrase.expose_secret();
            prop_assert_eq!(text.len(), 29);
            let mut different: Vec<u8> = random.iter().map(|byte| byte & 31).collect();
            different.sort_unstable();
            different.dedup();
            prop_assert!(different.len() < DIFFERENT || check(&phrase).is_ok());
        }

        #[test]
        fn no_phrase_panics(text in ".*") {
            prop_assert!(checked(&text).is_ok() || text.len() < 4096);
        }
    }
}
