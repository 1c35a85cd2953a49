//! Dates as payroll systems write them: in the Western calendar or in the Japanese one (和暦).

use azekura_core::person::fold;
use azekura_core::time::CivilDate;

/// The eras that people alive today were born in, by sign and letter, with the year before the
/// first.
const ERAS: [([&str; 2], i16); 5] = [
    (["令和", "r"], 2018),
    (["平成", "h"], 1988),
    (["昭和", "s"], 1925),
    (["大正", "t"], 1911),
    (["明治", "m"], 1867),
];

/// The day a field names: `2019-04-01`, `2019/4/1`, `20190401`, `平成31年4月1日`, `令和元年5月1日`
/// or `H31.4.1`, with narrow or wide digits. `None` for anything else.
///
/// A year beyond the end of its era counts on, because printed forms do: 平成32年 is 2020.
pub(super) fn parse(text: &str) -> Option<CivilDate> {
    let text = fold(text);
    let (base, rest) = era(&text);
    let rest = rest.replace('元', "1");
    let parts: Vec<&str> = match rest.get(..4).zip(rest.get(4..6)).zip(rest.get(6..)) {
        Some(((year, month), day)) if base == 0 && is_compact(&rest) => vec![year, month, day],
        _ => {
            rest.split(['年', '月', '日', '/', '-', '.']).filter(|part| !part.is_empty()).collect()
        }
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let year: i16 = year.parse().ok().filter(|year| *year > 0)?;
    CivilDate::new(base.checked_add(year)?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// What is to be added to the year, and the text after the era.
fn era(text: &str) -> (i16, &str) {
    let found = ERAS.iter().find_map(|(signs, base)| {
        let rest = signs.iter().find_map(|sign| text.strip_prefix(sign));
        rest.map(|rest| (*base, rest))
    });
    found.unwrap_or((0, text))
}

fn is_compact(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> String {
        parse(text).map(|day| day.to_string()).unwrap_or_default()
    }

    #[test]
    fn both_calendars_are_read() {
        for text in
            ["2019-04-01", "2019/4/1", "20190401", "平成31年4月1日", "H31.4.1", "Ｈ３１．４．１"]
        {
            assert_eq!(day(text), "2019-04-01", "{text}");
        }
        assert_eq!(day("令和元年5月1日"), "2019-05-01");
        assert_eq!(day("R8.3.31"), "2026-03-31");
        assert_eq!(day("昭和64年1月7日"), "1989-01-07");
        assert_eq!(day("大正15年12月24日"), "1926-12-24");
        assert_eq!(day("平成３２年　１月　１日"), "2020-01-01");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "平成",
            "令和8年",
            "2026-02-29",
            "2026-13-01",
            "R0.1.1",
            "-1-1-1",
            "1/2/3/4",
            "花子",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in ".{0,12}", dates in "[RHS令和平成元年月日0-9./-]{0,12}") {
            drop((parse(&text), parse(&dates)));
        }
    }
}
