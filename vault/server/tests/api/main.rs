//! The API through its router.

#[path = "../common/mod.rs"]
mod common;
mod document;
mod hostile;
mod story;
