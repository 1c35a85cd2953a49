//! People, their relationships and what happened to them. Never a number.

use std::sync::Arc;

use axum::extract::State;
use azekura_core::id::PersonId;
use azekura_core::retention::Lang as Language;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::people::{
    NewPerson, NewRelationship, PeopleQuery, Person, PersonPatch, Relationship,
};
use azekura_wire::retention::{NewEvent, RecordedEvent, Retention, RetentionQuery};
use utoipa_axum::routes;

use super::Answer;
use crate::app::App;
use crate::auth::Made;
use crate::http::body::Act;
use crate::http::extract::{IfMatch, InOrg, Org, Query, SignedIn, paging};
use crate::http::needs::{Calls, Need};
use crate::http::{parse, render, show};
use crate::service::people::PersonView;
use crate::service::{Error, events, people};

pub(super) fn routes() -> Calls {
    Calls::default()
        .call(Need::VIEW, routes!(list_people))
        .call(Need::ENTER_PEOPLE, routes!(create_person))
        .call(Need::VIEW, routes!(show_person))
        .call(Need::ENTER_PEOPLE, routes!(amend_person))
        .call(Need::VIEW, routes!(list_relationships))
        .call(Need::ENTER_PEOPLE, routes!(add_relationship))
        .call(Need::VIEW, routes!(list_events))
        .call(Need::ENTER_EVENTS, routes!(record_event))
        .call(Need::VIEW, routes!(explain_retention))
}

/// List people
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/people",
    tag = "people",
    params(PeopleQuery),
    responses((status = 200, description = "One page of people, masked, oldest first", body = Page<Person>)),
)]
async fn list_people(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    Org(org): Org,
    Query(query): Query<PeopleQuery>,
) -> Answer {
    let search = parse::people::search(&query)?;
    let paging = paging(query.limit, query.cursor)?;
    let page = people::list(&app, &actor, org, &search, &paging).await?;
    Ok(render::page(&page, shown))
}

/// Add a person
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/people",
    tag = "people",
    request_body = NewPerson,
    responses((status = 201, description = "The person with their first relationship", body = Person)),
)]
async fn create_person(
    State(app): State<Arc<App>>,
    Org(org): Org,
    Act { actor, body }: Act<NewPerson>,
) -> Answer {
    let new = parse::people::person(&body)?;
    let view = people::add(&app, &actor, org, new).await?;
    Ok(render::made(&view.made()))
}

/// One person
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/people/{id}",
    tag = "people",
    responses((status = 200, description = "The person, masked; `ETag` names them in an update", body = Person)),
)]
async fn show_person(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PersonId>,
) -> Answer {
    let view = people::one(&app, &actor, org, id).await?;
    Ok(render::tagged(200, view.version, &shown(&view)))
}

/// Change a person
///
/// Once there is a number, who a person is changes only by two people.
#[utoipa::path(
    patch,
    path = "/v1/orgs/{org}/people/{id}",
    tag = "people",
    request_body = PersonPatch,
    responses((status = 200, description = "The person as changed", body = Person)),
)]
async fn amend_person(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PersonId>,
    IfMatch(seen): IfMatch,
    Act { actor, body }: Act<PersonPatch>,
) -> Answer {
    let now = people::one(&app, &actor, org, id).await?;
    let amendment = parse::people::amendment(&body, &now)?;
    let view = people::amend(&app, &actor, org, id, seen, amendment).await?;
    Ok(render::tagged(200, view.version, &shown(&view)))
}

/// List relationships
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/people/{id}/relationships",
    tag = "people",
    params(PageQuery),
    responses((status = 200, description = "One page of relationships, oldest first", body = Page<Relationship>)),
)]
async fn list_relationships(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PersonId>,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let view = people::one(&app, &actor, org, id).await?;
    let shown = |held: &_| show::people::relationship(&view.person, held);
    Ok(render::slice(&view.person.relationships, &paging, shown)?)
}

/// Add a relationship
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/people/{id}/relationships",
    tag = "people",
    request_body = NewRelationship,
    responses((status = 201, description = "The relationship", body = Relationship)),
)]
async fn add_relationship(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PersonId>,
    Act { actor, body }: Act<NewRelationship>,
) -> Answer {
    let new = parse::people::relationship(&body)?;
    let view = people::relate(&app, &actor, org, id, new).await?;
    let added = view.person.relationships.last().ok_or(Error::NotFound)?;
    Ok(render::made(&Made::Relationship(&view.person, added)))
}

/// List events
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/people/{id}/events",
    tag = "people",
    params(PageQuery),
    responses((status = 200, description = "One page of events in the order they were recorded, superseded ones too", body = Page<RecordedEvent>)),
)]
async fn list_events(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PersonId>,
    Query(query): Query<PageQuery>,
) -> Answer {
    let paging = paging(query.limit, query.cursor)?;
    let facts = events::list(&app, &actor, org, id).await?;
    let shown: Vec<_> = facts.iter().filter_map(show::retention::recorded).collect();
    Ok(render::slice(&shown, &paging, Clone::clone)?)
}

/// Record an event
///
/// Moves the retention clock at once. To correct one, propose a change of type `fact_corrected`.
#[utoipa::path(
    post,
    path = "/v1/orgs/{org}/people/{id}/events",
    tag = "people",
    request_body = NewEvent,
    responses((status = 201, description = "The event, effective at once", body = RecordedEvent)),
)]
async fn record_event(
    State(app): State<Arc<App>>,
    InOrg(org, id): InOrg<PersonId>,
    Act { actor, body }: Act<NewEvent>,
) -> Answer {
    let new = parse::facts::fact(&body, app.clock.now().tokyo_date())?;
    let fact = events::record(&app, &actor, org, id, new).await?;
    Ok(render::made(&Made::Fact(&fact)))
}

/// Why a number is kept, and until when
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/people/{id}/retention",
    tag = "people",
    params(RetentionQuery),
    responses((status = 200, description = "The last day, what keeps the number, and the reasoning", body = Retention)),
)]
async fn explain_retention(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    InOrg(org, id): InOrg<PersonId>,
    Query(query): Query<RetentionQuery>,
) -> Answer {
    let lang = match query.lang.as_deref() {
        None | Some("ja") => Language::Ja,
        Some("en") => Language::En,
        Some(_) => return Err(Error::fault("?lang", "unknown-code", "ja or en").into()),
    };
    let (person, lines) = events::explain(&app, &actor, org, id, lang).await?;
    Ok(render::ok(&show::retention::retention(&person, lines)))
}

fn shown(view: &PersonView) -> Person {
    show::people::person(&view.person, &view.personal, view.today)
}
