//! How each call is made: what its path names, and a body that would do.

use axum::http::{Method, Request};
use serde_json::{Map, Value, json};

use super::cast::{Cast, Furnished};
use crate::common::Answer;

/// The calls of the document, as they are made.
pub(crate) struct Asked {
    document: Value,
}

impl Asked {
    pub(crate) fn new() -> Self {
        Self { document: azekura::http::openapi() }
    }

    /// Makes a call with `token`, in `org` where the path names one.
    pub(crate) async fn send(
        &self,
        cast: &Cast,
        org: &Furnished,
        call: (&str, &str),
        token: &str,
    ) -> Answer {
        let (method, path) = call;
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(address(cast, org, path))
            .header("if-match", "\"0\"");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let operation = &self.document["paths"][path][method.to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if schema.is_null() {
            return cast.vault.send(request.body("".into()).unwrap()).await;
        }
        let body =
            given(cast, org, method, path).unwrap_or_else(|| self.sample(cast, org, schema, ""));
        let request = request.header("content-type", "application/json");
        cast.vault.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// A value of `schema`, made of its examples and of what its names mean.
    fn sample(&self, cast: &Cast, org: &Furnished, schema: &Value, name: &str) -> Value {
        if let Some(example) = schema.get("example") {
            return example.clone();
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.sample(cast, org, &self.document["components"]["schemas"][name], "");
        }
        if let Some(first) = schema["oneOf"].get(0).or_else(|| schema["allOf"].get(0)) {
            return self.sample(cast, org, first, name);
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match kind.unwrap_or_default() {
            "object" => {
                let required = schema["required"].as_array().into_iter().flatten();
                let fields = required.filter_map(Value::as_str).map(|field| {
                    let value = self.sample(cast, org, &schema["properties"][field], field);
                    (String::from(field), value)
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            "integer" => json!(1),
            "boolean" => json!(true),
            "array" => json!([]),
            _ => match name {
                "manager" | "owner" | "user" => json!(org.spare),
                "from" | "on" => json!(cast.vault.app.clock.now().tokyo_date().to_string()),
                "person" => json!(org.id_of("people")),
                _ => json!("試験"),
            },
        }
    }
}

/// The address behind the template of a path.
fn address(cast: &Cast, org: &Furnished, path: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        let before = parts.last().cloned().unwrap_or_default();
        parts.push(match part {
            "{org}" => org.id.clone(),
            "{code}" => String::from("not-found"),
            _ if !part.starts_with('{') => String::from(part),
            _ if before == "changes" && !path.contains("{org}") => cast.vault_change.clone(),
            _ if before == "emergencies" => String::from("emg_00000000000000000000000000000001"),
            _ if before == "enrolments" => String::from("enr_00000000000000000000000000000001"),
            _ if before == "users" => org.spare.clone(),
            _ => String::from(org.id_of(&before)),
        });
    }
    let query = if path.ends_with("/log/proof") { "?entry=0" } else { "" };
    format!("{}{query}", parts.join("/"))
}

/// A body where the examples of the document do not make one.
fn given(cast: &Cast, org: &Furnished, method: &str, path: &str) -> Option<Value> {
    let today = cast.vault.app.clock.now().tokyo_date();
    let rest = path.strip_prefix("/v1/orgs/{org}").unwrap_or(path);
    Some(match (method, rest) {
        // Refused before anything is counted or hashed.
        (
            "POST",
            "/v1/sessions"
            | "/v1/sessions/current/step-up"
            | "/v1/sessions/current/unlock"
            | "/v1/enrolments"
            | "/v1/enrolments/recovery"
            | "/v1/enrolments/{id}/confirm",
        ) => json!({}),
        ("POST", "/people/{id}/relationships") => json!({"kind": "landlord"}),
        ("POST", "/v1/sessions/current/password") => json!({"password": "x", "new_password": "x"}),
        ("POST", "/changes") => json!({"type": "register", "person": org.id_of("people"),
            "number": azekura_tests::number(9_003), "purposes": ["withholding"],
            "identity_check": {"method": "mn_card", "verified_on": today.to_string()}}),
        ("POST", "/changes/{id}/check") => json!({"number": azekura_tests::number(9_003)}),
        ("POST", "/people/{id}/events") => json!({"type": "payment_made", "tax_year": 2026}),
        ("POST", "/reads") => json!({"purpose": "withholding_slip", "period": "2026",
            "reference": "試験", "people": [org.id_of("people")]}),
        ("POST", "/designations") => json!({"user": org.spare, "capabilities": ["use"],
            "purposes": ["withholding"], "kinds": ["employee"], "from": "2026-01-01"}),
        ("POST", "/clients") | ("PUT", "/clients/{id}/grant") => {
            json!({"name": "試験", "owner": org.spare,
            "purposes": ["withholding"], "kinds": ["employee"], "operations": ["reads"],
            "quota_per_hour": 1, "quota_per_day": 1, "until": today.plus_months(1).to_string()})
        }
        ("POST", "/clients/{id}/public-keys") => json!({"jwk": {"kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}),
        _ => return None,
    })
}
