//! Roles, roster lines, training, purpose notices and programs.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::change::Content;
use azekura_core::id::{AppointmentId, ClientId, DesignationId};
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{
    Appointment, Client, ClientSecret, Designation, NewAppointment, NewClient, NewDesignation,
    NewNotice, NewTraining, Notice, Training,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, paging};
use crate::http::{parse, render, show};
use crate::service::{change, roster};

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list_appointments, propose_appointment))
        .routes(routes!(accept_appointment))
        .routes(routes!(end_appointment))
        .routes(routes!(list_designations, propose_designation))
        .routes(routes!(accept_designation))
        .routes(routes!(end_designation))
        .routes(routes!(list_trainings, record_training))
        .routes(routes!(list_notices, propose_notice))
        .routes(routes!(list_clients, propose_client))
        .routes(routes!(show_client_secret))
        .routes(routes!(end_client))
}

/// List roles
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/appointments",
    tag = "roster",
    params(PageQuery),
    responses((status = 200, description = "One page of roles, ended ones too", body = Page<Appointment>)),
)]
async fn list_appointments(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = roster::all(&app, &actor, org).await?;
    Ok(render::slice(&all.appointments, &paging, show::roster::appointment)?)
}

/// Propose a role
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/appointments",
    tag = "roster",
    request_body = NewAppointment,
    responses((status = 202, description = "The change that its user accepts", body = Change)),
)]
async fn propose_appointment(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewAppointment>,
) -> Answer {
    let (user, role, term) = parse::roster::appointment(&body)?;
    let change = roster::appoint(&app, &actor, org, user, role, term).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Accept a role
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/appointments/{id}/accept",
    tag = "roster",
    responses((status = 200, description = "The role, in force", body = Appointment)),
)]
async fn accept_appointment(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<AppointmentId>,
    Bare(actor): Bare,
) -> Answer {
    let named = |content: &Content| matches!(content, Content::Appointment(one) if one.id == id);
    let change = change::accept(&app, &actor, org, named).await?;
    Ok(render::made(&Made::Accepted(&change)))
}

/// End a role
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/appointments/{id}/end",
    tag = "roster",
    responses((status = 200, description = "The role, ended now", body = Appointment)),
)]
async fn end_appointment(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<AppointmentId>,
    Bare(actor): Bare,
) -> Answer {
    let ended = roster::end_appointment(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Appointment(&ended)))
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
    let all = roster::all(&app, &actor, org).await?;
    Ok(render::slice(&all.designations, &paging, show::roster::designation)?)
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
    let change = roster::designate(&app, &actor, org, line).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Accept a roster line
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/designations/{id}/accept",
    tag = "roster",
    responses((status = 200, description = "The roster line, in force", body = Designation)),
)]
async fn accept_designation(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<DesignationId>,
    Bare(actor): Bare,
) -> Answer {
    let named = |content: &Content| matches!(content, Content::Designation(one) if one.id == id);
    let change = change::accept(&app, &actor, org, named).await?;
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
    let ended = roster::end_designation(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Designation(&ended)))
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
