//! Ledgers of an organisation, drawn up from what is kept anyway. Here: the roster of handlers
//! (様式7 特定個人情報事務取扱者名簿).
//!
//! Source: regulation 003 ch.8 1(1), form 7.

use azekura_core::id::{DesignationId, OrganisationId};
use azekura_core::roster::Designation;
use azekura_core::time::{CivilDate, Timestamp};

use super::staff::Officer;
use super::{Error, Result, audit, sessions, staff};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::roster;

/// The days a ledger covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// From this day on; from the beginning if left out.
    pub from: Option<CivilDate>,
    /// To this day; to today if left out.
    pub to: Option<CivilDate>,
}

impl Span {
    /// The last day of the span; today's, if none is said.
    ///
    /// # Errors
    ///
    /// A fault if the span ends before it begins.
    pub(super) fn until(self, at: Timestamp) -> Result<CivilDate> {
        let until = self.to.unwrap_or_else(|| at.tokyo_date());
        if self.from.is_some_and(|from| until < from) {
            return Err(Error::fault("?to", "order", "not before the first day"));
        }
        Ok(until)
    }
}

/// The roster of handlers over some days.
pub struct Roster {
    /// 事業者.
    pub organisation: String,
    /// When it was drawn up.
    pub drawn_up_at: Timestamp,
    /// The last day it covers.
    pub until: CivilDate,
    /// The offices as they are filled on that day, the manager's first.
    pub officers: Vec<Officer>,
    /// Its lines, by their first day.
    pub lines: Vec<Line>,
}

/// A line of it.
pub struct Line {
    /// The line of the vault.
    pub id: DesignationId,
    /// 利用者名.
    pub name: String,
    /// The employer's key for the person.
    pub staff_ref: Option<String>,
    /// 指定年月日.
    pub designated_on: CivilDate,
    /// 解除年月日.
    pub released_on: Option<CivilDate>,
    /// What it covers.
    pub designation: Designation,
}

/// The roster of an organisation, to be taken out of the vault: lines that were in force on a day of
/// the span.
///
/// # Errors
///
/// [`Error::StepUp`]; a fault if the span ends before it begins.
pub async fn handlers(app: &App, actor: &Actor, org: OrganisationId, span: Span) -> Result<Roster> {
    sessions::fresh(app, actor)?;
    let mut view = audit::view(app, actor, Some(org), Permission::Audit).await?;
    let until = span.until(view.at)?;
    let kept = roster::designations(&mut view.reading, org).await?;
    let authority = &view.authority;
    let organisation = authority.organisation(org).ok_or(Error::NotFound)?.name.clone();
    let mut lines: Vec<Line> = kept
        .iter()
        .map(|line| Line {
            id: line.id,
            name: staff::name(authority, line.user),
            staff_ref: authority.user(line.user).and_then(|user| user.staff_ref.clone()),
            designated_on: line.from.max(line.accepted_at.tokyo_date()),
            released_on: line.last_day().filter(|last| *last <= until),
            designation: (**line).clone(),
        })
        .filter(|line| line.designated_on <= until)
        .filter(|line| span.from.is_none_or(|from| line.released_on.is_none_or(|on| from <= on)))
        .collect();
    lines.sort_by_key(|line| (line.designated_on, line.id));
    let officers = staff::officers(authority, org, until);
    Ok(Roster { organisation, drawn_up_at: view.at, until, officers, lines })
}
