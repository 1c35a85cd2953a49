//! The one connection that writes to a SQLite file.
//!
//! It is in no pool: a pool asks a connection how it is whenever it comes back, which is one more trip
//! between threads for each transaction, and holds up the next one meanwhile.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Connection as _, Executor as _, Sqlite, SqliteConnection, Transaction};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Result;

/// The connection; whoever waits for it is served in turn.
#[derive(Clone)]
pub struct Writer(Arc<Mutex<SqliteConnection>>);

/// A transaction of the writer. Dropped without [`Writing::commit`] it rolls back.
pub struct Writing(Option<OwnedMutexGuard<SqliteConnection>>);

/// A transaction on the file, of the writer or of a reader.
pub enum SqliteTx {
    /// It may not write.
    Read(Transaction<'static, Sqlite>),
    /// It holds the file's write lock.
    Write(Writing),
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    /// Takes the file's write lock, so that no later statement can fail for want of it.
    pub(super) async fn begin(&self) -> Result<Writing> {
        let mut writing = Writing(Some(self.lock().await));
        if let Some(connection) = &mut writing.0 {
            connection.execute("BEGIN IMMEDIATE").await?;
        }
        Ok(writing)
    }

    /// Closes the connection, unless a transaction still has it.
    pub(super) async fn close(self) {
        if let Some(connection) = Arc::into_inner(self.0) {
            connection.into_inner().close().await.ok();
        }
    }

    /// The connection outside a transaction.
    pub(super) async fn lock(&self) -> OwnedMutexGuard<SqliteConnection> {
        Arc::clone(&self.0).lock_owned().await
    }
}

impl Writing {
    async fn commit(mut self) -> Result<()> {
        if let Some(connection) = &mut self.0 {
            connection.execute("COMMIT").await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Writing {
    /// The next transaction waits until the rollback is through.
    fn drop(&mut self) {
        if let (Some(mut connection), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { connection.execute("ROLLBACK").await.map(drop) });
        }
    }
}

impl SqliteTx {
    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Read(tx) => Ok(tx.commit().await?),
            Self::Write(writing) => writing.commit().await,
        }
    }
}

impl Deref for SqliteTx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Read(tx) => tx,
            Self::Write(Writing(connection)) => {
                connection.as_ref().expect("it is taken by commit and drop only")
            }
        }
    }
}

impl DerefMut for SqliteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Read(tx) => tx,
            Self::Write(Writing(connection)) => {
                connection.as_mut().expect("it is taken by commit and drop only")
            }
        }
    }
}
