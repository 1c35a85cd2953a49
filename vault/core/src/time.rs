//! Instants and calendar days. Nothing here reads a clock: the time is always an argument.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Milliseconds since 1970-01-01T00:00:00Z; shown and serialised as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

/// A calendar day in Asia/Tokyo, shown as `YYYY-MM-DD`. Retention counts in these days.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CivilDate(Date);

/// A day of the week (曜日), Monday first.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// 月
    Mon,
    /// 火
    Tue,
    /// 水
    Wed,
    /// 木
    Thu,
    /// 金
    Fri,
    /// 土
    Sat,
    /// 日
    Sun,
}

impl Weekday {
    /// The whole week.
    pub const ALL: [Self; 7] =
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
}

/// The text is neither a date (`YYYY-MM-DD`) nor an instant (RFC 3339), as was expected.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read a date")]
pub struct ParseDateError;

/// Where the time comes from; tests pass one they can turn.
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// How long this clock has run, whatever the wall clock is set to meanwhile. A clock that nobody
    /// sets can do without one of its own.
    fn steady(&self) -> Duration {
        Duration::from_millis(self.now().as_millis().unsigned_abs())
    }
}

impl Timestamp {
    /// An instant from milliseconds since 1970 UTC.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `ms` milliseconds later (earlier if negative).
    #[must_use]
    pub const fn plus_millis(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; negative if `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The calendar day in Tokyo at this instant.
    ///
    /// Japan has had no summer time since 1951, so a fixed +09:00 is exact for every instant here.
    pub fn tokyo_date(self) -> CivilDate {
        CivilDate(self.tokyo().date())
    }

    /// The hour of the day in Tokyo, 0 to 23.
    pub fn tokyo_hour(self) -> i8 {
        self.tokyo().hour()
    }

    /// The minute of the day in Tokyo, 0 to 1439.
    pub fn tokyo_minute(self) -> u16 {
        let now = self.tokyo();
        u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs())
    }

    /// The time of the day in Tokyo, as `HH:MM:SS`.
    pub fn tokyo_time(self) -> String {
        self.tokyo().strftime("%H:%M:%S").to_string()
    }

    fn tokyo(self) -> jiff::Zoned {
        self.jiff().to_zoned(TimeZone::fixed(jiff::tz::offset(9)))
    }

    fn jiff(self) -> jiff::Timestamp {
        let clamped = self.0.clamp(-62_135_596_800_000, 253_370_764_800_000);
        jiff::Timestamp::from_millisecond(clamped).expect("clamped to the years 1 to 9998")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

impl FromStr for Timestamp {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let at: jiff::Timestamp = text.parse().map_err(|_| ParseDateError)?;
        Ok(Self(at.as_millisecond()))
    }
}

impl CivilDate {
    /// A day of the calendar.
    ///
    /// # Errors
    ///
    /// If there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, ParseDateError> {
        Date::new(year, month, day).map(Self).map_err(|_| ParseDateError)
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The last day of this month.
    #[must_use]
    pub fn last_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        use jiff::civil::Weekday as Day;
        match self.0.weekday() {
            Day::Monday => Weekday::Mon,
            Day::Tuesday => Weekday::Tue,
            Day::Wednesday => Weekday::Wed,
            Day::Thursday => Weekday::Thu,
            Day::Friday => Weekday::Fri,
            Day::Saturday => Weekday::Sat,
            Day::Sunday => Weekday::Sun,
        }
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self.weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// The day `days` later (earlier if negative); the calendar's edge is not crossed.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        self.plus(days.days())
    }

    /// The day `months` later, or the last day of that month where it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        self.plus(months.months())
    }

    /// Days from `earlier` to this day.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.duration_since(earlier.0).as_hours().try_into().map_or(0, |hours: i32| hours / 24)
    }

    /// The instant at which the day begins in Tokyo.
    pub fn tokyo_start(self) -> Timestamp {
        let start = self.0.at(0, 0, 0, 0).to_zoned(TimeZone::fixed(jiff::tz::offset(9)));
        Timestamp(start.map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond()))
    }

    fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span))
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for CivilDate {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(ParseDateError);
        }
        text.parse().map(Self).map_err(|_| ParseDateError)
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(Timestamp, CivilDate);

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_instant_reads_back_what_it_shows() {
        let at = Timestamp::from_millis(1_795_237_200_123);
        assert_eq!(at.to_string(), "2026-11-21T05:00:00.123Z");
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn tokyo_is_nine_hours_ahead() {
        let last: Timestamp = "2026-12-31T14:59:59.999Z".parse().unwrap();
        assert_eq!(last.tokyo_date(), day("2026-12-31"));
        assert_eq!(last.plus_millis(1).tokyo_date(), day("2027-01-01"));
        assert_eq!(day("2027-01-01").tokyo_start(), last.plus_millis(1));
    }

    #[test]
    fn only_the_ten_character_form_is_a_date() {
        for text in ["2026-2-28", "20260228", "2026-02-30", "2026-02-28T00", "", "２０２６-02-28"]
        {
            assert_eq!(text.parse::<CivilDate>(), Err(ParseDateError), "{text}");
        }
        assert_eq!(day("2026-02-28").to_string(), "2026-02-28");
    }

    #[test]
    fn days_are_counted_across_years() {
        assert_eq!(day("2027-01-01").days_since(day("2026-01-01")), 365);
        assert_eq!(day("2024-02-29").plus_months(48), day("2028-02-29"));
        assert_eq!(day("2024-02-29").plus_months(12), day("2025-02-28"));
    }
}
