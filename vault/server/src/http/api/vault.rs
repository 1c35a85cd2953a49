//! Organisations, and the vault's own queue: proposed by one administrator, approved by another.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::ChangeId;
use azekura_wire::accounts::{Approval, NewOrganisation, Organisation};
use azekura_wire::changes::{Change, ChangesQuery, Rejection};
use azekura_wire::page::{Page, PageQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{One, Query, SignedIn, Watching, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::{accounts, change, staff};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::Caller, routes!(list_organisations))
        .call(Need::ADMINISTER, routes!(propose_organisation))
        .call(Need::VIEW, routes!(list_vault_changes))
        .call(Need::SETTLE, routes!(show_vault_change))
        .call(Need::SETTLE, routes!(approve_vault_change))
        .call(Need::SETTLE, routes!(reject_vault_change))
        .call(Need::SETTLE, routes!(withdraw_vault_change))
}

/// List organisations
#[utoipa::path(
    get,
    path = "/v1/orgs",
    tag = "vault",
    params(PageQuery),
    responses((status = 200, description = "One page of the organisations in which the caller has a place", body = Page<Organisation>)),
)]
async fn list_organisations(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let orgs = accounts::organisations(&app, &actor);
    let shown = |org: &_| show::accounts::organisation(org, &staff::staffing(&app, org));
    Ok(render::slice(&orgs, &paging, shown)?)
}

/// Propose an organisation
#[utoipa::path(
    post,
    path = "/v1/orgs",
    tag = "vault",
    request_body = NewOrganisation,
    responses((status = 202, description = "The change that a second administrator approves", body = Change)),
)]
async fn propose_organisation(
    State(app): State<Arc<App>>,
    Act { actor, body }: Act<NewOrganisation>,
) -> Answer {
    let founding = parse::accounts::organisation(&body)?;
    let change = accounts::propose_organisation(&app, &actor, founding).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// List the vault's own changes
#[utoipa::path(
    get,
    path = "/v1/changes",
    tag = "vault",
    params(ChangesQuery),
    responses((status = 200, description = "One page of changes, oldest first", body = Page<Change>)),
)]
async fn list_vault_changes(
    State(app): State<Arc<App>>,
    Watching(actor): Watching,
    Query(query): Query<ChangesQuery>,
) -> Answer {
    let search = parse::changes::search(&query)?;
    let paging = paging(query.limit, query.cursor)?;
    let page = change::list(&app, &actor, None, &search, &paging).await?;
    Ok(render::page(&page, show::changes::change))
}

/// One of the vault's own changes
#[utoipa::path(
    get,
    path = "/v1/changes/{id}",
    tag = "vault",
    responses((status = 200, description = "The change", body = Change)),
)]
async fn show_vault_change(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    One(id): One<ChangeId>,
) -> Answer {
    let change = change::one(&app, &actor, None, id).await?;
    Ok(render::ok(&show::changes::change(&change)))
}

/// Approve one of the vault's own changes
#[utoipa::path(
    post,
    path = "/v1/changes/{id}/approve",
    tag = "vault",
    responses((status = 200, description = "Approved; for an account with the one-time token, which is shown this once", body = Approval)),
)]
async fn approve_vault_change(
    State(app): State<Arc<App>>,
    One(id): One<ChangeId>,
    Bare(actor): Bare,
) -> Answer {
    let approved = change::approve(&app, &actor, None, id).await?;
    let Some((token, enrolment)) = approved.enrolment else {
        return Ok(render::made(&Made::Change(&approved.change)));
    };
    let approval = Approval {
        change: show::changes::change(&approved.change),
        enrolment_token: Some(show::accounts::secret(&token)),
        expires_at: Some(enrolment.expires_at.to_string()),
    };
    Ok(render::secret(200, &approval, 16 * 1024))
}

/// Reject one of the vault's own changes
#[utoipa::path(
    post,
    path = "/v1/changes/{id}/reject",
    tag = "vault",
    request_body = Rejection,
    responses((status = 200, description = "The change, rejected for good", body = Change)),
)]
async fn reject_vault_change(
    State(app): State<Arc<App>>,
    One(id): One<ChangeId>,
    Act { actor, body }: Act<Rejection>,
) -> Answer {
    let reason = parse::changes::rejection(&body)?;
    let change = change::reject(&app, &actor, None, id, reason).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Take back your own change
#[utoipa::path(
    post,
    path = "/v1/changes/{id}/withdraw",
    tag = "vault",
    responses((status = 200, description = "The change, withdrawn", body = Change)),
)]
async fn withdraw_vault_change(
    State(app): State<Arc<App>>,
    One(id): One<ChangeId>,
    Bare(actor): Bare,
) -> Answer {
    let change = change::withdraw(&app, &actor, None, id).await?;
    Ok(render::made(&Made::Change(&change)))
}
