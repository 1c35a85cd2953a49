//! What waits for a second person.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::ChangeId;
use azekura_wire::changes::{Change, ChangesQuery, Check, NewChange, Rejection};
use azekura_wire::page::Page;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, Org, Query, SignedIn, Watching, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::submit::NumberKind;
use crate::service::{change, check, events, notices, submit};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_changes))
        .call(Need::ENTER_CHANGES, routes!(propose_change))
        .call(Need::SEE_CHANGE, routes!(show_change))
        .call(Need::CHECK, routes!(check_change))
        .call(Need::SETTLE, routes!(approve_change))
        .call(Need::SETTLE, routes!(reject_change))
        .call(Need::SETTLE, routes!(withdraw_change))
}

/// List changes
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/changes",
    tag = "changes",
    params(ChangesQuery),
    responses((status = 200, description = "One page of changes, oldest first", body = Page<Change>)),
)]
async fn list_changes(
    State(app): State<Arc<App>>,
    Watching(actor): Watching,
    Org(org): Org,
    Query(query): Query<ChangesQuery>,
) -> Answer {
    let search = parse::changes::search(&query)?;
    let paging = paging(query.limit, query.cursor)?;
    let page = change::list(&app, &actor, Some(org), &search, &paging).await?;
    Ok(render::page(&page, show::changes::change))
}

/// Propose a change
///
/// A number is sealed at once and released by no path until a second person has keyed it again.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/changes",
    tag = "changes",
    request_body = NewChange,
    responses((status = 202, description = "The change, waiting: for a number its blind check", body = Change)),
)]
async fn propose_change(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewChange>,
) -> Answer {
    let change = match body {
        NewChange::Correct(new) => {
            let new = parse::changes::number(&new, NumberKind::Correct)?;
            submit::submit(&app, &actor, org, new).await?
        }
        NewChange::FactCorrected(new) => {
            let today = app.clock.now().tokyo_date();
            let (person, (fact, with, reason)) = parse::facts::correction(&new, today)?;
            let correction = (person, fact, with);
            events::propose_correction(&app, &actor, org, correction, reason).await?
        }
        NewChange::Rebind(new) => {
            let new = parse::changes::rebinding(&new)?;
            notices::propose_rebinding(&app, &actor, org, new).await?
        }
        NewChange::Register(new) => {
            let new = parse::changes::number(&new, NumberKind::Register)?;
            submit::submit(&app, &actor, org, new).await?
        }
    };
    Ok(render::made(&Made::Change(&change)))
}

/// One change
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/changes/{id}",
    tag = "changes",
    responses((status = 200, description = "The change, without its number", body = Change)),
)]
async fn show_change(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<ChangeId>,
) -> Answer {
    let change = change::one(&app, &actor, Some(org), id).await?;
    Ok(render::ok(&show::changes::change(&change)))
}

/// Key a number again, blind
///
/// A different entry answers 409 `number-mismatch` with `attempts_left`; the third ends the change.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/changes/{id}/check",
    tag = "changes",
    request_body = Check,
    responses((status = 200, description = "The entries agree: the number is active", body = Change)),
)]
async fn check_change(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ChangeId>,
    Act { actor, body }: Act<Check>,
) -> Answer {
    let number = parse::changes::check(&body)?;
    let change = check::check(&app, &actor, org, id, &number).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Approve a change
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/changes/{id}/approve",
    tag = "changes",
    responses((status = 200, description = "The change, in force", body = Change)),
)]
async fn approve_change(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ChangeId>,
    Bare(actor): Bare,
) -> Answer {
    let approved = change::approve(&app, &actor, Some(org), id).await?;
    Ok(render::made(&Made::Change(&approved.change)))
}

/// Reject a change
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/changes/{id}/reject",
    tag = "changes",
    request_body = Rejection,
    responses((status = 200, description = "The change, rejected for good", body = Change)),
)]
async fn reject_change(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ChangeId>,
    Act { actor, body }: Act<Rejection>,
) -> Answer {
    let reason = parse::changes::rejection(&body)?;
    let change = change::reject(&app, &actor, Some(org), id, reason).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Take back your own change
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/changes/{id}/withdraw",
    tag = "changes",
    responses((status = 200, description = "The change, withdrawn", body = Change)),
)]
async fn withdraw_change(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ChangeId>,
    Bare(actor): Bare,
) -> Answer {
    let change = change::withdraw(&app, &actor, Some(org), id).await?;
    Ok(render::made(&Made::Change(&change)))
}
