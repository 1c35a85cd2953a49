//! Lines of the roster (様式7 特定個人情報事務取扱者名簿) and what designees pledge.
//!
//! Source: regulation 003 ch.8 1(1), 2(5), 2(13); 001 §4 3.1; 002 §3(2).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Networks;
use crate::access::Scope;
use crate::id::{DesignationId, OrganisationId, UserId};
use crate::time::{CivilDate, Timestamp};

/// What a handler may do with numbers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Key a number again, blind, and let the change in (点検).
    Check,
    /// Confirm what is to be deleted (廃棄の対象確認).
    Delete,
    /// People, facts and changes (登録).
    Enter,
    /// Read numbers for a purpose (使用).
    Use,
}

/// A line of the roster (様式7): who handles which numbers for what, from when until when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Designation {
    /// Names the line.
    pub id: DesignationId,
    /// Where it holds.
    pub org: OrganisationId,
    /// The handler (事務取扱担当者).
    pub user: UserId,
    /// What they may do.
    pub capabilities: BTreeSet<Capability>,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// From which terminals (入力端末); empty means any.
    #[serde(default)]
    pub networks: Networks,
    /// First day.
    pub from: CivilDate,
    /// Last day, if one was set.
    pub until: Option<CivilDate>,
    /// As written on the roster.
    pub remarks: Option<String>,
    /// The version of the pledge that the designee accepts.
    pub pledge: u16,
    /// When the designee accepted it with the pledge (誓約).
    pub accepted_at: Timestamp,
    /// Ended before its last day.
    pub ended_at: Option<Timestamp>,
}

/// What a designee promises by accepting (誓約). A version's text never changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pledge {
    /// Counts the texts, from 1.
    pub version: u16,
    /// The text that binds.
    pub ja: &'static str,
    /// The same in English.
    pub en: &'static str,
}

impl Capability {
    /// The `snake_case` code of the API and the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Delete => "delete",
            Self::Enter => "enter",
            Self::Use => "use",
        }
    }

    /// The word on the roster.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Check => "点検",
            Self::Delete => "廃棄確認",
            Self::Enter => "登録",
            Self::Use => "使用",
        }
    }
}

impl Designation {
    /// The last day it holds or held, as far as that is known (解除年月日).
    pub fn last_day(&self) -> Option<CivilDate> {
        let ended = self.ended_at.map(Timestamp::tokyo_date);
        ended.into_iter().chain(self.until).min()
    }
}

impl Pledge {
    /// The text that is pledged today.
    pub const CURRENT: Self = Self {
        version: 1,
        ja: "私は、特定個人情報の事務取扱担当者として、次のことを誓約します。\n\
             一　指定された事務と対象者の範囲でのみ個人番号を取り扱います。\n\
             二　知り得た特定個人情報を、担当を離れた後も、正当な理由なく他に知らせず、不当な目的に使いません。\n\
             三　自分のアカウントを人に使わせず、人のアカウントを使いません。\n\
             四　指定された端末で取り扱い、席を離れるときは画面を施錠します。\n\
             五　漏えい、滅失、毀損、規程違反の事実や兆候を知ったときは、直ちに管理責任者に報告します。\n\
             六　定められた教育を受けます。",
        en: "As a designated handler of personal numbers I pledge:\n\
             1. to handle numbers only for the work and the people I am designated for;\n\
             2. not to tell others what I learn, nor use it for an improper end, also after I have left the work;\n\
             3. to let nobody use my account and to use nobody else's;\n\
             4. to work at the terminals I was given, and to lock the screen when I leave them;\n\
             5. to report to the manager at once any leak, loss, damage or breach of the rules, or a sign of one;\n\
             6. to attend the trainings that are set.",
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_capability_is_named_by_its_code() {
        use Capability::{Check, Delete, Enter, Use};
        for capability in [Check, Delete, Enter, Use] {
            assert_eq!(serde_json::to_value(capability).unwrap(), capability.code());
        }
    }

    #[test]
    fn the_pledge_names_the_same_promises_in_both_languages() {
        let Pledge { ja, en, .. } = Pledge::CURRENT;
        assert_eq!((ja.lines().count(), en.lines().count()), (7, 7));
    }
}
