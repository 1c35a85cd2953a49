//! Reasons and visits.

use azekura_core::text::FreeText;
use azekura_wire::oversight as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::oversight::Visit;

/// Why.
pub(in crate::http) fn reason(new: &wire::Reason) -> Result<FreeText, Failed> {
    let mut faults = Faults::default();
    let reason = faults.free("/reason", &new.reason);
    faults.finish(reason)
}

/// What a visit of IT staff is to be.
pub(in crate::http) fn visit(new: &wire::NewItAccess) -> Result<Visit, Failed> {
    let mut faults = Faults::default();
    let who = faults.line("/who", &new.who);
    let purpose = faults.free("/purpose", &new.purpose);
    let (from, until) = (faults.day("/from", &new.from), faults.day("/until", &new.until));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        faults.add::<()>("/until", "range", "the first day or a later one");
    }
    let visit = who.zip(purpose).zip(from.zip(until)).map(|((who, purpose), days)| Visit {
        who,
        purpose: String::from(purpose.as_str()),
        days,
    });
    faults.finish(visit)
}

/// What was done.
pub(in crate::http) fn report(new: &wire::ItReport) -> Result<String, Failed> {
    let mut faults = Faults::default();
    let report = faults.page("/report", &new.report);
    faults.finish(report)
}
