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

pub use self::document::{CARDS_END, Document};

mod document;

/// How the number and the person were verified. Codes are those of the API.
///
/// The numbers stand in sealed rows ([`crate::access::Grounds`]) and are never given to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Method {
    /// 法定代理人: the agent's identity and 戸籍謄本 or the like (施行令12条2項, 規則6–10条).
    AgentStatutory = 1,
    /// 任意代理人: the agent's identity and 委任状 (施行令12条2項, 規則6–10条).
    AgentVoluntary = 2,
    /// カード代替電磁的記録 (番号法16条2号).
    CardSubstituteRecord = 3,
    /// 住民票の写し with one photo document (施行令12条1項, 規則1条).
    JuminhyoPlusId = 4,
    /// A number document; the person is evidently the same (規則2条).
    KnownPerson = 5,
    /// 個人番号カード, which shows both (番号法16条1号).
    MnCard = 6,
    /// None here: the employee verified their own family (扶養控除等申告書).
    NotRequiredDependant = 7,
    /// A number document and two documents without a photo (規則1条).
    NumberDocPlusTwoDocs = 8,
    /// IC chip or electronic signature (規則3条).
    OnlineJpki = 9,
    /// The organisation's own file of an earlier verified collection, with a document (規則2条).
    PastRecordPlusId = 10,
    /// Copies by post (規則11条).
    Post = 11,
    /// Recited facts, for people who are registered already (規則2条).
    Telephone = 12,
    /// None here: provided by the previous employer with consent (番号法19条4号).
    #[serde(rename = "transfer_19_4")]
    Transfer194 = 13,
    /// 通知カード whose printed data still match (transitional).
    TsuchiCard = 14,
}

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

