//! Programs: their grants, their keys, and what stops them.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::ClientId;
use azekura_wire::changes::Change;
use azekura_wire::clients::{
    AccessToken, Client, ClientDetail, ClientSecret, NewClient, NewKey, NewPublicKey, TokenRequest,
};
use azekura_wire::page::{Page, PageQuery};
use secrecy::SecretString;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare, Form, Json};
use crate::http::extract::{Anyone, IfMatch, InOrg, NamedIn, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::problem::Failed;
use crate::http::{parse, render, show};
use crate::service::clients::{self, Amended};
use crate::service::programs;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_clients))
        .call(Need::ADMINISTER, routes!(propose_client))
        .call(Need::VIEW, routes!(show_client))
        .call(Need::OVERSEE, routes!(change_client_grant))
        .call(Need::Owner, routes!(show_client_secret))
        .call(Need::Owner, routes!(rotate_client_key))
        .call(Need::Owner, routes!(bring_client_key))
        .call(Need::OWN_OR_OVERSEE, routes!(end_client_key))
        .call(Need::Public, routes!(give_token))
        .call(Need::OWN_OR_OVERSEE, routes!(stop_client))
        .call(Need::OVERSEE, routes!(resume_client))
        .call(Need::OVERSEE, routes!(end_client))
}

/// List programs
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/clients",
    tag = "clients",
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
    let all = clients::all(&app, &actor, org).await?;
    Ok(render::slice(&all, &paging, show::clients::client)?)
}

/// Propose a program
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients",
    tag = "clients",
    request_body = NewClient,
    responses((status = 202, description = "The change that the manager approves", body = Change)),
)]
async fn propose_client(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewClient>,
) -> Answer {
    let grant = parse::clients::grant(&body)?;
    let change = clients::register(&app, &actor, org, grant).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// Look at a program and what it used up
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/clients/{id}",
    tag = "clients",
    responses((status = 200, description = "The program, with its `ETag`", body = ClientDetail)),
)]
async fn show_client(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<ClientId>,
) -> Answer {
    let (client, version, used) = clients::one(&app, &actor, org, id).await?;
    Ok(render::tagged(200, version, &show::clients::detail(&client, &used, app.keys.vault())))
}

/// Grant a program something else
///
/// What is nowhere wider holds at once; anything wider waits for a second person.
#[utoipa::path(
    put,
    path = "/v1/orgs/{org}/clients/{id}/grant",
    tag = "clients",
    request_body = NewClient,
    responses(
        (status = 200, description = "In force: nothing is wider than before", body = Client),
        (status = 202, description = "The change that a second person approves", body = Change),
    ),
)]
async fn change_client_grant(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<ClientId>,
    IfMatch(seen): IfMatch,
    Json(body): Json<NewClient>,
) -> Answer {
    let grant = parse::clients::grant(&body)?;
    Ok(match clients::amend(&app, &actor, org, (id, seen), grant).await? {
        Amended::Applied(client, version) => {
            render::tagged(200, version, &show::clients::client(&client))
        }
        Amended::Proposed(change) => render::made(&Made::Change(&change)),
    })
}

/// Fetch the first key of your program
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/secret",
    tag = "clients",
    responses((status = 201, description = "The key, shown this once", body = ClientSecret)),
)]
async fn show_client_secret(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let key = clients::first_key(&app, &actor, org, id).await?;
    Ok(secret(&key))
}

/// Make another key for your program
///
/// The key before goes on to the instant you choose, at most 30 days ahead; any older one ends now.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/keys",
    tag = "clients",
    request_body = NewKey,
    responses((status = 201, description = "The key, shown this once", body = ClientSecret)),
)]
async fn rotate_client_key(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Act { actor, body }: Act<NewKey>,
) -> Answer {
    let old_until = parse::clients::old_until(&body)?;
    let key = clients::rotate_key(&app, &actor, org, id, old_until).await?;
    Ok(secret(&key))
}

/// Bring the public half of a key of your program
///
/// The private half never leaves the program; with it the program signs for tokens of ten minutes. The key
/// before goes on to the instant you choose, at most 30 days ahead; any older one ends now.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/public-keys",
    tag = "clients",
    request_body = NewPublicKey,
    responses((status = 200, description = "The program; the last of its keys is this one", body = Client)),
)]
async fn bring_client_key(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Act { actor, body }: Act<NewPublicKey>,
) -> Answer {
    let (public, old_until) = parse::clients::public_key(&body)?;
    let client = clients::bring_key(&app, &actor, org, id, public, old_until).await?;
    Ok(render::made(&Made::Client(&client)))
}

/// Get a token for a program
///
/// OAuth 2.0 client credentials with `private_key_jwt`: the program signs a statement with the key whose
/// public half its owner brought. Each statement is good once. A token is good for ten minutes, and no longer
/// than its key and its program.
#[utoipa::path(
    post,
    path = "/v1/oauth/token",
    tag = "clients",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A token, shown this once", body = AccessToken)),
    security(()),
)]
async fn give_token(
    State(app): State<Arc<App>>,
    Anyone(actor): Anyone,
    form: Result<Form<TokenRequest>, Failed>,
) -> Answer {
    let asked = form.and_then(|Form(asked)| parse::clients::statement(&asked));
    let statement = asked.map_err(Failed::for_oauth)?;
    let token = programs::prove(&app, &actor, &statement).await;
    let token = token.map_err(|error| Failed::from(error).for_oauth())?;
    let answer = AccessToken {
        access_token: show::accounts::secret(&token),
        token_type: String::from("Bearer"),
        expires_in: programs::TOKEN_SECONDS,
    };
    Ok(render::secret(200, &answer, 1024))
}

/// End a key at once
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/keys/{key}/end",
    tag = "clients",
    responses((status = 200, description = "The program without that key", body = Client)),
)]
async fn end_client_key(
    State(app): State<Arc<App>>,
    NamedIn(org, id, key): NamedIn<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let client = clients::end_key(&app, &actor, org, id, &key).await?;
    Ok(render::made(&Made::Client(&client)))
}

/// Stop a program at once
///
/// One person is enough: its owner, a manager or an administrator. Two let it go on.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/stop",
    tag = "clients",
    responses((status = 200, description = "The program, stopped now", body = Client)),
)]
async fn stop_client(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let client = clients::stop(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Client(&client)))
}

/// Propose that a stopped program goes on
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/resume",
    tag = "clients",
    responses((status = 202, description = "The change that a second person approves", body = Change)),
)]
async fn resume_client(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let change = clients::resume(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Change(&change)))
}

/// End a program for good
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/clients/{id}/end",
    tag = "clients",
    responses((status = 200, description = "The program, ended now", body = Client)),
)]
async fn end_client(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<ClientId>,
    Bare(actor): Bare,
) -> Answer {
    let ended = clients::end(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Client(&ended)))
}

fn secret(key: &SecretString) -> axum::response::Response {
    render::secret(201, &ClientSecret { key: show::accounts::secret(key) }, 1024)
}
