//! The vault that every run begins with: two organisations, four handlers, two managers, two
//! administrators and a program. It is founded once, by the people themselves, and then copied.

use std::sync::atomic::Ordering;

use azekura_tests::site::text;
use azekura_tests::vault::Files;
use azekura_tests::{Handler, Office};
use serde_json::json;

use super::op::Op;
use super::rules::{DAY, HOUR, LINES, QUOTAS, Rules, day_of};
use super::things::{Line, Program};
use super::vault::Vault;
use crate::lab::Lab;
use crate::tamper::scene::{copy_to, snapshot};

/// The day before every run begins: a new year is near, when many numbers become due.
const FOUNDED: &str = "-12-27";

/// Who is on the roster where.
const ROSTER: [(usize, usize); 5] = [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3)];

/// What the lines are for; people are told of the first alone.
const BUNDLES: [&str; 2] = ["withholding", "health_pension"];

pub(super) struct Founding {
    files: Files,
    at: i64,
    /// The year it is.
    pub(super) year: i64,
    pub(super) orgs: [String; 2],
    /// Handlers, managers, administrators.
    users: Vec<String>,
    lines: Vec<String>,
    /// The id and the key of a program.
    program: (String, String),
}

impl Founding {
    pub(super) fn new() -> Self {
        let mut lab = Lab::new();
        advance(&mut lab);
        let offices = [lab.office(), lab.office()];
        let names = ["架空 佐藤", "試験 鈴木", "見本 田中", "架空 高橋"];
        let people = names.map(|name| offices[0].stranger(name));
        let line = |(org, who): (usize, usize)| {
            let handler = people[who].at(&offices[org]);
            offices[org].designate(&handler, LINES[0], &BUNDLES, &["employee"])
        };
        let lines = ROSTER.map(line).into();
        for (office, by) in [(&offices[0], 1), (&offices[1], 3)] {
            for handler in &people {
                office.train(&handler.at(office), 0);
            }
            office.publish(&BUNDLES[..1], &people[by].at(office));
        }
        let program = program(&offices[0], &people[0]);
        let managers = offices.iter().map(|office| &office.manager);
        let members = people.iter().map(|handler| &handler.member).chain(managers);
        let members = members.chain(offices[0].administrators());
        let users = members.map(|member| member.user.clone()).collect();
        let orgs = offices.each_ref().map(|office| office.id.clone());
        lab.pass(25);
        let at = lab.clock.0.load(Ordering::SeqCst);
        Self { files: snapshot(&lab), at, year: lab.site.year(), orgs, users, lines, program }
    }

    /// A copy of it, and what its rules say.
    pub(super) fn begin(&self) -> (Vault, Rules) {
        let vault = Vault::open(copy_to(&self.files, Files::in_memory()), self.at, &self.users);
        let lines = ROSTER.iter().zip(&self.lines);
        let line = |(&(org, who), id): (&(usize, usize), &String)| Line {
            id: id.clone(),
            org,
            who,
            may: LINES[0],
        };
        let (id, key) = self.program.clone();
        let rules = Rules {
            now: self.at,
            lines: lines.map(line).collect(),
            grace: [3; 2],
            program: Program { id, key, ..Program::default() },
            ..Rules::default()
        };
        (vault, rules)
    }

    /// The new year's day that comes next, as a day and as text.
    pub(super) fn new_year(&self) -> (i64, String) {
        (day_of(self.at) + 4, format!("{}-01-01", self.year + 1))
    }
}

/// Sets the clock to noon in Tokyo of the next such day; its own sessions are over by then.
fn advance(lab: &mut Lab) {
    while !lab.site.day(0).ends_with(FOUNDED) {
        lab.pass(24);
    }
    let today = day_of(lab.clock.0.load(Ordering::SeqCst));
    lab.clock.0.store(today * DAY + 3 * HOUR, Ordering::SeqCst);
    for at in 0..lab.administrators.len() {
        lab.administrators[at].caller = lab.signed_in(&lab.administrators[at]);
    }
}

fn program(office: &Office<'_>, owner: &Handler) -> (String, String) {
    let quotas = json!({"quota_per_hour": QUOTAS.0, "quota_per_day": QUOTAS.1});
    let program = office.program_with(owner, &quotas);
    let all = office.manager.get(&office.path("clients")).ok(200);
    (text(&all["items"][0], "id"), program.token.expect("a program holds a key"))
}

/// Who does an act in an organisation: mostly one of those who work there from the start.
pub(super) fn doer(op: Op, org: usize) -> usize {
    let there: Vec<_> = ROSTER.iter().filter(|(at, _)| *at == org).collect();
    if op.apt { there[op.who % there.len()].1 } else { op.who }
}
