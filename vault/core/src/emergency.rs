//! Break-glass: two recovery shares appoint administrators when fewer than two can act.
//!
//! It invites and nothing else: it opens no number, and an organisation's manager still confirms
//! whoever is to handle one. Its tokens end after a day, it is in the log, and the next one waits
//! until an auditor or manager has reviewed it.
//!
//! Source: `access.md` 5.6.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{EmergencyId, UserId};
use crate::time::Timestamp;

/// How many administrators a vault needs to act.
pub const ADMINISTRATORS: usize = 2;

/// One use of the recovery shares, and what became of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// Names it.
    pub id: EmergencyId,
    /// When the shares were used.
    pub opened_at: Timestamp,
    /// Until when its tokens are good.
    pub expires_at: Timestamp,
    /// Which two shares.
    pub shares: [u8; 2],
    /// Why, in the words of those who used them.
    pub reason: String,
    /// Who was given a token.
    pub invited: Vec<UserId>,
    /// Who was said to be unable to act, and is disabled.
    pub displaced: Vec<UserId>,
    /// What somebody else found when they looked at it.
    pub review: Option<Review>,
}

/// A look at what was done with the shares.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Who looked.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What they found.
    pub finding: String,
}

/// Why the shares appoint nobody.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum EmergencyError {
    /// The administrators are there.
    #[error("two administrators can act; they appoint others")]
    EnoughAdministrators,
    /// Somebody who was said to be unable to act is signed in.
    #[error("an administrator who was named as gone has acted within half an hour")]
    NotGone,
    /// So many new people must be named.
    #[error("name {0} new administrators (--administrator)")]
    Names(usize),
    /// The last use waits for its review.
    #[error("the last use of the shares is not reviewed yet; an auditor or manager does that")]
    NotReviewed,
    /// Nobody of that id operates the vault.
    #[error("one of those named as gone is no administrator")]
    UnknownAdministrator,
}

impl EmergencyError {
    /// The constant by which the log names it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EnoughAdministrators => "enough-administrators",
            Self::Names(_) => "names",
            Self::NotGone => "not-gone",
            Self::NotReviewed => "not-reviewed",
            Self::UnknownAdministrator => "unknown-administrator",
        }
    }
}

/// How many are to be appointed where `able` can act.
///
/// # Errors
///
/// [`EmergencyError::EnoughAdministrators`] if it is none.
pub fn vacancies(able: usize) -> Result<usize, EmergencyError> {
    match ADMINISTRATORS.checked_sub(able) {
        None | Some(0) => Err(EmergencyError::EnoughAdministrators),
        Some(vacant) => Ok(vacant),
    }
}

impl Emergency {
    /// Writes down what `by` found; `false` if somebody did before.
    pub fn reviewed(&mut self, by: UserId, at: Timestamp, finding: String) -> bool {
        let first = self.review.is_none();
        if first {
            self.review = Some(Review { by, at, finding });
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn two_who_can_act_are_enough() {
        assert_eq!(vacancies(0), Ok(2));
        assert_eq!(vacancies(1), Ok(1));
        for able in 2..5 {
            assert_eq!(vacancies(able), Err(EmergencyError::EnoughAdministrators));
        }
    }

    #[test]
    fn the_first_review_stands() {
        let at = Timestamp::from_millis(0);
        let mut emergency = Emergency {
            id: Uuid::from_u128(1).into(),
            opened_at: at,
            expires_at: at,
            shares: [1, 2],
            reason: String::from("試験"),
            invited: Vec::new(),
            displaced: Vec::new(),
            review: None,
        };
        let by = |id| UserId::from(Uuid::from_u128(id));
        assert!(emergency.reviewed(by(1), at, String::from("問題なし")));
        assert!(!emergency.reviewed(by(2), at, String::new()));
        assert_eq!(emergency.review.map(|review| review.by), Some(by(1)));
    }
}
