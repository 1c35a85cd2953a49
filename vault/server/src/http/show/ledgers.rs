//! Ledgers as the regulations' forms have them.

use azekura_core::access::Scope;
use azekura_core::purpose::{Bundle, Purpose};
use azekura_core::roster::Designation;
use azekura_wire::ledgers as wire;

use super::{roster as shown, text};
use crate::service::ledgers::{Line, Roster};

/// The columns of 様式7.
const ROSTER: [&str; 5] =
    ["利用者名", "取扱う特定個人情報の範囲", "指定年月日", "解除年月日", "備考"];

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
