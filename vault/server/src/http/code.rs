//! Every problem the API can answer: code, status, and what to do, in two languages.

use axum::http::StatusCode;

/// A problem of the API. [`Code::text`] is part of the contract and never changes its meaning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// This was done before.
    AlreadyDone,
    /// A number is registered or waits for its check.
    AlreadyRegistered,
    /// The log cannot be written.
    AuditUnavailable,
    /// The change has expired.
    ChangeExpired,
    /// The client's grant does not include this.
    ClientNotGranted,
    /// The list is not the one you saw.
    DigestMismatch,
    /// It exists already.
    Duplicate,
    /// This Idempotency-Key was used for another request.
    IdempotencyMismatch,
    /// The server could not do this.
    Internal,
    /// The input breaks a rule.
    InvalidInput,
    /// The session is locked.
    Locked,
    /// The body is not the JSON that was expected.
    MalformedBody,
    /// The resource has no such method.
    MethodNotAllowed,
    /// You are not designated for this.
    NotDesignated,
    /// The change waits for the person it names.
    NotForYou,
    /// No such thing.
    NotFound,
    /// Your role does not include this.
    NotPermitted,
    /// Only the person who proposed a change withdraws it.
    NotTheMaker,
    /// No notice in force covers the purposes.
    NoticeMissing,
    /// The two entries differ.
    NumberMismatch,
    /// Outside your designation.
    OutsideScope,
    /// Past its retention: it would have to be deleted at once.
    PastRetention,
    /// It changed since you read it.
    PreconditionFailed,
    /// If-Match is missing.
    PreconditionRequired,
    /// The batch is not at this step.
    PurgeStep,
    /// The quota is used up.
    QuotaExceeded,
    /// A number comes in by a blind check only.
    RekeyNeeded,
    /// Another person must do this.
    SamePerson,
    /// The change is already settled.
    Settled,
    /// Sign-in failed.
    SignInFailed,
    /// Too much is waiting.
    TooBusy,
    /// The request is too large.
    TooLarge,
    /// No valid training.
    TrainingExpired,
    /// Sign in first.
    Unauthenticated,
    /// The body must be application/json.
    UnsupportedMediaType,
}

impl Code {
    /// Every code, in alphabetical order.
    pub const ALL: [Self; 35] = [
        Self::AlreadyDone,
        Self::AlreadyRegistered,
        Self::AuditUnavailable,
        Self::ChangeExpired,
        Self::ClientNotGranted,
        Self::DigestMismatch,
        Self::Duplicate,
        Self::IdempotencyMismatch,
        Self::Internal,
        Self::InvalidInput,
        Self::Locked,
        Self::MalformedBody,
        Self::MethodNotAllowed,
        Self::NotDesignated,
        Self::NotForYou,
        Self::NotFound,
        Self::NotPermitted,
        Self::NotTheMaker,
        Self::NoticeMissing,
        Self::NumberMismatch,
        Self::OutsideScope,
        Self::PastRetention,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::PurgeStep,
        Self::QuotaExceeded,
        Self::RekeyNeeded,
        Self::SamePerson,
        Self::Settled,
        Self::SignInFailed,
        Self::TooBusy,
        Self::TooLarge,
        Self::TrainingExpired,
        Self::Unauthenticated,
        Self::UnsupportedMediaType,
    ];

    /// The stable code, also the last part of the problem's address.
    pub const fn text(self) -> &'static str {
        self.entry().0
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.entry().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What happened, in one line: (English, Japanese).
    pub const fn title(self) -> (&'static str, &'static str) {
        self.entry().2
    }

    /// What to do: (English, Japanese).
    pub const fn help(self) -> (&'static str, &'static str) {
        self.entry().3
    }

