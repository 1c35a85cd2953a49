//! The vectors of the tests, held against those of `docs/formats.md`.

/// Whether the document shows these characters, in one line or several.
pub(crate) fn is_documented(vector: &str) -> bool {
    let document = include_str!("../../../../docs/formats.md");
    let joined: String = document.split_whitespace().collect();
    joined.contains(vector)
}
