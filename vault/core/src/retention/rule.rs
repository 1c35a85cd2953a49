//! The retention rules R1 to R8: which documents they are for and how many years they last.

use serde::{Deserialize, Serialize};

/// A rule that says how long documents with the number are kept.
///
/// The numbers stand in sealed rows ([`crate::access::Grounds`]) and are never given to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[repr(u8)]
pub enum Rule {
    /// Payroll declarations: 7 years from 11 January after the year of the deadline.
    R1 = 1,
    /// The ledger that lets declarations go without the number: as the last one that relied on it.
    R2 = 2,
    /// 退職所得の受給に関する申告書: as R1; 10 years with a lump sum from a pension plan.
    R3 = 3,
    /// Health and pension insurance: 2 years from the day the matter is finished.
    R4 = 4,
    /// Employment insurance: 4 years from the day the matter is finished.
    R5 = 5,
    /// Slips and reports: no statutory period; 0 to 7 years after filing, as the organisation says.
    R6 = 6,
    /// Workers' accident insurance: 3 years from the day the matter is finished.
    R7 = 7,
    /// Copies of identity documents: none are kept.
    R8 = 8,
}

impl Rule {
    /// Every rule, in order.
    pub const ALL: &'static [Self] =
        &[Self::R1, Self::R2, Self::R3, Self::R4, Self::R5, Self::R6, Self::R7, Self::R8];

    /// The rule's id on certificates and in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
            Self::R6 => "R6",
            Self::R7 => "R7",
            Self::R8 => "R8",
        }
    }

    /// The article or guidance the period rests on.
    pub const fn article(self) -> &'static str {
        match self {
            Self::R1 => "所得税法施行規則76条の3",
            Self::R2 => "所得税法198条、所得税法施行規則76条の2",
            Self::R3 => "所得税法施行規則77条",
            Self::R4 => "健康保険法施行規則34条、厚生年金保険法施行規則28条",
            Self::R5 => "雇用保険法施行規則143条",
            Self::R6 => "番号法20条、ガイドライン第4-3-(3)B",
            Self::R7 => "労働者災害補償保険法施行規則51条",
            Self::R8 => "個人情報保護法22条",
        }
    }

    /// The statutory length in years; 0 where no statute sets one.
    pub const fn years(self) -> u8 {
        match self {
            Self::R1 | Self::R2 | Self::R3 => 7,
            Self::R4 => 2,
            Self::R5 => 4,
            Self::R6 | Self::R8 => 0,
            Self::R7 => 3,
        }
    }

    /// The Japanese name of the documents.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::R1 => "扶養控除等申告書等",
            Self::R2 => "番号記載省略のための帳簿",
            Self::R3 => "退職所得の受給に関する申告書",
            Self::R4 => "健康保険・厚生年金保険に関する書類",
            Self::R5 => "雇用保険の被保険者に関する書類",
            Self::R6 => "源泉徴収票・支払調書",
            Self::R7 => "労災保険に関する書類",
            Self::R8 => "本人確認書類の写し",
        }
    }

    /// The English name of the documents.
    pub const fn en(self) -> &'static str {
        match self {
            Self::R1 => "payroll declarations",
            Self::R2 => "ledger for declarations without the number",
            Self::R3 => "declaration on retirement income",
            Self::R4 => "health and pension insurance documents",
            Self::R5 => "employment insurance documents",
            Self::R6 => "slips and payment reports",
            Self::R7 => "accident insurance documents",
            Self::R8 => "copies of identity documents",
        }
    }
}
