//! The tamper-evident log.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::log::{Checkpoint, Entries, EntriesQuery, Proof, ProofQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::http::extract::{Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{render, show};
use crate::service::{Error, log};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::AUDIT, routes!(list_entries))
        .call(Need::AUDIT, routes!(prove_entry))
        .call(Need::Public, routes!(show_checkpoint))
}

/// The organisation's entries with their proofs
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/log/entries",
    tag = "log",
    params(EntriesQuery),
    responses((status = 200, description = "One page of entries, oldest first, each with its proof in one signed tree", body = Entries)),
)]
async fn list_entries(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<EntriesQuery>,
) -> Answer {
    let paging = paging(query.limit, None)?;
    let from = match query.cursor.as_deref() {
        None => query.from.unwrap_or(0),
        Some(cursor) => cursor
            .parse()
            .map_err(|_| Error::fault("?cursor", "cursor", "as the page before gave it"))?,
    };
    let proven = log::list_proven(&app, &actor, org, from, paging.limit).await?;
    Ok(render::ok(&show::log::entries(&proven, paging.limit)))
}

/// That one entry is in the log
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/log/proof",
    tag = "log",
    params(ProofQuery),
    responses((status = 200, description = "The proof, complete by itself", body = Proof)),
)]
async fn prove_entry(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<ProofQuery>,
) -> Answer {
    let proof = log::proof(&app, &actor, org, query.entry).await?;
    Ok(render::ok(&Proof { entry: query.entry, proof }))
}

/// The newest signed tree head
#[utoipa::path(
    get,
    path = "/v1/log/checkpoint",
    tag = "log",
    responses((status = 200, description = "A checkpoint of the whole log; keep it elsewhere", body = Checkpoint)),
    security(()),
)]
async fn show_checkpoint(State(app): State<Arc<App>>) -> Answer {
    let note = log::checkpoint(&app).await?;
    Ok(render::ok(&show::log::checkpoint(&note.note, note.size)))
}
