//! What decides who may do what, verified and kept in memory.
//!
//! A copy is as good as the seals it was loaded under: each transaction that writes compares them
//! with those in the head of the log, and a table whose seal differs is loaded again. A table that
//! does not fit its seal grants nothing until it is restored.
//!
//! Source: `crypto.md` 2.11.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use azekura_core::crypto::row::Table;
use azekura_core::id::{ClientId, OrganisationId, SessionId, UserId};
use azekura_core::oversight::Reset;
use azekura_core::roster::{
    Appointment, Client, Designation, Notice, Organisation, Session, Training, User,
};
use uuid::Uuid;

use super::Result;
use super::head::{Head, Seal, Seals};
use super::sealed::{Kept, Reading, Sealed};
use super::verify::table;
use super::write::Commit;

/// The tables that are kept in memory.
pub const TABLES: [Table; 9] = [
    Table::Organisation,
    Table::User,
    Table::Session,
    Table::Designation,
    Table::Appointment,
    Table::Client,
    Table::Notice,
    Table::Training,
    Table::Reset,
];

/// A row of one of them, as a transaction left it.
#[derive(Clone)]
pub enum AuthorityRow {
    /// A role.
    Appointment(Kept<Appointment>),
    /// A program.
    Client(Kept<Client>),
    /// A line of the roster.
    Designation(Kept<Designation>),
    /// A version of a notice.
    Notice(Kept<Notice>),
    /// A tenant.
    Organisation(Kept<Organisation>),
    /// A row that is gone.
    Removed(Removed),
    /// Credentials that were made anew.
    Reset(Kept<Reset>),
    /// A sign-in.
    Session(Kept<Session>),
    /// A training.
    Training(Kept<Training>),
    /// An account.
    User(Kept<User>),
}

/// Which row is gone.
#[derive(Clone, Copy)]
pub struct Removed {
    pub(super) table: Table,
    pub(super) id: Uuid,
}

type OrgUser = (OrganisationId, UserId);

/// The copy in memory.
#[derive(Clone)]
pub struct Authority {
    appointments: Shelf<OrgUser, Appointment>,
    clients: Shelf<String, Client>,
    designations: Shelf<OrgUser, Designation>,
    notices: Shelf<OrganisationId, Notice>,
    organisations: Shelf<(), Organisation>,
    resets: Shelf<UserId, Reset>,
    sessions: Shelf<String, Session>,
    trainings: Shelf<OrgUser, Training>,
    users: Shelf<(), User>,
    seals: BTreeMap<Table, Seal>,
    forged: BTreeSet<Table>,
}

/// Tables that were loaded again; see [`fetch`].
pub struct Fetched {
    tables: Vec<(Table, Seal, Option<Vec<AuthorityRow>>)>,
}

/// Loads `tables` as they are at `head`; one that does not fit its seal comes back empty and marked.
pub async fn fetch(reading: &mut Reading<'_>, seals: &Seals, tables: &[Table]) -> Result<Fetched> {
    let mut fetched = Vec::with_capacity(tables.len());
    for wanted in tables {
        let seal = seals.of(*wanted)?;
        let rows = match wanted {
            Table::Organisation => rows::<Organisation>(reading, seal).await?,
            Table::User => rows::<User>(reading, seal).await?,
            Table::Session => rows::<Session>(reading, seal).await?,
            Table::Designation => rows::<Designation>(reading, seal).await?,
            Table::Appointment => rows::<Appointment>(reading, seal).await?,
            Table::Client => rows::<Client>(reading, seal).await?,
            Table::Notice => rows::<Notice>(reading, seal).await?,
            Table::Training => rows::<Training>(reading, seal).await?,
            Table::Reset => rows::<Reset>(reading, seal).await?,
            Table::Attempts
            | Table::Credential
            | Table::ClientUse
            | Table::Device
            | Table::Person
            | Table::Number
            | Table::Change
            | Table::Purge
            | Table::Certificate
            | Table::Enrolment
            | Table::Emergency
            | Table::TrainingPlan
            | Table::ItAccess => continue,
        };
        fetched.push((*wanted, seal, rows));
    }
    Ok(Fetched { tables: fetched })
}

impl Authority {
    /// All tables as they are at one moment.
    pub async fn load(reading: &mut Reading<'_>) -> Result<Self> {
        let key = reading.key();
        let head = Head::look(reading.tx(), key).await?;
        let mut authority = Self::empty();
        authority.renew(fetch(reading, head.seals(), &TABLES).await?);
        Ok(authority)
    }

