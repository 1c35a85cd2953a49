//! Bundles (通知する利用目的): what a notice says in one line, and the works that line contains.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Purpose, UnknownPurpose};
use crate::person::PersonKind;

/// A line of the purpose notice; a record is bound to one or more of them.
///
/// Source: regulation 001 §4 2.1 for the lines; 番号法 18条 for telling the person before collecting.
///
/// The numbers stand in sealed rows ([`crate::access::Grounds`]) and are never given to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Bundle {
    /// 退職手当金等受給者別支払調書作成事務.
    DeathBenefit = 1,
    /// 扶養控除等(異動)申告書、保険料控除申告書 等作成事務.
    Declarations = 2,
    /// 配当及び剰余金の分配に関する支払調書作成事務.
    Dividends = 3,
    /// 報酬、料金、契約金及び賞金に関する支払調書作成事務.
    Fees = 4,
    /// 健康保険・厚生年金保険届出事務 (family).
    HealthFamily = 5,
    /// 健康保険・厚生年金保険届出、申請・請求事務.
    HealthPension = 6,
    /// 雇用保険・労災保険届出、申請・請求、証明書作成事務.
    LabourInsurance = 7,
    /// 財形、信託、組合、非居住者に関する調書・申告作成事務.
    OtherTax = 8,
    /// 支払者本人の個人番号の記載事務 (個人事業主).
    PayerOwn = 9,
    /// 国民年金第3号被保険者の届出事務.
    PensionCat3 = 10,
    /// 不動産の使用料等・譲受けの対価・あっせん手数料に関する支払調書作成事務.
    Rents = 11,
    /// 株式等の譲渡、新株予約権に関する調書作成事務.
    Stock = 12,
    /// 源泉徴収票作成事務.
    Withholding = 13,
}

/// No bundle of the record contains the purpose.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the number was not collected for this purpose")]
pub struct NotBound;

/// The bundles a record is bound to: those its purpose notice named.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Purposes(BTreeSet<Bundle>);

