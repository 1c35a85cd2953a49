//! Whoever writes to the database without the vault gets no right and no number from it, and is
//! named.

mod back;
mod edits;
mod flips;
pub(crate) mod scene;
mod story;
pub(crate) mod table;
