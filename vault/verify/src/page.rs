//! The report on one page, in Japanese or English, for whoever files it.

use azekura_verify::log::LogReport;
use azekura_verify::{Finding, tokyo_minute};

use super::Told;

/// A page has room for so many findings and serial numbers.
const MOST: usize = 20;

/// The language of the page.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Japanese
    Ja,
}

/// The lines of the page.
pub(crate) fn lines(told: &Told<'_>, language: Language) -> Vec<String> {
    let page = Page { told, language };
    let mut lines = page.head();
    lines.extend(page.counts());
    lines.extend(page.findings());
    lines.extend(page.unchecked());
    lines
}

struct Page<'a> {
    told: &'a Told<'a>,
    language: Language,
}

impl Page<'_> {
    fn say<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Ja => ja,
        }
    }

    fn line(&self, ja: &str, en: &str, value: &str) -> String {
        match self.language {
            Language::En => format!("{en}: {value}"),
            Language::Ja => format!("{ja}：{value}"),
        }
    }

    fn head(&self) -> Vec<String> {
        let Told { holds, trust, now, .. } = self.told;
        let outcome = if *holds {
            self.say("確認したものはすべて成立しています", "all that was verified holds")
        } else {
            self.say("成立しないものがあります（下記）", "NOT VERIFIED, see the findings below")
        };
        let mut lines = vec![
            self.say("検証報告書", "Verification report").to_owned(),
            String::new(),
            self.line("結果", "Result", outcome),
            self.line("ログの名称", "Log", trust.origin()),
            self.line("検証日時（日本時間）", "Verified at (Japan)", &tokyo_minute(*now)),
            self.line(
                "検証プログラム",
                "Program",
                concat!("azekura-verify ", env!("CARGO_PKG_VERSION")),
            ),
        ];
        if trust.is_demo() {
            let what =
                self.say("デモ用の保管庫（実務の証拠にならない）", "a demonstration, no evidence");
            lines.push(self.line("種別", "Kind", what));
        }
        lines
    }

    fn counts(&self) -> Vec<String> {
        let mut lines = vec![String::new(), self.say("■ 対象", "What was verified").to_owned()];
        if let Some(log) = self.told.log {
            lines.extend(self.log(log));
        }
        if let Some(certificates) = self.told.certificates {
            let serials = &certificates.serials;
            let shown = serials.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
            let all = if serials.len() > MOST { format!("{shown}, …") } else { shown };
            let value = format!("{} ({all})", certificates.files);
            lines.push(self.line("  削除証明書", "  Certificates", &value));
            let kids = certificates.signed_by.join(", ");
            lines.push(self.line("  証明書の署名鍵", "  Signed by", &kids));
        }
        if self.told.proofs > 0 {
            let value = self.told.proofs.to_string();
            lines.push(self.line("  個別の記録の証明", "  Proofs of entries", &value));
        }
        lines
    }

    fn log(&self, log: &LogReport) -> Vec<String> {
        let counted = &log.counted;
        let period = log.period.map_or_else(String::new, |(first, last)| {
            format!("{} – {}", tokyo_minute(first), tokyo_minute(last))
        });
        let mut lines = vec![
            self.line("  記録", "  Entries", &log.entries.to_string()),
            self.line("  期間（日本時間）", "  Period (Japan)", &period),
            self.line("  木の根", "  Root", &log.root),
            self.line("  利用", "  Uses", &counted.releases.to_string()),
            self.line("  申請", "  Changes", &counted.changes.to_string()),
            self.line("  廃棄の一括", "  Batches of deletions", &counted.purges.to_string()),
            self.line(
                "  発行した証明書",
                "  Certificates issued",
                &counted.certificates.to_string(),
            ),
            self.line("  ログの鍵", "  Keys of the log", &log.keys.to_string()),
        ];
        lines.extend(log.signed_by.iter().map(|key| {
            let until = key.until.map_or_else(|| "…".to_owned(), |until| until.to_string());
            let value = format!("{} ({}–{until})", key.key, key.from);
            self.line("  最後の署名鍵（木の大きさ）", "  Last signed by (sizes of trees)", &value)
        }));
        lines
    }

    fn findings(&self) -> Vec<String> {
        let all: Vec<&Finding> = self.told.findings.iter().flat_map(|one| one.iter()).collect();
        let unlisted: u64 = self.told.findings.iter().map(|one| one.unlisted()).sum();
        let mut lines = vec![String::new(), self.say("■ 所見", "Findings").to_owned()];
        if all.is_empty() {
            lines.push(self.say("  なし", "  none").to_owned());
        }
        lines.extend(
            all.iter()
                .take(MOST)
                .map(|finding| format!("  [{}] {finding}", self.family(finding.code))),
        );
        let more = all.len().saturating_sub(MOST) as u64 + unlisted;
        if more > 0 {
            lines.push(self.line("  ほかの件数", "  and more", &more.to_string()));
        }
        let notes = self.told.log.into_iter().flat_map(|log| &log.notes);
        lines.extend(notes.take(MOST).map(|note| self.line("  注記", "  note", note)));
        lines
    }

    /// What a kind of finding is about.
    fn family(&self, code: &str) -> &'static str {
        let families: [(&[&str], &'static str, &'static str); 10] = [
            (&["line-", "not-", "sequence", "empty-"], "ファイル", "file"),
            (
                &["checkpoint-", "foreign-", "entries-", "root-", "earlier-", "rolled-", "forked"],
                "木と署名",
                "tree",
            ),
            (&["log-key-"], "ログの鍵", "keys of the log"),
            (&["time-back", "heartbeat-"], "時刻", "time"),
            (&["change-", "check-", "effect-"], "申請と承認", "changes"),
            (&["intent-", "outcome-"], "利用", "releases"),
            (
                &["purge-", "destroyed-", "slot-", "certificate-", "serial-twice"],
                "廃棄",
                "deletions",
            ),
            (&["epoch-", "completed-"], "鍵の世代", "epochs"),
            (&["order-"], "常設の承認", "standing orders"),
            (&[""], "証明書", "certificates"),
        ];
        let of = families.iter().find(|(starts, ..)| starts.iter().any(|at| code.starts_with(at)));
        match (of, self.language) {
            (Some((_, _, en)), Language::En) => en,
            (Some((_, ja, _)), Language::Ja) => ja,
            (None, _) => "",
        }
    }

    /// What nobody may read out of the result.
    fn unchecked(&self) -> Vec<String> {
        let mut all = vec![
            (
                "個人番号そのもの（証拠には番号もその一部も含まれない）",
                "any personal number: no evidence holds one, or a part of one",
            ),
            (
                "保管庫の外で行われたこと（紙、写し、口頭の承認）",
                "what was done outside the vault: paper, copies, words",
            ),
            (
                "氏名と内部識別子の対応（事業者の名簿による）",
                "who is behind an id: the organisation's own register says that",
            ),
        ];
        if !self.told.trust.has_checkpoint() {
            all.push((
                "以前の検証時点からの連続性（信頼ファイルに以前のチェックポイントがない）",
                "that the log continues an earlier one: the trust file has no checkpoint",
            ));
        }
        if self.told.log.is_none() {
            all.push((
                "ログの全体（書き出しが与えられていない）。承認者と廃棄の記録は証明書の記載による",
                "the log as a whole, which was not given: approvals and deletions are as the \
                 certificates say",
            ));
        } else {
            all.push((
                "申請の内容（ログにはその要約値だけがある）",
                "what changes contained: the log has their digests only",
            ));
        }
        if self.told.log.is_some() && self.told.certificates.is_none() {
            all.push((
                "証明書のファイル（与えられていない）",
                "the files of certificates: none was given",
            ));
        }
        let mut lines =
            vec![String::new(), self.say("■ 確認していないこと", "NOT verified").to_owned()];
        lines.extend(all.into_iter().map(|(ja, en)| format!("  - {}", self.say(ja, en))));
        lines
    }
}
