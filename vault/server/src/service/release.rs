//! Numbers handed over: each slice of a read is opened once its decisions are durable.
//!
//! The next slices are decided while one is opened: a broken connection leaves intents for at most
//! two slices more.

use std::collections::VecDeque;
use std::sync::Arc;

use azekura_core::access::Denial;
use azekura_core::crypto::IntegrityFailure;
use azekura_core::id::{OrganisationId, PersonId, ReadId};
use azekura_core::number::MyNumber;
use tokio::task::spawn_blocking;

use super::intents::{Answer, Ask, Asked, Decided, Outcome};
use super::keys::Opener;
use super::people::PersonRef;
use super::{Error, Result};
use crate::app::App;

/// People in one slice.
const SLICE: usize = 1_000;

/// Slices that are asked for while one is opened: one that is being decided, and one that waits so that
/// the queue goes on without waiting for this task.
const AHEAD: usize = 2;

/// More people than this are opened on a thread of their own, which costs as much as to open this many;
/// the workers meanwhile serve the queue, which decides the next slice.
const FEW: usize = 16;

/// A read under way: its first slice is decided. Each call of [`Release::next`] hands over one slice.
pub struct Release {
    /// Names the read.
    pub id: ReadId,
    app: Arc<App>,
    ask: Ask,
    first: Option<(Vec<Wanted>, Answer)>,
    ahead: VecDeque<(Vec<Wanted>, Result<Asked>)>,
    left: VecDeque<Vec<Wanted>>,
    sent: u32,
    failed: u32,
}

/// A person of the call, found or not.
pub(super) struct Wanted {
    pub(super) named: PersonRef,
    pub(super) id: Option<PersonId>,
}

/// What one person of the call gets.
pub struct Line {
    /// Who, as far as the caller may know.
    pub person: Option<PersonId>,
    /// The payroll system's key, as known or as asked.
    pub external_ref: Option<String>,
    /// The number, or why not.
    pub given: Given,
}

/// What a person's line carries.
pub enum Given {
    /// It would be released; this is a dry run.
    Allowed,
    /// Not released.
    Denied(Denial),
    /// The number.
    Number(MyNumber),
}

impl Release {
    /// Lets the first slice be decided and logged; it alone is charged to a quota.
    ///
    /// # Errors
    ///
    /// The refusal of the call as a whole.
    pub(super) async fn start(app: &Arc<App>, ask: Ask, wanted: Vec<Wanted>) -> Result<Self> {
        let mut left = slices(wanted);
        let slice = left.pop_front().unwrap_or_default();
        let answer = decide(app, &ask, &slice)?.answer().await?;
        Ok(Self {
            id: ask.read,
            app: Arc::clone(app),
            ask: Ask { charge: 0, ..ask },
            first: Some((slice, answer)),
            ahead: VecDeque::new(),
            left,
            sent: 0,
            failed: 0,
        })
    }

    /// The lines of the next slice, opened; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if a sealed number does not open, and the refusal of a later slice, for
    /// which nothing is then released.
    pub async fn next(&mut self) -> Option<Result<Vec<Line>>> {
        let (slice, answer) = if let Some(first) = self.first.take() {
            first
        } else {
            let (slice, asked) = self.ahead.pop_front()?;
            match answer(asked).await {
                Ok(answer) => (slice, answer),
                Err(error) => return Some(Err(error)),
            }
        };
        while self.ahead.len() < AHEAD
            && let Some(slice) = self.left.pop_front()
        {
            let asked = decide(&self.app, &self.ask, &slice);
            self.ahead.push_back((slice, asked));
        }
        Some(self.open(slice, answer).await)
    }

    async fn open(&mut self, slice: Vec<Wanted>, answer: Answer) -> Result<Vec<Line>> {
        let (app, org, dry_run) = (Arc::clone(&self.app), self.ask.org, self.ask.dry_run);
        let few = slice.len() <= FEW;
        let open = move || lines(&app, org, dry_run, slice, answer);
        let lines =
            if few { open() } else { spawn_blocking(open).await.map_err(Error::internal)? };
        match &lines {
            Ok(lines) => self.sent += numbers(lines),
            Err(_) => self.failed += 1,
        }
        lines
    }
}

impl Drop for Release {
    /// However the read ends, the log learns how many numbers were handed over.
    fn drop(&mut self) {
        if self.ask.dry_run || (self.sent, self.failed) == (0, 0) {
            return;
        }
        self.app.intents.conclude(Outcome {
            actor: self.ask.actor.clone(),
            org: self.ask.org,
            read: self.id,
            sent: self.sent,
            failed: self.failed,
        });
    }
}

/// All lines of a slice, or none if one number does not open.
fn lines(
    app: &App,
    org: OrganisationId,
    dry_run: bool,
    slice: Vec<Wanted>,
    answer: Answer,
) -> Result<Vec<Line>> {
    let mut opener = app.keys.opener(&answer.committed, org);
    let mut decided = answer.people.into_iter();
    slice
        .into_iter()
        .map(|wanted| {
            let decided = wanted.id.and_then(|_| decided.next());
            line(wanted, decided.as_ref(), dry_run, &mut opener)
        })
        .collect()
}

fn line(
    wanted: Wanted,
    decided: Option<&Decided>,
    dry_run: bool,
    opener: &mut Opener<'_>,
) -> Result<Line> {
    let current = decided.and_then(|decided| decided.current.as_deref());
    let denial = match (decided, current) {
        (Some(decided), Some(_)) => decided.denial,
        _ => Some(Denial::NotFound),
    };
    let known = current.filter(|_| denial != Some(Denial::NotFound));
    let person = match &wanted.named {
        PersonRef::Id(id) => Some(*id),
        PersonRef::ExternalRef(_) => known.map(|current| current.grounds.person),
    };
    let external_ref = match (wanted.named, known) {
        (_, Some(current)) => Some(current.grounds.external_ref.clone()),
        (PersonRef::ExternalRef(asked), None) => Some(asked),
        (PersonRef::Id(_), None) => None,
    };
    let given = match (denial, current.and_then(|current| current.number.as_ref())) {
        (Some(denial), _) => Given::Denied(denial),
        (None, None) => Given::Denied(Denial::NoNumber),
        (None, Some(_)) if dry_run => Given::Allowed,
        (None, Some(number)) => Given::Number(opener.open(number).map_err(integrity)?),
    };
    Ok(Line { person, external_ref, given })
}

fn slices(mut wanted: Vec<Wanted>) -> VecDeque<Vec<Wanted>> {
    let mut slices = VecDeque::new();
    while wanted.len() > SLICE {
        let rest = wanted.split_off(SLICE);
        slices.push_back(std::mem::replace(&mut wanted, rest));
    }
    slices.push_back(wanted);
    slices
}

fn decide(app: &App, ask: &Ask, slice: &[Wanted]) -> Result<Asked> {
    let people = slice.iter().filter_map(|wanted| wanted.id).collect();
    app.intents.ask(Ask { people, ..ask.clone() })
}

async fn answer(asked: Result<Asked>) -> Result<Answer> {
    asked?.answer().await
}

fn numbers(lines: &[Line]) -> u32 {
    lines.iter().map(|line| u32::from(matches!(line.given, Given::Number(_)))).sum()
}

/// A number that does not open is a defect or an attack. The caller gets nothing.
fn integrity(failure: IntegrityFailure) -> Error {
    tracing::error!("a sealed number does not open");
    Error::internal(failure)
}
