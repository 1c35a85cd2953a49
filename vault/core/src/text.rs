//! Text that people write into the vault's records, checked so that no number hides in it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::number::{ascii_digit, check_digit_agrees};

/// A reason, reference or file name: at most 200 characters without a personal number in them.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct FreeText(String);

/// The organisation's own key for a person, such as an employee number: 1 to 64 characters.
///
/// It stands in clear and is searched for, so no run of twelve digits is let in at all.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ExternalRef(String);

/// Why a text is refused. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum TextError {
    /// A control character, or one that shows nothing and could part the digits of a number.
    #[error("the text holds a control character or an invisible one")]
    Control,
    /// Twelve digits in a row, in a field that admits none.
    #[error("the reference holds twelve digits in a row")]
    DigitRun,
    /// Too long, or empty where something must stand.
    #[error("the text is empty or too long")]
    Length,
    /// What may well be a personal number.
    #[error("do not write the number here")]
    Number,
}

impl FreeText {
    /// The text, if it may be kept.
    ///
    /// # Errors
    ///
    /// [`TextError::Length`] above 200 characters, [`TextError::Control`],
    /// [`TextError::Number`] if [`contains_number`] finds one.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check(&text, 0, 200)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ExternalRef {
    /// The reference, if it may be kept.
    ///
    /// # Errors
    ///
    /// [`TextError::Length`] unless it has 1 to 64 characters, [`TextError::DigitRun`] for twelve
    /// digits in a row, [`TextError::Control`] and [`TextError::Number`] as in [`FreeText::new`].
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if digit_runs(&text).any(|run| run.len() >= 12) {
            return Err(TextError::DigitRun);
        }
        check(&text, 1, 64)?;
        Ok(Self(text))
    }

    /// The reference.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FreeText {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl TryFrom<String> for ExternalRef {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(text)
    }
}

/// Whether what may be a personal number stands anywhere in the text: twelve digits in a row, also
/// inside a longer run, or three groups of four with one character between each, whose check digit
/// is valid. Full-width digits count as digits. Dates side by side do not look like that.
pub fn contains_number(text: &str) -> bool {
    let runs: Vec<Run> = digit_runs(text).collect();
    runs.iter().any(Run::holds_number) || runs.windows(3).any(is_grouped_number)
}

/// Digits without anything between them, as ASCII, with their place counted in characters.
struct Run {
    start: usize,
    digits: Vec<u8>,
}

impl Run {
    fn len(&self) -> usize {
        self.digits.len()
    }

    fn end(&self) -> usize {
        self.start + self.len()
    }

    fn holds_number(&self) -> bool {
        self.digits.windows(12).any(looks_like_number)
    }
}

fn check(text: &str, shortest: usize, longest: usize) -> Result<(), TextError> {
    if !(shortest..=longest).contains(&text.chars().count()) {
        return Err(TextError::Length);
    }
    if text.chars().any(is_invisible) {
        return Err(TextError::Control);
    }
    if contains_number(text) {
        return Err(TextError::Number);
    }
    Ok(())
}

fn digit_runs(text: &str) -> impl Iterator<Item = Run> {
    let mut characters = text.chars().map(ascii_digit).enumerate().peekable();
    core::iter::from_fn(move || {
        while characters.next_if(|(_, digit)| digit.is_none()).is_some() {}
        let start = characters.peek()?.0;
        let digits = core::iter::from_fn(|| characters.next_if(|(_, digit)| digit.is_some()));
        Some(Run { start, digits: digits.filter_map(|(_, digit)| digit).collect() })
    })
}

fn is_grouped_number(runs: &[Run]) -> bool {
    let [first, second, third] = runs else { return false };
    let grouped = runs.iter().all(|run| run.len() == 4)
        && first.end() + 1 == second.start
        && second.end() + 1 == third.start;
    let digits = [&*first.digits, &*second.digits, &*third.digits].concat();
    grouped && looks_like_number(&digits)
}

fn looks_like_number(digits: &[u8]) -> bool {
    digits.try_into().is_ok_and(check_digit_agrees)
}

