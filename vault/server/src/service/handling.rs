//! What was done with numbers, as an office writes it down: the record of handling
//! (特定個人情報取扱記録簿) and the ledger of deletions (廃棄台帳). Both are drawn up from the log, so
//! neither can say anything that the log does not.
//!
//! Source: regulation 000 §6.5 5), 001 §5.1.3, 002 §5(10).

use std::collections::{HashMap, HashSet};

use azekura_core::audit::event::{Event, NumberEvent, PurposeUse};
use azekura_core::audit::{ActorRef, Entry};
use azekura_core::certificate::{Certificate, Serial, Trigger};
use azekura_core::id::{ChangeId, OrganisationId, PurgeId, ReadId, RequestId};
use azekura_core::purge::{Purge, Signed};
use azekura_core::time::{CivilDate, Timestamp};

use super::audit::{self, View};
use super::ledgers::Span;
use super::{Error, Result, certificates, sessions, staff};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::authority::Authority;
use crate::store::{audit as entries, certificates as rows};

/// Lines of the log fetched at a time.
const CHUNK: u16 = 1_000;

/// What was done.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// 取得.
    Collected,
    /// 訂正.
    Corrected,
    /// 削除・廃棄.
    Deleted,
    /// 利用.
    Used,
}

impl Act {
    /// The word of the form.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Collected => "取得",
            Self::Corrected => "訂正",
            Self::Deleted => "削除・廃棄",
            Self::Used => "利用",
        }
    }
}

/// A ledger over some days.
pub struct Ledger<T> {
    /// 事業者.
    pub organisation: String,
    /// When it was drawn up.
    pub drawn_up_at: Timestamp,
    /// The last day it covers.
    pub until: CivilDate,
    /// Its lines, by time.
    pub lines: Vec<T>,
}

/// One act on one or more numbers.
pub struct Handled {
    /// When it began.
    pub at: Timestamp,
    /// What was done.
    pub act: Act,
    /// With how many records.
    pub count: u32,
    /// Who did it: a person's or program's name, or the job.
    pub by: String,
    /// What for; only a use has one.
    pub purpose: Option<PurposeUse>,
    /// The first entry of the log that tells of it.
    pub entry: u64,
    /// What it belongs to.
    group: Group,
}

/// Numbers that one batch or change ended.
pub struct Deletion {
    /// The act.
    pub handled: Handled,
    /// What set it off; `None` where a change ended a version that was never in use, or replaced one.
    pub batch: Option<Batch>,
}

/// What a deletion by a batch adds.
pub struct Batch {
    /// The batch.
    pub purge: PurgeId,
    /// Why.
    pub trigger: Trigger,
    /// 対象確認者.
    pub confirmed_by: String,
    /// 承認者.
    pub approved_by: String,
    /// The kinds of files, without repetition.
    pub file_kinds: Vec<String>,
    /// The first and last of its certificates.
    pub serials: Option<(Serial, Serial)>,
    /// From this day on no backup has one of them.
    pub gone_from_backups_on: Option<CivilDate>,
}

#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Group {
    Change(ChangeId),
    Entry(u64),
    Purge(PurgeId),
    Read(ReadId),
    Request(RequestId),
}

/// The record of handling, to be taken out of the vault.
///
/// # Errors
///
/// [`Error::StepUp`]; a fault if the span ends before it begins.
pub async fn record(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    span: Span,
) -> Result<Ledger<Handled>> {
    let (mut view, until) = open(app, actor, org, span).await?;
    let lines = handled(&mut view, org, span.from, until).await?;
    ledger(&view, org, until, lines)
}

/// The ledger of deletions, to be taken out of the vault.
///
/// # Errors
///
/// As for [`record`].
pub async fn deletions(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    span: Span,
) -> Result<Ledger<Deletion>> {
    let (mut view, until) = open(app, actor, org, span).await?;
    let mut lines = Vec::new();
    for handled in handled(&mut view, org, span.from, until).await? {
        if handled.act == Act::Deleted {
            let batch = match handled.group {
                Group::Purge(purge) => batch(&mut view, purge).await?,
                Group::Change(_) | Group::Entry(_) | Group::Read(_) | Group::Request(_) => None,
            };
            lines.push(Deletion { handled, batch });
        }
    }
    ledger(&view, org, until, lines)
}

async fn open<'a>(
    app: &'a App,
    actor: &Actor,
    org: OrganisationId,
    span: Span,
) -> Result<(View<'a>, CivilDate)> {
    sessions::fresh(app, actor)?;
    let view = audit::view(app, actor, Some(org), Permission::Audit).await?;
    let until = span.until(view.at)?;
    Ok((view, until))
}

fn ledger<T>(
    view: &View<'_>,
    org: OrganisationId,
    until: CivilDate,
    lines: Vec<T>,
) -> Result<Ledger<T>> {
    let organisation = view.authority.organisation(org).ok_or(Error::NotFound)?.name.clone();
    Ok(Ledger { organisation, drawn_up_at: view.at, until, lines })
}

