//! Who may do what: users, their credentials and sessions, and what two people agreed they may do.
//!
//! A right exists only as a row of one of these types, sealed by the vault; the API shows them, the
//! service decides by them, and nothing else grants anything.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::id::{
    AppointmentId, ClientId, DesignationId, EnrolmentId, NoticeId, OrganisationId, SessionId,
    UserId,
};
use crate::purpose::Purposes;
use crate::retention::Settings;
use crate::time::{CivilDate, Timestamp};

/// A natural person who signs in (利用者). One account each, never shared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The account.
    pub id: UserId,
    /// What colleagues read; printed on ledgers.
    pub display_name: String,
    /// Operates the vault and can never see a number (システム管理者).
    pub administrator: bool,
    /// Whether the account is usable.
    pub state: UserState,
    /// When two people had agreed on it.
    pub created_at: Timestamp,
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
    /// Failed sign-ins since the last success, password and code together.
    pub failures: u32,
    /// Refused until then.
    pub locked_until: Option<Timestamp>,
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
    Begun(Box<Credential>),
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
}

impl Session {
    /// Five minutes without an act lock a session. Source: regulation 001 §5.2, `access.md` 5.4.
    pub const IDLE_MS: i64 = 5 * 60 * 1000;

    /// A locked session is opened with the password for this long; then only by a full sign-in.
    pub const UNLOCK_MS: i64 = 30 * 60 * 1000;

    /// Whether the session is locked at `now` if its user last acted at `active_at`.
    pub fn locked(active_at: Timestamp, now: Timestamp) -> bool {
        !(0..=Self::IDLE_MS).contains(&now.millis_since(active_at).max(0))
    }
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
    /// Pay rule, retention choices, grace.
    pub settings: Settings,
    /// When two administrators had agreed on it.
    pub created_at: Timestamp,
}

/// How strictly roles exclude each other.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Two to five people (中小規模事業者): the manager may also handle numbers.
    Small,
    /// Every exclusion holds.
    #[default]
    Standard,
}

/// What a user is in an organisation, besides a handler.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 監査責任者: ledgers, log and certificates, never a number.
    Auditor,
    /// 管理責任者: designates, approves deletion, reviews ledgers.
    Manager,
    /// 一般利用者: masked views only.
    Viewer,
}

/// A user's role in one organisation, for a time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Names the appointment.
    pub id: AppointmentId,
    /// Where it holds.
    pub org: OrganisationId,
    /// Who holds it.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// First day.
    pub from: CivilDate,
    /// Last day, if one was set.
    pub until: Option<CivilDate>,
    /// Ended before its last day.
    pub ended_at: Option<Timestamp>,
}

/// What a handler may do with numbers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Key a number again, blind, and let the change in (点検).
    Check,
    /// Confirm what is to be deleted (廃棄の対象確認).
    Delete,
    /// People, facts and changes (登録).
    Enter,
    /// Read numbers for a purpose (使用).
    Use,
}

/// A line of the roster (様式7): who handles which numbers for what, from when until when.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Designation {
    /// Names the line.
    pub id: DesignationId,
    /// Where it holds.
    pub org: OrganisationId,
    /// The handler (事務取扱担当者).
    pub user: UserId,
    /// What they may do.
    pub capabilities: BTreeSet<Capability>,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// First day.
    pub from: CivilDate,
    /// Last day, if one was set.
    pub until: Option<CivilDate>,
    /// As written on the roster.
    pub remarks: Option<String>,
    /// When the designee accepted it with the pledge (誓約).
    pub accepted_at: Timestamp,
    /// Ended before its last day.
    pub ended_at: Option<Timestamp>,
}

/// One training a handler attended. Without a valid one no number is handled.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Where it counts.
    pub org: OrganisationId,
    /// Who attended.
    pub user: UserId,
    /// On which day.
    pub on: CivilDate,
    /// What it was about.
    pub subject: String,
    /// The manager who wrote it down.
    pub recorded_by: UserId,
}

impl Training {
    /// The last day it is valid: the end of the month twelve months later. Source: `practice.md` §3.
    pub fn valid_until(&self) -> CivilDate {
        self.on.plus_months(12).last_of_month()
    }
}

/// A version of the purpose notice (利用目的の通知) shown to people at collection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Names the version.
    pub id: NoticeId,
    /// Whose notice it is.
    pub org: OrganisationId,
    /// 1, 2, 3 … within the organisation.
    pub version: u32,
    /// The lines it contains.
    pub bundles: Purposes,
    /// What people were shown.
    pub text: String,
    /// How: `paper`, `intranet`, `mail`, `web`, `work_rules`.
    pub channel: String,
    /// In force from this day on.
    pub from: CivilDate,
}

/// What a program may call.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Record retention facts.
    Events,
    /// Create and change people and relationships.
    People,
    /// Read numbers for a purpose.
    Reads,
    /// Submit numbers for checking.
    Submit,
}

/// A program of one organisation. It acts as its owner wherever people are compared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Names the program.
    pub id: ClientId,
    /// Where it may call.
    pub org: OrganisationId,
    /// As its owner calls it.
    pub name: String,
    /// Who answers for it.
    pub owner: UserId,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// What it may call.
    pub operations: BTreeSet<Operation>,
    /// Source addresses it may call from; empty means any.
    pub networks: BTreeSet<IpAddr>,
    /// Numbers an hour.
    pub quota_per_hour: u32,
    /// Numbers a Tokyo day.
    pub quota_per_day: u32,
    /// Last day.
    pub until: CivilDate,
    /// The key's public part and a keyed MAC of its secret part, once the owner fetched it.
    pub key: Option<ClientKey>,
    /// Ended before its last day.
    pub ended_at: Option<Timestamp>,
}

/// What is kept of an API key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientKey {
    /// Eight hexadecimal characters that name the key.
    pub id: String,
    /// A keyed MAC of the secret, as hexadecimal.
    pub mac: String,
}

/// How much of its quota a program has used up. Windows are Tokyo hours and Tokyo days.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientUse {
    /// Whose use it is; also the key of the row.
    pub client: ClientId,
    /// The hour counted, in hours since 1970 UTC.
    pub hour: i64,
    /// Numbers in that hour.
    pub in_hour: u32,
    /// The day counted.
    pub day: CivilDate,
    /// Numbers on that day.
    pub in_day: u32,
}

impl ClientUse {
    /// No use yet.
    pub fn none(client: ClientId, now: Timestamp) -> Self {
        Self { client, hour: hour_of(now), in_hour: 0, day: now.tokyo_date(), in_day: 0 }
    }

    /// The use after `numbers` more at `now`, or `None` if a quota of `client` would be exceeded.
    #[must_use]
    pub fn plus(&self, client: &Client, numbers: u32, now: Timestamp) -> Option<Self> {
        let mut next = Self::none(self.client, now);
        let earlier_hour = if self.hour == next.hour { self.in_hour } else { 0 };
        let earlier_day = if self.day == next.day { self.in_day } else { 0 };
        next.in_hour = earlier_hour.checked_add(numbers)?;
        next.in_day = earlier_day.checked_add(numbers)?;
        let within = next.in_hour <= client.quota_per_hour && next.in_day <= client.quota_per_day;
        within.then_some(next)
    }
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(3_600_000)
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

impl Client {
    /// Whether the program may call on `day`.
    pub fn in_force(&self, day: CivilDate) -> bool {
        self.ended_at.is_none() && day <= self.until
    }
}
