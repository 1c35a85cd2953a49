//! What nothing can be faster than on this machine: one durable commit, and one core's cryptography.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use azekura_core::crypto::envelope::{self, RecordRandom, SealedRecord};
use azekura_core::crypto::keyring::Keyring;
use azekura_core::crypto::{OrgEpochKey, Place, State};
use azekura_core::id::{OrganisationId, PersonId, SlotId, VaultId, new_uuid};
use azekura_core::number::MyNumber;
use azekura_core::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::number;

/// Records that are sealed and opened in turn.
const RECORDS: usize = 1_000;

/// How long each rate is counted.
const COUNTED: Duration = Duration::from_millis(400);

/// A database of its own beside the vault's, with the vault's settings.
pub(crate) struct Disk(SqliteConnection);

/// Records as the vault seals them, and the key of their organisation.
pub(crate) struct Crypto {
    key: OrgEpochKey,
    numbers: Vec<(Place, MyNumber)>,
    sealed: Vec<SealedRecord>,
}

impl Disk {
    pub(crate) async fn new(path: &Path) -> Result<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging()
            .connect()
            .await?;
        sqlx::raw_sql("create table line (seq integer primary key, leaf blob not null) strict")
            .execute(&mut connection)
            .await?;
        Ok(Self(connection))
    }

    /// How long commits of one line each took, one after the other.
    pub(crate) async fn commits(&mut self) -> Result<Vec<Duration>> {
        let leaf = vec![7_u8; 624];
        let began = Instant::now();
        let mut took = Vec::new();
        while began.elapsed() < COUNTED {
            let before = Instant::now();
            #[expect(
                clippy::disallowed_methods,
                reason = "a ceiling is measured beside the store"
            )]
            sqlx::query("insert into line (leaf) values ($1)")
                .bind(leaf.as_slice())
                .execute(&mut self.0)
                .await?;
            took.push(before.elapsed());
        }
        Ok(took)
    }

    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }
}

impl Crypto {
    pub(crate) fn new() -> Result<Self> {
        let id = |n: u16| {
            let [high, low] = n.to_be_bytes();
            new_uuid(Timestamp::from_millis(0), [high, low, 0, 0, 0, 0, 0, 0, 0, 0])
        };
        let (vault, org) = (VaultId::from(id(1)), OrganisationId::from(id(2)));
        let keyring = Keyring::generate(vault, |out| out.fill(7));
        let (epoch, key) = keyring.epochs.first_key_value().context("a keyring has an epoch")?;
        let key = key.for_org(org);
        let numbers = (0..RECORDS)
            .map(|serial| {
                let person = PersonId::from(id(u16::try_from(serial)?));
                let slot = SlotId::from(id(u16::try_from(serial)?));
                let (version, epoch, state) = (1, *epoch, State::Active);
                let place = Place { vault, org, person, version, slot, epoch, state };
                Ok((place, MyNumber::parse(&number(serial))?))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut crypto = Self { key, numbers, sealed: Vec::new() };
        crypto.sealed = crypto.seal_all();
        Ok(crypto)
    }

    /// Records sealed in a second by one core.
    pub(crate) fn seals(&self) -> f64 {
        rate(|| drop(std::hint::black_box(self.seal_all())))
    }

    /// Records opened in a second by one core.
    pub(crate) fn opens(&self) -> f64 {
        rate(|| {
            for ((place, _), record) in self.numbers.iter().zip(&self.sealed) {
                #[expect(clippy::disallowed_methods, reason = "a ceiling, on records of its own")]
                let opened = envelope::open_record(&self.key, place, &record.number, &record.slot);
                std::hint::black_box(opened).ok();
            }
        })
    }

    fn seal_all(&self) -> Vec<SealedRecord> {
        let seal = |(place, number): &(Place, MyNumber)| {
            let mut random = [0; 80];
            getrandom::fill(&mut random).ok();
            envelope::seal_record(&self.key, place, number, &RecordRandom::from_random(random))
        };
        self.numbers.iter().map(seal).collect()
    }
}

fn rate(pass: impl Fn()) -> f64 {
    let began = Instant::now();
    let mut records = 0.0;
    while began.elapsed() < COUNTED {
        pass();
        records += RECORDS as f64;
    }
    records / began.elapsed().as_secs_f64()
}
