//! Training, purpose notices and programs.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::ClientId;
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{
    Client, ClientSecret, NewClient, NewNotice, NewTraining, Notice, Training,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, paging};
use crate::http::{parse, render, show};
use crate::service::roster;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list_trainings, record_training))
        .routes(routes!(list_notices, propose_notice))
        .routes(routes!(list_clients, propose_client))
        .routes(routes!(show_client_secret))
        .routes(routes!(end_client))
}

/// List trainings
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/training",
    tag = "roster",
    params(PageQuery),
    responses((status = 200, description = "One page of trainings", body = Page<Training>)),
)]
async fn list_trainings(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = roster::all(&app, &actor, org).await?;
    Ok(render::slice(&all.trainings, &paging, show::roster::training)?)
}

/// Write down a training
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training",
    tag = "roster",
    request_body = NewTraining,
    responses((status = 201, description = "The training", body = Training)),
)]
async fn record_training(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewTraining>,
) -> Answer {
    let (user, on, subject) = parse::roster::training(&body)?;
    let training = roster::record_training(&app, &actor, org, user, on, subject).await?;
    Ok(render::made(&Made::Training(&training)))
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
    let all = roster::notices(&app, &actor, org).await?;
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
    let change = roster::publish(&app, &actor, org, notice).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// List programs
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/clients",
    tag = "roster",
    params(PageQuery),
    responses((status = 200, description = "One page of programs, ended ones too", body = Page<Client>)),
)]
async fn list_clients(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = roster::clients(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::roster::client)?)
}

/// Propose a program
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients",
    tag = "roster",
    request_body = NewClient,
    responses((status = 202, description = "The change that the manager approves", body = Change)),
)]
async fn propose_client(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewClient>,
) -> Answer {
    let grant = parse::roster::client(&body)?;
    let change = roster::register_client(&app, &actor, org, grant).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Fetch the key of your program
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/secret",
    tag = "roster",
    responses((status = 201, description = "The key, shown this once", body = ClientSecret)),
)]
async fn show_client_secret(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let key = roster::client_secret(&app, &actor, org, id).await?;
    Ok(render::secret(201, &ClientSecret { key: show::accounts::secret(&key) }, 1024))
}

/// End a program
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/end",
    tag = "roster",
    responses((status = 200, description = "The program, ended now", body = Client)),
)]
async fn end_client(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let ended = roster::end_client(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Client(&ended)))
}
