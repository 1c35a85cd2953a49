//! Who signs in, and the organisations of the vault.

use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::number::SecretText;
use crate::oversight::Frozen;
use crate::training::TrainingStanding;

/// `POST /v1/sessions` → 201 `NewSession`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The name chosen at enrolment.
    #[cfg_attr(feature = "openapi", schema(example = "mihon.hanako"))]
    pub login: String,
    /// As chosen.
    pub password: SecretText,
    /// Six digits; each code works once.
    pub totp: SecretText,
    /// What the last sign-in from this device gave, so that failures of strangers do not lock it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<SecretText>,
}

/// A session with its token, which is shown this once.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSession {
    /// For `Authorization: Bearer`.
    pub token: SecretText,
    /// For the next sign-in from this device; left out if it has one that is still good. It opens
    /// nothing, lasts 90 days, and goes with the next change of the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<SecretText>,
    /// An instant: the session ends then, whatever happens.
    pub expires_at: String,
    /// Who signed in.
    pub user: User,
    /// Where they have something to do.
    pub organisations: Vec<Membership>,
    /// After an enrolment: ten codes for the day the authenticator is lost, to be kept on paper. Left
    /// out otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<SecretText>,
}

/// `POST /v1/sessions/current/recovery-codes`, shown this once. Those of before are worth nothing.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Ten; each is good once.
    pub codes: Vec<SecretText>,
}

/// `POST /v1/enrolments/recovery` → 201 `Recovery`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Recover {
    /// The name chosen at enrolment.
    #[cfg_attr(feature = "openapi", schema(example = "mihon.hanako"))]
    pub login: String,
    /// As chosen.
    pub password: SecretText,
    /// One of the ten, with or without its hyphens.
    pub code: SecretText,
}

/// What new credentials are made with, shown this once.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recovery {
    /// For `POST /v1/enrolments`.
    pub enrolment_token: SecretText,
    /// An instant: the token is unusable from then on.
    pub expires_at: String,
}

/// `GET /v1/sessions/current`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// An instant: the session ends then, whatever happens.
    pub expires_at: String,
    /// Five minutes without an act of its user lock it; the password opens it again.
    pub locked: bool,
    /// Who signed in.
    pub user: User,
    /// Where they have something to do.
    pub organisations: Vec<Membership>,
}

/// What a user may do in one organisation today.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// `org_…`
    pub id: String,
    /// The organisation's name.
    pub name: String,
    /// `manager`, `auditor`, `viewer`.
    pub roles: Vec<String>,
    /// `enter`, `check`, `use`, `delete`.
    pub capabilities: Vec<String>,
    /// Where they stand with their training; without one that counts no number is handled.
    pub training: TrainingStanding,
}

/// `POST /v1/sessions/current/step-up` → 200 `NewSession`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// Six digits; each code works once.
    pub totp: SecretText,
}

/// `POST /v1/sessions/current/unlock` → 200 `NewSession`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// Of the user whose session it is.
    pub password: SecretText,
}

/// `POST /v1/sessions/current/password` → 200 `NewSession`; every session before it ends.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The one that holds now.
    pub password: SecretText,
    /// 10 to 128 characters, 12 for administrators and managers; none of the last year's.
    pub new_password: SecretText,
}

/// `POST /v1/enrolments`: a person makes their own credentials → 201 `EnrolmentBegun`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BeginEnrolment {
    /// The one-time token that was handed over.
    pub token: SecretText,
    /// The name to sign in with, unique in the vault; folded to lower case.
    #[cfg_attr(feature = "openapi", schema(example = "mihon.hanako"))]
    pub login: String,
    /// 10 to 128 characters, 12 for administrators and managers.
    pub password: SecretText,
}

/// The seed for an authenticator app, shown this once.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentBegun {
    /// `enr_…`
    pub id: String,
    /// Base32, 160 bits.
    pub totp_secret: SecretText,
    /// The same for a QR code. Source: the `otpauth` key URI format.
    pub otpauth_uri: SecretText,
}

/// `POST /v1/enrolments/{id}/confirm` → 201 `NewSession`.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmEnrolment {
    /// The app's first code.
    pub totp: SecretText,
}

/// `POST /v1/users` → 202 `Change`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// What colleagues read; printed on ledgers.
    #[cfg_attr(feature = "openapi", schema(example = "見本 花子"))]
    pub display_name: String,
    /// The employer's key for the person; needed where two people have one name.
    #[cfg_attr(feature = "openapi", schema(example = "E-00123"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_ref: Option<String>,
}

/// `POST /v1/users/{id}/disable` → `User`, closed for good.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// `left`, `incident`, `mistake`.
    #[cfg_attr(feature = "openapi", schema(example = "left"))]
    pub reason: String,
}

