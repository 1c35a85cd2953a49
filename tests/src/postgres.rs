//! A PostgreSQL server for tests: one per test process, an empty database per test.
//!
//! The server is made with `initdb` in a temporary directory and answers on a Unix socket there.
//! It ends with the process that started it, however that ends. `AZEKURA_TEST_POSTGRES`, a URL,
//! names a server to use instead. No PostgreSQL is a failure, never a skipped test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;

/// Waits for the end of the test process, which closes its standard input, then stops the server.
const WATCH: &str =
    r#"trap "" INT TERM HUP; read -r _; "$1" -D "$2" -m immediate stop; rm -rf "$2""#;

/// The URL of a new, empty database.
///
/// # Errors
///
/// If there is no PostgreSQL, or it does not start; the message says what to install.
pub fn database() -> Result<String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);

    let server = SERVER.get_or_init(|| Server::find().map_err(|error| format!("{error:#}")));
    let server = server.as_ref().map_err(|error| anyhow!("{error}"))?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("azekura_{}_{count}", std::process::id());
    server.psql(&format!("drop database if exists {name}"))?;
    server.psql(&format!("create database {name}"))?;
    Ok(server.url(&name))
}

struct Server {
    programs: Programs,
    /// What stands before and after the name of the database in a URL.
    url: (String, String),
}

/// Where the programs of PostgreSQL are, and as whom to run them.
struct Programs {
    directory: PathBuf,
    user: Option<&'static str>,
}

impl Server {
    fn find() -> Result<Self> {
        let programs = Programs::find()?;
        let url = match external() {
            Some(url) => split(&url)?,
            None => start(&programs)?,
        };
        Ok(Self { programs, url })
    }

    fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.url.0, self.url.1)
    }

    fn psql(&self, statement: &str) -> Result<()> {
        let mut psql = self.programs.command("psql");
        let url = self.url("postgres");
        run(psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, &url]))?;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment alone")]
fn external() -> Option<String> {
    std::env::var("AZEKURA_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Takes the name of the database out of a URL.
fn split(url: &str) -> Result<(String, String)> {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let end = address.find("://").map_or(0, |at| at + 3);
    let slash = address.get(end..).and_then(|rest| rest.find('/')).map(|at| end + at);
    let server = match slash {
        Some(at) => address.get(..at).context("AZEKURA_TEST_POSTGRES is not a URL")?,
        None => address,
    };
    let options = if options.is_empty() { String::new() } else { format!("?{options}") };
    Ok((format!("{server}/"), options))
}

fn start(programs: &Programs) -> Result<(String, String)> {
    let made = run(programs.command("mktemp").args(["-d", "/tmp/azekura-pg.XXXXXX"]))?;
    let directory = made.trim();
    run(programs
        .command("initdb")
        .args(["-D", directory, "-U", "azekura", "-A", "trust"])
        .args(["--data-checksums", "--encoding=UTF8", "--locale=C", "--no-sync"]))?;
    watch(programs, directory)?;
    let options = format!("-k {directory} -c listen_addresses= -c shared_buffers=16MB");
    let log = format!("{directory}/log");
    run(programs
        .command("pg_ctl")
        .args(["-D", directory, "-l", &log, "-w", "-t", "60", "-o", &options, "start"]))?;
    Ok((String::from("postgresql://azekura@localhost/"), format!("?host={directory}")))
}

/// Starts what stops the server again. It is in a group of its own, so that an interrupt of the
/// tests reaches it only as their end.
fn watch(programs: &Programs, directory: &str) -> Result<()> {
    let pg_ctl = programs.directory.join("pg_ctl");
    let mut watcher = programs
        .command("sh")
        .args(["-c", WATCH, "sh"])
        .arg(pg_ctl)
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    // Left open until the process ends.
    std::mem::forget(watcher.stdin.take());
    Ok(())
}

impl Programs {
    fn find() -> Result<Self> {
        let root = fs::metadata("/proc/self")?.uid() == 0;
        let directory = directories()
            .into_iter()
            .find(|directory| {
                directory.join("initdb").exists() && directory.join("pg_ctl").exists()
            })
            .context(
                "no PostgreSQL for the tests: install it (Debian: postgresql), put initdb and \
                 pg_ctl in PATH, or name a server in AZEKURA_TEST_POSTGRES",
            )?;
        let user = if root { Some(unprivileged()?) } else { None };
        Ok(Self { directory, user })
    }

    /// A program of PostgreSQL, or another; never as root, which the server refuses to be.
    fn command(&self, program: &str) -> Command {
        let own = self.directory.join(program);
        let program = if own.exists() { own } else { PathBuf::from(program) };
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid", user, "--clear-groups", "--"])
                    .arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir("/");
        command
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment alone")]
fn directories() -> Vec<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    found.extend(versions.map(|version| version.path().join("bin")));
    found
}

/// A user without rights: `postgres` where it is installed, else `nobody`.
fn unprivileged() -> Result<&'static str> {
    let known = |user: &&str| {
        let mut id = Command::new("id");
        id.args(["-u", user]).stdout(Stdio::null()).stderr(Stdio::null());
        id.status().is_ok_and(|status| status.success())
    };
    ["postgres", "nobody"].into_iter().find(known).context("no user to run PostgreSQL as")
}

fn run(command: &mut Command) -> Result<String> {
    let name = Path::new(command.get_program()).display().to_string();
    let output = command.output().with_context(|| format!("could not start {name}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{:?} failed: {}", command.get_args().collect::<Vec<_>>(), error.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
