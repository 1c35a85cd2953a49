//! Kinds of documents, what each shows, and when it stopped to count.

use serde::{Deserialize, Serialize};

use crate::time::CivilDate;

/// A kind of document that was seen.
///
/// The numbers stand in sealed rows ([`crate::access::Grounds`]) and are never given to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Document {
    /// 児童扶養手当証書.
    ChildAllowanceCertificate = 1,
    /// 身体障害者手帳, 精神障害者保健福祉手帳, 療育手帳 (photo).
    DisabilityCertificate = 2,
    /// 運転免許証 (photo).
    DrivingLicence = 3,
    /// 公的医療保険の資格確認書.
    EligibilityCertificate = 4,
    /// 戸籍謄本.
    FamilyRegister = 5,
    /// 登記事項証明書 of guardianship.
    GuardianshipCertificate = 6,
    /// 健康保険証, which no longer counts ([`CARDS_END`]).
    HealthInsuranceCard = 7,
    /// 住民票の写し with the number.
    Juminhyo = 8,
    /// 個人番号カード (number and photo).
    MnCard = 9,
    /// 通知カード.
    NotificationCard = 10,
    /// 旅券 (photo).
    Passport = 11,
    /// 年金手帳.
    PensionBook = 12,
    /// 委任状.
    PowerOfAttorney = 13,
    /// 在留カード, 特別永住者証明書 (photo).
    ResidenceCard = 14,
}

/// The last day on which a 健康保険証 counted: cards already issued when issuing stopped on
/// 2024-12-02 stayed valid for at most a year, to 2025-12-01.
///
/// Source: 令和5年法律第48号 附則 and its order, from a secondary page (see `docs/legal-map.md`).
pub const CARDS_END: (i16, i8, i8) = (2025, 12, 1);

impl Document {
    /// Every kind of document, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::ChildAllowanceCertificate,
        Self::DisabilityCertificate,
        Self::DrivingLicence,
        Self::EligibilityCertificate,
        Self::FamilyRegister,
        Self::GuardianshipCertificate,
        Self::HealthInsuranceCard,
        Self::Juminhyo,
        Self::MnCard,
        Self::NotificationCard,
        Self::Passport,
        Self::PensionBook,
        Self::PowerOfAttorney,
        Self::ResidenceCard,
    ];

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
