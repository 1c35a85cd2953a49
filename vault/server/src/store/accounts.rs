//! Organisations, and people who sign in: accounts, credentials and enrolments.

use azekura_core::crypto::RowKey;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::roster::{Credential, Enrolment, Organisation, User};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::authority::AuthorityRow;
use super::sealed::{Columns, Kept, Raw, Reading, Removable, Sealed};
use super::sql::{Statement, Tx, sql};

/// The credential of whoever signs in under `login`, folded to lower case.
pub async fn credential_by_login(
    reading: &mut Reading<'_>,
    login: &str,
) -> Result<Option<Kept<Credential>>> {
    reading
        .optional(|tx| sql!(tx, "select id, login, sealed from credential where login = $1", login))
        .await
}

/// Every credential; there are a few thousand at most.
pub async fn credentials(reading: &mut Reading<'_>) -> Result<Vec<Kept<Credential>>> {
    reading.all(|tx| Credential::scan(tx, Uuid::nil(), i64::MAX)).await
}

/// The enrolment whose one-time token has this MAC, as hexadecimal.
pub async fn enrolment_by_token(
    reading: &mut Reading<'_>,
    token_mac: &str,
) -> Result<Option<Kept<Enrolment>>> {
    reading
        .optional(|tx| {
            sql!(tx, "select id, token_mac, sealed from enrolment where token_mac = $1", token_mac,)
        })
        .await
}

impl Sealed for Organisation {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::Organisation;
    const WHAT: &'static str = "organisation";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) {}

    fn from_parts(_: Uuid, body: Self, (): ()) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<()>) -> Statement<'t> {
        sql!(tx, "insert into organisation (id, sealed) values ($1, $2)", row.id, &row.sealed[..],)
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update organisation set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from organisation where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, sealed from organisation
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::Organisation(kept.clone()))
    }
}

impl Sealed for User {
    type Body = Self;
    type Columns = ();

    const TABLE: Table = Table::User;
    const WHAT: &'static str = "user";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) {}

    fn from_parts(_: Uuid, body: Self, (): ()) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<()>) -> Statement<'t> {
        sql!(tx, "insert into app_user (id, sealed) values ($1, $2)", row.id, &row.sealed[..],)
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<()>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update app_user set sealed = $2
              where id = $1 and substr(sealed, 1, 16) = $3",
            row.id,
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, sealed from app_user where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, sealed from app_user
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }

    fn authority(kept: &Kept<Self>) -> Option<AuthorityRow> {
        Some(AuthorityRow::User(kept.clone()))
    }
}

impl Sealed for Credential {
    type Body = Self;
    type Columns = CredentialColumns;

    const TABLE: Table = Table::Credential;
    const WHAT: &'static str = "credential";

    fn id(&self) -> Uuid {
        self.user.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> CredentialColumns {
        CredentialColumns { login: self.login.clone() }
    }

    fn from_parts(_: Uuid, body: Self, _: CredentialColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<CredentialColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into credential (id, login, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.login.as_str(),
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<CredentialColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update credential set login = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.login.as_str(),
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, login, sealed from credential where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, login, sealed from credential
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

impl Removable for Credential {
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t> {
        sql!(tx, "delete from credential where id = $1 and substr(sealed, 1, 16) = $2", id, stamp,)
    }
}

/// The search columns of `credential`.
#[derive(FromRow)]
pub struct CredentialColumns {
    login: String,
}

impl Columns for CredentialColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.column(self.login.as_str())
    }
}

impl Sealed for Enrolment {
    type Body = Self;
    type Columns = EnrolmentColumns;

    const TABLE: Table = Table::Enrolment;
    const WHAT: &'static str = "enrolment";

    fn id(&self) -> Uuid {
        self.id.into()
    }

    fn body(&self) -> &Self {
        self
    }

    fn columns(&self, _: &RowKey) -> EnrolmentColumns {
        EnrolmentColumns { token_mac: self.token_mac.clone() }
    }

    fn from_parts(_: Uuid, body: Self, _: EnrolmentColumns) -> Option<Self> {
        Some(body)
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<EnrolmentColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into enrolment (id, token_mac, sealed) values ($1, $2, $3)",
            row.id,
            row.columns.token_mac.as_str(),
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<EnrolmentColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update enrolment set token_mac = $2, sealed = $3
              where id = $1 and substr(sealed, 1, 16) = $4",
            row.id,
            row.columns.token_mac.as_str(),
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(tx, "select id, token_mac, sealed from enrolment where id = $1", id)
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, token_mac, sealed from enrolment
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

impl Removable for Enrolment {
    fn remove<'t>(tx: &'t mut Tx, id: Uuid, stamp: &[u8]) -> Statement<'t> {
        sql!(tx, "delete from enrolment where id = $1 and substr(sealed, 1, 16) = $2", id, stamp,)
    }
}

/// The search columns of `enrolment`.
#[derive(FromRow)]
pub struct EnrolmentColumns {
    token_mac: String,
}

impl Columns for EnrolmentColumns {
    fn input(&self, row: RowInput) -> RowInput {
        row.column(self.token_mac.as_str())
    }
}
