//! The JSON of the Azekura API, shared by server and client.
//!
//! | Module | Routes |
//! |---|---|
//! | [`accounts`] | sessions, enrolments, users, organisations, settings |
//! | [`emergencies`] | uses of the recovery shares |
//! | [`roster`] | appointments, designations, training, notices, API clients |
//! | [`purposes`] | the closed table of purposes and bundles |
//! | [`people`] | people and their relationships, always masked |
//! | [`changes`] | what waits for a second person |
//! | [`reads`] | numbers for a purpose |
//! | [`retention`] | facts, the reasoning behind a date |
//! | [`purges`] | deletions and their certificates |
//! | [`log`] | the audit log, its proofs and checkpoints |
//! | [`problem`], [`page`] | errors and lists, everywhere |
//! | [`number`] | personal numbers, passwords and keys on their way in or out |
//!
//! Ids, dates, instants and codes are text here and are parsed at the server's edge: ids are opaque
//! and prefixed (`per_…`), dates are `YYYY-MM-DD` in Asia/Tokyo, instants RFC 3339 in UTC, a period
//! is a tax year (`"2026"`) or a date, codes are `snake_case` constants of the documentation.
//!
//! Requests refuse unknown fields; what is optional may be left out or `null`. Answers always carry
//! every field, `null` where there is nothing to say, unless a field's description says otherwise; a
//! reader passes over fields it does not know. Types that hold a number, a password or a name of a
//! person cannot be printed with `{:?}`, or print none of it.

#![deny(missing_docs)]

pub mod accounts;
pub mod changes;
pub mod clients;
pub mod emergencies;
pub mod ledgers;
pub mod log;
pub mod number;
pub mod oversight;
pub mod page;
pub mod people;
pub mod problem;
pub mod purges;
pub mod purposes;
pub mod reads;
pub mod retention;
pub mod roster;
pub mod training;
