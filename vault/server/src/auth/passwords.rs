//! Which passwords are taken: the rules of a profile, and what is too easily guessed.
//!
//! Source: regulation 001 §5.2 (length, classes, reuse); NIST SP 800-63B-4 3.1.1.2 (length without
//! classes, blocklist).

use std::collections::HashSet;
use std::str::FromStr;
use std::sync::LazyLock;

use azekura_core::roster::Rank;
use azekura_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

/// Days in which a password is not taken again.
pub const REUSE_DAYS: i64 = 365;
/// Changes of one password in 24 hours.
pub const CHANGES_A_DAY: usize = 10;
/// Earlier passwords that are compared with a new one; each costs a hash.
pub const KEPT_AT_MOST: usize = 24;

/// Characters of a password at most, which is 512 bytes; a longer one is refused, never cut.
const LONGEST: usize = 128;
/// Characters that are left of a password without what everybody would try.
const LEFT_AT_LEAST: usize = 6;

/// Words of the vault itself and of its field: guessed first, by whoever knows where it stands.
const CONTEXT: [&str; 20] = [
    "azekura",
    "mynumber",
    "kojinbango",
    "kojinbangou",
    "personalnumber",
    "reiwa",
    "heisei",
    "showa",
    "shouwa",
    "taisho",
    "taishou",
    "meiji",
    "校倉",
    "マイナンバー",
    "個人番号",
    "令和",
    "平成",
    "昭和",
    "大正",
    "明治",
];

/// The rules that passwords follow, chosen for the whole vault.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Four classes; 12 characters for administrators and managers, 10 for everybody else.
    #[default]
    #[serde(rename = "jp-4class")]
    Jp4Class,
    /// 15 characters of any kind.
    Nist,
}

/// Why a password is not taken. It is never repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WeakPassword {
    /// Fewer than four classes: lower and upper case letters, digits, others.
    Classes,
    /// Made of what everybody would try: common words, runs, repetitions, years.
    Common,
    /// Contains a name of its user, of an organisation, of the vault or of an era.
    Context,
    /// Too short for the rank, or longer than any.
    Length,
}

/// Names that a password must not contain.
pub struct Names<'a> {
    /// The name typed at sign-in.
    pub login: &'a str,
    /// Display name of the user, names of organisations.
    pub others: Vec<&'a str>,
}

impl Profile {
    /// Checks a password for somebody of `rank`.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn check(
        self,
        rank: Rank,
        password: &SecretString,
        names: &Names<'_>,
    ) -> Result<(), WeakPassword> {
        let text = password.expose_secret();
        let shortest = self.shortest(rank);
        if !(shortest..=LONGEST).contains(&text.chars().count()) {
            return Err(WeakPassword::Length);
        }
        if self == Self::Jp4Class && !four_classes(text) {
            return Err(WeakPassword::Classes);
        }
        let folded = Zeroizing::new(text.to_lowercase());
        if names.words().any(|word| folded.contains(&*word)) {
            return Err(WeakPassword::Context);
        }
        if left(&folded) < LEFT_AT_LEAST {
            return Err(WeakPassword::Common);
        }
        Ok(())
    }

    /// What is asked of whoever broke a rule.
    pub const fn advice(self, rank: Rank, broken: WeakPassword) -> &'static str {
        match (broken, self, rank) {
            (WeakPassword::Classes, ..) => {
                "use lower and upper case letters, digits and other signs"
            }
            (WeakPassword::Common, ..) => {
                "leave out common words, runs, repetitions and years, or add to them"
            }
            (WeakPassword::Context, ..) => {
                "leave out your name and login, names of organisations, of this vault and of eras"
            }
            (WeakPassword::Length, Self::Nist, _) => "15 to 128 characters",
            (WeakPassword::Length, Self::Jp4Class, Rank::Privileged) => "12 to 128 characters",
            (WeakPassword::Length, Self::Jp4Class, Rank::General) => "10 to 128 characters",
        }
    }

    const fn shortest(self, rank: Rank) -> usize {
        match (self, rank) {
            (Self::Nist, _) => 15,
            (Self::Jp4Class, Rank::Privileged) => 12,
            (Self::Jp4Class, Rank::General) => 10,
        }
    }
}

impl FromStr for Profile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "jp-4class" => Ok(Self::Jp4Class),
            "nist" => Ok(Self::Nist),
            _ => Err("jp-4class or nist"),
        }
    }
}

/// Until when a password that was replaced at `at` is remembered.
pub const fn remembered_until(at: Timestamp) -> Timestamp {
    at.plus_millis(REUSE_DAYS * 86_400_000)
}

impl Names<'_> {
    /// Every word that must not occur, in lower case: the login as a whole, and parts of names
    /// long enough not to be in every password.
    fn words(&self) -> impl Iterator<Item = String> {
        let parts = self.others.iter().chain([&self.login]);
        let parts = parts.flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
        let parts =
            parts.filter(|part| part.chars().count() >= if part.is_ascii() { 4 } else { 2 });
        let whole = Some(self.login).filter(|login| !login.is_empty());
        parts.chain(whole).chain(CONTEXT).map(str::to_lowercase)
    }
}