impl Bundle {
    /// Every bundle, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::DeathBenefit,
        Self::Declarations,
        Self::Dividends,
        Self::Fees,
        Self::HealthFamily,
        Self::HealthPension,
        Self::LabourInsurance,
        Self::OtherTax,
        Self::PayerOwn,
        Self::PensionCat3,
        Self::Rents,
        Self::Stock,
        Self::Withholding,
    ];

    /// The `snake_case` code of the API, notices and imports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DeathBenefit => "death_benefit",
            Self::Declarations => "declarations",
            Self::Dividends => "dividends",
            Self::Fees => "fees",
            Self::HealthFamily => "health_family",
            Self::HealthPension => "health_pension",
            Self::LabourInsurance => "labour_insurance",
            Self::OtherTax => "other_tax",
            Self::PayerOwn => "payer_own",
            Self::PensionCat3 => "pension_cat3",
            Self::Rents => "rents",
            Self::Stock => "stock",
            Self::Withholding => "withholding",
        }
    }

    /// The notice line in Japanese.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::DeathBenefit => "退職手当金等受給者別支払調書作成事務",
            Self::Declarations => "扶養控除等(異動)申告書、保険料控除申告書 等作成事務",
            Self::Dividends => "配当及び剰余金の分配に関する支払調書作成事務",
            Self::Fees => "報酬、料金、契約金及び賞金に関する支払調書作成事務",
            Self::HealthFamily => "健康保険・厚生年金保険届出事務（家族）",
            Self::HealthPension => "健康保険・厚生年金保険届出、申請・請求事務",
            Self::LabourInsurance => "雇用保険・労災保険届出、申請・請求、証明書作成事務",
            Self::OtherTax => "財形、信託、組合、非居住者に関する調書・申告作成事務",
            Self::PayerOwn => "支払者本人の個人番号の記載事務（個人事業主）",
            Self::PensionCat3 => "国民年金第3号被保険者の届出事務",
            Self::Rents => "不動産の使用料等・譲受けの対価・あっせん手数料に関する支払調書作成事務",
            Self::Stock => "株式等の譲渡、新株予約権に関する調書作成事務",
            Self::Withholding => "源泉徴収票作成事務",
        }
    }

    /// The notice line in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::DeathBenefit => "Reports of death retirement benefits by recipient",
            Self::Declarations => "Payroll tax declarations (dependants, insurance premiums, ...)",
            Self::Dividends => "Reports of dividends and distributions of surplus",
            Self::Fees => "Reports of remuneration, fees, contract money and prizes",
            Self::HealthFamily => "Health and pension insurance filings for family members",
            Self::HealthPension => "Health and pension insurance filings, applications, claims",
            Self::LabourInsurance => {
                "Employment and accident insurance filings, claims, certificates"
            }
            Self::OtherTax => "Statements on savings, trusts, partnerships, non-residents",
            Self::PayerOwn => "Entry of the payer's own number (sole proprietor)",
            Self::PensionCat3 => "National pension category 3 filings",
            Self::Rents => "Reports of rent, property purchases and brokerage fees",
            Self::Stock => "Statements on transfers of shares and on stock options",
            Self::Withholding => "Withholding slips",
        }
    }

    /// The works the line contains.
    pub const fn purposes(self) -> &'static [Purpose] {
        use Purpose as P;
        match self {
            Self::DeathBenefit => &[P::DeathRetirementReport],
            Self::Declarations => &[
                P::DependentsDeclaration,
                P::YearEndDeclarations,
                P::DeclarationLedger,
                P::RetirementDeclaration,
            ],
            Self::Dividends => &[P::DividendReport, P::DeemedDividendReport, P::InterestReport],
            Self::Fees => &[P::FeePaymentReport],
            Self::HealthFamily => &[P::HealthDependents],
            Self::HealthPension => &[
                P::HealthPensionAcquisition,
                P::HealthPensionLoss,
                P::HealthPensionMonthly,
                P::HealthBenefitClaims,
                P::HealthDependents,
            ],
            Self::LabourInsurance => &[
                P::EmploymentInsuranceAcquisition,
                P::EmploymentInsuranceLoss,
                P::EmploymentInsuranceContinuation,
                P::EmploymentInsuranceNumberRegistration,
                P::WorkersAccidentClaims,
            ],
            Self::OtherTax => {
                &[P::ZaikeiDeclaration, P::TrustPartnershipStatement, P::NonresidentReports]
            }
            Self::PayerOwn => &[P::PayerOwnNumber],
            Self::PensionCat3 => &[P::NationalPensionCat3],
            Self::Rents => {
                &[P::RentPaymentReport, P::PropertyPurchaseReport, P::BrokerageFeeReport]
            }
            Self::Stock => &[P::StockTransferReport, P::StockOptionReport],
            Self::Withholding => &[P::WithholdingSlip, P::SalaryPaymentReport, P::RetirementSlip],
        }
    }

    /// The bundles whose works this line covers too; one way only.
    ///
    /// A number on a declaration may be used for the slip, because the declaration exists for it;
    /// a slip says nothing about declarations. Nothing implies 第3号: there the spouse declares.
    pub const fn implies(self) -> &'static [Self] {
        match self {
            Self::Declarations => &[Self::Withholding],
            Self::DeathBenefit
            | Self::Dividends
            | Self::Fees
            | Self::HealthFamily
            | Self::HealthPension
            | Self::LabourInsurance
            | Self::OtherTax
            | Self::PayerOwn
            | Self::PensionCat3
            | Self::Rents
            | Self::Stock
            | Self::Withholding => &[],
        }
    }

    /// Whether a work of the bundle concerns people of `kind`; the family line is for family only.
    pub fn concerns(self, kind: PersonKind) -> bool {
        let line = self != Self::HealthFamily || kind == PersonKind::Dependant;
        line && self.purposes().iter().any(|purpose| purpose.kinds().contains(&kind))
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Bundle {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.iter().copied().find(|bundle| bundle.code() == text).ok_or(UnknownPurpose)
    }
}

