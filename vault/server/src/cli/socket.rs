//! The operator's door: while a server runs, commands reach it over a Unix socket in its folder,
//! readable by its user only. One request and one answer a connection, each a JSON line.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{doctor, open, unlock};
use crate::app::App;
use crate::config::Config;
use crate::service::log;

/// Bytes of a request.
const LONGEST: u64 = 64 * 1024;

/// What an operator may ask. None of it concerns a number.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Check the vault from within.
    Doctor {},
    /// Write the log to a folder.
    LogExport {
        /// Where.
        dir: PathBuf,
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
    // The vault is locked by this process: a socket that lies here is a stale one.
    std::fs::remove_file(&path).ok();
    let listener = UnixListener::bind(&path).context("make the operator's socket")?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
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
    let line = format!("{}\n", serde_json::to_string(request)?);
    stream.get_mut().write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_line(&mut answer).await?;
    match serde_json::from_str(&answer).context("understand the server's answer")? {
        Answer::Done(text) => Ok(text),
        Answer::Failed(why) => bail!(why),
    }
}

async fn answer(app: &App, stream: UnixStream) -> Result<()> {
    let peer = stream.peer_cred()?.uid();
    if peer != rustix::process::geteuid().as_raw() && peer != 0 {
        bail!("another user than the vault's own");
    }
    let mut line = String::new();
    let (reading, mut writing) = stream.into_split();
    BufReader::new(reading.take(LONGEST)).read_line(&mut line).await?;
    let done = match serde_json::from_str(&line) {
        Ok(request) => perform(app, request).await,
        Err(_) => bail!("not a request"),
    };
    let answer = match done {
        Ok(text) => Answer::Done(text),
        Err(error) => Answer::Failed(format!("{error:#}")),
    };
    let text = format!("{}\n", serde_json::to_string(&answer)?);
    Ok(writing.write_all(text.as_bytes()).await?)
}

async fn perform(app: &App, request: Request) -> Result<String> {
    match request {
        Request::Doctor {} => Ok(serde_json::to_string(&doctor::within(app).await?)?),
        Request::LogExport { dir } => {
            let size = log::export(app, &dir).await?;
            Ok(format!("{size} entries written to {}", dir.display()))
        }
    }
}
