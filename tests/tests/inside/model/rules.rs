//! The rules said a second time and in other words. Nothing here is the vault's own: people are counted,
//! days are numbers, and what things are called is what the API answered.

use std::collections::{BTreeMap, BTreeSet};

use super::things::{Batch, Change, Line, Office, Program, Record, Weaker};

/// Handlers; then come the manager of each of two organisations, and two administrators.
pub(super) const HANDLERS: usize = 4;
pub(super) const PEOPLE: usize = HANDLERS + 4;

/// What a line of the roster can say.
pub(super) const LINES: [&[&str]; 4] =
    [&["enter", "check", "use", "delete"], &["enter", "use"], &["check", "delete"], &["use"]];

/// Numbers a program reads in an hour and on a day.
pub(super) const QUOTAS: (u32, u32) = (4, 7);

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

const ATTEMPTS: u8 = 3;
const LAPSES_AFTER: i64 = 30 * DAY;
const REFUSALS: usize = 5;
/// How long whoever was given something does not agree to what its giver wants.
const RECENT: i64 = DAY;

/// Why something must not happen: the invariant it would break, and in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct No(pub(super) u8, pub(super) &'static str);

/// Whether something may happen.
pub(super) type Verdict = Result<(), No>;

/// All that decides.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) now: i64,
    pub(super) lines: Vec<Line>,
    pub(super) offices: Vec<Office>,
    /// Who gave whom a line or an office, where and when.
    pub(super) grants: Vec<(usize, usize, usize, i64)>,
    pub(super) records: Vec<Record>,
    pub(super) changes: Vec<Change>,
    pub(super) weaker: Vec<Weaker>,
    pub(super) grace: [u8; 2],
    pub(super) batches: Vec<Batch>,
    pub(super) beats: Vec<i64>,
    pub(super) program: Program,
}

/// The day in Tokyo, counted from 1970.
pub(super) fn day_of(at: i64) -> i64 {
    (at + 9 * HOUR).div_euclid(DAY)
}

pub(super) fn manager_of(org: usize) -> usize {
    HANDLERS + org
}

pub(super) fn administers(who: usize) -> bool {
    who >= HANDLERS + 2
}

fn must(holds: bool, invariant: u8, why: &'static str) -> Verdict {
    if holds { Ok(()) } else { Err(No(invariant, why)) }
}

/// Who may do what at all.
impl Rules {
    pub(super) fn today(&self) -> i64 {
        day_of(self.now)
    }

    pub(super) fn may(&self, org: usize, who: usize, what: &str) -> Verdict {
        let held = self.lines.iter().any(|l| l.org == org && l.who == who && l.may.contains(&what));
        must(held, 11, "no line of the roster that says so")
    }

    pub(super) fn manages(&self, org: usize, who: usize) -> Verdict {
        let held = self.offices.iter().any(|office| office.org == org && office.who == who);
        must(held || who == manager_of(org), 11, "no manager there")
    }

    fn belongs(&self, org: usize, who: usize) -> bool {
        administers(who)
            || self.manages(org, who).is_ok()
            || self.lines.iter().any(|line| line.org == org && line.who == who)
    }

    /// A manager offers a line or an office, to somebody else who does not operate the vault.
    pub(super) fn offer(&self, org: usize, by: usize, to: usize) -> Verdict {
        self.manages(org, by)?;
        must(by != to, 9, "nobody gives themself more to do")?;
        must(!administers(to), 9, "who operates the vault does not work in it")
    }

    pub(super) fn granted(&mut self, org: usize, by: usize, to: usize) {
        self.grants.push((org, by, to, self.now));
    }

    /// Whether somebody agrees to what another wants, of whom they hold nothing new.
    fn second(&self, org: usize, maker: usize, by: usize) -> Verdict {
        let owes = |(there, giver, to, at): &(usize, usize, usize, i64)| {
            (*there, *giver, *to) == (org, maker, by) && self.now - at < RECENT
        };
        must(!self.grants.iter().any(owes), 10, "they owe what they hold to whoever asks")
    }
}

/// Numbers in.
impl Rules {
    pub(super) fn submit(&self, who: usize, record: usize) -> Verdict {
        self.may(self.records[record].org, who, "enter")?;
        self.takes_a_number(record)
    }

    fn takes_a_number(&self, record: usize) -> Verdict {
        let Record { waits, due, .. } = &self.records[record];
        must(waits.is_none(), 3, "a number waits already")?;
        must(due.is_none_or(|(day, _)| self.today() < day), 7, "it could not be kept")
    }

    pub(super) fn program_submits(&self, record: usize) -> Verdict {
        must(!self.program.stopped, 11, "it was stopped")?;
        self.takes_a_number(record)
    }

