//! The verifier against good bundles, damaged ones, and bundles made by the vault's own code.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop where the fixture is wrong")]
#![expect(clippy::indexing_slicing, reason = "the fixture's places are fixed")]

mod bundle;
mod case;
mod certificates;
mod document;
mod intervals;
mod logs;
mod second;
mod story;
mod vault;
mod years;
