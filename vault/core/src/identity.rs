//! Identity verification (本人確認): which documents a method needs, and when they no longer count.
//!
//! Only the kinds of documents are kept, never their images. A number that is not verified is
//! released by no path ([`crate::access::decide`]).
//!
//! Source: 番号法 16条, 同施行令 12条, 同施行規則 1–11条.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::person::PersonKind;
use crate::purpose::{Bundle, Purposes};
use crate::time::CivilDate;

/// How the number and the person were verified. Codes are those of the API.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 法定代理人: the agent's identity and 戸籍謄本 or the like (施行令12条2項, 規則6–10条).
    AgentStatutory,
    /// 任意代理人: the agent's identity and 委任状 (施行令12条2項, 規則6–10条).
    AgentVoluntary,
    /// カード代替電磁的記録 (番号法16条2号).
    CardSubstituteRecord,
    /// 住民票の写し with one photo document (施行令12条1項, 規則1条).
    JuminhyoPlusId,
    /// A number document; the person is evidently the same (規則2条).
    KnownPerson,
    /// 個人番号カード, which shows both (番号法16条1号).
    MnCard,
    /// None here: the employee verified their own family (扶養控除等申告書).
    NotRequiredDependant,
    /// A number document and two documents without a photo (規則1条).
    NumberDocPlusTwoDocs,
    /// IC chip or electronic signature (規則3条).
    OnlineJpki,
    /// The organisation's own file of an earlier verified collection, with a document (規則2条).
    PastRecordPlusId,
    /// Copies by post (規則11条).
    Post,
    /// Recited facts, for people who are registered already (規則2条).
    Telephone,
    /// None here: provided by the previous employer with consent (番号法19条4号).
    #[serde(rename = "transfer_19_4")]
    Transfer194,
    /// 通知カード whose printed data still match (transitional).
    TsuchiCard,
}

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
/// Source: 令和5年法律第48号 附則 and its order, read on a secondary page: law.md §7 [SEC].
pub const CARDS_END: (i16, i8, i8) = (2025, 12, 1);

/// What the handler saw, and when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityCheck {
    /// How it was done.
    pub method: Method,
    /// 番号確認書類.
    #[serde(default)]
    pub number_document: Option<Document>,
    /// 身元確認書類: the person's, or the agent's where an agent handed the number in.
    #[serde(default)]
    pub identity_documents: BTreeSet<Document>,
    /// 代理権確認書類.
    #[serde(default)]
    pub agent_document: Option<Document>,
    /// The day it was done.
    pub verified_on: CivilDate,
}

/// Why a check does not verify; `pointer` says which field.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Unverified {
    /// No document of the kind that proves the agent's authority.
    #[error("the method needs a document that proves the agent's authority")]
    AgentDocument,
    /// A document that had expired by the day of the check.
    #[error("a document named here had expired on that day")]
    Expired(Field),
    /// The day of the check is still to come.
    #[error("the day of the check is in the future")]
    Future,
    /// Too few documents, or none of the right kind, for the person's identity.
    #[error("the method needs other documents for the person's identity")]
    IdentityDocuments,
    /// The method does not fit the person or the purposes.
    #[error("the method does not fit this person and these purposes")]
    Method,
    /// No document that shows the number.
    #[error("the method needs a document that shows the number")]
    NumberDocument,
}

/// A field of [`IdentityCheck`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// `agent_document`.
    AgentDocument,
    /// `identity_documents`.
    IdentityDocuments,
    /// `method`.
    Method,
    /// `number_document`.
    NumberDocument,
    /// `verified_on`.
    VerifiedOn,
}

impl Field {
    /// The field's name, as the last part of a JSON pointer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AgentDocument => "agent_document",
            Self::IdentityDocuments => "identity_documents",
            Self::Method => "method",
            Self::NumberDocument => "number_document",
            Self::VerifiedOn => "verified_on",
        }
    }
}

impl Unverified {
    /// The field that does not do.
    pub const fn field(self) -> Field {
        match self {
            Self::AgentDocument => Field::AgentDocument,
            Self::Expired(field) => field,
            Self::Future => Field::VerifiedOn,
            Self::IdentityDocuments => Field::IdentityDocuments,
            Self::Method => Field::Method,
            Self::NumberDocument => Field::NumberDocument,
        }
    }
}

impl Document {
    /// Whether it shows the number.
    const fn shows_number(self) -> bool {
        matches!(self, Self::Juminhyo | Self::MnCard | Self::NotificationCard)
    }

