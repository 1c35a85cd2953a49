//! What the clerk is asked for, because a missing fact is a question and never a deletion.

use serde::{Deserialize, Serialize};

use super::Holdings;
use crate::id::RelationshipId;
use crate::purpose::Bundle;
use crate::time::CivilDate;

/// A question to the clerk.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Todo {
    /// Which relationship it is about; none where a whole bundle has nothing to rest on.
    pub relationship: Option<RelationshipId>,
    /// The day from which it is asked; none is at once.
    pub from: Option<CivilDate>,
    /// What is asked.
    pub kind: TodoKind,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "ask", deny_unknown_fields)]
pub enum TodoKind {
    /// A declaration came in for a year in which no pay day is known: was one paid, or is it void?
    DeclarationWithoutPay {
        /// The declaration's tax year.
        tax_year: i16,
    },
    /// The person whose family this is cannot be found.
    FamilyOfNobody,
    /// Neither a payment nor a contract is known: is the number needed?
    NoPaymentKnown,
    /// No payment for a calendar year: does the contract go on?
    NoPaymentSince {
        /// The last tax year with a payment.
        tax_year: i16,
    },
    /// No relationship of the person needs this bundle.
    NothingNeeds {
        /// The bundle.
        bundle: Bundle,
    },
    /// Was the slip or report of this year filed?
    NotFiled {
        /// The tax year.
        tax_year: i16,
    },
}

impl TodoKind {
    /// The question in Japanese.
    pub fn ja(self) -> String {
        match self {
            Self::DeclarationWithoutPay { tax_year } => format!(
                "{tax_year}年分の申告書を受理していますが、その年の給与支払日が確認できません。最終支払日を登録するか、申告書を無効としてください"
            ),
            Self::FamilyOfNobody => {
                "扶養する従業員が見つかりません。家族関係を確認してください".into()
            }
            Self::NoPaymentKnown => {
                "支払も契約も登録されていません。個人番号が必要か確認してください".into()
            }
            Self::NoPaymentSince { tax_year } => format!(
                "{tax_year}年分の後、1年間支払がありません。契約が続いているか確認してください"
            ),
            Self::NothingNeeds { bundle } => format!(
                "「{}」を必要とする関係がありません。利用目的を確認してください",
                bundle.ja()
            ),
            Self::NotFiled { tax_year } => {
                format!(
                    "{tax_year}年分の提出日が登録されていません。提出済みなら提出日を登録してください"
                )
            }
        }
    }

    /// The question in English.
    pub fn en(self) -> String {
        match self {
            Self::DeclarationWithoutPay { tax_year } => format!(
                "A declaration for {tax_year} came in, but no pay day of that year is known: record the last pay day, or void the declaration"
            ),
            Self::FamilyOfNobody => "The employee whose family this is was not found".into(),
            Self::NoPaymentKnown => {
                "No payment and no contract is recorded: check that the number is needed".into()
            }
            Self::NoPaymentSince { tax_year } => {
                format!("No payment for a year after {tax_year}: check that the contract goes on")
            }
            Self::NothingNeeds { bundle } => {
                format!("No relationship needs \"{}\": check the purposes", bundle.en())
            }
            Self::NotFiled { tax_year } => {
                format!("No filing is recorded for {tax_year}: record its date once it is filed")
            }
        }
    }
}

impl Holdings {
    /// The questions to ask on `today`.
    pub fn todo(&self, today: CivilDate) -> impl Iterator<Item = &Todo> {
        self.todos.iter().filter(move |todo| todo.from.is_none_or(|from| from <= today))
    }
}
