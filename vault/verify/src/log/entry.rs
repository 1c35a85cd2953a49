//! One line of the log, borrowed from its text: only the fields that a check asks for.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::time::instant;

/// An entry. A field has one meaning and type in whatever event it stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Line<'a> {
    pub(crate) act: &'a str,
    #[serde(borrow)]
    pub(crate) actor: Actor<'a>,
    #[serde(skip)]
    pub(crate) at: i64,
    #[serde(rename = "id")]
    _id: &'a str,
    pub(crate) node: &'a str,
    pub(crate) seq: u64,
    #[serde(rename = "t")]
    time: &'a str,
    pub(crate) tenant: Option<&'a str>,
    v: u64,

    pub(crate) certified: Option<u64>,
    pub(crate) change: Option<&'a str>,
    pub(crate) destroyed: Option<u64>,
    pub(crate) digest: Option<&'a str>,
    #[serde(default)]
    pub(crate) dry_run: bool,
    pub(crate) failed: Option<u64>,
    pub(crate) people: Option<Vec<IgnoredAny>>,
    pub(crate) person: Option<&'a str>,
    pub(crate) purge: Option<&'a str>,
    pub(crate) read: Option<&'a str>,
    pub(crate) sent: Option<u64>,
    pub(crate) serial: Option<&'a str>,
    pub(crate) sha256: Option<&'a str>,
    pub(crate) slot: Option<&'a str>,
    pub(crate) version: Option<u64>,
}

/// Who acted.
#[derive(Debug, Deserialize)]
pub(crate) struct Actor<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<&'a str>,
    owner: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// Reads an entry of version 1; `None` if a field that every entry has is missing.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut line: Self = serde_json::from_str(text).ok()?;
        line.at = instant(line.time)?;
        (line.v == 1).then_some(line)
    }
}

impl<'a> Actor<'a> {
    /// The person behind the act: who signed in, or who owns the program. A job and the operator
    /// of the host are nobody.
    pub(crate) fn person(&self) -> Option<&'a str> {
        match self.kind {
            "client" => self.owner,
            "user" => self.id,
            _ => None,
        }
    }
}
