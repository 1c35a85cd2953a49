//! Ledgers, as JSON or as a file for a spreadsheet.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::ledgers::{CSV, LedgerQuery, RosterLedger};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::http::extract::{Accept, Org, Query, SignedIn};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::ledgers;

pub(super) fn routes() -> Calls {
    Calls::default().call(Need::AUDIT, routes!(roster_ledger))
}

/// The roster of handlers (様式7)
///
/// Lines that were in force on a day of the span. With `Accept: text/csv` a file in UTF-8 with a byte
/// order mark, whose columns are those of the form.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/ledgers/roster",
    tag = "ledgers",
    params(LedgerQuery),
    responses((status = 200, description = "The ledger", body = RosterLedger)),
)]
async fn roster_ledger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<LedgerQuery>,
    accept: Accept,
) -> Answer {
    let span = parse::ledgers::span(&query)?;
    let roster = ledgers::handlers(&app, &actor, org, span).await?;
    let ledger = show::ledgers::roster(&roster);
    if accept.names(CSV) {
        let table = show::ledgers::roster_table(&ledger);
        return Ok(render::spreadsheet(&format!("roster-{}.csv", roster.until), &table));
    }
    Ok(render::ok(&ledger))
}
