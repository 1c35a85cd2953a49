//! The rows of social insurance: health, pension, employment, accident.

use super::table::{FAMILY, LABOUR_OFFICE, PENSION_OFFICE, Row, STAFF};
use crate::person::PersonKind::Dependant;
use crate::retention::Rule::{R4, R5, R7};

pub(super) const EMPLOYMENT_INSURANCE_ACQUISITION: Row = Row {
    code: "employment_insurance_acquisition",
    ja: "雇用保険被保険者資格取得届作成事務",
    en: "Employment insurance: acquisition",
    basis: "雇用保険法7条",
    documents: &["雇用保険被保険者資格取得届"],
    forms: &["様式第2号"],
    kinds: STAFF,
    rule: Some(R5),
    destination: LABOUR_OFFICE,
};

pub(super) const EMPLOYMENT_INSURANCE_CONTINUATION: Row = Row {
    code: "employment_insurance_continuation",
    ja: "雇用保険継続給付申請事務",
    en: "Employment insurance: continuation benefits",
    basis: "雇用保険法",
    documents: &[
        "高年齢雇用継続給付受給資格確認票",
        "育児休業給付受給資格確認票",
        "介護休業給付金支給申請書",
    ],
    forms: &["33の3", "33の5", "33の6"],
    kinds: STAFF,
    rule: Some(R5),
    destination: LABOUR_OFFICE,
};

pub(super) const EMPLOYMENT_INSURANCE_LOSS: Row = Row {
    code: "employment_insurance_loss",
    ja: "雇用保険被保険者資格喪失届作成事務",
    en: "Employment insurance: loss",
    basis: "雇用保険法7条",
    documents: &["雇用保険被保険者資格喪失届"],
    forms: &["様式第4号"],
    kinds: STAFF,
    rule: Some(R5),
    destination: LABOUR_OFFICE,
};

pub(super) const EMPLOYMENT_INSURANCE_NUMBER_REGISTRATION: Row = Row {
    code: "employment_insurance_number_registration",
    ja: "雇用保険個人番号登録・変更届作成事務",
    en: "Employment insurance: registration of the number",
    basis: "雇用保険法施行規則",
    documents: &["個人番号登録・変更届"],
    forms: &[],
    kinds: STAFF,
    rule: Some(R5),
    destination: LABOUR_OFFICE,
};

pub(super) const HEALTH_BENEFIT_CLAIMS: Row = Row {
    code: "health_benefit_claims",
    ja: "健康保険給付申請事務",
    en: "Health insurance benefit claims",
    basis: "健康保険法",
    documents: &["傷病手当金支給申請書 等"],
    forms: &[],
    kinds: STAFF,
    rule: Some(R4),
    destination: PENSION_OFFICE,
};

pub(super) const HEALTH_DEPENDENTS: Row = Row {
    code: "health_dependents",
    ja: "健康保険被扶養者(異動)届作成事務",
    en: "Health insurance: dependants",
    basis: "健康保険法施行規則38条",
    documents: &["被扶養者(異動)届"],
    forms: &["2202700"],
    kinds: FAMILY,
    rule: Some(R4),
    destination: PENSION_OFFICE,
};

pub(super) const HEALTH_PENSION_ACQUISITION: Row = Row {
    code: "health_pension_acquisition",
    ja: "健康保険・厚生年金保険資格取得届作成事務",
    en: "Health and pension insurance: acquisition",
    basis: "健康保険法48条、厚生年金保険法27条",
    documents: &["被保険者資格取得届", "70歳以上被用者該当届"],
    forms: &["2200700"],
    kinds: STAFF,
    rule: Some(R4),
    destination: PENSION_OFFICE,
};

pub(super) const HEALTH_PENSION_LOSS: Row = Row {
    code: "health_pension_loss",
    ja: "健康保険・厚生年金保険資格喪失届作成事務",
    en: "Health and pension insurance: loss",
    basis: "健康保険法48条、厚生年金保険法27条",
    documents: &["被保険者資格喪失届"],
    forms: &["2201700"],
    kinds: STAFF,
    rule: Some(R4),
    destination: PENSION_OFFICE,
};

pub(super) const HEALTH_PENSION_MONTHLY: Row = Row {
    code: "health_pension_monthly",
    ja: "算定基礎届・月額変更届・賞与支払届作成事務",
    en: "Health and pension insurance: pay reports",
    basis: "厚生年金保険法27条",
    documents: &["算定基礎届", "月額変更届", "賞与支払届"],
    forms: &["2225700", "2221700", "2265700"],
    kinds: STAFF,
    rule: Some(R4),
    destination: PENSION_OFFICE,
};

pub(super) const NATIONAL_PENSION_CAT3: Row = Row {
    code: "national_pension_cat3",
    ja: "国民年金第3号被保険者関係届作成事務",
    en: "National pension category 3",
    basis: "国民年金法12条の2",
    documents: &["国民年金第3号被保険者関係届"],
    forms: &["2202700"],
    kinds: &[Dependant],
    rule: Some(R4),
    destination: "年金事務所（事業者経由）",
};

pub(super) const WORKERS_ACCIDENT_CLAIMS: Row = Row {
    code: "workers_accident_claims",
    ja: "労災保険の請求事務",
    en: "Workers' accident insurance claims",
    basis: "労働者災害補償保険法",
    documents: &["年金等の請求書"],
    forms: &[],
    kinds: STAFF,
    rule: Some(R7),
    destination: "労働基準監督署",
};
