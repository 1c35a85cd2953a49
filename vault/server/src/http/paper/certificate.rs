//! The Japanese sheet of a deletion certificate, and the list of a batch.
//!
//! Source: `certificates.md` 4.1, 4.2; `practice.md` 5.

use azekura_core::certificate::{Approval, Certificate, Holding, Trigger};
use azekura_core::era::in_era;
use azekura_core::purpose::Bundle;
use azekura_core::time::{CivilDate, Timestamp};

use super::code::Code;
use super::layout::{Flow, SMALL, TEXT};
use super::{Paper, Result, written};
use crate::service::sheets::{BatchSheet, Sheet};

const TITLE: &str = "個人番号削除（廃棄）証明書";
const LIST: &str = "個人番号削除（廃棄）証明書一覧";
const DEMO: &str = "見本用の保管庫（demo）が発行したものです。猶予期間を置かずに廃棄しており、本番の証明には使えません。";
const STATEMENT: &str = "下記の個人番号を、復元できない方法で削除（廃棄）したことを証明します。この書面には、個人番号も、その一部も、そこから作った符号も記載していません。";

/// The sheet of one certificate.
pub(in crate::http) async fn sheet(sheet: Sheet) -> Result<Vec<u8>> {
    written(move || {
        let mut paper = Paper::new(&format!("{TITLE} {}", sheet.statement.serial))?;
        paper.add(|flow| write(flow, &sheet))?;
        paper.finish()
    })
    .await
}

/// The list of a batch, followed by the sheets of its certificates if they are asked for.
pub(in crate::http) async fn batch(batch: BatchSheet, with_sheets: bool) -> Result<Vec<u8>> {
    written(move || {
        let mut paper = Paper::new(&format!("{LIST} {}", batch.purge.id))?;
        paper.add(|flow| list(flow, &batch))?;
        for one in batch.sheets.iter().filter(|_| with_sheets) {
            paper.add(|flow| write(flow, one))?;
        }
        paper.finish()
    })
    .await
}

pub(super) fn write(flow: &mut Flow<'_>, sheet: &Sheet) {
    let Certificate { serial, demo, addressee, .. } = &sheet.statement;
    let issued = in_era(sheet.issued_at.tokyo_date());
    flow.ends(&format!("証明書番号　{serial}"), &format!("発行日　{issued}"));
    flow.gap(6.0);
    flow.title(TITLE);
    flow.gap(4.0);
    if let Some(addressee) = addressee {
        flow.paragraph(&format!("{}　御中（契約　{}）", addressee.name, addressee.contract), TEXT);
    }
    flow.paragraph(STATEMENT, TEXT);
    if *demo {
        flow.paragraph(DEMO, TEXT);
    }
    flow.heading("1　廃棄したもの");
    flow.table(&[20.0, 80.0], &[], &target(sheet));
    flow.heading("2　保有していた根拠");
    let held: Vec<_> = sheet.statement.holdings.iter().map(holding).collect();
    flow.table(
        &[34.0, 8.0, 30.0, 14.0, 14.0],
        &["利用目的", "規則", "根拠", "始期", "終期"],
        &held,
    );
    flow.heading("3　廃棄の方法と確かめ");
    flow.table(&[20.0, 80.0], &[], &method(&sheet.statement));
    flow.heading("4　関わった人");
    let head = ["役目", "氏名", "日時（日本時間）", "監査ログ"];
    flow.table(&[24.0, 34.0, 28.0, 14.0], &head, &people(sheet));
    flow.foot(&Code::of(&sheet.sha256), &how_to_verify(sheet), "確認印");
}

fn target(sheet: &Sheet) -> Vec<Vec<String>> {
    let Certificate { tenant, target, department, reason, retention_until, trigger, .. } =
        &sheet.statement;
    let person = match &sheet.names {
        Some(names) if names.person.is_empty() => names.external_ref.clone(),
        Some(names) => format!("{}（{}）", names.person, names.external_ref),
        None => String::from("（この写しでは省略）"),
    };
    let versions: Vec<String> =
        target.versions.iter().map(|version| format!("第{}版", version.ver)).collect();
    let kept = retention_until.map_or_else(|| String::from("なし"), in_era);
    let department = if department.is_empty() { "事務取扱担当" } else { department.as_str() };
    pairs([
        ("事業者", tenant.name.clone()),
        ("担当部署", String::from(department)),
        ("対象者", person),
        ("記録番号", target.record.to_string()),
        ("ファイルの種類", format!("{}　{}", target.file_kind, versions.join("、"))),
        ("廃棄の事由", format!("{}　{reason}", occasion(*trigger))),
        ("保存期限", kept),
    ])
}

const fn occasion(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Correction => "訂正",
        Trigger::Early => "期限前の廃棄",
        Trigger::Misdirected => "誤収集",
        Trigger::Scheduled => "期限到来",
        Trigger::TenantExit => "契約終了",
    }
}

