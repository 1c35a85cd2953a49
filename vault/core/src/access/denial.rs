//! Why a number is not released, as stable codes with a next step for the reader.

use core::fmt;

use serde::{Deserialize, Serialize};

/// Why a number is not released. The codes are part of the API and never change.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    /// The client's grant does not allow the operation, hour or network.
    ClientNotGranted,
    /// The client is stopped until two people let it go on.
    ClientStopped,
    /// The number was deleted.
    Deleted,
    /// The number is in a purge whose targets are confirmed.
    DisposalPending,
    /// No number was handed in.
    NoNumber,
    /// Nothing holds the number for this work in this period.
    NoRelationshipInPeriod,
    /// The caller is not on the roster.
    NotDesignated,
    /// There is no such person, as far as the caller may know.
    NotFound,
    /// The call does not come from a terminal of the caller's designation.
    OutsideNetwork,
    /// The work or the person lies outside the caller's designation or grant.
    OutsideScope,
    /// The number may no longer be kept.
    PastRetention,
    /// A second person has not checked the number yet.
    PendingCheck,
    /// The use for this work and period is over.
    PurposeEnded,
    /// The person was not told of this purpose.
    PurposeNotBound,
    /// The quota is used up.
    QuotaExceeded,
    /// All reads of the organisation are stopped.
    ReadsFrozen,
    /// The caller's credentials were made anew, and nobody has met them yet.
    ResetUnconfirmed,
    /// The number's use is stopped, or it was collected by mistake.
    Suspended,
    /// The caller's training is no longer valid.
    TrainingExpired,
    /// Number and person were not verified for this use.
    Unverified,
}

