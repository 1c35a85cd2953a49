//! Purpose notices.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{NewNotice, Notice};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::Act;
use crate::http::extract::{Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::notices;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_notices))
        .call(Need::DRAFT, routes!(propose_notice))
}

/// List the versions of the purpose notice
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/notices",
    tag = "roster",
    params(PageQuery),
    responses((status = 200, description = "One page of notices, oldest first", body = Page<Notice>)),
)]
async fn list_notices(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = notices::all(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::roster::notice)?)
}

/// Propose a version of the purpose notice
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/notices",
    tag = "roster",
    request_body = NewNotice,
    responses((status = 202, description = "The change that a second person approves", body = Change)),
)]
async fn propose_notice(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewNotice>,
) -> Answer {
    let notice = parse::roster::notice(&body)?;
    let change = notices::publish(&app, &actor, org, notice).await?;
    Ok(render::made(&Made::Change(&change)))
}
