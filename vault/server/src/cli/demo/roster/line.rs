//! The fields of one line, read.

use azekura_client::wire::changes::IdentityCheck;
use azekura_client::wire::people::PersonName;
use azekura_core::number::{MyNumber, NumberError};
use azekura_core::person::{PersonKind, fold};
use azekura_core::time::CivilDate;
use csv::StringRecord;

use super::super::wareki;
use super::Fault;

/// The columns in the order in which [`Fields`] counts them; a file has them in any order.
pub(super) const COLUMNS: [&str; 15] = [
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

/// One relationship.
pub(in crate::cli::demo) struct Line {
    /// 社員番号.
    pub(in crate::cli::demo) external_ref: String,
    /// 氏名 and フリガナ, in full-width katakana.
    pub(in crate::cli::demo) name: PersonName,
    /// 生年月日.
    pub(in crate::cli::demo) birth_date: Option<CivilDate>,
    /// 区分.
    pub(in crate::cli::demo) kind: PersonKind,
    /// 続柄, for family.
    pub(in crate::cli::demo) relation: Option<&'static str>,
    /// 扶養者社員番号: whose family.
    pub(in crate::cli::demo) of: Option<String>,
    /// 入社年月日, or when the contract began.
    pub(in crate::cli::demo) started_on: Option<CivilDate>,
    /// 退職年月日.
    pub(in crate::cli::demo) left_on: Option<CivilDate>,
    /// 遡及退職年月日: a departure that payroll learnt of after the number was collected.
    pub(in crate::cli::demo) left_late: Option<CivilDate>,
    /// 税区分.
    pub(in crate::cli::demo) tax_column: Option<&'static str>,
    /// 短時間.
    pub(in crate::cli::demo) part_time: bool,
}

/// The fields of one line, by column.
pub(super) struct Fields<'r> {
    pub(super) record: &'r StringRecord,
    pub(super) places: &'r [usize],
}

impl Line {
    pub(super) fn bundles(&self) -> &'static [&'static str] {
        match self.kind {
            PersonKind::Dependant => &["declarations", "health_family"],
            PersonKind::Landlord => &["rents"],
            PersonKind::Payee => &["fees"],
            _ if self.tax_column == Some("otsu") => &["withholding"],
            _ if self.part_time => &["declarations"],
            PersonKind::Officer => &["declarations", "health_pension"],
            PersonKind::Employee
            | PersonKind::Heir
            | PersonKind::Proprietor
            | PersonKind::Shareholder => &["declarations", "health_pension", "labour_insurance"],
        }
    }
}

impl Fields<'_> {
    pub(super) fn get(&self, column: usize) -> &str {
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

    pub(super) fn line(&self) -> Result<Line, Fault> {
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

    pub(super) fn identity(&self) -> Result<IdentityCheck, Fault> {
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

pub(super) fn parse(number: &str) -> Result<MyNumber, Fault> {
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
