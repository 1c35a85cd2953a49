//! The roster comes in: people and numbers through the payroll program, each number keyed again
//! blind by a second person.

use std::collections::HashMap;
use std::io::Write;

use anyhow::{Context, bail};
use azekura_client::wire::changes::{Check, Content, NewChange, NewNumber};
use azekura_client::wire::number::NumberText;
use azekura_client::wire::people::{NewPerson, NewRelationship, PeopleQuery};
use azekura_client::wire::retention::Event;
use azekura_core::number::MyNumber;
use azekura_core::time::CivilDate;

use super::Stage;
use super::expect::{must_be, must_hold, must_refuse};
use super::founding::Cast;
use super::roster::{BadLine, Entrant, Line, Roster};
use super::tell::{Step, Teller};

/// Somebody whose number the vault keeps.
pub(super) struct Entered {
    /// `per_…`
    pub(super) id: String,
    /// The change that brought the number.
    change: String,
    pub(super) entrant: Entrant,
}

impl Entered {
    /// A copy for one request, wiped after it.
    fn number(&self) -> NumberText {
        text(&self.entrant.collected.number)
    }
}

/// Enters everybody. Numbers of people long gone are refused, and the roster says whose they are.
pub(super) async fn enter<W: Write>(
    stage: &Stage,
    cast: &Cast,
    roster: Roster,
    out: &mut Teller<W>,
) -> anyhow::Result<Vec<Entered>> {
    let today = stage.clock.now().tokyo_date();
    let bad: Vec<BadLine> = roster.bad.clone();
    let (gone, kept): (Vec<_>, Vec<_>) =
        roster.people.into_iter().partition(|entrant| entrant.is_past(today));
    let kept = Roster { people: kept, bad: Vec::new() }.of(stage.people);
    let mut people = Vec::with_capacity(kept.people.len());
    let mut known = HashMap::new();
    for entrant in kept.people {
        let id = create(cast, &entrant, &known).await?;
        known.insert(entrant.line.external_ref.clone(), id.clone());
        let change = register(cast, &id, &entrant).await?;
        people.push(Entered { id, change, entrant });
    }
    let mut past = Vec::new();
    for entrant in gone {
        let id = create(cast, &entrant, &known).await?;
        let answer = cast.payroll().propose_change(&proposal(&id, &entrant)).await;
        let refusal = must_refuse("a number past its retention", answer, 422, "past-retention")?;
        past.push((entrant.line.external_ref, refusal.code));
    }
    let waiting = count(cast, "pending_review").await?;
    must_be("how many numbers wait for their check", waiting, people.len())?;
    out.tell(&Step::Imported { people: waiting, bad: &bad, past: &past })?;
    Ok(people)
}

/// Checks every number as a second person, after a wrong entry and an attempt by the first person.
pub(super) async fn check<W: Write>(
    cast: &Cast,
    people: &[Entered],
    out: &mut Teller<W>,
) -> anyhow::Result<()> {
    let [first, second, ..] = people else { bail!("the roster has too few people") };
    let entry = Check { number: first.number() };
    let own = cast.handler.org(&cast.org).check(&first.change, &entry).await;
    let own = must_refuse("whoever entered a number checks it", own, 403, "same-person")?;
    let checker = cast.checker.org(&cast.org);
    let wrong = checker.check(&first.change, &Check { number: second.number() }).await;
    let wrong = must_refuse("another number is keyed", wrong, 409, "number-mismatch")?;
    let attempts_left = wrong.attempts_left.unwrap_or_default();
    must_be("the entries that are left", attempts_left, 2)?;
    for person in people {
        let checked = checker.check(&person.change, &Check { number: person.number() }).await;
        let checked = checked.context("could not check a number")?;
        must_be("a checked number", checked.status.as_str(), "approved")?;
        must_be("who checked it", checked.decided_by.unwrap_or_default(), &cast.checker.id)?;
    }
    let active = count(cast, "active").await?;
    must_be("how many numbers are active", active, people.len())?;
    out.tell(&Step::Checked {
        mismatch: &wrong.code,
        attempts_left,
        own: &own.code,
        active,
        people: people.len(),
    })?;
    Ok(())
}

