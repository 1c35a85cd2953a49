//! Changes and what they propose, never a number.

use azekura_core::change::{
    Change, ChangeState, Content, NewOrganisation, NumberProposal, Unfreeze,
};
use azekura_core::identity::IdentityCheck;
use azekura_wire::accounts::NewOrganisation as ProposedOrganisation;
use azekura_wire::changes as wire;
use azekura_wire::oversight::{ProposedReset, Reason};

use super::{accounts, clients, code, codes, oversight, retention, roster, text};
use crate::service::change::state;

/// A change as it stands.
pub(in crate::http) fn change(change: &Change) -> wire::Change {
    let (by, at, reason) = match &change.state {
        ChangeState::Approved { by, at } => (Some(*by), Some(*at), None),
        ChangeState::Expired { at } => (None, Some(*at), None),
        ChangeState::Pending => (None, None, None),
        ChangeState::Rejected { by, at, reason } => (Some(*by), Some(*at), Some(reason.clone())),
        ChangeState::Withdrawn { at } => (Some(change.maker.user), Some(*at), None),
    };
    wire::Change {
        id: change.id.to_string(),
        status: String::from(state(&change.state)),
        org: text(change.org),
        content: content(change),
        proposed_by: change.maker.user.to_string(),
        client: text(change.maker.client),
        proposed_at: change.proposed_at.to_string(),
        expires_at: change.expires_at.to_string(),
        decided_by: text(by),
        decided_at: text(at),
        decision_reason: reason,
    }
}

fn content(change: &Change) -> wire::Content {
    match &change.content {
        Content::Appointment(appointment) => {
            wire::Content::Appointment(roster::appointment(appointment))
        }
        Content::Client(client) => wire::Content::Client(clients::client(client)),
        Content::ClientAmended(change) => {
            wire::Content::ClientAmended(Box::new(clients::amended(change)))
        }
        Content::Correct(proposal) => wire::Content::Correct(proposed(proposal)),
        Content::Designation(designation) => {
            wire::Content::Designation(roster::offered(designation, &change.state))
        }
        Content::FactCorrected(correction) => wire::Content::FactCorrected(wire::FactCorrection {
            person: correction.person.to_string(),
            supersedes: correction.supersedes.to_string(),
            with: correction.with.as_deref().and_then(retention::new_event),
            reason: correction.reason.clone(),
        }),
        Content::ItAccess(visit) => wire::Content::ItAccess(oversight::it_access(visit)),
        Content::Notice(notice) => wire::Content::Notice(roster::notice(notice)),
        Content::Organisation(new) => wire::Content::Organisation(organisation(new)),
        Content::Rebind(rebinding) => wire::Content::Rebind(wire::Rebinding {
            person: rebinding.person.to_string(),
            before: codes(rebinding.before.bundles()),
            purposes: codes(rebinding.purposes.bundles()),
            notice: rebinding.notice.to_string(),
            reason: rebinding.reason.clone(),
        }),
        Content::Register(proposal) => wire::Content::Register(proposed(proposal)),
        Content::Reset(new) => wire::Content::Reset(ProposedReset {
            user: new.user.to_string(),
            reason: new.reason.clone(),
        }),
        Content::Settings(settings) => wire::Content::Settings(accounts::settings(settings)),
        Content::Unfreeze(Unfreeze { reason }) => {
            wire::Content::Unfreeze(Reason { reason: reason.clone() })
        }
        Content::Unlock(locked) => {
            wire::Content::Unlock(wire::Unlocked { user: locked.user.to_string() })
        }
        Content::TrainingExtension(extension) => {
            wire::Content::TrainingExtension(wire::TrainingExtension {
                training: extension.training.to_string(),
                user: extension.user.to_string(),
                until: extension.until.to_string(),
                reason: extension.reason.clone(),
            })
        }
        Content::User(new) => wire::Content::User(wire::ProposedUser {
            user: new.user.to_string(),
            display_name: new.display_name.clone(),
            staff_ref: new.staff_ref.clone(),
        }),
    }
}

fn proposed(proposal: &NumberProposal) -> wire::ProposedNumber {
    wire::ProposedNumber {
        person: proposal.person.to_string(),
        version: proposal.version,
        purposes: codes(proposal.purposes.bundles()),
        notice: proposal.notice.to_string(),
        identity_check: identity(&proposal.identity),
        reason: proposal.reason.clone(),
        replaces: text(proposal.replaces),
        attempts_left: proposal.attempts_left,
    }
}

fn identity(check: &IdentityCheck) -> wire::IdentityCheck {
    wire::IdentityCheck {
        method: code(check.method),
        number_document: check.number_document.map(code),
        identity_documents: codes(&check.identity_documents),
        agent_document: check.agent_document.map(code),
        verified_on: check.verified_on.to_string(),
    }
}

fn organisation(new: &NewOrganisation) -> ProposedOrganisation {
    let org = &new.organisation;
    ProposedOrganisation {
        name: org.name.clone(),
        corporate_number: org.corporate_number.clone(),
        profile: code(org.profile),
        processor: org.processor,
        settings: Some(accounts::settings(&org.settings)),
        manager: new.manager.to_string(),
    }
}