    #[expect(clippy::too_many_lines, reason = "one table, one row a code")]
    const fn entry(self) -> Entry {
        match self {
            Self::AlreadyDone => Entry(
                "already-done",
                409,
                ("This was done before", "すでに行われています"),
                (
                    "The answer of the first call held a secret and is not repeated. The detail names what it made.",
                    "最初の応答には秘密が含まれていたため、再表示しません。作られたものの ID は detail にあります。",
                ),
            ),
            Self::AlreadyRegistered => Entry(
                "already-registered",
                409,
                (
                    "A number is registered or waits for its check",
                    "個人番号は登録済み、または点検待ちです",
                ),
                (
                    "Use a change of type correct, or decide the change that waits.",
                    "訂正（correct）として申請するか、待っている申請を先に処理してください。",
                ),
            ),
            Self::AuditUnavailable => Entry(
                "audit-unavailable",
                503,
                ("The log cannot be written", "監査ログに書き込めません"),
                (
                    "Nothing was released or changed. Try again; if it lasts, free disk space and run azekura doctor.",
                    "番号は出力されず、何も変わっていません。時間をおいて再試行し、続くときは空き容量を確かめて azekura doctor を実行してください。",
                ),
            ),
            Self::ChangeExpired => Entry(
                "change-expired",
                409,
                ("The change has expired", "この申請は期限切れです"),
                ("Propose it again.", "もう一度申請してください。"),
            ),
            Self::ClientNotGranted => Entry(
                "client-not-granted",
                403,
                (
                    "The client's grant does not include this",
                    "このクライアントには許可されていません",
                ),
                (
                    "Ask an administrator to widen the grant; the manager approves it.",
                    "システム管理者に許可の変更を依頼してください（管理責任者の承認が必要です）。",
                ),
            ),
            Self::DigestMismatch => Entry(
                "digest-mismatch",
                409,
                ("The list is not the one you saw", "一覧が確認時と異なります"),
                (
                    "Read the batch again and send the digest it shows.",
                    "廃棄案を読み直し、表示された digest を送ってください。",
                ),
            ),
            Self::Duplicate => Entry(
                "duplicate",
                409,
                ("It exists already", "すでに存在します"),
                (
                    "Use the existing one, or another key.",
                    "既存のものを使うか、別のキーにしてください。",
                ),
            ),
            Self::IdempotencyMismatch => Entry(
                "idempotency-mismatch",
                422,
                (
                    "This Idempotency-Key was used for another request",
                    "この Idempotency-Key は別の要求に使われています",
                ),
                (
                    "Send a new key with a new request.",
                    "新しい要求には新しいキーを使ってください。",
                ),
            ),
            Self::Internal => Entry(
                "internal",
                500,
                ("The server could not do this", "サーバーで処理できませんでした"),
                (
                    "Nothing was changed. Give the request_id to whoever runs the vault.",
                    "何も変わっていません。request_id を運用担当者に伝えてください。",
                ),
            ),
            Self::InvalidInput => Entry(
                "invalid-input",
                422,
                ("The input breaks a rule", "入力に誤りがあります"),
                (
                    "errors names each place and what is expected there.",
                    "errors に、場所と正しい形を示しています。",
                ),
            ),
            Self::Locked => Entry(
                "locked",
                401,
                ("The session is locked", "画面がロックされています"),
                (
                    "Send the password to /v1/sessions/current/unlock, or sign in again.",
                    "パスワードで解除するか、もう一度サインインしてください。",
                ),
            ),
            Self::MalformedBody => Entry(
                "malformed-body",
                400,
                ("The body is not the JSON that was expected", "本文を JSON として読めません"),
                (
                    "Send one JSON object in UTF-8 with the fields of the reference at /docs.",
                    "/docs の項目に従い、UTF-8 の JSON を一つ送ってください。",
                ),
            ),
            Self::MethodNotAllowed => Entry(
                "method-not-allowed",
                405,
                ("The resource has no such method", "この操作はできません"),
                (
                    "See /docs for the methods of this path.",
                    "/docs でこのパスの操作を確かめてください。",
                ),
            ),
            Self::NotDesignated => Entry(
                "not-designated",
                403,
                ("You are not designated for this", "取扱担当者に指定されていません"),
                (
                    "Ask the manager for a designation with this capability.",
                    "管理責任者に、この業務の担当者指定を依頼してください。",
                ),
            ),
            Self::NotForYou => Entry(
                "not-for-you",
                403,
                (
                    "The change waits for the person it names",
                    "この申請は、記載された本人が受諾します",
                ),
                (
                    "Whoever is to hold the designation or role accepts it.",
                    "担当者・役割に就く本人が受諾してください。",
                ),
            ),
            Self::NotFound => Entry(
                "not-found",
                404,
                ("No such thing", "見つかりません"),
                (
                    "Check the id; what belongs to another organisation is not found either.",
                    "ID を確かめてください。ほかの事業者のものも見つかりません。",
                ),
            ),
            Self::NotPermitted => Entry(
                "not-permitted",
                403,
                ("Your role does not include this", "この操作の権限がありません"),
                (
                    "See the access table in the documentation for the role that may do this.",
                    "この操作ができる役割を、文書の権限表で確かめてください。",
                ),
            ),
            Self::NotTheMaker => Entry(
                "not-the-maker",
                403,
                (
                    "Only the person who proposed a change withdraws it",
                    "取下げは申請した人だけができます",
                ),
                ("A second person rejects it instead.", "ほかの人は差戻しをしてください。"),
            ),
            Self::NoticeMissing => Entry(
                "notice-missing",
                422,
                ("No notice in force covers the purposes", "利用目的を含む通知がありません"),
                (
                    "Have the manager publish a notice with these bundles first, then propose again.",
                    "先に管理責任者がこの利用目的の通知を作成し、その後で申請してください。",
                ),
            ),
            Self::NumberMismatch => Entry(
                "number-mismatch",
                409,
                ("The two entries differ", "入力された個人番号が一致しません"),
                (
                    "Key the number again from the document; attempts_left says how often. After the last one the change is sent back.",
                    "書類を見てもう一度入力してください。残り回数は attempts_left です。使い切ると差戻しになります。",
                ),
            ),
            Self::OutsideScope => Entry(
                "outside-scope",
                403,
                ("Outside your designation", "指定された範囲の外です"),
                (
                    "Ask the manager to designate you for these purposes and kinds of people.",
                    "管理責任者に、この業務・区分の指定を依頼してください。",
                ),
            ),
            Self::PastRetention => Entry(
                "past-retention",
                422,
                (
                    "Past its retention: it would have to be deleted at once",
                    "保存期間を過ぎています",
                ),
                (
                    "The number is not stored. Check the leaving date if this is unexpected.",
                    "個人番号は保存されません。心当たりがなければ退職日を確かめてください。",
                ),
            ),
            Self::PreconditionFailed => Entry(
                "precondition-failed",
                412,
                ("It changed since you read it", "読んだ後に変更されています"),
                (
                    "Read it again and repeat the change with its new ETag.",
                    "もう一度読み、新しい ETag で送り直してください。",
                ),
            ),
            Self::PreconditionRequired => Entry(
                "precondition-required",
                428,
                ("If-Match is missing", "If-Match が必要です"),
                (
                    "Send the ETag of what you read as If-Match.",
                    "読んだものの ETag を If-Match に付けてください。",
                ),
            ),
            Self::PurgeStep => Entry(
                "purge-step",
                409,
                ("The batch is not at this step", "この廃棄案は、その段階にありません"),
                (
                    "Read the batch: its state says what it waits for.",
                    "廃棄案の状態で、次に必要な操作を確かめてください。",
                ),
            ),
            Self::QuotaExceeded => Entry(
                "quota-exceeded",
                429,
                ("The quota is used up", "上限に達しました"),
                (
                    "Wait for the next hour or day, or ask for a larger grant.",
                    "次の時間または日まで待つか、上限の変更を依頼してください。",
                ),
            ),
            Self::RekeyNeeded => Entry(
                "rekey-needed",
                409,
                ("A number comes in by a blind check only", "個人番号は再入力による点検が必要です"),
                (
                    "Use /check and key the number from the document.",
                    "/check で、書類の番号を入力してください。",
                ),
            ),
            Self::SamePerson => Entry(
                "same-person",
                403,
                ("Another person must do this", "別の人が行う必要があります"),
                (
                    "Ask a second person; whoever proposed or caused it cannot decide it.",
                    "申請した人・原因となった人以外の、もう一人に依頼してください。",
                ),
            ),
            Self::Settled => Entry(
                "settled",
                409,
                ("The change is already settled", "この申請は処理済みです"),
                (
                    "Read the change to see what was decided; propose a new one if needed.",
                    "結果を確かめ、必要なら新しく申請してください。",
                ),
            ),
            Self::SignInFailed => Entry(
                "sign-in-failed",
                401,
                ("Sign-in failed", "サインインできません"),
                (
                    "Check login, password and code; a code is good once. After several failures the account waits.",
                    "ログイン名・パスワード・確認コードを確かめてください。コードは一度だけ使えます。失敗が続くと一定時間使えません。",
                ),
            ),
            Self::TooBusy => Entry(
                "too-busy",
                503,
                ("Too much is waiting", "混み合っています"),
                ("Try again in a moment.", "少し待って再試行してください。"),
            ),
            Self::TooLarge => Entry(
                "too-large",
                413,
                ("The request is too large", "要求が大きすぎます"),
                ("Send fewer items at a time.", "件数を減らして送ってください。"),
            ),
            Self::TrainingExpired => Entry(
                "training-expired",
                403,
                ("No valid training", "教育の有効期間が切れています"),
                (
                    "Ask the manager to record your next training.",
                    "管理責任者に、教育の実施と記録を依頼してください。",
                ),
            ),
            Self::Unauthenticated => Entry(
                "unauthenticated",
                401,
                ("Sign in first", "サインインが必要です"),
                (
                    "Send Authorization: Bearer with a session token or a client key.",
                    "Authorization: Bearer にセッショントークンまたはクライアントキーを付けてください。",
                ),
            ),
            Self::UnsupportedMediaType => Entry(
                "unsupported-media-type",
                415,
                ("The body must be application/json", "本文は application/json で送ってください"),
                (
                    "Set Content-Type: application/json.",
                    "Content-Type: application/json を付けてください。",
                ),
            ),
        }
    }
}

/// Text, status, title and help, the last two in English and Japanese.
struct Entry(&'static str, u16, (&'static str, &'static str), (&'static str, &'static str));

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|code| code.text() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_for_one_problem() {
        for code in Code::ALL {
            assert_eq!(code.text().parse(), Ok(code));
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
