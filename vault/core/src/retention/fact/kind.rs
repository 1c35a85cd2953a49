//! The kinds of facts, with the fields each clock needs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::FactId;
use crate::person::PersonKind;
use crate::purpose::Purpose;
use crate::time::CivilDate;

/// What happened, with the fields its clock needs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum FactKind {
    /// The contract ended, or the shares were given up.
    ContractEnded {},
    /// A contract with further payments began, or shares were acquired.
    ContractStarted {},
    /// A payroll declaration came in.
    DeclarationReceived {
        /// The tax year it is for.
        tax_year: i16,
        /// Which declaration.
        kind: DeclarationKind,
        /// How it carries the number.
        medium: Medium,
    },
    /// The declaration of the tax year is void.
    DeclarationVoided {
        /// The tax year it was for.
        tax_year: i16,
    },
    /// The person became family for these works.
    DependantAdded {
        /// Which works.
        scope: BTreeSet<FamilyWork>,
    },
    /// The person ceased to be family for these works.
    DependantRemoved {
        /// Which works.
        scope: BTreeSet<FamilyWork>,
        /// Why.
        reason: RemovalReason,
        /// When the filing about it was finished, if that was later.
        #[serde(default)]
        finished_on: Option<CivilDate>,
    },
    /// A document was filed (提出しました).
    DocumentFiled {
        /// The work it belongs to.
        purpose: Purpose,
        /// The tax year it is for.
        tax_year: i16,
        /// Where it went.
        destination: String,
    },
    /// The employment ended.
    EmploymentEnded {
        /// Why.
        reason: EndReason,
        /// The last pay day, if it is known; otherwise it follows from the pay rule.
        #[serde(default)]
        last_paid_on: Option<CivilDate>,
    },
    /// The employment began, or began again.
    EmploymentStarted {},
    /// A recorded fact was wrong and nothing takes its place.
    FactCorrected {
        /// The fact that is void.
        supersedes: FactId,
    },
    /// Enrolled in an insurance scheme.
    InsuranceEnrolled {
        /// Which scheme.
        scheme: Scheme,
    },
    /// No longer in the scheme.
    InsuranceLost {
        /// Which scheme.
        scheme: Scheme,
        /// When the filing about it was finished, if that was later.
        #[serde(default)]
        finished_on: Option<CivilDate>,
    },
    /// Back from leave.
    LeaveEnded {},
    /// On leave; the employment goes on.
    LeaveStarted {},
    /// A single matter, such as a claim, is finished (完結の日).
    MatterFinished {
        /// The work it belongs to.
        purpose: Purpose,
    },
    /// A single matter began.
    MatterOpened {
        /// The work it belongs to.
        purpose: Purpose,
    },
    /// Nothing is to be filed for the tax year, for example because it stayed below the threshold.
    NoFilingRequired {
        /// The tax year.
        tax_year: i16,
        /// Why.
        reason: String,
    },
    /// A payment to be reported was made.
    PaymentMade {
        /// The tax year, where it is not that of the day.
        #[serde(default)]
        tax_year: Option<i16>,
    },
    /// A retirement allowance was paid.
    RetirementAllowancePaid {
        /// The day by which 退職所得の受給に関する申告書 was due.
        declaration_deadline: CivilDate,
        /// Whether it concerns a lump sum from a pension plan: then 10 years.
        pension_lump_sum: bool,
    },
}

/// Which payroll declaration.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclarationKind {
    /// 扶養控除等(異動)申告書.
    Dependents,
    /// 従たる給与についての扶養控除等(異動)申告書.
    SecondaryIncome,
    /// 年末調整の各申告書.
    YearEnd,
}

/// How a declaration carries the number.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Electronic form that takes the number from the vault.
    Electronic,
    /// Paper without the number, because the ledger has it.
    PaperByLedger,
    /// Paper that shows the number.
    PaperWithNumber,
}

/// Why an employment ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// 死亡.
    Death,
    /// 自己都合・会社都合退職.
    Resigned,
    /// 定年等.
    Retired,
    /// 転籍.
    Transfer,
}

/// Why someone is no longer family for a work.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// 死亡.
    Death,
    /// 離婚.
    Divorce,
    /// 就職.
    Employment,
    /// 所得超過.
    Income,
    /// その他.
    Other,
}

