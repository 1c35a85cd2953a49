//! Stops, resets and visits.

use azekura_core::id::OrganisationId;
use azekura_core::oversight::{Cause, Freeze, ItAccess, Reset};
use azekura_wire::oversight as wire;

use super::text;

/// A stop for all reads.
pub(in crate::http) fn frozen(freeze: &Freeze) -> wire::Frozen {
    let Freeze { by, at, reason } = freeze;
    wire::Frozen { by: by.to_string(), at: at.to_string(), reason: reason.clone() }
}

/// Credentials made anew, as one organisation sees them.
pub(in crate::http) fn reset(reset: &Reset, org: OrganisationId) -> wire::Reset {
    let confirmed = reset.confirmed.get(&org);
    let (cause, agreed) = match &reset.cause {
        Cause::Agreed { reason, proposed_by, approved_by, .. } => {
            ("agreed", Some((reason, proposed_by, approved_by)))
        }
        Cause::RecoveryCode => ("recovery_code", None),
    };
    wire::Reset {
        id: reset.id.to_string(),
        user: reset.user.to_string(),
        cause: String::from(cause),
        reason: agreed.map(|(reason, ..)| reason.clone()),
        proposed_by: text(agreed.map(|(_, by, _)| by)),
        approved_by: text(agreed.map(|(.., by)| by)),
        at: reset.at.to_string(),
        holds_until: reset.holds_until().to_string(),
        confirmed_by: text(confirmed.map(|signed| signed.by)),
        confirmed_at: text(confirmed.map(|signed| signed.at)),
    }
}

/// A visit of IT staff.
pub(in crate::http) fn it_access(visit: &ItAccess) -> wire::ItAccess {
    let (approved, done) = (visit.approved, visit.done.as_ref());
    wire::ItAccess {
        id: visit.id.to_string(),
        who: visit.who.clone(),
        purpose: visit.purpose.clone(),
        from: visit.from.to_string(),
        until: visit.until.to_string(),
        approved_by: text(approved.map(|signed| signed.by)),
        approved_at: text(approved.map(|signed| signed.at)),
        report: done.map(|done| done.report.clone()),
        closed_by: text(done.map(|done| done.by)),
        closed_at: text(done.map(|done| done.at)),
    }
}
