//! A vault of a few lines for the story to be told against: it keeps what it is told, decides the
//! way the story needs, and can answer wrongly once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What a wrong answer is made from: the right one.
pub(super) type Twist = fn(u16, Value) -> (u16, Value);

const AT: &str = "2026-11-21T03:00:00.000Z";
const ORG: &str = "org_1";

/// What the vault knows.
#[derive(Default)]
struct State {
    asked: usize,
    users: Vec<Value>,
    changes: Vec<Value>,
    org: Option<Value>,
    people: Vec<Value>,
    numbers: HashMap<String, String>,
    left: HashMap<String, i64>,
    purge: Option<Value>,
    training: Value,
}

/// Serves `listener`; the answers within the range, counted from 0, are twisted.
pub(super) async fn serve(listener: TcpListener, wrong: Option<(Range<usize>, Twist)>) {
    let mut state = State::default();
    for id in ["usr_1", "usr_2"] {
        state.users.push(user(id, "システム管理者", true));
    }
    let state = Arc::new(Mutex::new(state));
    let shared = Arc::clone(&state);
    let router = Router::new().fallback(
        async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let caller = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            let caller = caller.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let mut state = shared.lock().unwrap();
            let (mut status, mut value) = state.answer(&method, &uri, caller, &body);
            if let Some((places, twist)) = &wrong
                && places.contains(&state.asked)
            {
                (status, value) = twist(status, value);
            }
            state.asked += 1;
            respond(status, &value)
        },
    );
    axum::serve(listener, router).await.unwrap();
}

fn respond(status: u16, value: &Value) -> Response {
    let kind = if status < 400 { "application/json" } else { "application/problem+json" };
    let headers = [(header::CONTENT_TYPE, kind), (header::ETAG, "\"1\"")];
    (StatusCode::from_u16(status).unwrap(), headers, value.to_string()).into_response()
}