/// A work for which someone counts as family.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FamilyWork {
    /// 国民年金第3号.
    Cat3,
    /// 健康保険の被扶養者.
    Health,
    /// 所得税・住民税の扶養.
    Tax,
}

/// An insurance scheme.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// 健康保険・厚生年金保険.
    HealthPension,
    /// 雇用保険.
    Labour,
}

impl FactKind {
    /// The `snake_case` type of the API.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ContractEnded {} => "contract_ended",
            Self::ContractStarted {} => "contract_started",
            Self::DeclarationReceived { .. } => "declaration_received",
            Self::DeclarationVoided { .. } => "declaration_voided",
            Self::DependantAdded { .. } => "dependant_added",
            Self::DependantRemoved { .. } => "dependant_removed",
            Self::DocumentFiled { .. } => "document_filed",
            Self::EmploymentEnded { .. } => "employment_ended",
            Self::EmploymentStarted {} => "employment_started",
            Self::FactCorrected { .. } => "fact_corrected",
            Self::InsuranceEnrolled { .. } => "insurance_enrolled",
            Self::InsuranceLost { .. } => "insurance_lost",
            Self::LeaveEnded {} => "leave_ended",
            Self::LeaveStarted {} => "leave_started",
            Self::MatterFinished { .. } => "matter_finished",
            Self::MatterOpened { .. } => "matter_opened",
            Self::NoFilingRequired { .. } => "no_filing_required",
            Self::PaymentMade { .. } => "payment_made",
            Self::RetirementAllowancePaid { .. } => "retirement_allowance_paid",
        }
    }

    /// Whether recording it is an act of two people.
    pub const fn needs_two(&self) -> bool {
        matches!(self, Self::FactCorrected { .. })
    }

    /// The last pay day, where an end names it.
    pub(super) const fn last_paid_on(&self) -> Option<CivilDate> {
        match self {
            Self::EmploymentEnded { last_paid_on, .. } => *last_paid_on,
            _ => None,
        }
    }

    /// Whether it ends what the relationship began.
    pub(super) const fn is_end(&self) -> bool {
        matches!(
            self,
            Self::ContractEnded {}
                | Self::DependantRemoved { .. }
                | Self::EmploymentEnded { .. }
                | Self::InsuranceLost { .. }
        )
    }

    pub(super) const fn tax_year(&self) -> Option<i16> {
        match self {
            Self::DeclarationReceived { tax_year, .. }
            | Self::DeclarationVoided { tax_year }
            | Self::DocumentFiled { tax_year, .. }
            | Self::NoFilingRequired { tax_year, .. } => Some(*tax_year),
            Self::PaymentMade { tax_year } => *tax_year,
            Self::ContractEnded {}
            | Self::ContractStarted {}
            | Self::DependantAdded { .. }
            | Self::DependantRemoved { .. }
            | Self::EmploymentEnded { .. }
            | Self::EmploymentStarted {}
            | Self::FactCorrected { .. }
            | Self::InsuranceEnrolled { .. }
            | Self::InsuranceLost { .. }
            | Self::LeaveEnded {}
            | Self::LeaveStarted {}
            | Self::MatterFinished { .. }
            | Self::MatterOpened { .. }
            | Self::RetirementAllowancePaid { .. } => None,
        }
    }

    /// Whether such a fact can be about a relationship of `kind`.
    pub fn belongs_to(&self, kind: PersonKind) -> bool {
        use PersonKind::{Dependant, Proprietor};
        match self {
            Self::ContractEnded {} | Self::ContractStarted {} => {
                !kind.is_staff() && kind != Dependant
            }
            Self::DocumentFiled { .. }
            | Self::NoFilingRequired { .. }
            | Self::PaymentMade { .. } => !matches!(kind, Dependant | Proprietor),
            Self::DependantAdded { .. } | Self::DependantRemoved { .. } => kind == Dependant,
            Self::InsuranceEnrolled { .. }
            | Self::InsuranceLost { .. }
            | Self::MatterFinished { .. }
            | Self::MatterOpened { .. } => kind.is_staff() || kind == Dependant,
            Self::DeclarationReceived { .. }
            | Self::DeclarationVoided { .. }
            | Self::EmploymentEnded { .. }
            | Self::EmploymentStarted {}
            | Self::LeaveEnded {}
            | Self::LeaveStarted {}
            | Self::RetirementAllowancePaid { .. } => kind.is_staff(),
            Self::FactCorrected { .. } => true,
        }
    }
}
