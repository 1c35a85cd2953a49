//! Ledgers as the regulations' forms have them.

use azekura_core::access::Scope;
use azekura_core::certificate::Trigger;
use azekura_core::purpose::{Bundle, Purpose};
use azekura_core::roster::Designation;
use azekura_core::time::Timestamp;
use azekura_wire::ledgers as wire;

use super::{code, roster as shown, text};
use crate::service::handling::{Deletion, Handled, Ledger};
use crate::service::ledgers::{Line, Roster};

/// The columns of 様式7.
const ROSTER: [&str; 5] =
    ["利用者名", "取扱う特定個人情報の範囲", "指定年月日", "解除年月日", "備考"];

/// The columns of the record of handling.
const HANDLING: [&str; 7] =
    ["日時（日本時間）", "取扱い", "件数", "利用目的", "提出先", "内容", "取扱者"];

/// The columns of the ledger of deletions.
const DELETION: [&str; 8] = [
    "廃棄日時（日本時間）",
    "ファイルの種類",
    "件数",
    "事由",
    "対象確認者",
    "承認者",
    "証明書番号",
    "控えの期限",
];

/// The roster of handlers.
pub(in crate::http) fn roster(roster: &Roster) -> wire::RosterLedger {
    wire::RosterLedger {
        title: String::from("特定個人情報事務取扱者名簿"),
        organisation: roster.organisation.clone(),
        drawn_up_at: roster.drawn_up_at.to_string(),
        until: roster.until.to_string(),
        officers: roster.officers.iter().map(shown::officer).collect(),
        lines: roster.lines.iter().map(line).collect(),
    }
}

/// The same as rows of a spreadsheet, the names of the columns first.
pub(in crate::http) fn roster_table(ledger: &wire::RosterLedger) -> Vec<[String; 5]> {
    let rows = ledger.lines.iter().map(|line| {
        let released = line.released_on.clone().unwrap_or_default();
        [
            line.name.clone(),
            line.scope.clone(),
            line.designated_on.clone(),
            released,
            line.remarks(),
        ]
    });
    std::iter::once(ROSTER.map(String::from)).chain(rows).collect()
}

/// The record of handling.
pub(in crate::http) fn handling(ledger: &Ledger<Handled>) -> wire::HandlingLedger {
    wire::HandlingLedger {
        title: String::from("特定個人情報取扱記録簿"),
        organisation: ledger.organisation.clone(),
        drawn_up_at: ledger.drawn_up_at.to_string(),
        until: ledger.until.to_string(),
        lines: ledger.lines.iter().map(handled).collect(),
    }
}

/// The same as rows, the names of the columns first.
pub(in crate::http) fn handling_table(ledger: &Ledger<Handled>) -> Vec<[String; 7]> {
    let rows = ledger.lines.iter().map(|line| {
        let purpose = line.purpose.as_ref();
        let work = purpose.map(|purpose| work_ja(&purpose.code)).unwrap_or_default();
        let destination = purpose.and_then(|purpose| purpose.destination.clone());
        [
            in_tokyo(line.at),
            String::from(line.act.ja()),
            line.count.to_string(),
            work,
            destination.unwrap_or_default(),
            purpose.map(|purpose| purpose.reference.clone()).unwrap_or_default(),
            line.by.clone(),
        ]
    });
    std::iter::once(HANDLING.map(String::from)).chain(rows).collect()
}

/// The ledger of deletions.
pub(in crate::http) fn deletions(ledger: &Ledger<Deletion>) -> wire::DeletionLedger {
    wire::DeletionLedger {
        title: String::from("特定個人情報廃棄台帳"),
        organisation: ledger.organisation.clone(),
        drawn_up_at: ledger.drawn_up_at.to_string(),
        until: ledger.until.to_string(),
        lines: ledger.lines.iter().map(deletion).collect(),
    }
}

