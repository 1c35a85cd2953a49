//! Kinds of documents, what each shows, and when it stopped to count.

use serde::{Deserialize, Serialize};

use crate::time::CivilDate;

/// A kind of document that was seen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 児童扶養手当証書.
    ChildAllowanceCertificate,
    /// 身体障害者手帳, 精神障害者保健福祉手帳, 療育手帳 (photo).
    DisabilityCertificate,
    /// 運転免許証 (photo).
    DrivingLicence,
    /// 公的医療保険の資格確認書.
    EligibilityCertificate,
    /// 戸籍謄本.
    FamilyRegister,
    /// 登記事項証明書 of guardianship.
    GuardianshipCertificate,
    /// 健康保険証, which no longer counts ([`CARDS_END`]).
    HealthInsuranceCard,
    /// 住民票の写し with the number.
    Juminhyo,
    /// 個人番号カード (number and photo).
    MnCard,
    /// 通知カード.
    NotificationCard,
    /// 旅券 (photo).
    Passport,
    /// 年金手帳.
    PensionBook,
    /// 委任状.
    PowerOfAttorney,
    /// 在留カード, 特別永住者証明書 (photo).
    ResidenceCard,
}

/// The last day on which a 健康保険証 counted: cards already issued when issuing stopped on
/// 2024-12-02 stayed valid for at most a year, to 2025-12-01.
///
/// Source: 令和5年法律第48号 附則 and its order, from a secondary page (see `docs/legal-map.md`).
pub const CARDS_END: (i16, i8, i8) = (2025, 12, 1);

impl Document {
    /// Whether it shows the number.
    pub(super) const fn shows_number(self) -> bool {
        matches!(self, Self::Juminhyo | Self::MnCard | Self::NotificationCard)
    }

    /// Whether one is enough for the person's identity.
    pub(super) const fn has_photo(self) -> bool {
        matches!(
            self,
            Self::DisabilityCertificate
                | Self::DrivingLicence
                | Self::MnCard
                | Self::Passport
                | Self::ResidenceCard
        )
    }

    /// Whether it counts towards two documents without a photo.
    pub(super) const fn is_one_of_two(self) -> bool {
        matches!(
            self,
            Self::ChildAllowanceCertificate
                | Self::EligibilityCertificate
                | Self::HealthInsuranceCard
                | Self::PensionBook
        )
    }

    pub(super) fn has_expired(self, on: CivilDate) -> bool {
        self == Self::HealthInsuranceCard && (on.year(), on.month(), on.day()) > CARDS_END
    }
}
