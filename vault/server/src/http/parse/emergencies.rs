//! Reviews of the recovery shares' uses.

use azekura_core::text::FreeText;
use azekura_wire::emergencies as wire;

use super::Faults;
use crate::http::problem::Failed;

/// What was found.
pub(in crate::http) fn review(new: &wire::NewEmergencyReview) -> Result<FreeText, Failed> {
    let mut faults = Faults::default();
    let finding = faults.free("/finding", &new.finding);
    faults.finish(finding)
}
