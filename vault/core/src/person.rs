//! The human whose number is kept (対象者), why it is kept, and where their number stands.
//!
//! A [`Person`] is the aggregate that is sealed as one row: with its derived [`Holdings`] a read is
//! decided from that row alone. Names and birth date are [`Personal`], sealed under another key.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::id::{
    CertificateId, ChangeId, NoticeId, OrganisationId, PersonId, PurgeId, RelationshipId, SlotId,
};
use crate::identity::IdentityCheck;
use crate::purpose::Purposes;
use crate::retention::{Fact, Holdings};
use crate::time::{CivilDate, Timestamp};

pub use self::fold::fold;
pub use self::status::NumberStatus;

mod fold;
mod status;

/// Why a number is held (関係の種類). One human may stand in several relationships.
///
/// The numbers stand in sealed rows ([`crate::access::Grounds`]) and are never given to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum PersonKind {
    /// 家族: spouse, child or other family of an employee or officer.
    Dependant = 1,
    /// 従業員.
    Employee = 2,
    /// 死亡退職金等の受給者: who receives a dead employee's benefit.
    Heir = 3,
    /// 不動産の貸主.
    Landlord = 4,
    /// 役員.
    Officer = 5,
    /// 個人支払先: fees, a sale of property, brokerage, bonds.
    Payee = 6,
    /// 個人事業主: the payer's own number.
    Proprietor = 7,
    /// 株主.
    Shareholder = 8,
}

/// Which column of the withholding table applies to an employee's pay.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxColumn {
    /// 甲欄: a declaration of dependants was handed in here.
    Kou,
    /// 乙欄: the declaration went to another employer.
    Otsu,
}

/// Why the organisation holds the person's number (関係).
///
/// When a relationship ended is not a field: it follows from the recorded facts, so that a date has
/// one author and one place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// Which relationship facts speak of.
    pub id: RelationshipId,
    /// What it is.
    pub kind: PersonKind,
    /// Whose family or heir, for a dependant or heir.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<PersonId>,
    /// 続柄, as the organisation writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// When it began; unknown means it has no known beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_on: Option<CivilDate>,
    /// The tax column of an employee or officer; 甲欄 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_column: Option<TaxColumn>,
    /// Whether the employee works too little to be insured.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub part_time: bool,
}

/// A further key by which other systems know the person (受給者番号, 被保険者整理番号).
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Which system's key it is.
    pub system: String,
    /// The key there.
    pub value: String,
}

/// Name and birth date (氏名・生年月日), wiped on drop; sealed apart from the rest.
///
/// There is no `Debug` or `Clone`: a name in a log line would not compile.
#[derive(Deserialize, Eq, PartialEq, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    /// 姓.
    pub family: String,
    /// 名.
    pub given: String,
    /// 姓のフリガナ.
    pub family_kana: String,
    /// 名のフリガナ.
    pub given_kana: String,
    /// 生年月日. Not wiped: a day without a name points at nobody.
    #[zeroize(skip)]
    pub birth_date: Option<CivilDate>,
}

static_assertions::assert_not_impl_any!(Personal: Clone, core::fmt::Debug, core::fmt::Display);

/// Side states that people set on a record; each stops something until it is lifted by two.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// 提供なし: the person was asked and declined, since this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<CivilDate>,
    /// 誤収集: the number should not have been collected; no use, deletion without grace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misdirected: Option<ChangeId>,
    /// 廃棄保留: no deletion (lawsuit, tax audit); use goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_hold: Option<ChangeId>,
    /// 利用停止中: no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<ChangeId>,
}

/// The number that is in force, with everything a release needs besides the key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Active {
    /// Which version of the number it is.
    pub version: u64,
    /// The bundles the person was told of.
    pub purposes: Purposes,
    /// The notice that told them.
    pub notice: NoticeId,
    /// How the person and the number were verified.
    pub identity: IdentityCheck,
    /// When the second person's check made it active.
    pub registered_at: Timestamp,
    /// Where its key lies.
    pub slot: SlotId,
    /// The epoch of the key.
    pub epoch: u32,
    /// A correction that waits for its check; this version stays in force until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<ChangeId>,
    /// The purge that named it, once its targets are confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge: Option<PurgeId>,
}

/// Where the person's number stands.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", deny_unknown_fields)]
pub enum NumberState {
    /// 登録済.
    Active(Box<Active>),
    /// 廃棄済: the key is destroyed.
    Disposed {
        /// When it was destroyed.
        at: Timestamp,
        /// What proves it.
        certificate: CertificateId,
    },
    /// 未提出.
    #[default]
    NotSubmitted,
    /// 点検待ち: entered by one person.
    Pending {
        /// The change that brought it.
        change: ChangeId,
    },
    /// 依頼中: the person was asked for it.
    Requested {
        /// Since when.
        at: Timestamp,
    },
    /// 差戻し: the check failed, or the checker rejected it.
    Returned {
        /// The change that was rejected.
        change: ChangeId,
    },
}

/// The person's number as a whole (個人番号レコード): its state and the versions that are used up.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The highest version ever given out, pending and rejected ones included; 0 before the first.
    pub highest_version: u64,
    /// Where it stands.
    pub state: NumberState,
}

impl Record {
    /// Takes the next version, so that none is ever used twice.
    pub fn take_version(&mut self) -> u64 {
        self.highest_version = self.highest_version.saturating_add(1);
        self.highest_version
    }

