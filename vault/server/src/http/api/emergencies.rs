//! Uses of the recovery shares: an auditor or manager looks at each, and until then the next waits.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::EmergencyId;
use azekura_wire::emergencies::{Emergency, NewEmergencyReview};
use azekura_wire::page::{Page, PageQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::Act;
use crate::http::extract::{One, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::emergency;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::REVIEW, routes!(list_emergencies))
        .call(Need::REVIEW, routes!(review_emergency))
}

/// List uses of the recovery shares
#[utoipa::path(
    get,
    path = "/v1/emergencies",
    tag = "vault",
    params(PageQuery),
    responses((status = 200, description = "One page of them, oldest first", body = Page<Emergency>)),
)]
async fn list_emergencies(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let emergencies = emergency::list(&app, &actor).await?;
    Ok(render::slice(&emergencies, &paging, show::emergencies::emergency)?)
}

/// Review a use of the recovery shares
///
/// By an auditor or manager who was there before it, in an organisation that was.
#[utoipa::path(
    post,
    path = "/v1/emergencies/{id}/review",
    tag = "vault",
    request_body = NewEmergencyReview,
    responses((status = 200, description = "The use with its review", body = Emergency)),
)]
async fn review_emergency(
    State(app): State<Arc<App>>,
    One(id): One<EmergencyId>,
    Act { actor, body }: Act<NewEmergencyReview>,
) -> Answer {
    let finding = parse::emergencies::review(&body)?;
    let emergency = emergency::review(&app, &actor, id, finding).await?;
    Ok(render::made(&Made::Emergency(&emergency)))
}
