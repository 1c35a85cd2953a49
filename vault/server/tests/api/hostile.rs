//! RT-28 and RT-36: malformed input is answered in fixed words, and no number that was sent comes
//! back or is written down.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::common::Answer;
use crate::story::Office;

/// A synthetic number that no test registers.
const CANARY: &str = "234567890121";

/// Everything that was traced.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Calls with a body, each with a body that would do.
#[expect(clippy::too_many_lines, reason = "one table, one row a call")]
fn calls(office: &Office) -> Vec<(String, Value)> {
    let user = &office.sato.0;
    let name = json!({"family": "見本", "given": "花子", "family_kana": "ミホン",
        "given_kana": "ハナコ"});
    let person = "per_00000000000000000000000000000001";
    let change = "chg_00000000000000000000000000000001";
    let identity = json!({"method": "mn_card", "verified_on": "2026-04-01",
        "number_document": "mn_card", "identity_documents": ["mn_card"], "agent_document": null});
    vec![
        ("/v1/sessions".into(), json!({"login": "sato", "password": "x", "totp": "1"})),
        ("/v1/enrolments".into(), json!({"token": "aze1_", "login": "mihon", "password": "x"})),
        ("/v1/sessions/current/step-up".into(), json!({"totp": "1"})),
        ("/v1/sessions/current/unlock".into(), json!({"password": "x"})),
        ("/v1/sessions/current/password".into(), json!({"password": "x", "new_password": "y"})),
        ("/v1/users".into(), json!({"display_name": "見本"})),
        ("/v1/orgs".into(), json!({"name": "架空", "profile": "standard", "manager": user})),
        (
            office.url("/people"),
            json!({"external_ref": "E-1", "kind": "employee", "name": name,
            "keys": [{"system": "payee_no", "value": "1"}], "birth_date": "1990-01-01",
            "relation": "spouse", "dependant_of": "E-2", "tax_column": "kou"}),
        ),
        (
            office.url(&format!("/people/{person}/relationships")),
            json!({"kind": "employee",
            "of": "E-1", "relation": "x", "started_on": "2026-04-01"}),
        ),
        (
            office.url(&format!("/people/{person}/events")),
            json!({"type": "document_filed",
            "purpose": "withholding_slip", "tax_year": 2026, "on": "2027-01-29",
            "destination": "架空税務署", "relationship": "rel_1"}),
        ),
        (
            office.url("/changes"),
            json!({"type": "register", "person": person, "number": "x",
            "purposes": ["withholding"], "notice": "ntc_1", "identity_check": identity,
            "reason": "試験", "replaces": change}),
        ),
        (
            office.url("/changes"),
            json!({"type": "fact_corrected", "person": person,
            "supersedes": "evt_1", "reason": "試験", "with": {"type": "no_filing_required",
            "tax_year": 2026, "reason": "x"}}),
        ),
        (office.url(&format!("/changes/{change}/check")), json!({"number": "x"})),
        (office.url(&format!("/changes/{change}/reject")), json!({"reason": "試験"})),
        (
            office.url("/reads"),
            json!({"purpose": "withholding_slip", "period": "2026",
            "reference": "試験", "destination": "x", "reason": "x", "people": ["per_1",
            {"external_ref": "E-1"}]}),
        ),
        (office.url("/appointments"), json!({"user": user, "role": "viewer"})),
        (
            office.url("/designations"),
            json!({"user": user, "capabilities": ["use"],
            "purposes": ["withholding"], "kinds": ["employee"], "from": "2026-04-01",
            "remarks": "試験"}),
        ),
        (office.url("/training"), json!({"user": user, "on": "2026-04-01", "subject": "試験"})),
        (
            office.url("/notices"),
            json!({"bundles": ["withholding"], "texts": {"employee": "試験"},
            "channel": "paper", "from": "2026-04-01"}),
        ),
        (
            office.url("/clients"),
            json!({"name": "給与", "owner": user,
            "purposes": ["withholding"], "kinds": ["employee"], "operations": ["reads"],
            "hours": [{"days": ["mon"], "from": "08:00", "until": "20:00"}],
            "networks": ["192.0.2.1"], "quota_per_hour": 1, "quota_per_day": 1,
            "until": "2027-03-31"}),
        ),
        (
            office.url("/clients/cli_00000000000000000000000000000001/keys"),
            json!({"old_until": "2026-12-01T00:00:00.000Z"}),
        ),
        (
            office.url("/purges/pur_00000000000000000000000000000001/confirm"),
            json!({"digest": "x"}),
        ),
    ]
}

