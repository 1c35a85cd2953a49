//! The payroll roster, as payroll systems export it: CSV in Shift_JIS (CP932), one line for each
//! relationship. A line that cannot be used is named by its place and a code, never by its values.

use anyhow::{Context, ensure};
use azekura_client::wire::changes::IdentityCheck;
use azekura_client::wire::people::PersonName;
use azekura_core::number::{MyNumber, NumberError};
use azekura_core::person::{PersonKind, fold};
use azekura_core::time::CivilDate;
use csv::StringRecord;
use zeroize::Zeroizing;

use super::wareki;

/// The roster that comes with the program. Everybody in it is made up.
pub(super) const BUNDLED: &[u8] = include_bytes!("../../../demo/roster.csv");

const COLUMNS: [&str; 15] = [
    "社員番号",
    "氏名",
    "フリガナ",
    "生年月日",
    "区分",
    "続柄",
    "扶養者社員番号",
    "入社年月日",
    "退職年月日",
    "税区分",
    "短時間",
    "個人番号",
    "本人確認方法",
    "本人確認日",
    "遡及退職年月日",
];

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

/// One relationship.
pub(super) struct Line {
    /// 社員番号.
    pub(super) external_ref: String,
    /// 氏名 and フリガナ, in full-width katakana.
    pub(super) name: PersonName,
    /// 生年月日.
    pub(super) birth_date: Option<CivilDate>,
    /// 区分.
    pub(super) kind: PersonKind,
    /// 続柄, for family.
    pub(super) relation: Option<&'static str>,
    /// 扶養者社員番号: whose family.
    pub(super) of: Option<String>,
    /// 入社年月日, or when the contract began.
    pub(super) started_on: Option<CivilDate>,
    /// 退職年月日.
    pub(super) left_on: Option<CivilDate>,
    /// 遡及退職年月日: a departure that payroll learnt of after the number was collected.
    pub(super) left_late: Option<CivilDate>,
    /// 税区分.
    pub(super) tax_column: Option<&'static str>,
    /// 短時間.
    pub(super) part_time: bool,
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
    /// Its place in the file, from 1.
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
/// If it is not Shift_JIS, or a column is missing: then no line of it can be told from another.
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
    for record in reader.records() {
        // The reader's own words would name the values.
        let record = record.map_err(|_| anyhow::anyhow!("could not read a line of the roster"))?;
        let line = record.position().map_or(0, csv::Position::line);
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

impl Line {
    fn bundles(&self) -> &'static [&'static str] {
        match self.kind {
            PersonKind::Dependant => &["declarations", "health_family"],
            PersonKind::Landlord => &["rents"],
            PersonKind::Payee => &["fees"],
            _ if self.tax_column == Some("otsu") => &["withholding"],
            _ if self.part_time => &["declarations"],
            PersonKind::Officer => &["declarations", "health_pension"],
            _ => &["declarations", "health_pension", "labour_insurance"],
        }
    }
}

/// The fields of one line, by column.
struct Fields<'r> {
    record: &'r StringRecord,
    places: &'r [usize],
}

impl Fields<'_> {
    fn get(&self, column: usize) -> &str {
        let place = self.places.get(column);
        place.and_then(|place| self.record.get(*place)).unwrap_or_default().trim()
    }

    fn text(&self, column: usize) -> Option<String> {
        Some(self.get(column)).filter(|text| !text.is_empty()).map(String::from)
    }

    fn day(&self, column: usize) -> Result<Option<CivilDate>, Fault> {
        match self.get(column) {
            "" => Ok(None),
            text => wareki::parse(text).map(Some).ok_or(Fault::Date),
        }
    }

    fn line(&self) -> Result<Line, Fault> {
        let kind = kind(self.get(4))?;
        let is_family = kind == PersonKind::Dependant;
        Ok(Line {
            external_ref: self.text(0).ok_or(Fault::Missing)?,
            name: name(self.get(1), self.get(2)).ok_or(Fault::Missing)?,
            birth_date: self.day(3)?,
            kind,
            relation: is_family.then(|| relation(self.get(5))).transpose()?,
            of: is_family.then(|| self.text(6).ok_or(Fault::UnknownFamily)).transpose()?,
            started_on: self.day(7)?,
            left_on: self.day(8)?,
            left_late: self.day(14)?,
            tax_column: tax_column(self.get(9))?,
            part_time: self.get(10) == "1",
        })
    }

    fn identity(&self) -> Result<IdentityCheck, Fault> {
        let (method, number_document, identity_documents) = match self.get(12) {
            "個人番号カード" => ("mn_card", None, Vec::new()),
            "住民票と運転免許証" => {
                ("juminhyo_plus_id", Some("juminhyo"), vec![String::from("driving_licence")])
            }
            "家族申告" => ("not_required_dependant", None, Vec::new()),
            _ => return Err(Fault::Identity),
        };
        Ok(IdentityCheck {
            method: String::from(method),
            number_document: number_document.map(String::from),
            identity_documents,
            agent_document: None,
            verified_on: self.day(13)?.ok_or(Fault::Identity)?.to_string(),
        })
    }
}

