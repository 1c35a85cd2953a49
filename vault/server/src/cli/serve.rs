//! `serve`: the vault at work until it is told to stop.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azekura_core::audit::event::VaultEvent;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{open, socket, unlock};
use crate::app::App;
use crate::config::Config;
use crate::http;
use crate::jobs::{self, Tasks};
use crate::service::intents::Queue;
use crate::service::log;
use crate::sys;

/// Serves until SIGINT or SIGTERM.
#[expect(clippy::print_stdout, reason = "where it listens, for whoever started it")]
pub(super) async fn run(config: &Config) -> Result<()> {
    config.check_listen()?;
    if sys::is_root() && !config.allow_root {
        bail!("a vault does not serve as root; use its own user, or --allow-root");
    }
    sys::trace(sys::LevelFilter::INFO);
    let (app, queue) = open::open(config, &unlock::secret(config)?).await?;
    if app.demo {
        bail!("a vault made by demo never becomes a production vault; run azekura init");
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen on {}", config.listen))?;
    let (stopped, address) = (stopped()?, listener.local_addr()?);
    let running = Running::start(app, queue, listener).await?;
    println!("listening on http://{address}");
    stopped.await;
    running.finish().await
}

/// A vault that serves.
pub struct Running {
    /// The vault.
    pub app: Arc<App>,
    tasks: Tasks,
}

impl Running {
    /// Starts the API on `listener`, the jobs and the operator's socket.
    pub async fn start(app: Arc<App>, queue: Queue, listener: TcpListener) -> Result<Self> {
        let tasks = Tasks::default();
        let software = format!("azekura {}", env!("CARGO_PKG_VERSION"));
        log::note(&app, VaultEvent::Started { boot: sys::boot(), software }).await?;
        jobs::start(&tasks, &app, queue);
        tasks.start(socket::serve(Arc::clone(&app), tasks.stop())?);
        tasks.start(http::listen::serve(listener, http::router(Arc::clone(&app)), tasks.stop()));
        Ok(Self { app, tasks })
    }

    /// Lets requests under way finish, writes the last entries and signs them.
    pub async fn finish(self) -> Result<()> {
        self.tasks.finish().await;
        log::touch_sessions(&self.app).await?;
        log::note(&self.app, VaultEvent::Stopped { boot: sys::boot() }).await?;
        log::checkpoint(&self.app).await?;
        Ok(())
    }
}

/// Ends with a signal to stop; signals count from this call on, not from the first look.
pub(crate) fn stopped() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