    /// The tables whose seals are not those of this copy; a forged one is always among them.
    pub fn stale(&self, seals: &Seals) -> Vec<Table> {
        let fresh = |table: &Table| self.seals.get(table).copied() == seals.of(*table).ok();
        TABLES.into_iter().filter(|table| !fresh(table)).collect()
    }

    /// Takes tables that were loaded again.
    pub fn renew(&mut self, fetched: Fetched) {
        for (table, seal, rows) in fetched.tables {
            self.clear(table);
            match rows {
                Some(rows) => {
                    self.seals.insert(table, seal);
                    for row in rows {
                        self.put(row);
                    }
                }
                None => {
                    self.forged.insert(table);
                }
            }
        }
    }

    /// Takes over what an own commit changed. A commit that does not follow on what this copy holds
    /// is passed over; its tables are then stale and are loaded again.
    pub fn apply(&mut self, commit: &Commit) {
        let held = |(table, before): &&(Table, Seal)| self.seals.get(table) == Some(before);
        let tables: BTreeSet<Table> =
            commit.before.iter().filter(held).map(|(table, _)| *table).collect();
        for row in &commit.authority {
            if tables.contains(&row.table()) {
                self.put(row.clone());
            }
        }
        for table in tables {
            if let Ok(seal) = commit.seals.of(table) {
                self.seals.insert(table, seal);
            }
        }
    }

    /// Whether a table did not fit its seal when it was last loaded.
    pub fn is_forged(&self, table: Table) -> bool {
        self.forged.contains(&table)
    }

    /// One organisation.
    pub fn organisation(&self, id: OrganisationId) -> Option<&Kept<Organisation>> {
        self.organisations.get(id)
    }

    /// All organisations, oldest first.
    pub fn organisations(&self) -> impl Iterator<Item = &Kept<Organisation>> {
        self.organisations.of(&())
    }

    /// One account.
    pub fn user(&self, id: UserId) -> Option<&Kept<User>> {
        self.users.get(id)
    }

    /// All accounts, oldest first.
    pub fn users(&self) -> impl Iterator<Item = &Kept<User>> {
        self.users.of(&())
    }

    /// The session whose token has this MAC.
    pub fn session(&self, token_mac: &str) -> Option<&Kept<Session>> {
        self.sessions.of(token_mac).next()
    }

    /// The session of this id.
    pub fn session_by_id(&self, id: SessionId) -> Option<&Kept<Session>> {
        self.sessions.get(id)
    }

    /// The program of this id.
    pub fn client_by_id(&self, id: ClientId) -> Option<&Kept<Client>> {
        self.clients.get(id)
    }

    /// All sessions, oldest first.
    pub fn sessions(&self) -> impl Iterator<Item = &Kept<Session>> {
        self.sessions.all()
    }

    /// The program whose key has this public part.
    pub fn client(&self, key_id: &str) -> Option<&Kept<Client>> {
        self.clients.of(key_id).next()
    }

    /// A user's lines of the roster of an organisation, ended ones included.
    pub fn designations(
        &self,
        org: OrganisationId,
        user: UserId,
    ) -> impl Iterator<Item = &Kept<Designation>> {
        self.designations.of(&(org, user))
    }

    /// A user's roles in an organisation, ended ones included.
    pub fn appointments(
        &self,
        org: OrganisationId,
        user: UserId,
    ) -> impl Iterator<Item = &Kept<Appointment>> {
        self.appointments.of(&(org, user))
    }

    /// A user's trainings in an organisation.
    pub fn trainings(
        &self,
        org: OrganisationId,
        user: UserId,
    ) -> impl Iterator<Item = &Kept<Training>> {
        self.trainings.of(&(org, user))
    }

    /// How often a user's credentials were made anew, oldest first.
    pub fn resets(&self, user: UserId) -> impl Iterator<Item = &Kept<Reset>> {
        self.resets.of(&user)
    }

    /// All versions of an organisation's notice, the first one first.
    pub fn notices(&self, org: OrganisationId) -> impl Iterator<Item = &Kept<Notice>> {
        self.notices.of(&org)
    }

    fn empty() -> Self {
        Self {
            appointments: Shelf::new(|row| vec![(row.org, row.user)]),
            clients: Shelf::new(|row| row.keys.iter().map(|key| key.id.clone()).collect()),
            designations: Shelf::new(|row| vec![(row.org, row.user)]),
            notices: Shelf::new(|row| vec![row.org]),
            organisations: Shelf::new(|_| vec![()]),
            resets: Shelf::new(|row| vec![row.user]),
            sessions: Shelf::new(|row| vec![row.token_mac.clone()]),
            trainings: Shelf::new(|row| vec![(row.org, row.user)]),
            users: Shelf::new(|_| vec![()]),
            seals: BTreeMap::new(),
            forged: BTreeSet::new(),
        }
    }

