//! HTTP: the REST API and the pages that explain it.

mod api;
mod body;
mod code;
mod extract;
mod fingerprint;
mod lang;
mod layer;
pub mod listen;
mod openapi;
mod pages;
mod parse;
mod problem;
mod render;
pub mod sealed;
mod show;
mod texts;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use self::code::Code;
use self::problem::Failed;
use crate::app::App;

/// Everything the vault answers to.
pub fn router(app: Arc<App>) -> Router {
    let (calls, document) = described();
    let json = Bytes::from(document.to_string());
    let docs = pages::reference(&document).unwrap_or_default();
    calls
        .route("/openapi.json", get(|| async move { render::json(200, json.to_vec()) }))
        .route("/docs", get(|| async move { pages::whole(docs) }))
        .route("/docs/style.css", get(pages::style))
        .route("/problems/{code}", get(pages::problem))
        .method_not_allowed_fallback(|| async { Failed::from(Code::MethodNotAllowed) })
        .fallback(|| async { Failed::from(Code::NotFound) })
        .layer(CatchPanicLayer::custom(layer::panicked))
        .layer(from_fn_with_state(Arc::clone(&app), layer::around))
        .with_state(app)
}

/// The OpenAPI document that `/openapi.json` answers with.
pub fn openapi() -> Value {
    described().1
}

fn described() -> (Router<Arc<App>>, Value) {
    let (calls, api) = api::routes().split_for_parts();
    let document = openapi::document(&api);
    (calls, document)
}
