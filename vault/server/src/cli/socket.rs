//! The operator's door: while a server runs, commands reach it over a Unix socket in its folder,
//! readable by its user only. One request and one answer a connection, each a JSON line.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::Unlock;
use azekura_wire::number::SecretText;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{doctor, open, recover, unlock};
use crate::app::App;
use crate::config::Config;
use crate::service::log;

/// Bytes of a request.
const LONGEST: u64 = 64 * 1024;

/// What an operator may ask. None of it concerns a number.
#[derive(Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Check the vault from within.
    Doctor {},
    /// Write the log to a folder.
    LogExport {
        /// Where.
        dir: PathBuf,
    },
    /// Do what two recovery shares may do.
    Recover {
        /// What.
        request: recover::Request,
        /// The two shares.
        shares: [SecretText; 2],
    },
    /// Open the vault of a server that waits for its secret.
    Unlock {
        /// What opens the keyring.
        secret: unlock::Secret,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(String),
    Failed(String),
}

/// Asks the running server, or opens the vault if none runs.
pub(super) async fn ask(config: &Config, request: Request) -> Result<String> {
    if let Ok(stream) = UnixStream::connect(config.data_dir.join("socket")).await {
        return converse(stream, &request).await;
    }
    let (app, _queue) = open::open(config, &unlock::secret(config)?).await?;
    perform(&app, request).await
}

/// Lets two shares act on the running server, or on the vault itself if none runs.
pub(super) async fn recover(
    config: &Config,
    shares: [SecretText; 2],
    request: recover::Request,
) -> Result<Zeroizing<String>> {
    if let Ok(stream) = UnixStream::connect(config.data_dir.join("socket")).await {
        return converse(stream, &Request::Recover { request, shares }).await.map(Zeroizing::new);
    }
    let secret = Unlock::Shares(unlock::from_shares(&shares)?);
    let (app, _queue) = open::open(config, &secret).await?;
    recover::perform(&app, &shares, request).await.map(Zeroizing::new)
}

/// Gives a waiting server its secret.
pub(super) async fn unlock(config: &Config, secret: unlock::Secret) -> Result<String> {
    let stream = UnixStream::connect(config.data_dir.join("socket")).await;
    let stream = stream.context("no server waits for its secret; start azekura serve first")?;
    converse(stream, &Request::Unlock { secret }).await
}

/// Whether a server of the vault in `dir` answers operators.
pub(super) async fn is_answered(dir: &Path) -> bool {
    UnixStream::connect(dir.join("socket")).await.is_ok()
}

/// The operator's door of the vault in `dir`, for its own user only.
pub(super) fn listen(path: &Path) -> Result<UnixListener> {
    // The vault is locked by this process: a socket that lies here is a stale one.
    std::fs::remove_file(path).ok();
    let listener = UnixListener::bind(path).context("make the operator's socket")?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers operators until `stop`.
///
/// # Errors
///
/// If the socket cannot be made.
pub(super) fn serve(
    app: Arc<App>,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()> + Send + 'static> {
    let path = app.state.path("socket");
    let listener = listen(&path)?;
    Ok(async move {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            if let Ok((stream, _)) = accepted
                && let Err(error) = answer(&app, stream).await
            {
                tracing::warn!(error = %error, "an operator's request failed");
            }
        }
        std::fs::remove_file(&path).ok();
    })
}

async fn converse(stream: UnixStream, request: &Request) -> Result<String> {
    let mut stream = BufReader::new(stream);
    let line = Zeroizing::new(format!("{}\n", serde_json::to_string(request)?));
    stream.get_mut().write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_line(&mut answer).await?;
    match serde_json::from_str(&answer).context("understand the server's answer")? {
        Answer::Done(text) => Ok(text),
        Answer::Failed(why) => bail!(why),
    }
}

async fn answer(app: &App, stream: UnixStream) -> Result<()> {
    let (request, asking) = read(stream).await?;
    asking.answer(perform(app, request).await).await
}

/// An operator who waits for an answer.
pub(super) struct Asking(OwnedWriteHalf);

/// Reads one request of the vault's own user.
pub(super) async fn read(stream: UnixStream) -> Result<(Request, Asking)> {
    let peer = stream.peer_cred()?.uid();
    if peer != rustix::process::geteuid().as_raw() && peer != 0 {
        bail!("another user than the vault's own");
    }
    let mut line = Zeroizing::new(String::with_capacity(1024));
    let (reading, writing) = stream.into_split();
    BufReader::new(reading.take(LONGEST)).read_line(&mut line).await?;
    let request = serde_json::from_str(&line).ok().context("not a request")?;
    Ok((request, Asking(writing)))
}

impl Asking {
    /// Sends the answer.
    pub(super) async fn answer(mut self, done: Result<String>) -> Result<()> {
        let answer = match done {
            Ok(text) => Answer::Done(text),
            Err(error) => Answer::Failed(format!("{error:#}")),
        };
        let text = Zeroizing::new(format!("{}\n", serde_json::to_string(&answer)?));
        Ok(self.0.write_all(text.as_bytes()).await?)
    }
}

async fn perform(app: &App, request: Request) -> Result<String> {
    match request {
        Request::Doctor {} => Ok(serde_json::to_string(&doctor::within(app).await?)?),
        Request::LogExport { dir } => {
            let size = log::export(app, &dir).await?;
            Ok(format!("{size} entries written to {}", dir.display()))
        }
        Request::Recover { request, shares } => recover::perform(app, &shares, request).await,
        Request::Unlock { .. } => Ok(String::from("the vault is open already")),
    }
}
