//! Instants and days, in the one form in which the vault writes them.

/// Nine hours in milliseconds: the legal day begins in Tokyo.
const TOKYO_MS: i64 = 9 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Milliseconds since 1970 UTC of `YYYY-MM-DDThh:mm:ss.mmmZ`; `None` for any other form.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let (day, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix('T')?.strip_suffix('Z')?;
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'.', f1, f2, f3] = clock.as_bytes() else {
        return None;
    };
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    let (second, milli) = (number(&[*s1, *s2])?, number(&[*f1, *f2, *f3])?);
    (hour < 24 && minute < 60 && second < 60)
        .then(|| day_number(day).map(|day| day * DAY_MS))?
        .map(|start| start + ((hour * 60 + minute) * 60 + second) * 1_000 + milli)
}

/// Days since 1970-01-01 of `YYYY-MM-DD`; `None` for any other form or a day that is none.
pub(crate) fn day_number(text: &str) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(365 * year + leaps + (153 * month + 2) / 5 + day - 1 - 719_468)
}

/// Days since 1970-01-01 of the calendar day in Tokyo at an instant.
pub(crate) fn tokyo_day(ms: i64) -> i64 {
    (ms + TOKYO_MS).div_euclid(DAY_MS)
}

/// `YYYY-MM-DD hh:mm` in Tokyo.
pub fn tokyo_minute(ms: i64) -> String {
    let minute = (ms + TOKYO_MS).div_euclid(60_000);
    let (day, minute) = (minute.div_euclid(1_440), minute.rem_euclid(1_440));
    // The inverse of `day_number`: eras of 400 years of 146,097 days, from March.
    let days = day + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_count_from_1970() {
        assert_eq!(instant("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(instant("2026-11-21T05:00:00.123Z"), Some(1_795_237_200_123));
        assert_eq!(instant("2000-02-29T23:59:59.999Z"), Some(951_868_799_999));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-11-21T05:00:00Z",
            "2026-11-21 05:00:00.123Z",
            "2026-11-21T24:00:00.000Z",
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-11-21T05:00:00.123+00",
            "２０２６-11-21T05:00:00.123Z",
            "2026-11-00T05:00:00.123Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_minute_in_tokyo_is_the_day_that_it_counts_for() {
        assert_eq!(tokyo_minute(0), "1970-01-01 09:00");
        for text in
            ["2000-02-29T14:59:59.999Z", "2026-12-31T15:00:00.000Z", "2100-03-01T00:00:00.000Z"]
        {
            let ms = instant(text).unwrap();
            let shown = tokyo_minute(ms);
            assert_eq!(day_number(&shown[..10]), Some(tokyo_day(ms)), "{text}");
        }
        assert_eq!(tokyo_minute(instant("2000-02-29T14:59:59.999Z").unwrap()), "2000-02-29 23:59");
    }

    #[test]
    fn the_day_in_tokyo_begins_nine_hours_early() {
        let last = instant("2026-12-31T14:59:59.999Z").unwrap();
        assert_eq!(Some(tokyo_day(last)), day_number("2026-12-31"));
        assert_eq!(Some(tokyo_day(last + 1)), day_number("2027-01-01"));
    }
}
