//! What was found, each with a code that a program can compare.

use core::fmt;

use serde::Serialize;

/// Further findings are only counted; a destroyed log would give one for each line.
const MOST: usize = 50;

/// One thing that does not hold.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What kind of failure.
    pub code: &'static str,
    /// The name of the certificate's file, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The sequence number of the entry, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The failure in words.
    pub text: String,
}

/// Everything that does not hold.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    listed: Vec<Finding>,
    unlisted: u64,
    #[serde(skip)]
    file: Option<String>,
}

impl Findings {
    /// Whether everything holds.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The findings in the order in which they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.listed.iter()
    }

    /// How many more there are than are listed.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// From here on, findings are about this file.
    pub(crate) fn about(&mut self, file: Option<&str>) {
        self.file = file.map(str::to_owned);
    }

    /// A finding about entry `seq`.
    pub(crate) fn at(&mut self, seq: u64, code: &'static str, text: impl Into<String>) {
        self.push(Some(seq), code, text.into());
    }

    /// A finding about the whole.
    pub(crate) fn whole(&mut self, code: &'static str, text: impl Into<String>) {
        self.push(None, code, text.into());
    }

    /// A finding about the whole unless `holds`.
    pub(crate) fn unless(&mut self, holds: bool, code: &'static str, text: &str) {
        if !holds {
            self.whole(code, text);
        }
    }

    fn push(&mut self, seq: Option<u64>, code: &'static str, text: String) {
        if self.listed.len() < MOST {
            self.listed.push(Finding { code, file: self.file.clone(), seq, text });
        } else {
            self.unlisted += 1;
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(seq) = self.seq {
            write!(f, "entry {seq}: ")?;
        }
        write!(f, "{}: {}", self.code, self.text)
    }
}
