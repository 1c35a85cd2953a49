//! A number put where none belongs is refused, and repeated nowhere.

use azekura_tests::canary::Canaries;
use azekura_tests::site::text;
use azekura_tests::{Answer, Caller, Vault, number};
use serde_json::{Value, json};

use crate::Scene;

/// Sends a canary to every place of a request, each place with one of its own.
struct Placements<'s> {
    scene: &'s Scene<'s>,
    used: Vec<String>,
    answers: Vec<(String, Answer)>,
}

#[test]
fn rt_28_a_number_in_the_wrong_place_is_repeated_nowhere() {
    let vault = Vault::start_logging("trace");
    let scene = Scene::new(&vault);
    let mut placements = Placements { scene: &scene, used: Vec::new(), answers: Vec::new() };
    placements.in_bodies();
    placements.in_keys_and_broken_bodies();
    placements.in_paths_and_queries(&vault);
    placements.in_headers();
    let Placements { used, answers, .. } = placements;
    assert!(used.len() >= 200, "{} placements", used.len());
    let canaries = Canaries::new(&used);
    for (place, answer) in &answers {
        let whole = [answer.head.as_bytes(), &answer.body].concat();
        assert_eq!(canaries.find(&whole), [], "the answer to a number in {place} repeats it");
        assert!(answer.status < 500, "{place}: {}", answer.text());
        assert!(answer.status >= 400, "a number in {place} is taken: {}", answer.text());
    }
    let logs = vault.files().logs();
    assert!(logs.len() > 10_000, "tracing is on");
    let said: Vec<String> = canaries.find(&logs).iter().map(|hit| line(&logs, hit.at)).collect();
    assert!(said.is_empty(), "the server's log repeats a number: {said:#?}");
    let (hits, _) = canaries.find_under(vault.files().root());
    assert_eq!(hits, []);
}

/// The line of a log, without its digits.
fn line(logs: &[u8], at: usize) -> String {
    let start = logs[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = String::from_utf8_lossy(&logs[start..]).into_owned();
    line.lines().next().unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "#")
}

impl Placements<'_> {
    fn canary(&mut self) -> String {
        let canary = number(30_000 + u32::try_from(self.used.len()).unwrap());
        self.used.push(canary.clone());
        canary
    }

    fn note(&mut self, place: impl Into<String>, answer: Answer) {
        self.answers.push((place.into(), answer));
    }

    /// In each field of each body, as text, within text, and as a JSON number.
    fn in_bodies(&mut self) {
        for (caller, path, body) in calls(self.scene) {
            for pointer in leaves(&body) {
                if pointer == "/number" {
                    continue;
                }
                for shape in ["text", "within", "number"] {
                    let canary = self.canary();
                    let mut changed = body.clone();
                    *changed.pointer_mut(&pointer).unwrap() = match shape {
                        "text" => json!(canary),
                        "within" => json!(format!("見本 {canary} 見本")),
                        _ => json!(canary.parse::<u64>().unwrap()),
                    };
                    let answer = caller.post(&path, &changed);
                    self.note(format!("{path} {pointer} as {shape}"), answer);
                }
            }
        }
    }

    /// As the name of a field, as the whole body, and in a body that stops halfway.
    fn in_keys_and_broken_bodies(&mut self) {
        let json = [("Content-Type", "application/json")];
        for (caller, path, body) in calls(self.scene) {
            let canary = self.canary();
            let mut changed = body.clone();
            changed[&canary] = json!(true);
            let answer = caller.post(&path, &changed);
            self.note(format!("{path} as a key"), answer);
            let canary = self.canary();
            let answer = caller.post(&path, &json!(canary));
            self.note(format!("{path} as the body"), answer);
            let canary = self.canary();
            let cut = format!("{{\"number\": \"{canary}\", \"x\": {canary}");
            let answer = caller.send("POST", &path, &json, Some(cut.as_bytes()));
            self.note(format!("{path} in a cut body"), answer);
        }
    }

    /// In place of each id, and in queries.
    fn in_paths_and_queries(&mut self, vault: &Vault) {
        let caller = self.scene.sato.member.caller.clone();
        for path in azekura_tests::site::get_paths(vault) {
            if path.contains('{') {
                let canary = self.canary();
                let path = path.replace("{org}", &self.scene.office.id);
                let with = path.replace("{id}", &canary).replace("{code}", &canary);
                let with =
                    if with == path { path.replace(&self.scene.office.id, &canary) } else { with };
                let answer = caller.get(&with);
                self.note(format!("the path {path}"), answer);
            }
            let path = path.replace("{org}", &self.scene.office.id);
            if path.contains('{')
                || !path.starts_with("/v1/orgs/")
                || path.ends_with(&self.scene.office.id)
            {
                continue;
            }
            for name in ["limit", "cursor", "q"] {
                let canary = self.canary();
                let answer = caller.get(&format!("{path}?{name}={canary}"));
                // Some calls have no query; then nothing is looked at, and nothing repeated.
                let seen =
                    if answer.status < 400 { Answer { status: 400, ..answer } } else { answer };
                self.note(format!("{path}?{name}"), seen);
            }
            let canary = self.canary();
            let answer = caller.get(&format!("{path}?{canary}=1"));
            let seen = if answer.status < 400 { Answer { status: 400, ..answer } } else { answer };
            self.note(format!("a parameter of {path}"), seen);
        }
        let canary = self.canary();
        let answer = caller.get(&format!("/{canary}"));
        self.note("an unknown path", answer);
    }

    /// In headers, cookies and the method.
    fn in_headers(&mut self) {
        let sato = &self.scene.sato;
        let (path, body) =
            (sato.path("people"), sato.person(&json!({"kind": "nobody"})).to_string());
        for name in [
            "Authorization",
            "Idempotency-Key",
            "X-Request-Id",
            "Cookie",
            "Accept",
            "Accept-Language",
            "User-Agent",
            "Content-Type",
            "Referer",
            "Origin",
            "X-Forwarded-For",
            "If-Match",
            "X-Any",
            "Accept-Encoding",
            "Forwarded",
            "Traceparent",
        ] {
            for prefix in ["", "Bearer ", "sid="] {
                let canary = self.canary();
                let value = format!("{prefix}{canary}");
                let mut headers = vec![(name, value.as_str())];
                if name != "Content-Type" {
                    headers.push(("Content-Type", "application/json"));
                }
                let answer = sato.send("POST", &path, &headers, Some(body.as_bytes()));
                self.note(format!("the header {name}"), answer);
            }
        }
        for request in [
            "{} /v1/orgs HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /v1/orgs {}\r\n\r\n",
            "GET /v1/orgs HTTP/1.1\r\nHost: {}\r\n{}: 1\r\nConnection: close\r\n\r\n",
        ] {
            let canary = self.canary();
            let request = request.replace("{}", &canary);
            let answer = sato.exchange(request.as_bytes()).unwrap();
            self.note("the head of a request", answer);
        }
    }
}

