//! A run: the vault and the rules side by side, and whatever one of them lets happen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use axum::http::Method;
use azekura::auth::Actor;
use azekura::service::change;
use azekura::store::numbers::{self, State};
use azekura_core::id::SlotId;
use serde_json::Value;

use super::founding::Founding;
use super::history::History;
use super::op::{Act, Op};
use super::rules::{DAY, Rules, Verdict, manager_of};
use super::vault::{Answer, Vault};

/// A run ends after so many days: programs and trainings hold as long.
const LONGEST: i64 = 120 * DAY;

/// What was found not to hold. Number 0 is no invariant: the vault refuses what it should do.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) invariant: u8,
    pub(super) how: String,
}

impl Broken {
    /// Whether all that is wrong is that an answer did not come in time.
    pub(super) fn is_late(&self) -> bool {
        self.invariant == 0 && self.how.contains("/problems/timeout")
    }
}

/// Whether everything is as it must be.
pub(super) type Held = Result<(), Broken>;

pub(super) fn must(holds: bool, invariant: u8, how: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { Err(Broken { invariant, how: how() }) }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "breaks I{}: {}", self.invariant, self.how)
    }
}

pub(super) struct World<'f> {
    pub(super) founding: &'f Founding,
    pub(super) vault: Vault,
    pub(super) rules: Rules,
    pub(super) history: History,
    /// Numbers that no answer may hold: not keyed twice yet, replaced, destroyed.
    pub(super) hidden: BTreeSet<String>,
    /// Tokens and keys that are worth nothing any more.
    pub(super) dead: Vec<String>,
    /// Rows as they were, with which somebody tampers later: of which record.
    pub(super) older: Vec<(usize, String)>,
    /// How often what succeeded.
    pub(super) done: BTreeMap<Act, u32>,
    began: i64,
    numbers: u32,
}

impl<'f> World<'f> {
    pub(super) fn new(founding: &'f Founding) -> Self {
        let (vault, rules) = founding.begin();
        let mut world = Self {
            founding,
            began: rules.now,
            vault,
            rules,
            history: History::default(),
            hidden: BTreeSet::new(),
            dead: Vec::new(),
            older: Vec::new(),
            done: BTreeMap::new(),
            numbers: 50_000,
        };
        world.history.begin(&world.vault);
        world
    }

    /// Lets one thing happen, if it can.
    pub(super) fn step(&mut self, op: Op) -> Held {
        self.pass(1_000 + 200 * i64::try_from(op.luck).unwrap());
        match op.act {
            Act::Add => self.add(op),
            Act::Again => self.again(op),
            Act::Appoint => self.appoint(op),
            Act::Approve => self.approve(op),
            Act::Cancel => self.cancel(op),
            Act::Check => self.check(op),
            Act::Confirm => self.confirm(op),
            Act::DeadToken => self.dead_token(op),
            Act::Designate => self.designate(op),
            Act::EndLine => self.end_line(op),
            Act::EndOffice => self.end_office(op),
            Act::HelpOneself => self.help_oneself(op),
            Act::JumpAhead => self.jump_ahead(op),
            Act::Leave => self.leave(op),
            Act::NewProgram => self.new_program(op),
            Act::ProgramReads => self.program_reads(op),
            Act::ProgramSubmits => self.program_submits(op),
            Act::Propose => self.propose(op),
            Act::ProposeAhead => self.propose_ahead(op),
            Act::PutBack => self.put_back(op),
            Act::Read => self.read(op),
            Act::Reject => self.reject(op),
            Act::Run => self.run(op),
            Act::SetGrace => self.set_grace(op),
            Act::SettleGrace => self.settle_grace(op),
            Act::SignOut => self.sign_out(op),
            Act::Submit => self.submit(op),
            Act::Withdraw => self.withdraw(op),
            Act::Checkpoint
            | Act::Crash
            | Act::Expire
            | Act::Hours
            | Act::ObservedDays
            | Act::SilentDays => {
                self.befalls(op);
                Ok(())
            }
        }
    }

    /// Everything that can be seen at the end of a run.
    pub(super) fn end(&mut self) -> Held {
        self.history.checkpoint(&self.vault);
        self.history.holds(&self.vault)?;
        self.changes_stay_settled()?;
        self.one_number_each()?;
        self.tombstones()?;
        for org in 0..2 {
            let path = self.path(org, "settings");
            let found = self.get(manager_of(org), &path)?;
            let grace = found.value["purge"]["grace_days"].as_u64();
            must(grace == Some(self.rules.grace[org].into()), 14, || format!("{grace:?} days"))?;
        }
        Ok(())
    }

    /// What is nobody's act.
    fn befalls(&mut self, op: Op) {
        if op.act == Act::Checkpoint {
            self.history.checkpoint(&self.vault);
        } else if op.act == Act::Crash {
            self.vault.stop();
            self.vault.start();
        } else if op.act == Act::Expire {
            self.expire();
        } else if op.act == Act::ObservedDays {
            self.observed_days(op);
        } else {
            self.silence(op);
        }
        self.did(op);
    }

