//! HTTP.
pub mod listen;
use crate::app::App;
use std::sync::Arc;
/// Router.
pub fn router(_app: Arc<App>) -> axum::Router {
    axum::Router::new()
}
