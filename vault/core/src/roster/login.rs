//! Names of accounts: one account for each natural person, and none for a desk, a team or a guest.
//!
//! Source: regulation 001 §5 2, 9.3.

use crate::person::fold;

/// The name typed at sign-in, folded to lower case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Login(String);

/// Why a name is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoginError {
    /// It names a role, a team or nobody; everyone could use it.
    Generic,
    /// Not 3 to 64 of `a-z`, `0-9`, dot, hyphen, underscore and at-sign.
    Shape,
}

/// What names no person: the names of 001 §5 9.3 (administrator, admin, root, guest), what systems
/// come with, and words for desks and duties in English and in romanised Japanese; in order.
const GENERIC: &[&str] = &[
    "account",
    "accounting",
    "accounts",
    "adm",
    "admin",
    "administrator",
    "admins",
    "all",
    "anon",
    "anonymous",
    "any",
    "anyone",
    "arubaito",
    "audit",
    "auditor",
    "azekura",
    "backup",
    "bin",
    "bucho",
    "checker",
    "clerk",
    "common",
    "daemon",
    "daihyo",
    "daily",
    "default",
    "demo",
    "desk",
    "dev",
    "developer",
    "eigyo",
    "enter",
    "everyone",
    "general",
    "generic",
    "gesuto",
    "gest",
    "group",
    "guest",
    "guests",
    "gyomu",
    "haken",
    "handler",
    "helpdesk",
    "hr",
    "info",
    "ippan",
    "it",
    "jimu",
    "jinji",
    "joho",
    "joshi",
    "kacho",
    "kaikei",
    "kaisha",
    "kakari",
    "kansa",
    "kanri",
    "kanrinin",
    "kanrisha",
    "kanrisya",
    "keiri",
    "kinkyu",
    "kyotsu",
    "kyotu",
    "kyouyou",
    "kyouyu",
    "kyoyo",
    "kyoyu",
    "local",
    "login",
    "mail",
    "maker",
    "manager",
    "member",
    "minna",
    "mynumber",
    "nobody",
    "none",
    "null",
    "nyuryoku",
    "office",
    "operator",
    "owner",
    "payroll",
    "postgres",
    "postmaster",
    "public",
    "recovery",
    "reserve",
    "riyosha",
    "root",
    "sa",
    "sample",
    "sekinin",
    "sekininsha",
    "sekininsya",
    "service",
    "shain",
    "share",
    "shared",
    "shisutemu",
    "soumu",
    "somu",
    "staff",
    "super",
    "superuser",
    "support",
    "svc",
    "sys",
    "sysadmin",
    "syain",
    "system",
    "tanto",
    "tantosha",
    "tantou",
    "tantousha",
    "team",
    "temp",
    "temporary",
    "tenken",
    "test",
    "tester",
    "testuser",
    "tesuto",
    "tmp",
    "toor",
    "uketsuke",
    "user",
    "username",
    "users",
    "viewer",
    "webmaster",
    "work",
    "yobi",
];

/// The same for display names, folded, where they are the whole name.
const GENERIC_JA: &[&str] = &[
    "アルバイト",
    "ゲスト",
    "システム",
    "システム管理者",
    "テスト",
    "パート",
    "パートナー",
    "ミンナ",
    "ユーザ",
    "ユーザー",
    "一般",
    "一般利用者",
    "予備",
    "事務",
    "事務取扱担当者",
    "事務員",
    "事務局",
    "人事",
    "人事課",
    "人事部",
    "代表",
    "全員",
    "共有",
    "共有アカウント",
    "共用",
    "共用アカウント",
    "共通",
    "利用者",
    "労務",
    "受付",
    "名無シ",
    "営業",
    "営業部",
    "担当",
    "担当者",
    "新人",
    "会計",
    "派遣",
    "派遣社員",
    "点検者",
    "点検",
    "登録者",
    "監査",
    "監査責任者",
    "社員",
    "管理者",
    "管理責任者",
    "経理",
    "経理課",
    "経理部",
    "総務",
    "総務課",
    "総務部",
    "緊急用",
    "責任者",
    "匿名",
    "臨時",
];

impl Login {
    /// The name, folded and without space around it.
    ///
    /// # Errors
    ///
    /// [`LoginError::Shape`]; [`LoginError::Generic`] if nothing but generic words, digits and
    /// single letters stands in it.
    pub fn new(text: &str) -> Result<Self, LoginError> {
        let login = text.trim().to_lowercase();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
        if !(3..=64).contains(&login.len()) || !login.chars().all(fits) {
            return Err(LoginError::Shape);
        }
        let local = login.split('@').next().unwrap_or_default();
        if names_nobody(local) { Err(LoginError::Generic) } else { Ok(Self(login)) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a display name names a role, a team or nobody (「総務部」, 「ゲスト 2」, “admin”).
pub fn is_generic_name(display_name: &str) -> bool {
    let folded = fold(display_name);
    let stem = folded.trim_matches(|c: char| c.is_numeric());
    GENERIC_JA.contains(&stem) || names_nobody(&folded)
}

/// Whether the words of `name`, without digits and single letters, are all generic, singly or run
/// together. Letters of other scripts make a name of somebody.
fn names_nobody(name: &str) -> bool {
    let parts = name.split(|c: char| !c.is_alphabetic());
    let words: Vec<&str> = parts.filter(|part| part.chars().count() > 1).collect();
    let generic = |word: &str| GENERIC.contains(&word);
    let letters = name.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    !letters && (words.iter().all(|word| generic(word)) || generic(&words.concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_everyone_could_use_are_refused() {
        let all = [
            "admin",
            "Administrator",
            "root",
            "guest",
            "GUEST01",
            "admin-2",
            "kanri.a",
            "kyoyu",
            "soumu",
            "user1",
            "test",
            "shared.account",
            "sys_admin",
            "it-support",
            "12345",
            "a.b.c",
            "admin@example.co.jp",
            "tanto1",
            "super-user",
            "mynumber",
            "jinji_keiri",
        ];
        for name in all {
            assert_eq!(Login::new(name), Err(LoginError::Generic), "{name}");
        }
    }

    #[test]
    fn names_of_people_are_taken_and_folded() {
        for (name, folded) in [
            ("Mihon.Hanako", "mihon.hanako"),
            (" sato ", "sato"),
            ("kanri.ichiro", "kanri.ichiro"),
            ("ito.k", "ito.k"),
            ("e00123-yamada", "e00123-yamada"),
            ("yamada@example.jp", "yamada@example.jp"),
        ] {
            assert_eq!(Login::new(name).unwrap().as_str(), folded);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["ab", "架空", "mihon hanako", "", &"a".repeat(65)] {
            assert_eq!(Login::new(name), Err(LoginError::Shape), "{name}");
        }
    }

    #[test]
    fn a_display_name_is_somebodys() {
        for name in
            ["総務部", "ゲスト", "ゲスト２", "共有 アカウント", "Guest", "admin 1", "担当者1"]
        {
            assert!(is_generic_name(name), "{name}");
        }
        for name in
            ["見本 花子", "阿部", "総務 太郎", "Sato Test", "一般 花子", "システム管理者 一"]
        {
            assert!(!is_generic_name(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn digits_case_and_marks_do_not_hide_a_generic_name(
            word in proptest::sample::select(GENERIC),
            mark in "[-._]{0,2}",
            digits in "[0-9]{2,4}",
        ) {
            let name = format!("{}{mark}{digits}", word.to_uppercase());
            prop_assert_eq!(Login::new(&name), Err(LoginError::Generic));
        }
    }
}
