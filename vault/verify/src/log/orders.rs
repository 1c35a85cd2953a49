//! Standing orders (常設の承認): agreed on by two people once, and good for a number of records until a day.

use std::collections::HashMap;

use super::Line;
use super::changes::Changes;
use crate::report::Findings;
use crate::time::{day_number, instant, tokyo_day};

#[derive(Default)]
pub(super) struct Orders {
    orders: HashMap<Box<str>, Order>,
}

struct Order {
    tenant: Option<Box<str>>,
    change: Option<Box<str>>,
    cap: u64,
    until: Option<Until>,
    revoked: bool,
}

/// The end of an order, included.
#[derive(Clone, Copy)]
enum Until {
    Day(i64),
    Instant(i64),
}

impl Orders {
    pub(super) fn take(&mut self, place: u64, entry: &Line<'_>, found: &mut Findings) {
        let Some(step) = entry.act.strip_prefix("standing_order.") else { return };
        let Some(id) = entry.order else {
            let what = "the entry does not say which standing order it is about";
            return found.at(place, "not-an-entry", what);
        };
        let known = self.orders.get_mut(id);
        match (step, known) {
            ("approved", None) => {
                self.orders.insert(id.into(), Order::read(entry));
            }
            ("approved", Some(_)) => {
                found.at(place, "order-twice", "the standing order was approved before");
            }
            ("revoked" | "ended", Some(order)) => order.revoked = true,
            ("revoked" | "ended", None) => {
                found.at(place, "order-unknown", "nobody approved this standing order");
            }
            _ => {}
        }
    }

    /// Whether a batch of `count` records may start under the order now; says why if not.
    pub(super) fn admit(
        &self,
        place: u64,
        (id, count): (&str, u64),
        entry: &Line<'_>,
        changes: &Changes,
        found: &mut Findings,
    ) {
        let Some(order) = self.orders.get(id) else {
            let what = "the batch was executed under a standing order that nobody approved";
            return found.at(place, "order-unknown", what);
        };
        let by_two = order.change.as_deref().is_some_and(|change| changes.is_approved(change));
        if !by_two || order.tenant.as_deref() != entry.tenant {
            let what = "the standing order is not one that two people of this organisation made";
            found.at(place, "order-not-agreed", what);
        }
        let over = order.revoked || order.until.is_none_or(|until| until.is_before(entry.at));
        if over {
            found.at(place, "order-over", "the standing order was over when the batch started");
        }
        if count > order.cap {
            let what = format!("the batch has {count} records, the standing order {}", order.cap);
            found.at(place, "order-cap", what);
        }
    }

    /// The change by which each order was agreed on.
    pub(super) fn into_changes(self) -> HashMap<Box<str>, Box<str>> {
        self.orders.into_iter().filter_map(|(id, order)| Some((id, order.change?))).collect()
    }
}

impl Order {
    fn read(entry: &Line<'_>) -> Self {
        let until = entry.until.and_then(|text| {
            day_number(text).map(Until::Day).or_else(|| instant(text).map(Until::Instant))
        });
        Self {
            tenant: entry.tenant.map(Into::into),
            change: entry.change.map(Into::into),
            cap: entry.cap.unwrap_or(0),
            until,
            revoked: false,
        }
    }
}

impl Until {
    fn is_before(self, at: i64) -> bool {
        match self {
            Self::Day(day) => day < tokyo_day(at),
            Self::Instant(instant) => instant < at,
        }
    }
}
