//! What the process does to itself before any key is in memory.
//!
//! Source: `docs/threat-model.md`, memory hygiene. `unsafe` is not needed: rustix wraps each call.

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};

/// The process could not be closed against being looked into.
#[derive(Debug, thiserror::Error)]
#[error("could not {what}")]
pub struct HardeningError {
    what: &'static str,
    #[source]
    source: Errno,
}

/// Keeps the memory of this process out of core dumps and out of reach of its own user's other
/// processes, and its new files private.
///
/// # Errors
///
/// If the kernel refuses one of them; nothing secret is in memory yet, so the caller stops.
pub fn harden() -> Result<(), HardeningError> {
    process::umask(Mode::from_raw_mode(0o077));
    process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .map_err(|source| HardeningError { what: "switch core dumps off", source })?;
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|source| HardeningError { what: "refuse to be traced", source })
}

/// Reports where a panic happened and nothing of what it said: a message may quote a value.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

/// Whether the process runs as root.
pub fn is_root() -> bool {
    process::geteuid().is_root()
}
