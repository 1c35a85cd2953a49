//! Roles, roster lines, training and notices.

use azekura_core::access::Scope;
use azekura_core::id::UserId;
use azekura_core::time::CivilDate;
use azekura_wire::roster as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::appointments::Offer;
use crate::service::designations::Line;
use crate::service::roster::NoticeText;

/// The ways in which a notice is given.
const CHANNELS: [&str; 5] = ["intranet", "mail", "paper", "web", "work_rules"];

/// First and last day.
type Term = (Option<CivilDate>, Option<CivilDate>);

/// Who is to hold which role, from when until when.
pub(in crate::http) fn appointment(new: &wire::NewAppointment) -> Result<Offer, Failed> {
    let mut faults = Faults::default();
    let user = faults.id("/user", &new.user);
    let role = faults.code("/role", &new.role);
    let deputy_for = faults.optional(new.deputy_for.as_ref(), |f, id| f.id("/deputy_for", id));
    let (from, until) = faults.term(new.from.as_ref(), new.until.as_ref());
    let offer = |(user, role)| Offer { user, role, deputy_for, from, until };
    faults.finish(user.zip(role).map(offer))
}

/// A day that a query asks for.
pub(in crate::http) fn on_day(query: &wire::OnDay) -> Result<Option<CivilDate>, Failed> {
    let mut faults = Faults::default();
    let day = faults.optional(query.on.as_ref(), |f, text| f.day("?on", text));
    faults.finish(Some(day))
}

/// A roster line.
pub(in crate::http) fn designation(new: &wire::NewDesignation) -> Result<Line, Failed> {
    let mut faults = Faults::default();
    let user = faults.id("/user", &new.user);
    let capabilities = faults.codes("/capabilities", &new.capabilities);
    let scope = faults.scope(&new.purposes, &new.kinds);
    let networks = faults.networks(&new.networks);
    let (from, until) = faults.term(Some(&new.from), new.until.as_ref());
    let remarks = faults.optional(new.remarks.as_ref(), |f, text| f.free("/remarks", text));
    let remarks = remarks.map(|remarks| String::from(remarks.as_str()));
    let line = user.zip(capabilities).zip(scope).map(|((user, capabilities), scope)| Line {
        user,
        capabilities,
        scope,
        networks,
        from,
        until,
        remarks,
    });
    faults.finish(line)
}

/// Who attended what, on which day.
pub(in crate::http) fn training(
    new: &wire::NewTraining,
) -> Result<(UserId, CivilDate, String), Failed> {
    let mut faults = Faults::default();
    let user = faults.id("/user", &new.user);
    let on = faults.day("/on", &new.on);
    let subject = faults.line("/subject", &new.subject);
    faults.finish(user.zip(on).zip(subject).map(|((user, on), subject)| (user, on, subject)))
}

/// A version of the purpose notice.
pub(in crate::http) fn notice(new: &wire::NewNotice) -> Result<NoticeText, Failed> {
    let mut faults = Faults::default();
    let bundles = faults.bundles("/bundles", &new.bundles);
    let text = faults.page("/text", &new.text);
    let channel = CHANNELS.into_iter().find(|channel| *channel == new.channel);
    let channel = channel.or_else(|| {
        faults.add("/channel", "unknown-code", "one of the constants of the reference")
    });
    let from = faults.day("/from", &new.from);
    let notice =
        bundles.zip(text).zip(channel.zip(from)).map(|((bundles, text), (channel, from))| {
            NoticeText { bundles, text, channel: String::from(channel), from }
        });
    faults.finish(notice)
}

impl Faults {
    /// Purposes and kinds of people.
    pub(super) fn scope(&mut self, purposes: &[String], kinds: &[String]) -> Option<Scope> {
        let purposes = self.works("/purposes", purposes);
        let kinds = self.codes("/kinds", kinds);
        Some(Scope { purposes: purposes?, kinds: kinds? })
    }

    fn term(&mut self, from: Option<&String>, until: Option<&String>) -> Term {
        let from = self.optional(from, |f, text| f.day("/from", text));
        let until = self.optional(until, |f, text| f.day("/until", text));
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            self.add::<()>("/until", "order", "not before the first day");
        }
        (from, until)
    }
}
