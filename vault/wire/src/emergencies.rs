//! Uses of the recovery shares, and their review.

use serde::{Deserialize, Serialize};

/// `GET /v1/emergencies`: administrators that two recovery shares appointed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Emergency {
    /// `emg_…`
    pub id: String,
    /// When the shares were used; an instant.
    pub opened_at: String,
    /// Until when the tokens are good; an instant.
    pub expires_at: String,
    /// Which two of the three shares.
    pub shares: Vec<u8>,
    /// Why, in the words of those who used them.
    pub reason: String,
    /// `usr_…` of those who were given a token.
    pub invited: Vec<String>,
    /// `usr_…` of those who were said to be unable to act, and are disabled.
    pub displaced: Vec<String>,
    /// `null` until an auditor or manager has looked at it; no shares appoint anybody before.
    pub review: Option<EmergencyReview>,
}

/// What somebody found who was there before.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmergencyReview {
    /// `usr_…`
    pub by: String,
    /// An instant.
    pub at: String,
    /// In their words.
    pub finding: String,
}

/// `POST /v1/emergencies/{id}/review` → 200 [`Emergency`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewEmergencyReview {
    /// What you found; at most 200 characters.
    pub finding: String,
}