/// Acts of the days from `from` to `until`, entries of one act put together.
async fn handled(
    view: &mut View<'_>,
    org: OrganisationId,
    from: Option<CivilDate>,
    until: CivilDate,
) -> Result<Vec<Handled>> {
    let end = until.plus_days(1).tokyo_start();
    let (mut lines, mut places) = (Vec::<Handled>::new(), HashMap::new());
    let mut activated = HashSet::new();
    let mut seq = match from {
        Some(from) => entries::first_since(&mut view.reading, from.tokyo_start()).await?,
        None => 0,
    };
    loop {
        let page = entries::entries_of(&mut view.reading, org, seq, CHUNK).await?;
        let Some(last) = page.last() else { return Ok(lines) };
        seq = last.seq + 1;
        for leaf in page {
            let entry = Entry::from_leaf(&leaf.leaf).map_err(Error::internal)?;
            if entry.at >= end {
                return Ok(lines);
            }
            if is_resealing(&entry.event, &mut activated) {
                continue;
            }
            let Some(line) = read(&view.authority, entry) else { continue };
            let place = *places.entry((line.act, line.group)).or_insert(lines.len());
            match lines.get_mut(place) {
                Some(known) => known.count += line.count,
                None => lines.push(line),
            }
        }
    }
}

/// Whether an entry tells that a checked number left the place in which it had waited: the number is
/// still there, so no office calls that a deletion.
fn is_resealing(event: &Event, activated: &mut HashSet<(ChangeId, u64)>) -> bool {
    if let Event::Number(NumberEvent::Activated { change: Some(change), version, .. }) = event {
        activated.insert((*change, *version));
    }
    matches!(event, Event::Number(NumberEvent::Destroyed { change: Some(change), version, .. })
        if activated.contains(&(*change, *version)))
}

/// The line that an entry belongs to, if it tells of handling.
fn read(authority: &Authority, entry: Entry) -> Option<Handled> {
    let Entry { seq, at, actor, request, event, .. } = entry;
    let Event::Number(event) = event else { return None };
    let asked = request.map_or(Group::Entry(seq), Group::Request);
    let (act, count, purpose, group) = match event {
        NumberEvent::Activated { version: 1, .. } => (Act::Collected, 1, None, asked),
        NumberEvent::Activated { .. } => (Act::Corrected, 1, None, asked),
        NumberEvent::Destroyed { purge: Some(purge), .. } => {
            (Act::Deleted, 1, None, Group::Purge(purge))
        }
        NumberEvent::Destroyed { change: Some(change), .. } => {
            (Act::Deleted, 1, None, Group::Change(change))
        }
        NumberEvent::Destroyed { .. } => (Act::Deleted, 1, None, asked),
        NumberEvent::ReleaseIntent { dry_run: false, people, purpose, read, .. } => {
            let count = u32::try_from(people.len()).unwrap_or(u32::MAX);
            (Act::Used, count, Some(purpose), Group::Read(read))
        }
        NumberEvent::Rebound { .. }
        | NumberEvent::ReleaseIntent { .. }
        | NumberEvent::ReleaseOutcome { .. }
        | NumberEvent::ReleaseRefused { .. } => return None,
    };
    Some(Handled { at, act, count, by: by(authority, &actor), purpose, entry: seq, group })
}

fn by(authority: &Authority, actor: &ActorRef) -> String {
    match actor {
        ActorRef::Client { id, owner } => {
            let program = authority.client_by_id(*id).map(|client| client.grant.name.clone());
            format!("{}（{}）", program.unwrap_or_default(), staff::name(authority, *owner))
        }
        ActorRef::Operator => String::from("運用者"),
        ActorRef::System { .. } => String::from("自動処理"),
        ActorRef::User { id, .. } => staff::name(authority, *id),
    }
}

/// What a batch and its certificates add to a line.
async fn batch(view: &mut View<'_>, id: PurgeId) -> Result<Option<Batch>> {
    let Some(purge) = view.reading.find::<Purge>(id).await? else { return Ok(None) };
    let name = |signed: Option<Signed>| {
        signed.map(|signed| staff::name(&view.authority, signed.by)).unwrap_or_default()
    };
    let mut batch = Batch {
        purge: id,
        trigger: Trigger::Scheduled,
        confirmed_by: name(purge.confirmed),
        approved_by: name(purge.approved),
        file_kinds: Vec::new(),
        serials: None,
        gone_from_backups_on: None,
    };
    let mut after = None;
    loop {
        let page = rows::of_purge(&mut view.reading, id, after, CHUNK).await?;
        let Some(last) = page.last() else { return Ok(Some(batch)) };
        after = Some(last.serial);
        for row in &page {
            let statement = certificates::document(row)?.statement().ok_or(Error::NotFound)?;
            batch.take(statement);
        }
    }
}

impl Batch {
    /// Takes over what one certificate of the batch says.
    fn take(&mut self, statement: Certificate) {
        let Certificate { serial, target, lock_b, trigger, .. } = statement;
        self.trigger = trigger;
        let first = self.serials.map_or(serial, |(first, _)| first);
        self.serials = Some((first, serial));
        if !self.file_kinds.contains(&target.file_kind) {
            self.file_kinds.push(target.file_kind);
        }
        let due = lock_b.due.tokyo_date();
        let latest = self.gone_from_backups_on.map_or(due, |known| known.max(due));
        self.gone_from_backups_on = Some(latest);
    }
}
