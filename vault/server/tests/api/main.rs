//! The API through its router.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that is surprised fails where it is"
)]

mod access;
mod accounts;
mod clients;
#[path = "../common/mod.rs"]
mod common;
mod deadlines;
mod document;
mod hostile;
mod notices;
mod oauth;
mod oversight;
mod paper;
mod password;
mod recovery_codes;
mod session;
mod sign_in;
mod small;
mod story;
mod training;
mod trips;
