//! As much of Rust's grammar as the house rules need: code apart from comments and literals.

/// A source, taken apart.
#[derive(Default)]
pub(crate) struct Source {
    /// The code; a comment or literal in it is replaced by a space, its line ends kept.
    pub(crate) code: String,
    pub(crate) comments: String,
}

impl Source {
    pub(crate) fn parse(text: &str) -> Self {
        let mut source = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (kind, length) = token(rest);
            let (token, after) = rest.split_at(length);
            rest = after;
            if kind == Kind::Code {
                source.code.push_str(token);
                continue;
            }
            source.code.push(' ');
            source.code.extend(token.matches('\n'));
            if kind == Kind::Comment {
                source.comments.push_str(token);
                source.comments.push('\n');
            }
        }
        source
    }

    /// Attributes without their spaces and literals, such as `#[expect(unsafe_code,reason=)]`.
    pub(crate) fn attributes(&self) -> Vec<String> {
        let starts = self.code.match_indices('#').map(|(at, _)| self.code.split_at(at).1);
        starts.filter_map(attribute).collect()
    }

    /// Names and keywords, in order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
    }

    /// Names of the functions that are defined here.
    pub(crate) fn functions(&self) -> Vec<&str> {
        let words: Vec<&str> = self.words().collect();
        words
            .windows(2)
            .filter_map(|pair| match pair {
                ["fn", name] => Some(*name),
                _ => None,
            })
            .collect()
    }

    /// Paths of two or more parts, each as its parts. A whole `use` tree counts as one path, which
    /// is enough to ask whether it leads to a module.
    pub(crate) fn paths(&self) -> Vec<Vec<&str>> {
        let mut paths = Vec::new();
        for statement in self.code.split(';') {
            let (before, tree) = match statement.rsplit_once("use ") {
                Some((before, tree)) if !before.ends_with(is_word) => (before, tree),
                _ => (statement, ""),
            };
            paths.push(tree.split(|c| !is_word(c)).filter(|part| !part.is_empty()).collect());
            let joined = before.split(|c| !is_word(c) && c != ':');
            paths.extend(joined.map(|path| {
                path.split("::").filter(|part| !part.is_empty()).collect::<Vec<&str>>()
            }));
        }
        paths.retain(|path| path.len() > 1);
        paths
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// What `rest` begins with and how many bytes of it that is, at least one.
fn token(rest: &str) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    let (word, after) = rest.split_at(rest.len() - rest.trim_start_matches(is_word).len());
    let literal = match word {
        "" | "b" | "c" => quoted(after).or_else(|| character(after)),
        "br" | "cr" | "r" => raw(after),
        _ => None,
    };
    match literal {
        Some(length) => (Kind::Literal, word.len() + length),
        None if word.is_empty() => (Kind::Code, rest.chars().next().map_or(0, char::len_utf8)),
        None => (Kind::Code, word.len()),
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, pair) in rest.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" if depth <= 1 => return at + 2,
            b"*/" => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

fn quoted(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 2),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Some(rest.len())
}

/// A character literal; what looks like one and is not, is a lifetime.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    let mut inside = body.chars();
    match inside.next()? {
        '\\' => body.get(2..)?.find('\'').map(|end| end + 4),
        c => inside.next().filter(|end| *end == '\'').map(|_| c.len_utf8() + 2),
    }
}

fn raw(rest: &str) -> Option<usize> {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let body = rest.trim_start_matches('#').strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()))
}

fn attribute(rest: &str) -> Option<String> {
    let body = rest.strip_prefix('#')?.trim_start_matches('!');
    let mut depth = 0_usize;
    for (at, c) in body.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => {
                let inside = body.split_at(at + 1).0.split_whitespace().collect::<String>();
                return Some(format!("#{inside}"));
            }
            ']' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn literals_and_comments_are_not_code() {
    let source = Source::parse(
        "// one fn a\nlet a = \"fn b \\\" fn c\"; /* two /* fn d */ fn e */ let q = '\"';\n\
         let r = r#\"fn f \" fn g\"#; let l: &'static str = b\"fn h\"; fn i<'a>(c: char) { '\\'' }",
    );
    assert_eq!(source.functions(), ["i"]);
    assert!(source.comments.contains("one") && source.comments.contains("fn e"));
    assert_eq!(source.code.matches('\n').count(), 2);
}

#[test]
fn attributes_are_found_over_lines() {
    let source =
        Source::parse("#![deny(x)]\n#[expect(\n    y,\n    reason = \"z]\"\n)]\nfn f() {}");
    assert_eq!(source.attributes(), ["#[deny(x)]", "#[expect(y,reason=)]"]);
}

#[test]
fn paths_are_found_in_code_and_in_use_trees() {
    let source = Source::parse("use crate::{a::b, store};\nfn f() { x.c::d(); e::g }");
    assert_eq!(source.paths(), [vec!["crate", "a", "b", "store"], vec!["c", "d"], vec!["e", "g"]]);
}
