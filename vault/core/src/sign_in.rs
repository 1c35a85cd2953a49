//! Guesses at accounts, and the devices from which people signed in before.
//!
//! Source: regulation 001 §5.2 (failures and how long they lock); NIST SP 800-63B-4 3.2.2.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{DeviceId, UserId};
use crate::roster::Rank;
use crate::time::Timestamp;

/// Failures in a row, and the lock they led to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Failed guesses since the last success, password and code together.
    pub failures: u32,
    /// Refused until then.
    pub locked_until: Option<Timestamp>,
}

/// How far a caller is trusted before they prove anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trust {
    /// From a device on which the owner signed in before, or from within their session.
    Known,
    /// From anywhere: what a stranger does here locks strangers out, and not the owner.
    Unknown,
}

/// The guesses at one account, or at the names that nobody has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// The user, or a [shadow](Attempts::shadow) of unknown names; the key of the row.
    pub id: Uuid,
    /// From devices that the owner used before.
    pub known: Counter,
    /// From all others.
    pub unknown: Counter,
}

/// A device (端末) on which somebody signed in with both factors.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Names the device.
    pub id: DeviceId,
    /// Who signed in.
    pub user: UserId,
    /// A keyed MAC of token, user and time of issue, as hexadecimal.
    pub token_mac: String,
    /// When it became known.
    pub issued_at: Timestamp,
}

/// How many failures lock an account, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lockout {
    failures: u32,
    for_ms: i64,
}

impl Lockout {
    /// Administrators and managers: three failures, six hours.
    pub const PRIVILEGED: Self = Self { failures: 3, for_ms: 6 * 3_600_000 };
    /// Everyone else: five failures, one hour.
    pub const GENERAL: Self = Self { failures: 5, for_ms: 3_600_000 };

    /// What holds for an account of this rank.
    pub const fn of(rank: Rank) -> Self {
        match rank {
            Rank::General => Self::GENERAL,
            Rank::Privileged => Self::PRIVILEGED,
        }
    }

    /// Counts one guess before it is looked at, so that parallel guesses get no more than the limit.
    /// `None` while locked: such a guess costs nothing and prolongs nothing.
    #[must_use]
    pub fn attempt(self, counter: Counter, now: Timestamp) -> Option<Counter> {
        let before = match counter.locked_until {
            Some(until) if now < until => return None,
            Some(_) => Counter::default(),
            None => counter,
        };
        let failures = before.failures.saturating_add(1);
        let locked = failures >= self.failures;
        let locked_until = locked.then(|| now.plus_millis(self.for_ms));
        Some(Counter { failures, locked_until })
    }
}

impl Attempts {
    /// The key of the row that counts for unknown names of this number. There are 65,536, so that
    /// strangers cannot fill the database, and so many that they cannot close most of them.
    pub const fn shadow(number: u16) -> Uuid {
        // 0 would be the nil id, from which scans begin.
        Uuid::from_u128(number as u128 + 1)
    }

    /// No guess yet.
    pub fn none(id: Uuid) -> Self {
        Self { id, known: Counter::default(), unknown: Counter::default() }
    }

    /// The counter of a class of callers.
    pub const fn of(&self, trust: Trust) -> Counter {
        match trust {
            Trust::Known => self.known,
            Trust::Unknown => self.unknown,
        }
    }

    /// The same with another counter for one class.
    #[must_use]
    pub const fn with(self, trust: Trust, counter: Counter) -> Self {
        match trust {
            Trust::Known => Self { known: counter, ..self },
            Trust::Unknown => Self { unknown: counter, ..self },
        }
    }
}

impl Device {
    /// Days a device stays known.
    pub const DAYS: i64 = 90;
    /// Devices of one user; the oldest makes place for another.
    pub const AT_MOST: usize = 8;

    /// Whether it is still known at `now`.
    pub const fn is_known(&self, now: Timestamp) -> bool {
        let age = now.millis_since(self.issued_at);
        0 <= age && age < Self::DAYS * 86_400_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_before_it_verifies_and_a_lock_is_not_prolonged() {
        let now = Timestamp::from_millis(0);
        let mut held = Counter::default();
        for left in (0..3).rev() {
            held = Lockout::PRIVILEGED.attempt(held, now).unwrap();
            assert_eq!(held.locked_until.is_some(), left == 0);
        }
        let end = now.plus_millis(6 * 3_600_000);
        assert_eq!(held.locked_until, Some(end));
        assert_eq!(Lockout::PRIVILEGED.attempt(held, end.plus_millis(-1)), None);
        let later = Lockout::PRIVILEGED.attempt(held, end).unwrap();
        assert_eq!(later, Counter { failures: 1, locked_until: None });
    }

    #[test]
    fn strangers_and_known_devices_are_counted_apart() {
        let (now, id) = (Timestamp::from_millis(0), Uuid::nil());
        let mut attempts = Attempts::none(id);
        while let Some(next) = Lockout::GENERAL.attempt(attempts.of(Trust::Unknown), now) {
            attempts = attempts.with(Trust::Unknown, next);
        }
        assert_eq!(attempts.unknown.failures, 5);
        assert_eq!(attempts.of(Trust::Known), Counter::default());
    }

    #[test]
    fn a_device_is_known_for_ninety_days_and_not_before_it_was() {
        let issued_at = Timestamp::from_millis(1_000);
        let device = Device {
            id: Uuid::nil().into(),
            user: Uuid::nil().into(),
            token_mac: String::new(),
            issued_at,
        };
        let end = issued_at.plus_millis(90 * 86_400_000);
        assert!(device.is_known(issued_at) && device.is_known(end.plus_millis(-1)));
        assert!(!device.is_known(end) && !device.is_known(issued_at.plus_millis(-1)));
    }
}
