//! Trainings (教育): the plan, who attended, and whose runs out.

use serde::{Deserialize, Serialize};

/// `POST /training` → 201 `Training`. It counts once its attendee has confirmed it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTraining {
    /// Who attended; another person than who writes it down.
    pub user: String,
    /// The day.
    #[cfg_attr(feature = "openapi", schema(example = "2026-04-01"))]
    pub on: String,
    /// What it was about.
    pub subject: String,
    /// The line of the plan that it carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// A training someone attended (教育記録).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Training {
    /// `trn_…`
    pub id: String,
    /// Who attended.
    pub user: String,
    /// The day.
    pub on: String,
    /// What it was about.
    pub subject: String,
    /// The line of the plan that it carried out.
    pub plan: Option<String>,
    /// Who wrote it down.
    pub recorded_by: String,
    /// An instant: the attendee confirmed it, and it counts; `null` before.
    pub confirmed_at: Option<String>,
    /// Whether two people gave it thirty more days.
    pub extended: bool,
    /// The last day it counts.
    pub valid_until: String,
}

/// `POST /training/{id}/extend` → 202 change.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewExtension {
    /// Why it could not be repeated in time.
    pub reason: String,
}

/// Where somebody stands with their training.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingStanding {
    /// `valid`, `expiring` (sixty days ahead), `expired`, `missing`.
    #[cfg_attr(feature = "openapi", schema(example = "expiring"))]
    pub status: String,
    /// The last day it counts or counted.
    pub valid_until: Option<String>,
}

/// `GET /training/standing`: one handler.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// Who.
    pub user: String,
    /// Their name.
    pub display_name: String,
    /// Where they stand.
    pub training: TrainingStanding,
}

/// `POST /training-plan` → 201 `TrainingPlan`. Source: regulation 000 §5.1.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTrainingPlan {
    /// 部門.
    #[cfg_attr(feature = "openapi", schema(example = "総務部"))]
    pub section: String,
    /// 内容.
    #[cfg_attr(feature = "openapi", schema(example = "特定個人情報の取扱い"))]
    pub content: String,
    /// 担当.
    #[cfg_attr(feature = "openapi", schema(example = "管理責任者"))]
    pub teacher: String,
    /// 対象.
    #[cfg_attr(feature = "openapi", schema(example = "事務取扱担当者"))]
    pub audience: String,
    /// 手段.
    #[cfg_attr(feature = "openapi", schema(example = "集合教育"))]
    pub means: String,
    /// 周期.
    #[cfg_attr(feature = "openapi", schema(example = "年1回"))]
    pub cycle: String,
}

/// A line of the training plan (教育計画).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainingPlan {
    /// `tpl_…`
    pub id: String,
    /// 部門.
    pub section: String,
    /// 内容.
    pub content: String,
    /// 担当.
    pub teacher: String,
    /// 対象.
    pub audience: String,
    /// 手段.
    pub means: String,
    /// 周期.
    pub cycle: String,
    /// An instant.
    pub written_at: String,
    /// An instant, if it was taken out of the plan.
    pub ended_at: Option<String>,
}
