//! What a server answers before it was given the secret that opens its keyring: that it lives, that
//! it cannot serve, and nothing else.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use azekura_wire::accounts::Health;
use tower::ServiceExt;

use super::code::Code;
use super::lang::Lang;
use super::problem::Problem;
use super::{layer, render};

/// A router that answers as a sealed vault does until it is opened; then as `opened` does.
#[derive(Clone, Default)]
pub struct Gate(Arc<OnceLock<Router>>);

impl Gate {
    /// The router to serve.
    pub fn router(&self) -> Router {
        let gate = self.clone();
        Router::new().fallback(move |request: Request| gate.answer(request))
    }

    /// From here on every request goes to `router`. A second call changes nothing.
    pub fn open(&self, router: Router) {
        self.0.set(router).ok();
    }

    async fn answer(self, request: Request) -> Response {
        match self.0.get() {
            Some(router) => router.clone().oneshot(request).await.into_response(),
            None => sealed(&request),
        }
    }
}

fn sealed(request: &Request) -> Response {
    let asks = *request.method() == Method::GET || *request.method() == Method::HEAD;
    let mut response = match request.uri().path() {
        "/healthz" if asks => {
            render::ok(&Health { status: String::from("sealed"), reasons: Vec::new() })
        }
        "/readyz" if asks => {
            let reasons = vec![String::from("sealed")];
            render::with_status(503, &Health { status: String::from("unavailable"), reasons })
        }
        _ => Problem::from(Code::Sealed).response(Lang::of(request.headers()), None),
    };
    // Whatever the request brought goes with its connection.
    layer::finish(response.headers_mut(), None, true);
    response
}
