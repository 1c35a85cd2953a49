//! Rules, cryptography and log formats of the Azekura vault.
//!
//! Everything here is pure: no file, socket, database, clock or source of randomness of its own.
//! Times, random bytes and keys are arguments, so the same call gives the same answer.

#![deny(missing_docs)]

pub mod access;
pub mod audit;
pub mod canonical;
pub mod certificate;
pub mod change;
pub mod crypto;
pub mod emergency;
pub mod era;
pub mod id;
pub mod identity;
pub mod number;
pub mod oversight;
pub mod person;
pub mod purge;
pub mod purpose;
pub mod random;
pub mod retention;
pub mod roster;
pub mod sign_in;
pub mod text;
pub mod time;
