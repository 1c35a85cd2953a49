//! Recovery codes, sessions, and accounts that failures lock.

use azekura::service::attempts;
use azekura_tests::Office;
use azekura_tests::site::text;
use serde_json::{Value, json};

use super::Watch;

impl Watch<'_> {
    /// Whoever is signed in with `token` makes new codes and uses one, with what they enrolled with.
    pub(super) fn recovers(&self, token: &str, enrolled: &Value) {
        let path = "/v1/sessions/current/recovery-codes";
        let made = self.adds(&["recovery_codes.made"], || {
            self.lab.site.program(token).post(path, &Value::Null).ok(200)
        });
        let shown = json!({"login": enrolled["login"], "password": enrolled["password"],
            "code": made["codes"][0]});
        let recover = || self.lab.site.anonymous().post("/v1/enrolments/recovery", &shown);
        let used = [
            "session.attempted",
            "recovery_code.used",
            "credentials.reset",
            "session.closed",
            "enrolment.issued",
        ];
        let recovered = self.adds(&used, || recover().ok(201));
        assert!(text(&recovered, "enrolment_token").starts_with("aze1_"));
        self.adds(&["session.attempted", "session.refused"], || {
            recover().refused(401, "sign-in-failed")
        });
    }

    pub(super) fn sessions(&self, office: &Office<'_>) {
        let (site, member) = (&self.lab.site, &office.manager);
        let signed_in =
            ["code.used", "device.known", "session.attempted", "session.closed", "session.opened"];
        let session = self.adds(&signed_in, || site.sign_in(member, -1).ok(201));
        self.adds(&["session.attempted", "session.refused"], || site.sign_in(member, -1));
        let own = |session: &Value| site.program(&text(session, "token"));
        let unlock = json!({"password": member.password});
        let session = self.adds(&["session.attempted", "session.unlocked"], || {
            own(&session).post("/v1/sessions/current/unlock", &unlock).ok(200)
        });
        let code = json!({"totp": site.code(&member.seed, 0)});
        let session = self.adds(&["code.used", "session.attempted", "session.stepped_up"], || {
            own(&session).post("/v1/sessions/current/step-up", &code).ok(200)
        });
        let other =
            json!({"password": member.password, "new_password": "Betsu-no-Goku 0778 aikotoba!"});
        let changed = [
            "device.known",
            "devices.forgotten",
            "password.changed",
            "session.attempted",
            "session.closed",
            "session.opened",
        ];
        let session = self
            .adds(&changed, || own(&session).post("/v1/sessions/current/password", &other).value());
        let own = own(&session);
        self.adds(&["devices.forgotten"], || {
            own.send("DELETE", "/v1/sessions/current/devices", &[], None)
        });
        self.adds(&["session.closed"], || own.send("DELETE", "/v1/sessions/current", &[], None));
    }

    /// Guesses lock an account, one of them counted before, and two administrators open it.
    pub(super) fn locks(&self, office: &Office<'_>) {
        let guess = json!({"login": office.manager.login, "password": "x", "totp": "000000"});
        let guess = || self.lab.site.anonymous().post("/v1/sessions", &guess).status;
        for _ in 0..2 {
            self.adds(&["session.attempted", "session.refused"], guess);
        }
        self.adds(&[], guess);
        let note = || self.lab.runtime.block_on(attempts::note_locked(&self.lab.app)).unwrap();
        self.adds(&["session.refused"], note);
        let [first, second] = office.administrators().map(|one| self.lab.signed_in(one));
        let path = format!("/v1/users/{}/unlock", office.manager.user);
        let change = self.adds(&["change.proposed"], || first.post(&path, &Value::Null).ok(202));
        let path = format!("/v1/changes/{}/approve", text(&change, "id"));
        self.adds(&["account.unlocked", "change.approved"], || {
            second.post(&path, &Value::Null).ok(200)
        });
    }
}
