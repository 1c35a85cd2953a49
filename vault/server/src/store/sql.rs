//! One SQL text for both engines: the store, its transactions, and statements bound by [`sql!`].
//!
//! Each function of the store is written once. `sql!` takes a literal, never a text built at run
//! time, and binds the same values for whichever engine the transaction is on. Where the engines
//! need different texts (`bulk.rs`) the two stand side by side in one `sql!`.

use std::fs::File;
use std::path::PathBuf;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    FromRow, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
};

use super::Result;
use super::writer::{SqliteTx, Writer};

/// One SQLite file (a single writer, several readers) or one PostgreSQL pool.
pub enum Store {
    /// A file of this process alone.
    Sqlite {
        /// One connection; it takes the write lock at BEGIN.
        writer: Writer,
        /// Where the file is.
        path: PathBuf,
        /// Connections on which the engine refuses writes.
        readers: SqlitePool,
        /// Held as long as the store lives, so that no second process opens the file.
        lock: File,
    },
    /// A server that several nodes may share.
    Postgres(PgPool),
}

/// A transaction on either engine; dropped without `commit` it rolls back.
pub enum Tx {
    /// On the SQLite file.
    Sqlite(SqliteTx),
    /// On the PostgreSQL server.
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Starts a transaction that may write. SQLite takes its write lock at once, so a later
    /// statement cannot fail with `SQLITE_BUSY_SNAPSHOT`; PostgreSQL makes the commit durable even
    /// where a role was told otherwise.
    pub(super) async fn begin_write(&self) -> Result<Tx> {
        trip("begin");
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(SqliteTx::Write(writer.begin().await?)),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN; SET LOCAL synchronous_commit = on").await?)
            }
        })
    }

    /// Starts a transaction in which the engine itself refuses writes.
    pub(super) async fn begin_read(&self) -> Result<Tx> {
        trip("begin");
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(SqliteTx::Read(readers.begin().await?)),
            Self::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
            ),
        })
    }

    /// A number that changes when somebody else than this store's writer commits to the file. `None`
    /// where the engine has no such number.
    pub async fn foreign_writes(&self) -> Result<Option<i64>> {
        Ok(match self {
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.lock().await;
                let version = sqlx::query_scalar("pragma data_version").fetch_one(&mut *writer);
                Some(version.await?)
            }
            Self::Postgres(_) => None,
        })
    }

    /// Closes all connections and gives the file free.
    pub async fn close(self) {
        match self {
            Self::Sqlite { writer, readers, lock, .. } => {
                readers.close().await;
                writer.close().await;
                drop(lock);
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Commits; a `Tx` that is dropped rolls back.
    pub(super) async fn commit(self) -> Result<()> {
        trip("commit");
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => Ok(tx.commit().await?),
        }
    }
}

/// A row type that both engines can fill; `#[derive(FromRow)]` is enough.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// A bound statement; see `sql!`.
#[must_use = "a statement does nothing until it is run"]
pub enum Statement<'t> {
    /// For SQLite.
    Sqlite(&'t mut SqliteConnection, Query<'static, Sqlite, SqliteArguments>),
    /// For PostgreSQL.
    Postgres(&'t mut PgConnection, Query<'static, Postgres, PgArguments>),
}

impl Statement<'_> {
    /// Runs the statement and counts the rows it changed.
    pub async fn run(self) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(conn, query) => query.execute(conn).await?.rows_affected(),
            Self::Postgres(conn, query) => query.execute(conn).await?.rows_affected(),
        })
    }

    /// The only row, if there is one.
    pub async fn optional<T: Row>(self) -> Result<Option<T>> {
        Ok(match self {
            Self::Sqlite(conn, query) => {
                query.fetch_optional(conn).await?.map(|row| T::from_row(&row))
            }
            Self::Postgres(conn, query) => {
                query.fetch_optional(conn).await?.map(|row| T::from_row(&row))
            }
        }
        .transpose()?)
    }

    /// The only row of a statement that always has one.
    pub async fn one<T: Row>(self) -> Result<T> {
        Ok(self.optional().await?.ok_or(sqlx::Error::RowNotFound)?)
    }

    /// All rows.
    pub async fn all<T: Row>(self) -> Result<Vec<T>> {
        Ok(match self {
            Self::Sqlite(conn, query) => {
                query.fetch_all(conn).await?.iter().map(T::from_row).collect::<sqlx::Result<_>>()?
            }
            Self::Postgres(conn, query) => {
                query.fetch_all(conn).await?.iter().map(T::from_row).collect::<sqlx::Result<_>>()?
            }
        })
    }
}

/// Tells whoever counts (`docs/performance.md`) of one trip to the database: what is sent, never the
/// values.
pub(super) fn trip(sql: &'static str) {
    tracing::trace!(target: "azekura::trip", sql);
}

/// Binds values to a SQL literal, or to literals joined at compile time, for whichever engine the
/// transaction is on; or to two literals, each with its own values, where the engines have no common
/// text.
macro_rules! sql {
    ($tx:expr, $sql:literal $(, $value:expr)* $(,)?) => {
        $crate::store::sql::sql!(@ $tx, $sql $(, $value)*)
    };
    ($tx:expr, concat!($($part:tt)+) $(, $value:expr)* $(,)?) => {
        $crate::store::sql::sql!(@ $tx, concat!($($part)+) $(, $value)*)
    };
    (@ $tx:expr, $sql:expr $(, $value:expr)*) => {{
        $crate::store::sql::trip($sql);
        match &mut *$tx {
            $crate::store::Tx::Sqlite(tx) => {
                let query = sqlx::query($sql)$(.bind($value))*;
                $crate::store::sql::Statement::Sqlite(&mut **tx, query)
            }
            $crate::store::Tx::Postgres(tx) => {
                let query = sqlx::query($sql)$(.bind($value))*;
                $crate::store::sql::Statement::Postgres(&mut **tx, query)
            }
        }
    }};
    (
        $tx:expr,
        sqlite: $sqlite:literal [$($left:expr),* $(,)?],
        postgres: $postgres:literal [$($right:expr),* $(,)?] $(,)?
    ) => {
        match &mut *$tx {
            $crate::store::Tx::Sqlite(tx) => {
                $crate::store::sql::trip($sqlite);
                let query = sqlx::query($sqlite)$(.bind($left))*;
                $crate::store::sql::Statement::Sqlite(&mut **tx, query)
            }
            $crate::store::Tx::Postgres(tx) => {
                $crate::store::sql::trip($postgres);
                let query = sqlx::query($postgres)$(.bind($right))*;
                $crate::store::sql::Statement::Postgres(&mut **tx, query)
            }
        }
    };
}

pub(super) use sql;
