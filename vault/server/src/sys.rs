//! What the process does to itself before any key is in memory.
//!
//! Source: `docs/threat-model.md`, memory hygiene. `unsafe` is not needed: rustix wraps each call.

use std::io;

use azekura_core::audit::event::Boot;
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit};
use tracing_subscriber::filter::EnvFilter;
pub use tracing_subscriber::filter::LevelFilter;

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

/// Sends log lines to standard error, at the level of `AZEKURA_LOG`, or `usual` if it is not set.
/// Statements of the database are never among them.
pub fn trace(usual: LevelFilter) {
    let filter = EnvFilter::builder()
        .with_env_var("AZEKURA_LOG")
        .with_default_directive(usual.into())
        .from_env_lossy();
    // A second call, in tests, finds the first one's subscriber; that is as good.
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .try_init()
        .ok();
}

/// This boot of the machine, and how long it has run: how the log tells a clock that jumped from
/// time that passed.
pub fn boot() -> Boot {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let ms = now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000);
    Boot {
        id: uuid::Uuid::try_parse(id.trim()).unwrap_or_default(),
        ms: u64::try_from(ms).unwrap_or_default(),
    }
}

/// Whether the process runs as root.
pub fn is_root() -> bool {
    process::geteuid().is_root()
}
