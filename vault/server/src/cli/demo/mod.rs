//! The story that `azekura demo` tells: a whole vault at work, driven through its API as another
//! process would, with every answer compared with what it must be.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azekura_core::random::Rng;
use azekura_core::time::Clock;
use secrecy::SecretString;

pub use self::ready::Ready;
pub use self::run::Demo;
pub use self::tell::Teller;

use self::tell::Step;

mod disposal;
mod evidence;
mod expect;
#[cfg(test)]
mod fake;
mod founding;
mod intake;
mod member;
mod ready;
mod roster;
mod run;
mod tell;
#[cfg(test)]
mod tests;
mod uses;
mod wareki;

/// How few and how many people the story can be told with.
pub const PEOPLE: std::ops::RangeInclusive<usize> = 10..=500;

/// What the story needs: a vault that `init` made and `serve` serves, and nothing of its insides.
pub struct Stage {
    /// Where the vault answers.
    pub base_url: String,
    /// The enrolment tokens of the two administrators, as `init` shows them.
    pub tokens: [SecretString; 2],
    /// Where `evidence` and `trust.json` are written.
    pub data_dir: PathBuf,
    /// What an auditor keeps outside the vault; see the trust file in `docs/formats-log.md`.
    pub trust: serde_json::Value,
    /// The time, for one-time codes and for days.
    pub clock: Arc<dyn Clock>,
    /// Where passwords come from.
    pub rng: Arc<dyn Rng>,
    /// How many people get a number, within [`PEOPLE`].
    pub people: usize,
}

/// Tells the story to `out`. `export` writes the whole log to a folder and says how many entries it
/// has, which only the host can do.
///
/// # Errors
///
/// The first answer that differs from what it must be; what was told until then holds.
pub async fn play<W: Write>(
    stage: &Stage,
    out: &mut Teller<W>,
    export: impl AsyncFnOnce(&Path) -> anyhow::Result<u64>,
) -> anyhow::Result<Ready> {
    out.tell(&Step::Begun { version: env!("CARGO_PKG_VERSION"), grace_days: 0 })?;
    let roster = roster::read(roster::BUNDLED)?;
    let cast = founding::found(stage, out).await?;
    let people = intake::enter(stage, &cast, roster, out).await?;
    let unchecked = uses::before_the_check(&cast, &people).await?;
    intake::check(&cast, &people, out).await?;
    uses::read(&cast, &people, &unchecked, out).await?;
    uses::look(&cast, &people, out).await?;
    uses::rehearse(&cast, &people, out).await?;
    let certificate = disposal::delete(&cast, &people, out).await?;
    evidence::write(stage, &cast, &certificate, out, export).await?;
    let ready = Ready::of(stage, cast, people);
    ready.sign_ins(out)?;
    Ok(ready)
}
