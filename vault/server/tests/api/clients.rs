//! Programs: what two people grant, what one takes back, and where each stops.

use axum::body::Body;
use axum::http::{Method, Request};
use azekura::http::listen::{Peer, Transport};
use serde_json::{Value, json};

use crate::common::{Answer, text};
use crate::story::{NUMBER, Office};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// An office with a program of Sato's.
pub(crate) struct Payroll {
    pub(crate) office: Office,
    pub(crate) id: String,
    pub(crate) key: String,
    /// Somebody with a number.
    pub(crate) person: String,
}

impl Payroll {
    /// The program is granted what differs from reading withholding slips of employees.
    pub(crate) async fn with(but: &Value) -> Self {
        let office = Office::new().await;
        let person = office.numbered("E-0001").await;
        let mut payroll = Self { office, id: String::new(), key: String::new(), person };
        (payroll.id, payroll.key) = payroll.program(but).await;
        payroll
    }

    /// Another program: its id and key.
    pub(crate) async fn program(&self, but: &Value) -> (String, String) {
        let Office { vault, manager, sato, .. } = &self.office;
        let change = self.office.post("/clients", &vault.administrators[1], self.grant(but)).await;
        let path = format!("/changes/{}/approve", text(&change["id"]));
        let approved = self.office.post(&path, &manager.1, Value::Null).await;
        let id = text(&approved["content"]["id"]);
        let key = self.office.post(&format!("/clients/{id}/secret"), &sato.1, Value::Null).await;
        (id, text(&key["key"]))
    }

    fn grant(&self, but: &Value) -> Value {
        let until = self.office.vault.app.clock.now().tokyo_date().plus_days(100);
        let mut grant = json!({"name": "給与計算（見本）", "owner": self.office.sato.0,
            "purposes": ["withholding_slip"], "kinds": ["employee"], "operations": ["reads"],
            "quota_per_hour": 1_000, "quota_per_day": 2_000, "until": until.to_string()});
        for (field, value) in but.as_object().into_iter().flatten() {
            grant[field] = value.clone();
        }
        grant
    }

    fn asking(&self, but: &Value) -> Value {
        let mut ask = json!({"purpose": "withholding_slip", "period": self.office.year(),
            "reference": "源泉徴収票（試験）", "people": [self.person]});
        for (field, value) in but.as_object().into_iter().flatten() {
            ask[field] = value.clone();
        }
        ask
    }

    /// A read with `key` from `address`.
    pub(crate) async fn read(&self, key: &str, address: &str, but: &Value) -> Answer {
        let path = self.office.url("/reads");
        self.call(Method::POST, &path, key, address, &self.asking(but)).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        key: &str,
        address: &str,
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {key}"))
            .body(Body::empty())
            .unwrap();
        if !body.is_null() {
            let json = "application/json".parse().unwrap();
            request.headers_mut().insert("content-type", json);
            *request.body_mut() = Body::from(body.to_string());
        }
        let ip = address.parse().unwrap();
        request.extensions_mut().insert(Peer { ip, transport: Transport::Tls });
        self.office.vault.send(request).await
    }

    pub(crate) async fn seen(&self, id: &str) -> Answer {
        let path = self.office.url(&format!("/clients/{id}"));
        self.office.vault.get(&path, &self.office.manager.1).await
    }

    /// What becomes of a new grant, asked for by `token`.
    async fn regrant(&self, token: &str, but: &Value) -> Answer {
        let tag = text_of(&self.seen(&self.id).await, "etag");
        let request = Request::put(self.office.url(&format!("/clients/{}/grant", self.id)))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("if-match", tag)
            .body(Body::from(self.grant(but).to_string()))
            .unwrap();
        self.office.vault.send(request).await
    }

    /// The whole log as text.
    pub(crate) async fn log(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("export");
        azekura::service::log::checkpoint(&self.office.vault.app).await.unwrap();
        azekura::service::log::export(&self.office.vault.app, &dir).await.unwrap();
        std::fs::read_to_string(dir.join("entries.jsonl")).unwrap()
    }
}

