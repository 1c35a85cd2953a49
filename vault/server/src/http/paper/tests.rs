//! The sheet as its marks: what it says, that it stays on the page, and that it is a document.

use azekura_core::certificate::{Addressee, Certificate};
use azekura_core::id::{OrganisationId, PersonId, PurgeId, SlotId, UserId, VaultId};
use serde_json::json;
use uuid::Uuid;

use super::certificate::{batch, sheet};
use super::face::Face;
use super::layout::{Flow, Mark, PAGE};
use super::*;
use crate::service::sheets::{BatchSheet, Names, Sheet};

fn user(n: u128) -> UserId {
    Uuid::from_u128(n).into()
}

fn statement() -> Certificate {
    let uuid = Uuid::from_u128;
    let zeros = "0".repeat(64);
    serde_json::from_value(json!({
        "approved_by": [
            {"at": "2034-01-09T01:00:00.000Z", "entry": 123, "role": "delete", "user": user(1)},
            {"at": "2034-01-09T02:00:00.000Z", "entry": 125, "role": "manager", "user": user(2)},
        ],
        "audit": {"entries": [123, 125, 131], "origin": "azekura/見本"},
        "demo": false, "department": "総務部（架空）", "grace_days": 3,
        "holdings": [{"article": "所得税法施行規則76条の3", "end": "2034-01-10",
            "purpose": "declarations", "rule": "R1", "start": "2019-04-01"}],
        "lock_a": {"done": "2034-01-11T20:00:05.000Z", "state": "done"},
        "lock_b": {"copies_unattested": 0, "due": "2034-02-23T20:00:05.000Z", "epochs": [41],
            "state": "pending"},
        "method": {"also": "a", "category": "b", "technique": "c"},
        "performed_by": {"job": null, "node": "n1"},
        "reason": "利用目的および保存期間の終了", "responsible": user(2),
        "retention_until": "2034-01-10", "serial": "2034-000123", "standing_order": null,
        "target": {"file_kind": "個人番号(従業員)", "record": PersonId::from(uuid(3)), "relationship": "employee",
            "versions": [{"blob_sha256": zeros, "epoch": 41,
                "slot": SlotId::from(uuid(4)), "slot_sha256": zeros, "ver": 1}]},
        "tenant": {"id": OrganisationId::from(uuid(5)), "name": "見本商事株式会社（架空）"},
        "time_source": {"sync": "none"}, "trigger": "scheduled",
        "typ": "azekura-deletion-certificate",
        "vault": VaultId::from(uuid(6)), "ver": 1,
        "verification": {"by": "azekura 0.1.0", "key_open": "refused", "read_back": "deleted",
            "scan": {"files": ["vault.db", "vault.db-wal"], "hits": 0}},
    }))
    .expect("a certificate as the formats have it")
}

fn read(named: bool) -> Sheet {
    let names = Names {
        external_ref: String::from("T0001"),
        person: String::from("見本 花子"),
        approvers: vec![String::from("架空 太郎"), String::from("試験 次郎")],
    };
    let statement = statement();
    let issued_at = statement.lock_a.done;
    Sheet { statement, issued_at, sha256: "ab".repeat(32), names: named.then_some(names) }
}

fn pages(sheet: &Sheet) -> Vec<Vec<Mark>> {
    let mut flow = Flow::new(Face::get().expect("the typeface is there"));
    certificate::write(&mut flow, sheet);
    flow.finish()
}

fn text(pages: &[Vec<Mark>]) -> String {
    let texts = pages.iter().flatten().filter_map(|mark| match mark {
        Mark::Text(_, _, text) => Some(text.as_str()),
        Mark::Fill(..) | Mark::Line(..) | Mark::Strips(..) => None,
    });
    texts.collect()
}

#[test]
fn a_sheet_says_what_was_signed_and_who_agreed() {
    let pages = pages(&read(true));
    assert_eq!(pages.len(), 1);
    let text = text(&pages);
    for said in [
        "個人番号削除（廃棄）証明書",
        "2034-000123",
        "令和16年1月12日",
        "見本商事株式会社（架空）",
        "総務部（架空）",
        "見本 花子（T0001）",
        "個人番号(従業員)　第1版",
        "期限到来",
        "令和16年1月10日",
        "R1",
        "2034-01-12 05:00:05",
        "該当 0 件",
        "令和16年2月24日以後",
        "対象確認者架空 太郎",
        "承認者試験 次郎",
        "No. 131",
        "確認印",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains("見本用の保管庫"));
}

#[test]
fn a_copy_without_names_has_none() {
    let text = text(&pages(&read(false)));
    for left_out in ["見本 花子", "T0001", "架空 太郎", "試験 次郎"] {
        assert!(!text.contains(left_out), "{left_out}");
    }
    assert!(text.contains("per_"));
}

#[test]
fn a_demo_says_so_and_a_client_is_addressed() {
    let mut sheet = read(true);
    sheet.statement.demo = true;
    let (name, contract) = (String::from("架空委託株式会社"), String::from("契約-試験-1"));
    sheet.statement.addressee = Some(Addressee { name, contract });
    let text = text(&pages(&sheet));
    assert!(text.contains("見本用の保管庫"));
    assert!(text.contains("架空委託株式会社　御中（契約　契約-試験-1）"));
}

#[test]
fn whatever_it_says_it_stays_on_the_page() {
    let face = Face::get().expect("the typeface is there");
    let mut sheet = read(true);
    sheet.statement.reason = "とても長い事由".repeat(60);
    let held = sheet.statement.holdings.clone();
    sheet.statement.holdings = held.iter().cycle().take(90).cloned().collect();
    let pages = pages(&sheet);
    assert!(pages.len() > 2);
    for mark in pages.iter().flatten() {
        let (right, bottom) = match mark {
            Mark::Fill([x, y, width, height], _) => (x + width, y + height),
            Mark::Line([x, y], [to_x, to_y], _) => (x.max(*to_x), y.max(*to_y)),
            Mark::Strips(strips, height) => strips
                .iter()
                .fold((0.0_f32, 0.0_f32), |(a, b), [x, y, w]| (a.max(x + w), b.max(y + height))),
            Mark::Text([x, y], size, text) => (x + face.width(text) * size, *y),
        };
        assert!(right < PAGE.0 - 40.0 && bottom < PAGE.1 - 20.0, "{mark:?}");
    }
}

#[tokio::test]
async fn a_batch_embeds_its_typeface_once() {
    let one = sheet(read(true)).await.unwrap();
    assert!(one.starts_with(b"%PDF-"));
    let purge = serde_json::from_value(json!({
        "id": PurgeId::from(Uuid::from_u128(7)),
        "org": OrganisationId::from(Uuid::from_u128(5)), "count": 50, "digest": "ab",
        "not_before": "2034-01-11", "proposed_at": "2034-01-01T00:00:00.000Z", "proposed_by": null, "confirmed": null,
        "approved": null, "state": "finished",
    }));
    let many = BatchSheet {
        organisation: String::from("見本商事株式会社（架空）"),
        purge: purge.expect("a batch as it is stored"),
        drawn_up_at: statement().lock_a.done,
        sheets: (0..50).map(|_| read(true)).collect(),
    };
    let many = batch(many, true).await.unwrap();
    let count =
        |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).filter(|at| *at == what).count();
    assert_eq!(count(&one, b"/FontFile"), 1);
    assert_eq!(count(&many, b"/FontFile"), 1);
    assert!(count(&many, b"/Type /Page") >= 52 || count(&many, b"/Type/Page") >= 52);
}