impl Denial {
    /// Every denial, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::ClientNotGranted,
        Self::ClientStopped,
        Self::Deleted,
        Self::DisposalPending,
        Self::NoNumber,
        Self::NoRelationshipInPeriod,
        Self::NotDesignated,
        Self::NotFound,
        Self::OutsideNetwork,
        Self::OutsideScope,
        Self::PastRetention,
        Self::PendingCheck,
        Self::PurposeEnded,
        Self::PurposeNotBound,
        Self::QuotaExceeded,
        Self::ReadsFrozen,
        Self::ResetUnconfirmed,
        Self::Suspended,
        Self::TrainingExpired,
        Self::Unverified,
    ];

    /// The stable code of the API and the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ClientNotGranted => "client-not-granted",
            Self::ClientStopped => "client-stopped",
            Self::Deleted => "deleted",
            Self::DisposalPending => "disposal-pending",
            Self::NoNumber => "no-number",
            Self::NoRelationshipInPeriod => "no-relationship-in-period",
            Self::NotDesignated => "not-designated",
            Self::NotFound => "not-found",
            Self::OutsideNetwork => "outside-network",
            Self::OutsideScope => "outside-scope",
            Self::PastRetention => "past-retention",
            Self::PendingCheck => "pending-check",
            Self::PurposeEnded => "purpose-ended",
            Self::PurposeNotBound => "purpose-not-bound",
            Self::QuotaExceeded => "quota-exceeded",
            Self::ReadsFrozen => "reads-frozen",
            Self::ResetUnconfirmed => "reset-unconfirmed",
            Self::Suspended => "suspended",
            Self::TrainingExpired => "training-expired",
            Self::Unverified => "unverified",
        }
    }

    /// Whether it lies with the caller, so that the whole call is refused (403, or 429 for the quota)
    /// and not just one person's line.
    pub const fn refuses_the_call(self) -> bool {
        matches!(
            self,
            Self::ClientNotGranted
                | Self::ClientStopped
                | Self::NotDesignated
                | Self::OutsideNetwork
                | Self::QuotaExceeded
                | Self::ReadsFrozen
                | Self::ResetUnconfirmed
                | Self::TrainingExpired
        )
    }

    /// What is wrong and what to do next, in Japanese.
    pub const fn detail_ja(self) -> &'static str {
        match self {
            Self::ClientNotGranted => {
                "このクライアントに許可された操作・時間帯・接続元ではありません。システム管理者に許可の内容を確認してください"
            }
            Self::ClientStopped => {
                "このクライアントは停止中です。停止の理由を確かめ、システム管理者または管理責任者に利用再開の申請を依頼してください"
            }
            Self::Deleted => {
                "個人番号は廃棄済みです。再び必要になった場合は、本人から改めて提供を受けて登録してください"
            }
            Self::DisposalPending => {
                "個人番号は廃棄待ちのため使用できません。必要な場合は、管理責任者に廃棄案の取消しを依頼してください"
            }
            Self::NoNumber => {
                "個人番号が提出されていません。提供を依頼し、登録と点検を済ませてください"
            }
            Self::NoRelationshipInPeriod => {
                "指定した年分・日付に、この利用目的に当たる関係がありません。年分・日付と在籍・契約の記録を確認してください"
            }
            Self::NotDesignated => {
                "事務取扱担当者に指定されていません。管理責任者に指定を依頼してください"
            }
            Self::NotFound => "該当する対象者がいません。社員番号等を確認してください",
            Self::OutsideNetwork => {
                "指定された入力端末からの操作ではありません。指定された端末で行うか、管理責任者に端末の追加を依頼してください"
            }
            Self::OutsideScope => {
                "この利用目的または対象者は、指定された取扱範囲の外です。範囲内の担当者に依頼するか、管理責任者に範囲の変更を依頼してください"
            }
            Self::PastRetention => {
                "保存期間を過ぎた個人番号は、保管も使用もできません。廃棄の手続きを進めてください"
            }
            Self::PendingCheck => {
                "個人番号は点検待ちです。登録した人以外の担当者が点検を済ませてください"
            }
            Self::PurposeEnded => {
                "この利用目的での利用は終わっています。源泉徴収票・支払調書の訂正の場合は、訂正の理由を添えてやり直してください"
            }
            Self::PurposeNotBound => {
                "この利用目的は本人に通知されていません。利用目的を通知し、利用目的の変更を申請してください"
            }
            Self::QuotaExceeded => {
                "使用件数の上限に達しました。時間をおいてやり直すか、システム管理者に上限を確認してください"
            }
            Self::ReadsFrozen => {
                "この事業者の個人番号の使用はすべて停止されています。管理責任者またはシステム管理者に理由を確認してください"
            }
            Self::ResetUnconfirmed => {
                "認証情報が再登録されたため、使用・点検・管理はできません。管理責任者に対面で本人確認を受け、再登録から一日が過ぎるまで待ってください"
            }
            Self::Suspended => {
                "個人番号は利用停止中です。停止の理由を確認し、必要なら利用再開を申請してください"
            }
            Self::TrainingExpired => {
                "教育の有効期限が切れています。受講を済ませ、管理責任者に記録を依頼してください"
            }
            Self::Unverified => {
                "この利用に必要な本人確認が済んでいません。本人確認書類を確認し、登録し直してください"
            }
        }
    }

    /// What is wrong and what to do next, in English.
    pub const fn detail_en(self) -> &'static str {
        match self {
            Self::ClientNotGranted => {
                "The client's grant does not cover this operation, hour or network: ask an administrator what it covers"
            }
            Self::ClientStopped => {
                "The client is stopped: find out why, and ask an administrator or the manager to propose that it goes on"
            }
            Self::Deleted => {
                "The number was deleted: if it is needed again, ask the person for it and register it anew"
            }
            Self::DisposalPending => {
                "The number is about to be deleted: ask the manager to cancel the purge if it is needed"
            }
            Self::NoNumber => {
                "No number was handed in: ask the person for it, register it and have it checked"
            }
            Self::NoRelationshipInPeriod => {
                "Nothing holds the number for this purpose in this period: check the period and the person's events"
            }
            Self::NotDesignated => "You are not on the roster: ask the manager to designate you",
            Self::NotFound => "There is no such person: check the reference",
            Self::OutsideNetwork => {
                "This is not a terminal of your designation: work at one that is, or ask the manager to add it"
            }
            Self::OutsideScope => {
                "The purpose or the person lies outside your designation or grant: ask a colleague inside it, or the manager to change it"
            }
            Self::PastRetention => {
                "The retention period has passed, so the number can be neither kept nor used: go on with its disposal"
            }
            Self::PendingCheck => {
                "The number waits for its check: someone other than its maker has to re-key it"
            }
            Self::PurposeEnded => {
                "The use for this purpose and period is over: to correct a slip, ask again with the reason of the correction"
            }
            Self::PurposeNotBound => {
                "The person was not told of this purpose: give notice of it and propose the new purposes"
            }
            Self::QuotaExceeded => {
                "The quota is used up: try again later, or ask an administrator about the limit"
            }
            Self::ReadsFrozen => {
                "All reads of this organisation are stopped: ask the manager or an administrator why"
            }
            Self::ResetUnconfirmed => {
                "Your credentials were made anew: meet the manager in person for the confirmation, and wait until a day has passed"
            }
            Self::Suspended => {
                "The number's use is suspended: see why, and propose to resume it if it is needed"
            }
            Self::TrainingExpired => {
                "Your training is no longer valid: complete it and have the manager record it"
            }
            Self::Unverified => {
                "Number and person were not verified for this use: see the documents and register again"
            }
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_stable_sorted_and_the_serde_names() {
        assert!(Denial::ALL.is_sorted_by_key(|denial| denial.code()));
        assert_eq!(Denial::ALL.len(), 20);
        for denial in Denial::ALL {
            assert_eq!(serde_json::to_value(denial).unwrap(), denial.code());
        }
    }

    #[test]
    fn some_denials_lie_with_the_caller() {
        let calls = Denial::ALL.iter().filter(|denial| denial.refuses_the_call());
        let codes: Vec<_> = calls.map(|denial| denial.code()).collect();
        let expected = [
            "client-not-granted",
            "client-stopped",
            "not-designated",
            "outside-network",
            "quota-exceeded",
            "reads-frozen",
            "reset-unconfirmed",
            "training-expired",
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn every_denial_says_the_next_step() {
        for denial in Denial::ALL {
            let (ja, en) = (denial.detail_ja(), denial.detail_en());
            assert!(ja.ends_with("ください"), "{denial}: {ja}");
            assert!(en.contains(':'), "{denial}: {en}");
            assert!(!ja.contains(denial.code()) && !ja.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}
