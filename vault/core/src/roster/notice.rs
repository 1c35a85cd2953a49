//! The purpose notice (利用目的の通知): what people are told their number is for, by version.
//!
//! Source: 個人情報保護法 21条; regulation 001 §4 2.1, 2.2, 003 ch.8 2(10); `practice.md` §1.4.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{NoticeId, OrganisationId};
use crate::person::PersonKind;
use crate::purpose::{Bundle, Purposes};
use crate::time::CivilDate;

/// A version of the purpose notice shown to people at collection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Names the version.
    pub id: NoticeId,
    /// Whose notice it is.
    pub org: OrganisationId,
    /// 1, 2, 3 … within the organisation.
    pub version: u32,
    /// The lines it contains.
    pub bundles: Purposes,
    /// What people were shown, by why their number is held: an employee is told other things than a
    /// landlord.
    pub texts: BTreeMap<PersonKind, String>,
    /// How: `paper`, `intranet`, `mail`, `web`, `work_rules`.
    pub channel: String,
    /// In force from this day on.
    pub from: CivilDate,
}

/// Why a notice tells nobody something, or somebody nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoticeError {
    /// Nobody whom this line concerns has a text.
    Untold(Bundle),
    /// No line concerns people of this kind.
    Unconcerned(PersonKind),
}

impl Notice {
    /// Whether each line reaches somebody and each text belongs to a line.
    ///
    /// # Errors
    ///
    /// The first line or text that does not.
    pub fn check(&self) -> Result<(), NoticeError> {
        let told = |bundle: &Bundle| self.texts.keys().any(|kind| bundle.concerns(*kind));
        if let Some(bundle) = self.bundles.bundles().find(|bundle| !told(bundle)) {
            return Err(NoticeError::Untold(bundle));
        }
        let concerned = |kind: &PersonKind| self.bundles.bundles().any(|one| one.concerns(*kind));
        match self.texts.keys().find(|kind| !concerned(kind)) {
            Some(kind) => Err(NoticeError::Unconcerned(*kind)),
            None => Ok(()),
        }
    }

    /// Whether it is in force on `day` and told a person in the relationships `kinds` of every one of
    /// `purposes`: the line is in it, and its text is one for a relationship that the line concerns.
    pub fn tells(&self, kinds: &[PersonKind], purposes: &Purposes, day: CivilDate) -> bool {
        let of = |bundle: Bundle| {
            kinds.iter().any(|kind| bundle.concerns(*kind) && self.texts.contains_key(kind))
        };
        self.from <= day
            && purposes.is_within(&self.bundles)
            && !purposes.is_empty()
            && purposes.bundles().all(of)
    }

    /// Whether a record that was bound to `bound` by `earlier` may be bound to `purposes` by this
    /// version: what is added is told by a later notice than the one before. Narrowing needs none.
    ///
    /// Source: 個人情報保護法 17条2項, 21条3項; regulation 001 §4 2.1.
    pub fn widens(&self, bound: &Purposes, earlier: &Self, purposes: &Purposes) -> bool {
        purposes.is_within(bound) || self.version > earlier.version
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::new_uuid;
    use crate::time::Timestamp;

    fn notice(version: u32, bundles: &[Bundle], kinds: &[PersonKind]) -> Notice {
        let id = |byte| new_uuid(Timestamp::from_millis(0), [byte; 10]);
        Notice {
            id: id(1).into(),
            org: id(2).into(),
            version,
            bundles: bundles.iter().copied().collect(),
            texts: kinds.iter().map(|kind| (*kind, "見本".to_owned())).collect(),
            channel: "paper".to_owned(),
            from: "2026-04-01".parse().unwrap(),
        }
    }

    fn some(bundles: &[Bundle]) -> Purposes {
        bundles.iter().copied().collect()
    }

    use Bundle::{Declarations, Fees, HealthFamily, PensionCat3, Withholding};
    use PersonKind::{Dependant, Employee, Payee};

    #[test]
    fn every_line_reaches_somebody_and_every_text_belongs_to_a_line() {
        for (bundles, kinds, expected) in [
            (&[Withholding, Fees][..], &[Employee, Payee][..], Ok(())),
            (&[Withholding, Fees], &[Employee], Err(NoticeError::Untold(Fees))),
            (&[Withholding], &[Employee, Payee], Err(NoticeError::Unconcerned(Payee))),
            (&[HealthFamily], &[Employee], Err(NoticeError::Untold(HealthFamily))),
        ] {
            assert_eq!(notice(1, bundles, kinds).check(), expected);
        }
    }

    #[test]
    fn somebody_was_told_what_their_own_text_says_from_its_first_day() {
        let kept = notice(1, &[Declarations, Fees], &[Employee, Payee]);
        let day = |text: &str| text.parse().unwrap();
        assert!(kept.tells(&[Employee], &some(&[Declarations]), day("2026-04-01")));
        assert!(!kept.tells(&[Employee], &some(&[Declarations]), day("2026-03-31")));
        assert!(!kept.tells(&[Employee], &some(&[Fees]), day("2026-04-01")));
        assert!(kept.tells(&[Employee, Payee], &some(&[Declarations, Fees]), day("2026-04-01")));
        assert!(!kept.tells(&[Dependant], &some(&[Declarations]), day("2026-04-01")));
        assert!(!kept.tells(&[Employee], &some(&[]), day("2026-04-01")));
    }

    #[test]
    fn category_three_is_told_by_its_own_line_only() {
        let all = notice(1, Bundle::ALL, PersonKind::ALL);
        for kind in PersonKind::ALL {
            let day = "2026-04-01".parse().unwrap();
            let without: Vec<Bundle> =
                Bundle::ALL.iter().copied().filter(|bundle| *bundle != PensionCat3).collect();
            let silent = notice(1, &without, PersonKind::ALL);
            assert!(!silent.tells(&[*kind], &some(&[PensionCat3]), day), "{kind}");
            let told = all.tells(&[*kind], &some(&[PensionCat3]), day);
            assert_eq!(told, PensionCat3.concerns(*kind), "{kind}");
        }
    }

    #[test]
    fn what_is_added_needs_a_later_notice_and_narrowing_needs_none() {
        let first = notice(1, &[Withholding, Declarations], &[Employee]);
        let second = notice(2, &[Withholding, Declarations], &[Employee]);
        let (narrow, wide) = (some(&[Withholding]), some(&[Withholding, Declarations]));
        assert!(!first.widens(&narrow, &first, &wide));
        assert!(second.widens(&narrow, &first, &wide));
        assert!(first.widens(&wide, &first, &narrow));
    }

    proptest! {
        #[test]
        fn nobody_is_told_more_than_the_notice_says(
            bundles in proptest::sample::subsequence(Bundle::ALL, 1..=Bundle::ALL.len()),
            asked in proptest::sample::subsequence(Bundle::ALL, 1..=3),
            kinds in proptest::sample::subsequence(PersonKind::ALL, 1..=3),
            texts in proptest::sample::subsequence(PersonKind::ALL, 1..=4),
        ) {
            let kept = notice(1, &bundles, &texts);
            if kept.tells(&kinds, &some(&asked), kept.from) {
                prop_assert!(asked.iter().all(|bundle| bundles.contains(bundle)));
                prop_assert!(kinds.iter().any(|kind| texts.contains(kind)));
                let fewer = notice(1, &bundles, &[]);
                prop_assert!(!fewer.tells(&kinds, &some(&asked), kept.from));
            }
        }
    }
}
