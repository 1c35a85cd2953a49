//! Licences of everything that is built: SPDX expressions against a list of what we accept.

use crate::repository::Graph;

/// Licences under which a dependency may come, each with what it asks of those who pass it on.
const ACCEPTED: [(&str, &str); 8] = [
    ("Apache-2.0", "our own: licence text, notices and changes stated"),
    ("BSD-2-Clause", "notice kept; part of what draws documents"),
    ("BSD-3-Clause", "notice kept, no endorsement; the curve and encoding crates"),
    ("CDLA-Permissive-2.0", "for data: the text goes along; lists of root certificates"),
    ("ISC", "notice kept; parts of the TLS stack"),
    ("MIT", "notice kept"),
    ("Unicode-3.0", "notice kept; tables of characters"),
    ("Zlib", "changes marked; a hash function"),
];

#[test]
fn every_licence_is_one_we_accept() {
    let refused: Vec<String> = expressions(&Graph::load())
        .into_iter()
        .filter(|(_, licence)| !allows(licence, &|id| is_accepted(id)))
        .map(|(name, licence)| format!("{name}: {licence}"))
        .collect();
    assert!(refused.is_empty(), "licences that nobody has accepted yet: {refused:#?}");
}

#[test]
fn no_licence_is_accepted_in_vain() {
    let expressions = expressions(&Graph::load());
    for (accepted, _) in ACCEPTED {
        let others = |id: &str| is_accepted(id) && id != accepted;
        assert!(
            expressions.iter().any(|(_, licence)| !allows(licence, &others)),
            "no dependency needs {accepted} any more; take it off the list",
        );
    }
}

/// Name and licence expression of each package; an expression that is missing is empty.
fn expressions(graph: &Graph) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    graph.packages().map(|package| (text(&package["name"]), text(&package["license"]))).collect()
}

fn is_accepted(id: &str) -> bool {
    ACCEPTED.iter().any(|(accepted, _)| *accepted == id)
}

/// Whether the SPDX expression leaves a choice in which each licence is `accepted`. What cannot be
/// read allows nothing. `/` is the old way to write OR.
///
/// Source: SPDX 2.3, annex D.
fn allows(expression: &str, accepted: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let verdict = any_of(&mut words, accepted);
    verdict == Some(true) && words.is_empty()
}

/// Each level takes its words off the end of the reversed list and answers `None` where the
/// grammar is broken.
fn any_of(words: &mut Vec<&str>, accepted: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut verdict = all_of(words, accepted)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        verdict |= all_of(words, accepted)?;
    }
    Some(verdict)
}

fn all_of(words: &mut Vec<&str>, accepted: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut verdict = one(words, accepted)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        verdict &= one(words, accepted)?;
    }
    Some(verdict)
}

fn one(words: &mut Vec<&str>, accepted: &dyn Fn(&str) -> bool) -> Option<bool> {
    match words.pop()? {
        "(" => {
            let verdict = any_of(words, accepted)?;
            (words.pop()? == ")").then_some(verdict)
        }
        ")" | "AND" | "OR" | "WITH" => None,
        id if words.pop_if(|word| *word == "WITH").is_some() => {
            Some(accepted(&format!("{id} WITH {}", words.pop()?)))
        }
        id => Some(accepted(id)),
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_reads_them() {
    let accepted = |id: &str| ["A", "B", "C WITH e"].contains(&id);
    for good in ["A", "X OR A", "A AND B", "X AND Y OR A", "(X OR A) AND B", "X/A", "C WITH e"] {
        assert!(allows(good, &accepted), "{good}");
    }
    for bad in [
        "",
        "X",
        "A AND X",
        "A AND (X OR Y)",
        "C",
        "C WITH f",
        "A WITH e",
        "A B",
        "A OR",
        "(A",
        "A)",
    ] {
        assert!(!allows(bad, &accepted), "{bad}");
    }
}