fn text_of(answer: &Answer, header: &str) -> String {
    answer.headers[header].to_str().unwrap().to_owned()
}

/// Numbers in the answer to a read.
pub(crate) fn released(answer: &Answer) -> usize {
    let results = answer.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().filter(|line| line["number"] == NUMBER).count()
}

pub(crate) const OFFICE: &str = "192.0.2.7";

/// Path, key, address and what is asked otherwise; status and code of the answer.
type Refused<'a> = (&'a str, &'a str, &'a str, &'a Value, (u16, &'a str));

#[tokio::test(flavor = "multi_thread")]
async fn rt_25_a_program_gets_exactly_what_two_people_granted() {
    let payroll = Payroll::with(&json!({"networks": ["192.0.2.0/24", "2001:db8::/32"]})).await;
    let Office { vault, manager, .. } = &payroll.office;
    let other_org = vault.organisation("株式会社見本", (&manager.0, &manager.1)).await;
    let now = vault.app.clock.now();
    // A minute of the day that is half a day away.
    let hour = (now.tokyo_hour() + 12) % 24;
    let hours = json!([{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "from": format!("{hour:02}:30"), "until": format!("{hour:02}:31")}]);
    let (_, never) = payroll.program(&json!({"hours": hours})).await;
    let (_, writer) = payroll.program(&json!({"operations": ["submit"]})).await;
    let (_, dependants) = payroll.program(&json!({"kinds": ["dependant"]})).await;
    let (_, small) = payroll.program(&json!({"quota_per_hour": 1, "quota_per_day": 1})).await;
    let today = now.tokyo_date().to_string();
    let (_, ended) = payroll.program(&json!({"until": today})).await;
    assert_eq!(released(&payroll.read(&ended, OFFICE, &json!({})).await), 1);
    vault.clock.advance(DAY_MS);
    let own = payroll.office.url("/reads");
    let other = format!("/v1/orgs/{other_org}/reads");
    let two = json!({"people": [payroll.person, payroll.person]});
    let none = json!({});
    let mut cases = 0;
    for round in 0..25 {
        // A window of a minute holds five refusals of one program; each case asks once.
        vault.clock.advance(MINUTE_MS);
        let outside = format!("198.51.100.{round}");
        let foreign = json!({"purpose": "fee_payment_report"});
        let refused: [Refused<'_>; 8] = [
            (&other, &payroll.key, OFFICE, &none, (404, "not-found")),
            (&own, &payroll.key, OFFICE, &foreign, (200, "outside-scope")),
            (&own, &dependants, OFFICE, &none, (200, "outside-scope")),
            (&own, &writer, OFFICE, &none, (403, "client-not-granted")),
            (&own, &never, OFFICE, &none, (403, "client-not-granted")),
            (&own, &payroll.key, &outside, &none, (403, "client-not-granted")),
            (&own, &small, OFFICE, &two, (429, "quota-exceeded")),
            (&own, &ended, OFFICE, &none, (401, "unauthenticated")),
        ];
        for (path, key, address, but, (status, code)) in refused {
            let asked = payroll.asking(but);
            let answer = payroll.call(Method::POST, path, key, address, &asked).await;
            let body = answer.expect(status);
            let said =
                if status == 200 { &body["results"][0]["denied"]["code"] } else { &body["code"] };
            assert_eq!((said, released(&answer)), (&json!(code), 0), "{round} {path} {address}");
            cases += 1;
        }
        let allowed = payroll.read(&payroll.key, "2001:db8::5", &none).await;
        assert_eq!(released(&allowed), 1, "what was granted goes on");
    }
    assert_eq!(cases, 200);
    for quota in [json!({"quota_per_hour": 20}), json!({"quota_per_day": 20})] {
        exactly_the_quota(&quota).await;
    }
}

