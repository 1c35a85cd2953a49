//! `doctor`: what is wrong with this vault, and how to mend it. Changes nothing.

use anyhow::Result;
use azekura_core::roster::{Role, UserState};
use clap::{Args, ValueEnum};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::socket;
use crate::app::App;
use crate::config::Options;
use crate::service::{duties, emergency, integrity};
use crate::store::audit;
use crate::sys;

/// Say what is wrong with this vault
#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    options: Options,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Output {
    Json,
    Text,
}

/// One thing that was looked at.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Finding {
    id: String,
    severity: Severity,
    what: String,
    mend: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Severity {
    Failure,
    Success,
    Warning,
}

impl Doctor {
    /// Prints the findings; the exit code is 1 if one of them is a failure.
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    pub(super) async fn run(self) -> Result<u8> {
        let config = self.options.load()?;
        let found = socket::ask(&config, socket::Request::Doctor {}).await;
        let mut findings: Vec<Finding> = match found {
            Ok(text) => serde_json::from_str(&text)?,
            Err(error) => vec![Finding::new(
                "AZEKURA-D001",
                Err((Severity::Failure, format!("the vault does not open: {error:#}"))),
                "",
                "mend what it says and run doctor again",
            )],
        };
        findings.extend(around());
        match self.output {
            Output::Json => println!("{}", serde_json::to_string_pretty(&findings)?),
            Output::Text => findings.iter().for_each(|finding| println!("{finding}")),
        }
        let failed = findings.iter().any(|finding| finding.severity == Severity::Failure);
        Ok(u8::from(failed))
    }
}

/// What can only be seen with the vault open.
pub(super) async fn within(app: &App) -> Result<Vec<Finding>> {
    Ok(vec![
        tables(app).await?,
        log(app).await?,
        staff(app),
        Finding::demo(app),
        emergencies(app).await?,
    ])
}

async fn tables(app: &App) -> Result<Finding> {
    let names: Vec<_> =
        integrity::find(&mut app.reading().await?, &app.state).await?.into_iter().collect();
    let found = match names.as_slice() {
        [] => Ok(()),
        names => {
            Err((Severity::Failure, format!("changed outside the vault: {}", names.join(", "))))
        }
    };
    let mend = "until it is as the vault left it, it gives nobody anything: put back what was changed \
                (docs/changed-outside.md), then find out who could write to the database";
    Ok(Finding::new("AZEKURA-D002", found, "every table is as the vault left it", mend))
}

async fn log(app: &App) -> Result<Finding> {
    let head = audit::head(&mut app.reading().await?).await?;
    let found = match app.state.anchor()? {
        None => Err((Severity::Warning, String::from("no checkpoint was ever signed"))),
        Some(anchor) if anchor.size > head.size() => Err((
            Severity::Failure,
            format!("{} entries were signed, {} are there", anchor.size, head.size()),
        )),
        Some(anchor)
            if anchor.size == head.size() && anchor.root != HEXLOWER.encode(&head.root()) =>
        {
            Err((Severity::Failure, String::from("the log is not the one that was signed")))
        }
        Some(_) => Ok(()),
    };
    let mend =
        "stop the vault and keep its files; docs/changed-outside.md says what can be put back";
    Ok(Finding::new("AZEKURA-D003", found, "the log is at least what this node signed", mend))
}

/// Uses of the recovery shares that nobody else has looked at.
async fn emergencies(app: &App) -> Result<Finding> {
    let found = match emergency::unreviewed(app).await? {
        0 => Ok(()),
        waiting => Err((
            Severity::Warning,
            format!("{waiting} uses of the recovery shares wait for a review"),
        )),
    };
    let mend = "an auditor or manager reviews them: POST /v1/emergencies/{id}/review";
    Ok(Finding::new("AZEKURA-D009", found, "every use of the recovery shares is reviewed", mend))
}

/// Two administrators, and for each organisation a manager and two handlers.
fn staff(app: &App) -> Finding {
    let (authority, day) = (app.authority(), app.clock.now().tokyo_date());
    let active = |user: &&_| -> bool {
        let user: &azekura_core::roster::User = user;
        user.state == UserState::Active
    };
    let users: Vec<_> = authority.users().map(|kept| &**kept).filter(active).collect();
    let mut missing = Vec::new();
    if users.iter().filter(|user| user.administrator).count() < 2 {
        missing.push(String::from("a second administrator"));
    }
    for org in authority.organisations() {
        let managers = users.iter().filter(|user| {
            duties::roles(&authority, org.id, user.id, day).contains(&Role::Manager)
        });
        let handlers = users
            .iter()
            .filter(|user| !duties::capabilities(&authority, org.id, user.id, day).is_empty());
        if managers.count() < 1 || handlers.count() < 2 {
            missing.push(format!("a manager or a second handler of {}", org.id));
        }
    }
    let found = match missing.as_slice() {
        [] => Ok(()),
        missing => Err((Severity::Warning, format!("missing: {}", missing.join(", ")))),
    };
    let mend = "two people are needed for every act; appoint and designate them";
    Finding::new("AZEKURA-D004", found, "enough people for two-person acts", mend)
}

/// What can be seen from outside the vault.
fn around() -> Vec<Finding> {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let swap = read("/proc/swaps").lines().count() > 1;
    let pipe = read("/proc/sys/kernel/core_pattern").starts_with('|');
    let warn = |wrong, what: &str| {
        if wrong { Err((Severity::Warning, String::from(what))) } else { Ok(()) }
    };
    vec![
        Finding::new(
            "AZEKURA-D005",
            warn(swap, "swap is on"),
            "no swap",
            "keep the service out of it: MemorySwapMax=0 in its unit",
        ),
        Finding::new(
            "AZEKURA-D006",
            warn(pipe, "core dumps are piped to a program"),
            "core dumps are not piped",
            "the vault writes none, but check kernel.core_pattern",
        ),
        Finding::new(
            "AZEKURA-D007",
            warn(sys::is_root(), "this runs as root"),
            "not root",
            "run the vault as its own user",
        ),
    ]
}

impl Finding {
    fn new(
        id: &str,
        found: std::result::Result<(), (Severity, String)>,
        good: &str,
        mend: &str,
    ) -> Self {
        let id = String::from(id);
        match found {
            Ok(()) => Self {
                id,
                severity: Severity::Success,
                what: String::from(good),
                mend: String::new(),
            },
            Err((severity, what)) => Self { id, severity, what, mend: String::from(mend) },
        }
    }

    fn demo(app: &App) -> Self {
        let found = if app.demo {
            Err((Severity::Warning, String::from("made by demo: no grace before a purge")))
        } else {
            Ok(())
        };
        Self::new("AZEKURA-D008", found, "a production vault", "run azekura init for a real one")
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Failure => "failure",
            Severity::Success => "success",
            Severity::Warning => "warning",
        };
        write!(f, "[ {severity} ] {}  {}", self.id, self.what)?;
        if !self.mend.is_empty() {
            write!(f, "\n              {}", self.mend)?;
        }
        Ok(())
    }
}