/// Control characters, and those that show nothing or turn the direction of writing. Variation
/// selectors are let in: they choose the form of a Kanji in a name.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hidden_number_is_found() {
        for text in [
            "123456789018",
            "番号は123456789018です",
            "１２３４５６７８９０１８",
            "1234-5678-9018",
            "1234 5678 9018",
            "1234\u{3000}５６７８\u{3000}9018",
            "１２３４ー５６７８・９０１８",
            "x1234/5678.9018x",
            "7123456789018",
            "1234567890185",
            "2026-04-01 1234-5678-9018",
            "0001-1234-5678-9018",
            "000000000000",
        ] {
            assert!(contains_number(text), "{text}");
            assert_eq!(FreeText::new(text), Err(TextError::Number), "{text}");
        }
    }

    #[test]
    fn dates_amounts_and_other_digits_pass() {
        for text in [
            "",
            "令和8年分 源泉徴収票",
            "2026-04-01 2027-03-31",
            "20260401 20270331",
            "20260401-0930-20260402",
            "2026/04/01〜2027/03/31 123456789",
            "123456789012",
            "1234-5678-9012",
            "1234 - 5678 - 9018",
            "1234 - 5678-9018",
            "1234-5678 - 9018",
            "12345-678-9018",
            "123-45678-9018",
            "1234-56789018",
            "一二三四五六七八九〇一八",
            "髙\u{E0100}橋",
        ] {
            assert!(!contains_number(text), "{text}");
            assert_eq!(FreeText::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn free_text_ends_at_200_characters() {
        assert!(FreeText::new("架".repeat(200)).is_ok());
        assert_eq!(FreeText::new("架".repeat(201)), Err(TextError::Length));
    }

    #[test]
    fn control_and_invisible_characters_are_refused() {
        for character in ['\n', '\t', '\0', '\u{7F}', '\u{85}', '\u{200B}', '\u{202E}', '\u{FEFF}']
        {
            assert_eq!(FreeText::new(format!("a{character}b")), Err(TextError::Control));
            assert_eq!(ExternalRef::new(format!("a{character}b")), Err(TextError::Control));
        }
        assert_eq!(FreeText::new("1234\u{200B}56789018"), Err(TextError::Control));
    }

    #[test]
    fn a_reference_admits_no_twelve_digits_in_a_row() {
        for text in ["123456789012", "A１２３４５６７８９０１２B", "1234567890123456"] {
            assert_eq!(ExternalRef::new(text), Err(TextError::DigitRun), "{text}");
        }
        assert_eq!(ExternalRef::new("1234-5678-9018"), Err(TextError::Number));
        assert_eq!(ExternalRef::new("E-00123").unwrap().as_str(), "E-00123");
        assert!(ExternalRef::new("12345678901").is_ok());
    }

    #[test]
    fn a_reference_has_1_to_64_characters() {
        assert_eq!(ExternalRef::new(""), Err(TextError::Length));
        assert!(ExternalRef::new("社".repeat(64)).is_ok());
        assert_eq!(ExternalRef::new("社".repeat(65)), Err(TextError::Length));
    }

    #[test]
    fn both_are_plain_strings_in_json_and_checked_when_read() {
        let text: FreeText = serde_json::from_str("\"退職\"").unwrap();
        assert_eq!(serde_json::to_string(&text).unwrap(), "\"退職\"");
        let error = serde_json::from_str::<FreeText>("\"123456789018\"").unwrap_err();
        assert!(error.to_string().contains("do not write the number here"));
        assert!(!error.to_string().contains("1234"));
        assert!(serde_json::from_str::<ExternalRef>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn what_passes_comes_back_unchanged(text in ".*") {
            if let Ok(kept) = FreeText::new(text.as_str()) {
                prop_assert_eq!(kept.as_str(), &text);
            }
            drop(ExternalRef::new(text));
        }

        #[test]
        fn a_number_is_found_wherever_it_stands(
            before in "[^0-9０-９]{0,20}", after in "[^0-9０-９]{0,20}", separator in "[^0-9０-９]?",
        ) {
            let text = format!("{before}1234{separator}5678{separator}9018{after}");
            prop_assert!(contains_number(&text));
        }
    }
}
