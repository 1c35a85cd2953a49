//! Trainings: the plan, who attended, and whose runs out.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::{TrainingId, TrainingPlanId};
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::training::{
    NewExtension, NewTraining, NewTrainingPlan, Standing, Training, TrainingPlan,
};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::trainings;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_trainings))
        .call(Need::TRAIN, routes!(record_training))
        .call(Need::SETTLE, routes!(confirm_training))
        .call(Need::TRAIN, routes!(extend_training))
        .call(Need::VIEW, routes!(list_standings))
        .call(Need::VIEW, routes!(list_training_plan))
        .call(Need::TRAIN, routes!(write_training_plan))
        .call(Need::TRAIN, routes!(end_training_plan))
}

/// List trainings
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/training",
    tag = "training",
    params(PageQuery),
    responses((status = 200, description = "One page of trainings, oldest first", body = Page<Training>)),
)]
async fn list_trainings(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = trainings::all(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::training::training)?)
}

/// Write down a training
///
/// Another person than the attendee does; it counts once the attendee has confirmed it.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training",
    tag = "training",
    request_body = NewTraining,
    responses((status = 201, description = "The training", body = Training)),
)]
async fn record_training(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewTraining>,
) -> Answer {
    let attended = parse::training::attendance(&body)?;
    let training = trainings::record(&app, &actor, org, attended).await?;
    Ok(render::made(&Made::Training(&training)))
}

/// Confirm that you attended
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training/{id}/confirm",
    tag = "training",
    responses((status = 200, description = "The training, which counts from now on", body = Training)),
)]
async fn confirm_training(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<TrainingId>,
    Bare(actor): Bare,
) -> Answer {
    let training = trainings::confirm(&app, &actor, org, id).await?;
    Ok(render::made(&Made::TrainingConfirmed(&training)))
}

/// Propose thirty more days
///
/// Once for each training, when its end is near.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training/{id}/extend",
    tag = "training",
    request_body = NewExtension,
    responses((status = 202, description = "The change that a second person approves", body = Change)),
)]
async fn extend_training(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<TrainingId>,
    Act { actor, body }: Act<NewExtension>,
) -> Answer {
    let reason = parse::training::extension(&body)?;
    let change = trainings::propose_extension(&app, &actor, org, id, reason).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Whose training runs out
///
/// Every handler, those who must attend soonest first; an end is told sixty days ahead.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/training/standing",
    tag = "training",
    params(PageQuery),
    responses((status = 200, description = "One page of handlers", body = Page<Standing>)),
)]
async fn list_standings(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = trainings::standings(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::training::standing)?)
}

/// The training plan
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/training-plan",
    tag = "training",
    params(PageQuery),
    responses((status = 200, description = "One page of the plan, ended lines too", body = Page<TrainingPlan>)),
)]
async fn list_training_plan(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = trainings::plan(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::training::plan)?)
}

/// Write a line into the training plan
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training-plan",
    tag = "training",
    request_body = NewTrainingPlan,
    responses((status = 201, description = "The line", body = TrainingPlan)),
)]
async fn write_training_plan(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewTrainingPlan>,
) -> Answer {
    let text = parse::training::plan(&body)?;
    let line = trainings::write_plan(&app, &actor, org, text).await?;
    Ok(render::made(&Made::TrainingPlan(&line)))
}

/// Take a line out of the training plan
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/training-plan/{id}/end",
    tag = "training",
    responses((status = 200, description = "The line, ended now", body = TrainingPlan)),
)]
async fn end_training_plan(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<TrainingPlanId>,
    Bare(actor): Bare,
) -> Answer {
    let line = trainings::end_plan(&app, &actor, org, id).await?;
    Ok(render::made(&Made::TrainingPlan(&line)))
}
