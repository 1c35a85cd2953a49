//! Whether the process lives, and whether it can serve.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::accounts::Health;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::http::needs::{Calls, Need};
use crate::http::render;
use crate::service::log;

pub(super) fn routes() -> Calls {
    Calls::default().call(Need::Public, routes!(health)).call(Need::Public, routes!(readiness))
}

/// Whether the process lives
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    responses((status = 200, description = "It does", body = Health)),
    security(()),
)]
async fn health() -> Answer {
    Ok(render::ok(&Health { status: String::from("ok"), reasons: Vec::new() }))
}

/// Whether the vault can serve
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "health",
    responses((status = 200, description = "It can", body = Health), (status = 503, description = "It cannot, and why", body = Health)),
    security(()),
)]
async fn readiness(State(app): State<Arc<App>>) -> Answer {
    if let Err(error) = log::ready(&app).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
        let reasons = vec![String::from("db")];
        let body = Health { status: String::from("unavailable"), reasons };
        return Ok(render::with_status(503, &body));
    }
    Ok(render::ok(&Health { status: String::from("ok"), reasons: Vec::new() }))
}
