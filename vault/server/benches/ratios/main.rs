//! What the vault costs, as ratios of one run: reads beside the same server's plainest answer, bulk
//! reads beside one core's cryptography. `docs/performance.md` says what each line means.

#![expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

use self::ceilings::{Crypto, Disk};
use self::load::{Bounds, Measured, Requests};
use self::report::{Bound, Figure};
use self::vault::Vault;

mod ceilings;
mod decision;
mod fill;
mod load;
mod prepare;
mod report;
mod vault;

/// As the server has it: wiping freed memory is part of the price.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// How long one measurement of single requests takes.
const TIME: Duration = Duration::from_secs(1);

/// Numbers stored in one round.
const STORES: usize = 2_000;

#[derive(Parser)]
struct Options {
    /// People with an active number
    #[arg(long, default_value_t = 10_000)]
    people: usize,
    /// Rounds that count; one more goes before them
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    /// Serve as the vault, in this directory
    #[arg(long, hide = true)]
    vault: Option<PathBuf>,
    /// People without a number
    #[arg(long, hide = true, default_value_t = 0)]
    bare: usize,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let Some(dir) = &options.vault {
        runtime.block_on(vault::serve(dir, options.people, options.bare))?;
        return Ok(ExitCode::SUCCESS);
    }
    let holds = runtime.block_on(measure(&options))?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "what a bench is run for")]
async fn measure(options: &Options) -> Result<bool> {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let bare = STORES * (options.rounds + 1);
    let mut bench = Bench {
        vault: Vault::start(&dir.path().join("vault"), options.people, bare)?,
        disk: Disk::new(&dir.path().join("ceiling.db")).await?,
        crypto: Crypto::new()?,
        stored: 0,
    };
    println!("{} people with a number; {} rounds", options.people, options.rounds);
    bench.round().await?;
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        rounds.push(bench.round().await?);
    }
    bench.vault.stop()?;
    bench.disk.close().await?;
    report::print(&rounds)
}

/// Everything that a round measures.
struct Bench {
    vault: Vault,
    disk: Disk,
    crypto: Crypto,
    stored: usize,
}

/// The same request at one number of connections.
struct Pair {
    hello: Measured,
    read: Measured,
}

impl Pair {
    fn ratio(&self) -> f64 {
        self.read.per_second / self.hello.per_second
    }
}

impl Bench {
    async fn round(&mut self) -> Result<Vec<Figure>> {
        let many = self.pair(64, "keep-alive").await?;
        let groups = self.groups().await?;
        let some = self.pair(16, "keep-alive").await?;
        let alone = self.pair(1, "keep-alive").await?;
        let closing = self.pair(64, "close").await?;
        let commit = Commit::of(self.disk.commits().await?);
        let all = self.bulk(10_000, 1_000).await?;
        let opens = self.crypto.opens();
        let thousand = self.bulk(1_000, 1_000).await?;
        let sealed = self.crypto.seals();
        let store = self.store().await?.per_second;
        // People changed, so nobody is held in memory.
        let first = self.bulk(10_000, 1).await?;
        let (p50, p99) = (commit.times(&alone.read, 0.5), commit.times(&many.read, 0.99));
        let (hello, hello_closing) = (many.hello.per_second, closing.hello.per_second);
        Ok(vec![
            must(at_least("read / hello, 64 connections", many.ratio(), 0.25, 0.15)),
            plain("read / hello, 16 connections", some.ratio()),
            plain("read / hello, 1 connection", alone.ratio()),
            at_least("the same at 64, Connection: close", closing.ratio(), 0.65, 0.5),
            must(at_most("committed groups per read, 64 connections", groups, 0.05, 0.1)),
            at_most("read p50, 1 connection / one durable commit", p50, 2.0, 3.5),
            at_most("read p99, 64 connections / one durable commit", p99, 50.0, 100.0),
            must(at_least("read of 10,000 / opened by one core", all / opens, 0.8, 0.3)),
            at_least("read of 1,000 / opened by one core", thousand / opens, 0.6, 0.3),
            plain("read of 10,000 right after a change / opened by one core", first / opens),
            at_least("store / hello, 64 connections", store / hello, 0.20, 0.12),
            plain("store / hello with Connection: close", store / hello_closing),
            plain("store / sealed by one core", store / sealed),
            must(at_most("one decision, microseconds", self.vault.ready.decision, 5.0, 20.0)),
            plain("hello, 64 connections, 1/s", hello),
            plain("hello, Connection: close, 1/s", hello_closing),
            plain("one durable commit, p50, microseconds", commit.0.as_secs_f64() * 1e6),
            plain("opened by one core, 1/s", opens),
            plain("sealed by one core, 1/s", sealed),
        ])
    }

    /// Transactions for each read at 64 connections.
    async fn groups(&mut self) -> Result<f64> {
        let before = self.vault.groups()?;
        let read = self.requests(prepare::read(&self.vault.ready, "keep-alive"), 64).await?;
        Ok((self.vault.groups()? - before) as f64 / read.answers as f64)
    }

    /// The hello and the read, one right after the other.
    async fn pair(&self, connections: usize, connection: &str) -> Result<Pair> {
        let hello = self.requests(prepare::hello(connection), connections).await?;
        let read = self.requests(prepare::read(&self.vault.ready, connection), connections).await?;
        Ok(Pair { hello, read })
    }

    async fn requests(&self, requests: Requests, connections: usize) -> Result<Measured> {
        let bounds = Bounds { connections, requests: 500_000, time: TIME };
        load::run(self.vault.ready.address, &Arc::new(requests), 0, bounds).await
    }

    /// Numbers a second in at most `requests` of `people`, one after the other.
    async fn bulk(&self, people: usize, requests: usize) -> Result<f64> {
        let people = people.min(self.vault.ready.registered.len());
        let bytes = Arc::new(prepare::bulk(&self.vault.ready, people));
        let bounds = Bounds { connections: 1, requests, time: TIME };
        let measured = load::run(self.vault.ready.address, &bytes, 0, bounds).await?;
        Ok(measured.per_second * people as f64)
    }

    async fn store(&mut self) -> Result<Measured> {
        let requests = Arc::new(prepare::store(&self.vault.ready));
        let bounds = Bounds { connections: 64, requests: STORES, time: 2 * TIME };
        let measured = load::run(self.vault.ready.address, &requests, self.stored, bounds).await?;
        self.stored += STORES;
        Ok(measured)
    }
}

/// How long one durable commit takes in the middle.
struct Commit(Duration);

impl Commit {
    fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        Self(load::quantile(&took, 0.5))
    }

    fn times(&self, measured: &Measured, share: f64) -> f64 {
        measured.quantile(share).as_secs_f64() / self.0.as_secs_f64()
    }
}

const fn must(figure: Figure) -> Figure {
    Figure { must: true, ..figure }
}

const fn plain(what: &'static str, value: f64) -> Figure {
    Figure { what, value, bound: Bound::None, must: false }
}

const fn at_least(what: &'static str, value: f64, goal: f64, floor: f64) -> Figure {
    Figure { what, value, bound: Bound::AtLeast { goal, floor }, must: false }
}

const fn at_most(what: &'static str, value: f64, goal: f64, floor: f64) -> Figure {
    Figure { what, value, bound: Bound::AtMost { goal, floor }, must: false }
}

/// A synthetic number with its check digit. Source: 平成26年総務省令第85号 第5条.
fn number(serial: usize) -> String {
    let body = format!("{:011}", 10_000_000_000 + serial);
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        body.chars().filter_map(|digit| digit.to_digit(10)).zip(weights).map(|(p, q)| p * q).sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    format!("{body}{check}")
}