async fn send(office: &Office, path: &str, token: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    office.vault.send(request.body(body.into()).unwrap()).await
}

fn harmless(answer: &Answer, what: &str) {
    let text = String::from_utf8_lossy(&answer.body);
    let status = answer.status.as_u16();
    assert!((400..500).contains(&status), "{what}: {status} {text}");
    assert!(!text.contains("23456789"), "{what} came back: {text}");
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    let headers = format!("{:?}", answer.headers);
    assert!(!headers.contains("23456789"), "{what} came back in a header");
}

/// Texts that are no number, each with the canary's digits in it.
fn wrong_numbers() -> Vec<String> {
    let circled = "②③④⑤⑥⑦⑧⑨⓪①②①";
    let arabic = "٢٣٤٥٦٧٨٩٠١٢١";
    let mut wrong: Vec<String> =
        [circled, arabic, "23456789012", "2345678901214", "234567890123"].map(String::from).into();
    for odd in ['\u{200B}', '\u{200D}', '\u{FEFF}', '\t', '\n', '\0', '.', '_', 'a', '𝟐', '二']
    {
        for at in [0, 4, 12] {
            let mut text = String::from(CANARY);
            text.insert(at, odd);
            wrong.push(text);
        }
    }
    wrong
}

/// Bodies that are not the JSON of any call.
fn malformed() -> Vec<(String, Vec<u8>)> {
    let deep = |open: &str, close: &str| {
        format!("{}{CANARY}{}", open.repeat(10_000), close.repeat(10_000)).into_bytes()
    };
    let text = |text: String| text.into_bytes();
    let mut bodies = vec![
        ("arrays 10,000 deep", deep("[", "]")),
        ("objects 10,000 deep", deep("{\"a\":", "}")),
        ("10 MB", vec![b'2'; 10 * 1024 * 1024]),
        ("nothing", Vec::new()),
        ("NaN", text(format!("{{\"number\":NaN,\"a\":{CANARY}}}"))),
        ("a key twice", text(format!("{{\"number\":\"{CANARY}\",\"number\":\"{CANARY}\"}}"))),
        ("invalid UTF-8", [b"{\"number\":\"234567890121\xff\xfe\"}".as_slice()].concat()),
        ("a lone surrogate", text(format!("{{\"number\":\"{CANARY}\\ud800\"}}"))),
        ("cut short", text(format!("{{\"number\":\"{CANARY}"))),
        ("two values", text(format!("{{\"number\":\"{CANARY}\"}} {CANARY}"))),
        ("a byte order mark", text(format!("\u{FEFF}{{\"number\":\"{CANARY}\"}}"))),
        ("a comma at the end", text(format!("{{\"number\":\"{CANARY}\",}}"))),
        ("a comment", text(format!("{{\"number\":/* {CANARY} */\"\"}}"))),
        ("UTF-16", CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]
    .into_iter()
    .map(|(what, body)| (String::from(what), body))
    .collect::<Vec<_>>();
    for value in [
        String::from(CANARY),
        format!("-{CANARY}"),
        format!("{CANARY}.5e300"),
        format!("[\"{CANARY}\"]"),
        format!("{{\"{CANARY}\":\"{CANARY}\"}}"),
        String::from("null"),
        String::from("true"),
    ] {
        bodies.push((format!("the value {}", value.len()), value.clone().into_bytes()));
        let field = format!("{{\"number\":{value},\"person\":{value},\"type\":\"register\"}}");
        bodies.push((format!("a field {}", value.len()), field.into_bytes()));
    }
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_36_malformed_bodies_are_refused_in_fixed_words() {
    let office = Office::new().await;
    let mut cases = 0;
    for (path, _) in calls(&office) {
        for (what, body) in malformed() {
            harmless(
                &send(&office, &path, &office.sato.1, body).await,
                &format!("{what} at {path}"),
            );
            cases += 1;
        }
    }
    let check = office.url("/changes/chg_00000000000000000000000000000001/check");
    for wrong in wrong_numbers() {
        let body = json!({"number": wrong}).to_string();
        let answer = send(&office, &check, &office.sato.1, body).await;
        harmless(&answer, "a wrong number");
        assert_eq!(answer.expect(422)["errors"][0]["pointer"], "/number");
        cases += 1;
    }
    for right in ["２３４５６７８９０１２１", "2345 6789-0121", "2345ー6789ー0121"] {
        let body = json!({"number": right}).to_string();
        assert_eq!(
            send(&office, &check, &office.sato.1, body).await.expect(404)["code"],
            "not-found"
        );
    }
    let text = Request::post(&check)
        .header("authorization", format!("Bearer {}", office.sato.1))
        .header("content-type", "text/plain")
        .body(Body::from(CANARY))
        .unwrap();
    let answer = office.vault.send(text).await;
    harmless(&answer, "plain text");
    assert_eq!(answer.expect(415)["code"], "unsupported-media-type");
    assert!(cases >= 200, "{cases} cases");
}

/// `body` with each of its values, and once each of its names, replaced by something with the canary.
fn placements(body: &Value) -> Vec<(String, Value)> {
    let mut placed = Vec::new();
    let mut with = |pointer: &str, value: Value| {
        let mut copy = body.clone();
        *copy.pointer_mut(pointer).unwrap() = value;
        placed.push((String::from(pointer), copy));
    };
    let mut pointers = vec![String::new()];
    let mut at = 0;
    while let Some(pointer) = pointers.get(at).cloned() {
        at += 1;
        match body.pointer(&pointer).unwrap() {
            Value::Object(fields) => {
                pointers.extend(fields.keys().map(|name| format!("{pointer}/{name}")));
                let mut more = fields.clone();
                more.insert(String::from(CANARY), json!(1));
                with(&pointer, Value::Object(more));
            }
            Value::Array(items) => {
                pointers.extend((0..items.len()).map(|item| format!("{pointer}/{item}")));
            }
            Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_) => {}
        }
        with(&pointer, json!(CANARY));
        with(&pointer, json!(234_567_890_121_u64));
        with(&pointer, json!([CANARY]));
        with(&pointer, json!({CANARY: CANARY}));
        with(&pointer, json!(format!("x 2345-6789-0121 {CANARY}")));
    }
    placed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_in_any_place_comes_back_nowhere() {
    let sink = Sink::default();
    let writer = sink.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).ok();
    let office = Office::new().await;
    let mut placed = 0;
    for (path, body) in calls(&office) {
        for (pointer, body) in placements(&body) {
            // A number where one belongs is a number; here nothing is there to take it.
            for token in [&office.sato.1, &office.manager.1] {
                let answer = send(&office, &path, token, body.to_string()).await;
                harmless(&answer, &format!("{pointer} of {path}"));
                placed += 1;
            }
        }
    }
    for path in [
        format!("/v1/orgs/{CANARY}"),
        format!("/v1/orgs/{CANARY}/people"),
        office.url(&format!("/people/{CANARY}")),
        office.url(&format!("/people/per_{CANARY}")),
        office.url(&format!("/people?q={CANARY}")),
        office.url(&format!("/people?external_ref={CANARY}")),
        office.url(&format!("/people?kind={CANARY}")),
        office.url(&format!("/people?limit={CANARY}")),
        office.url(&format!("/people?cursor={CANARY}")),
        office.url(&format!("/people?{CANARY}=1")),
        office.url(&format!("/changes?status={CANARY}")),
        office.url(&format!("/log/proof?entry={CANARY}x")),
        format!("/problems/{CANARY}"),
        format!("/{CANARY}"),
    ] {
        harmless(&office.vault.get(&path, &office.sato.1).await, &path.replace(CANARY, "…"));
        placed += 1;
    }
    for header in [
        "authorization",
        "idempotency-key",
        "x-request-id",
        "accept-language",
        "cookie",
        "if-match",
    ] {
        let mut request = Request::post(office.url("/people")).header(header, CANARY);
        if header != "authorization" {
            request = request.header("authorization", format!("Bearer {}", office.sato.1));
        }
        let request = request.header("content-type", "application/json");
        harmless(&office.vault.send(request.body(Body::from("{}")).unwrap()).await, header);
        placed += 1;
    }
    assert!(placed >= 600, "{placed} placements");
    let traced = String::from_utf8_lossy(&sink.0.lock().unwrap()).into_owned();
    assert!(traced.contains("answered"), "the sink is the one that is written to");
    assert!(!traced.contains("23456789") && !traced.contains("2345-6789"), "a number was traced");
}
