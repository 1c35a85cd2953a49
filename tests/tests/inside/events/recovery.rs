//! Recovery codes: made anew, and one of them shown.

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
}
