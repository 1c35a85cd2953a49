//! Pages for people who read: the reference and the explanation of each problem. No script.

#![expect(clippy::indexing_slicing, reason = "a missing name of a JSON value reads as null")]

use askama::Template;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use super::code::Code;
use super::needs::{Calls, Need};
use super::problem::Failed;
use super::render;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");

/// One problem, in both languages.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    code: &'static str,
    status: u16,
    title: (&'static str, &'static str),
    help: (&'static str, &'static str),
}

/// The reference.
#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    operations: Vec<Operation>,
    codes: Vec<(&'static str, &'static str)>,
}

/// One operation of the reference.
struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<(String, String)>,
    body: String,
    responses: Vec<(String, String)>,
}

/// The pages, and the document they are rendered from.
pub(super) fn routes(document: &Value) -> Calls {
    let json = Bytes::from(document.to_string());
    let docs = reference(document).unwrap_or_default();
    let json = get(|| async move { render::json(200, json.to_vec()) });
    Calls::default()
        .page(Need::Public, "/openapi.json", json)
        .page(Need::Public, "/docs", get(|| async move { whole(docs) }))
        .page(Need::Public, "/docs/style.css", get(style))
        .page(Need::Public, "/problems/{code}", get(problem))
}

/// `GET /problems/{code}`.
async fn problem(Path(code): Path<String>) -> Result<Response, Failed> {
    let code: Code = code.parse().map_err(|()| Code::NotFound)?;
    let (title, help) = (code.title(), code.help());
    let page = ProblemPage { code: code.text(), status: code.status().as_u16(), title, help };
    html(&page)
}

/// The page behind `/docs`, from the OpenAPI document.
fn reference(document: &Value) -> Option<String> {
    let mut operations = Vec::new();
    for (path, item) in document.get("paths")?.as_object()? {
        for (method, operation) in item.as_object()? {
            operations.push(self::operation(method, path, operation));
        }
    }
    let codes = Code::all().map(|code| (code.text(), code.title().0)).collect();
    DocsPage { operations, codes }.render().ok()
}

/// A page that is ready.
fn page(text: &'static str, media_type: HeaderValue) -> Response {
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

/// `GET /docs/style.css`.
async fn style() -> Response {
    page(include_str!("../../templates/style.css"), CSS)
}

/// A rendered page as an answer.
fn whole(text: String) -> Response {
    ([(header::CONTENT_TYPE, HTML)], text).into_response()
}

fn html(page: &impl Template) -> Result<Response, Failed> {
    page.render().map(whole).map_err(|_| Code::Internal.into())
}

fn operation(method: &str, path: &str, operation: &Value) -> Operation {
    let text = |name: &str| String::from(operation[name].as_str().unwrap_or_default());
    let pairs = |name: &str| operation[name].as_object().into_iter().flatten();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    Operation {
        method: method.to_uppercase(),
        path: String::from(path),
        summary: text("summary"),
        description: text("description"),
        parameters: parameters
            .map(|one| (string(&one["name"]), string(&one["description"])))
            .collect(),
        body: string(&schema["$ref"]).rsplit('/').next().map(String::from).unwrap_or_default(),
        responses: pairs("responses")
            .map(|(status, response)| (status.clone(), string(&response["description"])))
            .collect(),
    }
}

fn string(value: &Value) -> String {
    String::from(value.as_str().unwrap_or_default())
}
