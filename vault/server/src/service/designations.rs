//! Lines of the roster (様式7): made by the manager, accepted by the designee with the pledge.

use std::collections::BTreeSet;

use azekura_core::access::Scope;
use azekura_core::audit::event::RosterEvent;
use azekura_core::change::{Change, Content, ReviewError};
use azekura_core::id::{DesignationId, OrganisationId, UserId};
use azekura_core::oversight::Duty;
use azekura_core::roster::{Capability, Designation, Networks, Pledge};
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Error, Result, queue, roster, sessions};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::{Kept, roster as rows};

/// What a roster line is to say.
pub struct Line {
    /// The handler.
    pub user: UserId,
    /// What they may do.
    pub capabilities: BTreeSet<Capability>,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// From which terminals; empty means any.
    pub networks: Networks,
    /// First day; today if left out.
    pub from: Option<CivilDate>,
    /// Last day.
    pub until: Option<CivilDate>,
    /// As written on the roster.
    pub remarks: Option<String>,
}

/// Proposes a roster line; the designee accepts it.
///
/// # Errors
///
/// [`ReviewError::SamePerson`] for oneself; a fault for whoever cannot hold it.
pub async fn designate(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    line: Line,
) -> Result<Change> {
    sessions::fresh(app, actor)?;
    let journal = audit::begin(app, actor, Some(org), Permission::Manage).await?;
    if actor.person() == Some(line.user) {
        return Err(ReviewError::SamePerson.into());
    }
    roster::eligible(&journal, org, line.user, Duty::Handler)?;
    let designation = Designation {
        id: app.new_id(),
        org,
        user: line.user,
        capabilities: line.capabilities,
        scope: line.scope,
        networks: line.networks,
        from: line.from.unwrap_or_else(|| journal.at().tokyo_date()),
        until: line.until,
        remarks: line.remarks,
        pledge: Pledge::CURRENT.version,
        accepted_at: journal.at(),
        ended_at: None,
    };
    queue::proposed(app, journal, actor, org, Content::Designation(designation)).await
}

/// Whether a line is accepted with the pledge that it was offered with.
pub(super) fn pledged(content: &Content, pledge: Option<u16>) -> Result<()> {
    if let Content::Designation(line) = content
        && pledge != Some(line.pledge)
    {
        let detail = "the version of the pledge that the line was offered with";
        return Err(Error::fault("/pledge", "pledge", detail));
    }
    Ok(())
}

/// The line is in force from here on.
pub(super) async fn made(
    journal: &mut Journal<'_>,
    change: &Change,
    line: &Designation,
) -> Result<()> {
    roster::eligible(journal, line.org, line.user, Duty::Handler)?;
    journal.append(RosterEvent::DesignationMade {
        capabilities: line.capabilities.iter().map(|one| String::from(one.code())).collect(),
        change: Some(change.id),
        designation: line.id,
        networks: line.networks.iter().map(ToString::to_string).collect(),
        pledge: line.pledge,
        purposes: line.scope.purposes.iter().map(|one| String::from(one.code())).collect(),
        user: line.user,
    })?;
    let accepted = Designation { accepted_at: journal.at(), ..line.clone() };
    journal.insert(accepted).await.map(drop)
}

/// Ends a line at once; its manager does, or its designee.
pub async fn end(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: DesignationId,
) -> Result<Designation> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Settle).await?;
    let kept = journal.reading().find::<Designation>(id).await?;
    let kept = kept.filter(|one| one.org == org && one.ended_at.is_none());
    let holder = kept.as_ref().map(|one| one.user);
    roster::own_or(&journal, actor, org, holder, Permission::Manage)?;
    let kept = kept.ok_or(Error::NotFound)?;
    let ended = ended(&mut journal, &kept, "ended").await?;
    journal.answer(Made::Designation(&ended)).await?;
    journal.commit().await?;
    Ok(ended)
}

/// Every line of the roster, ended ones included, oldest first.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Designation>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = rows::designations(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// Ends every line of a user in an organisation, because the account is closed.
pub(super) async fn end_all(
    journal: &mut Journal<'_>,
    org: OrganisationId,
    user: UserId,
) -> Result<()> {
    let today = journal.at().tokyo_date();
    let open: Vec<_> = journal
        .authority()
        .designations(org, user)
        .filter(|one| one.ended_at.is_none() && one.until.is_none_or(|last| today <= last))
        .cloned()
        .collect();
    for kept in open {
        ended(journal, &kept, "account-closed").await?;
    }
    Ok(())
}

async fn ended(
    journal: &mut Journal<'_>,
    kept: &Kept<Designation>,
    reason: &str,
) -> Result<Designation> {
    let (designation, user, reason) = (kept.id, kept.user, String::from(reason));
    let event = RosterEvent::DesignationEnded { designation, reason, user };
    journal.append_in(Some(kept.org), event)?;
    let ended = Designation { ended_at: Some(journal.at()), ..(**kept).clone() };
    journal.replace(kept, ended.clone()).await?;
    Ok(ended)
}
