//! Roles and named offices.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::change::Content;
use azekura_core::id::AppointmentId;
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{Appointment, NewAppointment, Officer, OnDay};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::{appointments, change, staff};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_appointments))
        .call(Need::MANAGE, routes!(propose_appointment))
        .call(Need::SETTLE, routes!(accept_appointment))
        .call(Need::END, routes!(end_appointment))
        .call(Need::VIEW, routes!(list_offices))
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
    let all = appointments::all(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::roster::appointment)?)
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
    let offer = parse::roster::appointment(&body)?;
    let change = appointments::appoint(&app, &actor, org, offer).await?;
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
    let change = change::accept(&app, &actor, org, named, None).await?;
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
    let ended = appointments::end(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Appointment(&ended)))
}

/// Who fills the named offices
///
/// As printed on documents: a deputy stands after the holder.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/offices",
    tag = "roster",
    params(OnDay),
    responses((status = 200, description = "The officers of the day", body = Page<Officer>)),
)]
async fn list_offices(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<OnDay>,
) -> Answer {
    let day = parse::roster::on_day(&query)?;
    let officers = staff::offices(&app, &actor, org, day).await?;
    let items = officers.iter().map(show::roster::officer).collect();
    Ok(render::ok(&Page { items, next_cursor: None }))
}
