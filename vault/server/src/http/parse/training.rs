//! The training plan and who attended.

use azekura_core::roster::PlanText;
use azekura_core::text::FreeText;
use azekura_wire::training as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::trainings::Attendance;

/// Who attended what, on which day.
pub(in crate::http) fn attendance(new: &wire::NewTraining) -> Result<Attendance, Failed> {
    let mut faults = Faults::default();
    let user = faults.id("/user", &new.user);
    let on = faults.day("/on", &new.on);
    let subject = faults.line("/subject", &new.subject);
    let plan = faults.optional(new.plan.as_ref(), |f, text| f.id("/plan", text));
    let attended = user.zip(on).zip(subject);
    faults.finish(attended.map(|((user, on), subject)| Attendance { user, on, subject, plan }))
}

/// Why a training gets more days.
pub(in crate::http) fn extension(new: &wire::NewExtension) -> Result<FreeText, Failed> {
    let mut faults = Faults::default();
    let reason = faults.free("/reason", &new.reason);
    faults.finish(reason)
}

/// A line of the plan.
pub(in crate::http) fn plan(new: &wire::NewTrainingPlan) -> Result<PlanText, Failed> {
    let mut faults = Faults::default();
    let mut text = |pointer, text: &str| {
        let read = faults.free(pointer, text);
        read.map(|read| String::from(read.as_str())).unwrap_or_default()
    };
    let plan = PlanText {
        section: text("/section", &new.section),
        content: text("/content", &new.content),
        teacher: text("/teacher", &new.teacher),
        audience: text("/audience", &new.audience),
        means: text("/means", &new.means),
        cycle: text("/cycle", &new.cycle),
    };
    faults.finish(Some(plan))
}
