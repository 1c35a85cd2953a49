//! The access decision (利用の可否): may this caller use this number, for this work and period, today?
//!
//! Whether the caller is on the roster, trained, granted and inside their quota is decided before, for
//! the call as a whole; here it is about one person.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::denial::Denial;
pub use self::grounds::{Grounds, Usable};
use crate::id::{RelationshipId, SlotId};
use crate::person::PersonKind;
use crate::purpose::{Bundle, Purpose, Purposes};
use crate::retention::{Holding, Holdings, Period, Rule};
use crate::time::CivilDate;

mod denial;
mod grounds;
#[cfg(test)]
mod table;

/// What a designation or a client's grant covers: purposes × kinds of people.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The works.
    pub purposes: BTreeSet<Purpose>,
    /// The kinds of people.
    pub kinds: BTreeSet<PersonKind>,
}

/// What a read asks of each person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ask {
    /// The work.
    pub purpose: Purpose,
    /// The tax year or day it is for.
    pub period: Period,
    /// Whether the read corrects a slip, and says why.
    pub correction_reason: bool,
}

/// Leave to open one number: what the log says about it, and what opening it needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Allowed {
    /// Which rule allowed it: `holding`, `slip-correction` or `emergency`.
    pub rule: &'static str,
    /// The bundle through which it is bound; none in an emergency.
    pub bundle: Option<Bundle>,
    /// The relationship it rests on; none in an emergency.
    pub relationship: Option<RelationshipId>,
    /// The retention rule of the holding it rests on.
    pub retention: Option<Rule>,
    /// The version in force.
    pub version: u64,
    /// Where its key lies.
    pub slot: SlotId,
    /// The epoch of the key.
    pub epoch: u32,
}

/// Whether `scope` lets `ask` be done with a person's number on `today`.
///
/// The rules are asked in a fixed order and the first that fails answers:
///
/// 1. the work and a relationship of the person lie in the scope (`outside-scope`);
/// 2. there is a checked number (`deleted`, `no-number`, `pending-check`);
/// 3. its use is not stopped (`disposal-pending`, `suspended`, also when misdirected);
/// 4. it was collected for the work (`purpose-not-bound`);
/// 5. it may still be kept (`past-retention`);
/// 6. something holds it for the work and period (`no-relationship-in-period`, or `outside-scope` if
///    only a relationship that the caller may not handle does);
/// 7. the use is not over (`purpose-ended`), unless a slip is corrected and the reason is given;
/// 8. number and person were verified for that use (`unverified`).
///
/// An emergency skips 4, 6 and 7: no notice names it and no period bounds it. It is in a scope only if
/// the manager put it there.
///
/// # Errors
///
/// The [`Denial`] of the first rule that fails; it never depends on a digit of the number.
pub fn decide(
    ask: Ask,
    scope: &Scope,
    grounds: &Grounds,
    today: CivilDate,
) -> Result<Allowed, Denial> {
    scope.admits(ask.purpose, &grounds.kinds)?;
    let number = grounds.number.as_ref().map_err(|denial| *denial)?;
    if ask.purpose.is_emergency() {
        return in_emergency(scope, number, grounds, today);
    }
    let bundle = number.purposes.allow(ask.purpose).map_err(|_| Denial::PurposeNotBound)?;
    let (rule, holding) = held(ask, scope, &grounds.holdings, today)?;
    verified(number, holding.kind, bundle, today)?;
    Ok(Allowed {
        rule,
        bundle: Some(bundle),
        relationship: Some(holding.relationship),
        retention: holding.rule,
        version: number.version,
        slot: number.slot,
        epoch: number.epoch,
    })
}

impl Scope {
    fn admits(&self, purpose: Purpose, kinds: &BTreeSet<PersonKind>) -> Result<(), Denial> {
        let kind = kinds.iter().any(|kind| self.kinds.contains(kind));
        (kind && self.purposes.contains(&purpose)).then_some(()).ok_or(Denial::OutsideScope)
    }

    /// The smallest scope that holds all of `scopes`.
    pub fn union<'a>(scopes: impl IntoIterator<Item = &'a Self>) -> Self {
        scopes.into_iter().fold(Self::default(), |mut all, scope| {
            all.purposes.extend(&scope.purposes);
            all.kinds.extend(&scope.kinds);
            all
        })
    }

    /// Whether everything in this scope is also in `wider`.
    pub fn is_within(&self, wider: &Self) -> bool {
        self.purposes.is_subset(&wider.purposes) && self.kinds.is_subset(&wider.kinds)
    }
}

fn in_emergency(
    scope: &Scope,
    number: &Usable,
    grounds: &Grounds,
    today: CivilDate,
) -> Result<Allowed, Denial> {
    if grounds.holdings.past_retention(today) {
        return Err(Denial::PastRetention);
    }
    let verified = grounds
        .kinds
        .intersection(&scope.kinds)
        .any(|kind| number.identity.verify(&[*kind], &Purposes::default(), today).is_ok());
    if !verified {
        return Err(Denial::Unverified);
    }
    Ok(Allowed {
        rule: "emergency",
        bundle: None,
        relationship: None,
        retention: None,
        version: number.version,
        slot: number.slot,
        epoch: number.epoch,
    })
}

fn held<'a>(
    ask: Ask,
    scope: &'a Scope,
    holdings: &'a Holdings,
    today: CivilDate,
) -> Result<(&'static str, &'a Holding), Denial> {
    let Ask { purpose, period, correction_reason } = ask;
    match holdings.readable(purpose, period, &scope.kinds, today) {
        Ok(holding) => Ok(("holding", holding)),
        Err(Denial::PurposeEnded) if correction_reason && purpose.is_slip() => holdings
            .held_for(purpose, period, &scope.kinds)
            .next()
            .map(|holding| ("slip-correction", holding))
            .ok_or(Denial::PurposeEnded),
        Err(Denial::NoRelationshipInPeriod) if elsewhere(ask, holdings, today) => {
            Err(Denial::OutsideScope)
        }
        Err(denial) => Err(denial),
    }
}

/// Whether a relationship of another kind than the caller handles would allow it.
fn elsewhere(ask: Ask, holdings: &Holdings, today: CivilDate) -> bool {
    let all = PersonKind::ALL.iter().copied().collect();
    holdings.readable(ask.purpose, ask.period, &all, today).is_ok()
}

fn verified(
    number: &Usable,
    kind: PersonKind,
    bundle: Bundle,
    today: CivilDate,
) -> Result<(), Denial> {
    let used: Purposes = core::iter::once(bundle).collect();
    number.identity.verify(&[kind], &used, today).map_err(|_| Denial::Unverified)
}
