//! The database file as whoever administers the machine could change it, past the vault.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection};

/// Runs one or more statements on a database file, beside the server if one runs.
pub fn run(file: &Path, statements: &str) {
    wait(async {
        let mut connection = open(file).await;
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(statements)))
            .await
            .expect("the statements run");
        connection.close().await.expect("the file closes");
    });
}

/// The rows that a question is answered with.
pub fn rows(file: &Path, question: &str) -> Vec<SqliteRow> {
    wait(async {
        let mut connection = open(file).await;
        let rows =
            connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(question))).await.expect("the rows");
        connection.close().await.expect("the file closes");
        rows
    })
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    options.disable_statement_logging().connect().await.expect("the database opens")
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}
