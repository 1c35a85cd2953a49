//! `serve`: the vault at work until it is told to stop.

use std::pin::pin;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azekura_core::audit::event::VaultEvent;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{open, sealed, socket, unlock};
use crate::app::App;
use crate::config::Config;
use crate::http;
use crate::http::listen::{self, Door, Tls};
use crate::jobs::{self, Tasks};
use crate::service::intents::Queue;
use crate::service::{attempts, log, refusals};
use crate::sys;

/// Serves until SIGINT or SIGTERM.
#[expect(clippy::print_stdout, reason = "where it listens, for whoever started it")]
pub(super) async fn run(config: &Config) -> Result<()> {
    config.check_listen()?;
    if sys::is_root() && !config.allow_root {
        bail!("a vault does not serve as root; use its own user, or --allow-root");
    }
    sys::trace(sys::LevelFilter::INFO);
    let opened = if let Some(secret) = unlock::secret_at_start(config)? {
        let opened = open::open(config, &secret).await?;
        refuse_demo(&opened.0)?;
        Some(opened)
    } else {
        sealed::check(config).await?;
        None
    };
    let (door, doors) = (door(config).await?, Tasks::default());
    let (mut signals, address) = (Signals::new()?, door.listener.local_addr()?);
    let scheme = if door.tls.is_some() { "https" } else { "http" };
    if let Some(tls) = &door.tls {
        renew_at_hangup(&doors, Arc::clone(tls))?;
    }
    let running = if let Some((app, queue)) = opened {
        let running = Running::open(app, queue, door, doors).await?;
        println!("listening on {scheme}://{address}");
        Some(running)
    } else {
        println!("sealed: azekura unlock opens it\nlistening on {scheme}://{address}");
        sealed::start(config, door, doors, signals.stop()).await?
    };
    let Some(running) = running else { return Ok(()) };
    signals.stop().await;
    running.finish_at_once_if(signals).await
}

/// A demonstration never holds a real number.
pub(super) fn refuse_demo(app: &App) -> Result<()> {
    if app.demo {
        bail!("a vault made by demo never becomes a production vault; run azekura init");
    }
    Ok(())
}

async fn door(config: &Config) -> Result<Door> {
    let tls = config.tls.clone().map(|files| Tls::load(files.certificate, files.key));
    let tls = tls.transpose()?.map(Arc::new);
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen on {}", config.listen))?;
    Ok(Door { tls, ..Door::from(listener) })
}

/// A vault that serves.
pub struct Running {
    /// The vault.
    pub app: Arc<App>,
    /// Those who let requests in.
    doors: Tasks,
    /// What requests need to finish.
    jobs: Tasks,
    cut: CancellationToken,
}

impl Running {
    /// Starts the API at `door`, the jobs and the operator's socket.
    pub async fn start(app: Arc<App>, queue: Queue, door: impl Into<Door>) -> Result<Self> {
        Self::open(app, queue, door.into(), Tasks::default()).await
    }

    /// The same among `doors` that are there already.
    async fn open(app: Arc<App>, queue: Queue, door: Door, doors: Tasks) -> Result<Self> {
        let running = Self::begin(Arc::clone(&app), queue, doors, door.cut.clone()).await?;
        let stop = running.doors.stop();
        running.doors.start(listen::serve(door, http::router(app), stop));
        Ok(running)
    }

    /// The same with an API that `doors` let in already.
    pub(super) async fn begin(
        app: Arc<App>,
        queue: Queue,
        doors: Tasks,
        cut: CancellationToken,
    ) -> Result<Self> {
        let jobs = Tasks::default();
        let software = format!("azekura {}", env!("CARGO_PKG_VERSION"));
        log::note(&app, VaultEvent::Started { boot: sys::boot(), software }).await?;
        jobs::start(&jobs, &app, queue);
        doors.start(socket::serve(Arc::clone(&app), doors.stop())?);
        Ok(Self { app, doors, jobs, cut })
    }

    /// Lets requests under way finish, writes the last entries, signs them and forgets the keys.
    ///
    /// # Errors
    ///
    /// If the last entries could not be written, or something still holds the keys.
    pub async fn finish(self) -> Result<()> {
        self.doors.finish().await;
        self.jobs.finish().await;
        log::touch_sessions(&self.app).await?;
        refusals::write(&self.app).await?;
        attempts::note_locked(&self.app).await?;
        log::note(&self.app, VaultEvent::Stopped { boot: sys::boot() }).await?;
        log::checkpoint(&self.app).await?;
        // Keys are wiped as the last holder lets go of them.
        Arc::into_inner(self.app).map(drop).context("something still holds the keys")
    }

    /// The same; at a further signal, requests under way are cut off.
    pub(crate) async fn finish_at_once_if(self, mut signals: Signals) -> Result<()> {
        let cut = self.cut.clone();
        let mut finishing = pin!(self.finish());
        tokio::select! {
            done = finishing.as_mut() => return done,
            () = signals.stop() => cut.cancel(),
        }
        finishing.await
    }
}

/// Reads certificate and key anew at each SIGHUP.
fn renew_at_hangup(doors: &Tasks, tls: Arc<Tls>) -> Result<()> {
    let (mut hangup, stop) = (signal(SignalKind::hangup())?, doors.stop());
    doors.start(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = hangup.recv() => {}
            }
            match tls.reload() {
                Ok(()) => tracing::info!("the certificate for TLS was read anew"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the old certificate for TLS stays in use");
                }
            }
        }
    });
    Ok(())
}

/// Signals to stop; they count from the moment this is made, not from the first look.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Ends with the next one.
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
