//! The database: what is kept, how rows are sealed, and the one way to write.
//!
//! Every transaction that writes goes through [`Write`], which holds the head of the log; every
//! row that grants, approves, delays or deletes goes through [`sealed`], which checks its MAC and
//! keeps the sum of its table. No function here decides anything.

#![expect(clippy::disallowed_methods, reason = "`sql!` is the one user of `sqlx::query`")]

use azekura_core::time::Timestamp;
use uuid::Uuid;

mod error;
mod index;
mod migrate;
mod postgres;
mod sql;
mod sqlite;
mod table;
mod writer;

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod authority;
pub mod bulk;
pub mod certificates;
pub mod changes;
pub mod clients;
pub mod emergencies;
pub mod erase;
pub mod head;
pub mod idempotency;
pub mod ledger;
pub mod notices;
pub mod numbers;
pub mod oversight;
pub mod people;
pub mod purges;
pub mod roster;
pub mod sealed;
pub mod sessions;
pub mod tree;
pub mod verify;
pub mod write;

pub use error::{Error, Result};
pub use head::{Head, Seal, Seals};
pub use sealed::{Kept, Reading, Sealed};
pub use sql::{Row, Statement, Store, Tx};
pub use sqlite::Open;
pub use write::{Commit, Write};

/// Where a page begins: after the cursor, or at the beginning.
fn after(cursor: Option<(Timestamp, impl Into<Uuid>)>) -> (i64, Uuid) {
    cursor.map_or((i64::MIN, Uuid::nil()), |(at, id)| (at.as_millis(), id.into()))
}
