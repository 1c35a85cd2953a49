//! Deletions and their certificates.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::{CertificateId, PurgeId};
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::purges::{
    Agreement, BatchSheet, BatchSheetQuery, Certificate, CertificatesQuery, Evidence, PDF, Purge,
    PurgeDetail, SheetQuery,
};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::{Act, Bare};
use crate::http::extract::{Accept, InOrg, Org, Query, SignedIn, Watching, paging};
use crate::http::needs::{Calls, Need};
use crate::http::parse::Faults;
use crate::http::{paper, render, show};
use crate::service::{certificates, purge, sheets};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::REVIEW_PURGES, routes!(list_purges))
        .call(Need::DELETE, routes!(propose_purge))
        .call(Need::REVIEW_PURGES, routes!(show_purge))
        .call(Need::DELETE, routes!(confirm_purge))
        .call(Need::MANAGE, routes!(approve_purge))
        .call(Need::MANAGE, routes!(cancel_purge))
        .call(Need::REVIEW_PURGES, routes!(show_batch_sheet))
        .call(Need::REVIEW_PURGES, routes!(list_certificates))
        .call(Need::REVIEW_PURGES, routes!(show_certificate))
}

/// List batches of deletions
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/purges",
    tag = "purges",
    params(PageQuery),
    responses((status = 200, description = "One page of batches, oldest first", body = Page<Purge>)),
)]
async fn list_purges(
    State(app): State<Arc<App>>,
    Watching(actor): Watching,
    Org(org): Org,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let page = purge::list(&app, &actor, org, &paging).await?;
    Ok(render::page(&page, show::purges::purge))
}

/// Propose what is due now
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/purges",
    tag = "purges",
    responses((status = 201, description = "The batch; nothing due answers 404", body = PurgeDetail)),
)]
async fn propose_purge(State(app): State<Arc<App>>, Org(org): Org, Bare(actor): Bare) -> Answer {
    let batch = purge::propose(&app, &actor, org).await?;
    Ok(render::made(&Made::Purge(&batch.purge, &batch.targets)))
}

/// One batch
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/purges/{id}",
    tag = "purges",
    responses((status = 200, description = "The batch with its items, masked", body = PurgeDetail)),
)]
async fn show_purge(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PurgeId>,
) -> Answer {
    let batch = purge::one(&app, &actor, org, id).await?;
    Ok(render::ok(&show::purges::detail(&batch.purge, &batch.targets)))
}

/// Confirm the targets
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/purges/{id}/confirm",
    tag = "purges",
    request_body = Agreement,
    responses((status = 200, description = "The batch, its targets confirmed: their numbers are not read any more", body = PurgeDetail)),
)]
async fn confirm_purge(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PurgeId>,
    Act { actor, body }: Act<Agreement>,
) -> Answer {
    let batch = purge::confirm(&app, &actor, org, id, &body.digest).await?;
    Ok(render::made(&Made::Purge(&batch.purge, &batch.targets)))
}

/// Approve the deletion
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/purges/{id}/approve",
    tag = "purges",
    request_body = Agreement,
    responses((status = 200, description = "The batch, approved: the job executes it after its grace", body = PurgeDetail)),
)]
async fn approve_purge(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PurgeId>,
    Act { actor, body }: Act<Agreement>,
) -> Answer {
    let batch = purge::approve(&app, &actor, org, id, &body.digest).await?;
    Ok(render::made(&Made::Purge(&batch.purge, &batch.targets)))
}

/// Drop a batch
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/purges/{id}/cancel",
    tag = "purges",
    responses((status = 200, description = "The batch, dropped before anything in it is gone", body = PurgeDetail)),
)]
async fn cancel_purge(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PurgeId>,
    Bare(actor): Bare,
) -> Answer {
    let batch = purge::cancel(&app, &actor, org, id).await?;
    Ok(render::made(&Made::Purge(&batch.purge, &batch.targets)))
}

/// The certificates of a batch
///
/// With `Accept: application/pdf` the list in Japanese, and with `sheets=true` the sheet of each
/// certificate after it.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/purges/{id}/certificates",
    tag = "purges",
    params(BatchSheetQuery),
    responses((status = 200, description = "The batch sheet", body = BatchSheet)),
)]
async fn show_batch_sheet(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PurgeId>,
    Query(query): Query<BatchSheetQuery>,
    accept: Accept,
) -> Answer {
    let batch = sheets::of_purge(&app, &actor, org, id, !query.redacted).await?;
    if accept.names(PDF) {
        let written = paper::batch(batch, query.sheets).await?;
        return Ok(render::document(&format!("{id}.pdf"), written));
    }
    Ok(render::ok(&show::purges::batch_sheet(&batch)))
}

/// List certificates
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/certificates",
    tag = "purges",
    params(CertificatesQuery),
    responses((status = 200, description = "One page of certificates, by serial number", body = Page<Certificate>)),
)]
async fn list_certificates(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<CertificatesQuery>,
) -> Answer {
    let mut faults = Faults::default();
    let person = faults.optional(query.person.as_ref(), |f, text| f.id("?person", text));
    let person = faults.finish(Some(person))?;
    let paging = paging(query.limit, query.cursor)?;
    let page = certificates::list(&app, &actor, org, person, &paging).await?;
    Ok(render::page(&page, show::purges::certificate))
}

/// The evidence of one deletion
///
/// With `Accept: application/pdf` the Japanese sheet (個人番号削除（廃棄）証明書), a view of it to read
/// and to print.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/certificates/{id}",
    tag = "purges",
    params(SheetQuery),
    responses((status = 200, description = "The file that `azekura-verify` checks; save it as it is", body = Evidence)),
)]
async fn show_certificate(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<CertificateId>,
    Query(query): Query<SheetQuery>,
    accept: Accept,
) -> Answer {
    if accept.names(PDF) {
        let sheet = sheets::one(&app, &actor, org, id, !query.redacted).await?;
        let name = format!("AZEKURA-CERT-{}.pdf", sheet.statement.serial);
        return Ok(render::document(&name, paper::sheet(sheet).await?));
    }
    let (_, bytes) = certificates::file(&app, &actor, org, id).await?;
    Ok(render::json(200, bytes))
}
