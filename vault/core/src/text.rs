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
