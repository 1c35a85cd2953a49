//! The payroll roster, as payroll systems export it: CSV in `Shift_JIS` (CP932), one line for each
//! relationship. A line that cannot be used is named by its place and a code, never by its values.

use anyhow::{Context, ensure};
use azekura_client::wire::changes::IdentityCheck;
use azekura_client::wire::people::PersonName;
use azekura_core::number::MyNumber;
use azekura_core::person::PersonKind;
use azekura_core::time::CivilDate;
use zeroize::Zeroizing;

pub(super) use self::line::Line;
use self::line::{COLUMNS, Fields, parse};

mod line;
#[cfg(test)]
mod tests;

/// The roster that comes with the program. Everybody in it is made up.
pub(super) const BUNDLED: &[u8] = include_bytes!("../../../demo/roster.csv");

/// A roster, read.
pub(super) struct Roster {
    /// Those who can be entered; employees stand before their families.
    pub(super) people: Vec<Entrant>,
    /// The lines that cannot be used.
    pub(super) bad: Vec<BadLine>,
}

/// One person of the roster.
pub(super) struct Entrant {
    /// The first line, with the number.
    pub(super) line: Line,
    /// The number and how the person was identified.
    pub(super) collected: Collected,
    /// What else they are to the organisation.
    pub(super) further: Vec<Line>,
}

/// A number as it was collected.
pub(super) struct Collected {
    /// 個人番号.
    pub(super) number: MyNumber,
    /// 本人確認方法 and 本人確認日.
    pub(super) identity: IdentityCheck,
}

/// A line that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub(super) struct BadLine {
    /// Its place in the file, from 1; the column names are the first.
    pub(super) line: u64,
    /// Why.
    pub(super) code: Fault,
}

/// Why a line cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    /// The check digit disagrees with the others.
    CheckDigit,
    /// Thirteen digits, as a 法人番号 has.
    CorporateNumber,
    /// A field that names no day.
    Date,
    /// No known way of identifying a person, or no day of it.
    Identity,
    /// A 区分, 続柄 or 税区分 that is not known.
    Kind,
    /// A person without a number, or without a 社員番号.
    Missing,
    /// Twelve zeros.
    Placeholder,
    /// Not twelve digits.
    Shape,
    /// Family of nobody above.
    UnknownFamily,
}

impl Fault {
    /// As the terminal shows it, and JSON.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::CheckDigit => "check-digit",
            Self::CorporateNumber => "corporate-number",
            Self::Date => "date",
            Self::Identity => "identity",
            Self::Kind => "kind",
            Self::Missing => "missing",
            Self::Placeholder => "placeholder",
            Self::Shape => "shape",
            Self::UnknownFamily => "unknown-family",
        }
    }
}

/// Reads a roster.
///
/// # Errors
///
/// If it is not `Shift_JIS`, or a column is missing: then no line of it can be told from another.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Roster> {
    let (text, _, malformed) = encoding_rs::SHIFT_JIS.decode(bytes);
    let text = Zeroizing::new(text.into_owned());
    ensure!(!malformed, "could not read the roster: it is not Shift_JIS");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let headers = reader.headers().context("could not read the roster's columns")?;
    let places = COLUMNS.iter().map(|name| {
        let place = headers.iter().position(|header| header == *name);
        place.with_context(|| format!("could not find the roster's column {name}"))
    });
    let places: Vec<usize> = places.collect::<anyhow::Result<_>>()?;
    let mut roster = Roster { people: Vec::new(), bad: Vec::new() };
    // The reader's own count of lines depends on how they end.
    for (line, record) in (2..).zip(reader.records()) {
        // The reader's own words would name the values.
        let record = record.map_err(|_| anyhow::anyhow!("could not read a line of the roster"))?;
        let fields = Fields { record: &record, places: &places };
        if let Err(code) = roster.take(&fields) {
            roster.bad.push(BadLine { line, code });
        }
    }
    Ok(roster)
}

impl Roster {
    /// The first `people` of the roster; past its end made-up employees follow.
    pub(super) fn of(mut self, people: usize) -> Self {
        self.people.truncate(people);
        self.people.extend((self.people.len()..people).map(made_up));
        self
    }

    fn take(&mut self, fields: &Fields<'_>) -> Result<(), Fault> {
        let line = fields.line()?;
        let known = |external_ref: &str| {
            self.people.iter().position(|one| one.line.external_ref == external_ref)
        };
        if line.of.as_deref().is_some_and(|of| known(of).is_none()) {
            return Err(Fault::UnknownFamily);
        }
        let place = known(&line.external_ref);
        let above = place.and_then(|place| self.people.get_mut(place));
        match (fields.get(11), above) {
            ("", Some(above)) => above.further.push(line),
            (number, None) => {
                let collected = Collected { number: parse(number)?, identity: fields.identity()? };
                self.people.push(Entrant { line, collected, further: Vec::new() });
            }
            (_, Some(_)) => return Err(Fault::Kind),
        }
        Ok(())
    }
}

impl Entrant {
    /// The bundles the number is collected for.
    pub(super) fn bundles(&self) -> Vec<String> {
        let all = std::iter::once(&self.line).chain(&self.further);
        let mut bundles: Vec<&str> = all.flat_map(Line::bundles).copied().collect();
        bundles.sort_unstable();
        bundles.dedup();
        bundles.into_iter().map(String::from).collect()
    }

    /// Whether the number may be used for the withholding slip of some year.
    pub(super) fn is_on_slips(&self) -> bool {
        self.line.kind.is_staff() || self.line.kind == PersonKind::Dependant
    }

    /// Whether no document needs the number on `today` any more: the last one is the declaration of
    /// the year of departure, kept for seven years from the next 10 January.
    ///
    /// Source: 所得税法施行規則 76条の3.
    pub(super) fn is_past(&self, today: CivilDate) -> bool {
        let last = |left: CivilDate| CivilDate::new(left.year().saturating_add(8), 1, 10).ok();
        self.line.left_on.and_then(last).is_some_and(|last| last < today)
    }
}

/// An employee beyond the end of the file: `at` others stand before.
fn made_up(at: usize) -> Entrant {
    let text = String::from;
    let name = PersonName {
        family: text("架空"),
        given: format!("{}号", at + 1),
        family_kana: text("カクウ"),
        given_kana: text("ゴウ"),
    };
    Entrant {
        line: Line {
            external_ref: format!("G{:04}", at + 1),
            name,
            birth_date: None,
            kind: PersonKind::Employee,
            relation: None,
            of: None,
            started_on: CivilDate::new(2020, 4, 1).ok(),
            left_on: None,
            left_late: None,
            tax_column: Some("kou"),
            part_time: false,
        },
        collected: Collected {
            number: numbered(at),
            identity: IdentityCheck {
                method: text("mn_card"),
                number_document: None,
                identity_documents: Vec::new(),
                agent_document: None,
                verified_on: text("2020-04-01"),
            },
        },
        further: Vec::new(),
    }
}

/// 9998, the place in seven digits, and the check digit that fits.
fn numbered(at: usize) -> MyNumber {
    let fitting = |digit| MyNumber::parse(&Zeroizing::new(format!("9998{at:07}{digit}"))).ok();
    (0..10).find_map(fitting).expect("one of the ten digits is the check digit")
}
