//! Who may do what: users, their credentials and sessions, and what two people agreed they may do.
//!
//! A right exists only as a row of one of these types, sealed by the vault; the API shows them, the
//! service decides by them, and nothing else grants anything.

mod assertion;
mod client;
mod client_use;
mod designation;
mod hours;
mod login;
mod network;
mod notice;
mod office;
mod staff;
mod training;

use serde::{Deserialize, Serialize};

use crate::id::{EnrolmentId, OrganisationId, SessionId, UserId};
use crate::oversight::Freeze;
use crate::person::fold;
use crate::retention::Settings;
use crate::sign_in::Counter;
use crate::time::{CivilDate, Timestamp};

pub use self::assertion::{ASSERTION_MS, Assertion, AssertionError, Proved, PublicKey};
pub use self::client::{
    Client, ClientKey, Grant, MOST_KEYS, OVERLAP_DAYS, Operation, Proof, StopReason, Stopped,
};
pub use self::client_use::{ClientUse, REFUSALS_A_MINUTE};
pub use self::designation::{Capability, Designation, Pledge};
pub use self::hours::{Hours, HoursError, TimeOfDay, Window};
pub use self::login::{Login, LoginError, is_generic_name};
pub use self::network::{Network, NetworkError, Networks};
pub use self::notice::{Notice, NoticeError};
pub use self::office::{Appointment, AppointmentError, Role};
pub use self::staff::{Lost, Member, Missing, Profile, SMALL_STAFF, lost, missing};
pub use self::training::{
    EXTENSION_DAYS, Extension, ExtensionError, PlanText, Training, TrainingPlan, TrainingStanding,
    WARNED_DAYS,
};

/// A natural person who signs in (利用者). One account each, never shared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The account.
    pub id: UserId,
    /// What colleagues read; printed on ledgers.
    pub display_name: String,
    /// The employer's key for the person (社員番号等), where names alone do not tell people apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_ref: Option<String>,
    /// Operates the vault and can never see a number (システム管理者).
    pub administrator: bool,
    /// Whether the account is usable.
    pub state: UserState,
    /// The last day of a leaver: the account ends the day after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<CivilDate>,
    /// When two people had agreed on it.
    pub created_at: Timestamp,
}

impl User {
    /// Whether the account works on `day`. Source: regulation 001 §5 4.
    pub fn works(&self, day: CivilDate) -> bool {
        self.state == UserState::Active && !self.has_left(day)
    }

    /// Whether the leaver's last day is over, which the row itself may not say yet.
    pub fn has_left(&self, day: CivilDate) -> bool {
        self.last_day.is_some_and(|last| last < day)
    }

    /// Whether both accounts would be one natural person's: the same key, or the same name where
    /// not both have a key. A closed account is nobody's any more.
    pub fn is_same_person(&self, display_name: &str, staff_ref: Option<&str>) -> bool {
        let same = match (self.staff_ref.as_deref(), staff_ref) {
            (Some(own), Some(other)) => own == other,
            (None, _) | (_, None) => fold(&self.display_name) == fold(display_name),
        };
        self.state != UserState::Disabled && same
    }
}

/// Whether an account is usable.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Credentials exist and the first code was confirmed.
    Active,
    /// Closed for good; the row stays for the ledgers.
    Disabled,
    /// A one-time token was issued and not yet used up.
    Invited,
}

/// What a user proves themself with. Holds no secret in clear.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Whose it is; also the key of the row.
    pub user: UserId,
    /// The name typed at sign-in, folded to lower case.
    pub login: String,
    /// Argon2id over the peppered password, as a PHC string.
    pub password: String,
    /// The rank whose rules the password was held against when it was chosen.
    pub rank: Rank,
    /// When the password was chosen.
    pub changed_at: Timestamp,
    /// Passwords before it that are not taken again yet, the oldest first.
    pub earlier: Vec<EarlierPassword>,
    /// The sealed seed of the one-time codes, as hexadecimal.
    pub totp: String,
    /// The version the seed was sealed under.
    pub totp_version: u64,
    /// The newest time step whose code was used; an equal or older one is refused (RFC 6238 §5.2).
    pub last_step: u64,
    /// Keyed MACs of the recovery codes that were not used yet, as hexadecimal.
    pub recovery: Vec<String>,
}

/// A password that was replaced. Kept for a year, so that it is not taken again, then forgotten.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierPassword {
    /// As in [`Credential::password`].
    pub hash: String,
    /// When another took its place.
    pub replaced_at: Timestamp,
}

