//! Trainings, purposes, and what two recovery shares do.

use azekura::service::emergency::{Ask, Outcome, appoint};
use azekura_core::text::FreeText;
use azekura_tests::site::text;
use azekura_tests::{Handler, Office, number};
use serde_json::{Value, json};

use super::Watch;

/// Two of the three shares; the command line proves them.
const SHARES: [u8; 2] = [1, 3];

impl Watch<'_> {
    /// A training that is planned, attended, confirmed, and counts some days longer.
    pub(super) fn trainings(&self, office: &Office<'_>, of: &Handler) {
        let path = office.path("training-plan");
        let line = json!({"section": "総務部", "content": "見本", "teacher": "試験", "audience": "見本",
            "means": "集合教育", "cycle": "年1回"});
        let line =
            self.adds(&["training_plan.written"], || office.manager.post(&path, &line).ok(201));
        let end = office.path(&format!("training-plan/{}/end", text(&line, "id")));
        self.adds(&["training_plan.ended"], || office.manager.post(&end, &Value::Null).ok(200));
        let path = office.path("training");
        let long_ago = json!({"user": of.member.user, "on": self.lab.site.day(-350),
            "subject": "見本"});
        let written =
            self.adds(&["training.recorded"], || office.manager.post(&path, &long_ago).ok(201));
        let at = |act: &str| office.path(&format!("training/{}/{act}", text(&written, "id")));
        self.adds(&["training.confirmed"], || of.post(&at("confirm"), &Value::Null).ok(200));
        let why = json!({"reason": "見本"});
        let change =
            self.adds(&["change.proposed"], || office.manager.post(&at("extend"), &why).ok(202));
        let [first, _] = office.administrators();
        let path = office.path(&format!("changes/{}/approve", text(&change, "id")));
        self.adds(&["change.approved", "training.extended"], || {
            first.post(&path, &Value::Null).ok(200)
        });
    }

    /// Somebody is told of another purpose, and two people bind the record to it.
    pub(super) fn purposes(&self, office: &Office<'_>, sato: &Handler, suzuki: &Handler) {
        let person = sato.add_with_number(suzuki, &number(40_040), &["withholding"]);
        office.publish(&["declarations", "withholding"], suzuki);
        let wide = json!({"type": "rebind", "person": person, "reason": "見本",
            "purposes": ["declarations", "withholding"]});
        let change =
            self.adds(&["change.proposed"], || sato.post(&office.path("changes"), &wide).ok(202));
        let path = office.path(&format!("changes/{}/approve", text(&change, "id")));
        self.adds(&["change.approved", "number.rebound"], || {
            suzuki.post(&path, &Value::Null).ok(200)
        });
    }

    /// The shares appoint nobody while two can act; then an administrator, which waits for a review.
    pub(super) fn emergency(&self, office: &Office<'_>, auditor: &Handler) {
        let [_, gone] = office.administrators();
        let ask = |gone: &[&str]| Ask {
            reason: FreeText::new("見本").unwrap(),
            gone: gone.iter().map(|user| user.parse().unwrap()).collect(),
            names: gone.iter().map(|_| String::from("見本 新任")).collect(),
        };
        let appoint = |ask| self.lab.runtime.block_on(appoint(&self.lab.app, SHARES, ask)).unwrap();
        let refused = self.adds(&["emergency.refused"], || appoint(ask(&[])));
        assert!(matches!(refused, Outcome::Refused(_)));
        let acts = ["emergency.opened", "enrolment.issued", "user.disabled", "user.enabled"];
        let opened = self.adds(&acts, || appoint(ask(&[&gone.user])));
        assert!(matches!(opened, Outcome::Invited(_)));
        let auditor = self.lab.signed_in(&auditor.member);
        let uses = auditor.get("/v1/emergencies").ok(200);
        let path = format!("/v1/emergencies/{}/review", text(&uses["items"][0], "id"));
        let finding = json!({"finding": "見本"});
        self.adds(&["emergency.reviewed"], || auditor.post(&path, &finding).ok(200));
    }
}