    pub(super) fn submitted(&mut self, record: usize, author: usize, number: String, id: String) {
        let place = self.changes.len();
        let one = &mut self.records[record];
        one.highest += 1;
        one.waits = Some(place);
        let (version, until) = (one.highest, self.now + LAPSES_AFTER);
        let (attempts, fate) = (ATTEMPTS, "pending");
        self.changes.push(Change { id, record, author, version, number, until, attempts, fate });
    }

    fn decide(&self, who: usize, change: usize) -> Verdict {
        let Change { record, author, until, fate, .. } = &self.changes[change];
        self.may(self.records[*record].org, who, "check")?;
        must(*fate == "pending" && self.now < *until, 4, "it is settled, or over")?;
        must(who != *author, 1, "nobody decides what they entered, or had entered")
    }

    fn approve_number(&self, who: usize, change: usize) -> Verdict {
        self.decide(who, change)?;
        let Change { record, author, .. } = &self.changes[change];
        self.second(self.records[*record].org, *author, who)
    }

    /// Whether the number comes into force by this entry.
    pub(super) fn check(&self, who: usize, change: usize, keyed: &str) -> Verdict {
        self.approve_number(who, change)?;
        must(self.changes[change].number == keyed, 1, "another number than the one that waits")
    }

    /// A blind entry that was let in and does not agree.
    pub(super) fn is_mismatch(&self, who: usize, change: usize, keyed: &str) -> bool {
        self.approve_number(who, change).is_ok() && self.check(who, change, keyed).is_err()
    }

    pub(super) fn mismatched(&mut self, change: usize) {
        self.changes[change].attempts -= 1;
        if self.changes[change].attempts == 0 {
            self.settled(change, "rejected");
        }
    }

    pub(super) fn reject(&self, who: usize, change: usize) -> Verdict {
        self.decide(who, change)
    }

    pub(super) fn withdraw(&self, who: usize, change: usize) -> Verdict {
        let Change { record, author, until, fate, .. } = &self.changes[change];
        must(*fate == "pending" && self.now < *until, 4, "it is settled, or over")?;
        must(who == *author, 9, "only its author takes it back")?;
        must(self.belongs(self.records[*record].org, who), 11, "no place there any more")
    }

    pub(super) fn settled(&mut self, change: usize, fate: &'static str) {
        let one = &mut self.changes[change];
        one.fate = fate;
        let record = &mut self.records[one.record];
        record.waits = None;
        if fate == "approved" {
            record.current = Some((one.version, one.number.clone()));
            record.batch = None;
        }
    }

    pub(super) fn lapsed(&self) -> Vec<usize> {
        let over = |change: &Change| change.fate == "pending" && self.now >= change.until;
        (0..self.changes.len()).filter(|at| over(&self.changes[*at])).collect()
    }
}

/// Numbers out.
impl Rules {
    /// Whether somebody's number is given to a reader of `org` for a work that it was collected for.
    pub(super) fn read(&self, org: usize, record: usize, bound: bool) -> Verdict {
        let one = &self.records[record];
        must(one.org == org, 11, "nobody of this organisation")?;
        must(!one.gone, 6, "it was destroyed")?;
        must(one.current.is_some(), 5, "no second person keyed it")?;
        must(one.batch.is_none(), 7, "it is on its way out")?;
        must(one.due.is_none(), 7, "they left")?;
        must(bound, 11, "it was not collected for that")
    }

    /// Whether the program gets an answer to a call about so many people; that it asked counts.
    pub(super) fn charge(&mut self, people: u32) -> Verdict {
        let (hour, day) = (self.now.div_euclid(HOUR), self.today());
        let program = &mut self.program;
        must(!program.stopped, 11, "it was stopped")?;
        let before = |(at, used): (i64, u32), now: i64| if at == now { used } else { 0 };
        let next = (before(program.hour, hour) + people, before(program.day, day) + people);
        if next.0 <= QUOTAS.0 && next.1 <= QUOTAS.1 {
            (program.hour, program.day) = ((hour, next.0), (day, next.1));
            return Ok(());
        }
        program.refused.retain(|at| self.now - at < MINUTE);
        program.refused.push(self.now);
        program.stopped = program.refused.len() > REFUSALS;
        Err(No(3, "its quota is used up"))
    }
}

/// Settings.
impl Rules {
    /// Whether somebody may ask for another grace at all.
    pub(super) fn set_grace(&self, org: usize, who: usize, grace: u8) -> Verdict {
        must((1..=30).contains(&grace), 14, "below the floor")?;
        must(administers(who) || self.manages(org, who).is_ok(), 11, "no business of theirs")
    }

