//! Whoever writes to the database without the vault gets no right and no number from it, and is
//! named.

mod back;
mod edits;
mod flips;
mod scene;
mod story;
mod table;
