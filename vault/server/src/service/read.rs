//! Reading numbers for a purpose: the one path from ciphertext to digits.
//!
//! A call is cut into slices. Each slice is decided, logged and committed with whatever else waits,
//! and only then opened; so a single read gets in between the slices of a large one, and a broken
//! connection leaves intents only for slices that were started.

use std::collections::VecDeque;
use std::sync::Arc;

use azekura_core::access::{self, Denial};
use azekura_core::audit::event::{Event, NumberEvent, PurposeUse};
use azekura_core::audit::{ActorRef, Entry};
use azekura_core::crypto::IntegrityFailure;
use azekura_core::id::{OrganisationId, PersonId, ReadId};
use azekura_core::number::MyNumber;
use azekura_core::purpose::Purpose;
use azekura_core::retention::Period;
use azekura_core::text::FreeText;
use azekura_core::time::Timestamp;

use super::audit;
use super::intents::{Answer, Ask, Outcome};
use super::people::PersonRef;
use super::{Error, Result};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::{audit as entries, bulk, idempotency};

/// People in one slice.
const SLICE: usize = 250;

/// People in one call.
pub const MOST: usize = 10_000;

/// What is asked.
pub struct ReadAsk {
    /// The work.
    pub purpose: Purpose,
    /// The tax year or day it is for.
    pub period: Period,
    /// What for, in words: 「令和8年分 源泉徴収票」.
    pub reference: FreeText,
    /// Where it goes; the purpose's own destination if left out.
    pub destination: Option<FreeText>,
    /// Why, for a slip that is corrected after its use has ended, or for an emergency.
    pub reason: Option<FreeText>,
    /// Only tells who would be refused.
    pub dry_run: bool,
    /// Whose numbers, in the order of the answer.
    pub people: Vec<PersonRef>,
}

/// A read under way. Each call of [`Released::next`] releases one slice.
pub struct Released {
    /// Names the read.
    pub id: ReadId,
    app: Arc<App>,
    ask: Ask,
    left: VecDeque<Vec<Wanted>>,
    first: Option<(Vec<Wanted>, Answer)>,
    sent: u32,
    failed: u32,
}

/// A person of the call, found or not.
struct Wanted {
    named: PersonRef,
    id: Option<PersonId>,
}

/// What one person of the call gets.
pub struct Line {
    /// Who, if there is such a person.
    pub person: Option<PersonId>,
    /// The payroll system's key, as known or as asked.
    pub external_ref: Option<String>,
    /// The number, or why not.
    pub outcome: Outcome1,
}

/// The number, that it would be released, or why not.
pub enum Outcome1 {
    /// Would be released; this is a dry run.
    Allowed,
    /// Not released.
    Denied(Denial),
    /// The number.
    Number(MyNumber),
}
