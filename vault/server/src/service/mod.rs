//! The use cases. Each is one function with one write transaction; read and check have two by
//! design. No use case calls another: what they share is here.

pub mod accounts;
pub mod activity;
mod admit;
pub mod appointments;
pub mod attempts;
pub mod audit;
pub mod certificates;
pub mod change;
pub mod check;
pub mod clients;
mod cursor;
pub mod designations;
mod destroy;
pub mod devices;
pub mod duties;
pub mod emergency;
pub mod enrolments;
mod error;
pub mod events;
pub mod execute;
mod grants;
pub mod handling;
mod holdings;
pub mod integrity;
pub mod intents;
pub mod keys;
pub mod ledgers;
pub mod log;
pub mod notices;
pub mod oversight;
pub mod passwords;
pub mod people;
pub mod programs;
pub mod purge;
mod queue;
pub mod read;
pub mod recent;
pub mod recovery_codes;
pub mod refusals;
pub mod release;
pub mod resets;
pub mod rights;
pub mod roster;
mod second;
pub mod sessions;
pub mod sheets;
pub mod sign_in;
pub mod staff;
mod stops;
pub mod submit;
pub mod trainings;
pub mod users;

pub use error::{Error, Fault, Result};

/// One page of a list.
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<String>,
}

/// How many items a page has, and where it begins.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// 1 to 200.
    pub limit: u16,
    /// As the page before gave it.
    pub cursor: Option<String>,
}
