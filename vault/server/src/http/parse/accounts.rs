//! Users, organisations and their settings.

use azekura_core::retention::{PayDay, PayRule, Settings};
use azekura_core::roster::is_generic_name;
use azekura_core::time::CivilDate;
use azekura_wire::accounts as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::accounts::Founding;
use crate::service::users::Person;

/// Why accounts are closed.
const REASONS: [&str; 3] = ["incident", "left", "mistake"];

/// Who an account is for: a natural person.
pub(in crate::http) fn user(new: &wire::NewUser) -> Result<Person, Failed> {
    let mut faults = Faults::default();
    let name = faults.line("/display_name", &new.display_name);
    if name.as_deref().is_some_and(is_generic_name) {
        let detail = "the name of one natural person: none of a role, a team or a guest";
        faults.add::<()>("/display_name", "generic-name", detail);
    }
    let staff_ref =
        faults.optional(new.staff_ref.as_ref(), |f, text| f.reference("/staff_ref", text));
    faults.finish(name.map(|display_name| Person { display_name, staff_ref }))
}

/// Why an account is closed.
pub(in crate::http) fn closing(new: &wire::Closing) -> Result<&'static str, Failed> {
    let mut faults = Faults::default();
    let reason = REASONS.into_iter().find(|reason| *reason == new.reason);
    let reason = reason
        .or_else(|| faults.add("/reason", "unknown-code", "one of the constants of the reference"));
    faults.finish(reason)
}

/// A leaver's last day.
pub(in crate::http) fn leaving(new: &wire::Leaving) -> Result<CivilDate, Failed> {
    let mut faults = Faults::default();
    let day = faults.day("/last_day", &new.last_day);
    faults.finish(day)
}

/// What an organisation begins with.
pub(in crate::http) fn organisation(new: &wire::NewOrganisation) -> Result<Founding, Failed> {
    let mut faults = Faults::default();
    let name = faults.line("/name", &new.name);
    let corporate_number = faults.optional(new.corporate_number.as_ref(), corporate_number);
    let profile = faults.code("/profile", &new.profile);
    let manager = faults.id("/manager", &new.manager);
    let settings = match &new.settings {
        Some(settings) => faults.settings("/settings", settings),
        None => Some(Settings::default()),
    };
    let founding = name.zip(profile).zip(manager.zip(settings)).map(
        |((name, profile), (manager, settings))| Founding {
            name,
            corporate_number,
            profile,
            processor: new.processor,
            settings,
            manager,
        },
    );
    faults.finish(founding)
}

/// The settings of an organisation.
pub(in crate::http) fn settings(new: &wire::Settings) -> Result<Settings, Failed> {
    let mut faults = Faults::default();
    let settings = faults.settings("", new);
    faults.finish(settings)
}

impl Faults {
    fn settings(&mut self, at: &str, new: &wire::Settings) -> Option<Settings> {
        let cycle = self.code(&format!("{at}/cycle"), &new.cycle);
        let after_last_use = self.code(&format!("{at}/after_last_use"), &new.after_last_use);
        let settings = Settings {
            pay_rule: PayRule {
                closing_day: PayDay(new.pay_rule.closing_day),
                pay_month_offset: new.pay_rule.pay_month_offset,
                pay_day: PayDay(new.pay_rule.pay_day),
            },
            r6_keep: new.r6_keep,
            cycle: cycle?,
            after_last_use: after_last_use?,
            grace_days: u8::try_from(new.purge.grace_days).unwrap_or(u8::MAX),
        };
        match settings.check() {
            Ok(()) => Some(settings),
            Err(error) => {
                let purge = if error.field() == "grace_days" { "/purge" } else { "" };
                let pointer = format!("{at}{purge}/{}", error.field());
                self.add(&pointer, "range", "within what any organisation may choose")
            }
        }
    }
}

/// 法人番号: the check digit stands first. Source: 平成26年財務省令第70号 第2条.
fn corporate_number(faults: &mut Faults, text: &str) -> Option<String> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let weighed = digits.iter().rev().take(12).zip([1, 2].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| digit * weight).sum();
    if text.len() == 13 && digits.len() == 13 && digits.first() == Some(&(9 - sum % 9)) {
        return Some(String::from(text));
    }
    faults.add("/corporate_number", "corporate-number", "the 13 digits of the corporate number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corporate_number_agrees_with_its_check_digit() {
        let read = |text| corporate_number(&mut Faults::default(), text).is_some();
        // The example of the National Tax Agency: its own number.
        assert!(read("7000012050002"));
        for wrong in ["8000012050002", "700001205000", "70000120500021", "７000012050002", ""] {
            assert!(!read(wrong), "{wrong}");
        }
    }
}
