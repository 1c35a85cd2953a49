//! What programs are granted, how they prove who they are, and how much they read.

use azekura_core::crypto::signing::Signer;
use azekura_tests::site::text;
use azekura_tests::{Answer, Caller, Handler, Office, number, statement};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::Watch;

impl Watch<'_> {
    /// A program is granted less, stopped, let go on, and given other keys. Another, with some usual
    /// volume, and how it asks for more.
    pub(super) fn programs(
        &self,
        office: &Office<'_>,
        sato: &Handler,
        suzuki: &Handler,
    ) -> (Caller, Value) {
        let person = sato.add_with_number(suzuki, &number(40_030), &["withholding"]);
        let asking = |people: &[&str]| sato.asking(people, "withholding_slip");
        let (busy, more) = (office.program(sato), asking(&[&person, &person, &person, &person]));
        self.adds(&["number.release.intent"], || {
            busy.post(&office.path("reads"), &asking(&[&person])).ok(200)
        });
        drop(office.program(sato));
        let all = office.manager.get(&office.path("clients?limit=200")).ok(200);
        let mut grant = all["items"].as_array().unwrap().last().unwrap().clone();
        let at = |act: &str| office.path(&format!("clients/{}{act}", text(&grant, "id")));
        let [one, keys, stop, resume] = ["", "/keys", "/stop", "/resume"].map(at);
        let end = at(&format!("/keys/{}/end", text(&grant["keys"][0], "id")));
        let put = at("/grant");
        for shown in ["id", "keys", "stopped_at", "stop_reason", "ended_at"] {
            grant.as_object_mut().unwrap().remove(shown);
        }
        grant["quota_per_hour"] = json!(5);
        let tag = office.manager.get(&one).header("etag").unwrap().to_owned();
        self.adds(&["client.amended"], || {
            office.manager.json("PUT", &put, &[("If-Match", &tag)], &grant).ok(200)
        });
        let until = json!({"old_until": format!("{}T00:00:00.000Z", self.lab.site.day(9))});
        self.adds(&["client.key_rotated"], || sato.post(&keys, &until).ok(201));
        self.adds(&["client.key_ended"], || office.manager.post(&end, &Value::Null).ok(200));
        self.signs(office, sato, one.rsplit('/').next().unwrap());
        self.adds(&["client.stopped"], || sato.post(&stop, &Value::Null).ok(200));
        let change =
            self.adds(&["change.proposed"], || office.manager.post(&resume, &Value::Null).ok(202));
        let path = office.path(&format!("changes/{}/approve", text(&change, "id")));
        let [first, _] = office.administrators();
        self.adds(&["change.approved", "client.resumed"], || {
            first.post(&path, &Value::Null).ok(200)
        });
        (busy, more)
    }

    /// A program gets a key that it keeps to itself, and signs for a token, once.
    pub(super) fn signs(&self, office: &Office<'_>, sato: &Handler, id: &str) {
        let (key, path) = (Signer::from_seed([5; 32]), office.path(&format!("clients/{id}")));
        let x = BASE64URL_NOPAD.encode(&key.public_key());
        let until = format!("{}T00:00:00.000Z", self.lab.site.day(9));
        let new = json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}, "old_until": until});
        let brought = self.adds(&["client.key_registered"], || {
            sato.post(&format!("{path}/public-keys"), &new).ok(200)
        });
        let kid = text(brought["keys"].as_array().unwrap().last().unwrap(), "id");
        let audience = text(&sato.get(&path).ok(200), "audience");
        let now = self.lab.app.clock.now().as_millis() / 1_000;
        let claims = json!({"iss": id, "sub": id, "aud": audience, "exp": now + 60, "jti": "見本"});
        let statement = statement::signed(&kid, &claims, |bytes| key.sign(bytes));
        self.adds(&["client.proved"], || self.asks(&statement).ok(200));
        self.adds(&[], || self.asks(&statement).refused(401, "unauthenticated"));
        self.adds(&["access.refused"], || self.minute());
    }

    /// Asks for a token with a signed statement.
    pub(super) fn asks(&self, statement: &str) -> Answer {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let anyone = self.lab.site.anonymous();
        anyone.send("POST", "/v1/oauth/token", &kind, Some(statement::form(statement).as_bytes()))
    }

    /// Days later: more than three times what was usual.
    pub(super) fn volume(&self, office: &Office<'_>, (busy, more): &(Caller, Value)) {
        self.adds(&["client.unusual_volume", "number.release.intent"], || {
            busy.post(&office.path("reads"), more).ok(200)
        });
    }
}
