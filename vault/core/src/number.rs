//! Personal numbers: how they are read from input, and how they are kept from leaving by accident.

use static_assertions::assert_not_impl_any;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A personal number (個人番号): 12 decimal digits, the last one a check digit.
///
/// Holding a value proves that the digits passed the check. It is wiped on drop, boxed so that a
/// move copies a pointer and not the digits, and has no `Clone`, `Debug`, `Display`, `Serialize` or
/// `PartialEq`: a log line or response that would carry it does not compile. [`Self::expose`] is
/// the way out.
///
/// Source: 平成26年総務省令第85号 第5条.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MyNumber(Box<[u8; 12]>);

assert_not_impl_any!(
    MyNumber: Clone, core::fmt::Debug, core::fmt::Display, serde::Serialize, PartialEq
);

/// Why a text is not a personal number. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NumberError {
    /// The last digit disagrees with the first eleven.
    #[error("the check digit of the personal number is wrong")]
    CheckDigit,
    /// Twelve zeros, which pass the arithmetic and stand for "none" in payroll exports.
    #[error("twelve zeros are a placeholder and not a personal number")]
    Placeholder,
    /// Not exactly twelve digits.
    #[error("a personal number has 12 digits")]
    Shape,
}

impl MyNumber {
    /// Reads a number as people write it: with ASCII or full-width digits, in groups or not.
    ///
    /// Exactly these characters are dropped, wherever they stand: the hyphens U+002D, U+2010 to
    /// U+2015, U+2212, U+FF0D and U+30FC (ー, which an input method writes for a hyphen between
    /// full-width digits), and the spaces U+0020, U+00A0 and U+3000. Every other character is an
    /// error: tabs, line ends, zero-width characters, and digits of other scripts or in circles.
    ///
    /// # Errors
    ///
    /// [`NumberError::Shape`] unless exactly twelve digits remain, [`NumberError::Placeholder`] for
    /// twelve zeros, [`NumberError::CheckDigit`] if the last digit disagrees with the first eleven.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let mut number = Self(Box::new([b'0'; 12]));
        let mut places = number.0.iter_mut();
        for character in text.chars().filter(|character| !is_separator(*character)) {
            let digit = ascii_digit(character).ok_or(NumberError::Shape)?;
            *places.next().ok_or(NumberError::Shape)? = digit;
        }
        if places.next().is_some() {
            return Err(NumberError::Shape);
        }
        if number.0.iter().all(|digit| *digit == b'0') {
            return Err(NumberError::Placeholder);
        }
        if !check_digit_agrees(&number.0) {
            return Err(NumberError::CheckDigit);
        }
        Ok(number)
    }

    /// The twelve ASCII digits. Callers hold them no longer than one expression.
    pub fn expose(&self) -> &str {
        core::str::from_utf8(&*self.0).expect("parse admits ASCII digits only")
    }

    /// Whether both are the same number, compared in constant time.
    pub fn ct_eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
    }
}

/// The ASCII digit of an ASCII or full-width one. Only these: `char::is_numeric` and Unicode's
/// compatibility forms admit digits that no form on paper has.
pub(crate) fn ascii_digit(character: char) -> Option<u8> {
    let value = match character {
        '0'..='9' => u32::from(character) - u32::from('0'),
        '０'..='９' => u32::from(character) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok().map(|value| b'0' + value)
}

/// Whether the last of twelve ASCII digits is the check digit of the first eleven: with P the
/// digits from the right and Q their weights, r = ΣPQ mod 11 gives 0 if r ≤ 1, else 11 − r.
pub(crate) fn check_digit_agrees(digits: &[u8; 12]) -> bool {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let [body @ .., last] = digits;
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| value(*digit) * weight).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    value(*last) == expected
}

fn value(digit: u8) -> u32 {
    u32::from(digit - b'0')
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{FF0D}' | '\u{30FC}' | ' ' | '\u{A0}' | '\u{3000}'
    )
}
