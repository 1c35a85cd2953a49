//! What an organisation holds against those who operate the vault.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::{ItAccessId, ResetId, UserId};
use azekura_wire::changes::Change;
use azekura_wire::oversight::{Frozen, ItAccess, ItReport, NewItAccess, Reason, Reset};
use azekura_wire::page::{Page, PageQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{InOrg, One, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::{oversight, resets};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::ADMINISTER, routes!(propose_reset))
        .call(Need::VIEW, routes!(list_resets))
        .call(Need::SETTLE, routes!(confirm_reset))
        .call(Need::OVERSEE, routes!(freeze_reads))
        .call(Need::OVERSEE, routes!(propose_unfreeze))
        .call(Need::VIEW, routes!(list_it_access))
        .call(Need::OVERSEE, routes!(propose_it_access))
        .call(Need::OVERSEE, routes!(close_it_access))
}

/// Propose that somebody makes their credentials anew
///
/// A second administrator approves and hands over the token. Every session ends, and their owner
/// does not read, check or manage until they were met in person, and never within the first day.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/reset",
    tag = "vault",
    request_body = Reason,
    responses((status = 202, description = "The change that a second administrator approves", body = Change)),
)]
async fn propose_reset(
    State(app): State<Arc<App>>,
    One(user): One<UserId>,
    Act { actor, body }: Act<Reason>,
) -> Answer {
    let reason = parse::oversight::reason(&body)?;
    let change = resets::propose(&app, &actor, user, reason).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// List credentials that were made anew
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/resets",
    tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page of resets of people with a place here", body = Page<Reset>)),
)]
async fn list_resets(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = oversight::resets(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, |reset| show::oversight::reset(reset, org))?)
}

/// Confirm that you met the owner of new credentials
///
/// For the manager; where there is no other, for an auditor or a handler.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/resets/{id}/confirm",
    tag = "organisation",
    responses((status = 200, description = "The reset, confirmed for this organisation", body = Reset)),
)]
async fn confirm_reset(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ResetId>,
    Bare(actor): Bare,
) -> Answer {
    let confirmed = oversight::confirm_reset(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Reset(&confirmed, org)))
}

/// Stop all reads at once
///
/// Reads answer 403 `reads-frozen` from then on. Letting them through again takes two people.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/freeze",
    tag = "organisation",
    request_body = Reason,
    responses((status = 200, description = "The stop, or the one that stands", body = Frozen)),
)]
async fn freeze_reads(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<Reason>,
) -> Answer {
    let reason = parse::oversight::reason(&body)?;
    let frozen = oversight::freeze(&app, &actor, org, reason).await?;
    Ok(render::made(&Made::Freeze(&frozen)))
}

/// Propose to let reads through again
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/unfreeze",
    tag = "organisation",
    request_body = Reason,
    responses((status = 202, description = "The change that the manager or an administrator approves", body = Change)),
)]
async fn propose_unfreeze(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<Reason>,
) -> Answer {
    let reason = parse::oversight::reason(&body)?;
    let change = oversight::propose_unfreeze(&app, &actor, org, reason).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// List visits of IT staff
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/it-access",
    tag = "organisation",
    params(PageQuery),
    responses((status = 200, description = "One page of approved visits, oldest first", body = Page<ItAccess>)),
)]
async fn list_it_access(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let all = oversight::visits(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::oversight::it_access)?)
}

/// Propose a visit of IT staff
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/it-access",
    tag = "organisation",
    request_body = NewItAccess,
    responses((status = 202, description = "The change that the manager approves", body = Change)),
)]
async fn propose_it_access(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewItAccess>,
) -> Answer {
    let visit = parse::oversight::visit(&body)?;
    let change = oversight::propose_visit(&app, &actor, org, visit).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Write down what a visit of IT staff did
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/it-access/{id}/close",
    tag = "organisation",
    request_body = ItReport,
    responses((status = 200, description = "The visit, closed", body = ItAccess)),
)]
async fn close_it_access(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ItAccessId>,
    Act { actor, body }: Act<ItReport>,
) -> Answer {
    let report = parse::oversight::report(&body)?;
    let closed = oversight::close_visit(&app, &actor, org, id, report).await?;
    Ok(render::made(&Made::ItAccess(&closed)))
}
