//! Who may do what, and who says so.

use axum::http::Method;
use azekura_core::time::Timestamp;
use serde_json::{Value, json};

use super::super::op::Op;
use super::super::rules::{HANDLERS, LINES, No, PEOPLE, QUOTAS, manager_of};
use super::super::things::{Line, Office, Program, Weaker};
use super::super::vault::Answer;
use super::super::world::{Broken, Held, World, agree, must};

/// An administrator who registers programs.
const REGISTRAR: usize = HANDLERS + 2;
/// Lines of one person in one organisation.
const MOST_LINES: usize = 2;

impl World<'_> {
    pub(in crate::model) fn designate(&mut self, op: Op) -> Held {
        let by = self.giver(op);
        let held = self.rules.lines.iter().filter(|line| (line.org, line.who) == (op.org, op.who));
        // Managers had no training; they are handlers' managers, and handlers are managers.
        if held.count() >= MOST_LINES || (HANDLERS..REGISTRAR).contains(&op.who) {
            return Ok(());
        }
        let may = LINES[op.luck % LINES.len()];
        let Some(id) = self.offered(op, by, ("designations", &self.line(op.who, may)))? else {
            return Ok(());
        };
        self.accepted(op, &format!("designations/{id}/accept"), &json!({"pledge": 1}))?;
        self.rules.granted(op.org, by, op.who);
        self.rules.lines.push(Line { id, org: op.org, who: op.who, may });
        self.did(op);
        Ok(())
    }

    pub(in crate::model) fn appoint(&mut self, op: Op) -> Held {
        let by = self.giver(op);
        let held = |office: &Office| (office.org, office.who) == (op.org, op.who);
        if self.rules.offices.iter().any(held) || op.who == manager_of(op.org) {
            return Ok(());
        }
        let role = json!({"user": self.vault.user(op.who), "role": "manager"});
        let Some(id) = self.offered(op, by, ("appointments", &role))? else { return Ok(()) };
        self.accepted(op, &format!("appointments/{id}/accept"), &Value::Null)?;
        self.rules.granted(op.org, by, op.who);
        self.rules.offices.push(Office { id, org: op.org, who: op.who });
        self.did(op);
        Ok(())
    }

    /// Who offers a line or an office: mostly a manager.
    fn giver(&self, op: Op) -> usize {
        let mut second = self.rules.offices.iter().filter(|office| office.org == op.org);
        match (op.at % 10, second.next()) {
            (0..5, Some(office)) => office.who,
            (9, _) => op.luck % PEOPLE,
            _ => manager_of(op.org),
        }
    }

    /// The id of what somebody offers.
    fn offered(
        &mut self,
        op: Op,
        by: usize,
        (what, body): (&str, &Value),
    ) -> Result<Option<String>, Broken> {
        let answer = self.post(by, &self.path(op.org, what), body)?;
        let offered = agree(self.rules.offer(op.org, by, op.who), &answer)?;
        Ok(offered.then(|| azekura_tests::site::text(&answer.value["content"], "id")))
    }

    /// It is accepted by whom it names, and by nobody else.
    fn accepted(&mut self, op: Op, path: &str, body: &Value) -> Held {
        let (path, other) = (self.path(op.org, path), (op.who + 1) % PEOPLE);
        let answer = self.post(other, &path, body)?;
        agree(Err(No(9, "it names somebody else")), &answer)?;
        let answer = self.post(op.who, &path, body)?;
        agree(Ok(()), &answer).map(drop)
    }

    /// I9: nobody gives themself a line or a role.
    pub(in crate::model) fn help_oneself(&mut self, op: Op) -> Held {
        let verdict = self.rules.offer(op.org, op.who, op.who);
        let answer =
            self.post(op.who, &self.path(op.org, "designations"), &self.line(op.who, LINES[0]))?;
        agree(verdict, &answer)?;
        let role = json!({"user": self.vault.user(op.who), "role": "manager"});
        let answer = self.post(op.who, &self.path(op.org, "appointments"), &role)?;
        agree(verdict, &answer)?;
        let path = format!("/v1/users/{}/reset", self.vault.user(op.who));
        let answer = self.post(op.who, &path, &json!({"reason": "見本"}))?;
        agree(Err(No(9, "nobody has their own credentials made anew")), &answer)?;
        self.did(op);
        Ok(())
    }

    pub(in crate::model) fn end_line(&mut self, op: Op) -> Held {
        let some = self.rules.lines.len();
        let Some(line) = self.rules.lines.get(op.at % some.max(1)) else { return Ok(()) };
        let (org, holder, id) = (line.org, line.who, line.id.clone());
        if self.ends(op, (org, holder), &format!("designations/{id}/end"))? {
            self.rules.lines.remove(op.at % some);
        }
        Ok(())
    }

    pub(in crate::model) fn end_office(&mut self, op: Op) -> Held {
        let some = self.rules.offices.len();
        let Some(office) = self.rules.offices.get(op.at % some.max(1)) else { return Ok(()) };
        let (org, holder, id) = (office.org, office.who, office.id.clone());
        if self.ends(op, (org, holder), &format!("appointments/{id}/end"))? {
            self.rules.offices.remove(op.at % some);
        }
        Ok(())
    }

    fn ends(&mut self, op: Op, (org, holder): (usize, usize), path: &str) -> Result<bool, Broken> {
        let by = if op.luck < 60 { manager_of(org) } else { op.who };
        let own = if by == holder { Ok(()) } else { self.rules.manages(org, by) };
        let answer = self.post(by, &self.path(org, path), &Value::Null)?;
        let ended = agree(own, &answer)?;
        if ended {
            self.did(op);
        }
        Ok(ended)
    }

    pub(in crate::model) fn sign_out(&mut self, op: Op) -> Held {
        let (token, answer) = self.vault.sign_out(op.who);
        agree(Ok(()), &answer)?;
        self.dead.push(token);
        self.did(op);
        Ok(())
    }

    /// I11: what was worth something is worth nothing.
    pub(in crate::model) fn dead_token(&mut self, op: Op) -> Held {
        let some = self.dead.len();
        let Some(token) = self.dead.get(op.at % some.max(1)) else { return Ok(()) };
        let path = self.path(op.org, "people");
        let answer = self.vault.call(token, Method::GET, &path, None, &Value::Null);
        agree(Err(No(11, "it was ended")), &answer)?;
        self.did(op);
        Ok(())
    }

    /// Another program in the place of the one there is: an administrator asks, a manager agrees.
    pub(in crate::model) fn new_program(&mut self, op: Op) -> Held {
        let owner = op.at % REGISTRAR;
        let approver = if op.luck < 70 { manager_of(0) } else { op.who };
        let grant = self.grant(owner);
        let change = self.post(REGISTRAR, &self.path(0, "clients"), &grant)?;
        agree(Ok(()), &change)?;
        let path = self.path(0, &format!("changes/{}/approve", change.field("id")));
        let answer = self.post(approver, &path, &Value::Null)?;
        let verdict = self.rules.agree_to_program(approver, owner);
        if !agree(verdict, &answer)? {
            return Ok(());
        }
        let before = self.path(0, &format!("clients/{}/end", self.rules.program.id));
        let ended = self.post(manager_of(0), &before, &Value::Null)?;
        agree(Ok(()), &ended)?;
        let id = azekura_tests::site::text(&change.value["content"], "id");
        let secret =
            self.post(owner, &self.path(0, &format!("clients/{id}/secret")), &Value::Null)?;
        agree(Ok(()), &secret)?;
        let next = Program { id, key: secret.field("key"), owner, ..Program::default() };
        let before = std::mem::replace(&mut self.rules.program, next);
        self.dead.push(before.key);
        self.did(op);
        Ok(())
    }

    /// I14: shorter by two, longer by one, never without any.
    pub(in crate::model) fn set_grace(&mut self, op: Op) -> Held {
        let path = self.path(op.org, "settings");
        let found = self.get(manager_of(op.org), &path)?;
        let now = self.rules.grace[op.org];
        let grace = match op.luck {
            0..20 => 0,
            20..65 => now - 1,
            _ if now < 5 => now + 1,
            _ => now,
        };
        let (mut body, seen) = (found.value, found.tag.expect("settings have a version"));
        body["purge"]["grace_days"] = json!(grace);
        let token = self.vault.token(op.who);
        let answer = self.vault.call(&token, Method::PUT, &path, Some(&seen), &body);
        if !agree(self.rules.set_grace(op.org, op.who, grace), &answer)? {
            return Ok(());
        }
        self.grace_asked(op, grace, &answer)
    }

    fn grace_asked(&mut self, op: Op, grace: u8, answer: &Answer) -> Held {
        if grace >= self.rules.grace[op.org] {
            self.rules.grace[op.org] = grace;
            self.did(op);
            return Ok(());
        }
        must(answer.status == 202, 14, || format!("{grace} days by one person alone"))?;
        let (until, maker) = (self.rules.lapse_of(), op.who);
        let id = answer.field("id");
        self.rules.weaker.push(Weaker { id, org: op.org, maker, grace, until, settled: false });
        self.did(op);
        Ok(())
    }

    pub(in crate::model) fn settle_grace(&mut self, op: Op) -> Held {
        let some = self.rules.weaker.len();
        let Some(weaker) = self.rules.weaker.get(op.at % some.max(1)) else { return Ok(()) };
        let (org, grace) = (weaker.org, weaker.grace);
        let path = self.path(org, &format!("changes/{}/approve", weaker.id));
        let verdict = self.rules.agree(op.who, op.at % some);
        let answer = self.post(op.who, &path, &Value::Null)?;
        if agree(verdict, &answer)? {
            self.rules.weaker[op.at % some].settled = true;
            self.rules.grace[org] = grace;
            self.did(op);
        }
        Ok(())
    }

    fn line(&self, who: usize, may: &[&str]) -> Value {
        json!({
            "user": self.vault.user(who),
            "capabilities": may,
            "purposes": ["withholding", "health_pension"],
            "kinds": ["employee"],
            "from": Timestamp::from_millis(self.rules.now).tokyo_date().to_string(),
        })
    }

    fn grant(&self, owner: usize) -> Value {
        json!({
            "name": "給与計算（見本）",
            "owner": self.vault.user(owner),
            "purposes": ["withholding"],
            "kinds": ["employee"],
            "operations": ["reads", "submit"],
            "quota_per_hour": QUOTAS.0,
            "quota_per_day": QUOTAS.1,
            "until": format!("{}-12-31", self.founding.year + 1),
        })
    }
}
