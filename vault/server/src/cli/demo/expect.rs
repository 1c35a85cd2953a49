//! Every answer of the vault is compared with what it must be; a difference ends the story.

use std::fmt::Display;

use anyhow::{bail, ensure};
use azekura_client::Error;
use azekura_client::wire::problem::Problem;

/// The answer, if it is what it must be.
///
/// # Errors
///
/// Names `what`, the answer and what was expected: never give it a number.
pub(super) fn must_be<T: Display>(
    what: &str,
    answered: T,
    expected: impl Display,
) -> anyhow::Result<T> {
    let (got, want) = (answered.to_string(), expected.to_string());
    ensure!(got == want, "the vault answered {got:?} where it must answer {want:?}: {what}");
    Ok(answered)
}

/// Like [`must_be`] for what may not be shown.
pub(super) fn must_hold(what: &str, holds: bool) -> anyhow::Result<()> {
    ensure!(holds, "the vault answered something else than it must: {what}");
    Ok(())
}

/// The refusal, if the vault refused with this status and code.
pub(super) fn must_refuse<T>(
    what: &str,
    answer: Result<T, Error>,
    status: u16,
    code: &str,
) -> anyhow::Result<Problem> {
    match answer {
        Err(Error::Problem(problem)) => {
            must_be(what, &problem.code, code)?;
            must_be(what, problem.status, status)?;
            Ok(*problem)
        }
        Err(other) => Err(other.into()),
        Ok(_) => bail!("the vault did what it must refuse with {code:?}: {what}"),
    }
}