    /// Whether one is enough for the person's identity.
    const fn has_photo(self) -> bool {
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
    const fn is_one_of_two(self) -> bool {
        matches!(
            self,
            Self::ChildAllowanceCertificate
                | Self::EligibilityCertificate
                | Self::HealthInsuranceCard
                | Self::PensionBook
        )
    }

    fn has_expired(self, on: CivilDate) -> bool {
        self == Self::HealthInsuranceCard && (on.year(), on.month(), on.day()) > CARDS_END
    }
}

impl IdentityCheck {
    /// Whether the check verifies a person of `kinds` for `purposes`, entered on `today`.
    ///
    /// # Errors
    ///
    /// [`Unverified`]: the first rule that is not met, in the order of the fields.
    pub fn verify(
        &self,
        kinds: &[PersonKind],
        purposes: &Purposes,
        today: CivilDate,
    ) -> Result<(), Unverified> {
        if self.verified_on > today {
            return Err(Unverified::Future);
        }
        self.fits(kinds, purposes)?;
        self.fresh()?;
        self.shows_the_number()?;
        self.shows_the_person()?;
        self.shows_the_authority()
    }

    /// 第3号: the spouse declares and the employee is the agent, so nothing but an agent's method does.
    fn fits(&self, kinds: &[PersonKind], purposes: &Purposes) -> Result<(), Unverified> {
        let exempt = self.method == Method::NotRequiredDependant;
        let only_family =
            !kinds.is_empty() && kinds.iter().all(|kind| *kind == PersonKind::Dependant);
        let voluntary = self.method == Method::AgentVoluntary;
        if exempt && !only_family || purposes.contains(Bundle::PensionCat3) && !voluntary {
            return Err(Unverified::Method);
        }
        Ok(())
    }

    fn fresh(&self) -> Result<(), Unverified> {
        let expired = |document: &Document| document.has_expired(self.verified_on);
        if self.number_document.iter().any(expired) {
            Err(Unverified::Expired(Field::NumberDocument))
        } else if self.identity_documents.iter().any(expired) {
            Err(Unverified::Expired(Field::IdentityDocuments))
        } else if self.agent_document.iter().any(expired) {
            Err(Unverified::Expired(Field::AgentDocument))
        } else {
            Ok(())
        }
    }

    fn shows_the_number(&self) -> Result<(), Unverified> {
        let seen = self.number_document;
        let met = match self.method {
            Method::MnCard => seen.is_none_or(|document| document == Document::MnCard),
            Method::JuminhyoPlusId => seen.is_none_or(|document| document == Document::Juminhyo),
            Method::TsuchiCard => {
                seen.is_none_or(|document| document == Document::NotificationCard)
            }
            Method::AgentStatutory
            | Method::AgentVoluntary
            | Method::KnownPerson
            | Method::NumberDocPlusTwoDocs
            | Method::Post => seen.is_some_and(Document::shows_number),
            Method::CardSubstituteRecord
            | Method::NotRequiredDependant
            | Method::OnlineJpki
            | Method::PastRecordPlusId
            | Method::Telephone
            | Method::Transfer194 => seen.is_none_or(Document::shows_number),
        };
        met.then_some(()).ok_or(Unverified::NumberDocument)
    }

    fn shows_the_person(&self) -> Result<(), Unverified> {
        let seen = &self.identity_documents;
        let photo = seen.iter().any(|document| document.has_photo());
        let two = seen.iter().filter(|document| document.is_one_of_two()).count() >= 2;
        let met = match self.method {
            Method::JuminhyoPlusId => photo,
            Method::NumberDocPlusTwoDocs => two,
            Method::AgentStatutory
            | Method::AgentVoluntary
            | Method::PastRecordPlusId
            | Method::Post
            | Method::TsuchiCard => photo || two,
            Method::CardSubstituteRecord
            | Method::KnownPerson
            | Method::MnCard
            | Method::NotRequiredDependant
            | Method::OnlineJpki
            | Method::Telephone
            | Method::Transfer194 => true,
        };
        met.then_some(()).ok_or(Unverified::IdentityDocuments)
    }

    fn shows_the_authority(&self) -> Result<(), Unverified> {
        use Document::{FamilyRegister, GuardianshipCertificate, PowerOfAttorney};
        let met = match self.method {
            Method::AgentStatutory => {
                matches!(self.agent_document, Some(FamilyRegister | GuardianshipCertificate))
            }
            Method::AgentVoluntary => self.agent_document == Some(PowerOfAttorney),
            Method::CardSubstituteRecord
            | Method::JuminhyoPlusId
            | Method::KnownPerson
            | Method::MnCard
            | Method::NotRequiredDependant
            | Method::NumberDocPlusTwoDocs
            | Method::OnlineJpki
            | Method::PastRecordPlusId
            | Method::Post
            | Method::Telephone
            | Method::Transfer194
            | Method::TsuchiCard => true,
        };
        met.then_some(()).ok_or(Unverified::AgentDocument)
    }
}
