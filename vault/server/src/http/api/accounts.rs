//! One organisation and its settings.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::accounts::{Organisation, Settings};
use azekura_wire::changes::Change;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::Act;
use crate::http::extract::{IfMatch, Org, SignedIn};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::accounts::{self, SettingsOutcome};
use crate::service::staff;

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(show_organisation))
        .call(Need::VIEW, routes!(show_settings))
        .call(Need::OVERSEE, routes!(change_settings))
}

/// One organisation
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}",
    tag = "organisation",
    responses((status = 200, description = "The organisation", body = Organisation)),
)]
async fn show_organisation(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
) -> Answer {
    let (organisation, _) = accounts::organisation(&app, &actor, org).await?;
    let staff = staff::staffing(&app, &organisation);
    Ok(render::ok(&show::accounts::organisation(&organisation, &staff)))
}

/// The settings in force
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/settings",
    tag = "organisation",
    responses((status = 200, description = "The settings; `ETag` names them in an update", body = Settings)),
)]
async fn show_settings(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
) -> Answer {
    let (organisation, version) = accounts::organisation(&app, &actor, org).await?;
    Ok(render::tagged(200, version, &show::accounts::settings(&organisation.settings)))
}

/// Change the settings
#[utoipa::path(
    put,
    path = "/v1/orgs/{org}/settings",
    tag = "organisation",
    request_body = Settings,
    responses((status = 200, description = "In force: nothing is weaker than before", body = Settings), (status = 202, description = "Something is weaker: a second person decides", body = Change)),
)]
async fn change_settings(
    State(app): State<Arc<App>>,
    Org(org): Org,
    IfMatch(seen): IfMatch,
    Act { actor, body }: Act<Settings>,
) -> Answer {
    let settings = parse::accounts::settings(&body)?;
    Ok(match accounts::change_settings(&app, &actor, org, settings, seen).await? {
        SettingsOutcome::Applied(organisation, version) => {
            render::tagged(200, version, &show::accounts::settings(&organisation.settings))
        }
        SettingsOutcome::Proposed(change) => render::made(&Made::Change(&change)),
    })
}
