//! The Azekura server and its command line.
//!
//! Dependency arrows point one way: `http`, `jobs`, `cli` → `service` → `store`, `auth` → core.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod http;
pub mod jobs;
pub mod keyfile;
pub mod service;
pub mod store;
pub mod sys;
