//! Certificates as people read them: what was signed, and the names that it leaves out.

use azekura_core::certificate::Certificate;
use azekura_core::id::{CertificateId, OrganisationId, PurgeId};
use azekura_core::purge::Purge;
use azekura_core::time::Timestamp;

use super::audit::View;
use super::{Error, Result, certificates, people, staff};
use crate::app::App;
use crate::auth::Actor;
use crate::store::certificates::{self as rows, CertificateRow};
use crate::store::people as people_rows;

/// Certificates fetched at a time.
const CHUNK: u16 = 1_000;

/// One certificate, to be read.
pub struct Sheet {
    /// What was signed.
    pub statement: Certificate,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// SHA-256 of what was signed, as hexadecimal: the log entry `certificate.issued` names it.
    pub sha256: String,
    /// Whom it is about and who agreed; `None` in a copy that leaves them out.
    pub names: Option<Names>,
}

/// The names that a signed certificate leaves out.
pub struct Names {
    /// The payroll system's key for the person.
    pub external_ref: String,
    /// The person's name; empty once it ended.
    pub person: String,
    /// Who agreed, in the order of the statement.
    pub approvers: Vec<String>,
}

/// The certificates of a batch.
pub struct BatchSheet {
    /// 事業者.
    pub organisation: String,
    /// The batch.
    pub purge: Purge,
    /// When the list was drawn up.
    pub drawn_up_at: Timestamp,
    /// Its certificates, by serial number.
    pub sheets: Vec<Sheet>,
}

/// The sheet of one certificate, with names or without.
pub async fn one(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: CertificateId,
    named: bool,
) -> Result<Sheet> {
    let mut view = certificates::look(app, actor, org).await?;
    let kept = view.reading.find::<CertificateRow>(id).await?;
    let row = kept.as_ref().filter(|row| row.org == org).ok_or(Error::NotFound)?;
    sheet(app, &mut view, row, named).await
}

/// The sheets of a batch, with names or without.
pub async fn of_purge(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PurgeId,
    named: bool,
) -> Result<BatchSheet> {
    let mut view = certificates::look(app, actor, org).await?;
    let purge = view.reading.find::<Purge>(id).await?;
    let purge = (**purge.as_ref().filter(|purge| purge.org == org).ok_or(Error::NotFound)?).clone();
    let organisation = view.authority.organisation(org).ok_or(Error::NotFound)?.name.clone();
    let (mut sheets, mut after) = (Vec::new(), None);
    loop {
        let page = rows::of_purge(&mut view.reading, id, after, CHUNK).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.serial);
        for row in &page {
            sheets.push(sheet(app, &mut view, row, named).await?);
        }
    }
    Ok(BatchSheet { organisation, purge, drawn_up_at: view.at, sheets })
}

async fn sheet(app: &App, view: &mut View<'_>, row: &CertificateRow, named: bool) -> Result<Sheet> {
    let document = certificates::document(row)?;
    let statement = document.statement().ok_or(Error::NotFound)?;
    let names = if named { Some(names(app, view, row, &statement).await?) } else { None };
    let sha256 = document.payload_sha256().to_string();
    Ok(Sheet { statement, issued_at: row.issued_at, sha256, names })
}

async fn names(
    app: &App,
    view: &mut View<'_>,
    row: &CertificateRow,
    statement: &Certificate,
) -> Result<Names> {
    let kept = people_rows::by_id(&mut view.reading, row.org, row.person).await?;
    let kept = kept.ok_or(Error::NotFound)?;
    let personal = people::personal(app, &kept)?;
    let approvers = statement.approved_by.iter();
    Ok(Names {
        external_ref: kept.person.external_ref.clone(),
        person: format!("{} {}", personal.family, personal.given),
        approvers: approvers.map(|one| staff::name(&view.authority, one.user)).collect(),
    })
}
