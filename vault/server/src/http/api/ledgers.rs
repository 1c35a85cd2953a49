//! Ledgers, as JSON or as a file for a spreadsheet.

use std::sync::Arc;

use axum::extract::State;
use azekura_wire::ledgers::{CSV, DeletionLedger, HandlingLedger, LedgerQuery, RosterLedger};
use azekura_wire::purges::PDF;
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::http::extract::{Accept, Org, Query, SignedIn};
use crate::http::needs::{Calls, Need};
use crate::http::{paper, parse, render, show};
use crate::service::{handling, ledgers};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::AUDIT, routes!(roster_ledger))
        .call(Need::AUDIT, routes!(handling_ledger))
        .call(Need::AUDIT, routes!(deletion_ledger))
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

/// The record of handling (特定個人情報取扱記録簿)
///
/// What was collected, corrected, used and deleted, drawn up from the log. With `Accept: text/csv` a
/// file for a spreadsheet, with `application/pdf` a document to print.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/ledgers/handling",
    tag = "ledgers",
    params(LedgerQuery),
    responses((status = 200, description = "The ledger", body = HandlingLedger)),
)]
async fn handling_ledger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<LedgerQuery>,
    accept: Accept,
) -> Answer {
    let ledger = handling::record(&app, &actor, org, parse::ledgers::span(&query)?).await?;
    let shown = show::ledgers::handling(&ledger);
    if accept.names(CSV) {
        let table = show::ledgers::handling_table(&ledger);
        return Ok(render::spreadsheet(&format!("handling-{}.csv", ledger.until), &table));
    }
    if accept.names(PDF) {
        let (title, by) = (shown.title, ledger.organisation.clone());
        let (at, table) = (ledger.drawn_up_at, show::ledgers::handling_table(&ledger));
        let shares = [17.0, 9.0, 6.0, 22.0, 12.0, 20.0, 14.0];
        let document = paper::ledger(title, by, at, shares, table).await?;
        return Ok(render::document(&format!("handling-{}.pdf", ledger.until), document));
    }
    Ok(render::ok(&shown))
}

/// The ledger of deletions (特定個人情報廃棄台帳)
///
/// With `Accept: text/csv` a file for a spreadsheet, with `application/pdf` a document to print.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/ledgers/deletion",
    tag = "ledgers",
    params(LedgerQuery),
    responses((status = 200, description = "The ledger", body = DeletionLedger)),
)]
async fn deletion_ledger(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<LedgerQuery>,
    accept: Accept,
) -> Answer {
    let ledger = handling::deletions(&app, &actor, org, parse::ledgers::span(&query)?).await?;
    let shown = show::ledgers::deletions(&ledger);
    if accept.names(CSV) {
        let table = show::ledgers::deletions_table(&shown);
        return Ok(render::spreadsheet(&format!("deletion-{}.csv", ledger.until), &table));
    }
    if accept.names(PDF) {
        let table = show::ledgers::deletions_table(&shown);
        let shares = [17.0, 15.0, 6.0, 12.0, 12.0, 12.0, 15.0, 11.0];
        let (by, at) = (ledger.organisation, ledger.drawn_up_at);
        let document = paper::ledger(shown.title, by, at, shares, table).await?;
        return Ok(render::document(&format!("deletion-{}.pdf", ledger.until), document));
    }
    Ok(render::ok(&shown))
}
