//! The training plan, who attended, and whose training runs out.

use azekura_core::roster::{Training, TrainingPlan, TrainingStanding};
use azekura_wire::training as wire;

use super::text;
use crate::service::trainings::Trained;

/// A training someone attended.
pub(in crate::http) fn training(training: &Training) -> wire::Training {
    wire::Training {
        id: training.id.to_string(),
        user: training.user.to_string(),
        on: training.on.to_string(),
        subject: training.subject.clone(),
        plan: text(training.plan),
        recorded_by: training.recorded_by.to_string(),
        confirmed_at: text(training.confirmed_at),
        extended: training.extension.is_some(),
        valid_until: training.valid_until().to_string(),
    }
}

/// A line of the plan.
pub(in crate::http) fn plan(line: &TrainingPlan) -> wire::TrainingPlan {
    wire::TrainingPlan {
        id: line.id.to_string(),
        section: line.text.section.clone(),
        content: line.text.content.clone(),
        teacher: line.text.teacher.clone(),
        audience: line.text.audience.clone(),
        means: line.text.means.clone(),
        cycle: line.text.cycle.clone(),
        written_at: line.written_at.to_string(),
        ended_at: text(line.ended_at),
    }
}

/// Where a handler stands.
pub(in crate::http) fn standing(trained: &Trained) -> wire::Standing {
    wire::Standing {
        user: trained.user.to_string(),
        display_name: trained.display_name.clone(),
        training: own(trained.standing),
    }
}

/// Where somebody stands.
pub(in crate::http) fn own(standing: TrainingStanding) -> wire::TrainingStanding {
    wire::TrainingStanding {
        status: String::from(standing.code()),
        valid_until: text(standing.until()),
    }
}
