//! The timetable: what the vault does by itself while it runs. Every task is started here, so that
//! a stop waits for all of them.

use std::sync::Arc;
use std::time::Duration;

use azekura_core::time::CivilDate;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::auth::Actor;
use crate::service::intents::{self, Queue};
use crate::service::{
    Result, attempts, audit, change, execute, integrity, log, passwords, purge, refusals, users,
};
use crate::sys;

/// The tasks of a running vault and the way to stop them.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Fires when the vault is to stop.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Starts a task that ends by itself once [`Tasks::stop`] fires.
    pub fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Stops everything and waits for it.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Starts the timetable of `app`.
pub fn start(tasks: &Tasks, app: &Arc<App>, queue: Queue) {
    tasks.start(intents::serve(Arc::clone(app), queue, tasks.stop()));
    every(tasks, app, Duration::from_secs(1), async |app| log::checkpoint(&app).await.map(drop));
    every(tasks, app, Duration::from_secs(1), async |app| integrity::watch(&app).await);
    every(tasks, app, Duration::from_secs(10), async |app| log::touch_sessions(&app).await);
    every(tasks, app, Duration::from_mins(1), async |app| refusals::write(&app).await);
    every(tasks, app, Duration::from_mins(1), async |app| log::heartbeat(&app, sys::boot()).await);
    every(tasks, app, Duration::from_mins(1), async |app| attempts::note_locked(&app).await);
    every(tasks, app, Duration::from_mins(1), async |app| {
        change::expire(&app, &Actor::job("expiry")).await.map(drop)
    });
    every(tasks, app, Duration::from_hours(1), async |app| {
        audit::forget_answers(&app, &Actor::job("answers")).await.map(drop)
    });
    every(tasks, app, Duration::from_hours(1), async |app| {
        passwords::forget(&app, &Actor::job("passwords")).await.map(drop)
    });
    every(tasks, app, Duration::from_hours(1), async |app| {
        users::close_leavers(&app, &Actor::job("leavers")).await.map(drop)
    });
    tasks.start(purges(Arc::clone(app), tasks.stop()));
}

/// Runs `job` at each tick. A failure is said once and tried again at the next tick.
fn every<J, F>(tasks: &Tasks, app: &Arc<App>, period: Duration, job: J)
where
    J: Fn(Arc<App>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send,
{
    let (app, stop) = (Arc::clone(app), tasks.stop());
    tasks.start(async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            report(job(Arc::clone(&app)).await);
        }
    });
}

/// Executes approved batches when one is approved and every minute; proposes once a Tokyo day.
async fn purges(app: Arc<App>, stop: CancellationToken) {
    let mut minutes = interval(Duration::from_mins(1));
    let mut proposed_on: Option<CivilDate> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.approved.notified() => {}
            _ = minutes.tick() => {}
        }
        let today = app.clock.now().tokyo_date();
        let actor = Actor::job("purge");
        if proposed_on != Some(today) {
            match purge::propose_ahead(&app, &actor).await {
                Ok(_) => proposed_on = Some(today),
                error => report(error.map(drop)),
            }
        }
        report(execute::run(&app, &actor).await.map(drop));
    }
}

fn report(outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(error = &error as &dyn std::error::Error, "a job failed; it runs again");
    }
}