fn parse(number: &str) -> Result<MyNumber, Fault> {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    MyNumber::parse(number).map_err(|error| match error {
        NumberError::CheckDigit => Fault::CheckDigit,
        NumberError::Placeholder => Fault::Placeholder,
        NumberError::Shape if digits == 13 => Fault::CorporateNumber,
        NumberError::Shape if number.is_empty() => Fault::Missing,
        NumberError::Shape => Fault::Shape,
    })
}

/// Family and given name, parted by a space of either width.
fn name(kanji: &str, kana: &str) -> Option<PersonName> {
    let (family, given) = kanji.split_once([' ', '\u{3000}'])?;
    let (family_kana, given_kana) = kana.split_once([' ', '\u{3000}'])?;
    Some(PersonName {
        family: String::from(family),
        given: String::from(given),
        family_kana: fold(family_kana),
        given_kana: fold(given_kana),
    })
}

fn kind(text: &str) -> Result<PersonKind, Fault> {
    Ok(match text {
        "社員" => PersonKind::Employee,
        "役員" => PersonKind::Officer,
        "家族" => PersonKind::Dependant,
        "報酬" => PersonKind::Payee,
        "家主" => PersonKind::Landlord,
        _ => return Err(Fault::Kind),
    })
}

fn relation(text: &str) -> Result<&'static str, Fault> {
    Ok(match text {
        "夫" | "妻" => "spouse",
        "子" => "child",
        "父" | "母" => "parent",
        _ => return Err(Fault::Kind),
    })
}

