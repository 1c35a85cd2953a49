//! What a program used up, and how often it was refused: counted in one sealed row each.

use serde::{Deserialize, Serialize};

use super::{Grant, Proved};
use crate::id::ClientId;
use crate::time::{CivilDate, Timestamp};

/// A program that is refused more often than this within a minute is stopped. Source: `access.md` 5.5.
pub const REFUSALS_A_MINUTE: usize = 5;

/// Days whose busiest hour is remembered.
const PEAK_DAYS: usize = 30;

/// So many times the busiest hour of those days is unusual.
const UNUSUAL: u32 = 3;

/// Statements that are not over at one time: one a call, if a program will have it so, and no more.
const MOST_PROVED: usize = 64;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// How much of its quota a program has used up. Windows are Tokyo hours and Tokyo days; they only move
/// forward, so a clock that is turned back gives nothing anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientUse {
    /// Whose use it is; also the key of the row.
    pub client: ClientId,
    /// The hour counted, in hours since 1970 UTC.
    pub hour: i64,
    /// Numbers in that hour.
    pub in_hour: u32,
    /// The day counted.
    pub day: CivilDate,
    /// Numbers on that day.
    pub in_day: u32,
    /// Numbers in the busiest hour of that day.
    pub peak: u32,
    /// The same for each of the 30 days before, the latest first.
    pub peaks: Vec<u32>,
    /// The last day on which unusual volume was reported.
    pub reported: Option<CivilDate>,
    /// Calls refused within a minute, the earliest first.
    pub refused: Vec<Timestamp>,
    /// Statements it proved itself with that are not over: each is good once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proved: Vec<Proved>,
}

impl ClientUse {
    /// No use yet.
    pub fn none(client: ClientId, now: Timestamp) -> Self {
        Self {
            client,
            hour: hour_of(now),
            in_hour: 0,
            day: now.tokyo_date(),
            in_day: 0,
            peak: 0,
            peaks: Vec::new(),
            reported: None,
            refused: Vec::new(),
            proved: Vec::new(),
        }
    }

    /// The use after the program proved itself, or `None` if it did so with this statement before, or
    /// with too many others that are not over.
    #[must_use]
    pub fn plus_proof(&self, proved: Proved, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        next.proved.retain(|known| now < known.until);
        let new = next.proved.iter().all(|known| known.name != proved.name);
        if !new || next.proved.len() >= MOST_PROVED {
            return None;
        }
        next.proved.push(proved);
        Some(next)
    }

    /// The use after `numbers` more at `now`, or `None` if a quota of `grant` would be exceeded.
    #[must_use]
    pub fn plus(&self, grant: &Grant, numbers: u32, now: Timestamp) -> Option<Self> {
        let mut next = self.at(now);
        next.in_hour = next.in_hour.checked_add(numbers)?;
        next.in_day = next.in_day.checked_add(numbers)?;
        next.peak = next.peak.max(next.in_hour);
        let within = next.in_hour <= grant.quota_per_hour && next.in_day <= grant.quota_per_day;
        within.then_some(next)
    }

    /// The use after one more refusal at `now`.
    #[must_use]
    pub fn plus_refusal(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.refused.retain(|at| (0..MINUTE_MS).contains(&now.millis_since(*at)));
        next.refused.push(now);
        // One more than the limit says all there is to say.
        let older = next.refused.len().saturating_sub(REFUSALS_A_MINUTE + 1);
        next.refused.drain(..older);
        next
    }

    /// Whether the last refusal was one too many.
    pub fn refused_too_often(&self) -> bool {
        self.refused.len() > REFUSALS_A_MINUTE
    }

    /// The use after refusals were forgiven: two people let the program go on.
    #[must_use]
    pub fn forgiven(&self) -> Self {
        Self { refused: Vec::new(), ..self.clone() }
    }

    /// Numbers in the busiest hour of the 30 days before; 0 if there was no use.
    pub fn usual(&self) -> u32 {
        self.peaks.iter().copied().max().unwrap_or(0)
    }

    /// Whether the hour is unusually busy and nobody was told on this day. A program that never
    /// read before has no usual volume.
    pub fn is_news(&self) -> bool {
        let usual = self.usual();
        usual > 0 && self.in_hour > usual.saturating_mul(UNUSUAL) && self.reported != Some(self.day)
    }

    /// The use with its volume reported.
    #[must_use]
    pub fn told(self) -> Self {
        Self { reported: Some(self.day), ..self }
    }

