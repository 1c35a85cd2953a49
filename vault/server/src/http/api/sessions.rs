//! Sign-in, and how people make their own credentials.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use azekura_core::id::EnrolmentId;
use azekura_core::roster::Session as Row;
use azekura_wire::accounts::{
    BeginEnrolment, ConfirmEnrolment, EnrolmentBegun, NewPassword, NewSession, Recover, Recovery,
    RecoveryCodes, Session, SignIn, StepUp, Unlock,
};
use secrecy::SecretString;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Actor;
use crate::http::body::Json;
use crate::http::extract::{Anyone, LockedIn, One, Person};
use crate::http::needs::{Calls, Need};
use crate::http::problem::Failed;
use crate::http::{render, show};
use crate::service::recovery_codes::{self, Given};
use crate::service::{self, devices, enrolments, passwords, sessions};

/// Room for an answer with a secret in it.
const ROOM: usize = 16 * 1024;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::Public, routes!(sign_in))
        .call(Need::Session, routes!(current_session))
        .call(Need::Session, routes!(sign_out))
        .call(Need::Session, routes!(unlock_session))
        .call(Need::Person, routes!(step_up))
        .call(Need::Person, routes!(forget_devices))
        .call(Need::Person, routes!(change_password))
        .call(Need::Person, routes!(renew_recovery_codes))
        .call(Need::Public, routes!(recover))
        .call(Need::Public, routes!(begin_enrolment))
        .call(Need::Public, routes!(confirm_enrolment))
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
    let given = service::sign_in::Given {
        login: new.login,
        password: new.password.expose().into(),
        code: new.totp.expose().into(),
        device: new.device.map(|device| device.expose().into()),
    };
    let opened = service::sign_in::open(&app, &actor, &given).await?;
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
/// Five minutes without an act of its user lock a session; what a screen asks by itself is no act.
/// After thirty minutes only a new sign-in helps. The token of before is worth nothing any more.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/unlock",
    tag = "sessions",
    request_body = Unlock,
    responses((status = 200, description = "Open; the new token is shown this once", body = NewSession)),
)]
async fn unlock_session(
    State(app): State<Arc<App>>,
    LockedIn(actor): LockedIn,
    Json(new): Json<Unlock>,
) -> Answer {
    let opened = sessions::unlock(&app, &actor, &new.password.expose().into()).await?;
    Ok(render::secret(200, &show::accounts::opened(&opened), ROOM))
}

/// Give a one-time code again
///
/// For approving, granting, exporting and keys it must not be older than five minutes; for one sitting
/// of checking, without a pause of five, than fifteen. The token of before is worth nothing any more.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/step-up",
    tag = "sessions",
    request_body = StepUp,
    responses((status = 200, description = "Taken; the new token is shown this once", body = NewSession)),
)]
async fn step_up(
    State(app): State<Arc<App>>,
    Person(actor): Person,
    Json(new): Json<StepUp>,
) -> Answer {
    let opened = sessions::step_up(&app, &actor, &new.totp.expose().into()).await?;
    Ok(render::secret(200, &show::accounts::opened(&opened), ROOM))
}

/// Forget your devices
///
/// Failed sign-ins from a device on which you signed in before are counted apart from those of
/// strangers. From now on none of yours is such a device.
#[utoipa::path(
    delete,
    path = "/v1/sessions/current/devices",
    tag = "sessions",
    responses((status = 204, description = "No device is known any more")),
)]
async fn forget_devices(State(app): State<Arc<App>>, Person(actor): Person) -> Answer {
    devices::forget(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
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
    Person(actor): Person,
    Json(new): Json<NewPassword>,
) -> Answer {
    let (password, new) = (new.password.expose().into(), new.new_password.expose().into());
    let opened = passwords::change(&app, &actor, &password, &new).await?;
    Ok(render::secret(200, &show::accounts::opened(&opened), ROOM))
}

/// Make new recovery codes
///
/// Ten codes for the day the authenticator is lost, to be kept on paper. Those of before are worth
/// nothing any more.
#[utoipa::path(
    post,
    path = "/v1/sessions/current/recovery-codes",
    tag = "sessions",
    responses((status = 200, description = "The codes, shown this once", body = RecoveryCodes)),
)]
async fn renew_recovery_codes(State(app): State<Arc<App>>, Person(actor): Person) -> Answer {
    let codes = recovery_codes::renew(&app, &actor).await?;
    let codes = RecoveryCodes { codes: codes.iter().map(show::accounts::secret).collect() };
    Ok(render::secret(200, &codes, ROOM))
}

/// Show a recovery code
///
/// With the password it gives a token to make new credentials with, and nothing else: the old ones and
/// every session are over. What needs a designation or a role waits until somebody of the organisation
/// confirmed who made them, and at least a day. Tries are counted with those at signing in.
#[utoipa::path(
    post,
    path = "/v1/enrolments/recovery",
    tag = "sessions",
    request_body = Recover,
    responses((status = 201, description = "The code is used up; the token is shown this once", body = Recovery)),
    security(()),
)]
async fn recover(
    State(app): State<Arc<App>>,
    Anyone(actor): Anyone,
    Json(new): Json<Recover>,
) -> Answer {
    let given = Given {
        login: new.login,
        password: new.password.expose().into(),
        code: new.code.expose().into(),
    };
    let (token, enrolment) = recovery_codes::redeem(&app, &actor, &given).await?;
    let recovery = Recovery {
        enrolment_token: show::accounts::secret(&token),
        expires_at: enrolment.expires_at.to_string(),
    };
    Ok(render::secret(201, &recovery, ROOM))
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
        locked: app.activity.idle(&session, &*app.clock) > Row::IDLE_MS,
        user: show::accounts::user(&user),
        organisations: places.iter().map(show::accounts::place).collect(),
    })
}
