//! No number lies in a file.

use std::path::PathBuf;
use std::sync::Arc;

use azekura::cli::setup::{self, Secret};
use azekura::keyfile::StateDir;
use azekura::service::intents;
use azekura::store::Store;
use azekura_tests::canary::{Canaries, ENCODINGS};
use azekura_tests::vault::Files;
use azekura_tests::{Member, Office, Site, Vault, number};
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, Row};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::Scene;

#[test]
fn rt_10_no_number_lies_in_any_file() {
    no_number_lies_in_the_folder_of_a_vault();
    no_number_lies_in_the_folder_of_a_postgresql_server();
}

fn no_number_lies_in_the_folder_of_a_vault() {
    let vault = Vault::start_logging("trace");
    let scene = Scene::new(&vault);
    let numbers: Vec<String> = (10_000..10_200).map(number).collect();
    scene.work(&numbers);
    let canaries = Canaries::new(&numbers);
    let look = || {
        let (hits, looked) = canaries.find_under(vault.files().root());
        assert!(looked > 1_000_000, "only {looked} bytes were looked at");
        assert_eq!(hits, [], "200 numbers in {ENCODINGS} forms");
    };
    assert!(vault.files().state().join("vault.db-wal").metadata().unwrap().len() > 0);
    look();
    vault.export();
    vault.stop();
    look();
}

/// The vault runs in this process, because the server does not run on PostgreSQL yet.
fn no_number_lies_in_the_folder_of_a_postgresql_server() {
    let (files, runtime) = (Files::new(), Runtime::new().unwrap());
    let url = azekura_tests::postgres::database().unwrap();
    let state = StateDir::create(&files.state()).unwrap();
    let store = runtime.block_on(Store::open_postgres(&url)).unwrap();
    let secret = Secret::Credential(Zeroizing::new([5; 32]));
    let founded = runtime.block_on(setup::found_on(state, store, secret, false)).unwrap();
    let (app, stop) = (founded.app, CancellationToken::new());
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let site = Site::new(listener.local_addr().unwrap());
    runtime.spawn(intents::serve(Arc::clone(&app), founded.queue, stop.clone()));
    runtime.spawn(azekura::http::listen::serve(listener, azekura::http::router(app), stop));
    let enrol = |token: &secrecy::SecretString, login| site.enrol(token.expose_secret(), login);
    let [first, second] = &founded.tokens;
    let administrators: [Member; 2] = [enrol(first, "kanri.ichi"), enrol(second, "kanri.ni")];
    let [first, second] = &administrators;
    let scene = Scene::at(Office::found(&site, [first, second], "架空商事"));
    let numbers: Vec<String> = (10_300..10_400).map(number).collect();
    scene.work(&numbers);

    let folder = runtime.block_on(flushed(&url));
    let canaries = Canaries::new(&numbers);
    for folder in [folder, files.root().to_path_buf()] {
        let (hits, looked) = canaries.find_under(&folder);
        assert!(looked > 1_000, "only {looked} bytes were looked at");
        assert_eq!(hits, [], "100 numbers in {ENCODINGS} forms");
    }
}

/// The folder of the server, once everything is in its files.
async fn flushed(url: &str) -> PathBuf {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("checkpoint").execute(&mut connection).await.unwrap();
    let row = sqlx::raw_sql("show data_directory").fetch_one(&mut connection).await.unwrap();
    PathBuf::from(row.get::<String, _>(0))
}