    fn expire(&mut self) {
        let (app, job) = (self.vault.app(), Actor::job("expiry"));
        self.vault.runtime.block_on(change::expire(&app, &job)).unwrap();
        for at in self.rules.lapsed() {
            self.rules.settled(at, "expired");
        }
    }
}

/// What is looked at from outside.
impl World<'_> {
    /// I4: nothing that was settled became anything else.
    fn changes_stay_settled(&mut self) -> Held {
        for at in 0..self.rules.changes.len() {
            let change = &self.rules.changes[at];
            let (fate, org) = (change.fate, self.rules.records[change.record].org);
            let path = self.path(org, &format!("changes/{}", change.id));
            let status = self.get(manager_of(org), &path)?.field("status");
            must(status == fate, 4, || format!("{path} is {status}, not {fate}"))?;
        }
        Ok(())
    }

    /// I2: what is sealed is what is in force, and what waits.
    fn one_number_each(&self) -> Held {
        let app = self.vault.app();
        for record in &self.rules.records {
            let sealed = self.vault.runtime.block_on(async {
                let mut reading = app.reading().await.unwrap();
                numbers::of_person(&mut reading, record.id.parse().unwrap()).await.unwrap()
            });
            let [active, pending] = [State::Active, State::Pending]
                .map(|state| sealed.iter().filter(|row| row.about.state == state).count());
            let expected =
                (usize::from(record.current.is_some()), usize::from(record.waits.is_some()));
            must((active, pending) == expected, 2, || {
                format!("{active} in force and {pending} waiting, not {expected:?}")
            })?;
        }
        Ok(())
    }

    /// I6: whatever was destroyed can never be opened again.
    pub(super) fn tombstones(&mut self) -> Held {
        self.history.look(&self.vault);
        let app = self.vault.app();
        for slot in self.history.destroyed() {
            let buried = app.keys.tombstones().holds(slot.parse::<SlotId>().unwrap());
            must(buried, 6, || format!("{slot} has no tombstone"))?;
        }
        Ok(())
    }
}

/// How the vault is asked, and its answers compared.
impl World<'_> {
    pub(super) fn pass(&mut self, ms: i64) {
        self.vault.pass(ms);
        self.rules.now = self.vault.now();
    }

    pub(super) fn has_time(&self) -> bool {
        self.rules.now - self.began < LONGEST
    }

    pub(super) fn path(&self, org: usize, rest: &str) -> String {
        format!("/v1/orgs/{}/{rest}", self.founding.orgs[org])
    }

    pub(super) fn post(&mut self, who: usize, path: &str, body: &Value) -> Result<Answer, Broken> {
        let answer = self.vault.post(who, path, body);
        self.shows_nothing(answer)
    }

    pub(super) fn get(&mut self, who: usize, path: &str) -> Result<Answer, Broken> {
        let answer = self.vault.get(who, path);
        self.shows_nothing(answer)
    }

    pub(super) fn program(&self, path: &str, body: &Value) -> Result<Answer, Broken> {
        self.shows_nothing(self.vault.call(&self.rules.program.key, Method::POST, path, None, body))
    }

    /// I5: no answer holds a number that nobody may see.
    pub(super) fn shows_nothing(&self, answer: Answer) -> Result<Answer, Broken> {
        let shown = self.hidden.iter().find(|number| answer.text.contains(number.as_str()));
        must(shown.is_none(), 5, || format!("a hidden number is shown: {}", answer.text))?;
        Ok(answer)
    }

    pub(super) fn did(&mut self, op: Op) {
        *self.done.entry(op.act).or_default() += 1;
    }

    /// A number that nobody had before.
    pub(super) fn number(&mut self) -> String {
        self.numbers += 1;
        azekura_tests::number(self.numbers)
    }

    /// The tax year that it is.
    pub(super) fn year(&self) -> i64 {
        self.founding.year + i64::from(self.rules.today() >= self.founding.new_year().0)
    }
}

/// Whether both say yes. What one allows and the other does not is a violation, or a vault that
/// refuses what it is for.
pub(super) fn agree(verdict: Verdict, answer: &Answer) -> Result<bool, Broken> {
    must(answer.status < 500, 0, || format!("{} {}", answer.status, answer.text))?;
    match verdict {
        Ok(()) => {
            must(answer.is_yes(), 0, || format!("refused: {} {}", answer.status, answer.text))?;
            Ok(true)
        }
        Err(no) => {
            let malformed = answer.text.contains("\"code\":\"missing\"");
            must(!malformed, 0, || format!("refused for its form: {}", answer.text))?;
            must(!answer.is_yes(), no.0, || format!("let happen although {}", no.1))?;
            Ok(false)
        }
    }
}
