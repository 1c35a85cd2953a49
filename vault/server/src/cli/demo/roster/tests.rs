//! What the roster says, and what it says of lines that cannot be used.

use super::*;

const HEADER: &str = "社員番号,氏名,フリガナ,生年月日,区分,続柄,扶養者社員番号,入社年月日,\
                      退職年月日,税区分,短時間,個人番号,本人確認方法,本人確認日,遡及退職年月日\n";

fn bundled() -> Roster {
    read(BUNDLED).unwrap()
}

fn of(lines: &str) -> Roster {
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(lines);
    assert!(!lost);
    read(&[&*encoding_rs::SHIFT_JIS.encode(HEADER).0, &bytes].concat()).unwrap()
}

fn only_fault(line: &str) -> Fault {
    let roster = of(line);
    assert!(roster.people.is_empty());
    assert_eq!(roster.bad.len(), 1);
    roster.bad[0].code
}

#[test]
fn the_bundled_roster_has_fifty_people_one_past_and_two_bad_lines() {
    let roster = bundled();
    let today = CivilDate::new(2026, 11, 21).unwrap();
    let past: Vec<_> = roster.people.iter().filter(|one| one.is_past(today)).collect();
    assert_eq!(roster.people.len(), 51);
    assert_eq!(past.len(), 1);
    assert_eq!(past[0].line.external_ref, "E0009");
    assert_eq!(
        roster.bad,
        [
            BadLine { line: 13, code: Fault::CheckDigit },
            BadLine { line: 31, code: Fault::CorporateNumber },
        ]
    );
}

#[test]
fn the_bundled_roster_is_cp932_with_crlf() {
    assert!(BUNDLED.windows(2).any(|pair| pair == [0xfb, 0xfc]), "髙");
    assert!(BUNDLED.windows(2).any(|pair| pair == [0xfa, 0xb1]), "﨑");
    let line_feeds = BUNDLED.split(|byte| *byte == b'\n').count() - 1;
    let pairs = BUNDLED.windows(2).filter(|pair| pair == b"\r\n").count();
    assert!(pairs > 50 && line_feeds == pairs);
}

#[test]
fn every_kind_of_line_is_there() {
    let people = bundled().people;
    let count = |kind| people.iter().filter(|one| one.line.kind == kind).count();
    assert!(count(PersonKind::Dependant) >= 10 && count(PersonKind::Payee) >= 3);
    let landlords = people.iter().filter(|one| !one.further.is_empty());
    assert_eq!(landlords.filter(|one| one.line.kind == PersonKind::Officer).count(), 2);
    assert!(people.iter().filter(|one| one.line.left_on.is_some()).count() >= 3);
    assert_eq!(people.iter().filter(|one| one.line.left_late.is_some()).count(), 1);
}

#[test]
fn rare_characters_and_half_width_kana_survive() {
    let people = bundled().people;
    assert!(people.iter().any(|one| one.line.name.family == "髙架空"));
    let saki = people.iter().find(|one| one.line.name.family == "架空﨑").unwrap();
    assert_eq!(saki.line.name.family_kana, "カクウサキ");
    assert_eq!(saki.line.name.given_kana, "サクラ");
}

#[test]
fn the_numbers_follow_the_pattern() {
    for person in &bundled().people {
        assert!(person.collected.number.expose().starts_with("99990000"));
    }
    for person in &bundled().of(60).people[51..] {
        assert!(person.collected.number.expose().starts_with("9998000"));
    }
}

#[test]
fn more_or_fewer_people_are_taken() {
    assert_eq!(bundled().of(10).people.len(), 10);
    let more = bundled().of(500).people;
    assert_eq!(more.len(), 500);
    let refs: std::collections::BTreeSet<_> =
        more.iter().map(|one| one.line.external_ref.clone()).collect();
    assert_eq!(refs.len(), 500);
}

#[test]
fn a_bad_line_is_named_by_place_and_code() {
    let line = |field: usize, value: &str| {
        let mut fields = [
            "E1",
            "見本 花子",
            "ﾐﾎﾝ ﾊﾅｺ",
            "",
            "社員",
            "",
            "",
            "",
            "",
            "甲",
            "",
            "123456789018",
            "個人番号カード",
            "R7.1.1",
            "",
        ];
        fields[field] = value;
        fields.join(",")
    };
    assert_eq!(of(&line(0, "E1")).people.len(), 1);
    for (field, value, code) in [
        (0, "", Fault::Missing),
        (1, "見本", Fault::Missing),
        (3, "きのう", Fault::Date),
        (4, "猫", Fault::Kind),
        (4, "家族", Fault::Kind),
        (9, "丙", Fault::Kind),
        (11, "", Fault::Missing),
        (11, "000000000000", Fault::Placeholder),
        (11, "123456789012", Fault::CheckDigit),
        (11, "7123456789012", Fault::CorporateNumber),
        (11, "12345678901", Fault::Shape),
        (12, "見た目", Fault::Identity),
        (13, "", Fault::Identity),
    ] {
        assert_eq!(only_fault(&line(field, value)), code, "{field} {value}");
    }
}

#[test]
fn family_of_nobody_and_a_second_number_are_refused() {
    let spouse = "E1-1,見本 太郎,ﾐﾎﾝ ﾀﾛｳ,,家族,夫,E1,,,,,123456789018,家族申告,R7.1.1,\n";
    assert_eq!(only_fault(spouse), Fault::UnknownFamily);
    let one = "E1,見本 花子,ﾐﾎﾝ ﾊﾅｺ,,社員,,,,,甲,,123456789018,個人番号カード,R7.1.1,\n";
    let roster = of(&[one, one].concat());
    assert_eq!(roster.bad, [BadLine { line: 3, code: Fault::Kind }]);
}

#[test]
fn what_is_no_roster_is_refused_without_a_word_of_it() {
    let error = |bytes: &[u8]| read(bytes).err().map(|error| format!("{error:?}")).unwrap();
    assert!(error(b"\xff123456789018\n").contains("Shift_JIS"));
    assert!(error("氏名,個人番号\n見本,123456789018".as_bytes()).contains("社員番号"));
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("氏名,個人番号\n見本,123456789018\n");
    assert!(error(&bytes).contains("社員番号") && !error(&bytes).contains("1234"));
    let ragged = format!("{HEADER}E1,123456789018\n");
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&ragged);
    assert!(!error(&bytes).contains("1234"));
}
