//! Deletions and certificates.

use azekura_core::purge::{Fate, Purge, Signed, Target};
use azekura_wire::purges as wire;

use super::{code, text};
use crate::service::certificates::Listed;
use crate::service::sheets::{BatchSheet, Sheet};

/// A batch.
pub(in crate::http) fn purge(purge: &Purge) -> wire::Purge {
    wire::Purge {
        id: purge.id.to_string(),
        state: code(purge.state),
        count: purge.count,
        digest: purge.digest.clone(),
        not_before: purge.not_before.to_string(),
        proposed_at: purge.proposed_at.to_string(),
        proposed_by: text(purge.proposed_by),
        confirmed: purge.confirmed.map(signed),
        approved: purge.approved.map(signed),
    }
}

/// A batch with its items.
pub(in crate::http) fn detail(batch: &Purge, targets: &[Target]) -> wire::PurgeDetail {
    wire::PurgeDetail { purge: purge(batch), items: targets.iter().map(item).collect() }
}

/// A line of the list of certificates.
pub(in crate::http) fn certificate(listed: &Listed) -> wire::Certificate {
    let Listed { row, statement } = listed;
    wire::Certificate {
        id: row.id.to_string(),
        serial: row.serial.to_string(),
        person: row.person.to_string(),
        version: statement.target.versions.first().map_or(0, |version| version.ver),
        purge: text(row.purge),
        trigger: code(statement.trigger),
        deleted_at: statement.lock_a.done.to_string(),
        gone_from_backups_at: statement.lock_b.due.to_string(),
        entry: statement.audit.entries.last().copied().unwrap_or(0),
    }
}

/// The list of a batch's certificates.
pub(in crate::http) fn batch_sheet(batch: &BatchSheet) -> wire::BatchSheet {
    wire::BatchSheet {
        purge: purge(&batch.purge),
        organisation: batch.organisation.clone(),
        drawn_up_at: batch.drawn_up_at.to_string(),
        items: batch.sheets.iter().map(batch_item).collect(),
    }
}

fn batch_item(sheet: &Sheet) -> wire::BatchSheetItem {
    let statement = &sheet.statement;
    wire::BatchSheetItem {
        serial: statement.serial.to_string(),
        person: statement.target.record.to_string(),
        external_ref: sheet.names.as_ref().map(|names| names.external_ref.clone()),
        file_kind: statement.target.file_kind.clone(),
        deleted_at: statement.lock_a.done.to_string(),
        gone_from_backups_at: statement.lock_b.due.to_string(),
        sha256: sheet.sha256.clone(),
    }
}

fn item(target: &Target) -> wire::PurgeItem {
    let (status, certificate) = match target.fate {
        Fate::Deleted(certificate) => ("deleted", certificate),
        Fate::Dropped => ("dropped", None),
        Fate::Waiting => ("waiting", None),
    };
    wire::PurgeItem {
        person: target.item.person.to_string(),
        external_ref: target.external_ref.clone(),
        version: target.item.version,
        first_deletable: target.item.first_deletable.to_string(),
        set_by: text(target.item.set_by),
        status: String::from(status),
        certificate: text(certificate),
    }
}

fn signed(signed: Signed) -> wire::Signed {
    let Signed { by, at, entry } = signed;
    wire::Signed { by: by.to_string(), at: at.to_string(), entry }
}
