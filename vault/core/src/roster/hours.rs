//! Hours of the week (利用時間帯) in Asia/Tokyo: when a program may call.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::time::{Timestamp, Weekday};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Windows of which one must be open; none at all means at any time.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Hours(BTreeSet<Window>);

/// On some days of the week, from one time of day to before another. A night is two windows.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// On these days.
    pub days: BTreeSet<Weekday>,
    /// From this minute on.
    pub from: TimeOfDay,
    /// To before this one; 24:00 is the end of the day.
    pub until: TimeOfDay,
}

/// A time of day in Tokyo, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TimeOfDay(u16);

/// The text is no time of day, or the window is empty.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read hours of the week")]
pub struct HoursError;

impl Window {
    /// A window on `days` from `from` to before `until`.
    ///
    /// # Errors
    ///
    /// If it would never be open.
    pub fn new(
        days: BTreeSet<Weekday>,
        from: TimeOfDay,
        until: TimeOfDay,
    ) -> Result<Self, HoursError> {
        let some = !days.is_empty() && from < until;
        some.then_some(Self { days, from, until }).ok_or(HoursError)
    }

    fn is_open(&self, day: Weekday, minute: u16) -> bool {
        self.days.contains(&day) && (self.from.0..self.until.0).contains(&minute)
    }
}

impl Hours {
    /// Whether a call at `now` is inside.
    pub fn admit(&self, now: Timestamp) -> bool {
        self.is_open(now.tokyo_date().weekday(), now.tokyo_minute())
    }

    /// Whether every minute of these is one of `wider`.
    pub fn is_within(&self, wider: &Self) -> bool {
        Weekday::ALL.into_iter().all(|day| {
            (0..DAY).all(|minute| !self.is_open(day, minute) || wider.is_open(day, minute))
        })
    }

    /// Each window, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.0.iter()
    }

    fn is_open(&self, day: Weekday, minute: u16) -> bool {
        self.0.is_empty() || self.0.iter().any(|window| window.is_open(day, minute))
    }
}

impl FromIterator<Window> for Hours {
    fn from_iter<I: IntoIterator<Item = Window>>(windows: I) -> Self {
        Self(windows.into_iter().collect())
    }
}

impl FromStr for TimeOfDay {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (hour, minute) = text.split_once(':').ok_or(HoursError)?;
        let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
        let whole = hour * 60 + minute;
        if minute < 60 && whole <= DAY { Ok(Self(whole)) } else { Err(HoursError) }
    }
}

fn two_digits(text: &str) -> Result<u16, HoursError> {
    let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or(HoursError)
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[Weekday], from: &str, until: &str) -> Window {
        let days = days.iter().copied().collect();
        Window::new(days, from.parse().unwrap(), until.parse().unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_call_is_inside_from_the_first_minute_to_before_the_last() {
        let office: Hours =
            [window(&[Weekday::Mon, Weekday::Fri], "08:00", "20:00")].into_iter().collect();
        // 23 November 2026 is a Monday; Tokyo is nine hours ahead.
        for (instant, inside) in [
            ("2026-11-22T22:59:59.999Z", false),
            ("2026-11-22T23:00:00.000Z", true),
            ("2026-11-23T10:59:59.999Z", true),
            ("2026-11-23T11:00:00.000Z", false),
            ("2026-11-24T03:00:00.000Z", false),
            ("2026-11-27T03:00:00.000Z", true),
        ] {
            assert_eq!(office.admit(at(instant)), inside, "{instant}");
        }
        assert!(Hours::default().admit(at("2026-11-24T03:00:00.000Z")));
    }

    #[test]
    fn a_night_is_two_windows_and_ends_at_24() {
        let night: Hours =
            [window(&[Weekday::Sun], "22:00", "24:00"), window(&[Weekday::Mon], "00:00", "05:00")]
                .into_iter()
                .collect();
        assert!(night.admit(at("2026-11-22T14:59:59.999Z")));
        assert!(night.admit(at("2026-11-22T15:00:00.000Z")));
        assert!(!night.admit(at("2026-11-22T20:00:00.000Z")));
    }

    #[test]
    fn hours_are_compared_by_the_minutes_they_hold() {
        let all = Hours::default();
        let whole_week: Hours = [window(&Weekday::ALL, "00:00", "24:00")].into_iter().collect();
        let day: Hours = [window(&[Weekday::Mon], "08:00", "20:00")].into_iter().collect();
        let halves: Hours =
            [window(&[Weekday::Mon], "08:00", "12:00"), window(&[Weekday::Mon], "12:00", "20:00")]
                .into_iter()
                .collect();
        assert!(all.is_within(&whole_week) && whole_week.is_within(&all));
        assert!(day.is_within(&halves) && halves.is_within(&day) && day.is_within(&all));
        assert!(!all.is_within(&day));
        let longer: Hours = [window(&[Weekday::Mon], "08:00", "20:01")].into_iter().collect();
        assert!(!longer.is_within(&day));
    }

    #[test]
    fn only_times_of_day_are_read() {
        for text in ["", "8:00", "08:0", "08:60", "24:01", "25:00", "-1:00", "+8:00", "08:00:00"] {
            assert_eq!(text.parse::<TimeOfDay>(), Err(HoursError), "{text}");
        }
        let (noon, none) = ("12:00".parse().unwrap(), BTreeSet::new());
        assert_eq!(Window::new(none, "08:00".parse().unwrap(), noon), Err(HoursError));
        assert_eq!(Window::new([Weekday::Mon].into(), noon, noon), Err(HoursError));
    }
}
