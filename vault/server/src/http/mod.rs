//! HTTP: the REST API and the pages that explain it.

mod api;
mod body;
mod code;
mod extract;
mod fingerprint;
mod lang;
mod layer;
pub mod listen;
pub mod needs;
mod openapi;
mod pages;
mod paper;
mod parse;
mod problem;
mod render;
pub mod sealed;
mod show;
mod texts;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;

use self::code::Code;
use self::needs::Declared;
use self::problem::Failed;
use crate::app::App;

/// Every call and page without their vault, the document that describes them, and what each needs: put
/// together once, because many hundred types describe themselves for it.
static DESCRIBED: LazyLock<(Router<Arc<App>>, Value, Vec<Declared>)> = LazyLock::new(|| {
    let (calls, api, mut declared) = api::routes().split();
    let document = openapi::document(&api);
    let (pages, _, also) = pages::routes(&document).split();
    declared.extend(also);
    (calls.merge(pages), document, declared)
});

/// Everything the vault answers to.
pub fn router(app: Arc<App>) -> Router {
    let (calls, ..) = &*DESCRIBED;
    calls
        .clone()
        .method_not_allowed_fallback(|| async { Failed::from(Code::MethodNotAllowed) })
        .fallback(|| async { Failed::from(Code::NotFound) })
        .layer(CatchPanicLayer::custom(layer::panicked))
        .layer(from_fn_with_state(Arc::clone(&app), layer::around))
        .with_state(app)
}

/// The OpenAPI document that `/openapi.json` answers with.
pub fn openapi() -> Value {
    DESCRIBED.1.clone()
}

/// Every call and every page, with what it needs.
pub fn declared() -> Vec<Declared> {
    DESCRIBED.2.clone()
}
