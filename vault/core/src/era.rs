//! Days as the Japanese calendar (和暦) writes them, for documents that people read. Nothing is
//! stored so.

use crate::time::CivilDate;

/// The eras by their first day, with the year before their first; the newest first.
///
/// Source: 元号を改める政令 of 1926, 1989 and 2019.
const ERAS: [(&str, (i16, i8, i8), i16); 5] = [
    ("令和", (2019, 5, 1), 2018),
    ("平成", (1989, 1, 8), 1988),
    ("昭和", (1926, 12, 25), 1925),
    ("大正", (1912, 7, 30), 1911),
    ("明治", (1873, 1, 1), 1867),
];

/// 「令和8年11月21日」; the first year of an era is 元年. A day before 1873, when Japan counted days
/// otherwise, is written as the Western calendar has it.
pub fn in_era(day: CivilDate) -> String {
    let (month, of_month) = (day.month(), day.day());
    let begun = |first: &(i16, i8, i8)| *first <= (day.year(), month, of_month);
    let Some((era, _, before)) = ERAS.iter().find(|(_, first, _)| begun(first)) else {
        return format!("{}年{month}月{of_month}日", day.year());
    };
    match day.year() - before {
        1 => format!("{era}元年{month}月{of_month}日"),
        year => format!("{era}{year}年{month}月{of_month}日"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_era_begins_on_its_first_day() {
        for (day, written) in [
            ("2026-11-21", "令和8年11月21日"),
            ("2019-05-01", "令和元年5月1日"),
            ("2019-04-30", "平成31年4月30日"),
            ("1989-01-08", "平成元年1月8日"),
            ("1989-01-07", "昭和64年1月7日"),
            ("1926-12-24", "大正15年12月24日"),
            ("1912-07-29", "明治45年7月29日"),
            ("1868-01-01", "1868年1月1日"),
        ] {
            assert_eq!(in_era(day.parse().unwrap()), written);
        }
    }
}