impl Purposes {
    /// The bundle through which the record may be used for `purpose`: the one that contains it,
    /// else the first that implies one that does.
    ///
    /// # Errors
    ///
    /// [`NotBound`] if neither exists, and always for the emergency purpose, which no notice names.
    pub fn allow(&self, purpose: Purpose) -> Result<Bundle, NotBound> {
        let holds = |bundle: &&Bundle| bundle.purposes().contains(&purpose);
        let implied = |bundle: &&Bundle| bundle.implies().iter().any(|other| holds(&other));
        let direct = self.0.iter().find(holds);
        direct.or_else(|| self.0.iter().find(implied)).copied().ok_or(NotBound)
    }

    /// The bundles the notice named, in the order of their codes.
    pub fn bundles(&self) -> impl Iterator<Item = Bundle> + '_ {
        self.0.iter().copied()
    }

    /// The bundles whose works are covered: those named and those they imply.
    pub fn covered(&self) -> BTreeSet<Bundle> {
        let implied = self.0.iter().flat_map(|bundle| bundle.implies());
        self.0.iter().chain(implied).copied().collect()
    }

    /// Whether `bundle` was named itself.
    pub fn contains(&self, bundle: Bundle) -> bool {
        self.0.contains(&bundle)
    }

    /// Whether every bundle named here is named in `notice`.
    pub fn is_within(&self, notice: &Self) -> bool {
        self.0.is_subset(&notice.0)
    }

    /// Whether no bundle is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Bundle> for Purposes {
    fn from_iter<I: IntoIterator<Item = Bundle>>(bundles: I) -> Self {
        Self(bundles.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(bundles: &[Bundle]) -> Purposes {
        bundles.iter().copied().collect()
    }

    #[test]
    fn every_code_reads_back_and_is_the_serde_name() {
        for bundle in Bundle::ALL {
            assert_eq!(bundle.code().parse(), Ok(*bundle));
            assert_eq!(serde_json::to_value(bundle).unwrap(), bundle.code());
        }
        assert!(Bundle::ALL.is_sorted_by_key(|bundle| bundle.code()));
    }

    #[test]
    fn a_declaration_covers_the_slip_and_not_the_reverse() {
        let declarations = bound(&[Bundle::Declarations]);
        assert_eq!(declarations.allow(Purpose::WithholdingSlip), Ok(Bundle::Declarations));
        let slips = bound(&[Bundle::Withholding]);
        assert_eq!(slips.allow(Purpose::WithholdingSlip), Ok(Bundle::Withholding));
        assert_eq!(slips.allow(Purpose::DependentsDeclaration), Err(NotBound));
    }

    #[test]
    fn the_bundle_that_contains_the_work_goes_before_the_one_that_implies_it() {
        let both = bound(&[Bundle::Declarations, Bundle::Withholding]);
        assert_eq!(both.allow(Purpose::SalaryPaymentReport), Ok(Bundle::Withholding));
    }

    #[test]
    fn nothing_but_its_own_bundle_covers_category_three() {
        for bundle in Bundle::ALL {
            let allowed = bound(&[*bundle]).allow(Purpose::NationalPensionCat3);
            assert_eq!(allowed.is_ok(), *bundle == Bundle::PensionCat3, "{bundle}");
        }
    }

    #[test]
    fn exactly_the_pairs_of_the_table_are_allowed() {
        for bundle in Bundle::ALL {
            for purpose in Purpose::ALL {
                let listed = bundle.purposes().contains(purpose)
                    || *bundle == Bundle::Declarations
                        && Bundle::Withholding.purposes().contains(purpose);
                let allowed = bound(&[*bundle]).allow(*purpose).is_ok();
                assert_eq!(allowed, listed, "{bundle} {purpose}");
            }
        }
    }

    #[test]
    fn a_landlord_is_not_concerned_by_payroll() {
        assert!(Bundle::Rents.concerns(PersonKind::Landlord));
        assert!(!Bundle::Withholding.concerns(PersonKind::Landlord));
        assert!(!Bundle::HealthFamily.concerns(PersonKind::Employee));
    }
}