    /// The use as it stands at `now`, with the windows that have passed closed.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        let mut next = self.clone();
        let (hour, day) = (hour_of(now), now.tokyo_date());
        if hour > self.hour {
            (next.hour, next.in_hour) = (hour, 0);
        }
        if day > self.day {
            let passed = usize::try_from(day.days_since(self.day)).unwrap_or(0);
            let idle = passed.saturating_sub(1).min(PEAK_DAYS);
            let latest = core::iter::once(self.peak).chain(self.peaks.iter().copied());
            next.peaks = core::iter::repeat_n(0, idle).chain(latest).take(PEAK_DAYS).collect();
            (next.day, next.in_day, next.peak) = (day, 0, 0);
        }
        next
    }
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Scope;
    use crate::roster::{Hours, Networks};
    use uuid::Uuid;

    /// 14:00 in Tokyo.
    const NOW: Timestamp = Timestamp::from_millis(1_795_237_200_000);
    const DAY_MS: i64 = 24 * HOUR_MS;

    fn grant(quota_per_hour: u32, quota_per_day: u32) -> Grant {
        Grant {
            name: String::from("見本"),
            owner: Uuid::from_u128(1).into(),
            scope: Scope::default(),
            operations: core::iter::empty().collect(),
            hours: Hours::default(),
            networks: Networks::default(),
            quota_per_hour,
            quota_per_day,
            until: NOW.tokyo_date(),
        }
    }

    fn none() -> ClientUse {
        ClientUse::none(Uuid::from_u128(2).into(), NOW)
    }

    #[test]
    fn a_quota_is_used_up_exactly_and_renewed_by_the_hour_and_the_day() {
        let grant = grant(10, 15);
        let ten = none().plus(&grant, 10, NOW).unwrap();
        assert_eq!(ten.plus(&grant, 1, NOW), None);
        let later = NOW.plus_millis(HOUR_MS);
        let fifteen = ten.plus(&grant, 5, later).unwrap();
        assert_eq!((fifteen.in_hour, fifteen.in_day), (5, 15));
        assert_eq!(fifteen.plus(&grant, 1, later), None);
        assert!(fifteen.plus(&grant, 10, NOW.plus_millis(DAY_MS)).is_some());
        assert_eq!(none().plus(&grant, u32::MAX, NOW), None);
    }

    #[test]
    fn a_clock_that_is_turned_back_gives_nothing_anew() {
        let grant = grant(10, 10);
        let used = none().plus(&grant, 10, NOW).unwrap();
        for back in [HOUR_MS, DAY_MS, 400 * DAY_MS] {
            assert_eq!(used.plus(&grant, 1, NOW.plus_millis(-back)), None);
        }
    }

    #[test]
    fn the_sixth_refusal_within_a_minute_is_one_too_many() {
        let refused =
            |at: &[i64]| at.iter().fold(none(), |used, ms| used.plus_refusal(NOW.plus_millis(*ms)));
        assert!(!refused(&[0, 1, 2, 3, 4]).refused_too_often());
        assert!(refused(&[0, 1, 2, 3, 4, 59_999]).refused_too_often());
        assert!(!refused(&[0, 1, 2, 3, 4, 60_000]).refused_too_often());
        assert!(!refused(&[0, 1, 2, 3, 4, 5]).forgiven().refused_too_often());
    }

    #[test]
    fn a_statement_is_good_once_and_forgotten_when_it_is_over() {
        let proved = |name: usize| Proved {
            name: name.to_string(),
            until: NOW.plus_millis(i64::try_from(name).unwrap()),
        };
        let first = none().plus_proof(proved(1_000), NOW).unwrap();
        assert_eq!(first.plus_proof(proved(1_000), NOW.plus_millis(999)), None);
        let later = first.plus_proof(proved(2_000), NOW.plus_millis(1_000)).unwrap();
        assert_eq!(later.proved, [proved(2_000)]);
        let full = (1..=MOST_PROVED)
            .fold(none(), |used, name| used.plus_proof(proved(name), NOW).unwrap());
        assert_eq!(full.plus_proof(proved(9_000), NOW), None);
        assert!(full.plus_proof(proved(9_000), NOW.plus_millis(1)).is_some());
    }

    #[test]
    fn three_times_the_busiest_hour_of_thirty_days_is_news_once_a_day() {
        let grant = grant(1_000, 10_000);
        let first = none().plus(&grant, 100, NOW).unwrap();
        assert!(!first.is_news(), "a new program has no usual volume");
        let next_day = NOW.plus_millis(DAY_MS);
        let usual = first.plus(&grant, 300, next_day).unwrap();
        assert_eq!((usual.usual(), usual.is_news()), (100, false));
        let unusual = usual.plus(&grant, 1, next_day).unwrap();
        assert!(unusual.is_news() && !unusual.clone().told().is_news());
        let month = first.at(NOW.plus_millis(30 * DAY_MS));
        assert_eq!((month.usual(), month.peaks.len()), (100, 30));
        assert_eq!(first.at(NOW.plus_millis(31 * DAY_MS)).usual(), 0);
    }
}
