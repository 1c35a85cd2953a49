//! Answers to requests that came with an `Idempotency-Key`; never one with a number or a secret.

use azekura_core::canonical::Encoder;
use azekura_core::crypto::{RowKey, same};
use azekura_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::Reading;
use super::sql::sql;
use super::verify::STEP;
use super::write::Write;
use super::{Error, Result};

/// What the table holds, for errors.
pub(super) const WHAT: &str = "idempotency key";

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
    let sealing = reading.key();
    let row = sql!(
        reading.tx(),
        "select actor, key, route, fingerprint, status, body, created_at, mac
           from idempotency
          where actor = $1 and key = $2",
        actor,
        key,
    )
    .optional::<AnsweredRow>()
    .await?;
    row.map(|row| row.verified(sealing)).transpose()
}

/// Keeps an answer, in the transaction of its effect.
///
/// # Errors
///
/// [`Error::Duplicate`] if another request with the key was answered meanwhile.
pub async fn insert(write: &mut Write<'_>, answered: &Answered) -> Result<()> {
    let mac = mac(write.reading().key(), answered);
    sql!(
        write.tx(),
        "insert into idempotency (actor, key, route, fingerprint, status, body, created_at, mac)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        answered.actor,
        answered.key.as_str(),
        answered.route.as_str(),
        answered.fingerprint.as_slice(),
        i64::from(answered.status),
        answered.body.as_slice(),
        answered.at.as_millis(),
        &mac[..],
    )
    .run()
    .await
    .map_err(|error| error.naming(WHAT))?;
    Ok(())
}

/// Whether every answer that is kept is one that the vault gave.
pub(super) async fn agree(reading: &mut Reading<'_>) -> Result<bool> {
    let mut after = (Uuid::nil(), String::new());
    loop {
        let sealing = reading.key();
        let page = sql!(
            reading.tx(),
            "select actor, key, route, fingerprint, status, body, created_at, mac
               from idempotency
              where (actor, key) > ($1, $2) order by actor, key limit $3",
            after.0,
            after.1.clone(),
            STEP,
        )
        .all::<AnsweredRow>()
        .await?;
        let Some(last) = page.last() else { return Ok(true) };
        after = (last.actor, last.key.clone());
        if page.into_iter().any(|row| row.verified(sealing).is_err()) {
            return Ok(false);
        }
    }
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
    mac: Vec<u8>,
}

impl AnsweredRow {
    /// The answer, if the vault gave it: a planted one would be repeated to whoever asks, and a read
    /// under its key would not be charged.
    fn verified(self, key: &RowKey) -> Result<Answered> {
        let forged = Error::Forged { what: WHAT };
        let Ok(status) = u16::try_from(self.status) else { return Err(forged) };
        let Self { actor, key: chosen, route, fingerprint, body, created_at, mac: found, .. } =
            self;
        let at = Timestamp::from_millis(created_at);
        let answered = Answered { actor, key: chosen, route, fingerprint, status, body, at };
        if same(&mac(key, &answered), &found) { Ok(answered) } else { Err(forged) }
    }
}

fn mac(key: &RowKey, answered: &Answered) -> [u8; 32] {
    let Answered { actor, key: chosen, route, fingerprint, status, body, at } = answered;
    let mut input = Encoder::new();
    input.raw(actor.as_bytes()).str(chosen).str(route).bytes(fingerprint);
    input.u64(u64::from(*status)).bytes(body).u64(at.as_millis().cast_unsigned());
    key.answer_mac(input.as_slice())
}
