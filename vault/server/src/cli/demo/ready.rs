//! What another program needs to use the vault of the demo: written once the story was told.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use azekura_client::wire::number::SecretText;
use serde::Serialize;
use zeroize::Zeroizing;

use super::Stage;
use super::founding::Cast;
use super::intake::Entered;
use super::tell::{Step, Teller};

/// The content of `--ready-file`. It holds passwords and keys of a vault without real people.
#[derive(Serialize)]
pub struct Ready {
    /// Where the vault answers.
    pub base_url: String,
    /// The tenants.
    pub organisations: Vec<ReadyOrganisation>,
    /// Everybody who signs in.
    pub users: Vec<ReadyUser>,
    /// The programs.
    pub clients: Vec<ReadyClient>,
    /// Everybody whose number is, or was, in the vault.
    pub people: Vec<ReadyPerson>,
}

/// A tenant.
#[derive(Serialize)]
pub struct ReadyOrganisation {
    /// `org_…`
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Somebody who signs in.
#[derive(Serialize)]
pub struct ReadyUser {
    /// `usr_…`
    pub id: String,
    /// What colleagues read.
    pub name: String,
    /// For the sign-in.
    pub login: String,
    /// For the sign-in.
    pub password: SecretText,
    /// Base32, for the one-time codes.
    pub totp_secret: SecretText,
    /// `administrator`, `manager`, `auditor`, `viewer`.
    pub roles: Vec<&'static str>,
    /// `enter`, `check`, `use`, `delete`.
    pub capabilities: Vec<&'static str>,
}

/// A program.
#[derive(Serialize)]
pub struct ReadyClient {
    /// Its name.
    pub name: String,
    /// For `Authorization: Bearer`.
    pub key: SecretText,
    /// The bundles it is granted.
    pub purposes: Vec<&'static str>,
}

/// Somebody whose number is, or was, in the vault.
#[derive(Serialize)]
pub struct ReadyPerson {
    /// `per_…`
    pub id: String,
    /// 社員番号.
    pub external_ref: String,
    /// `employee`, `dependant` …
    pub kind: &'static str,
}

impl Ready {
    pub(super) fn of(stage: &Stage, cast: Cast, people: Vec<Entered>) -> Self {
        let Cast { org, organisation, administrators, payroll, .. } = cast;
        let [first, second] = administrators;
        let members = [first, second, cast.manager, cast.handler, cast.checker];
        let members = members.into_iter().chain([cast.auditor, cast.viewer]);
        let users = members.map(|member| ReadyUser {
            id: member.id,
            name: member.name,
            login: String::from(member.login),
            password: member.password,
            totp_secret: member.totp_secret,
            roles: member.roles.to_vec(),
            capabilities: member.capabilities.to_vec(),
        });
        let people = people.into_iter().map(|person| ReadyPerson {
            id: person.id,
            kind: person.entrant.line.kind.code(),
            external_ref: person.entrant.line.external_ref,
        });
        Self {
            base_url: stage.base_url.clone(),
            organisations: vec![ReadyOrganisation { id: org, name: organisation }],
            users: users.collect(),
            clients: vec![ReadyClient {
                name: payroll.name,
                key: payroll.key,
                purposes: super::founding::BUNDLES.to_vec(),
            }],
            people: people.collect(),
        }
    }

    /// Tells how to sign in.
    pub(super) fn sign_ins<W: Write>(&self, out: &mut Teller<W>) -> io::Result<()> {
        for user in &self.users {
            let ReadyUser { name, login, password, totp_secret, .. } = user;
            out.tell(&Step::SignIn { name, login, password, totp_secret })?;
        }
        Ok(())
    }

    /// Writes the file at once and for its owner only; whoever sees it sees all of it.
    ///
    /// # Errors
    ///
    /// If something of that name is there, or the folder cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let json = Zeroizing::new(serde_json::to_vec(self)?);
        let name = path.file_name().context("could not use this path for the ready file")?;
        let mut part = name.to_os_string();
        part.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(part);
        let written = write_new(&part, &json).and_then(|()| fs::hard_link(&part, path));
        // Without the first step there is nothing to remove.
        drop(fs::remove_file(&part));
        written.context("could not write the ready file")
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