    /// The number in force, if there is one.
    pub fn active(&self) -> Option<&Active> {
        match &self.state {
            NumberState::Active(active) => Some(active),
            NumberState::Disposed { .. }
            | NumberState::NotSubmitted
            | NumberState::Pending { .. }
            | NumberState::Requested { .. }
            | NumberState::Returned { .. } => None,
        }
    }
}

/// A human whose number is kept, as one sealed row.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Who it is.
    pub id: PersonId,
    /// Whose record it is; nothing crosses organisations.
    pub org: OrganisationId,
    /// The payroll system's key, unique in the organisation.
    pub external_ref: String,
    /// Further keys.
    pub keys: Vec<Key>,
    /// Why the number is held.
    pub relationships: Vec<Relationship>,
    /// What happened, oldest record first; nothing is ever removed from here.
    pub facts: Vec<Fact>,
    /// Where the number stands.
    pub number: Record,
    /// Side states.
    pub marks: Marks,
    /// What follows from relationships, facts and settings; derived anew when one of them changes.
    pub holdings: Holdings,
    /// Counts the changes of name and birth date, which are sealed under this version.
    pub personal_version: u64,
    /// When the row was made.
    pub created_at: Timestamp,
}

impl Person {
    /// The relationship of this id.
    pub fn relationship(&self, id: RelationshipId) -> Option<&Relationship> {
        self.relationships.iter().find(|relationship| relationship.id == id)
    }

    /// The kinds of relationships the person stands in.
    pub fn kinds(&self) -> Vec<PersonKind> {
        self.relationships.iter().map(|relationship| relationship.kind).collect()
    }

    /// Whether the person stands in a relationship of `kind`.
    pub fn is(&self, kind: PersonKind) -> bool {
        self.relationships.iter().any(|relationship| relationship.kind == kind)
    }
}

impl PersonKind {
    /// Every kind, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::Dependant,
        Self::Employee,
        Self::Heir,
        Self::Landlord,
        Self::Officer,
        Self::Payee,
        Self::Proprietor,
        Self::Shareholder,
    ];

    /// The `snake_case` code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dependant => "dependant",
            Self::Employee => "employee",
            Self::Heir => "heir",
            Self::Landlord => "landlord",
            Self::Officer => "officer",
            Self::Payee => "payee",
            Self::Proprietor => "proprietor",
            Self::Shareholder => "shareholder",
        }
    }

    /// The word of the Japanese screens.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Dependant => "家族",
            Self::Employee => "従業員",
            Self::Heir => "死亡退職金等の受給者",
            Self::Landlord => "不動産の貸主",
            Self::Officer => "役員",
            Self::Payee => "個人支払先",
            Self::Proprietor => "個人事業主",
            Self::Shareholder => "株主",
        }
    }

    /// Whether the relationship is one to another person, whose family or heir it is.
    pub const fn needs_of(self) -> bool {
        matches!(self, Self::Dependant | Self::Heir)
    }

    /// Whether the person is on the payroll.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Employee | Self::Officer)
    }
}

impl core::fmt::Display for PersonKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

/// The text is not the code of a kind of person.
#[derive(Clone, Copy, Debug, Eq, thiserror::Error, PartialEq)]
#[error("could not find a kind of person of this code")]
pub struct UnknownKind;

impl core::str::FromStr for PersonKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.code() == text).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::fixture::{PAYROLL, day, person};

    #[test]
    fn a_person_reads_back_from_the_sealed_row() {
        let mut sealed = person(1).with(PersonKind::Employee, Some("2019-04-01"));
        for registered in [false, true] {
            if registered {
                sealed = sealed.ended("2026-02-28").registered(PAYROLL);
            }
            let row = serde_json::to_vec(&sealed).unwrap();
            assert_eq!(serde_json::from_slice::<Person>(&row).unwrap(), sealed);
        }
    }

    #[test]
    fn the_row_of_an_employee_stays_small_because_each_read_decodes_it() {
        let employee = person(1).with(PersonKind::Employee, Some("2019-04-01")).registered(PAYROLL);
        let row = serde_json::to_vec(&employee).unwrap();
        assert!(row.len() < 2_500, "{} bytes", row.len());
    }

    #[test]
    fn a_row_with_an_unknown_field_is_refused() {
        let mut row = serde_json::to_value(person(1)).unwrap();
        row["nickname"] = "架空".into();
        assert!(serde_json::from_value::<Person>(row).is_err());
        let mut row = serde_json::to_value(person(1).registered(PAYROLL)).unwrap();
        row["number"]["state"]["digits"] = 12.into();
        assert!(serde_json::from_value::<Person>(row).is_err());
    }

    #[test]
    fn a_version_is_never_given_out_twice() {
        let mut record = Record::default();
        assert_eq!(record.take_version(), 1);
        record.state = NumberState::NotSubmitted;
        assert_eq!(record.take_version(), 2);
        assert!(record.active().is_none());
    }

    #[test]
    fn names_read_back_from_their_sealed_blob() {
        let personal = Personal {
            family: "架空".to_owned(),
            given: "太郎".to_owned(),
            family_kana: "カクウ".to_owned(),
            given_kana: "タロウ".to_owned(),
            birth_date: Some(day("1990-01-02")),
        };
        let blob = serde_json::to_vec(&personal).unwrap();
        assert!(serde_json::from_slice::<Personal>(&blob).unwrap() == personal);
    }

    #[test]
    fn every_kind_reads_back_from_its_code() {
        for kind in PersonKind::ALL {
            assert_eq!(kind.code().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        assert_eq!("friend".parse::<PersonKind>(), Err(UnknownKind));
    }
}
