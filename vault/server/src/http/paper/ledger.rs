//! A ledger as a table on as many pages as it takes.

use azekura_core::era::in_era;
use azekura_core::time::Timestamp;

use super::layout::{Flow, TEXT};
use super::{Paper, Result, written};

/// A ledger of an organisation: the share of the page that each column has, and the rows, the names
/// of the columns first.
pub(in crate::http) async fn ledger<const N: usize>(
    title: String,
    organisation: String,
    drawn_up_at: Timestamp,
    shares: [f32; N],
    table: Vec<[String; N]>,
) -> Result<Vec<u8>> {
    written(move || {
        let mut paper = Paper::new(&title)?;
        paper.add(|flow| {
            let day = in_era(drawn_up_at.tokyo_date());
            flow.ends(&organisation, &format!("作成日　{day}"));
            flow.gap(6.0);
            flow.title(&title);
            flow.gap(4.0);
            rows(flow, shares, &table);
        })?;
        paper.finish()
    })
    .await
}

fn rows<const N: usize>(flow: &mut Flow<'_>, shares: [f32; N], table: &[[String; N]]) {
    let Some((head, rows)) = table.split_first() else { return };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.to_vec()).collect();
    flow.table(&shares, &head.each_ref().map(String::as_str), &rows);
    if rows.is_empty() {
        flow.paragraph("この期間の記録はありません。", TEXT);
    }
}