    /// An administrator agrees to what a manager wants, or the other way round.
    pub(super) fn agree(&self, who: usize, weaker: usize) -> Verdict {
        let Weaker { org, maker, until, settled, .. } = self.weaker[weaker];
        must(!settled && self.now < until, 3, "it is settled, or over")?;
        must(who != maker, 14, "it takes two")?;
        let [wants, agrees] = [maker, who].map(|one| (administers(one), self.manages(org, one)));
        let both = wants.0 && agrees.1.is_ok() || wants.1.is_ok() && agrees.0;
        must(both, 14, "it takes an administrator and a manager")?;
        self.second(org, maker, who)
    }

    /// A manager agrees to the program that an administrator asks for, but not to their own.
    pub(super) fn agree_to_program(&self, who: usize, owner: usize) -> Verdict {
        self.manages(0, who)?;
        must(who != owner, 9, "they would gain by it")
    }

    pub(super) fn lapse_of(&self) -> i64 {
        self.now + LAPSES_AFTER
    }
}

/// Numbers that go.
impl Rules {
    /// What may be proposed for deletion on a day: records with their versions.
    pub(super) fn due(&self, org: usize, until: i64) -> BTreeMap<usize, u64> {
        let open: BTreeSet<usize> = self
            .batches
            .iter()
            .filter(|batch| batch.open)
            .flat_map(|batch| batch.items.iter().map(|(record, _)| *record))
            .collect();
        let due = |one: &Record| one.org == org && one.due.is_some_and(|(day, _)| day <= until);
        let all = self.records.iter().enumerate();
        all.filter(|(at, one)| due(one) && !one.gone && !open.contains(at))
            .filter_map(|(at, one)| Some((at, one.current.as_ref()?.0)))
            .collect()
    }

    pub(super) fn confirm(&self, who: usize, batch: usize) -> Verdict {
        let Batch { org, confirmer, open, .. } = &self.batches[batch];
        self.may(*org, who, "delete")?;
        must(*open && confirmer.is_none(), 4, "not at this step")
    }

    pub(super) fn confirmed(&mut self, who: usize, batch: usize) {
        self.batches[batch].confirmer = Some(who);
        self.mark(batch, Some(batch));
    }

    pub(super) fn approve(&self, who: usize, batch: usize) -> Verdict {
        let Batch { org, confirmer, approved, open, items, .. } = &self.batches[batch];
        self.manages(*org, who)?;
        must(*open && confirmer.is_some() && approved.is_none(), 4, "not at this step")?;
        must(*confirmer != Some(who), 7, "it takes two")?;
        let dated = |record: usize| self.records[record].due.is_some_and(|(_, by)| by == who);
        must(!items.iter().any(|(record, _)| dated(*record)), 7, "they wrote the date themself")
    }

    pub(super) fn cancel(&self, who: usize, batch: usize) -> Verdict {
        self.manages(self.batches[batch].org, who)?;
        must(self.batches[batch].open, 4, "it is over")
    }

    pub(super) fn cancelled(&mut self, batch: usize) {
        self.batches[batch].open = false;
        self.mark(batch, None);
    }

    fn mark(&mut self, batch: usize, stopped: Option<usize>) {
        for (record, version) in &self.batches[batch].items {
            let one = &mut self.records[*record];
            if one.current.as_ref().is_some_and(|(current, _)| current == version) {
                one.batch = stopped;
            }
        }
    }

    /// Whether its day has come and its grace was lived through.
    pub(super) fn is_ripe(&self, batch: usize) -> bool {
        let Batch { org, not_before, approved, open, .. } = self.batches[batch];
        let Some(since) = approved else { return false };
        let mut hours: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for beat in &self.beats[since..] {
            hours.entry(day_of(*beat)).or_default().insert(beat.div_euclid(HOUR));
        }
        let observed = hours.values().filter(|hours| hours.len() >= 4).count();
        open && not_before <= self.today() && observed >= usize::from(self.grace[org])
    }

    /// The records that a ripe batch destroys.
    pub(super) fn goes(&self, batch: usize) -> Vec<usize> {
        let today = self.today();
        let goes = |record: usize| {
            let one = &self.records[record];
            one.batch == Some(batch) && one.due.is_some_and(|(day, _)| day <= today)
        };
        self.batches[batch].items.iter().map(|(at, _)| *at).filter(|at| goes(*at)).collect()
    }

    /// What did not go is given back.
    pub(super) fn finished(&mut self, batch: usize) {
        self.batches[batch].open = false;
        let kept = self.records.iter_mut().filter(|one| one.batch == Some(batch));
        kept.for_each(|one| one.batch = None);
    }
}
