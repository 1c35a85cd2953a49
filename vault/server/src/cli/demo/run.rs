//! `azekura demo`: makes a vault, serves it, tells the story through its API, and keeps serving.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azekura_core::random::Rng;
use azekura_core::retention::Lang;
use clap::Args;
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use super::{PEOPLE, Stage, Teller, play};
use crate::cli::open::{SystemClock, SystemRng};
use crate::cli::serve::{Running, Signals};
use crate::cli::setup::{self, Secret};
use crate::service::log;
use crate::sys;

/// Show a whole vault at work, with synthetic people
#[derive(Args)]
pub struct Demo {
    /// Where the vault and its evidence go
    #[arg(long, value_name = "DIR", default_value = "azekura-demo")]
    data_dir: PathBuf,
    /// Address to serve; loopback only
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// How many people get a number
    #[arg(long, value_name = "N", default_value_t = 50)]
    people: usize,
    /// Language of the story: ja or en
    #[arg(long, env = "LANG", value_name = "LANG", value_parser = lang, default_value = "en")]
    lang: Lang,
    /// Tell the same facts as JSON lines
    #[arg(long)]
    json: bool,
    /// Where to write sign-ins and keys once the story is told (JSON, mode 0600)
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Talk to the vault through this address instead of directly
    #[arg(long, value_name = "URL", hide = true)]
    through: Option<String>,
}

impl Demo {
    /// Tells the story, then serves until it is told to stop.
    pub async fn run(self) -> Result<()> {
        if !self.listen.ip().is_loopback() {
            bail!("the demo serves a loopback address only");
        }
        if !PEOPLE.contains(&self.people) {
            bail!("between {} and {} people", PEOPLE.start(), PEOPLE.end());
        }
        sys::trace(sys::LevelFilter::WARN);
        let dir = std::path::absolute(&self.data_dir)?;
        clear(&dir)?;
        let mut credential = Zeroizing::new([0; 32]);
        SystemRng.fill(&mut *credential);
        // The credential is kept nowhere: once it stops, this vault can never be opened again.
        let founded =
            setup::found(&dir.join("vault"), Secret::Credential(credential), true).await?;
        let listener = TcpListener::bind(self.listen)
            .await
            .with_context(|| format!("listen on {}", self.listen))?;
        let address = listener.local_addr()?;
        let running = Running::start(Arc::clone(&founded.app), founded.queue, listener).await?;
        let stage = Stage {
            base_url: self.through.unwrap_or_else(|| format!("http://{address}")),
            tokens: founded.tokens,
            data_dir: dir,
            trust: founded.trust,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            people: self.people,
        };
        let mut out = Teller::new(std::io::stdout(), self.lang, self.json);
        let app = founded.app;
        let told =
            play(&stage, &mut out, async |folder: &Path| Ok(log::export(&app, folder).await?));
        let told = told.await;
        drop(app);
        let mut signals = Signals::new()?;
        if let (Ok(ready), Some(path)) = (&told, &self.ready_file) {
            ready.write(path)?;
        }
        if told.is_ok() {
            signals.stop().await;
        }
        running.finish_at_once_if(signals).await?;
        told.map(drop)
    }
}

/// Japanese for `ja` and for locales that begin so, English for everything else.
#[expect(clippy::unnecessary_wraps, reason = "the form of a value parser")]
fn lang(text: &str) -> Result<Lang> {
    Ok(if text.starts_with("ja") { Lang::Ja } else { Lang::En })
}

/// Empties the folder of an earlier demo. A folder that no demo made is left alone.
fn clear(dir: &Path) -> Result<()> {
    let marker = dir.join("made-by-demo");
    if dir.exists() {
        let empty = std::fs::read_dir(dir)?.next().is_none();
        if !empty && !marker.exists() {
            bail!("{} holds something else; name another folder", dir.display());
        }
        std::fs::remove_dir_all(dir).with_context(|| format!("empty {}", dir.display()))?;
    }
    std::fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
    let text = "A demo made this folder. The next one empties it.\n";
    std::fs::write(marker, text).context("mark the folder")
}
