//! Folding of search keys, so that ﾔﾏﾀﾞ, やまだ and ヤマダ find the same person.

/// `text` as a search key: wide ASCII narrow and lower case, half-width kana full, hiragana as
/// katakana, the marks ゛ ゜ joined to their letter, spaces and middle dots gone.
///
/// Nothing else is folded: no NFKC, which would turn ㍿ or ① into other text, and no variants of
/// kanji (髙 stays 髙), because two people may differ by just that.
pub fn fold(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_gap(*letter)) {
        match letter {
            'ﾞ' | '゛' | '\u{3099}' => mark(&mut key, voiced, 'ﾞ'),
            'ﾟ' | '゜' | '\u{309a}' => mark(&mut key, half_voiced, 'ﾟ'),
            _ => key.extend(plain(letter).to_lowercase()),
        }
    }
    key
}

const HALF: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

fn is_gap(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '・' | '･')
}

fn plain(letter: char) -> char {
    match letter {
        '！'..='～' => shifted(letter, -0xfee0),
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(letter, 0x60),
        'ｦ'..='ﾝ' => {
            let at = u32::from(letter).abs_diff(u32::from('ｦ'));
            usize::try_from(at).ok().and_then(|at| HALF.chars().nth(at)).unwrap_or(letter)
        }
        _ => letter,
    }
}

fn shifted(letter: char, by: i32) -> char {
    u32::from(letter).checked_add_signed(by).and_then(char::from_u32).unwrap_or(letter)
}

fn mark(key: &mut String, join: fn(char) -> Option<char>, alone: char) {
    match key.chars().last().and_then(join) {
        Some(joined) => {
            key.pop();
            key.push(joined);
        }
        None => key.push(alone),
    }
}

fn voiced(letter: char) -> Option<char> {
    match letter {
        'ウ' => Some('ヴ'),
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ'
        | 'ツ' | 'テ' | 'ト' | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' => Some(shifted(letter, 1)),
        _ => None,
    }
}

fn half_voiced(letter: char) -> Option<char> {
    matches!(letter, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ').then(|| shifted(letter, 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ways_to_write_a_kana_name_fold_to_one() {
        for text in ["カクウ タロウ", "かくう　たろう", "ｶｸｳ ﾀﾛｳ", "カクウ・タロウ"]
        {
            assert_eq!(fold(text), "カクウタロウ", "{text}");
        }
        for text in ["ヤマダ", "ﾔﾏﾀﾞ", "やまた\u{3099}", "やまだ"] {
            assert_eq!(fold(text), "ヤマダ", "{text}");
        }
        assert_eq!(fold("ﾎﾟｰﾙ"), "ポール");
        assert_eq!(fold("ｳﾞｨｵﾗ"), "ヴィオラ");
    }

    #[test]
    fn wide_letters_and_digits_become_narrow_and_small() {
        assert_eq!(fold("Ｅ－１２３ａ"), "e-123a");
    }

    #[test]
    fn kanji_that_look_alike_stay_apart() {
        assert_eq!(fold("髙﨑"), "髙﨑");
        assert_ne!(fold("髙橋"), fold("高橋"));
        assert_eq!(fold("㍿①"), "㍿①");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,24}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn kana_and_its_half_width_form_agree(text in "[ｦ-ﾟ]{0,12}", space in "[ 　]{0,2}") {
            prop_assert_eq!(fold(&format!("{text}{space}")), fold(&text));
        }
    }
}
