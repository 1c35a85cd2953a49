//! How long a number may and must be kept (保存期間), and what it may be read for meanwhile.
//!
//! [`Fact`]s say what happened, [`Settings`] how the organisation pays and keeps, and
//! [`Holdings::derive`] says what follows: which work needs the number of which relationship, until
//! when it may be used, and until when its documents keep it. Nothing here knows today, so the answer
//! can be stored; [`Holdings::readable`] and [`Holdings::due`] then compare it with a day.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each clock reads the few kinds of facts that move it, and no others may"
)]

pub use self::derive::Family;
pub use self::explain::{Lang, Line};
pub use self::fact::{
    DeclarationKind, EndReason, Fact, FactError, FactKind, FamilyWork, Medium, RemovalReason,
    Scheme,
};
pub use self::holding::{Due, Holding, Holdings, Period, SetBy, Span};
pub use self::paper::{Paper, declarations};
pub use self::period::{declaration_keep_until, last_day, year_end};
pub use self::rule::Rule;
pub use self::settings::{AfterLastUse, Cycle, PayDay, PayRule, Settings, SettingsError};
pub use self::todo::{Todo, TodoKind};

mod coverage;
mod derive;
mod employment;
mod ended;
mod explain;
mod fact;
mod family;
mod holding;
mod paper;
mod pay;
mod payments;
mod period;
mod rule;
mod settings;
mod slips;
mod staff;
mod todo;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod edges;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod laws;
