//! One line of the log, borrowed from its text: only the fields that a check asks for.

use crate::json::{self, items, plain};
use crate::time::instant;

/// How many keys stand in every entry.
const EVERYWHERE: usize = 7;

/// An entry. A field has one meaning and type in whatever event it stands.
#[derive(Debug, Default)]
pub(crate) struct Line<'a> {
    pub(crate) act: &'a str,
    pub(crate) actor: Actor<'a>,
    pub(crate) at: i64,
    pub(crate) node: &'a str,
    pub(crate) seq: u64,
    pub(crate) tenant: Option<&'a str>,

    pub(crate) cap: Option<u64>,
    pub(crate) certificate: Option<&'a str>,
    pub(crate) certified: Option<u64>,
    pub(crate) change: Option<&'a str>,
    pub(crate) count: Option<u64>,
    pub(crate) destroyed: Option<u64>,
    pub(crate) digest: Option<&'a str>,
    pub(crate) dry_run: bool,
    pub(crate) epoch: Option<u64>,
    pub(crate) epochs: Option<Vec<u64>>,
    pub(crate) failed: Option<u64>,
    pub(crate) key: Option<&'a str>,
    pub(crate) order: Option<&'a str>,
    /// How many people.
    pub(crate) people: u64,
    pub(crate) person: Option<&'a str>,
    pub(crate) purge: Option<&'a str>,
    pub(crate) read: Option<u128>,
    pub(crate) sent: Option<u64>,
    pub(crate) serial: Option<&'a str>,
    pub(crate) sha256: Option<&'a str>,
    pub(crate) shares: Option<Vec<u64>>,
    pub(crate) slot: Option<&'a str>,
    pub(crate) trigger: Option<&'a str>,
    pub(crate) until: Option<&'a str>,
    pub(crate) version: Option<u64>,
}

/// Who acted.
#[derive(Debug, Default)]
pub(crate) struct Actor<'a> {
    kind: &'a str,
    id: Option<&'a str>,
    owner: Option<&'a str>,
}

/// Why a line is no entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unfit {
    /// A key that every entry has is missing, or a value has another form.
    Fields,
    /// It is not a canonical JSON object.
    Form,
}

impl<'a> Line<'a> {
    /// Reads an entry of version 1.
    pub(crate) fn read(text: &'a str) -> Result<Self, Unfit> {
        let mut line = Self::default();
        let (mut common, mut fits) = (0, true);
        let whole = json::members(text, |key, value| {
            if line.common(key, value) {
                common += 1;
            } else {
                fits &= line.own(key, value).is_some();
            }
        });
        match whole {
            None => Err(Unfit::Form),
            Some(()) if fits && common == EVERYWHERE => Ok(line),
            Some(()) => Err(Unfit::Fields),
        }
    }

    /// Whether this is one of the keys of every entry, with a value of its form.
    fn common(&mut self, key: &str, value: &'a str) -> bool {
        let read = match key {
            "act" => plain(value).map(|act| self.act = act),
            "actor" => Actor::read(value).map(|actor| self.actor = actor),
            "id" => plain(value).map(drop),
            "node" => plain(value).map(|node| self.node = node),
            "seq" => value.parse().ok().map(|seq| self.seq = seq),
            "t" => plain(value).and_then(instant).map(|at| self.at = at),
            "v" => (value == "1").then_some(()),
            _ => None,
        };
        read.is_some()
    }

    /// Takes a key of some events; `None` if its value has another form.
    fn own(&mut self, key: &str, value: &'a str) -> Option<()> {
        let number = || value.parse().ok();
        match key {
            "cap" => self.cap = Some(number()?),
            "certificate" => self.certificate = Some(plain(value)?),
            "certified" => self.certified = Some(number()?),
            "change" => self.change = Some(plain(value)?),
            "count" => self.count = Some(number()?),
            "destroyed" => self.destroyed = Some(number()?),
            "digest" => self.digest = Some(plain(value)?),
            "dry_run" => self.dry_run = value.parse().ok()?,
            "epoch" => self.epoch = Some(number()?),
            "epochs" => self.epochs = Some(numbers(value)?),
            "failed" => self.failed = Some(number()?),
            "key" => self.key = Some(plain(value)?),
            "order" => self.order = Some(plain(value)?),
            "people" => self.people = people(value)?,
            "person" => self.person = Some(plain(value)?),
            "purge" => self.purge = Some(plain(value)?),
            "read" => self.read = Some(id("red_", plain(value)?)?),
            "sent" => self.sent = Some(number()?),
            "serial" => self.serial = Some(plain(value)?),
            "sha256" => self.sha256 = Some(plain(value)?),
            "shares" => self.shares = Some(numbers(value)?),
            "slot" => self.slot = Some(plain(value)?),
            "tenant" => self.tenant = Some(plain(value)?),
            "trigger" => self.trigger = Some(plain(value)?),
            "until" => self.until = Some(plain(value)?),
            "version" => self.version = Some(number()?),
            "act" | "actor" | "id" | "node" | "seq" | "t" | "v" => return None,
            _ => {}
        }
        Some(())
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

    fn read(text: &'a str) -> Option<Self> {
        let mut actor = Self::default();
        let mut fits = true;
        json::members(text, |key, value| {
            let field = match key {
                "id" => &mut actor.id,
                "owner" => &mut actor.owner,
                "type" => {
                    fits &= plain(value).map(|kind| actor.kind = kind).is_some();
                    return;
                }
                _ => return,
            };
            *field = plain(value);
            fits &= field.is_some();
        })?;
        (fits && !actor.kind.is_empty()).then_some(actor)
    }
}

/// The bits of an id: its prefix and 32 lower-case hexadecimal characters.
fn id(prefix: &str, text: &str) -> Option<u128> {
    let hex = text.strip_prefix(prefix)?;
    let lower = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (hex.len() == 32 && lower).then(|| u128::from_str_radix(hex, 16).ok())?
}

/// How many people a list names, each as `<22 base64url>.<version>`.
fn people(value: &str) -> Option<u64> {
    let is_person = |text: &str| {
        let (person, version) = text.split_at_checked(22)?;
        let url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let version = version.strip_prefix('.').filter(|version| !version.is_empty())?;
        let digits = version.bytes().all(|byte| byte.is_ascii_digit());
        (person.bytes().all(url) && digits).then_some(())
    };
    items(value)?.try_fold(0, |count, item| is_person(plain(item)?).map(|()| count + 1))
}

fn numbers(value: &str) -> Option<Vec<u64>> {
    items(value)?.map(|item| item.parse().ok()).collect()
}
