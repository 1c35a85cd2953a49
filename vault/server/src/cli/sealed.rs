//! A server that was started without the secret of its keyring: it waits for `azekura unlock`.

use std::sync::Arc;

use anyhow::{Result, bail};

use super::serve::Running;
use super::socket::{self, Asking, Request};
use super::{open, serve};
use crate::app::App;
use crate::config::Config;
use crate::http;
use crate::http::listen::{self, Door};
use crate::http::sealed::Gate;
use crate::jobs::Tasks;
use crate::keyfile::StateDir;
use crate::service::intents::Queue;

/// Serves health and nothing else until the secret comes, then the vault; `None` if it was stopped
/// before.
pub(super) async fn start(
    config: &Config,
    door: Door,
    doors: Tasks,
    stopped: impl Future<Output = ()>,
) -> Result<Option<Running>> {
    let (gate, cut) = (Gate::default(), door.cut.clone());
    doors.start(listen::serve(door, gate.router(), doors.stop()));
    let opened = tokio::select! {
        () = stopped => None,
        opened = wait(config) => Some(opened?),
    };
    let Some(((app, queue), asking)) = opened else {
        doors.finish().await;
        std::fs::remove_file(config.data_dir.join("socket")).ok();
        return Ok(None);
    };
    let running = Running::begin(Arc::clone(&app), queue, doors, cut).await?;
    gate.open(http::router(app));
    asking.answer(Ok(String::from("the vault is open"))).await.ok();
    Ok(Some(running))
}

/// Refuses to wait where there is nothing to open, or where another server waits already.
pub(super) async fn check(config: &Config) -> Result<()> {
    let state = StateDir::open(&config.data_dir)?;
    if state.read("keyring")?.is_none() {
        bail!("there is no keyring here; run azekura init");
    }
    if socket::is_answered(&config.data_dir).await {
        bail!("another process of this vault uses it");
    }
    Ok(())
}

type Opened = ((Arc<App>, Queue), Asking);

/// Listens to operators until one of them brings the secret. A wrong one changes nothing.
async fn wait(config: &Config) -> Result<Opened> {
    let listener = socket::listen(&config.data_dir.join("socket"))?;
    loop {
        let (stream, _) = listener.accept().await?;
        // Whoever is not the vault's own user, or sends no request, gets no answer.
        let Ok((request, asking)) = socket::read(stream).await else { continue };
        match attempt(config, request).await {
            Ok(opened) => return Ok((opened, asking)),
            Err(error) => asking.answer(Err(error)).await.unwrap_or_default(),
        }
    }
}

async fn attempt(config: &Config, request: Request) -> Result<(Arc<App>, Queue)> {
    let Request::Unlock { secret } = request else {
        bail!("the vault is sealed; run azekura unlock");
    };
    let opened = open::open(config, &secret.unlock()?).await?;
    serve::refuse_demo(&opened.0)?;
    Ok(opened)
}
