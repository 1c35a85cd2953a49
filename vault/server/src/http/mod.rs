//! HTTP.
pub mod listen;
use std::sync::Arc;
use crate::app::App;
/// Router.
pub fn router(_app: Arc<App>) -> axum::Router { axum::Router::new() }
