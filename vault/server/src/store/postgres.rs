//! Opening a PostgreSQL database: a server that may lose a commit is refused.
//!
//! Source: `crypto.md` 2.10.

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, PgPool};

use super::migrate::{Step, migrator, pending};
use super::sql::Store;
use super::{Error, Result};

/// The same numbers and tables as for SQLite.
const MIGRATIONS: &[Step] =
    &[(1, "vault", include_str!("../../../../migrations/postgres/0001_vault.sql"))];

impl Store {
    /// The vault in a PostgreSQL database, brought to this version's tables.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] names the setting with which an acknowledged commit could be lost or
    /// the connection be read; [`Error::NewerSchema`] leaves everything as it is.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        refuse_open_network(&options)?;
        let options = options.application_name("azekura").disable_statement_logging();
        let pool = PoolOptions::new().max_connections(8).connect_with(options).await?;
        migrate(&pool).await?;
        let store = Self::Postgres(pool);
        verify(&store).await?;
        Ok(store)
    }
}

/// Over a network only with a verified certificate; a socket or the loopback stays on the machine.
fn refuse_open_network(options: &PgConnectOptions) -> Result<()> {
    let host = options.get_host();
    let local = options.get_socket().is_some()
        || host.starts_with('/')
        || matches!(host, "localhost" | "127.0.0.1" | "::1");
    if local || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        Ok(())
    } else {
        Err(Error::Settings { name: "sslmode" })
    }
}

/// Migrates unless there is nothing to do: the role that serves needs no right to create tables.
async fn migrate(pool: &PgPool) -> Result<()> {
    let newest: i64 = match sqlx::query_scalar(
        "select 1 from pg_catalog.pg_tables
          where schemaname = current_schema() and tablename = '_sqlx_migrations'",
    )
    .fetch_optional(pool)
    .await?
    {
        None::<i32> => 0,
        Some(_) => {
            sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations")
                .fetch_one(pool)
                .await?
        }
    };
    if pending(MIGRATIONS, newest)? {
        migrator(MIGRATIONS).run(pool).await.map_err(|_| Error::Schema)?;
    }
    Ok(())
}

/// Reads the settings back inside a transaction that writes, as each of ours has them.
async fn verify(store: &Store) -> Result<()> {
    let super::Tx::Postgres(mut tx) = store.begin_write().await? else {
        return Err(Error::Schema);
    };
    for (name, query) in [
        ("fsync", "select current_setting('fsync')"),
        ("full_page_writes", "select current_setting('full_page_writes')"),
        ("data_checksums", "select current_setting('data_checksums')"),
        ("synchronous_commit", "select current_setting('synchronous_commit')"),
    ] {
        let value: String = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
        if value != "on" {
            return Err(Error::Settings { name });
        }
    }
    Ok(())
}
