//! Whether bytes are JSON in the one form that is hashed and signed, and what is in it.

/// Deeper nesting than any document of the vault has.
const DEEPEST: u8 = 16;

/// Whether `text` is one JSON value without white space, the keys of each object ascending and
/// unlike, numbers integers, and only `"`, `\` and control characters escaped, in the shortest
/// form.
pub(crate) fn is_canonical(text: &str) -> bool {
    let mut scan = Scan { text, rest: text.as_bytes() };
    scan.value(0).is_some() && scan.rest.is_empty()
}

/// Gives each key of a canonical object to `take`, with the text of its value; `None` if `text` is
/// anything else. What was taken until then is worth nothing.
pub(crate) fn members<'a>(text: &'a str, mut take: impl FnMut(&'a str, &'a str)) -> Option<()> {
    let mut scan = Scan { text, rest: text.as_bytes() };
    scan.object(1, &mut take)?;
    scan.rest.is_empty().then_some(())
}

/// The characters of a string without escapes.
pub(crate) fn plain(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then_some(inner)
}

/// The values of an array, none of which has a comma in it.
pub(crate) fn items(value: &str) -> Option<impl Iterator<Item = &str>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split(',').filter(move |_| !inner.is_empty()))
}

/// The bytes still to be read. Each method reads one thing, or answers `None` if it is not there.
struct Scan<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    fn value(&mut self, depth: u8) -> Option<()> {
        match self.rest.first()? {
            b'{' if depth < DEEPEST => self.object(depth + 1, &mut |_, _| {}),
            b'[' if depth < DEEPEST => self.array(depth + 1),
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.integer(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => None,
        }
    }

    fn object(&mut self, depth: u8, take: &mut impl FnMut(&'a str, &'a str)) -> Option<()> {
        self.byte(b'{')?;
        let mut previous: Option<&str> = None;
        if self.byte(b'}').is_some() {
            return Some(());
        }
        loop {
            let start = self.rest;
            self.string()?;
            let key = plain(self.since(start))?;
            if previous.is_some_and(|previous| previous >= key) {
                return None;
            }
            previous = Some(key);
            self.byte(b':')?;
            let start = self.rest;
            self.value(depth)?;
            take(key, self.since(start));
            if self.byte(b',').is_none() {
                return self.byte(b'}');
            }
        }
    }

    fn array(&mut self, depth: u8) -> Option<()> {
        self.byte(b'[')?;
        if self.byte(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.byte(b',').is_none() {
                return self.byte(b']');
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.byte(b'"')?;
        loop {
            let run = self.rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
            self.rest = self.rest.get(run..)?;
            if self.rest.first() != Some(&b'\\') {
                return self.byte(b'"');
            }
            self.rest = self.rest.get(escape_length(self.rest)?..)?;
        }
    }

    fn integer(&mut self) -> Option<()> {
        let negative = self.byte(b'-').is_some();
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match digits {
            [b'0'] if negative => None,
            [] | [b'0', _, ..] => None,
            _ => Some(()),
        }
    }

    /// The text from `start`, an earlier rest, up to here.
    fn since(&self, start: &[u8]) -> &'a str {
        let (from, to) = (self.text.len() - start.len(), self.text.len() - self.rest.len());
        self.text.get(from..to).unwrap_or_default()
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        self.word(&[byte])
    }
}

/// The length of the escape at the start of `rest`, if it is the shortest for its character.
fn escape_length(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\\', b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'\\', b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => {
            let hex = matches!(low, b'0'..=b'9' | b'a'..=b'f');
            let has_short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
            (hex && !has_short).then_some(6)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_form_is_recognised() {
        for text in [
            r#"{"a":{"b":[1,-2,0,[],{}],"c":null},"b":true,"ba":false}"#,
            r#""髙 \" \\ \b\f\n\r\t\u0000\u001f""#,
            "0",
        ] {
            assert!(is_canonical(text), "{text}");
        }
    }

    #[test]
    fn the_members_of_an_object_are_told_in_their_order() {
        let told = |text| {
            let mut all = Vec::new();
            members(text, |key, value| all.push((key, value))).map(|()| all)
        };
        let text = r#"{"a":"見\"本","b":[1,"x"],"c":{"d":-1}}"#;
        let all = vec![("a", r#""見\"本""#), ("b", r#"[1,"x"]"#), ("c", r#"{"d":-1}"#)];
        assert_eq!(told(text), Some(all));
        assert_eq!((told("1"), told("{} "), told(r#"{"b":1,"a":2}"#)), (None, None, None));
        assert_eq!((plain(r#""見""#), plain(r#""a\n""#), plain("1")), (Some("見"), None, None));
        let split = |text| items(text).map(Iterator::collect::<Vec<_>>);
        assert_eq!(split("[1,2]"), Some(vec!["1", "2"]));
        assert_eq!((split("[]"), split("{}")), (Some(vec![]), None));
    }

    #[test]
    fn every_other_form_is_refused() {
        for text in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "1.0",
            "1e3",
            "{",
            "[1,]",
            "[1 ,2]",
            "{\"a\": 1}",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"\u0061":1}"#,
            r#""\u0061""#,
            r#""\/""#,
            r#""\u000A""#,
            r#""\u000a""#,
            "\"\n\"",
            "tru",
            "\"",
            "nul",
            r#"{"a"}"#,
            "1 2",
        ] {
            assert!(!is_canonical(text), "{text}");
        }
        assert!(!is_canonical(&"[".repeat(100_000)));
    }
}
