//! Uses of the recovery shares.

use azekura_core::emergency::Emergency;
use azekura_core::id::UserId;
use azekura_wire::emergencies as wire;

/// One of them.
pub(in crate::http) fn emergency(emergency: &Emergency) -> wire::Emergency {
    let ids = |users: &[UserId]| users.iter().map(ToString::to_string).collect();
    wire::Emergency {
        id: emergency.id.to_string(),
        opened_at: emergency.opened_at.to_string(),
        expires_at: emergency.expires_at.to_string(),
        shares: emergency.shares.to_vec(),
        reason: emergency.reason.clone(),
        invited: ids(&emergency.invited),
        displaced: ids(&emergency.displaced),
        review: emergency.review.as_ref().map(|review| wire::EmergencyReview {
            by: review.by.to_string(),
            at: review.at.to_string(),
            finding: review.finding.clone(),
        }),
    }
}
