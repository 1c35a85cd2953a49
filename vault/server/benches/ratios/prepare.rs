//! The requests, as bytes.

use serde_json::{Value, json};

use super::load::{Expected, Requests};
use super::number;
use super::vault::Ready;

/// `GET /healthz`: what an answer costs that does nothing.
pub(crate) fn hello(connection: &str) -> Requests {
    let template =
        format!("GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: {connection}\r\n\r\n");
    let expected = Expected { status: "HTTP/1.1 200 ", text: "", times: 0 };
    Requests { template: template.into(), places: Vec::new(), expected }
}

/// One person's number, another person's in each request.
pub(crate) fn read(vault: &Ready, connection: &str) -> Requests {
    let first = vault.registered.first().map_or("", String::as_str);
    let template = post(vault, "reads", connection, "application/json", &asked(&[first]));
    Requests {
        places: vec![place(&template, first, &vault.registered)],
        template: template.into(),
        expected: Expected { status: "HTTP/1.1 200 ", text: r#""number":""#, times: 1 },
    }
}

/// The numbers of the first `people`, as a stream of lines.
pub(crate) fn bulk(vault: &Ready, people: usize) -> Requests {
    let ids: Vec<&str> = vault.registered.iter().take(people).map(String::as_str).collect();
    let template = post(vault, "reads", "keep-alive", "application/x-ndjson", &asked(&ids));
    let expected = Expected { status: "HTTP/1.1 200 ", text: r#""number":""#, times: people };
    Requests { template: template.into(), places: Vec::new(), expected }
}

/// A person's first number, another person's in each request.
pub(crate) fn store(vault: &Ready) -> Requests {
    let first = vault.bare.first().map_or("", String::as_str);
    let numbers: Vec<String> = (0..vault.bare.len()).map(number).collect();
    let digits = numbers.first().map_or("", String::as_str);
    let body = json!({
        "type": "register",
        "person": first,
        "number": digits,
        "purposes": ["withholding"],
        "identity_check": {
            "method": "mn_card",
            "number_document": "mn_card",
            "identity_documents": ["mn_card"],
            "verified_on": "2020-04-01",
        },
    });
    let template = post(vault, "changes", "keep-alive", "application/json", &body);
    Requests {
        places: vec![place(&template, first, &vault.bare), place(&template, digits, &numbers)],
        template: template.into(),
        expected: Expected { status: "HTTP/1.1 202 ", text: r#""status":"pending""#, times: 1 },
    }
}

fn asked(people: &[&str]) -> Value {
    json!({
        "purpose": "withholding_slip",
        "period": "2026",
        "reference": "令和8年分 源泉徴収票",
        "people": people,
    })
}

fn post(vault: &Ready, what: &str, connection: &str, accept: &str, body: &Value) -> String {
    let (org, key, body) = (&vault.org, &vault.key, body.to_string());
    format!(
        "POST /v1/orgs/{org}/{what} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
         connection: {connection}\r\nauthorization: Bearer {key}\r\naccept: {accept}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Where `first` stands in the template, and what stands there in each request.
fn place(template: &str, first: &str, values: &[String]) -> (usize, Vec<Vec<u8>>) {
    let offset = template.rfind(first).unwrap_or(template.len());
    (offset, values.iter().map(|value| value.clone().into_bytes()).collect())
}
