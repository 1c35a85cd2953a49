//! The roster of handlers (様式7).

use std::sync::Arc;

use axum::extract::State;
use azekura_core::change::Content;
use azekura_core::id::DesignationId;
use azekura_core::roster::Pledge as Text;
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{Acceptance, Designation, NewDesignation, Pledge};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::{change, designations};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_designations))
        .call(Need::MANAGE, routes!(propose_designation))
        .call(Need::SETTLE, routes!(accept_designation))
        .call(Need::END, routes!(end_designation))
        .call(Need::Caller, routes!(show_pledge))
}

/// List the roster
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/designations",
    tag = "roster",
    params(PageQuery),
    responses((status = 200, description = "One page of the roster, ended lines too", body = Page<Designation>)),
)]
async fn list_designations(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = designations::all(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::roster::designation)?)
}

/// Propose a roster line
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/designations",
    tag = "roster",
    request_body = NewDesignation,
    responses((status = 202, description = "The change that the designee accepts with the pledge", body = Change)),
)]
async fn propose_designation(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewDesignation>,
) -> Answer {
    let line = parse::roster::designation(&body)?;
    let change = designations::designate(&app, &actor, org, line).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Accept a roster line
///
/// With the pledge that it was offered with; see `/v1/pledge`.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/designations/{id}/accept",
    tag = "roster",
    request_body = Acceptance,
    responses((status = 200, description = "The roster line, in force", body = Designation)),
)]
async fn accept_designation(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<DesignationId>,
    Act { actor, body }: Act<Acceptance>,
) -> Answer {
    let named = |content: &Content| matches!(content, Content::Designation(one) if one.id == id);
    let change = change::accept(&app, &actor, org, named, Some(body.pledge)).await?;
    Ok(render::made(&Made::Accepted(&change)))
}

/// End a roster line
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/designations/{id}/end",
    tag = "roster",
    responses((status = 200, description = "The roster line, ended now", body = Designation)),
)]
async fn end_designation(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<DesignationId>,
    Bare(actor): Bare,
) -> Answer {
    let ended = designations::end(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Designation(&ended)))
}

/// What a designee promises
#[utoipa::path(
    get,
    path = "/v1/pledge",
    tag = "roster",
    responses((status = 200, description = "The pledge that lines are offered with today", body = Pledge)),
)]
async fn show_pledge(SignedIn(_actor): SignedIn) -> Answer {
    Ok(render::ok(&show::roster::pledge(Text::CURRENT)))
}
