//! Answers to requests that came with an `Idempotency-Key`; never one with a number or a secret.

use azekura_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::Reading;
use super::sql::sql;
use super::write::Write;
use super::{Error, Result};

/// What was answered, and to what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answered {
    /// The user or program that asked.
    pub actor: Uuid,
    /// The key it chose.
    pub key: String,
    /// Method and path of the route.
    pub route: String,
    /// Says whether a repeated request is the same; never a digest of a body with a number.
    pub fingerprint: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// The body, or what it is made from again.
    pub body: Vec<u8>,
    /// When it was answered.
    pub at: Timestamp,
}

/// What was answered under a key before.
pub async fn find(reading: &mut Reading<'_>, actor: Uuid, key: &str) -> Result<Option<Answered>> {
    sql!(
        reading.tx(),
        "select actor, key, route, fingerprint, status, body, created_at
           from idempotency
          where actor = $1 and key = $2",
        actor,
        key,
    )
    .optional::<AnsweredRow>()
    .await?
    .map(Answered::try_from)
    .transpose()
}

/// Keeps an answer, in the transaction of its effect.
///
/// # Errors
///
/// [`Error::Duplicate`] if another request with the key was answered meanwhile.
pub async fn insert(write: &mut Write<'_>, answered: &Answered) -> Result<()> {
    sql!(
        write.tx(),
        "insert into idempotency (actor, key, route, fingerprint, status, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        answered.actor,
        answered.key.as_str(),
        answered.route.as_str(),
        answered.fingerprint.as_slice(),
        i64::from(answered.status),
        answered.body.as_slice(),
        answered.at.as_millis(),
    )
    .run()
    .await
    .map_err(|error| error.naming("idempotency key"))?;
    Ok(())
}

/// Forgets the answers given before `at`, and counts them.
pub async fn sweep(write: &mut Write<'_>, at: Timestamp) -> Result<u64> {
    sql!(write.tx(), "delete from idempotency where created_at < $1", at.as_millis()).run().await
}

#[derive(FromRow)]
struct AnsweredRow {
    actor: Uuid,
    key: String,
    route: String,
    fingerprint: Vec<u8>,
    status: i64,
    body: Vec<u8>,
    created_at: i64,
}

impl TryFrom<AnsweredRow> for Answered {
    type Error = Error;

    fn try_from(row: AnsweredRow) -> Result<Self> {
        Ok(Self {
            actor: row.actor,
            key: row.key,
            route: row.route,
            fingerprint: row.fingerprint,
            status: u16::try_from(row.status)
                .map_err(|_| Error::Corrupt { what: "idempotency key" })?,
            body: row.body,
            at: Timestamp::from_millis(row.created_at),
        })
    }
}
