//! Trainings of one organisation: the plan, who attended, and whose runs out.

use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::training::{
    NewExtension, NewTraining, NewTrainingPlan, Standing, Training, TrainingPlan,
};

use crate::{Error, Org};

impl Org<'_> {
    /// The training, written down; it counts once its attendee has confirmed it.
    pub async fn record_training(&self, new: &NewTraining) -> Result<Training, Error> {
        self.client.post(self.url(&["training"]), new).await
    }

    /// A page of trainings.
    pub async fn trainings(&self, page: &PageQuery) -> Result<Page<Training>, Error> {
        self.client.fetch(self.url(&["training"]), page).await
    }

    /// The caller's training, confirmed.
    pub async fn confirm_training(&self, id: &str) -> Result<Training, Error> {
        self.client.act(self.url(&["training", id, "confirm"])).await
    }

    /// The change that proposes thirty more days.
    pub async fn extend_training(&self, id: &str, why: &NewExtension) -> Result<Change, Error> {
        self.client.post(self.url(&["training", id, "extend"]), why).await
    }

    /// A page of handlers and where they stand, those who must attend soonest first.
    pub async fn training_standings(&self, page: &PageQuery) -> Result<Page<Standing>, Error> {
        self.client.fetch(self.url(&["training", "standing"]), page).await
    }

    /// The line, written into the training plan.
    pub async fn write_training_plan(&self, new: &NewTrainingPlan) -> Result<TrainingPlan, Error> {
        self.client.post(self.url(&["training-plan"]), new).await
    }

    /// A page of the training plan, ended lines too.
    pub async fn training_plan(&self, page: &PageQuery) -> Result<Page<TrainingPlan>, Error> {
        self.client.fetch(self.url(&["training-plan"]), page).await
    }

    /// The line, taken out of the training plan.
    pub async fn end_training_plan(&self, id: &str) -> Result<TrainingPlan, Error> {
        self.client.act(self.url(&["training-plan", id, "end"])).await
    }
}
