//! The tamper-evident log: entries, the tree over them, signed checkpoints and proofs.
//!
//! The formats are written down in `docs/formats-log.md`.

mod actor;
mod canonical;
pub mod checkpoint;
mod digest;
mod entry;
pub mod event;
pub mod proof;
pub mod tree;

pub use actor::{ActorRef, SessionMark};
pub use canonical::{CanonicalError, to_canonical};
pub use digest::{Digest, ParseDigestError};
pub use entry::{Entry, LeafError, MAX_LEAF};
pub use event::Event;
