//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

#![expect(clippy::indexing_slicing, reason = "a missing name of a JSON value reads as null")]

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::code::Code;

/// Methods of an operation, as the document writes them.
const METHODS: [&str; 5] = ["delete", "get", "patch", "post", "put"];

/// The whole document.
pub(super) fn document(api: &OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str()) {
                complete(path, method, operation);
            }
        }
    }
    document["info"] = info();
    document["security"] = json!([{"bearer": []}]);
    document["components"]["schemas"]["Problem"] = problem();
    document["components"]["securitySchemes"]["bearer"] = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "A client's key, or the token of a session.",
    });
    document
}

fn info() -> Value {
    json!({
        "title": "Azekura",
        "version": "1",
        "description": "A vault for Japanese personal numbers. Ids are opaque; dates are calendar \
            dates in Asia/Tokyo, instants RFC 3339 in UTC. Unknown fields are refused, and what was \
            sent is never repeated in an answer.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    })
}

/// Adds parameters and problems that follow from what kind of operation it is.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let public = operation["security"] == json!([{}]);
    let body = operation.get("requestBody").is_some();
    let parameters: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| parameter(name, "path", true, "As the vault gave it."))
        .chain(headers(path, method, public))
        .collect();
    if let Some(known) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        known.splice(0..0, parameters);
    } else if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
        return;
    };
    for (status, description) in problems(path, method, public, body) {
        responses.entry(status).or_insert_with(|| response(description));
    }
}

fn headers(path: &str, method: &str, public: bool) -> Vec<Value> {
    let mut headers = Vec::new();
    if method == "post" && !public && !path.starts_with("/v1/sessions") {
        let text = "1 to 128 visible ASCII characters; the same request under the same key is done \
                    once and answered twice.";
        headers.push(parameter("Idempotency-Key", "header", false, text));
    }
    if matches!(method, "patch" | "put") {
        headers.push(parameter("If-Match", "header", true, "The `ETag` of what was read."));
    }
    headers
}

fn parameter(name: &str, place: &str, required: bool, description: &str) -> Value {
    json!({"name": name, "in": place, "required": required, "description": description,
        "schema": {"type": "string"}})
}

/// Which problems an operation can answer with, by status.
fn problems(
    path: &str,
    method: &str,
    public: bool,
    body: bool,
) -> Vec<(&'static str, &'static str)> {
    let signs_in = path.starts_with("/v1/sessions") || path.starts_with("/v1/enrolments");
    let rules = [
        (body, "400", "The body is not JSON, or cut short"),
        (!public || signs_in, "401", "Nobody is signed in, or the session is locked"),
        (!public, "403", "Refused: the code says which right is missing"),
        (path.contains('{'), "404", "No such thing, or nothing the caller may know of"),
        (method != "get" && !public, "409", "It does not fit what is there; see the code"),
        (matches!(method, "patch" | "put"), "412", "It changed since it was read"),
        (body, "413", "The body is too large"),
        (body, "415", "The body is not application/json"),
        (body || method == "get" && !public, "422", "The input breaks a rule; `errors` says where"),
        (matches!(method, "patch" | "put"), "428", "`If-Match` is missing"),
        (path.ends_with("/reads"), "429", "The quota is used up"),
        (true, "500", "A defect; nothing was changed"),
        (true, "503", "The log cannot be written, or too much is waiting"),
    ];
    rules.into_iter().filter(|rule| rule.0).map(|(_, status, text)| (status, text)).collect()
}

fn response(description: &str) -> Value {
    let schema = json!({"$ref": "#/components/schemas/Problem"});
    json!({"description": description, "content": {"application/problem+json": {"schema": schema}}})
}

fn problem() -> Value {
    let codes: Vec<&str> = Code::all().map(Code::text).collect();
    let text = |description: &str| json!({"type": "string", "description": description});
    let fault = json!({"type": "object", "required": ["pointer", "code", "detail"], "properties": {
        "pointer": text("A JSON Pointer into the body, or `?name` for a parameter. Source: RFC 6901."),
        "code": text("Stable."),
        "detail": text("What belongs there."),
    }});
    let contact = json!({"type": "object", "required": ["title", "name"], "properties": {
        "title": text("The office they hold."),
        "name": text("Whom to ask."),
    }});
    let properties: Map<String, Value> = [
        ("type", text("`/problems/<code>`, a page of the vault itself.")),
        ("title", text("In the language of `Accept-Language`.")),
        ("status", json!({"type": "integer", "description": "The HTTP status."})),
        ("detail", text("What to do next, in the same language.")),
        ("code", json!({"type": "string", "enum": codes, "description": "Stable."})),
        ("request_id", json!({"type": ["string", "null"], "description": "In the vault's log."})),
        ("errors", json!({"type": "array", "items": fault, "description": "What is wrong where."})),
        ("attempts_left", json!({"type": "integer", "description": "With `number-mismatch`."})),
        ("id", text("With `already-done`: what the first call made.")),
        (
            "ask",
            json!({"type": "array", "items": contact, "description": "With `training-expired`."}),
        ),
    ]
    .into_iter()
    .map(|(name, schema)| (String::from(name), schema))
    .collect();
    json!({"type": "object", "description": "Why a request was refused. Source: RFC 9457.",
        "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
        "properties": properties})
}
