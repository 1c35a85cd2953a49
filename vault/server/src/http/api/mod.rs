//! The calls of the API: each reads its request, asks one use case, and shows what it made.

mod accounts;
mod appointments;
mod changes;
mod clients;
mod designations;
mod emergencies;
mod health;
mod ledgers;
mod log;
mod notices;
mod oversight;
mod people;
mod purges;
mod purposes;
mod reads;
mod release;
mod sessions;
mod trainings;
mod users;
mod vault;

use axum::response::Response;

use super::needs::Calls;
use super::problem::Failed;

/// What a handler gives back.
type Answer = Result<Response, Failed>;

/// Every call of the API.
pub(super) fn routes() -> Calls {
    Calls::default()
        .merge(sessions::routes())
        .merge(vault::routes())
        .merge(users::routes())
        .merge(accounts::routes())
        .merge(appointments::routes())
        .merge(designations::routes())
        .merge(trainings::routes())
        .merge(notices::routes())
        .merge(clients::routes())
        .merge(emergencies::routes())
        .merge(oversight::routes())
        .merge(purposes::routes())
        .merge(people::routes())
        .merge(changes::routes())
        .merge(reads::routes())
        .merge(purges::routes())
        .merge(ledgers::routes())
        .merge(log::routes())
        .merge(health::routes())
}