/// How strict the rules for an account are (特権利用者, 一般利用者).
///
/// Source: regulation 001 §5.2.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Everybody else.
    General,
    /// Administrators and managers.
    Privileged,
}

/// A one-time right to make one's own credentials.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Names the enrolment in the API.
    pub id: EnrolmentId,
    /// Whose credentials it makes.
    pub user: UserId,
    /// A keyed MAC of the token, as hexadecimal; the token itself was shown once.
    pub token_mac: String,
    /// Unusable from then on.
    pub expires_at: Timestamp,
    /// How far it got.
    pub state: EnrolmentState,
}

/// How far an enrolment got.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentState {
    /// Login and password were chosen; the first code confirms them.
    Begun {
        /// What was chosen.
        credential: Box<Credential>,
        /// Codes that did not fit.
        guesses: Counter,
    },
    /// The credentials exist.
    Confirmed,
    /// The token waits for its holder.
    Issued,
}

/// One sign-in of one user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Names the session in the log.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// A keyed MAC of token, user and time of issue, as hexadecimal.
    pub token_mac: String,
    /// When the sign-in succeeded.
    pub issued_at: Timestamp,
    /// The last act of the user that was written down; the process knows newer ones.
    pub active_at: Timestamp,
    /// Ends then, whatever its user does.
    pub expires_at: Timestamp,
    /// When the user last gave their second factor.
    pub factor_at: Timestamp,
}

impl Session {
    /// Five minutes without an act lock a session. Source: regulation 001 §5.2, `access.md` 5.4.
    pub const IDLE_MS: i64 = 5 * 60 * 1000;

    /// A locked session is opened with the password for this long; then only by a full sign-in.
    pub const UNLOCK_MS: i64 = 30 * 60 * 1000;

    /// A second factor is good for this long for what needs a fresh one. Source: `access.md` 5.3.
    pub const FRESH_MS: i64 = 5 * 60 * 1000;

    /// One sitting of checking goes on for this long after a factor, if no pause is longer than
    /// [`Session::FRESH_MS`]. Source: `practice.md` §3.
    pub const SITTING_MS: i64 = 15 * 60 * 1000;
}

/// One tenant (事業者).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The tenant.
    pub id: OrganisationId,
    /// Its name, as printed on certificates.
    pub name: String,
    /// 法人番号, 13 digits, if it has one. Public, unlike a personal number.
    pub corporate_number: Option<String>,
    /// How many people share the work.
    pub profile: Profile,
    /// Whether it handles numbers for others (委託先), as a labour consultant's office does.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub processor: bool,
    /// Pay rule, retention choices, grace.
    pub settings: Settings,
    /// Why no number is read in it for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Freeze>,
    /// When two administrators had agreed on it.
    pub created_at: Timestamp,
}

macro_rules! in_force {
    ($($name:ident),+) => {$(
        impl $name {
            /// Whether it holds on `day`.
            pub fn in_force(&self, day: CivilDate) -> bool {
                self.ended_at.is_none()
                    && self.from <= day
                    && self.until.is_none_or(|last| day <= last)
            }
        }
    )+};
}

in_force!(Appointment, Designation);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::new_uuid;

    fn user(display_name: &str, staff_ref: Option<&str>) -> User {
        User {
            id: new_uuid(Timestamp::from_millis(0), [1; 10]).into(),
            display_name: display_name.to_owned(),
            staff_ref: staff_ref.map(str::to_owned),
            administrator: false,
            state: UserState::Active,
            last_day: None,
            created_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_leavers_account_works_on_the_last_day_and_not_the_day_after() {
        let leaver = User { last_day: "2026-03-31".parse().ok(), ..user("見本 花子", None) };
        assert!(leaver.works("2026-03-31".parse().unwrap()));
        assert!(!leaver.works("2026-04-01".parse().unwrap()));
        let invited = User { state: UserState::Invited, ..user("見本 花子", None) };
        assert!(!invited.works("2026-03-31".parse().unwrap()));
    }

    #[test]
    fn one_person_has_one_account() {
        let kept = user("見本 花子", Some("E-1"));
        for (name, key, same) in [
            ("見本　花子", None, true),
            ("見本 花子", Some("E-2"), false),
            ("架空 花子", Some("E-1"), true),
            ("架空 花子", None, false),
        ] {
            assert_eq!(kept.is_same_person(name, key), same, "{name} {key:?}");
        }
        let closed = User { state: UserState::Disabled, ..kept };
        assert!(!closed.is_same_person("見本 花子", Some("E-1")));
    }
}
