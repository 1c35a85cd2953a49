//! Requests that must not be done twice, and the answer that is kept for them.

use azekura_core::change::Change;
use azekura_core::emergency::Emergency;
use azekura_core::id::OrganisationId;
use azekura_core::oversight::{Freeze, ItAccess, Reset};
use azekura_core::person::{Person, Personal, Relationship};
use azekura_core::purge::{Purge, Target};
use azekura_core::retention::Fact;
use azekura_core::roster::{Appointment, Client, Designation, Training, TrainingPlan, User};
use azekura_core::time::CivilDate;

/// A request that must not be done twice.
#[derive(Clone)]
pub struct Once {
    /// The key the caller chose.
    pub key: String,
    /// Method and path.
    pub route: String,
    /// SHA-256 over the body without any number in it.
    pub fingerprint: [u8; 32],
    /// Makes the answer that is kept: status and body.
    pub render: fn(&Made<'_>) -> (u16, Vec<u8>),
}

/// What a use case made. The answer that is sent and the one that is kept are both made from it.
#[derive(Clone, Copy)]
pub enum Made<'a> {
    /// A role or roster line, accepted by the change that offered it.
    Accepted(&'a Change),
    /// A role, ended.
    Appointment(&'a Appointment),
    /// A change, proposed or settled.
    Change(&'a Change),
    /// A program, ended.
    Client(&'a Client),
    /// A roster line, ended.
    Designation(&'a Designation),
    /// A use of the recovery shares, reviewed.
    Emergency(&'a Emergency),
    /// A recorded fact.
    Fact(&'a Fact),
    /// A stop for all reads.
    Freeze(&'a Freeze),
    /// A visit of IT staff, closed.
    ItAccess(&'a ItAccess),
    /// A person, as of a day.
    Person(&'a Person, &'a Personal, CivilDate),
    /// A batch of deletions with its items.
    Purge(&'a Purge, &'a [Target]),
    /// A relationship of a person.
    Relationship(&'a Person, &'a Relationship),
    /// New credentials, confirmed for an organisation.
    Reset(&'a Reset, OrganisationId),
    /// Something whose answer held a secret: only its id is kept.
    Secret(&'a str),
    /// A training, written down.
    Training(&'a Training),
    /// A training, confirmed by its attendee.
    TrainingConfirmed(&'a Training),
    /// A line of the training plan, written or ended.
    TrainingPlan(&'a TrainingPlan),
    /// An account, closed or with its last day.
    User(&'a User),
}
