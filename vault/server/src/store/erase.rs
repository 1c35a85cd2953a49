//! What is left in the files after rows were destroyed: nothing.
//!
//! Source: `crypto.md` 2.6 (lock A), 2.10.

use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::PgPool;

use super::sql::Store;
use super::writer::Writer;
use super::{Error, Result};

/// How often the write-ahead log is asked to empty itself, and how long each time is waited.
const TRIES: u32 = 250;
const PAUSE: Duration = Duration::from_millis(20);

/// Bytes read at once; each chunk begins with the last 31 bytes of the one before.
const CHUNK: usize = 1 << 20;

/// What a scan looked at and found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scan {
    /// Names of the files, without their directory; none on a server.
    pub files: Vec<String>,
    /// Places in which one of the needles still stands.
    pub hits: u32,
}

impl Store {
    /// Empties the write-ahead log into the file and looks for destroyed bytes in everything that
    /// is left; on a server, vacuums the table they were in.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if a reader keeps the write-ahead log in use for five seconds.
    pub async fn scrub(&self, needles: &[[u8; 32]]) -> Result<Scan> {
        match self {
            Self::Sqlite { writer, path, .. } => {
                truncate(writer).await?;
                let path = path.clone();
                let needles: HashSet<[u8; 32]> = needles.iter().copied().collect();
                let scanned = tokio::task::spawn_blocking(move || scan(&path, &needles)).await;
                scanned.unwrap_or(Err(Error::Busy))
            }
            Self::Postgres(pool) => vacuum(pool).await,
        }
    }
}

async fn truncate(writer: &Writer) -> Result<()> {
    for _ in 0..TRIES {
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
            .fetch_one(&mut *writer.lock().await)
            .await?;
        if busy == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::Busy)
}

/// Dead rows, the server's own log, replicas and archives keep old slots; destroying the epoch key
/// is what deletes those.
async fn vacuum(pool: &PgPool) -> Result<Scan> {
    sqlx::query("vacuum number").execute(pool).await?;
    Ok(Scan::default())
}

fn scan(database: &Path, needles: &HashSet<[u8; 32]>) -> Result<Scan> {
    let mut found = Scan::default();
    for path in ["", "-wal", "-journal"].map(|suffix| beside(database, suffix)) {
        match File::open(&path) {
            Ok(file) => {
                found.hits += count(file, needles)?;
                let name = path.file_name().unwrap_or_default();
                found.files.push(name.to_string_lossy().into_owned());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// How often one of the needles stands in what is read. The first two bytes are looked up in a
/// table, so that only one place in a hundred costs a hash.
fn count(mut from: impl Read, needles: &HashSet<[u8; 32]>) -> Result<u32> {
    let starts: HashSet<[u8; 2]> =
        needles.iter().filter_map(|needle| needle.first_chunk().copied()).collect();
    let mut likely = vec![false; 1 << 16];
    for start in starts {
        if let Some(entry) = likely.get_mut(usize::from(u16::from_be_bytes(start))) {
            *entry = true;
        }
    }
    let (mut hits, mut window) = (0, Vec::with_capacity(CHUNK + 31));
    loop {
        let kept = window.len();
        let read = from.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
        if read == 0 {
            return Ok(hits);
        }
        hits += hits_in(&window, needles, &likely);
        let done = (kept + read).saturating_sub(31);
        window.drain(..done);
    }
}

fn hits_in(window: &[u8], needles: &HashSet<[u8; 32]>, likely: &[bool]) -> u32 {
    let mut hits = 0;
    for place in window.windows(32) {
        let (Some(start), Ok(place)) = (place.first_chunk(), <&[u8; 32]>::try_from(place)) else {
            continue;
        };
        let maybe = likely.get(usize::from(u16::from_be_bytes(*start))) == Some(&true);
        if maybe && needles.contains(place) {
            hits += 1;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_once_wherever_it_stands() {
        let needle = [7; 32].map(|byte: u8| byte.wrapping_mul(3));
        let needle = core::array::from_fn(|at| needle[at].wrapping_add(u8::try_from(at).unwrap()));
        for start in [0, 1, CHUNK - 32, CHUNK - 31, CHUNK - 1, CHUNK, 2 * CHUNK - 40] {
            let mut bytes = vec![0xaa; 2 * CHUNK + 100];
            bytes[start..start + 32].copy_from_slice(&needle);
            assert_eq!(count(&bytes[..], &HashSet::from([needle])).unwrap(), 1, "at {start}");
        }
        assert_eq!(count(&[0xaa; 100][..], &HashSet::from([needle])).unwrap(), 0);
    }
}
