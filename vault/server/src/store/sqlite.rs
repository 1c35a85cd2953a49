//! Opening a SQLite file: nothing is served from a file that is not as it must be.
//!
//! Source: `crypto.md` 2.10.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

use super::migrate::{Step, migrator, pending};
use super::sql::Store;
use super::writer::Writer;
use super::{Error, Result};

/// The same numbers and tables as for PostgreSQL.
const MIGRATIONS: &[Step] =
    &[(1, "vault", include_str!("../../../../migrations/sqlite/0001_vault.sql"))];

/// Whether a file must exist or must not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Open {
    /// It is there; none is ever made in its place.
    Existing,
    /// It is made now, with its directory.
    New,
}

/// "AZKR", by which a file is known as ours.
const APPLICATION_ID: i64 = 0x415a_4b52;

/// Rows that the driver reads ahead; at least a group of 256 and two, or a select stalls.
const ROWS_AHEAD: usize = 258;

impl Store {
    /// The vault in a SQLite file, brought to this version's tables.
    ///
    /// # Errors
    ///
    /// Each way in which the file is not what it must be has a variant of [`Error`] of its own.
    pub async fn open_sqlite(path: &Path, open: Open) -> Result<Self> {
        let lock = match open {
            Open::Existing => claim(path)?,
            Open::New => create(path)?,
        };
        if open == Open::Existing {
            inspect(path).await?;
        }
        let options = settings(path);
        let mut writer = options.connect().await?;
        migrator(MIGRATIONS).run(&mut writer).await.map_err(|_| Error::Schema)?;
        let readers = PoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.read_only(true).pragma("cache_size", "-8192"))
            .await?;
        verify(&mut writer).await?;
        verify(&mut *readers.acquire().await?).await?;
        Ok(Self::Sqlite { writer: Writer::new(writer), path: path.to_owned(), readers, lock })
    }
}

fn settings(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("secure_delete", "1")
        .pragma("temp_store", "2")
        .pragma("trusted_schema", "0")
        .pragma("cell_size_check", "1")
        .pragma("mmap_size", "0")
        .pragma("cache_size", "-8192")
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging()
}

/// Takes the lock beside an existing file, after a look at what can be seen from outside.
fn claim(path: &Path) -> Result<File> {
    let file = match fs::metadata(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(Error::Missing),
        Err(error) => return Err(error.into()),
    };
    let directory = directory(path);
    refuse_network(&directory)?;
    private(&directory, "directory of the database", "0700")?;
    private(path, "database file", "0600")?;
    if file.len() == 0 {
        return Err(Error::NotADatabase);
    }
    let mut magic = [0; 16];
    File::open(path)?.read_exact(&mut magic).map_err(|_| Error::NotADatabase)?;
    if &magic != b"SQLite format 3\0" {
        return Err(Error::NotADatabase);
    }
    lock(&directory)
}

/// Makes the directory and an empty file that only their owner can read, and takes the lock.
fn create(path: &Path) -> Result<File> {
    let directory = directory(path);
    DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
    refuse_network(&directory)?;
    private(&directory, "directory of the database", "0700")?;
    let lock = lock(&directory)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(lock)
}

fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

fn lock(directory: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(directory.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn private(path: &Path, what: &'static str, mode: &'static str) -> Result<()> {
    let of_others = fs::metadata(path)?.permissions().mode() & 0o077;
    if of_others == 0 { Ok(()) } else { Err(Error::Permissions { what, mode }) }
}

fn refuse_network(directory: &Path) -> Result<()> {
    let found = rustix::fs::statfs(directory).map_err(std::io::Error::from)?;
    match network(found.f_type) {
        Some(kind) => Err(Error::NetworkFileSystem { kind }),
        None => Ok(()),
    }
}

/// The name of a file system on which a lock may not hold between machines. Source: statfs(2).
fn network(magic: i64) -> Option<&'static str> {
    match magic & 0xffff_ffff {
        0x6969 => Some("NFS"),
        0x517b | 0xfe53_4d42 | 0xff53_4d42 => Some("SMB"),
        0x6573_5546 => Some("FUSE"),
        _ => None,
    }
}

/// Looks into an existing file before anything in it is changed.
async fn inspect(path: &Path) -> Result<()> {
    let unclean = fs::metadata(wal(path)).is_ok_and(|wal| wal.len() > 0);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    let seen = look_inside(&mut connection, unclean).await;
    connection.close().await?;
    seen
}

async fn look_inside(on: &mut SqliteConnection, unclean: bool) -> Result<()> {
    if integer(on, "pragma application_id").await? != APPLICATION_ID {
        return Err(Error::NotADatabase);
    }
    let newest = integer(on, "select coalesce(max(version), 0) from _sqlx_migrations").await?;
    pending(MIGRATIONS, newest)?;
    if unclean && text(on, "pragma quick_check(1)").await? != "ok" {
        return Err(Error::Corrupt { what: "database" });
    }
    Ok(())
}

/// Reads back what was set: a driver or a build of SQLite may pass over a setting in silence.
async fn verify(on: &mut SqliteConnection) -> Result<()> {
    if text(on, "pragma journal_mode").await? != "wal" {
        return Err(Error::Settings { name: "journal_mode" });
    }
    for (name, pragma, value) in [
        ("synchronous", "pragma synchronous", 2),
        ("secure_delete", "pragma secure_delete", 1),
        ("foreign_keys", "pragma foreign_keys", 1),
        ("temp_store", "pragma temp_store", 2),
        ("trusted_schema", "pragma trusted_schema", 0),
        ("cell_size_check", "pragma cell_size_check", 1),
        ("application_id", "pragma application_id", APPLICATION_ID),
    ] {
        if integer(on, pragma).await? != value {
            return Err(Error::Settings { name });
        }
    }
    Ok(())
}

async fn integer(on: &mut SqliteConnection, query: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(query).fetch_one(on).await?)
}

async fn text(on: &mut SqliteConnection, query: &'static str) -> Result<String> {
    Ok(sqlx::query_scalar(query).fetch_one(on).await?)
}

fn wal(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_on_which_locks_do_not_hold_are_named() {
        assert_eq!(network(0x6969), Some("NFS"));
        assert_eq!(network(0xfe53_4d42), Some("SMB"));
        assert_eq!(network(-0x00ac_b2be), Some("SMB"), "as a negative 32-bit number");
        assert_eq!(network(0x6573_5546), Some("FUSE"));
        assert_eq!(network(0xef53), None, "ext4");
    }
}