/// `POST /v1/users/{id}/leave` → `User`: the account ends the day after.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// The last day.
    #[cfg_attr(feature = "openapi", schema(example = "2027-03-31"))]
    pub last_day: String,
}

/// A natural person who signs in (利用者).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// `usr_…`
    pub id: String,
    /// What colleagues read.
    pub display_name: String,
    /// The employer's key for the person.
    #[serde(default)]
    pub staff_ref: Option<String>,
    /// Operates the vault and can never see a number (システム管理者).
    pub administrator: bool,
    /// `invited`, `active`, `disabled`.
    pub state: String,
    /// The last day of a leaver: the account ends the day after.
    #[serde(default)]
    pub last_day: Option<String>,
    /// An instant.
    pub created_at: String,
}

/// `POST /v1/orgs` → 202 `Change`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// As printed on certificates.
    #[cfg_attr(feature = "openapi", schema(example = "架空商事株式会社"))]
    pub name: String,
    /// 法人番号, 13 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corporate_number: Option<String>,
    /// `small` or `standard`.
    #[cfg_attr(feature = "openapi", schema(example = "standard"))]
    pub profile: String,
    /// Whether it handles numbers for others (委託先); never in the profile `small`.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub processor: bool,
    /// The strictest ones if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// The user who will be the first manager.
    pub manager: String,
}

/// A tenant (事業者).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organisation {
    /// `org_…`
    pub id: String,
    /// As printed on certificates.
    pub name: String,
    /// 法人番号, 13 digits.
    pub corporate_number: Option<String>,
    /// `small` or `standard`.
    pub profile: String,
    /// Whether it handles numbers for others (委託先).
    #[serde(default)]
    pub processor: bool,
    /// Protections that do not hold because too few people share the work; none in `standard`.
    #[serde(default)]
    pub lost: Vec<Lost>,
    /// Who is missing for acts of two: `administrator`, `manager`, `checker`, `deleter`.
    #[serde(default)]
    pub missing: Vec<String>,
    /// As they are in force.
    pub settings: Settings,
    /// Why no number is read for now; `null` while they are.
    pub frozen: Option<Frozen>,
    /// An instant.
    pub created_at: String,
}

/// A protection that does not hold, as long as it does not.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lost {
    /// `administrator-handles`, `administrator-manages`, `two-people`.
    #[cfg_attr(feature = "openapi", schema(example = "two-people"))]
    pub code: String,
    /// What it means and what helps, in Japanese.
    pub ja: String,
    /// The same in English.
    pub en: String,
}

/// `GET /settings` (with `ETag`) and `PUT /settings` (with `If-Match`) → 200 `Settings` applied at
/// once if nothing is weaker than before, else 202 `Change`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// When a month's work is paid.
    pub pay_rule: PayRule,
    /// Years to keep the payer's copy of slips and statements, 0 to 7.
    #[cfg_attr(feature = "openapi", schema(example = 0))]
    pub r6_keep: u8,
    /// What is due goes on the day itself (`immediate`), on the first of the next month (`monthly`)
    /// or on 1 April (`fiscal_year_end`).
    #[cfg_attr(feature = "openapi", schema(example = "immediate"))]
    pub cycle: String,
    /// `with_document` or `as_soon_as_unneeded`.
    #[cfg_attr(feature = "openapi", schema(example = "with_document"))]
    pub after_last_use: String,
    /// How deletions wait.
    pub purge: PurgeSettings,
}

/// When a month's work is paid. A day that does not exist is the last of its month; weekends and
/// 31 December to 3 January roll back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PayRule {
    /// Closing day (締日), 1 to 31.
    #[cfg_attr(feature = "openapi", schema(example = 31))]
    pub closing_day: u8,
    /// Pay day (支払日), 1 to 31.
    #[cfg_attr(feature = "openapi", schema(example = 25))]
    pub pay_day: u8,
    /// Months from the closing month to the pay month, 0 to 2.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub pay_month_offset: u8,
}

/// How deletions wait.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PurgeSettings {
    /// Observed days between approval and execution, 1 to 30.
    #[cfg_attr(feature = "openapi", schema(example = 3))]
    pub grace_days: u32,
}

/// `POST /v1/changes/{id}/approve`, on the vault's own queue.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// As decided.
    pub change: Change,
    /// For a user: what they make their credentials with, shown this once. Otherwise left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolment_token: Option<SecretText>,
    /// An instant: the token is unusable from then on. Left out with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// `GET /healthz` and `GET /readyz`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok`, or `unavailable` with status 503.
    #[cfg_attr(feature = "openapi", schema(example = "ok"))]
    pub status: String,
    /// Why not: `sealed`, `audit_unavailable`, `db`.
    #[serde(default)]
    pub reasons: Vec<String>,
}
