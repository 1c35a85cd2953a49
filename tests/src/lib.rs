//! What the end-to-end tests need: servers that live as long as a test.

pub mod postgres;
