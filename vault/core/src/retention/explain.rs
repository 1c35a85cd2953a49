//! The reasoning behind a date, line by line, in Japanese and English.

use super::{Holding, Holdings};
use crate::time::CivilDate;

/// A language of the screens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// One line of reasoning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// What holds the number, until when, and on what grounds.
    pub text: String,
    /// 推定: derived from the settings, no fact says it.
    pub estimated: bool,
}

impl Holdings {
    /// Why the number is held and until when: a line for each holding, then the conclusion.
    pub fn explain(&self, lang: Lang) -> Vec<Line> {
        let lines = self.items.iter().map(|holding| holding.line(lang));
        lines.chain([self.conclusion(lang)]).collect()
    }

    fn conclusion(&self, lang: Lang) -> Line {
        let text = match (lang, self.due()) {
            (Lang::Ja, Some(due)) => format!("{}から廃棄できます", ja_date(due.first_deletable)),
            (Lang::Ja, None) => "終わりの決まらない関係があるため、廃棄日はありません".to_owned(),
            (Lang::En, Some(due)) => format!("Deletable from {}", due.first_deletable),
            (Lang::En, None) => "No day of deletion, because something still holds it".to_owned(),
        };
        let estimated = self.due().is_some_and(|due| due.set_by.is_empty());
        Line { text, estimated }
    }
}

impl Holding {
    fn line(&self, lang: Lang) -> Line {
        let text = match lang {
            Lang::Ja => self.ja(),
            Lang::En => self.en(),
        };
        Line { text, estimated: self.estimated }
    }

    fn ja(&self) -> String {
        let work = self.rule.map_or(self.bundle.ja(), super::Rule::ja);
        let until = self
            .keep_until
            .map_or_else(|| "関係が続く間".to_owned(), |last| format!("{}まで", ja_date(last)));
        let mark = if self.estimated { "〔推定〕" } else { "" };
        format!("{}・{work}: {until}保管（{}）{mark}", self.kind.ja(), self.article())
    }

    fn en(&self) -> String {
        let work = self.rule.map_or(self.bundle.en(), super::Rule::en);
        let until = self
            .keep_until
            .map_or_else(|| "while the relationship lasts".to_owned(), |last| format!("to {last}"));
        let mark = if self.estimated { " [estimated]" } else { "" };
        format!("{}, {work}: kept {until} ({}){mark}", self.kind.code(), self.article())
    }
}

fn ja_date(day: CivilDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
