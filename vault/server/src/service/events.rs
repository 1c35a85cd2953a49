//! Facts that move retention clocks: recorded by one person, effective at once; corrected by two.

use azekura_core::audit::event::PeopleEvent;
use azekura_core::change::{Change, Content, FactCorrection};
use azekura_core::id::{FactId, OrganisationId, PersonId, RelationshipId};
use azekura_core::person::Person;
use azekura_core::retention::{Fact, FactKind, Lang, Line};
use azekura_core::roster::Operation;
use azekura_core::time::CivilDate;

use super::audit;
use super::{Error, Result, holdings, people, queue};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};

/// What happened.
pub struct NewFact {
    /// To which relationship; may be left out where only one can be meant.
    pub relationship: Option<RelationshipId>,
    /// On which day.
    pub on: CivilDate,
    /// What.
    pub kind: FactKind,
}

/// Records a fact.
pub async fn record(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
    new: NewFact,
) -> Result<Fact> {
    let need = Permission::Enter(Operation::Events);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let kept = people::find(journal.reading(), org, id).await?;
    let author = actor.person().ok_or(Error::Unauthenticated)?;
    let fact = Fact {
        id: app.new_id(),
        relationship: meant(&kept.person, &new)?,
        on: new.on,
        kind: new.kind,
        author,
        recorded_at: journal.at(),
        superseded_by: None,
    };
    check(&kept.person, &fact)?;
    journal.append(PeopleEvent::FactRecorded {
        fact: fact.id,
        kind: String::from(fact.kind.code()),
        person: id,
        relationship: Some(fact.relationship),
    })?;
    let mut person = kept.person.clone();
    person.facts.push(fact.clone());
    holdings::save(&mut journal, &kept, person).await?;
    journal.answer(Made::Fact(&fact)).await?;
    journal.commit().await?;
    Ok(fact)
}

/// Proposes that a recorded fact is replaced, or voided if `with` is `None`.
pub async fn propose_correction(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    correction: (PersonId, FactId, Option<NewFact>),
    reason: String,
) -> Result<Change> {
    let (id, supersedes, with) = correction;
    let need = Permission::Enter(Operation::Events);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let kept = people::find(journal.reading(), org, id).await?;
    if !kept.person.facts.iter().any(|fact| fact.id == supersedes && fact.counts()) {
        return Err(Error::fault("/supersedes", "not-found", "a fact of this person that counts"));
    }
    let author = actor.person().ok_or(Error::Unauthenticated)?;
    let with = with
        .map(|new| {
            let relationship = meant(&kept.person, &new)?;
            let (id, recorded_at) = (app.new_id(), journal.at());
            let NewFact { on, kind, .. } = new;
            let fact =
                Fact { id, relationship, on, kind, author, recorded_at, superseded_by: None };
            check(&kept.person, &fact).map(|()| Box::new(fact))
        })
        .transpose()?;
    let content = FactCorrection { person: id, supersedes, with, reason };
    let content = Content::FactCorrected(content);
    let change = queue::propose(app, &mut journal, actor, Some(org), content).await?;
    journal.answer(Made::Change(&change)).await?;
    journal.commit().await?;
    Ok(change)
}

/// The facts of a person, oldest record first, superseded ones included.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
) -> Result<Vec<Fact>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    Ok(people::find(&mut view.reading, org, id).await?.person.facts.clone())
}

/// Why the number is kept and until when, in words.
pub async fn explain(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
    lang: Lang,
) -> Result<(Person, Vec<Line>)> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let person = people::find(&mut view.reading, org, id).await?.person.clone();
    let lines = person.holdings.explain(lang);
    Ok((person, lines))
}

/// The relationship a fact is about: the one it names, or the only one it can be about.
fn meant(person: &Person, new: &NewFact) -> Result<RelationshipId> {
    if let Some(id) = new.relationship {
        let known = person.relationship(id).map(|held| held.id);
        return known.ok_or_else(|| {
            Error::fault("/relationship", "not-found", "a relationship of this person")
        });
    }
    let mut fitting = person.relationships.iter().filter(|held| new.kind.belongs_to(held.kind));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.id),
        (None, _) => Err(Error::fault("/type", "kind", "no relationship of this person has such")),
        (Some(_), Some(_)) => {
            let detail = "several relationships can be meant; name one";
            Err(Error::fault("/relationship", "required", detail))
        }
    }
}

fn check(person: &Person, fact: &Fact) -> Result<()> {
    let held = person.relationship(fact.relationship).ok_or(Error::NotFound)?;
    if fact.kind.needs_two() {
        let detail = "a correction takes two people: propose a change of type fact_corrected";
        return Err(Error::fault("/type", "two-people", detail));
    }
    fact.check(held).map_err(|error| {
        Error::fault(format!("/{}", error.field()), "fact", "does not fit this fact")
    })
}