/// A body for each call that takes one. None of them is carried out while a canary is in it.
fn calls(scene: &Scene<'_>) -> Vec<(Caller, String, Value)> {
    let Scene { office, sato, suzuki } = scene;
    let person = sato.add_employee("架空");
    let pending =
        sato.register(&sato.add_employee("架空"), &number(29_000), &["withholding"]).ok(202);
    let day = office.site().day(0);
    let user = suzuki.member.user.clone();
    let [administrator, _] = office.administrators();
    let as_sato = |rest: &str| (sato.member.caller.clone(), sato.path(rest));
    let as_manager = |rest: &str| (office.manager.caller.clone(), office.path(rest));
    let of = |(caller, path): (Caller, String), body: Value| (caller, path, body);
    let mut correction = sato.registration(&person, &number(29_001), &["withholding"]);
    correction["reason"] = json!("見本");
    correction["replaces"] = json!("chg_00000000000000000000000000000000");
    vec![
        of(as_sato("people"), sato.person(&json!({
            "keys": [{"system": "payee_no", "value": "0001"}],
            "dependant_of": person, "relation": "child", "tax_column": "kou", "part_time": false,
        }))),
        of(as_sato(&format!("people/{person}/relationships")),
            json!({"kind": "payee", "of": person, "relation": "child", "started_on": day})),
        of(as_sato(&format!("people/{person}/events")),
            json!({"type": "employment_ended", "on": day, "reason": "resigned"})),
        of(as_sato(&format!("people/{person}/events")),
            json!({"type": "document_filed", "on": day, "purpose": "withholding_slip",
                "tax_year": 2026, "destination": "試験税務署"})),
        of(as_sato("changes"), correction),
        of(as_sato(&format!("changes/{}/reject", text(&pending, "id"))), json!({"reason": "見本"})),
        of(as_sato("reads"), {
            let mut asked = sato.asking(&[&person], "withholding_slip");
            asked["destination"] = json!("試験税務署");
            asked["reason"] = json!("見本");
            asked
        }),
        of(as_manager("designations"), json!({"user": user, "capabilities": ["use"],
            "purposes": ["withholding"], "kinds": ["employee"], "from": day, "remarks": "見本"})),
        of(as_manager("training"), json!({"user": user, "on": day, "subject": "見本"})),
        of(as_manager("appointments"), json!({"user": user, "role": "viewer", "from": day})),
        of(as_manager("notices"), json!({"bundles": ["fees"], "texts": {"payee": "見本"}, "channel": "paper", "from": day})),
        (administrator.caller.clone(), office.path("clients"), json!({"name": "見本", "owner": user,
            "purposes": ["withholding"], "kinds": ["employee"], "operations": ["reads"],
            "quota_per_hour": 1, "quota_per_day": 1, "until": day})),
        (administrator.caller.clone(), "/v1/users".into(), json!({"display_name": "見本"})),
        (administrator.caller.clone(), "/v1/orgs".into(),
            json!({"name": "見本", "profile": "standard", "manager": user})),
        (office.site().anonymous(), "/v1/enrolments".into(),
            json!({"token": "見本", "login": "mihon", "password": "Kakuu-no-Goku 0000!"})),
        (office.site().anonymous(), "/v1/sessions".into(),
            json!({"login": "mihon", "password": "Kakuu-no-Goku 0000!", "totp": "000000"})),
    ]
}

/// Pointers to every value that is neither list nor object.
fn leaves(value: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        leaves(value).into_iter().map(move |rest| format!("/{key}{rest}")).collect::<Vec<_>>()
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, item)| below(at.to_string(), item)).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, field)| below(name.clone(), field)).collect()
        }
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_) => vec![String::new()],
    }
}
