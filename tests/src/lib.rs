//! What the end-to-end tests need: the real server over real HTTP, people who work with it, and
//! throwaway databases.
//!
//! The tests speak HTTP and JSON themselves: a mistake that server and client library share would
//! not be noticed through the library.

#![expect(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "whatever panics here is a test that failed"
)]

pub mod canary;
pub mod http;
pub mod office;
pub mod postgres;
pub mod process;
pub mod site;
pub mod sqlite;
pub mod statement;
pub mod tls;
pub mod vault;

pub use http::{Answer, Caller};
pub use office::{Handler, Office};
pub use site::{Member, Site};
pub use vault::Vault;

/// The `i`-th synthetic personal number: twelve digits with a valid check digit. Never one that was
/// issued on purpose: all begin with 98, an order of magnitude above what tests elsewhere use.
///
/// Source: 行政手続における特定の個人を識別するための番号の利用等に関する法律による特定個人情報の提供等に関する省令 5条.
pub fn number(i: u32) -> String {
    let body = format!("98{:09}", u64::from(i).wrapping_mul(7_919_317) % 1_000_000_000);
    let sum: u32 = body
        .bytes()
        .rev()
        .zip(1_u32..)
        .map(|(digit, n)| u32::from(digit - b'0') * if n <= 6 { n + 1 } else { n - 5 })
        .sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    format!("{body}{check}")
}

#[test]
fn synthetic_numbers_differ_and_have_the_published_check_digit() {
    let all: std::collections::BTreeSet<String> = (0..5_000).map(number).collect();
    assert_eq!(all.len(), 5_000);
    assert!(all.iter().all(|number| number.len() == 12 && number.starts_with("98")));
    for text in all {
        let parsed = azekura_core::number::MyNumber::parse(&text);
        assert!(parsed.is_ok(), "{text}");
    }
}
