//! Accounts: one for each natural person.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::UserId;
use azekura_wire::accounts::{Closing, Leaving, NewUser, User};
use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{One, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::users;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::ADMINISTER, routes!(list_users))
        .call(Need::ADMINISTER, routes!(propose_user))
        .call(Need::ADMINISTER, routes!(disable_user))
        .call(Need::ADMINISTER, routes!(user_leaves))
        .call(Need::ADMINISTER, routes!(propose_unlock))
}

/// List accounts
#[utoipa::path(
    get,
    path = "/v1/users",
    tag = "vault",
    params(PageQuery),
    responses((status = 200, description = "One page of accounts, oldest first", body = Page<User>)),
)]
async fn list_users(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let users = users::all(&app, &actor).await?;
    Ok(render::slice(&users, &paging, show::accounts::user)?)
}

/// Propose an account
#[utoipa::path(
    post,
    path = "/v1/users",
    tag = "vault",
    request_body = NewUser,
    responses((status = 202, description = "The change that a second administrator approves", body = Change)),
)]
async fn propose_user(State(app): State<Arc<App>>, Act { actor, body }: Act<NewUser>) -> Answer {
    let person = parse::accounts::user(&body)?;
    let change = users::propose(&app, &actor, person).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Close an account
///
/// At once and for good: the next request of its sessions and programs is refused, and its roles and
/// roster lines end.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/disable",
    tag = "vault",
    request_body = Closing,
    responses((status = 200, description = "The account, closed", body = User)),
)]
async fn disable_user(
    State(app): State<Arc<App>>,
    One(id): One<UserId>,
    Act { actor, body }: Act<Closing>,
) -> Answer {
    let reason = parse::accounts::closing(&body)?;
    let closed = users::disable(&app, &actor, id, reason).await?;
    Ok(render::made(&Made::User(&closed)))
}

/// Set a leaver's last day
///
/// The account ends the day after. The day can be moved forward, not back.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/leave",
    tag = "vault",
    request_body = Leaving,
    responses((status = 200, description = "The account with its last day", body = User)),
)]
async fn user_leaves(
    State(app): State<Arc<App>>,
    One(id): One<UserId>,
    Act { actor, body }: Act<Leaving>,
) -> Answer {
    let last_day = parse::accounts::leaving(&body)?;
    let leaver = users::leave(&app, &actor, id, last_day).await?;
    Ok(render::made(&Made::User(&leaver)))
}

/// Propose to open an account that failures locked
#[utoipa::path(
    post,
    path = "/v1/users/{id}/unlock",
    tag = "vault",
    responses((status = 202, description = "The change that a second administrator approves; neither may be the user", body = Change)),
)]
async fn propose_unlock(
    State(app): State<Arc<App>>,
    One(user): One<UserId>,
    Bare(actor): Bare,
) -> Answer {
    let change = users::propose_unlock(&app, &actor, user).await?;
    Ok(render::made(&Made::Change(&change)))
}
