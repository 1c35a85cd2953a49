//! Events of who may do what.

use serde::{Deserialize, Serialize};

use crate::id::{
    AppointmentId, ChangeId, ClientId, DesignationId, ItAccessId, NoticeId, OrganisationId,
    TrainingId, TrainingPlanId, UserId,
};
use crate::time::{CivilDate, Timestamp};

/// A setting and what became of it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SettingChange {
    /// The value, or a digest of a long one.
    pub after: String,
    /// What it was; absent if it was not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The key in the settings.
    pub name: String,
}

/// Events of who may do what.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum RosterEvent {
    /// A role ended.
    #[serde(rename = "appointment.ended")]
    AppointmentEnded {
        /// The appointment.
        appointment: AppointmentId,
        /// Who held it.
        user: UserId,
    },
    /// Somebody holds a role.
    #[serde(rename = "appointment.made")]
    AppointmentMade {
        /// The appointment.
        appointment: AppointmentId,
        /// The change that two people agreed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Whom they stand in for until the last day of the term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deputy_for: Option<UserId>,
        /// `manager`, `auditor`, `complaints`, `educator` or `viewer`.
        role: String,
        /// Who holds it.
        user: UserId,
    },
    /// A program may do something else than before.
    #[serde(rename = "client.amended")]
    ClientAmended {
        /// The change that two people agreed on, where it allows more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// The program.
        client: ClientId,
        /// One line for each part of the grant that differs.
        settings: Vec<SettingChange>,
    },
    /// A program may no longer call.
    #[serde(rename = "client.ended")]
    ClientEnded {
        /// The program.
        client: ClientId,
        /// A code: `expired`, `revoked`, …
        reason: String,
    },
    /// A key of a program is no longer good.
    #[serde(rename = "client.key_ended")]
    ClientKeyEnded {
        /// The program.
        client: ClientId,
        /// The public part of the key.
        key: String,
    },
    /// A program has a new key, shown once to its owner.
    #[serde(rename = "client.key_rotated")]
    ClientKeyRotated {
        /// The program.
        client: ClientId,
        /// The public part of the new key.
        key: String,
        /// The key before is good until then.
        old_until: Timestamp,
    },
    /// The owner of a program brought the public half of a key that the program keeps.
    #[serde(rename = "client.key_registered")]
    ClientKeyRegistered {
        /// The program.
        client: ClientId,
        /// The name of the new key.
        key: String,
        /// A key before it is good until then.
        old_until: Timestamp,
    },
    /// A program proved itself with a signed statement, and was given a token for minutes.
    #[serde(rename = "client.proved")]
    ClientProved {
        /// The program.
        client: ClientId,
        /// The name of the key.
        key: String,
    },
    /// A program may call.
    #[serde(rename = "client.registered")]
    ClientRegistered {
        /// The change that two people agreed on.
        change: ChangeId,
        /// The program.
        client: ClientId,
        /// Who answers for it.
        owner: UserId,
    },
    /// A program that was stopped goes on.
    #[serde(rename = "client.resumed")]
    ClientResumed {
        /// The change that two people agreed on.
        change: ChangeId,
        /// The program.
        client: ClientId,
    },
    /// The program's secret was shown, once, to its owner.
    #[serde(rename = "client.secret_shown")]
    ClientSecretShown {
        /// The program.
        client: ClientId,
    },
    /// A program is refused everything until two people let it go on.
    #[serde(rename = "client.stopped")]
    ClientStopped {
        /// The program.
        client: ClientId,
        /// A code: `person`, `refusals`.
        reason: String,
    },
    /// A program read more in an hour than three times the busiest hour of thirty days. Nothing is
    /// stopped: every January is unusual.
    #[serde(rename = "client.unusual_volume")]
    ClientUnusualVolume {
        /// The program.
        client: ClientId,
        /// Numbers in this hour.
        in_hour: u32,
        /// Numbers in the busiest hour of the thirty days before.
        usual: u32,
    },
    /// A roster line ended (指定の解除).
    #[serde(rename = "designation.ended")]
    DesignationEnded {
        /// The line.
        designation: DesignationId,
        /// A code: `ended`, `expired`, …
        reason: String,
        /// Whose line.
        user: UserId,
    },
    /// A roster line is in force (取扱担当者の指定): the manager made it, the designee accepted.
    #[serde(rename = "designation.made")]
    DesignationMade {
        /// What the handler may do: `enter`, `check`, `use`, `delete`.
        capabilities: Vec<String>,
        /// The change that two people agreed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// The line.
        designation: DesignationId,
        /// The terminals from which it holds; absent if it holds from anywhere.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        networks: Vec<String>,
        /// The version of the pledge that the designee accepted.
        pledge: u16,
        /// The works it covers.
        purposes: Vec<String>,
        /// Whose line.
        user: UserId,
    },
    /// The manager agreed to a visit of IT staff.
    #[serde(rename = "it_access.approved")]
    ItAccessApproved {
        /// The visit.
        access: ItAccessId,
        /// The change that two people agreed on.
        change: ChangeId,
    },
    /// A visit of IT staff is over; what was done is written down.
    #[serde(rename = "it_access.closed")]
    ItAccessClosed {
        /// The visit.
        access: ItAccessId,
    },
    /// A version of the purpose notice is in force (利用目的の通知).
    #[serde(rename = "notice.published")]
    NoticePublished {
        /// The bundles it covers.
        bundles: Vec<String>,
        /// The version.
        notice: NoticeId,
    },
    /// A tenant exists.
    #[serde(rename = "organisation.created")]
    OrganisationCreated {
        /// The change that two people agreed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// The tenant.
        organisation: OrganisationId,
    },
    /// All reads of the organisation are stopped.
    #[serde(rename = "reads.frozen")]
    ReadsFrozen {
        /// Why.
        reason: String,
    },
    /// Reads are let through again.
    #[serde(rename = "reads.unfrozen")]
    ReadsUnfrozen {
        /// The change that two people agreed on.
        change: ChangeId,
    },
    /// Settings differ from now on.
    #[serde(rename = "settings.changed")]
    SettingsChanged {
        /// The change that two people agreed on, where it weakens something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// One line per setting.
        settings: Vec<SettingChange>,
    },
    /// An attendee confirmed a training, which counts from now on.
    #[serde(rename = "training.confirmed")]
    TrainingConfirmed {
        /// The training.
        training: TrainingId,
        /// Who attended.
        user: UserId,
    },
    /// Two people gave a training more days.
    #[serde(rename = "training.extended")]
    TrainingExtended {
        /// The change that two people agreed on.
        change: ChangeId,
        /// The training.
        training: TrainingId,
        /// The last day it counts.
        until: CivilDate,
        /// Who attended.
        user: UserId,
    },
    /// A line was taken out of the training plan.
    #[serde(rename = "training_plan.ended")]
    TrainingPlanEnded {
        /// The line.
        plan: TrainingPlanId,
    },
    /// A line was written into the training plan.
    #[serde(rename = "training_plan.written")]
    TrainingPlanWritten {
        /// The line.
        plan: TrainingPlanId,
    },
    /// Another person wrote down who attended a training.
    #[serde(rename = "training.recorded")]
    TrainingRecorded {
        /// On which day.
        on: CivilDate,
        /// The training.
        training: TrainingId,
        /// Who attended.
        user: UserId,
    },
    /// An account no longer works.
    #[serde(rename = "user.disabled")]
    UserDisabled {
        /// A code: `left`, `incident`, …
        reason: String,
        /// Whose account.
        user: UserId,
    },
    /// An account may be enrolled.
    #[serde(rename = "user.enabled")]
    UserEnabled {
        /// The change that two people agreed on; absent for the two of the ceremony.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Whose account.
        user: UserId,
    },
    /// A leaver's last day is known: the account ends the day after.
    #[serde(rename = "user.leaving")]
    UserLeaving {
        /// The last day.
        last_day: CivilDate,
        /// Whose account.
        user: UserId,
    },
}
