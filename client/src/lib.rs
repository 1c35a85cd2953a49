//! The client library of Azekura (校倉), a vault for Japanese personal numbers.
//!
//! ```no_run
//! use azekura_client::wire::reads::{ExternalRef, PersonRef, ReadRequest};
//! use azekura_client::{Client, Error, SecretString};
//!
//! # async fn slips(key: SecretString) -> Result<(), Error> {
//! let client = Client::new("https://vault.example.jp:8443")?.with_key(key);
//! let mut results = client.org("org_0190c5b0f3d97000800000000000abcd").read_each(&ReadRequest {
//!     purpose: "withholding_slip".into(),
//!     period: "2026".into(),
//!     reference: "令和8年分 源泉徴収票".into(),
//!     destination: None,
//!     reason: None,
//!     dry_run: false,
//!     people: vec![PersonRef::External(ExternalRef { external_ref: "E-0001".into() })],
//! }).await?;
//! while let Some(result) = results.next().await? {
//!     if let Some(number) = &result.number {
//!         // Write `number.expose()` where the slip needs it, and let it go.
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! * A [`Client`] belongs to one vault; [`Client::org`] gives the calls of one organisation. Requests
//!   and answers are the types of [`wire`].
//! * Numbers, passwords and keys are [`wire::number`] types: wiped on drop, impossible to print,
//!   compare or clone. What TLS and HTTP buffer on the way is not ours to wipe; a program that wants
//!   that too sets a global allocator that wipes what it frees.
//! * What the vault refuses is [`Error::Problem`], with a stable `code`. A person's own refusal is no
//!   error: it stands in that person's [`wire::reads::ReadResult::denied`].
//! * Every POST but a sign-in carries an `Idempotency-Key`. When the vault cannot be reached or
//!   answers 503 it is sent up to three more times with the same key, so nothing is done twice;
//!   questions are repeated likewise. Updates (`PUT`, `PATCH`) are not.
//!
//! `examples/submit_numbers.rs` and `examples/read_numbers.rs` are complete programs.

#![deny(missing_docs)]

mod accounts;
mod changes;
mod error;
mod ledgers;
mod org;
mod people;
mod programs;
mod purges;
mod reads;
mod roster;
mod training;
mod transport;

pub use azekura_wire as wire;
pub use error::Error;
pub use org::{Org, SettingsOutcome};
pub use programs::GrantOutcome;
pub use reads::Results;
pub use secrecy::SecretString;
pub use transport::Client;

/// Something that may be updated, and the tag by which an update names what it was made from.
#[derive(Clone, Debug)]
pub struct Tagged<T> {
    /// For `If-Match`; the update is refused with 412 if somebody was faster.
    pub etag: String,
    /// As it was read.
    pub value: T,
}