fn tax_column(text: &str) -> Result<Option<&'static str>, Fault> {
    Ok(match text {
        "" => None,
        "甲" => Some("kou"),
        "乙" => Some("otsu"),
        _ => return Err(Fault::Kind),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "社員番号,氏名,フリガナ,生年月日,区分,続柄,扶養者社員番号,入社年月日,\
                          退職年月日,税区分,短時間,個人番号,本人確認方法,本人確認日,遡及退職年月日\n";

    fn bundled() -> Roster {
        read(BUNDLED).unwrap()
    }

    fn of(lines: &str) -> Roster {
        let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(lines);
        assert!(!lost);
        read(&[&*encoding_rs::SHIFT_JIS.encode(HEADER).0, &bytes].concat()).unwrap()
    }

    fn only_fault(line: &str) -> Fault {
        let roster = of(line);
        assert!(roster.people.is_empty());
        assert_eq!(roster.bad.len(), 1);
        roster.bad[0].code
    }

    #[test]
    fn the_bundled_roster_has_fifty_people_one_past_and_two_bad_lines() {
        let roster = bundled();
        let today = CivilDate::new(2026, 11, 21).unwrap();
        let past: Vec<_> = roster.people.iter().filter(|one| one.is_past(today)).collect();
        assert_eq!(roster.people.len(), 51);
        assert_eq!(past.len(), 1);
        assert_eq!(past[0].line.external_ref, "E0009");
        assert_eq!(
            roster.bad,
            [
                BadLine { line: 13, code: Fault::CheckDigit },
                BadLine { line: 31, code: Fault::CorporateNumber },
            ]
        );
    }

    #[test]
    fn the_bundled_roster_is_cp932_with_crlf() {
        assert!(BUNDLED.windows(2).any(|pair| pair == [0xfb, 0xfc]), "髙");
        assert!(BUNDLED.windows(2).any(|pair| pair == [0xfa, 0xb1]), "﨑");
        let line_feeds = BUNDLED.iter().filter(|byte| **byte == b'\n').count();
        let pairs = BUNDLED.windows(2).filter(|pair| pair == b"\r\n").count();
        assert!(pairs > 50 && line_feeds == pairs);
    }

    #[test]
    fn every_kind_of_line_is_there() {
        let people = bundled().people;
        let count = |kind| people.iter().filter(|one| one.line.kind == kind).count();
        assert!(count(PersonKind::Dependant) >= 10 && count(PersonKind::Payee) >= 3);
        let landlords = people.iter().filter(|one| !one.further.is_empty());
        assert_eq!(landlords.filter(|one| one.line.kind == PersonKind::Officer).count(), 2);
        assert!(people.iter().filter(|one| one.line.left_on.is_some()).count() >= 3);
        assert_eq!(people.iter().filter(|one| one.line.left_late.is_some()).count(), 1);
    }

    #[test]
    fn rare_characters_and_half_width_kana_survive() {
        let people = bundled().people;
        assert!(people.iter().any(|one| one.line.name.family == "髙架空"));
        let saki = people.iter().find(|one| one.line.name.family == "架空﨑").unwrap();
        assert_eq!(saki.line.name.family_kana, "カクウサキ");
        assert_eq!(saki.line.name.given_kana, "サクラ");
    }

    #[test]
    fn the_numbers_follow_the_pattern() {
        for person in &bundled().people {
            assert!(person.collected.number.expose().starts_with("99990000"));
        }
        for person in &bundled().of(60).people[51..] {
            assert!(person.collected.number.expose().starts_with("9998000"));
        }
    }

    #[test]
    fn more_or_fewer_people_are_taken() {
        assert_eq!(bundled().of(10).people.len(), 10);
        let more = bundled().of(500).people;
        assert_eq!(more.len(), 500);
        let refs: std::collections::BTreeSet<_> =
            more.iter().map(|one| one.line.external_ref.clone()).collect();
        assert_eq!(refs.len(), 500);
    }

    #[test]
    fn a_bad_line_is_named_by_place_and_code() {
        let line = |field: usize, value: &str| {
            let mut fields = [
                "E1",
                "見本 花子",
                "ﾐﾎﾝ ﾊﾅｺ",
                "",
                "社員",
                "",
                "",
                "",
                "",
                "甲",
                "",
                "123456789018",
                "個人番号カード",
                "R7.1.1",
                "",
            ];
            fields[field] = value;
            fields.join(",")
        };
        assert_eq!(of(&line(0, "E1")).people.len(), 1);
        for (field, value, code) in [
            (0, "", Fault::Missing),
            (1, "見本", Fault::Missing),
            (3, "きのう", Fault::Date),
            (4, "猫", Fault::Kind),
            (4, "家族", Fault::Kind),
            (9, "丙", Fault::Kind),
            (11, "", Fault::Missing),
            (11, "000000000000", Fault::Placeholder),
            (11, "123456789012", Fault::CheckDigit),
            (11, "7123456789012", Fault::CorporateNumber),
            (11, "12345678901", Fault::Shape),
            (12, "見た目", Fault::Identity),
            (13, "", Fault::Identity),
        ] {
            assert_eq!(only_fault(&line(field, value)), code, "{field} {value}");
        }
    }

    #[test]
    fn family_of_nobody_and_a_second_number_are_refused() {
        let spouse = "E1-1,見本 太郎,ﾐﾎﾝ ﾀﾛｳ,,家族,夫,E1,,,,,123456789018,家族申告,R7.1.1,\n";
        assert_eq!(only_fault(spouse), Fault::UnknownFamily);
        let one = "E1,見本 花子,ﾐﾎﾝ ﾊﾅｺ,,社員,,,,,甲,,123456789018,個人番号カード,R7.1.1,\n";
        let roster = of(&[one, one].concat());
        assert_eq!(roster.bad, [BadLine { line: 3, code: Fault::Kind }]);
    }

    #[test]
    fn what_is_no_roster_is_refused_without_a_word_of_it() {
        let error = |bytes: &[u8]| read(bytes).err().map(|error| format!("{error:?}")).unwrap();
        assert!(error("氏名,個人番号\n見本,123456789018".as_bytes()).contains("Shift_JIS"));
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("氏名,個人番号\n見本,123456789018\n");
        assert!(error(&bytes).contains("社員番号") && !error(&bytes).contains("1234"));
        let ragged = format!("{HEADER}E1,123456789018\n");
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&ragged);
        assert!(!error(&bytes).contains("1234"));
    }
}
