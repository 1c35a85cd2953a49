//! The table of office works: what each is called, rests on, writes and keeps.

use super::{Purpose, insurance, tax};
use crate::person::PersonKind::{self, Dependant, Employee, Officer};
use crate::retention::Rule;

/// One line of the table, behind the accessors of [`Purpose`].
pub(super) struct Row {
    pub(super) code: &'static str,
    pub(super) ja: &'static str,
    pub(super) en: &'static str,
    pub(super) basis: &'static str,
    pub(super) documents: &'static [&'static str],
    pub(super) forms: &'static [&'static str],
    pub(super) kinds: &'static [PersonKind],
    pub(super) rule: Option<Rule>,
    pub(super) destination: &'static str,
}

pub(super) const TAX_OFFICE: &str = "税務署";
pub(super) const EMPLOYER: &str = "事業者保管";
pub(super) const PENSION_OFFICE: &str = "年金事務所・健康保険組合";
pub(super) const LABOUR_OFFICE: &str = "公共職業安定所";
pub(super) const STAFF: &[PersonKind] = &[Employee, Officer];
pub(super) const FAMILY: &[PersonKind] = &[Employee, Officer, Dependant];

impl Purpose {
    /// Every purpose, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::BrokerageFeeReport,
        Self::DeathRetirementReport,
        Self::DeclarationLedger,
        Self::DeemedDividendReport,
        Self::DependentsDeclaration,
        Self::DividendReport,
        Self::EmergencyProtection,
        Self::EmploymentInsuranceAcquisition,
        Self::EmploymentInsuranceContinuation,
        Self::EmploymentInsuranceLoss,
        Self::EmploymentInsuranceNumberRegistration,
        Self::FeePaymentReport,
        Self::HealthBenefitClaims,
        Self::HealthDependents,
        Self::HealthPensionAcquisition,
        Self::HealthPensionLoss,
        Self::HealthPensionMonthly,
        Self::InterestReport,
        Self::NationalPensionCat3,
        Self::NonresidentReports,
        Self::PayerOwnNumber,
        Self::PropertyPurchaseReport,
        Self::RentPaymentReport,
        Self::RetirementDeclaration,
        Self::RetirementSlip,
        Self::SalaryPaymentReport,
        Self::StockOptionReport,
        Self::StockTransferReport,
        Self::TrustPartnershipStatement,
        Self::WithholdingSlip,
        Self::WorkersAccidentClaims,
        Self::YearEndDeclarations,
        Self::ZaikeiDeclaration,
    ];

    pub(super) const fn row(self) -> &'static Row {
        match self {
            Self::BrokerageFeeReport => &tax::BROKERAGE_FEE_REPORT,
            Self::DeathRetirementReport => &tax::DEATH_RETIREMENT_REPORT,
            Self::DeclarationLedger => &tax::DECLARATION_LEDGER,
            Self::DeemedDividendReport => &tax::DEEMED_DIVIDEND_REPORT,
            Self::DependentsDeclaration => &tax::DEPENDENTS_DECLARATION,
            Self::DividendReport => &tax::DIVIDEND_REPORT,
            Self::EmergencyProtection => &tax::EMERGENCY_PROTECTION,
            Self::EmploymentInsuranceAcquisition => &insurance::EMPLOYMENT_INSURANCE_ACQUISITION,
            Self::EmploymentInsuranceContinuation => &insurance::EMPLOYMENT_INSURANCE_CONTINUATION,
            Self::EmploymentInsuranceLoss => &insurance::EMPLOYMENT_INSURANCE_LOSS,
            Self::EmploymentInsuranceNumberRegistration => {
                &insurance::EMPLOYMENT_INSURANCE_NUMBER_REGISTRATION
            }
            Self::FeePaymentReport => &tax::FEE_PAYMENT_REPORT,
            Self::HealthBenefitClaims => &insurance::HEALTH_BENEFIT_CLAIMS,
            Self::HealthDependents => &insurance::HEALTH_DEPENDENTS,
            Self::HealthPensionAcquisition => &insurance::HEALTH_PENSION_ACQUISITION,
            Self::HealthPensionLoss => &insurance::HEALTH_PENSION_LOSS,
            Self::HealthPensionMonthly => &insurance::HEALTH_PENSION_MONTHLY,
            Self::InterestReport => &tax::INTEREST_REPORT,
            Self::NationalPensionCat3 => &insurance::NATIONAL_PENSION_CAT3,
            Self::NonresidentReports => &tax::NONRESIDENT_REPORTS,
            Self::PayerOwnNumber => &tax::PAYER_OWN_NUMBER,
            Self::PropertyPurchaseReport => &tax::PROPERTY_PURCHASE_REPORT,
            Self::RentPaymentReport => &tax::RENT_PAYMENT_REPORT,
            Self::RetirementDeclaration => &tax::RETIREMENT_DECLARATION,
            Self::RetirementSlip => &tax::RETIREMENT_SLIP,
            Self::SalaryPaymentReport => &tax::SALARY_PAYMENT_REPORT,
            Self::StockOptionReport => &tax::STOCK_OPTION_REPORT,
            Self::StockTransferReport => &tax::STOCK_TRANSFER_REPORT,
            Self::TrustPartnershipStatement => &tax::TRUST_PARTNERSHIP_STATEMENT,
            Self::WithholdingSlip => &tax::WITHHOLDING_SLIP,
            Self::WorkersAccidentClaims => &insurance::WORKERS_ACCIDENT_CLAIMS,
            Self::YearEndDeclarations => &tax::YEAR_END_DECLARATIONS,
            Self::ZaikeiDeclaration => &tax::ZAIKEI_DECLARATION,
        }
    }
}
