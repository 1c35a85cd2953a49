//! Numbers for a purpose.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::ReadId;
use azekura_wire::reads::{NDJSON, ReadAnswer, ReadRecord, ReadRequest};
use utoipa_axum::routes;

use super::Answer;
use super::release;
use crate::app::App;
use crate::http::body::Act;
use crate::http::extract::{Accept, InOrg, Org, SignedIn};
use crate::http::lang::Lang;
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::read;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::USE, routes!(read_numbers))
        .call(Need::REVIEW_READS, routes!(show_read))
}

/// Read numbers for a purpose
///
/// The read is in the log before a number is opened. `POST`, because reading adds to the log.
/// With `Accept: application/x-ndjson` the answer is a line with the id and then a line a person.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/reads",
    tag = "reads",
    request_body = ReadRequest,
    responses((status = 200, description = "A number or a reason for each person", body = ReadAnswer)),
)]
async fn read_numbers(
    State(app): State<Arc<App>>,
    Org(org): Org,
    lang: Lang,
    accept: Accept,
    Act { actor, body }: Act<ReadRequest>,
) -> Answer {
    let ask = parse::reads::ask(&body)?;
    let count = ask.people.len();
    let release = read::start(&app, &actor, org, ask).await?;
    if accept.names(NDJSON) {
        return Ok(release::lines(release, lang));
    }
    release::whole(release, lang, count).await
}

/// What a read asked and was answered
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/reads/{id}",
    tag = "reads",
    responses((status = 200, description = "The read, without numbers", body = ReadRecord)),
)]
async fn show_read(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    lang: Lang,
    InOrg(org, id): InOrg<ReadId>,
) -> Answer {
    let record = read::record(&app, &actor, org, id).await?;
    Ok(render::ok(&show::reads::record(&record, lang)))
}
