//! Purposes (利用目的): the office works a number may be used for, and the bundles people are told of.
//!
//! The list is closed: an organisation narrows it and never widens it (ACT 9(4)). A person is notified of
//! a [`Bundle`], a read names one [`Purpose`], and [`Purposes::allow`] says whether the one covers
//! the other.

mod bundle;
mod insurance;
mod table;
mod tax;

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::bundle::{Bundle, NotBound, Purposes};
use crate::person::PersonKind;
use crate::retention::Rule;

/// One statutory office work (個人番号関係事務) that a read may name.
///
/// Processor service, identity verification, disclosure and the receipt of local-tax notices are
/// deliberately missing: as purposes they would be "other" by the back door.
///
/// Source: 番号法 9条4項 and the acts it names; `basis` has the article of each.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 不動産等のあっせん手数料の支払調書 (314).
    BrokerageFeeReport,
    /// 退職手当金等受給者別支払調書 (325), for the heir who receives it.
    DeathRetirementReport,
    /// 番号記載を省略するための帳簿.
    DeclarationLedger,
    /// 配当等とみなす金額の支払調書 (362).
    DeemedDividendReport,
    /// 扶養控除等(異動)申告書.
    DependentsDeclaration,
    /// 配当、剰余金の分配等の支払調書 (359).
    DividendReport,
    /// 生命・身体・財産の保護: no bundle holds it, and every use is reviewed afterwards.
    EmergencyProtection,
    /// 雇用保険 被保険者資格取得届.
    EmploymentInsuranceAcquisition,
    /// 雇用保険 継続給付 (first application).
    EmploymentInsuranceContinuation,
    /// 雇用保険 被保険者資格喪失届.
    EmploymentInsuranceLoss,
    /// 雇用保険 個人番号登録・変更届.
    EmploymentInsuranceNumberRegistration,
    /// 報酬、料金、契約金及び賞金の支払調書 (309).
    FeePaymentReport,
    /// 健康保険の給付の申請.
    HealthBenefitClaims,
    /// 健康保険 被扶養者(異動)届.
    HealthDependents,
    /// 健康保険・厚生年金保険 資格取得届.
    HealthPensionAcquisition,
    /// 健康保険・厚生年金保険 資格喪失届.
    HealthPensionLoss,
    /// 算定基礎届・月額変更届・賞与支払届.
    HealthPensionMonthly,
    /// 利子等の支払調書 (374).
    InterestReport,
    /// 国民年金第3号被保険者関係届: the spouse declares, the employee is the agent.
    NationalPensionCat3,
    /// 非居住者等への支払の調書.
    NonresidentReports,
    /// 個人事業主である支払者本人の番号の記載.
    PayerOwnNumber,
    /// 不動産等の譲受けの対価の支払調書 (376).
    PropertyPurchaseReport,
    /// 不動産の使用料等の支払調書 (313).
    RentPaymentReport,
    /// 退職所得の受給に関する申告書.
    RetirementDeclaration,
    /// 退職所得の源泉徴収票・特別徴収票 (316).
    RetirementSlip,
    /// 給与支払報告書 (315), with 異動届 and 特徴切替.
    SalaryPaymentReport,
    /// 新株予約権の付与・行使に関する調書 (342, 349).
    StockOptionReport,
    /// 株式等の譲渡の対価等の支払調書 (381, 348).
    StockTransferReport,
    /// 信託の計算書、組合員所得に関する計算書.
    TrustPartnershipStatement,
    /// 給与所得の源泉徴収票 (375).
    WithholdingSlip,
    /// 労災保険の年金等の請求.
    WorkersAccidentClaims,
    /// 年末調整の各申告書.
    YearEndDeclarations,
    /// 財形非課税住宅・年金貯蓄の申告.
    ZaikeiDeclaration,
}

/// The text is not the code of a purpose or bundle.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not find a purpose of this code")]
pub struct UnknownPurpose;

impl Purpose {
    /// The `snake_case` code of the API, the log and the ledgers.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The work's name in Japanese.
    pub fn ja(self) -> &'static str {
        self.row().ja
    }

    /// The work's name in English.
    pub fn en(self) -> &'static str {
        self.row().en
    }

    /// The articles the work rests on.
    pub fn basis(self) -> &'static str {
        self.row().basis
    }

    /// The documents on which the number is written.
    pub fn documents(self) -> &'static [&'static str] {
        self.row().documents
    }

    /// The form numbers by which payroll engineers know those documents.
    pub fn forms(self) -> &'static [&'static str] {
        self.row().forms
    }

    /// Whose numbers the work concerns.
    pub fn kinds(self) -> &'static [PersonKind] {
        self.row().kinds
    }

    /// The retention rule of the work's documents; none where only the relationship counts.
    pub fn rule(self) -> Option<Rule> {
        self.row().rule
    }

    /// Where the document goes unless a read says otherwise (提出先).
    pub fn destination(self) -> &'static str {
        self.row().destination
    }

    /// Whether it is used without a bundle, with a written reason and a review afterwards.
    ///
    /// Source: 番号法 30条2項, 19条16号.
    pub fn is_emergency(self) -> bool {
        self == Self::EmergencyProtection
    }

    /// Whether the work makes a slip or payment report that may have to be corrected years later.
    pub fn is_slip(self) -> bool {
        self.rule() == Some(Rule::R6)
    }

    /// The purposes one may name when filling form `number`, in the order of the table.
    pub fn for_form(number: &str) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|purpose| purpose.forms().contains(&number)).collect()
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.iter().copied().find(|purpose| purpose.code() == text).ok_or(UnknownPurpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_the_serde_name() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.code().parse(), Ok(*purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.code());
        }
    }

    #[test]
    fn a_purpose_that_would_be_other_does_not_exist() {
        let refused = [
            "other",
            "processor_service",
            "identity_verification",
            "disclosure_to_subject",
            "local_tax_special_collection",
            "",
        ];
        for code in refused {
            assert_eq!(code.parse::<Purpose>(), Err(UnknownPurpose), "{code}");
        }
    }

    #[test]
    fn a_form_number_answers_which_purpose_to_name() {
        assert_eq!(Purpose::for_form("315"), [Purpose::SalaryPaymentReport]);
        assert_eq!(Purpose::for_form("309"), [Purpose::FeePaymentReport]);
        assert_eq!(
            Purpose::for_form("2202700"),
            [Purpose::HealthDependents, Purpose::NationalPensionCat3]
        );
        assert!(Purpose::for_form("").is_empty());
    }

    #[test]
    fn every_purpose_but_the_emergency_is_in_a_bundle_and_says_all_it_must() {
        for purpose in Purpose::ALL {
            let bundled = Bundle::ALL.iter().any(|bundle| bundle.purposes().contains(purpose));
            assert_ne!(bundled, purpose.is_emergency(), "{purpose}");
            for text in [purpose.ja(), purpose.en(), purpose.basis(), purpose.destination()] {
                assert!(!text.is_empty(), "{purpose}");
            }
            assert!(!purpose.kinds().is_empty(), "{purpose}");
        }
    }
}
