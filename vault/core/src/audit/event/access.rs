//! Events of credentials and sessions, and refusals before an act.

use serde::{Deserialize, Serialize};

use crate::audit::SessionMark;
use crate::id::{ChangeId, DeviceId, EnrolmentId, ResetId, UserId};

/// Events of credentials and sessions, and refusals before an act.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum AccessEvent {
    /// An account that failures had locked was opened: two administrators agreed, or two recovery
    /// shares were shown.
    #[serde(rename = "account.unlocked")]
    AccountUnlocked {
        /// What the administrators agreed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Which shares.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shares: Vec<u8>,
        /// Whose account.
        user: UserId,
    },
    /// A one-time code was right, and is good no more.
    #[serde(rename = "code.used")]
    CodeUsed {
        /// Whose.
        user: UserId,
    },
    /// A device is known from now on: guesses from it are counted apart.
    #[serde(rename = "device.known")]
    DeviceKnown {
        /// The device.
        device: DeviceId,
        /// Whose.
        user: UserId,
    },
    /// Devices of somebody are known no more.
    #[serde(rename = "devices.forgotten")]
    DevicesForgotten {
        /// How many.
        devices: u32,
        /// Whose.
        user: UserId,
    },
    /// Somebody makes their credentials anew; the old ones and every session are over.
    #[serde(rename = "credentials.reset")]
    CredentialsReset {
        /// What two administrators agreed on; none if a recovery code was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Names it.
        reset: ResetId,
        /// Whose account.
        user: UserId,
    },
    /// Somebody of the organisation met the owner of new credentials in person.
    #[serde(rename = "credentials.confirmed")]
    CredentialsConfirmed {
        /// The reset.
        reset: ResetId,
        /// Whose account.
        user: UserId,
    },
    /// Somebody's second factor is in use; the account works.
    #[serde(rename = "enrolment.confirmed")]
    EnrolmentConfirmed {
        /// The right that is now used up.
        enrolment: EnrolmentId,
        /// Whose account.
        user: UserId,
    },
    /// A login and a password were chosen.
    #[serde(rename = "enrolment.begun")]
    EnrolmentBegun {
        /// The right in use.
        enrolment: EnrolmentId,
        /// Whose account.
        user: UserId,
    },
    /// A one-time right to make credentials was handed out.
    #[serde(rename = "enrolment.issued")]
    EnrolmentIssued {
        /// The right.
        enrolment: EnrolmentId,
        /// Whose account.
        user: UserId,
    },
    /// Tokens or codes that did not fit, counted per source and minute.
    #[serde(rename = "enrolment.refused")]
    EnrolmentRefused {
        /// How often.
        count: u32,
        /// The right, if the token named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enrolment: Option<EnrolmentId>,
        /// A code.
        reason: String,
    },
    /// Somebody chose another password; their sessions ended.
    #[serde(rename = "password.changed")]
    PasswordChanged {
        /// Whose.
        user: UserId,
    },
    /// A recovery code was right, and is good no more.
    #[serde(rename = "recovery_code.used")]
    RecoveryCodeUsed {
        /// How many its owner has left.
        left: u32,
        /// Whose.
        user: UserId,
    },
    /// Somebody has new recovery codes; those of before are worth nothing.
    #[serde(rename = "recovery_codes.made")]
    RecoveryCodesMade {
        /// Who.
        user: UserId,
    },
    /// Hashes of passwords that were replaced more than a year ago are gone.
    #[serde(rename = "passwords.forgotten")]
    PasswordsForgotten {
        /// In how many accounts.
        accounts: u32,
    },
    /// Requests that were refused before their act began, counted per source and minute.
    #[serde(rename = "access.refused")]
    Refused {
        /// The denial code.
        code: String,
        /// How often.
        count: u32,
        /// The route's template, never the path that was asked for.
        route: String,
    },
    /// A sign-in was counted before it is verified; `session.opened` follows if it succeeds.
    #[serde(rename = "session.attempted")]
    SessionAttempted {
        /// Whose account.
        user: UserId,
    },
    /// A session ended.
    #[serde(rename = "session.closed")]
    SessionClosed {
        /// A code: `signed-out`, `expired`, `replaced`, …
        reason: String,
        /// Which session.
        sess: SessionMark,
        /// Whose.
        user: UserId,
    },
    /// A session stands still until its password is given again.
    #[serde(rename = "session.locked")]
    SessionLocked {
        /// Which session.
        sess: SessionMark,
        /// Whose.
        user: UserId,
    },
    /// Somebody signed in.
    #[serde(rename = "session.opened")]
    SessionOpened {
        /// Which session.
        sess: SessionMark,
        /// Whose.
        user: UserId,
    },
    /// Sign-ins that failed, counted per source and minute.
    #[serde(rename = "session.refused")]
    SessionRefused {
        /// How often.
        count: u32,
        /// A code that does not tell which factor failed.
        reason: String,
        /// The account, if the login named one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
    },
    /// A second factor was given again within a session.
    #[serde(rename = "session.stepped_up")]
    SessionSteppedUp {
        /// Which session.
        sess: SessionMark,
        /// Whose.
        user: UserId,
    },
    /// A locked session was opened again.
    #[serde(rename = "session.unlocked")]
    SessionUnlocked {
        /// Which session.
        sess: SessionMark,
        /// Whose.
        user: UserId,
    },
    /// Sessions in use and masked views since the last such entry.
    #[serde(rename = "sessions.touched")]
    SessionsTouched {
        /// How many sessions acted.
        sessions: u32,
        /// How many masked views they saw.
        views: u32,
    },
}