/// Fifty calls at once, each for one number, on a quota of 20: twenty numbers, and no more later.
async fn exactly_the_quota(quota: &Value) {
    let payroll = Payroll::with(quota).await;
    let none = json!({});
    let reads = (0..50).map(|_| payroll.read(&payroll.key, OFFICE, &none));
    let answers = together(reads).await;
    assert_eq!(answers.iter().map(released).sum::<usize>(), 20, "{quota}");
    let refused = answers.iter().filter(|answer| answer.status != 200);
    let codes: Vec<String> = refused.map(|answer| text(&answer.json()["code"])).collect();
    assert_eq!(codes.len(), 30);
    assert!(codes.iter().any(|code| code == "quota-exceeded"), "{codes:?}");
    let detail = payroll.seen(&payroll.id).await.expect(200);
    assert_eq!((&detail["used_in_hour"], &detail["used_in_day"]), (&json!(20), &json!(20)));
    assert_eq!(released(&payroll.read(&payroll.key, OFFICE, &none).await), 0);
}

/// All of them at the same time, in their order.
pub(crate) async fn together<F: Future<Output = Answer>>(
    calls: impl Iterator<Item = F>,
) -> Vec<Answer> {
    let mut calls: Vec<_> = calls.map(Box::pin).collect();
    let mut answers: Vec<Option<Answer>> = calls.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (call, answer) in calls.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let std::task::Poll::Ready(ready) = call.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        let all = answers.iter().all(Option::is_some);
        if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    answers.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_narrowed_by_one_and_widened_by_two() {
    let payroll = Payroll::with(&json!({"networks": ["192.0.2.0/24"]})).await;
    let office = &payroll.office;
    let (admin, manager) = (&office.vault.administrators[1], &office.manager.1);
    let narrow = json!({"networks": ["192.0.2.7"], "quota_per_hour": 10});
    payroll.regrant(&office.sato.1, &narrow).await.expect(403);
    let narrower = payroll.regrant(admin, &narrow).await.expect(200);
    assert_eq!(narrower["networks"], json!(["192.0.2.7"]));
    payroll.read(&payroll.key, "192.0.2.8", &json!({})).await.expect(403);

    let wide = json!({"networks": ["192.0.2.0/28"], "quota_per_hour": 20});
    let change = payroll.regrant(admin, &wide).await.expect(202);
    assert_eq!(change["content"]["before"]["quota_per_hour"], 10);
    assert_eq!(change["content"]["after"]["networks"], json!(["192.0.2.0/28"]));
    payroll.read(&payroll.key, "192.0.2.8", &json!({})).await.expect(403);
    let path = office.url(&format!("/changes/{}/approve", text(&change["id"])));
    for (token, code) in [
        (admin, "same-person"),
        (&office.vault.administrators[0], "not-permitted"),
        (&office.sato.1, "same-person"),
        (&office.suzuki.1, "not-permitted"),
    ] {
        let refused = office.vault.post(&path, token, Value::Null).await;
        assert_eq!(refused.expect(403)["code"], code);
    }
    office.vault.post(&path, manager, Value::Null).await.expect(200);
    let read = payroll.read(&payroll.key, "192.0.2.8", &json!({})).await;
    assert_eq!(released(&read), 1);
    let log = payroll.log().await;
    assert_eq!(log.matches(r#""act":"client.amended""#).count(), 2);
    assert!(log.contains(r#""after":"20","before":"10","name":"quota_per_hour""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_narrows_meanwhile_is_not_overruled_by_an_older_proposal() {
    let payroll = Payroll::with(&json!({})).await;
    let office = &payroll.office;
    let admin = &office.vault.administrators[1];
    let change = payroll.regrant(admin, &json!({"quota_per_hour": 5_000})).await.expect(202);
    payroll.regrant(&office.manager.1, &json!({"quota_per_hour": 1})).await.expect(200);
    let path = office.url(&format!("/changes/{}/approve", text(&change["id"])));
    let stale = office.vault.post(&path, &office.manager.1, Value::Null).await;
    assert_eq!(stale.expect(412)["code"], "precondition-failed");
    let seen = payroll.seen(&payroll.id).await.expect(200);
    assert_eq!(seen["client"]["quota_per_hour"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_cannot_grant_a_program_of_their_own() {
    let payroll = Payroll::with(&json!({})).await;
    let office = &payroll.office;
    let grant = payroll.grant(&json!({"owner": office.manager.0}));
    let change = office.post("/clients", &office.vault.administrators[1], grant).await;
    let path = office.url(&format!("/changes/{}/approve", text(&change["id"])));
    let refused = office.vault.post(&path, &office.manager.1, Value::Null).await;
    assert_eq!(refused.expect(403)["code"], "same-person");
}

#[tokio::test(flavor = "multi_thread")]
async fn six_refusals_in_a_minute_stop_a_program_until_two_people_let_it_go_on() {
    let payroll = Payroll::with(&json!({"networks": ["192.0.2.7"]})).await;
    let office = &payroll.office;
    let none = json!({});
    for _ in 0..5 {
        let refused = payroll.read(&payroll.key, "192.0.2.8", &none).await;
        assert_eq!(refused.expect(403)["code"], "client-not-granted");
    }
    assert_eq!(released(&payroll.read(&payroll.key, OFFICE, &none).await), 1, "five are borne");
    let list = office.url("/people");
    let sixth = payroll.call(Method::GET, &list, &payroll.key, OFFICE, &Value::Null).await;
    assert_eq!(sixth.expect(403)["code"], "client-not-granted");
    let stopped = payroll.read(&payroll.key, OFFICE, &none).await;
    assert_eq!(stopped.expect(403)["code"], "client-stopped");
    office.vault.clock.advance(2 * MINUTE_MS);
    payroll.read(&payroll.key, OFFICE, &none).await.expect(403);
    let seen = payroll.seen(&payroll.id).await.expect(200);
    assert_eq!(seen["client"]["stop_reason"], "refusals");

    let resume = format!("/clients/{}/resume", payroll.id);
    let change = office.post(&resume, &office.manager.1, Value::Null).await;
    let path = office.url(&format!("/changes/{}/approve", text(&change["id"])));
    for token in [&office.manager.1, &office.sato.1, &office.suzuki.1] {
        office.vault.post(&path, token, Value::Null).await.expect(403);
    }
    payroll.read(&payroll.key, OFFICE, &none).await.expect(403);
    office.vault.post(&path, &office.vault.administrators[0], Value::Null).await.expect(200);
    assert_eq!(released(&payroll.read(&payroll.key, OFFICE, &none).await), 1);
    let log = payroll.log().await;
    assert!(log.contains(r#""act":"client.stopped""#) && log.contains(r#""act":"client.resumed""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_stops_a_program_at_once() {
    let payroll = Payroll::with(&json!({})).await;
    let office = &payroll.office;
    let (_, second) = payroll.program(&json!({})).await;
    let stop = office.url(&format!("/clients/{}/stop", payroll.id));
    office.vault.post(&stop, &office.suzuki.1, Value::Null).await.expect(403);
    office.vault.post(&stop, &office.sato.1, Value::Null).await.expect(200);
    let stopped = payroll.read(&payroll.key, OFFICE, &json!({})).await;
    assert_eq!(stopped.expect(403)["code"], "client-stopped");
    assert_eq!(released(&payroll.read(&second, OFFICE, &json!({})).await), 1);
    let log = payroll.log().await;
    assert_eq!(log.matches(r#""act":"client.stopped""#).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_key_goes_on_to_the_chosen_end_and_a_leaked_one_ends_now() {
    let payroll = Payroll::with(&json!({})).await;
    let office = &payroll.office;
    let none = json!({});
    let keys = office.url(&format!("/clients/{}/keys", payroll.id));
    let now = office.vault.app.clock.now();
    for (wrong, status) in [
        (json!({"old_until": now.plus_millis(31 * DAY_MS).to_string()}), 422),
        (json!({"old_until": now.plus_millis(-1).to_string()}), 422),
        (json!({"old_until": "tomorrow"}), 422),
    ] {
        office.vault.post(&keys, &office.sato.1, wrong).await.expect(status);
    }
    office.vault.post(&keys, &office.manager.1, json!({})).await.expect(403);
    let until = json!({"old_until": now.plus_millis(3 * MINUTE_MS).to_string()});
    let new = text(&office.vault.post(&keys, &office.sato.1, until).await.expect(201)["key"]);
    for (key, wait, good) in
        [(&payroll.key, 0, true), (&new, 0, true), (&payroll.key, 3 * MINUTE_MS - 1, true)]
    {
        office.vault.clock.advance(wait);
        assert_eq!(released(&payroll.read(key, OFFICE, &none).await) == 1, good);
    }
    office.vault.clock.advance(1);
    payroll.read(&payroll.key, OFFICE, &none).await.expect(401);
    assert_eq!(released(&payroll.read(&new, OFFICE, &none).await), 1);

    let shown = payroll.seen(&payroll.id).await;
    let shown = String::from_utf8(shown.body).unwrap();
    let secret = new.split('_').nth(2).unwrap();
    assert!(!shown.contains(secret) && !payroll.log().await.contains(secret));
    let end = format!("{keys}/{}/end", new.split('_').nth(1).unwrap());
    office.vault.post(&end, &office.suzuki.1, Value::Null).await.expect(403);
    office.vault.post(&end, &office.vault.administrators[0], Value::Null).await.expect(200);
    payroll.read(&new, OFFICE, &none).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_volume_is_told_and_stops_nothing() {
    let payroll = Payroll::with(&json!({})).await;
    let vault = &payroll.office.vault;
    let people = |count: usize| json!({"people": vec![&payroll.person; count]});
    payroll.read(&payroll.key, OFFICE, &people(2)).await.expect(200);
    vault.clock.advance(DAY_MS);
    payroll.read(&payroll.key, OFFICE, &people(6)).await.expect(200);
    assert!(!payroll.log().await.contains("client.unusual_volume"));
    payroll.read(&payroll.key, OFFICE, &people(1)).await.expect(200);
    assert_eq!(released(&payroll.read(&payroll.key, OFFICE, &people(1)).await), 1);
    let log = payroll.log().await;
    assert_eq!(log.matches(r#""act":"client.unusual_volume""#).count(), 1);
    assert!(log.contains(r#""in_hour":7"#) && log.contains(r#""usual":2"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_cannot_be_is_refused_at_its_place() {
    let payroll = Payroll::with(&json!({})).await;
    let admin = &payroll.office.vault.administrators[1];
    for (but, pointer) in [
        (json!({"networks": ["192.0.2.1/24"]}), "/networks/0"),
        (json!({"networks": ["192.0.2.1", "架空"]}), "/networks/1"),
        (json!({"hours": [{"days": [], "from": "08:00", "until": "20:00"}]}), "/hours/0/days"),
        (json!({"hours": [{"days": ["mon"], "from": "8", "until": "20:00"}]}), "/hours/0/from"),
        (
            json!({"hours": [{"days": ["mon"], "from": "20:00", "until": "08:00"}]}),
            "/hours/0/until",
        ),
        (json!({"owner": "usr_01a1fc79c08070009000000000000000"}), "/owner"),
    ] {
        let path = payroll.office.url("/clients");
        let refused = payroll.office.vault.post(&path, admin, payroll.grant(&but)).await;
        assert_eq!(refused.expect(422)["errors"][0]["pointer"], pointer, "{but}");
    }
}
