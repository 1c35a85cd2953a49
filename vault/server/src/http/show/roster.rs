//! Roles, roster lines and notices.

use azekura_core::change::{Change, ChangeState, Content};
use azekura_core::roster::{Appointment, Designation, Notice, Pledge};
use azekura_wire::roster as wire;

use super::{codes, text};
use crate::service::staff;

/// A role.
pub(in crate::http) fn appointment(appointment: &Appointment) -> wire::Appointment {
    wire::Appointment {
        id: appointment.id.to_string(),
        user: appointment.user.to_string(),
        role: String::from(appointment.role.code()),
        deputy_for: text(appointment.deputy_for),
        from: appointment.from.to_string(),
        until: text(appointment.until),
        ended_at: text(appointment.ended_at),
    }
}

/// Who fills an office.
pub(in crate::http) fn officer(officer: &staff::Officer) -> wire::Officer {
    wire::Officer {
        title: String::from(officer.appointment.role.ja()),
        display_name: officer.display_name.clone(),
        appointment: appointment(&officer.appointment),
    }
}

/// What a designee promises.
pub(in crate::http) fn pledge(pledge: Pledge) -> wire::Pledge {
    let Pledge { version, ja, en } = pledge;
    wire::Pledge { version, ja: String::from(ja), en: String::from(en) }
}

/// A roster line that holds.
pub(in crate::http) fn designation(line: &Designation) -> wire::Designation {
    wire::Designation { accepted_at: Some(line.accepted_at.to_string()), ..unaccepted(line) }
}

/// A roster line as a change offers it: accepted once that is approved.
pub(in crate::http) fn offered(line: &Designation, state: &ChangeState) -> wire::Designation {
    let accepted_at = match state {
        ChangeState::Approved { at, .. } => Some(at.to_string()),
        ChangeState::Expired { .. }
        | ChangeState::Pending
        | ChangeState::Rejected { .. }
        | ChangeState::Withdrawn { .. } => None,
    };
    wire::Designation { accepted_at, ..unaccepted(line) }
}

/// The roster line that an approved change made; `None` if it made none.
pub(in crate::http) fn accepted_designation(change: &Change) -> Option<wire::Designation> {
    let Content::Designation(line) = &change.content else { return None };
    Some(offered(line, &change.state))
}

/// The role that an approved change made; `None` if it made none.
pub(in crate::http) fn accepted_appointment(change: &Change) -> Option<wire::Appointment> {
    let Content::Appointment(role) = &change.content else { return None };
    Some(appointment(role))
}

/// A version of the purpose notice.
pub(in crate::http) fn notice(notice: &Notice) -> wire::Notice {
    wire::Notice {
        id: notice.id.to_string(),
        version: notice.version,
        bundles: codes(notice.bundles.bundles()),
        texts: notice.texts.iter().map(|(kind, text)| (kind.to_string(), text.clone())).collect(),
        channel: notice.channel.clone(),
        from: notice.from.to_string(),
    }
}

fn unaccepted(line: &Designation) -> wire::Designation {
    wire::Designation {
        id: line.id.to_string(),
        user: line.user.to_string(),
        capabilities: codes(&line.capabilities),
        purposes: codes(&line.scope.purposes),
        kinds: codes(&line.scope.kinds),
        networks: line.networks.iter().map(ToString::to_string).collect(),
        from: line.from.to_string(),
        until: text(line.until),
        remarks: line.remarks.clone(),
        pledge: line.pledge,
        accepted_at: None,
        ended_at: text(line.ended_at),
    }
}
