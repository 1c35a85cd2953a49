//! What each problem says, in English and Japanese.

use azekura_core::access::Denial;

use super::code::Code;

/// One row of the table.
pub(super) struct Entry {
    /// The stable code.
    pub(super) text: &'static str,
    /// The HTTP status.
    pub(super) status: u16,
    /// What happened, in English and Japanese.
    pub(super) title: (&'static str, &'static str),
    /// What to do, in English and Japanese.
    pub(super) help: (&'static str, &'static str),
}

const fn entry(
    text: &'static str,
    status: u16,
    title: (&'static str, &'static str),
    help: (&'static str, &'static str),
) -> Entry {
    Entry { text, status, title, help }
}

/// A denial explains itself: its title is what its text begins with.
fn denied(denial: Denial) -> Entry {
    let (en, ja) = (denial.detail_en(), denial.detail_ja());
    let begins = |text: &'static str, ends: char| text.split(ends).next().unwrap_or(text);
    let status = if denial == Denial::QuotaExceeded { 429 } else { 403 };
    Entry {
        text: denial.code(),
        status,
        title: (begins(en, ':'), begins(ja, '。')),
        help: (en, ja),
    }
}

impl Code {
    #[expect(clippy::too_many_lines, reason = "one table, one row a code")]
    pub(super) fn entry(self) -> Entry {
        match self {
            Self::Denied(denial) => denied(denial),
            Self::AlreadyDone => entry(
                "already-done",
                409,
                ("This was done before", "すでに行われています"),
                (
                    "The answer of the first call held a secret and is not repeated. The detail names what it made.",
                    "最初の応答には秘密が含まれていたため、再表示しません。作られたものの ID は detail にあります。",
                ),
            ),
            Self::AlreadyRegistered => entry(
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
            Self::AuditUnavailable => entry(
                "audit-unavailable",
                503,
                ("The log cannot be written", "監査ログに書き込めません"),
                (
                    "Nothing was released or changed. Try again; if it lasts, free disk space and run azekura doctor.",
                    "番号は出力されず、何も変わっていません。時間をおいて再試行し、続くときは空き容量を確かめて azekura doctor を実行してください。",
                ),
            ),
            Self::ChangeExpired => entry(
                "change-expired",
                409,
                ("The change has expired", "この申請は期限切れです"),
                ("Propose it again.", "もう一度申請してください。"),
            ),
            Self::ChangedOutside => entry(
                "changed-outside",
                503,
                (
                    "What is stored was changed outside the vault",
                    "保存されている内容が、このシステムの外から書き換えられています",
                ),
                (
                    "Nothing was released or changed. Tell whoever runs the vault: azekura doctor names the table and what to do.",
                    "番号は出力されず、何も変わっていません。運用担当者に伝えてください。azekura doctor が、該当する表と対処を示します。",
                ),
            ),
            Self::DigestMismatch => entry(
                "digest-mismatch",
                409,
                ("The list is not the one you saw", "一覧が確認時と異なります"),
                (
                    "Read the batch again and send the digest it shows.",
                    "廃棄案を読み直し、表示された digest を送ってください。",
                ),
            ),
            Self::Duplicate => entry(
                "duplicate",
                409,
                ("It exists already", "すでに存在します"),
                (
                    "Use the existing one, or another key.",
                    "既存のものを使うか、別のキーにしてください。",
                ),
            ),
            Self::IdempotencyMismatch => entry(
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
            Self::Internal => entry(
                "internal",
                500,
                ("The server could not do this", "サーバーで処理できませんでした"),
                (
                    "Nothing was changed. Give the request_id to whoever runs the vault.",
                    "何も変わっていません。request_id を運用担当者に伝えてください。",
                ),
            ),
            Self::InvalidInput => entry(
                "invalid-input",
                422,
                ("The input breaks a rule", "入力に誤りがあります"),
                (
                    "errors names each place and what is expected there.",
                    "errors に、場所と正しい形を示しています。",
                ),
            ),
            Self::Locked => entry(
                "locked",
                401,
                ("The session is locked", "画面がロックされています"),
                (
                    "Send the password to /v1/sessions/current/unlock, or sign in again.",
                    "パスワードで解除するか、もう一度サインインしてください。",
                ),
            ),
            Self::MalformedBody => entry(
                "malformed-body",
                400,
                ("The body is not the JSON that was expected", "本文を JSON として読めません"),
                (
                    "Send one JSON object in UTF-8 with the fields of the reference at /docs.",
                    "/docs の項目に従い、UTF-8 の JSON を一つ送ってください。",
                ),
            ),
            Self::MethodNotAllowed => entry(
                "method-not-allowed",
                405,
                ("The resource has no such method", "この操作はできません"),
                (
                    "See /docs for the methods of this path.",
                    "/docs でこのパスの操作を確かめてください。",
                ),
            ),
            Self::MinimumStaff => entry(
                "minimum-staff",
                409,
                ("Too few people would be left", "残る人数が足りなくなります"),
                (
                    "Two administrators must stay for acts of two. Make another account first.",
                    "二人で行う手続きのために、システム管理者が二人以上必要です。先に別のアカウントを作ってください。",
                ),
            ),
            Self::NotForYou => entry(
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
            Self::NotFound => entry(
                "not-found",
                404,
                ("No such thing", "見つかりません"),
                (
                    "Check the id; what belongs to another organisation is not found either.",
                    "ID を確かめてください。ほかの事業者のものも見つかりません。",
                ),
            ),
            Self::NotPermitted => entry(
                "not-permitted",
                403,
                ("Your role does not include this", "この操作の権限がありません"),
                (
                    "See the access table in the documentation for the role that may do this.",
                    "この操作ができる役割を、文書の権限表で確かめてください。",
                ),
            ),
            Self::NotTheMaker => entry(
                "not-the-maker",
                403,
                (
                    "Only the person who proposed a change withdraws it",
                    "取下げは申請した人だけができます",
                ),
                ("A second person rejects it instead.", "ほかの人は差戻しをしてください。"),
            ),
            Self::NoticeMissing => entry(
                "notice-missing",
                422,
                ("No notice in force covers the purposes", "利用目的を含む通知がありません"),
                (
                    "Have the manager publish a notice with these bundles first, then propose again.",
                    "先に管理責任者がこの利用目的の通知を作成し、その後で申請してください。",
                ),
            ),
            Self::NumberMismatch => entry(
                "number-mismatch",
                409,
                ("The two entries differ", "入力された個人番号が一致しません"),
                (
                    "Key the number again from the document; attempts_left says how often. After the last one the change is sent back.",
                    "書類を見てもう一度入力してください。残り回数は attempts_left です。使い切ると差戻しになります。",
                ),
            ),
            Self::PastRetention => entry(
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
            Self::PreconditionFailed => entry(
                "precondition-failed",
                412,
                ("It changed since you read it", "読んだ後に変更されています"),
                (
                    "Read it again and repeat the change with its new ETag.",
                    "もう一度読み、新しい ETag で送り直してください。",
                ),
            ),
            Self::PreconditionRequired => entry(
                "precondition-required",
                428,
                ("If-Match is missing", "If-Match が必要です"),
                (
                    "Send the ETag of what you read as If-Match.",
                    "読んだものの ETag を If-Match に付けてください。",
                ),
            ),
            Self::PurgeStep => entry(
                "purge-step",
                409,
                ("The batch is not at this step", "この廃棄案は、その段階にありません"),
                (
                    "Read the batch: its state says what it waits for.",
                    "廃棄案の状態で、次に必要な操作を確かめてください。",
                ),
            ),
            Self::RecentGrant => entry(
                "recent-grant",
                403,
                (
                    "Whoever proposed this appointed you less than a day ago",
                    "申請者による選任・指定から一日が過ぎていません",
                ),
                (
                    "Ask somebody else to decide it, or wait until a day has passed since you accepted.",
                    "ほかの人に依頼するか、受諾から一日が過ぎるまで待ってください。",
                ),
            ),
            Self::RekeyNeeded => entry(
                "rekey-needed",
                409,
                ("A number comes in by a blind check only", "個人番号は再入力による点検が必要です"),
                (
                    "Use /check and key the number from the document.",
                    "/check で、書類の番号を入力してください。",
                ),
            ),
            Self::RoleExcluded => entry(
                "role-excluded",
                409,
                (
                    "Another role of this person excludes it",
                    "この人の別の役割と兼ねることはできません",
                ),
                (
                    "End the other role first, or choose another person; the access table says what excludes what.",
                    "先に別の役割を終えるか、ほかの人を選んでください。兼ねられない役割は権限表にあります。",
                ),
            ),
            Self::SamePerson => entry(
                "same-person",
                403,
                ("Another person must do this", "別の人が行う必要があります"),
                (
                    "Ask a second person; whoever proposed or caused it cannot decide it.",
                    "申請した人・原因となった人以外の、もう一人に依頼してください。",
                ),
            ),
            Self::Sealed => entry(
                "sealed",
                503,
                ("The vault is sealed", "金庫は封印されています"),
                (
                    "The server waits for the secret that opens its keyring; an operator gives it with azekura unlock.",
                    "鍵束を開く秘密を待っています。運用担当者が azekura unlock で開きます。",
                ),
            ),
            Self::Settled => entry(
                "settled",
                409,
                ("The change is already settled", "この申請は処理済みです"),
                (
                    "Read the change to see what was decided; propose a new one if needed.",
                    "結果を確かめ、必要なら新しく申請してください。",
                ),
            ),
            Self::SignInFailed => entry(
                "sign-in-failed",
                401,
                ("Sign-in failed", "サインインできません"),
                (
                    "Check login, password and code; a code is good once. After several failures the account waits.",
                    "ログイン名・パスワード・確認コードを確かめてください。コードは一度だけ使えます。失敗が続くと一定時間使えません。",
                ),
            ),
            Self::StepUpRequired => entry(
                "step-up-required",
                403,
                ("A fresh one-time code is needed", "確認コードの再入力が必要です"),
                (
                    "Give the app's next code to POST /v1/sessions/current/step-up and use the token it answers with. A code holds for five minutes, for one sitting of checking for fifteen.",
                    "次の確認コードを POST /v1/sessions/current/step-up に送り、返されたトークンを使ってください。コードは 5 分間、続けて点検する間は 15 分間有効です。",
                ),
            ),
            Self::Timeout => entry(
                "timeout",
                503,
                ("It took too long", "時間がかかりすぎました"),
                (
                    "Whether it was done is not known. Repeat it with the same Idempotency-Key, or with fewer items.",
                    "処理されたかどうかは分かりません。同じ Idempotency-Key で、または件数を減らして再試行してください。",
                ),
            ),
            Self::TooBusy => entry(
                "too-busy",
                503,
                ("Too much is waiting", "混み合っています"),
                ("Try again in a moment.", "少し待って再試行してください。"),
            ),
            Self::TooLarge => entry(
                "too-large",
                413,
                ("The request is too large", "要求が大きすぎます"),
                ("Send fewer items at a time.", "件数を減らして送ってください。"),
            ),
            Self::TooManyAttempts => entry(
                "too-many-attempts",
                429,
                ("Too many tries from this address", "この接続元からの試行が多すぎます"),
                (
                    "Wait a second between tries. No try was counted against the account.",
                    "1 秒以上あけて再試行してください。アカウントの失敗回数には数えていません。",
                ),
            ),
            Self::Unauthenticated => entry(
                "unauthenticated",
                401,
                ("Sign in first", "サインインが必要です"),
                (
                    "Send Authorization: Bearer with a session token or a client key.",
                    "Authorization: Bearer にセッショントークンまたはクライアントキーを付けてください。",
                ),
            ),
            Self::UnsupportedMediaType => entry(
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
