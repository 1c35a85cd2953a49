//! `recover`: what two recovery shares may do when nobody else can. Never anything with a number.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::{Keyring, Unlock};
use azekura_core::crypto::recovery::Share;
use azekura_core::id::UserId;
use azekura_core::text::FreeText;
use azekura_wire::number::SecretText;
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::ceremony::check_name;
use super::{socket, unlock};
use crate::app::App;
use crate::config::{Config, Options};
use crate::keyfile;
use crate::service::emergency::{self, Ask, Outcome};

/// What two of the three recovery shares may do
#[derive(Subcommand)]
pub(super) enum Recover {
    /// End the lock of an account
    Account(Account),
    /// Appoint administrators when fewer than two can act
    Administrators(Administrators),
}

/// End the lock of an account
#[derive(Args)]
pub(super) struct Account {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    shares: unlock::ShareFiles,
    /// The name it signs in with
    login: String,
}

/// Appoint administrators when fewer than two can act
#[derive(Args)]
pub(super) struct Administrators {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    shares: unlock::ShareFiles,
    /// Why; it stands in the log and waits for a review
    #[arg(long)]
    reason: String,
    /// An administrator who cannot act any more, `usr_…`; the account is closed
    #[arg(long, value_name = "USER")]
    gone: Vec<UserId>,
    /// The name of a new administrator
    #[arg(long, value_name = "NAME")]
    administrator: Vec<String>,
    /// A folder for the tokens, one new file each; without it they are shown at the terminal
    #[arg(long, value_name = "DIR")]
    tokens: Option<PathBuf>,
}

/// What is asked of the vault, with the two shares.
#[derive(Deserialize, Serialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// End a lock.
    Account {
        /// Of this account.
        login: String,
    },
    /// Appoint.
    Administrators {
        /// Who is closed.
        gone: BTreeSet<UserId>,
        /// Who is new.
        names: Vec<String>,
        /// Why.
        reason: String,
    },
}

/// Somebody who was invited, and the token for them alone.
#[derive(Deserialize, Serialize)]
struct Invited {
    user: UserId,
    name: String,
    token: SecretText,
}

impl Recover {
    /// Asks the vault.
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Account(account) => account.run().await,
            Self::Administrators(administrators) => administrators.run().await,
        }
    }
}

impl Account {
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    async fn run(self) -> Result<()> {
        let request = Request::Account { login: self.login };
        println!("{}", *ask(&self.options.load()?, &self.shares, request).await?);
        Ok(())
    }
}

impl Administrators {
    #[expect(clippy::print_stdout, reason = "names and, at a terminal only, the tokens")]
    async fn run(self) -> Result<()> {
        if self.tokens.is_none() && !std::io::stdout().is_terminal() {
            bail!("say where the tokens go (--tokens), or run at a terminal");
        }
        let request = Request::Administrators {
            gone: self.gone.into_iter().collect(),
            names: self.administrator,
            reason: self.reason,
        };
        let answer = ask(&self.options.load()?, &self.shares, request).await?;
        let invited: Vec<Invited> = serde_json::from_str(&answer)?;
        for Invited { user, name, token } in &invited {
            match &self.tokens {
                Some(folder) => {
                    let path = folder.join(user.to_string());
                    keyfile::write_new(&path, token.expose().as_bytes())?;
                    println!("{name}  {user}  token in {}", path.display());
                }
                None => println!("{name}  {user}\n  {}", token.expose()),
            }
        }
        println!("Each token is good once, for 24 hours. An auditor or manager reviews this use.");
        Ok(())
    }
}

async fn ask(
    config: &Config,
    shares: &unlock::ShareFiles,
    request: Request,
) -> Result<Zeroizing<String>> {
    let shares = match shares.texts()? {
        Some(shares) => shares,
        None => [typed("One share: ")?, typed("Another share: ")?],
    };
    socket::recover(config, shares, request).await
}

/// Does what was asked, if the shares open this vault's keyring.
pub(super) async fn perform(
    app: &App,
    shares: &[SecretText; 2],
    request: Request,
) -> Result<String> {
    let recovered = unlock::from_shares(shares)?;
    let pair = recovered.shares();
    let file = app.state.read("keyring")?.context("the keyring is gone")?;
    let opened = Keyring::decode(&file, &Unlock::Shares(recovered))?;
    if opened.keyring.vault != app.keys.vault() {
        bail!("the keyring file is of another vault than the one that runs");
    }
    drop(opened);
    match request {
        Request::Account { login } => {
            if !emergency::unlock(app, pair, &login).await? {
                bail!("no account of that name is locked");
            }
            Ok(String::from("the account is open again"))
        }
        Request::Administrators { gone, names, reason } => {
            names.iter().try_for_each(|name| check_name(name))?;
            if reason.trim().is_empty() {
                bail!("say why (--reason)");
            }
            let reason = FreeText::new(reason);
            let reason = reason.context("a reason of at most 200 characters without a number")?;
            match emergency::appoint(app, pair, Ask { reason, gone, names }).await? {
                Outcome::Invited(invited) => Ok(serde_json::to_string(&shown(invited))?),
                Outcome::Refused(why) => Err(why.into()),
            }
        }
    }
}

fn shown(invited: Vec<(azekura_core::roster::User, SecretString)>) -> Vec<Invited> {
    let one = |(user, token): (azekura_core::roster::User, SecretString)| Invited {
        user: user.id,
        name: user.display_name,
        token: token.expose_secret().into(),
    };
    invited.into_iter().map(one).collect()
}

/// A share as it was typed; what is wrong with it is said at once, where it was typed.
#[expect(clippy::print_stderr, reason = "what was wrong, to whoever is typing")]
fn typed(prompt: &str) -> Result<SecretText> {
    loop {
        let text = unlock::hidden(prompt, "name two files with shares (--share twice)")?;
        match Share::parse(&text) {
            Ok(_) => return Ok(text.expose_secret().into()),
            Err(_) if text.expose_secret().is_empty() => bail!("no share was typed"),
            Err(error) => eprintln!("{error}; type it again"),
        }
    }
}