fn four_classes(text: &str) -> bool {
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    classes.iter().all(|class| text.chars().any(class))
}

/// The letter that a digit or sign commonly stands for.
const fn as_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

/// How many characters are left of a text without common words, runs, repetitions and years.
fn left(text: &str) -> usize {
    // Signs are one byte, as are the letters that they stand for: both texts have the same places.
    let spelt = Zeroizing::new(text.chars().map(as_letter).collect::<String>());
    let (mut at, mut left) = (0, 0);
    while let Some((rest, spelt)) = text.get(at..).zip(spelt.get(at..)) {
        let Some(first) = rest.chars().next() else { break };
        let guessed = common(rest).max(common(spelt)).max(run(rest)).max(year(rest));
        left += usize::from(guessed == 0);
        at += guessed.max(first.len_utf8());
    }
    left
}

/// Bytes of the longest common word that `text` begins with.
fn common(text: &str) -> usize {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(COMMON.longest);
    ends.filter(|end| text.get(..*end).is_some_and(|word| COMMON.words.contains(word)))
        .last()
        .unwrap_or(0)
}

/// Bytes of three or more characters in a row that are the same, or each the next or the one before.
fn run(text: &str) -> usize {
    let step = |(a, b): (char, char)| i64::from(u32::from(b)) - i64::from(u32::from(a));
    let mut steps = text.chars().zip(text.chars().skip(1)).map(step);
    let Some(first) = steps.next().filter(|first| (-1..=1).contains(first)) else { return 0 };
    let length = 2 + steps.take_while(|step| *step == first).count();
    if length < 3 { 0 } else { text.chars().take(length).map(char::len_utf8).sum() }
}

/// Bytes of a year of this century or the last one.
fn year(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let near = text.starts_with("19") || text.starts_with("20");
    if near && digits >= 4 { 4 } else { 0 }
}

struct Common {
    words: HashSet<&'static str>,
    longest: usize,
}

static COMMON: LazyLock<Common> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    let words: HashSet<_> = lines.flat_map(str::split_whitespace).collect();
    let longest = words.iter().map(|word| word.chars().count()).max().unwrap_or(0);
    Common { words, longest }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn check(profile: Profile, rank: Rank, text: &str) -> Result<(), WeakPassword> {
        let names = Names {
            login: "mihon.hanako",
            others: vec!["見本 花子", "架空商事 Kakuu Shoji"],
        };
        profile.check(rank, &SecretString::from(text), &names)
    }

    fn general(text: &str) -> Result<(), WeakPassword> {
        check(Profile::Jp4Class, Rank::General, text)
    }

    #[test]
    fn length_and_classes_follow_profile_and_rank() {
        assert_eq!(general("Zen-gaku7q"), Ok(()));
        assert_eq!(general("Zen-gaku7"), Err(WeakPassword::Length));
        let privileged = |text| check(Profile::Jp4Class, Rank::Privileged, text);
        assert_eq!(privileged("Zen-gaku7q+k"), Ok(()));
        assert_eq!(privileged("Zen-gaku7q+"), Err(WeakPassword::Length));
        for lacking in ["zen-gaku7q+k", "ZEN-GAKU7Q+K", "Zen-gakuSq+k", "Zen7gaku7qsk"] {
            assert_eq!(privileged(lacking), Err(WeakPassword::Classes), "{lacking}");
        }
        let nist = |text| check(Profile::Nist, Rank::General, text);
        assert_eq!(nist("zutto kawaranai"), Ok(()));
        assert_eq!(nist("Zutto kawarana"), Err(WeakPassword::Length));
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_cut() {
        let long = |text: &str, times| check(Profile::Nist, Rank::General, &text.repeat(times));
        assert_eq!(long("kz7+", 32), Ok(()));
        assert_eq!(long("kz7+", 33), Err(WeakPassword::Length));
        assert_eq!(long("鑑𠮷鉄橋", 32), Ok(()));
        assert_eq!(long("鑑𠮷鉄橋", 33), Err(WeakPassword::Length));
    }

    #[test]
    fn names_of_user_organisation_vault_and_era_are_refused() {
        for named in [
            "Mihon.Hanako-77q",
            "Hanako-zen-77q",
            "見本-Zengaku77",
            "架空商事-Zen77gaku",
            "Shoji-Zengaku77",
            "Azekura-Zengaku77",
            "MyNumber-Zengaku77",
            "Reiwa-Zengaku77",
            "令和-Zengaku77",
        ] {
            assert_eq!(general(named), Err(WeakPassword::Context), "{named}");
        }
    }

    #[test]
    fn what_everybody_would_try_is_refused_however_it_is_spelt() {
        for common in [
            "Password-2026!",
            "P@ssw0rd-2026!",
            "Qwerty123456!",
            "Welcome1234!!",
            "Sakura-2025!!",
            "Tokyo2026!!!",
            "Abcdefgh1234!",
            "Aaaa1111!!!!",
            "1Qaz2wsx!!3edc",
            "Kanrisha#2026",
        ] {
            assert_eq!(general(common), Err(WeakPassword::Common), "{common}");
        }
        assert_eq!(general("Sakura-2025-zu7Gaki+"), Ok(()));
    }
}
