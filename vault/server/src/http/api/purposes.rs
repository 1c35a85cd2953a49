//! The closed table of purposes.

use azekura_wire::purposes::{Purposes, PurposesQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::http::extract::Query;
use crate::http::needs::{Calls, Need};
use crate::http::{render, show};

pub(super) fn routes() -> Calls {
    Calls::default().call(Need::Public, routes!(list_purposes))
}

/// Purposes and bundles
///
/// `?form=315` answers which purpose to name for that form.
#[utoipa::path(
    get,
    path = "/v1/purposes",
    tag = "purposes",
    params(PurposesQuery),
    responses((status = 200, description = "The table, or the part of it that a form asks for", body = Purposes)),
    security(()),
)]
async fn list_purposes(Query(query): Query<PurposesQuery>) -> Answer {
    Ok(render::ok(&show::purposes::table(query.form.as_deref())))
}