    fn put(&mut self, row: AuthorityRow) {
        match row {
            AuthorityRow::Appointment(kept) => self.appointments.put(kept),
            AuthorityRow::Client(kept) => self.clients.put(kept),
            AuthorityRow::Designation(kept) => self.designations.put(kept),
            AuthorityRow::Notice(kept) => self.notices.put(kept),
            AuthorityRow::Organisation(kept) => self.organisations.put(kept),
            AuthorityRow::Removed(removed) => self.sessions.remove(removed.id),
            AuthorityRow::Reset(kept) => self.resets.put(kept),
            AuthorityRow::Session(kept) => self.sessions.put(kept),
            AuthorityRow::Training(kept) => self.trainings.put(kept),
            AuthorityRow::User(kept) => self.users.put(kept),
        }
    }

    fn clear(&mut self, table: Table) {
        let empty = Self::empty();
        match table {
            Table::Organisation => self.organisations = empty.organisations,
            Table::User => self.users = empty.users,
            Table::Session => self.sessions = empty.sessions,
            Table::Designation => self.designations = empty.designations,
            Table::Appointment => self.appointments = empty.appointments,
            Table::Client => self.clients = empty.clients,
            Table::Notice => self.notices = empty.notices,
            Table::Training => self.trainings = empty.trainings,
            Table::Reset => self.resets = empty.resets,
            Table::Attempts
            | Table::Credential
            | Table::ClientUse
            | Table::Device
            | Table::Person
            | Table::Number
            | Table::Change
            | Table::Purge
            | Table::Certificate
            | Table::Enrolment
            | Table::Emergency
            | Table::TrainingPlan
            | Table::ItAccess => {}
        }
        self.seals.remove(&table);
        self.forged.remove(&table);
    }
}

impl AuthorityRow {
    fn table(&self) -> Table {
        match self {
            Self::Appointment(_) => Table::Appointment,
            Self::Client(_) => Table::Client,
            Self::Designation(_) => Table::Designation,
            Self::Notice(_) => Table::Notice,
            Self::Organisation(_) => Table::Organisation,
            Self::Removed(removed) => removed.table,
            Self::Reset(_) => Table::Reset,
            Self::Session(_) => Table::Session,
            Self::Training(_) => Table::Training,
            Self::User(_) => Table::User,
        }
    }
}

async fn rows<T: Sealed>(
    reading: &mut Reading<'_>,
    seal: Seal,
) -> Result<Option<Vec<AuthorityRow>>> {
    let mut rows = Vec::new();
    let genuine = table::<T>(reading, seal, |kept| rows.extend(T::authority(&kept))).await?;
    Ok(genuine.then_some(rows))
}

/// Rows by id, and by other keys.
#[derive(Clone)]
struct Shelf<K, T> {
    rows: HashMap<Uuid, Kept<T>>,
    by: HashMap<K, BTreeSet<Uuid>>,
    keys: fn(&T) -> Vec<K>,
}

impl<K: Eq + Hash, T: Sealed> Shelf<K, T> {
    fn new(keys: fn(&T) -> Vec<K>) -> Self {
        Self { rows: HashMap::new(), by: HashMap::new(), keys }
    }

    fn get(&self, id: impl Into<Uuid>) -> Option<&Kept<T>> {
        self.rows.get(&id.into())
    }

    fn of<'a, Q>(&'a self, key: &Q) -> impl Iterator<Item = &'a Kept<T>> + use<'a, K, T, Q>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.by.get(key).into_iter().flatten().filter_map(|id| self.rows.get(id))
    }

    fn all(&self) -> impl Iterator<Item = &Kept<T>> {
        self.rows.values()
    }

    fn put(&mut self, kept: Kept<T>) {
        let id = kept.id();
        self.remove(id);
        for key in (self.keys)(&kept) {
            self.by.entry(key).or_default().insert(id);
        }
        self.rows.insert(id, kept);
    }

    fn remove(&mut self, id: Uuid) {
        let Some(old) = self.rows.remove(&id) else { return };
        for key in (self.keys)(&old) {
            if let Some(ids) = self.by.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by.remove(&key);
                }
            }
        }
    }
}
