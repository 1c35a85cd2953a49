//! Why a call gave no answer.

use azekura_wire::problem::Problem;
use thiserror::Error;

/// Why a call gave no answer. No variant holds what was sent or a part of an answer.
#[derive(Debug, Error)]
pub enum Error {
    /// The base URL cannot be used.
    #[error("could not use this base URL: it must be https, or http to this machine")]
    Address,
    /// What was given as the authority to trust is no certificate.
    #[error("could not use this authority: it holds no certificate (PEM)")]
    Authority,
    /// The key or session token has characters that no token has.
    #[error("could not send the key or session token: it is not one")]
    Credential,
    /// The vault refused, and says why; [`Problem::code`] is the constant to go by.
    #[error(transparent)]
    Problem(Box<Problem>),
    /// The operating system gave no random bytes for an `Idempotency-Key`.
    #[error("could not draw random bytes")]
    Random(#[from] getrandom::Error),
    /// The vault could not be reached, or the connection broke. Repeats, where they are safe, are
    /// used up.
    #[error("could not reach the vault")]
    Transport(#[source] reqwest::Error),
    /// Something answered that is not this API, or an answer that stopped halfway.
    #[error("could not use the answer (HTTP status {status}): {detail}")]
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// What was wrong with it.
        detail: &'static str,
    },
}

impl Error {
    /// The vault's constant for its refusal, if the vault refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(&problem.code),
            Self::Address
            | Self::Authority
            | Self::Credential
            | Self::Random(_)
            | Self::Transport(_)
            | Self::Unexpected { .. } => None,
        }
    }
}

impl From<reqwest::Error> for Error {
    /// Keeps the cause and drops the address: a query may hold the beginning of a name.
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error.without_url())
    }
}
