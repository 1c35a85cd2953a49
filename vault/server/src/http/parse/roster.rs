//! Roles, roster lines and notices.

use std::collections::BTreeMap;

use azekura_core::access::Scope;
use azekura_core::person::PersonKind;
use azekura_core::time::CivilDate;
use azekura_wire::roster as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::appointments::Offer;
use crate::service::designations::Line;
use crate::service::notices::NoticeText;

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

/// A version of the purpose notice.
pub(in crate::http) fn notice(new: &wire::NewNotice) -> Result<NoticeText, Failed> {
    let mut faults = Faults::default();
    let bundles = faults.bundles("/bundles", &new.bundles);
    let texts = faults.texts(&new.texts);
    let channel = CHANNELS.into_iter().find(|channel| *channel == new.channel);
    let channel = channel.or_else(|| {
        faults.add("/channel", "unknown-code", "one of the constants of the reference")
    });
    let from = faults.day("/from", &new.from);
    let notice = bundles.zip(channel.zip(from)).map(|(bundles, (channel, from))| NoticeText {
        bundles,
        texts,
        channel: String::from(channel),
        from,
    });
    faults.finish(notice)
}

impl Faults {
    /// What people of each kind are shown, at least one.
    fn texts(&mut self, texts: &BTreeMap<String, String>) -> BTreeMap<PersonKind, String> {
        if texts.is_empty() {
            self.add::<()>("/texts", "required", "at least one");
        }
        let mut read = BTreeMap::new();
        for (at, (kind, text)) in texts.iter().enumerate() {
            // A key that is no constant is not repeated: its place stands for it.
            let kind = self.code::<PersonKind>(&format!("/texts/{at}"), kind);
            let pointer = kind.map_or_else(|| at.to_string(), |kind| kind.to_string());
            let text = self.page(&format!("/texts/{pointer}"), text);
            read.extend(kind.zip(text));
        }
        read
    }

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
