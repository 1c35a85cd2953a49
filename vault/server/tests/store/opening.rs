//! What is opened and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azekura::store::{Error, Open, Store};
use azekura_core::crypto::RowKey;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::fixtures::{Vault, log};

async fn refused(path: &Path) -> Error {
    Store::open_sqlite(path, Open::Existing).await.err().expect("the file is refused")
}

/// A closed vault's file with 300 entries in it.
async fn closed() -> (TempDir, std::path::PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("data/vault.db");
    let store = Store::open_sqlite(&path, Open::New).await.unwrap();
    let key = RowKey::from_random([1; 32]);
    store.establish(&key).await.unwrap();
    let mut write = store.begin(&key).await.unwrap();
    for _ in 0..300 {
        log(&mut write);
    }
    write.commit().await.unwrap();
    store.close().await;
    (directory, path)
}

async fn change(path: &Path, statements: &'static str) {
    let url = format!("sqlite://{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_vault_opens_again_as_it_was_closed() {
    let (_directory, path) = closed().await;
    let key = RowKey::from_random([1; 32]);
    let store = Store::open_sqlite(&path, Open::Existing).await.unwrap();
    assert_eq!(store.begin(&key).await.unwrap().size(), 300);
    let other = RowKey::from_random([2; 32]);
    assert!(matches!(store.begin(&other).await, Err(Error::Forged { .. })));
    store.close().await;
}

/// RT-09: files that are missing, damaged or of another program.
#[tokio::test]
async fn rt_09_a_damaged_or_foreign_file_is_refused() {
    a_missing_file_is_not_made().await;
    a_file_that_is_there_is_not_replaced().await;
    empty_zeroed_and_foreign_files_are_refused().await;
    a_database_of_another_program_is_refused_unchanged().await;
    a_truncated_file_is_refused().await;
    a_file_damaged_before_an_unclean_stop_is_refused().await;
}

async fn a_missing_file_is_not_made() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("data/vault.db");
    assert!(matches!(refused(&path).await, Error::Missing));
    assert!(!path.exists());
}

async fn a_file_that_is_there_is_not_replaced() {
    let (_directory, path) = closed().await;
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::open_sqlite(&path, Open::New).await, Err(Error::Io(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

async fn empty_zeroed_and_foreign_files_are_refused() {
    let (_directory, path) = closed().await;
    let length = fs::metadata(&path).unwrap().len();
    for content in [vec![], vec![0; usize::try_from(length).unwrap()], b"SQLite".to_vec()] {
        fs::write(&path, &content).unwrap();
        assert!(matches!(refused(&path).await, Error::NotADatabase));
        assert_eq!(fs::read(&path).unwrap(), content, "it is left as it is");
    }
}

async fn a_database_of_another_program_is_refused_unchanged() {
    let (_directory, path) = closed().await;
    fs::remove_file(&path).unwrap();
    fs::write(&path, []).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    change(&path, "create table log_head (id integer)").await;
    let before = fs::read(&path).unwrap();
    assert!(matches!(refused(&path).await, Error::NotADatabase));
    assert_eq!(fs::read(&path).unwrap(), before);
}

async fn a_truncated_file_is_refused() {
    let (_directory, path) = closed().await;
    let content = fs::read(&path).unwrap();
    for part in [1, 2, 3] {
        fs::write(&path, &content[..content.len() * part / 4]).unwrap();
        let error = refused(&path).await;
        assert!(matches!(error, Error::Corrupt { .. } | Error::NotADatabase), "{error}");
    }
}

async fn a_file_damaged_before_an_unclean_stop_is_refused() {
    let vault = Vault::on_sqlite().await;
    for _ in 0..3 {
        let mut write = vault.begin().await;
        (0..300).for_each(|_| {
            log(&mut write);
        });
        write.commit().await.unwrap();
        vault.store.scrub(&[]).await.unwrap();
    }
    let mut write = vault.begin().await;
    log(&mut write);
    write.commit().await.unwrap();
    let from = vault.path().parent().unwrap().to_owned();
    let stopped = TempDir::new().unwrap();
    fs::set_permissions(stopped.path(), fs::Permissions::from_mode(0o700)).unwrap();
    for name in ["vault.db", "vault.db-wal"] {
        fs::copy(from.join(name), stopped.path().join(name)).unwrap();
    }
    let path = stopped.path().join("vault.db");
    let mut content = fs::read(&path).unwrap();
    let middle = content.len() / 2;
    content[middle..middle + 4096].fill(0xff);
    fs::write(&path, content).unwrap();
    assert!(matches!(refused(&path).await, Error::Corrupt { what: "database" }));
}

#[tokio::test]
async fn rt_15_a_second_process_is_refused() {
    let (_directory, path) = closed().await;
    let first = Store::open_sqlite(&path, Open::Existing).await.unwrap();
    assert!(matches!(refused(&path).await, Error::InUse));
    first.close().await;
    Store::open_sqlite(&path, Open::Existing).await.unwrap().close().await;
}

#[tokio::test]
async fn rt_19_tables_of_a_newer_version_are_refused() {
    let (_directory, path) = closed().await;
    change(
        &path,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, x'00', 0)",
    )
    .await;
    assert!(matches!(refused(&path).await, Error::NewerSchema));
}

#[tokio::test]
async fn files_that_others_can_read_are_refused() {
    let (_directory, path) = closed().await;
    let directory = path.parent().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(refused(&path).await, Error::Permissions { what: "database file", .. }));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(directory, fs::Permissions::from_mode(0o750)).unwrap();
    assert!(matches!(refused(&path).await, Error::Permissions { .. }));
}

#[tokio::test]
async fn a_newer_database_and_an_open_network_are_refused() {
    let vault = Vault::on_postgres().await;
    let url = vault.url().to_owned();
    assert!(Store::open_postgres(&url).await.is_ok(), "twice is fine on a server");
    vault
        .attack(
            "insert into _sqlx_migrations
               (version, description, success, checksum, execution_time)
             values (9999, 'later', true, '', 0)",
        )
        .await;
    assert!(matches!(Store::open_postgres(&url).await, Err(Error::NewerSchema)));
    let outside = "postgresql://azekura@db.example/azekura?sslmode=require";
    let open = Store::open_postgres(outside).await;
    assert!(matches!(open, Err(Error::Settings { name: "sslmode" })));
}
