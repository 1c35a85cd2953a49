//! The API through its router.

#[path = "../common/mod.rs"]
mod common;
mod deadlines;
mod document;
mod hostile;
mod story;