impl State {
    fn answer(&mut self, method: &Method, uri: &Uri, caller: &str, body: &Value) -> (u16, Value) {
        let path: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
        let get = method == Method::GET;
        match (get, path.as_slice()) {
            (false, ["v1", "enrolments"]) => {
                let user = text(&body["token"]).replace("token-", "");
                (
                    201,
                    json!({"id": user, "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                    "otpauth_uri": "otpauth://totp/shiken"}),
                )
            }
            (false, ["v1", "enrolments", id, "confirm"]) => (201, self.session(id)),
            (false, ["v1", "users"]) => {
                let id = format!("usr_{}", self.users.len() + 1);
                self.users.push(user(&id, text(&body["display_name"]), false));
                let content = json!({"user": id, "display_name": body["display_name"]});
                (202, self.propose("user", &content, caller))
            }
            (false, ["v1", "orgs"]) => (202, self.propose("organisation", body, caller)),
            (false, ["v1", "changes", id, "approve"]) => (200, self.approve_in_vault(id, caller)),
            (true, ["v1", "users"]) => (200, page(&self.users)),
            (true, ["v1", "orgs"]) => (200, page(self.org.as_slice())),
            (true, ["v1", "log", "checkpoint"]) => {
                (200, json!({"origin": "azekura/x", "size": 321, "root": "", "note": ""}))
            }
            (_, ["v1", "orgs", _, rest @ ..]) => self.in_org(get, rest, uri, caller, body),
            _ => problem(404, "not-found"),
        }
    }

    fn in_org(
        &mut self,
        get: bool,
        path: &[&str],
        uri: &Uri,
        caller: &str,
        body: &Value,
    ) -> (u16, Value) {
        match (get, path) {
            (true, ["changes"]) => {
                let pending = self.changes.iter().filter(|change| change["status"] == "pending");
                (200, page(&pending.cloned().collect::<Vec<_>>()))
            }
            (false, ["changes"]) => self.register(caller, body),
            (false, ["changes", id, "check"]) => self.check(id, caller, body),
            (false, ["changes", id, "approve"]) => (200, self.approve(id, caller)),
            (false, ["training"]) => (201, self.train(caller, body)),
            (false, ["training", _, "confirm"]) => {
                self.training["confirmed_at"] = json!(AT);
                (200, self.training.clone())
            }
            (false, ["clients", _, "secret"]) => (200, json!({"key": "key-usr_4"})),
            (false, [kind @ ("appointments" | "designations" | "notices" | "clients")]) => {
                (202, self.offer(kind.trim_end_matches('s'), body, caller))
            }
            (false, [_, id, "accept"]) => {
                let change = self.approve(id, caller);
                (200, change["content"].clone())
            }
            (false, ["people"]) => (201, self.create(body)),
            (true, ["people"]) => {
                let status = uri
                    .query()
                    .unwrap_or("")
                    .split('&')
                    .find_map(|pair| pair.strip_prefix("number_status="));
                let fits = |person: &&Value| person["number"]["status"] == status.unwrap_or("");
                (200, page(&self.people.iter().filter(fits).cloned().collect::<Vec<_>>()))
            }
            (true, ["people", id]) => (200, self.person(id).clone()),
            (false, ["people", _, "relationships"]) => (201, relationship(body)),
            (false, ["people", id, "events"]) => {
                if body["type"] == "employment_ended" {
                    let year = text(&body["on"])[..4].parse().unwrap();
                    self.left.insert(String::from(*id), year);
                }
                (
                    201,
                    json!({"id": "fct_1", "relationship": "rel_1", "event": body,
                    "recorded_by": caller, "client": null, "recorded_at": AT,
                    "superseded_by": null}),
                )
            }
            (false, ["reads"]) => self.read(caller, body),
            (_, ["purges", ..]) => (200, self.purge(path.last().copied(), caller)),
            (true, ["certificates"]) => (
                200,
                page(&[json!({"id": "crt_1",
                "serial": "2026-000001", "person": self.purge_person(), "version": 1,
                "purge": "pur_1", "trigger": "scheduled", "deleted_at": AT,
                "gone_from_backups_at": AT, "entry": 7})]),
            ),
            (true, ["certificates", _]) => (200, json!({"certificate": "見本"})),
            _ => problem(404, "not-found"),
        }
    }

    fn train(&mut self, caller: &str, body: &Value) -> Value {
        self.training = json!({"id": "trn_1", "user": body["user"], "on": body["on"],
            "subject": body["subject"], "plan": null, "recorded_by": caller,
            "confirmed_at": null, "extended": false, "valid_until": "2027-11-30"});
        self.training.clone()
    }

    fn session(&self, id: &str) -> Value {
        let user = self.users.iter().find(|user| user["id"] == id).unwrap();
        json!({"token": format!("session-{id}"), "expires_at": AT, "user": user,
            "organisations": []})
    }

    fn propose(&mut self, kind: &str, content: &Value, caller: &str) -> Value {
        let change = json!({"id": format!("chg_{}", self.changes.len()), "status": "pending",
            "org": null, "type": kind, "content": content, "proposed_by": who(caller),
            "client": null, "proposed_at": AT, "expires_at": AT, "decided_by": null,
            "decided_at": null, "decision_reason": null});
        self.changes.push(change.clone());
        change
    }

    fn approve(&mut self, id: &str, caller: &str) -> Value {
        let named = |change: &&mut Value| change["id"] == id || change["content"]["id"] == id;
        let change = self.changes.iter_mut().find(named).unwrap();
        change["status"] = json!("approved");
        change["decided_by"] = json!(who(caller));
        if change["type"] == "designation" {
            change["content"]["accepted_at"] = json!(AT);
        }
        change.clone()
    }

    fn approve_in_vault(&mut self, id: &str, caller: &str) -> Value {
        let change = self.approve(id, caller);
        let content = &change["content"];
        if change["type"] == "user" {
            let token = format!("token-{}", text(&content["user"]));
            return json!({"change": change, "enrolment_token": token, "expires_at": AT});
        }
        let settings = json!({"pay_rule": {"closing_day": 31, "pay_day": 25,
            "pay_month_offset": 1}, "r6_keep": 0, "cycle": "immediate",
            "after_last_use": "with_document", "purge": {"grace_days": 3}});
        self.org = Some(json!({"id": ORG, "name": content["name"], "profile": "standard",
            "corporate_number": content["corporate_number"], "settings": settings,
            "created_at": AT}));
        let offer = json!({"user": content["manager"], "role": "manager"});
        self.offer("appointment", &offer, caller);
        json!({"change": change})
    }

    fn offer(&mut self, kind: &str, body: &Value, caller: &str) -> Value {
        let mut content = body.clone();
        let id = format!("{kind}-{}", self.changes.len());
        let blank = json!({"id": id, "until": null, "pending_change": null, "ended_at": null,
            "accepted_at": null, "remarks": null, "version": 1, "keys": [], "stopped_at": null,
            "stop_reason": null, "networks": [], "pledge": 1});
        for (key, value) in blank.as_object().unwrap() {
            content.as_object_mut().unwrap().entry(key).or_insert(value.clone());
        }
        content.as_object_mut().unwrap().entry("from").or_insert(json!("2026-11-21"));
        self.propose(kind, &content, caller)
    }

    fn create(&mut self, body: &Value) -> Value {
        let person = json!({"id": format!("per_{}", self.people.len()), "keys": [],
            "external_ref": body["external_ref"], "relationships": [relationship(body)],
            "name": body["name"], "birth_date": null, "kind": body["kind"],
            "number": {"status": "not_submitted", "masked": null, "version": null, "purposes": [],
                "registered_at": null, "retain_until": null, "notice": null,
                "identity_method": null, "pending_change": null}});
        self.people.push(person.clone());
        person
    }

    fn person(&mut self, id: &str) -> &mut Value {
        self.people.iter_mut().find(|person| person["id"] == id).unwrap()
    }

    fn register(&mut self, caller: &str, body: &Value) -> (u16, Value) {
        let id = text(&body["person"]);
        if self.left.get(id).is_some_and(|year| *year < 2019) {
            return problem(422, "past-retention");
        }
        self.numbers.insert(String::from(id), String::from(text(&body["number"])));
        let number = &mut self.person(id)["number"];
        number["status"] = json!("pending_review");
        number["masked"] = json!("●●●●-●●●●-●●●●");
        let content = json!({"person": id, "version": 1, "purposes": body["purposes"],
            "notice": "ntc_1", "identity_check": body["identity_check"], "reason": null,
            "replaces": null, "attempts_left": 3});
        (202, self.propose("register", &content, caller))
    }

    fn check(&mut self, id: &str, caller: &str, body: &Value) -> (u16, Value) {
        let change = self.changes.iter().find(|change| change["id"] == id).unwrap();
        if change["proposed_by"] == who(caller) {
            return problem(403, "same-person");
        }
        let person = String::from(text(&change["content"]["person"]));
        if self.numbers.get(&person).map(String::as_str) != body["number"].as_str() {
            let (status, mut mismatch) = problem(409, "number-mismatch");
            mismatch["attempts_left"] = json!(2);
            return (status, mismatch);
        }
        self.person(&person)["number"]["status"] = json!("active");
        (200, self.approve(id, caller))
    }

    fn read(&mut self, caller: &str, body: &Value) -> (u16, Value) {
        if !caller.starts_with("key") {
            return problem(403, "not-designated");
        }
        let people = body["people"].as_array().unwrap().clone();
        let results = people.iter().map(|id| self.result(text(id), body)).collect::<Vec<_>>();
        (200, json!({"id": "red_1", "results": results}))
    }

    fn result(&mut self, id: &str, body: &Value) -> Value {
        let year: i64 = text(&body["period"]).parse().unwrap();
        let left = self.left.get(id).copied().unwrap_or(9999);
        let state = self.purge.as_ref().map(|purge| text(&purge["state"]).to_owned());
        let purged = state.filter(|_| self.purge_person() == id).unwrap_or_default();
        let person = self.person(id);
        let paid = ["payee", "landlord"].contains(&text(&person["kind"]));
        let reason = match (text(&person["number"]["status"]), purged.as_str()) {
            ("pending_review", _) => Some("pending-check"),
            (_, "finished") => Some("deleted"),
            (_, "confirmed" | "approved") => Some("disposal-pending"),
            _ if paid != (body["purpose"] == "fee_payment_report") => Some("purpose-not-bound"),
            _ if year < 2008 || left < year => Some("no-relationship-in-period"),
            _ => None,
        };
        match reason {
            Some(code) => json!({"person": id, "denied": {"code": code, "detail": "見本"}}),
            None if body["dry_run"] == true => json!({"person": id, "allowed": true}),
            None => json!({"person": id, "number": self.numbers[id]}),
        }
    }

    fn purge_person(&self) -> String {
        let gone =
            self.left.iter().filter(|(id, year)| **year < 2019 && self.numbers.contains_key(*id));
        gone.map(|(id, _)| id.clone()).next().unwrap_or_default()
    }

    /// Each look after the approval brings the batch one step further.
    fn purge(&mut self, act: Option<&str>, caller: &str) -> Value {
        let person = self.purge_person();
        let signed = json!({"by": who(caller), "at": AT, "entry": 5});
        let purge = self.purge.get_or_insert_with(|| {
            json!({"id": "pur_1", "state": "", "count": 1, "digest": "ab",
                "not_before": "2026-01-11", "proposed_at": AT, "proposed_by": "usr_5",
                "confirmed": null, "approved": null, "items": [{"person": person,
                "external_ref": "E0002", "version": 1, "first_deletable": "2026-01-11",
                "set_by": "usr_4", "status": "waiting", "certificate": null}]})
        });
        let state = String::from(text(&purge["state"]));
        let next = match (act, state.as_str()) {
            (Some("confirm"), _) => "confirmed",
            (Some("approve"), _) => "approved",
            (_, "") => "proposed",
            (_, "approved") => "executing",
            _ => "finished",
        };
        purge["state"] = json!(next);
        match next {
            "approved" => purge["approved"] = signed,
            "finished" => purge["items"][0]["status"] = json!("deleted"),
            _ => {}
        }
        purge.clone()
    }
}

fn user(id: &str, name: &str, administrator: bool) -> Value {
    json!({"id": id, "display_name": name, "administrator": administrator, "state": "active",
        "created_at": AT})
}

fn relationship(body: &Value) -> Value {
    json!({"id": "rel_1", "kind": body["kind"], "of": null, "relation": null, "started_on": null,
        "ended_on": null, "end_reason": null, "tax_column": null, "part_time": false})
}

fn page(items: &[Value]) -> Value {
    json!({"items": items, "next_cursor": null})
}

pub(super) fn problem(status: u16, code: &str) -> (u16, Value) {
    (
        status,
        json!({"type": format!("/problems/{code}"), "title": "見本", "status": status,
        "detail": "見本", "code": code, "request_id": "req_1", "errors": []}),
    )
}

/// The person behind a session or a key.
fn who(caller: &str) -> &str {
    caller.rsplit('-').next().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
