//! The rows of tax, and the two works that no document rule governs.

use super::table::{EMPLOYER, FAMILY, Row, STAFF, TAX_OFFICE};
use crate::person::PersonKind::{self, Heir, Landlord, Payee, Proprietor, Shareholder};
use crate::retention::Rule::{R1, R2, R3, R6};

pub(super) const BROKERAGE_FEE_REPORT: Row = Row {
    code: "brokerage_fee_report",
    ja: "不動産等の売買又は貸付けのあっせん手数料の支払調書作成事務",
    en: "Brokerage fee report",
    basis: "所得税法225条1項9号",
    documents: &["不動産等の売買又は貸付けのあっせん手数料の支払調書"],
    forms: &["314"],
    kinds: &[Payee],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const DEATH_RETIREMENT_REPORT: Row = Row {
    code: "death_retirement_report",
    ja: "退職手当金等受給者別支払調書作成事務",
    en: "Death retirement benefit report",
    basis: "相続税法59条",
    documents: &["退職手当金等受給者別支払調書"],
    forms: &["325"],
    kinds: &[Heir],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const DECLARATION_LEDGER: Row = Row {
    code: "declaration_ledger",
    ja: "番号記載省略のための帳簿作成事務",
    en: "Ledger for leaving the number off declarations",
    basis: "所得税法198条、所得税法施行規則76条の2",
    documents: &["扶養控除等申告書に係る帳簿"],
    forms: &[],
    kinds: FAMILY,
    rule: Some(R2),
    destination: EMPLOYER,
};

pub(super) const DEEMED_DIVIDEND_REPORT: Row = Row {
    code: "deemed_dividend_report",
    ja: "配当等とみなす金額の支払調書作成事務",
    en: "Deemed dividend report",
    basis: "所得税法225条",
    documents: &["配当等とみなす金額に関する支払調書"],
    forms: &["362"],
    kinds: &[Shareholder],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const DEPENDENTS_DECLARATION: Row = Row {
    code: "dependents_declaration",
    ja: "扶養控除等(異動)申告書作成事務",
    en: "Declaration of dependants",
    basis: "所得税法194条1項",
    documents: &[
        "給与所得者の扶養控除等(異動)申告書",
        "従たる給与についての扶養控除等(異動)申告書",
    ],
    forms: &[],
    kinds: FAMILY,
    rule: Some(R1),
    destination: EMPLOYER,
};

pub(super) const DIVIDEND_REPORT: Row = Row {
    code: "dividend_report",
    ja: "配当、剰余金の分配等の支払調書作成事務",
    en: "Dividend report",
    basis: "所得税法224条、225条",
    documents: &["配当、剰余金の分配、金銭の分配及び基金利息の支払調書"],
    forms: &["359"],
    kinds: &[Shareholder],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const EMERGENCY_PROTECTION: Row = Row {
    code: "emergency_protection",
    ja: "生命・身体・財産の保護",
    en: "Protection of life, body or property",
    basis: "番号法30条2項、19条16号",
    documents: &[],
    forms: &[],
    kinds: PersonKind::ALL,
    rule: None,
    destination: "本人の保護に必要な相手",
};

pub(super) const FEE_PAYMENT_REPORT: Row = Row {
    code: "fee_payment_report",
    ja: "報酬、料金、契約金及び賞金の支払調書作成事務",
    en: "Fee payment report",
    basis: "所得税法225条1項3号",
    documents: &["報酬、料金、契約金及び賞金の支払調書"],
    forms: &["309"],
    kinds: &[Payee],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const INTEREST_REPORT: Row = Row {
    code: "interest_report",
    ja: "利子等の支払調書作成事務",
    en: "Interest report",
    basis: "所得税法225条",
    documents: &["利子等の支払調書"],
    forms: &["374"],
    kinds: &[Payee],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const NONRESIDENT_REPORTS: Row = Row {
    code: "nonresident_reports",
    ja: "非居住者等に支払われる所得の調書作成事務",
    en: "Reports on payments to non-residents",
    basis: "所得税法225条",
    documents: &["非居住者等に支払われる所得の支払調書"],
    forms: &["335", "336", "338", "353"],
    kinds: &[Payee, Landlord, Shareholder],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const PAYER_OWN_NUMBER: Row = Row {
    code: "payer_own_number",
    ja: "支払者本人の個人番号の記載事務",
    en: "The payer's own number",
    basis: "各届書の様式",
    documents: &["法定調書合計表", "各届書"],
    forms: &[],
    kinds: &[Proprietor],
    rule: None,
    destination: "税務署・市区町村・年金事務所",
};

pub(super) const PROPERTY_PURCHASE_REPORT: Row = Row {
    code: "property_purchase_report",
    ja: "不動産等の譲受けの対価の支払調書作成事務",
    en: "Property purchase report",
    basis: "所得税法225条1項9号",
    documents: &["不動産等の譲受けの対価の支払調書"],
    forms: &["376"],
    kinds: &[Payee],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const RENT_PAYMENT_REPORT: Row = Row {
    code: "rent_payment_report",
    ja: "不動産の使用料等の支払調書作成事務",
    en: "Rent payment report",
    basis: "所得税法225条1項9号",
    documents: &["不動産の使用料等の支払調書"],
    forms: &["313"],
    kinds: &[Landlord],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const RETIREMENT_DECLARATION: Row = Row {
    code: "retirement_declaration",
    ja: "退職所得の受給に関する申告書作成事務",
    en: "Declaration on retirement income",
    basis: "所得税法203条",
    documents: &["退職所得の受給に関する申告書"],
    forms: &[],
    kinds: STAFF,
    rule: Some(R3),
    destination: EMPLOYER,
};

pub(super) const RETIREMENT_SLIP: Row = Row {
    code: "retirement_slip",
    ja: "退職所得の源泉徴収票作成事務",
    en: "Retirement income slip",
    basis: "所得税法226条2項、地方税法328条の14",
    documents: &["退職所得の源泉徴収票・特別徴収票"],
    forms: &["316"],
    kinds: STAFF,
    rule: Some(R6),
    destination: "税務署・市区町村",
};

pub(super) const SALARY_PAYMENT_REPORT: Row = Row {
    code: "salary_payment_report",
    ja: "給与支払報告書作成事務",
    en: "Salary payment report",
    basis: "地方税法317条の6",
    documents: &["給与支払報告書（総括表・個人別明細書）", "給与所得者異動届出書"],
    forms: &["315"],
    kinds: FAMILY,
    rule: Some(R6),
    destination: "市区町村",
};

pub(super) const STOCK_OPTION_REPORT: Row = Row {
    code: "stock_option_report",
    ja: "新株予約権に関する調書作成事務",
    en: "Stock option statements",
    basis: "租税特別措置法29条の2、所得税法228条の2",
    documents: &["特定新株予約権の付与に関する調書", "新株予約権の行使に関する調書"],
    forms: &["342", "349"],
    kinds: STAFF,
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const STOCK_TRANSFER_REPORT: Row = Row {
    code: "stock_transfer_report",
    ja: "株式等の譲渡の対価等の支払調書作成事務",
    en: "Share transfer report",
    basis: "所得税法225条",
    documents: &["株式等の譲渡の対価等の支払調書", "交付金銭等の支払調書"],
    forms: &["381", "348"],
    kinds: &[Shareholder],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const TRUST_PARTNERSHIP_STATEMENT: Row = Row {
    code: "trust_partnership_statement",
    ja: "信託の計算書・組合員所得計算書作成事務",
    en: "Trust and partnership statements",
    basis: "所得税法227条、227条の2",
    documents: &["信託の計算書", "有限責任事業組合等に係る組合員所得に関する計算書"],
    forms: &["357"],
    kinds: &[Payee],
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const WITHHOLDING_SLIP: Row = Row {
    code: "withholding_slip",
    ja: "給与所得の源泉徴収票作成事務",
    en: "Withholding slip",
    basis: "所得税法226条1項",
    documents: &["給与所得の源泉徴収票"],
    forms: &["375"],
    kinds: FAMILY,
    rule: Some(R6),
    destination: TAX_OFFICE,
};

pub(super) const YEAR_END_DECLARATIONS: Row = Row {
    code: "year_end_declarations",
    ja: "年末調整の各申告書作成事務",
    en: "Year-end adjustment declarations",
    basis: "所得税法195条の2、195条の3、196条",
    documents: &[
        "基礎控除申告書 兼 配偶者控除等申告書 兼 特定親族特別控除申告書 兼 所得金額調整控除申告書",
        "保険料控除申告書",
    ],
    forms: &[],
    kinds: FAMILY,
    rule: Some(R1),
    destination: EMPLOYER,
};

pub(super) const ZAIKEI_DECLARATION: Row = Row {
    code: "zaikei_declaration",
    ja: "財形非課税貯蓄の申告事務",
    en: "Tax-free asset-formation savings",
    basis: "租税特別措置法4条の2、4条の3",
    documents: &["財産形成非課税住宅貯蓄申告書", "財産形成非課税年金貯蓄申告書"],
    forms: &[],
    kinds: STAFF,
    rule: Some(R6),
    destination: "金融機関（税務署へ）",
};
