//! Sign-in, and how people make their own credentials.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use azekura_core::id::EnrolmentId;
use azekura_core::roster::Session as Row;
use azekura_wire::accounts::{
    BeginEnrolment, ConfirmEnrolment, EnrolmentBegun, NewPassword, NewSession, Session, SignIn,
    Unlock,
};
use secrecy::SecretString;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Actor;
use crate::http::body::Json;
use crate::http::extract::{Anyone, LockedIn, One, SignedIn};
use crate::http::problem::Failed;
use crate::http::{render, show};
use crate::service::{self, enrolments, passwords, sessions};

/// Room for an answer with a secret in it.
const ROOM: usize = 16 * 1024;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(sign_in))
        .routes(routes!(current_session, sign_out))
        .routes(routes!(unlock_session))
        .routes(routes!(change_password))
        .routes(routes!(begin_enrolment))
        .routes(routes!(confirm_enrolment))
}

/// Sign in
///
/// Each try is counted before anything is looked at. Whatever was wrong, the answer is the same.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "sessions",
    request_body = SignIn,
    responses((status = 201, description = "Signed in; the token is shown this once", body = NewSession)),
    security(()),
)]
async fn sign_in(
    State(app): State<Arc<App>>,
    Anyone(actor): Anyone,
    Json(new): Json<SignIn>,
) -> Answer {
    let (password, totp) = (new.password.expose().into(), new.totp.expose().into());
    let opened = service::sign_in::open(&app, &actor, &new.login, password, totp).await?;
    Ok(render::secret(201, &show::accounts::opened(&opened), ROOM))
}

/// Who is signed in
#[utoipa::path(
    get,
    path = "/v1/sessions/current",
    tag = "sessions",
    responses((status = 200, description = "The session, locked or not", body = Session)),
)]
async fn current_session(State(app): State<Arc<App>>, LockedIn(actor): LockedIn) -> Answer {
    Ok(render::ok(&current(&app, &actor)?))
}

/// Sign out
#[utoipa::path(
    delete,
    path = "/v1/sessions/current",
    tag = "sessions",
    responses((status = 204, description = "The session is over")),
)]
async fn sign_out(State(app): State<Arc<App>>, LockedIn(actor): LockedIn) -> Answer {
    sessions::close(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Open a locked session
///
/// Five minutes without a request lock a session; after thirty only a new sign-in helps.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/unlock",
    tag = "sessions",
    request_body = Unlock,
    responses((status = 200, description = "The session, open", body = Session)),
)]
async fn unlock_session(
    State(app): State<Arc<App>>,
    LockedIn(actor): LockedIn,
    Json(new): Json<Unlock>,
) -> Answer {
    sessions::unlock(&app, &actor, new.password.expose().into()).await?;
    Ok(render::ok(&current(&app, &actor)?))
}

/// Change your own password
///
/// Every session of yours ends; the answer holds the token of a new one.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/password",
    tag = "sessions",
    request_body = NewPassword,
    responses((status = 200, description = "Changed; the token is shown this once", body = NewSession)),
)]
async fn change_password(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Json(new): Json<NewPassword>,
) -> Answer {
    let (password, new) = (new.password.expose().into(), new.new_password.expose().into());
    let opened = passwords::change(&app, &actor, &password, &new).await?;
    Ok(render::secret(200, &show::accounts::opened(&opened), ROOM))
}

/// Begin to make your own credentials
///
/// With the one-time token that was handed over. It stays good until the first code confirms it.
#[utoipa::path(
    post,
    path = "/v1/enrolments",
    tag = "sessions",
    request_body = BeginEnrolment,
    responses((status = 201, description = "The seed for an authenticator app, shown this once", body = EnrolmentBegun)),
    security(()),
)]
async fn begin_enrolment(
    State(app): State<Arc<App>>,
    Anyone(actor): Anyone,
    Json(new): Json<BeginEnrolment>,
) -> Answer {
    let (token, password): (SecretString, SecretString) =
        (new.token.expose().into(), new.password.expose().into());
    let begun = enrolments::begin(&app, &actor, &token, &new.login, &password).await?;
    Ok(render::secret(201, &show::accounts::begun(&begun), ROOM))
}

/// Confirm your credentials
#[utoipa::path(
    post,
    path = "/v1/enrolments/{id}/confirm",
    tag = "sessions",
    request_body = ConfirmEnrolment,
    responses((status = 201, description = "Signed in; the token is shown this once", body = NewSession)),
    security(()),
)]
async fn confirm_enrolment(
    State(app): State<Arc<App>>,
    Anyone(actor): Anyone,
    One(id): One<EnrolmentId>,
    Json(new): Json<ConfirmEnrolment>,
) -> Answer {
    let opened = enrolments::confirm(&app, &actor, id, &new.totp.expose().into()).await?;
    Ok(render::secret(201, &show::accounts::opened(&opened), ROOM))
}

fn current(app: &App, actor: &Actor) -> Result<Session, Failed> {
    let (session, user, places) = sessions::current(app, actor)?;
    Ok(Session {
        expires_at: session.expires_at.to_string(),
        locked: Row::locked(app.activity.last(&session), app.clock.now()),
        user: show::accounts::user(&user),
        organisations: places.iter().map(show::accounts::place).collect(),
    })
}
