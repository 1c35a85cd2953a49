//! From the texts of a request to types whose existence is their proof: once, here, and with every
//! fault at once.

pub(super) mod accounts;
pub(super) mod changes;
pub(super) mod clients;
pub(super) mod emergencies;
pub(super) mod facts;
pub(super) mod ledgers;
pub(super) mod oversight;
pub(super) mod people;
pub(super) mod reads;
pub(super) mod roster;
pub(super) mod training;

use std::collections::BTreeSet;
use std::str::FromStr;

use azekura_core::number::{MyNumber, NumberError};
use azekura_core::purpose::{Bundle, Purpose, Purposes};
use azekura_core::text::{ExternalRef, FreeText, TextError, contains_number};
use azekura_core::time::CivilDate;
use azekura_wire::number::NumberText;
use serde::de::value::{Error as CodeError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::problem::Failed;
use crate::service::Fault;

/// Characters of a name or of any other single line.
const LINE: usize = 64;
/// Characters of the text of a notice.
const PAGE: usize = 4_000;

/// The faults found so far. Each reader gives `None` where it adds one.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// What was read, if there was no fault at all.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Failed> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(self.0.into()),
        }
    }

    /// Notes a fault.
    pub(super) fn add<T>(
        &mut self,
        pointer: &str,
        code: &'static str,
        detail: &'static str,
    ) -> Option<T> {
        self.0.push(Fault { pointer: String::from(pointer), code, detail });
        None
    }

    /// An id of the kind that is asked for.
    pub(super) fn id<T: FromStr>(&mut self, pointer: &str, text: &str) -> Option<T> {
        text.parse().ok().or_else(|| self.add(pointer, "id", "an id as the vault gave it"))
    }

    /// A day.
    pub(super) fn day(&mut self, pointer: &str, text: &str) -> Option<CivilDate> {
        let day = text.parse().ok();
        day.or_else(|| self.add(pointer, "date", "a day of the calendar as YYYY-MM-DD"))
    }

    /// One of the constants of the documentation.
    pub(super) fn code<T: DeserializeOwned>(&mut self, pointer: &str, text: &str) -> Option<T> {
        let code: StrDeserializer<'_, CodeError> = text.into_deserializer();
        let read = T::deserialize(code).ok();
        read.or_else(|| self.add(pointer, "unknown-code", "one of the constants of the reference"))
    }

    /// Some of the constants of the documentation, at least one.
    pub(super) fn codes<T: DeserializeOwned + Ord>(
        &mut self,
        pointer: &str,
        texts: &[String],
    ) -> Option<BTreeSet<T>> {
        if texts.is_empty() {
            return self.add(pointer, "required", "at least one");
        }
        let mut codes = BTreeSet::new();
        for (at, text) in texts.iter().enumerate() {
            codes.extend(self.code::<T>(&format!("{pointer}/{at}"), text));
        }
        Some(codes)
    }

    /// The bundles that a number is collected for, at least one.
    pub(super) fn bundles(&mut self, pointer: &str, texts: &[String]) -> Option<Purposes> {
        let bundles: BTreeSet<Bundle> = self.codes(pointer, texts)?;
        Some(bundles.into_iter().collect())
    }

    /// The works of a scope, where a bundle stands for those in it.
    pub(super) fn works(&mut self, pointer: &str, texts: &[String]) -> Option<BTreeSet<Purpose>> {
        if texts.is_empty() {
            return self.add(pointer, "required", "at least one");
        }
        let mut works = BTreeSet::new();
        for (at, text) in texts.iter().enumerate() {
            match text.parse::<Bundle>() {
                Ok(bundle) => works.extend(bundle.purposes()),
                Err(_) => works.extend(self.code::<Purpose>(&format!("{pointer}/{at}"), text)),
            }
        }
        Some(works)
    }

    /// A reason or the like: one line that must not be empty.
    pub(super) fn free(&mut self, pointer: &str, text: &str) -> Option<FreeText> {
        if text.trim().is_empty() {
            return self.add(pointer, "required", "one line of text");
        }
        FreeText::new(text).map_err(|error| self.bad_text(pointer, error)).ok()
    }

    /// The payroll's key for a person.
    pub(super) fn reference(&mut self, pointer: &str, text: &str) -> Option<String> {
        match ExternalRef::new(text) {
            Ok(reference) => Some(String::from(reference.as_str())),
            Err(error) => {
                self.bad_text(pointer, error);
                None
            }
        }
    }

    /// A name: one line of 1 to 64 characters.
    pub(super) fn line(&mut self, pointer: &str, text: &str) -> Option<String> {
        let read = self.free(pointer, text)?;
        if text.chars().count() > LINE {
            return self.add(pointer, "length", "1 to 64 characters");
        }
        Some(String::from(read.as_str()))
    }

    /// Several lines that people are shown.
    pub(super) fn page(&mut self, pointer: &str, text: &str) -> Option<String> {
        let hidden = |c: char| c.is_control() && c != '\n';
        if text.trim().is_empty() || text.chars().count() > PAGE {
            return self.add(pointer, "length", "1 to 4000 characters");
        }
        if text.chars().any(hidden) {
            self.bad_text(pointer, TextError::Control);
            return None;
        }
        if contains_number(text) {
            self.bad_text(pointer, TextError::Number);
            return None;
        }
        Some(String::from(text))
    }

    /// A personal number. Nothing of it is in a fault.
    pub(super) fn number(&mut self, pointer: &str, text: &NumberText) -> Option<MyNumber> {
        MyNumber::parse(text.expose())
            .map_err(|error| match error {
                NumberError::CheckDigit => {
                    self.add::<()>(pointer, "check-digit", "a digit is wrong: key it again")
                }
                NumberError::Placeholder => {
                    self.add(pointer, "placeholder", "a personal number, not twelve zeros")
                }
                NumberError::Shape => self.add(pointer, "digits", "the 12 digits of the number"),
            })
            .ok()
    }

    /// What may be left out.
    pub(super) fn optional<T>(
        &mut self,
        text: Option<&String>,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        text.and_then(|text| read(self, text))
    }

    fn bad_text(&mut self, pointer: &str, error: TextError) {
        let (code, detail) = match error {
            TextError::Control => ("control-character", "text without invisible characters"),
            TextError::DigitRun => ("number-in-text", "fewer than twelve digits in a row"),
            TextError::Length => ("length", "a text within its length; see the reference"),
            TextError::Number => ("number-in-text", "do not write the number here"),
        };
        self.add::<()>(pointer, code, detail);
    }
}
