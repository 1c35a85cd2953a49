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
    #[expect(clippy::missing_panics_doc, reason = "a value holds ASCII digits only")]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> Option<NumberError> {
        MyNumber::parse(text).err()
    }

    #[test]
    fn the_valid_vectors_are_read() {
        for text in [
            "123456789018",
            "012345678903",
            "902107654325",
            "202604010006",
            "000000000060",
            "000000000140",
            "111111111118",
        ] {
            assert_eq!(MyNumber::parse(text).ok().unwrap().expose(), text);
        }
    }

    #[test]
    fn a_wrong_check_digit_and_twelve_zeros_are_refused() {
        assert_eq!(error("123456789012"), Some(NumberError::CheckDigit));
        assert_eq!(error("123456789108"), Some(NumberError::CheckDigit));
        assert_eq!(error("000000000000"), Some(NumberError::Placeholder));
        assert_eq!(error("００００-００００-００００"), Some(NumberError::Placeholder));
    }

    #[test]
    fn groups_and_full_width_digits_are_read() {
        for text in [
            "1234 5678 9018",
            "1234-5678-9018",
            "１２３４５６７８９０１８",
            "１２３４ー５６７８ー９０１８",
            "１２３４\u{3000}５６７８\u{3000}9018",
            "1234\u{2010}5678\u{2015}9018",
            "1234\u{2212}5678\u{FF0D}9018",
            "\u{A0}1234--56789018 ",
        ] {
            assert_eq!(MyNumber::parse(text).ok().unwrap().expose(), "123456789018", "{text}");
        }
    }

    #[test]
    fn every_other_character_is_refused() {
        for other in [
            '\t', '\n', '\r', '\0', '\u{B}', '\u{200B}', '\u{200D}', '\u{2060}', '\u{FEFF}',
            '\u{2009}', '\u{202F}', '\u{AD}', '.', '/', '_', '+', '\'', 'o', 'O', 'l', '～', '〇',
            '一', '①', '⑴', '²', '١', '۱', '१', '𝟏', '🯱', '\u{FF70}', '\u{200F}',
        ] {
            for text in [
                format!("1234{other}56789018"),
                format!("{other}123456789018"),
                format!("123456789018{other}"),
                format!("12345678901{other}"),
            ] {
                assert_eq!(error(&text), Some(NumberError::Shape), "{other:?}");
            }
        }
    }

    #[test]
    fn eleven_thirteen_and_no_digits_are_refused() {
        for text in ["", " - ", "12345678901", "1234567890180", "123456789018123456789018"] {
            assert_eq!(error(text), Some(NumberError::Shape), "{text}");
        }
    }

    #[test]
    fn equal_numbers_compare_equal() {
        let number = |text| MyNumber::parse(text).ok().unwrap();
        assert!(number("123456789018").ct_eq(&number("1234-5678-9018")));
        assert!(!number("123456789018").ct_eq(&number("012345678903")));
    }

    #[test]
    fn errors_repeat_nothing_of_the_input() {
        for error in [NumberError::CheckDigit, NumberError::Placeholder, NumberError::Shape] {
            assert!(!format!("{error} {error:?}").contains("1234"));
        }
    }

    /// The check digit as the ordinance words it, with integers instead of digits.
    fn reference(body: u64) -> u64 {
        let mut sum = 0;
        for n in 1..=11_u32 {
            let digit = body / 10_u64.pow(n - 1) % 10;
            let weight = if n <= 6 { n + 1 } else { n - 5 };
            sum += digit * u64::from(weight);
        }
        let rest = sum % 11;
        if rest <= 1 { 0 } else { 11 - rest }
    }

    fn agrees_with_the_reference(digits: &str) -> bool {
        let value: u64 = digits.parse().unwrap();
        let valid = reference(value / 10) == value % 10;
        let expected = match (value, valid) {
            (0, _) => Some(NumberError::Placeholder),
            (_, false) => Some(NumberError::CheckDigit),
            (_, true) => None,
        };
        error(digits) == expected
    }

    /// Bodies spread over the whole range by a full-period step.
    fn bodies() -> impl Iterator<Item = u64> {
        (0..).map(|at: u64| (at * 61_803_398_879 + 271_828) % 100_000_000_000)
    }

    /// RT-52: the check digit against an independent implementation.
    #[test]
    fn rt_52_check_digits_equal_the_reference() {
        a_hundred_thousand_check_digits_equal_the_reference();
        single_errors_and_swaps_are_judged_as_the_reference_does();
    }

    fn a_hundred_thousand_check_digits_equal_the_reference() {
        for body in bodies().take(100_000) {
            let right = reference(body);
            assert!(MyNumber::parse(&format!("{body:011}{right}")).is_ok());
            let wrong = (right + 1 + body % 9) % 10;
            assert_eq!(error(&format!("{body:011}{wrong}")), Some(NumberError::CheckDigit));
        }
    }

    fn single_errors_and_swaps_are_judged_as_the_reference_does() {
        for body in bodies().take(100) {
            let digits = format!("{body:011}{}", reference(body));
            for at in 0..12 {
                for other in "0123456789".chars() {
                    let mut changed = digits.clone();
                    changed.replace_range(at..=at, &other.to_string());
                    assert!(agrees_with_the_reference(&changed));
                }
            }
            for at in 0..11 {
                let mut swapped = digits.clone().into_bytes();
                swapped.swap(at, at + 1);
                assert!(agrees_with_the_reference(&String::from_utf8(swapped).unwrap()));
            }
        }
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in ".*", digits in "[0-9０-９ ー-]{0,40}") {
            prop_assert!(MyNumber::parse(&text).is_err());
            drop(MyNumber::parse(&digits));
        }
    }
}
