//! A ceremony at the terminal. Each secret is shown to one person, once, and wiped from the screen.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::Unlock;
use azekura_core::crypto::phrase;
use azekura_core::crypto::recovery::{SHARES, Share};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Desk, Plan};
use crate::cli::setup::{Secret, bytes};
use crate::cli::unlock;

/// Clears the screen and what can be scrolled back to.
const WIPE: &str = "\x1b[2J\x1b[3J\x1b[H";

/// Tries a person has to type something as it is.
const TRIES: usize = 5;

/// Bytes of a line; a share has 90.
const LINE: u64 = 1024;

/// Somebody who reads a screen and types.
pub(super) trait Person {
    /// Shows text.
    fn show(&mut self, text: &str) -> Result<()>;
    /// What they type, seen as they type it.
    fn line(&mut self, prompt: &str) -> Result<SecretString>;
    /// What they type, unseen.
    fn hidden(&mut self, prompt: &str) -> Result<SecretString>;
}

/// The terminal of this process.
pub(super) struct Tty(File);

/// The people at a terminal.
pub(super) struct Terminal<P> {
    person: P,
    credential: Option<PathBuf>,
}

impl Tty {
    /// The controlling terminal, even if standard output leads elsewhere.
    pub(super) fn open() -> Result<Self> {
        if !std::io::stdin().is_terminal() {
            bail!("a ceremony needs a terminal, or --ceremony with a reviewed ceremony.toml");
        }
        let file = File::options().read(true).write(true).open("/dev/tty");
        file.context("open the terminal").map(Self)
    }
}

impl Person for Tty {
    fn show(&mut self, text: &str) -> Result<()> {
        self.0.write_all(text.as_bytes()).context("write to the terminal")
    }

    fn line(&mut self, prompt: &str) -> Result<SecretString> {
        self.show(prompt)?;
        let mut line = Zeroizing::new(String::with_capacity(256));
        let reader = self.0.try_clone().context("read the terminal")?;
        BufReader::new(reader.take(LINE)).read_line(&mut line).context("read the terminal")?;
        if !line.ends_with('\n') {
            bail!("the ceremony was broken off; nothing was made");
        }
        Ok(SecretString::from(line.trim()))
    }

    fn hidden(&mut self, prompt: &str) -> Result<SecretString> {
        Ok(rpassword::prompt_password(prompt).context("read the passphrase")?.into())
    }
}

impl<P: Person> Terminal<P> {
    /// `credential` is where the unlock credential lies or is to lie; without one a passphrase is
    /// asked for.
    pub(super) fn new(person: P, credential: Option<PathBuf>) -> Self {
        Self { person, credential }
    }

    fn name(&mut self, prompt: &str) -> Result<String> {
        Ok(String::from(self.person.line(prompt)?.expose_secret()))
    }

    /// Shows a secret until its reader says that they have it.
    fn show_once(&mut self, head: &str, secret: &SecretString, foot: &str) -> Result<()> {
        self.person.show(WIPE)?;
        self.person.show(head)?;
        self.person.show("\n\n    ")?;
        self.person.show(secret.expose_secret())?;
        self.person.show("\n\n")?;
        self.person.line(foot)?;
        self.person.show(WIPE)
    }

    fn new_passphrase(&mut self) -> Result<SecretString> {
        for _ in 0..TRIES {
            let ask = "New passphrase (22 characters or seven words; empty: the vault makes one): ";
            let typed = self.person.hidden(ask)?;
            if typed.expose_secret().is_empty() {
                let made = phrase::generate(&bytes());
                let head = "The passphrase of the vault. It is shown this once:";
                self.show_once(head, &made, "Press Enter when it is written down. ")?;
                return Ok(made);
            }
            match phrase::check(&typed) {
                Ok(()) => return Ok(typed),
                Err(weak) => self.person.show(&format!("{weak}\n"))?,
            }
        }
        bail!("no passphrase was chosen; nothing was made")
    }

    fn typed_share(&mut self, prompt: &str) -> Result<Share> {
        for _ in 0..TRIES {
            match Share::parse(&self.person.line(prompt)?) {
                Ok(share) => return Ok(share),
                Err(error) => self.person.show(&format!("{error}; type it again\n"))?,
            }
        }
        bail!("recovery could not be rehearsed; nothing was made")
    }
}

impl<P: Person> Desk for Terminal<P> {
    fn plan(&mut self) -> Result<Plan> {
        self.person.show(INTRODUCTION)?;
        let administrators =
            [self.name("First administrator: ")?, self.name("Second administrator: ")?];
        let mut holders = [const { String::new() }; SHARES];
        for (holder, share) in holders.iter_mut().zip(1..) {
            *holder = self.name(&format!("Holder of share {share}: "))?;
        }
        let plan = Plan { administrators, holders, unlock: Vec::new() };
        let secret = match &self.credential {
            Some(path) => Secret::Credential(unlock::credential_or_new(path)?),
            None => Secret::Passphrase(self.new_passphrase()?),
        };
        Ok(Plan { unlock: vec![secret], ..plan })
    }

    fn hand_out(&mut self, holder: &str, share: &Share) -> Result<()> {
        let index = share.index();
        let ready = format!("{WIPE}Share {index} is for {holder} alone. Press Enter to see it. ");
        self.person.line(&ready)?;
        let head =
            format!("Share {index} of 3, for {holder}. Write it down; it is shown this once:");
        self.show_once(&head, &share.text(), "Press Enter when it is written down. ")
    }

    fn shares_back(&mut self) -> Result<Vec<Share>> {
        self.person.show("Rehearsal of recovery: two of the holders type their shares.\n")?;
        for _ in 0..TRIES {
            let first = self.typed_share("One share: ")?;
            let second = self.typed_share("Another share: ")?;
            self.person.show(WIPE)?;
            if first.index() != second.index() {
                return Ok(vec![first, second]);
            }
            self.person.show("That was the same share twice.\n")?;
        }
        bail!("recovery could not be rehearsed; nothing was made")
    }

    fn secrets_back(&mut self) -> Result<Vec<Unlock>> {
        Ok(vec![match &self.credential {
            Some(path) => Unlock::Credential(unlock::credential(path)?),
            None => Unlock::Passphrase(self.person.hidden("The passphrase once more: ")?),
        }])
    }

    fn give_token(&mut self, name: &str, token: &SecretString) -> Result<()> {
        let ready = format!("{WIPE}A token for {name} alone. Press Enter to see it. ");
        self.person.line(&ready)?;
        let head =
            format!("With this token {name} makes their own credentials, once, within 24 hours:");
        self.show_once(&head, token, "Press Enter when it is written down. ")
    }

    fn tell(&mut self, text: &str) -> Result<()> {
        self.person.show(text)
    }
}

const INTRODUCTION: &str = "\
A new vault. Present should be the two administrators and the three people who keep the recovery
shares; one person may be both. Two shares open the vault if its passphrase or credential is lost,
and appoint administrators if nobody can. Nothing is made until two shares were typed back.

";
