//! Checks exported logs and deletion certificates of an Azekura vault, on a machine that has never
//! seen the vault. Written from `docs/formats-log.md` alone: it shares no code with the vault, so
//! that an auditor's tool does not inherit the vault's mistakes.

#![deny(missing_docs)]

pub mod cert;
pub mod entries;
mod json;
mod keys;
pub mod log;
mod merkle;
mod note;
mod proof;
mod report;
mod time;
mod trust;

pub use report::{Finding, Findings};
pub use time::tokyo_minute;
pub use trust::{Trust, TrustError};
