//! A vault's database for one test, and rows to fill it with.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use azekura::store::people::PersonRow;
use azekura::store::{Open, Reading, Store, Write};
use azekura_core::access::Scope;
use azekura_core::audit::event::{PeopleEvent, VaultEvent};
use azekura_core::audit::{ActorRef, Entry, Event};
use azekura_core::crypto::RowKey;
use azekura_core::id::{OrganisationId, PersonId, new_uuid};
use azekura_core::person::{Marks, Person, PersonKind, Record, Relationship};
use azekura_core::retention::{Holdings, Settings};
use azekura_core::roster::{
    Appointment, Client, ClientKey, Designation, Grant, Hours, Networks, Notice, Organisation,
    Profile, Proof, Role, Session, User, UserState,
};
use azekura_core::time::{CivilDate, Timestamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_237_200_000);

/// A database with an empty log, and a way around the vault into it.
pub(crate) struct Vault {
    pub(crate) store: Store,
    pub(crate) key: RowKey,
    around: Around,
    _directory: Option<TempDir>,
}

/// Where whoever writes to the database without the vault finds it.
enum Around {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Vault {
    pub(crate) async fn on_sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("data/vault.db");
        let store = Store::open_sqlite(&path, Open::New).await.unwrap();
        Self::establish(store, Around::Sqlite(path), Some(directory)).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(azekura_tests::postgres::database);
        let url = url.await.unwrap().unwrap();
        let store = Store::open_postgres(&url).await.unwrap();
        Self::establish(store, Around::Postgres(url), None).await
    }

    async fn establish(store: Store, around: Around, directory: Option<TempDir>) -> Self {
        let key = RowKey::from_random([0x52; 32]);
        store.establish(&key).await.unwrap();
        Self { store, key, around, _directory: directory }
    }

    pub(crate) async fn begin(&self) -> Write<'_> {
        self.store.begin(&self.key).await.unwrap()
    }

    pub(crate) async fn read(&self) -> Reading<'_> {
        self.store.read(&self.key).await.unwrap()
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        match &self.around {
            Around::Sqlite(path) => path,
            Around::Postgres(_) => panic!("a server has no file"),
        }
    }

    /// The address of the server.
    pub(crate) fn url(&self) -> &str {
        match &self.around {
            Around::Sqlite(_) => panic!("a file has no address"),
            Around::Postgres(url) => url,
        }
    }

    /// Does to the database what the vault would not.
    pub(crate) async fn attack(&self, statements: &str) {
        let statements = AssertSqlSafe(statements.to_owned());
        match &self.around {
            Around::Sqlite(path) => {
                let url = format!("sqlite://{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Around::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Writes what `rows` writes, with one entry, and commits.
    pub(crate) async fn write<T>(&self, rows: impl AsyncFnOnce(&mut Write<'_>) -> T) -> T {
        let mut write = self.begin().await;
        log(&mut write);
        let made = rows(&mut write).await;
        write.commit().await.unwrap();
        made
    }
}

/// Appends an entry that belongs to nobody.
pub(crate) fn log(write: &mut Write<'_>) -> u64 {
    let epoch = VaultEvent::EpochCreated { epoch: 1 };
    append(write, None, epoch.into(), NOW)
}

/// Appends an entry about a person.
pub(crate) fn log_about(write: &mut Write<'_>, org: OrganisationId, person: PersonId) -> u64 {
    let event = PeopleEvent::PersonUpdated { change: None, fields: Vec::new(), person };
    append(write, Some(org), event.into(), NOW)
}

pub(crate) fn append(
    write: &mut Write<'_>,
    tenant: Option<OrganisationId>,
    event: Event,
    at: Timestamp,
) -> u64 {
    let entry = Entry {
        id: uuid(),
        seq: write.next_seq(),
        at,
        node: "n1".to_owned(),
        tenant,
        actor: ActorRef::Operator,
        request: None,
        ip: None,
        event,
    };
    write.append(&entry).unwrap()
}

/// An id, each later than the one before.
pub(crate) fn uuid() -> Uuid {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    new_uuid(NOW.plus_millis(count.cast_signed()), [7; 10])
}

pub(crate) fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

pub(crate) fn organisation() -> Organisation {
    Organisation {
        id: uuid().into(),
        name: "見本商事".to_owned(),
        corporate_number: None,
        profile: Profile::Standard,
        processor: false,
        settings: Settings::default(),
        frozen: None,
        created_at: NOW,
    }
}

pub(crate) fn user() -> User {
    User {
        id: uuid().into(),
        display_name: "架空 花子".to_owned(),
        staff_ref: None,
        administrator: false,
        state: UserState::Active,
        last_day: None,
        created_at: NOW,
    }
}

pub(crate) fn session(token: &str) -> Session {
    Session {
        id: uuid().into(),
        user: uuid().into(),
        token_mac: token.to_owned(),
        issued_at: NOW,
        active_at: NOW,
        expires_at: NOW.plus_millis(1),
        factor_at: NOW,
    }
}

pub(crate) fn designation(org: OrganisationId) -> Designation {
    Designation {
        id: uuid().into(),
        org,
        user: uuid().into(),
        capabilities: BTreeSet::new(),
        scope: Scope::default(),
        networks: Networks::default(),
        from: day("2026-04-01"),
        until: None,
        remarks: None,
        pledge: 1,
        accepted_at: NOW,
        ended_at: None,
    }
}

pub(crate) fn appointment(org: OrganisationId) -> Appointment {
    Appointment {
        id: uuid().into(),
        org,
        user: uuid().into(),
        role: Role::Manager,
        deputy_for: None,
        from: day("2026-04-01"),
        until: None,
        ended_at: None,
    }
}

pub(crate) fn client(org: OrganisationId, key: &str) -> Client {
    Client {
        id: uuid().into(),
        org,
        grant: Grant {
            name: "試験給与".to_owned(),
            owner: uuid().into(),
            scope: Scope::default(),
            operations: BTreeSet::new(),
            hours: Hours::default(),
            networks: Networks::default(),
            quota_per_hour: 10,
            quota_per_day: 100,
            until: day("2027-03-31"),
        },
        keys: vec![ClientKey {
            id: key.to_owned(),
            proof: Proof::Mac("00".to_owned()),
            made_at: NOW,
            until: None,
        }],
        stopped: None,
        ended_at: None,
    }
}

pub(crate) fn notice(org: OrganisationId, version: u32) -> Notice {
    Notice {
        id: uuid().into(),
        org,
        version,
        bundles: [].into_iter().collect(),
        texts: [(PersonKind::Employee, "見本".to_owned())].into(),
        channel: "paper".to_owned(),
        from: day("2026-04-01"),
    }
}

pub(crate) fn person(org: OrganisationId, external_ref: &str) -> PersonRow {
    let relationship = Relationship {
        id: uuid().into(),
        kind: PersonKind::Employee,
        of: None,
        relation: None,
        started_on: None,
        tax_column: None,
        part_time: false,
    };
    let person = Person {
        id: uuid().into(),
        org,
        external_ref: external_ref.to_owned(),
        personal_version: 1,
        keys: Vec::new(),
        relationships: vec![relationship],
        facts: Vec::new(),
        number: Record::default(),
        marks: Marks::default(),
        holdings: Holdings::default(),
        created_at: NOW,
    };
    PersonRow { person, personal: vec![0xa5; 332] }
}