fn holding(holding: &Holding) -> Vec<String> {
    let Holding { purpose, rule, article, start, end } = holding;
    let work =
        purpose.parse().map_or_else(|_| purpose.clone(), |one: Bundle| String::from(one.ja()));
    vec![work, rule.clone(), article.clone(), start.to_string(), end.to_string()]
}

fn method(statement: &Certificate) -> Vec<Vec<String>> {
    let Certificate { lock_a, lock_b, grace_days, standing_order, verification, .. } = statement;
    let scan = &verification.scan;
    let scanned = if scan.files.is_empty() {
        String::from("データベースサーバーの領域を整理")
    } else {
        format!("保存ファイルの走査（{}）：該当 {} 件", scan.files.join("、"), scan.hits)
    };
    let order = standing_order.as_ref().map_or_else(
        || format!("承認のあと {grace_days} 日の猶予を置いて自動で実行"),
        |order| format!("定例の指示 {order} により、{grace_days} 日の猶予を置いて自動で実行"),
    );
    let epochs: Vec<String> = lock_b.epochs.iter().map(ToString::to_string).collect();
    let due = in_era(lock_b.due.tokyo_date());
    pairs([
        ("方法", String::from("暗号化消去（記録ごとの鍵の破棄）。あわせて記録領域を上書き")),
        ("廃棄した日時", instant(lock_a.done)),
        ("実行", order),
        ("確かめた結果", format!("読み出し：できない　／　鍵による復号：できない　／　{scanned}")),
        (
            "控えの期限",
            format!(
                "{due}以後は、どの控え（バックアップ）からも戻せません（鍵の期 {}）",
                epochs.join("、")
            ),
        ),
        ("確かめた者", verification.by.clone()),
    ])
}

fn people(sheet: &Sheet) -> Vec<Vec<String>> {
    let Certificate { approved_by, performed_by, lock_a, audit, .. } = &sheet.statement;
    let name = |at: usize, approval: &Approval| match &sheet.names {
        Some(names) => names.approvers.get(at).cloned().unwrap_or_default(),
        None => approval.user.to_string(),
    };
    let agreed = approved_by.iter().enumerate().map(|(at, approval)| {
        let no = format!("No. {}", approval.entry);
        vec![role(&approval.role), name(at, approval), instant(approval.at), no]
    });
    let last = audit.entries.last().map(|entry| format!("No. {entry}")).unwrap_or_default();
    let node = format!("自動処理（{}）", performed_by.node);
    let job = vec![String::from("実行"), node, instant(lock_a.done), last];
    agreed.chain([job]).collect()
}

fn role(code: &str) -> String {
    String::from(match code {
        "delete" => "対象確認者",
        "manager" => "承認者",
        other => other,
    })
}

fn how_to_verify(sheet: &Sheet) -> String {
    let serial = sheet.statement.serial;
    format!(
        "この用紙は読むための写しで、証拠は証拠ファイルです。AZEKURA-CERT-{serial}.json を、校倉とつながっていないパソコンの azekura-verify に渡して確かめてください。\n署名した内容の指紋（SHA-256）\n{}",
        sheet.sha256
    )
}

fn list(flow: &mut Flow<'_>, batch: &BatchSheet) {
    let purge = &batch.purge;
    flow.ends(&batch.organisation, &format!("作成日　{}", in_era(batch.drawn_up_at.tokyo_date())));
    flow.gap(6.0);
    flow.title(LIST);
    flow.gap(4.0);
    let count = batch.sheets.len();
    flow.paragraph(&format!("一括番号　{}　　{count} 件", purge.id), TEXT);
    flow.paragraph(&format!("対象一覧の指紋（SHA-256）　{}", purge.digest), SMALL);
    if batch.sheets.iter().any(|sheet| sheet.statement.demo) {
        flow.paragraph(DEMO, TEXT);
    }
    flow.gap(6.0);
    let rows: Vec<_> = batch.sheets.iter().map(line).collect();
    let head = ["証明書番号", "対象者", "種類", "廃棄した日時（日本時間）", "控えの期限"];
    flow.table(&[18.0, 22.0, 22.0, 24.0, 14.0], &head, &rows);
}

fn line(sheet: &Sheet) -> Vec<String> {
    let Certificate { serial, target, lock_a, lock_b, .. } = &sheet.statement;
    let who = sheet.names.as_ref().map(|names| names.external_ref.clone()).unwrap_or_default();
    let due = lock_b.due.tokyo_date().to_string();
    vec![serial.to_string(), who, target.file_kind.clone(), short(lock_a.done), due]
}

/// 「2026-11-21 14:00:05（令和8年11月21日）」, in Tokyo.
fn instant(at: Timestamp) -> String {
    format!("{}（{}）", short(at), in_era(at.tokyo_date()))
}

fn short(at: Timestamp) -> String {
    let day: CivilDate = at.tokyo_date();
    format!("{day} {}", at.tokyo_time())
}

fn pairs<const N: usize>(rows: [(&str, String); N]) -> Vec<Vec<String>> {
    rows.into_iter().map(|(name, value)| vec![String::from(name), value]).collect()
}
