//! The OpenAPI document and the pages say what the router does.

use std::collections::BTreeSet;

use axum::http::{Method, Request};
use serde_json::Value;

use crate::common::TestVault;

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let each = item.as_object().unwrap().iter();
            each.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

#[test]
fn the_document_is_as_agreed() {
    insta::assert_json_snapshot!(azekura::http::openapi());
}

#[test]
fn every_operation_says_what_it_does_and_how_it_fails() {
    let document = azekura::http::openapi();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{name}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{name}");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        for (status, response) in responses {
            assert!(!response["description"].as_str().unwrap().is_empty(), "{name} {status}");
            if status.starts_with('4') {
                let content = &response["content"]["application/problem+json"];
                assert!(content.is_object(), "{name} {status}");
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(!parameter["description"].as_str().unwrap_or_default().is_empty(), "{name}");
        }
    }
}

#[test]
fn every_reference_leads_to_a_schema() {
    let document = azekura::http::openapi();
    let text = document.to_string();
    let names = text.split("\"#/components/schemas/").skip(1);
    for name in names.filter_map(|rest| rest.split('"').next()) {
        let schema = &document["components"]["schemas"][name.replace("~1", "/")];
        assert!(schema.is_object(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_router_has_what_the_document_has_and_nothing_else() {
    let vault = TestVault::new().await;
    let document = azekura::http::openapi();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["DELETE", "GET", "PATCH", "POST", "PUT"] {
            let documented = item.get(method.to_lowercase()).is_some();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let status = vault.call(method.clone(), path, "", &Value::Null).await.status.as_u16();
            assert_eq!(status != 405, documented, "{method} {path} answers {status}");
        }
    }
    let unknown = vault.get("/v1/nothing", "").await;
    assert_eq!(unknown.expect(404)["code"], "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_has_its_page_in_two_languages() {
    let vault = TestVault::new().await;
    let document = azekura::http::openapi();
    let codes = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    let mut pages = String::new();
    for code in codes.as_array().unwrap() {
        let page = vault.get(&format!("/problems/{}", code.as_str().unwrap()), "").await;
        assert_eq!(page.status.as_u16(), 200, "{code}");
        let text = String::from_utf8(page.body).unwrap();
        let lines =
            text.lines().filter(|line| line.contains("<section") || line.contains("class="));
        pages.extend(lines.flat_map(|line| [line, "\n"]));
    }
    insta::assert_snapshot!(pages);
    assert_eq!(vault.get("/problems/none", "").await.expect(404)["code"], "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_same_headers() {
    let vault = TestVault::new().await;
    for path in [
        "/healthz",
        "/readyz",
        "/docs",
        "/openapi.json",
        "/v1/orgs",
        "/nothing",
        "/v1/purposes?form=315",
    ] {
        let answer = vault.get(path, "").await;
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert!(header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(header("x-request-id").starts_with("req_"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_speak_the_language_of_the_caller() {
    let vault = TestVault::new().await;
    let ask = |language: &str| {
        let request = Request::get("/v1/orgs").header("accept-language", language);
        vault.send(request.body(axum::body::Body::empty()).unwrap())
    };
    let ja = ask("ja-JP,en;q=0.5").await;
    assert_eq!(ja.headers["content-type"], "application/problem+json");
    assert_eq!(ja.expect(401)["title"], "サインインが必要です");
    assert_eq!(ask("en").await.expect(401)["title"], "Sign in first");
}
