//! Organisations, and people who sign in: accounts, credentials and enrolments.

use azekura_core::crypto::row::RowInput;
use azekura_core::roster::{Credential, Enrolment, Organisation, User};
use sqlx::FromRow;
use uuid::Uuid;

use super::Result;
use super::sealed::{Columns, Kept, Reading, Removable, Sealed as _};
use super::sql::{Statement, Tx, sql};
use super::table::sealed;

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

sealed! {
    Organisation in "organisation" as "organisation" by id held as Organisation;
    () [] = |_| ();
}

sealed! {
    User in "app_user" as "user" by id held as User;
    () [] = |_| ();
}

sealed! {
    Credential in "credential" as "credential" by user;
    CredentialColumns [login] = |row| CredentialColumns { login: row.login.clone() };
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

sealed! {
    Enrolment in "enrolment" as "enrolment" by id;
    EnrolmentColumns [token_mac] = |row| EnrolmentColumns { token_mac: row.token_mac.clone() };
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