impl Method {
    /// Every method, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::AgentStatutory,
        Self::AgentVoluntary,
        Self::CardSubstituteRecord,
        Self::JuminhyoPlusId,
        Self::KnownPerson,
        Self::MnCard,
        Self::NotRequiredDependant,
        Self::NumberDocPlusTwoDocs,
        Self::OnlineJpki,
        Self::PastRecordPlusId,
        Self::Post,
        Self::Telephone,
        Self::Transfer194,
        Self::TsuchiCard,
    ];

    /// Whether it rests on an earlier check of the same person here, so that it cannot be the first.
    ///
    /// Source: 施行規則 2条.
    pub const fn rests_on_an_earlier_check(self) -> bool {
        matches!(self, Self::PastRecordPlusId | Self::Telephone)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::fixture::{bundles, day, mn_card, today};
    use Document as D;
    use Method as M;

    const EMPLOYEE: &[PersonKind] = &[PersonKind::Employee];
    const FAMILY: &[PersonKind] = &[PersonKind::Dependant];

    fn check(
        method: Method,
        number_document: Option<Document>,
        identity_documents: &[Document],
        agent_document: Option<Document>,
    ) -> IdentityCheck {
        let identity_documents = identity_documents.iter().copied().collect();
        let verified_on = day("2026-04-01");
        IdentityCheck { method, number_document, identity_documents, agent_document, verified_on }
    }

    fn verified(check: &IdentityCheck, kinds: &[PersonKind]) -> Result<(), Unverified> {
        check.verify(kinds, &bundles(&[Bundle::Declarations]), today())
    }

    #[test]
    fn each_method_is_met_by_its_documents_and_by_no_less() {
        use Unverified as U;
        let two = [D::EligibilityCertificate, D::PensionBook].as_slice();
        let licence = [D::DrivingLicence].as_slice();
        let letter = Some(D::PowerOfAttorney);
        let cases = [
            (check(M::MnCard, None, &[], None), Ok(())),
            (check(M::MnCard, Some(D::Juminhyo), &[], None), Err(U::NumberDocument)),
            (check(M::CardSubstituteRecord, None, &[], None), Ok(())),
            (check(M::JuminhyoPlusId, None, licence, None), Ok(())),
            (check(M::JuminhyoPlusId, None, two, None), Err(U::IdentityDocuments)),
            (check(M::NumberDocPlusTwoDocs, Some(D::Juminhyo), two, None), Ok(())),
            (check(M::NumberDocPlusTwoDocs, None, two, None), Err(U::NumberDocument)),
            (
                check(M::NumberDocPlusTwoDocs, Some(D::Juminhyo), &[D::PensionBook], None),
                Err(U::IdentityDocuments),
            ),
            (check(M::PastRecordPlusId, None, licence, None), Ok(())),
            (check(M::PastRecordPlusId, None, &[], None), Err(U::IdentityDocuments)),
            (check(M::KnownPerson, Some(D::Juminhyo), &[], None), Ok(())),
            (check(M::KnownPerson, None, &[], None), Err(U::NumberDocument)),
            (check(M::KnownPerson, Some(D::Passport), &[], None), Err(U::NumberDocument)),
            (check(M::Telephone, None, &[], None), Ok(())),
            (check(M::OnlineJpki, None, &[], None), Ok(())),
            (check(M::Post, Some(D::MnCard), licence, None), Ok(())),
            (check(M::Post, Some(D::MnCard), &[], None), Err(U::IdentityDocuments)),
            (check(M::TsuchiCard, None, licence, None), Ok(())),
            (check(M::TsuchiCard, None, &[], None), Err(U::IdentityDocuments)),
            (check(M::Transfer194, None, &[], None), Ok(())),
            (check(M::AgentVoluntary, Some(D::MnCard), licence, letter), Ok(())),
            (check(M::AgentVoluntary, Some(D::MnCard), licence, None), Err(U::AgentDocument)),
            (check(M::AgentStatutory, Some(D::MnCard), licence, letter), Err(U::AgentDocument)),
            (check(M::AgentStatutory, Some(D::MnCard), licence, Some(D::FamilyRegister)), Ok(())),
        ];
        for (check, expected) in cases {
            assert_eq!(verified(&check, EMPLOYEE), expected, "{check:?}");
        }
    }

    #[test]
    fn the_exemption_is_for_family_on_the_declaration_only() {
        let exempt = check(M::NotRequiredDependant, None, &[], None);
        assert_eq!(verified(&exempt, FAMILY), Ok(()));
        assert_eq!(verified(&exempt, EMPLOYEE), Err(Unverified::Method));
        let both = [PersonKind::Dependant, PersonKind::Employee];
        assert_eq!(verified(&exempt, &both), Err(Unverified::Method));
        assert_eq!(verified(&exempt, &[]), Err(Unverified::Method));
    }

    #[test]
    fn category_three_needs_the_agents_letter() {
        let cat3 = bundles(&[Bundle::Declarations, Bundle::PensionCat3]);
        let licence = [D::DrivingLicence].as_slice();
        let letter = Some(D::PowerOfAttorney);
        let by_agent = check(M::AgentVoluntary, Some(D::MnCard), licence, letter);
        assert_eq!(by_agent.verify(FAMILY, &cat3, today()), Ok(()));
        for method in [M::NotRequiredDependant, M::MnCard, M::AgentStatutory] {
            let other = check(method, Some(D::MnCard), licence, letter);
            assert_eq!(other.verify(FAMILY, &cat3, today()), Err(Unverified::Method));
        }
    }

    #[test]
    fn a_health_insurance_card_counts_to_its_last_day_and_not_after() {
        let two = [D::HealthInsuranceCard, D::PensionBook].as_slice();
        let mut check = check(M::NumberDocPlusTwoDocs, Some(D::Juminhyo), two, None);
        check.verified_on = day("2025-12-01");
        assert_eq!(verified(&check, EMPLOYEE), Ok(()));
        check.verified_on = day("2025-12-02");
        let expired = Unverified::Expired(Field::IdentityDocuments);
        assert_eq!(verified(&check, EMPLOYEE), Err(expired));
        assert_eq!(expired.field().name(), "identity_documents");
    }

    #[test]
    fn a_check_still_to_come_is_none() {
        let mut check = mn_card();
        check.verified_on = today();
        assert_eq!(verified(&check, EMPLOYEE), Ok(()));
        check.verified_on = today().plus_days(1);
        assert_eq!(verified(&check, EMPLOYEE), Err(Unverified::Future));
        assert_eq!(Unverified::Future.field().name(), "verified_on");
    }

    #[test]
    fn a_first_check_is_neither_by_telephone_nor_from_the_own_file() {
        let later = [M::PastRecordPlusId, M::Telephone];
        for method in [M::MnCard, M::KnownPerson, M::Post, later[0], later[1]] {
            assert_eq!(method.rests_on_an_earlier_check(), later.contains(&method), "{method:?}");
        }
    }

    #[test]
    fn codes_are_those_of_the_api() {
        let read = |text: &str| serde_json::from_str::<IdentityCheck>(text);
        let plain = read(r#"{"method":"transfer_19_4","verified_on":"2026-04-01"}"#).unwrap();
        assert_eq!(plain.method, M::Transfer194);
        assert!(read(r#"{"method":"mn_card","verified_on":"2026-04-01","image":"x"}"#).is_err());
        assert!(read(r#"{"method":"looked_fine","verified_on":"2026-04-01"}"#).is_err());
    }
}