/// Writes down that somebody left.
pub(super) async fn leave(cast: &Cast, person: &str, on: CivilDate) -> anyhow::Result<()> {
    let reason = String::from("resigned");
    let event = Event::EmploymentEnded { on: on.to_string(), reason, last_paid_on: None };
    let recorded = cast.payroll().record_event(person, &event).await;
    let recorded = recorded.context("could not record a departure")?;
    must_hold("the departure is recorded as it was sent", recorded.event == event)
}

async fn create(
    cast: &Cast,
    entrant: &Entrant,
    known: &HashMap<String, String>,
) -> anyhow::Result<String> {
    let person = cast.payroll().create_person(&new_person(&entrant.line, known)).await;
    let person = person.context("could not create a person")?;
    must_be("a new person", person.external_ref.as_str(), entrant.line.external_ref.as_str())?;
    must_be("a new person's number", person.number.status.as_str(), "not_submitted")?;
    for line in &entrant.further {
        let added = cast.payroll().add_relationship(&person.id, &relationship(line)).await;
        let added = added.context("could not add a relationship")?;
        must_be("a further relationship", added.kind.as_str(), line.kind.code())?;
    }
    if let Some(on) = entrant.line.left_on {
        leave(cast, &person.id, on).await?;
    }
    Ok(person.id)
}

async fn register(cast: &Cast, id: &str, entrant: &Entrant) -> anyhow::Result<String> {
    let change = cast.payroll().propose_change(&proposal(id, entrant)).await;
    let change = change.context("could not register a number")?;
    must_be("a registered number", change.status.as_str(), "pending")?;
    let Content::Register(proposed) = change.content else {
        bail!("the vault answered something else than a registration");
    };
    must_be("whose number it is", proposed.person.as_str(), id)?;
    Ok(change.id)
}

/// How many people the vault lists with this status of their number.
async fn count(cast: &Cast, status: &str) -> anyhow::Result<usize> {
    let status = Some(String::from(status));
    let mut query =
        PeopleQuery { number_status: status, limit: Some(200), ..PeopleQuery::default() };
    let mut counted = 0;
    loop {
        let page = cast.viewer.org(&cast.org).people(&query).await;
        let page = page.context("could not list people")?;
        counted += page.items.len();
        if page.next_cursor.is_none() {
            return Ok(counted);
        }
        query.cursor = page.next_cursor;
    }
}

fn new_person(line: &Line, known: &HashMap<String, String>) -> NewPerson {
    NewPerson {
        external_ref: line.external_ref.clone(),
        keys: Vec::new(),
        kind: String::from(line.kind.code()),
        name: line.name.clone(),
        birth_date: line.birth_date.map(|day| day.to_string()),
        dependant_of: line.of.as_ref().and_then(|of| known.get(of)).cloned(),
        relation: line.relation.map(String::from),
        started_on: line.started_on.map(|day| day.to_string()),
        tax_column: line.tax_column.map(String::from),
        part_time: line.part_time.then_some(true),
    }
}

fn relationship(line: &Line) -> NewRelationship {
    NewRelationship {
        kind: String::from(line.kind.code()),
        of: None,
        relation: None,
        started_on: line.started_on.map(|day| day.to_string()),
        tax_column: None,
        part_time: None,
    }
}

fn proposal(id: &str, entrant: &Entrant) -> NewChange {
    NewChange::Register(NewNumber {
        person: String::from(id),
        number: text(&entrant.collected.number),
        purposes: entrant.bundles(),
        notice: None,
        identity_check: entrant.collected.identity.clone(),
        reason: None,
        replaces: None,
    })
}

fn text(number: &MyNumber) -> NumberText {
    NumberText::from(number.expose())
}