/// The same as rows, the names of the columns first.
pub(in crate::http) fn deletions_table(ledger: &wire::DeletionLedger) -> Vec<[String; 8]> {
    let rows = ledger.lines.iter().map(|line| {
        let serials = [&line.first_serial, &line.last_serial];
        let mut serials: Vec<_> = serials.into_iter().flatten().cloned().collect();
        serials.dedup();
        [
            line.at.parse().map(in_tokyo).unwrap_or_default(),
            line.file_kinds.join("、"),
            line.count.to_string(),
            line.trigger.clone(),
            line.confirmed_by.clone().unwrap_or_default(),
            line.approved_by.clone().unwrap_or_default(),
            serials.join("～"),
            line.gone_from_backups_on.clone().unwrap_or_default(),
        ]
    });
    std::iter::once(DELETION.map(String::from)).chain(rows).collect()
}

fn handled(line: &Handled) -> wire::HandlingLine {
    let purpose = line.purpose.as_ref();
    wire::HandlingLine {
        at: line.at.to_string(),
        act: code(line.act),
        count: line.count,
        by: line.by.clone(),
        purpose: purpose.map(|purpose| purpose.code.clone()),
        period: purpose.map(|purpose| purpose.period.clone()),
        destination: purpose.and_then(|purpose| purpose.destination.clone()),
        reference: purpose.map(|purpose| purpose.reference.clone()),
        entry: line.entry,
    }
}

fn deletion(line: &Deletion) -> wire::DeletionLine {
    let (handled, batch) = (&line.handled, line.batch.as_ref());
    wire::DeletionLine {
        at: handled.at.to_string(),
        count: handled.count,
        trigger: code(batch.map_or(Trigger::Correction, |batch| batch.trigger)),
        purge: batch.map(|batch| batch.purge.to_string()),
        file_kinds: batch.map(|batch| batch.file_kinds.clone()).unwrap_or_default(),
        confirmed_by: batch.map(|batch| batch.confirmed_by.clone()),
        approved_by: batch.map(|batch| batch.approved_by.clone()),
        first_serial: text(batch.and_then(|batch| batch.serials).map(|(first, _)| first)),
        last_serial: text(batch.and_then(|batch| batch.serials).map(|(_, last)| last)),
        gone_from_backups_on: text(batch.and_then(|batch| batch.gone_from_backups_on)),
        by: handled.by.clone(),
        entry: handled.entry,
    }
}

fn work_ja(code: &str) -> String {
    code.parse().map_or_else(|_| String::from(code), |one: Purpose| String::from(one.ja()))
}

/// `2026-11-21 14:00:05`, in Tokyo.
fn in_tokyo(at: Timestamp) -> String {
    format!("{} {}", at.tokyo_date(), at.tokyo_time())
}

fn line(line: &Line) -> wire::RosterLine {
    wire::RosterLine {
        designation: line.id.to_string(),
        name: line.name.clone(),
        staff_ref: line.staff_ref.clone(),
        scope: scope(&line.designation),
        designated_on: line.designated_on.to_string(),
        released_on: text(line.released_on),
        networks: line.designation.networks.iter().map(ToString::to_string).collect(),
        remarks: line.designation.remarks.clone(),
    }
}

/// 「登録・使用／源泉徴収票作成事務／従業員・家族」: what may be done, for which works, with whose
/// numbers.
fn scope(line: &Designation) -> String {
    let capabilities: Vec<&str> = line.capabilities.iter().map(|one| one.ja()).collect();
    let kinds: Vec<&str> = line.scope.kinds.iter().map(|kind| kind.ja()).collect();
    [capabilities.join("・"), works(&line.scope).join("、"), kinds.join("・")].join("／")
}

/// A line of the notice where the whole of it is covered, else the works one by one.
fn works(scope: &Scope) -> Vec<&'static str> {
    let whole = |bundle: &&Bundle| bundle.purposes().iter().all(|one| scope.purposes.contains(one));
    let bundles: Vec<Bundle> = Bundle::ALL.iter().filter(whole).copied().collect();
    let covered = |one: &Purpose| bundles.iter().any(|bundle| bundle.purposes().contains(one));
    let single = scope.purposes.iter().filter(|one| !covered(one)).map(|one| one.ja());
    bundles.iter().map(|bundle| bundle.ja()).chain(single).collect()
}
