//! People and their relationships. Everything shown here is masked: no path of this module opens a
//! number.

use azekura_core::audit::event::PeopleEvent;
use azekura_core::id::{OrganisationId, PersonId};
use azekura_core::person::{
    Key, NumberStatus, Person, PersonKind, Personal, Record, Relationship, fold,
};
use azekura_core::roster::Operation;
use azekura_core::time::{CivilDate, Timestamp};

use super::audit::{self, Journal};
use super::{Error, Page, Paging, Result, cursor, holdings};
use crate::app::App;
use crate::auth::{Actor, Made, Permission};
use crate::store::people::{self, Filter, PersonRow};
use crate::store::{Kept, Reading};

/// A person as people see them: masked, with the name opened for whoever may look.
pub struct PersonView {
    /// The person.
    pub person: Person,
    /// Name, kana and birth date.
    pub personal: Personal,
    /// The version of the row, for `If-Match`.
    pub version: u64,
    /// The day for which the status is shown.
    pub today: CivilDate,
}

impl PersonView {
    /// The person, for an answer.
    pub fn made(&self) -> Made<'_> {
        Made::Person(&self.person, &self.personal, self.today)
    }
}

/// A person, named by id or by the payroll system's key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PersonRef {
    /// The payroll system's key.
    ExternalRef(String),
    /// The vault's id.
    Id(PersonId),
}

/// A new person with the first relationship.
pub struct NewPerson {
    /// Unique in the organisation.
    pub external_ref: String,
    /// Further keys.
    pub keys: Vec<Key>,
    /// Name, kana and birth date.
    pub personal: Personal,
    /// Why the number will be held.
    pub relationship: NewRelationship,
}

/// A relationship to be added.
pub struct NewRelationship {
    /// As what.
    pub kind: PersonKind,
    /// Whose dependant or heir.
    pub of: Option<PersonRef>,
    /// 続柄.
    pub relation: Option<String>,
    /// First day.
    pub started_on: Option<CivilDate>,
    /// 甲欄 or 乙欄.
    pub tax_column: Option<azekura_core::person::TaxColumn>,
    /// Not insured by default.
    pub part_time: bool,
}

/// Adds a person.
///
/// # Errors
///
/// [`Error::Duplicate`] if the reference or a key is taken.
pub async fn add(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    new: NewPerson,
) -> Result<PersonView> {
    let need = Permission::Enter(Operation::People);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let relationship = relationship(app, &mut journal, org, new.relationship).await?;
    let person = Person {
        id: app.new_id(),
        org,
        external_ref: new.external_ref,
        keys: new.keys,
        relationships: vec![relationship],
        facts: Vec::new(),
        number: Record::default(),
        marks: azekura_core::person::Marks::default(),
        holdings: azekura_core::retention::Holdings::default(),
        personal_version: 1,
        created_at: journal.at(),
    };
    let personal = seal(app, &person, &new.personal)?;
    if let Some(first) = person.relationships.first() {
        let (person, relationship) = (person.id, first.id);
        journal.append(PeopleEvent::PersonCreated { person, relationship })?;
    }
    let kept = people::insert(journal.write(), PersonRow { person, personal })
        .await
        .map_err(Error::unlogged)?;
    let view = view_of(app, &kept, journal.at())?;
    journal.answer(view.made()).await?;
    journal.commit().await?;
    Ok(view)
}

/// Adds a relationship to a person.
pub async fn relate(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
    new: NewRelationship,
) -> Result<PersonView> {
    let need = Permission::Enter(Operation::People);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let kept = find(journal.reading(), org, id).await?;
    let relationship = relationship(app, &mut journal, org, new).await?;
    journal.append(PeopleEvent::RelationshipAdded {
        kind: String::from(relationship.kind.code()),
        person: id,
        relationship: relationship.id,
    })?;
    let mut person = kept.person.clone();
    person.relationships.push(relationship);
    let kept = holdings::save(&mut journal, &kept, person).await?;
    let view = view_of(app, &kept, journal.at())?;
    if let Some(added) = view.person.relationships.last() {
        journal.answer(Made::Relationship(&view.person, added)).await?;
    }
    journal.commit().await?;
    Ok(view)
}

/// What is to change about a person. `None` leaves a field as it is.
pub struct Amendment {
    /// The payroll system's key.
    pub external_ref: Option<String>,
    /// All further keys.
    pub keys: Option<Vec<Key>>,
    /// Name, kana and birth date.
    pub personal: Option<Personal>,
}

/// Changes who a person is, while no number exists; from then on that takes two people.
///
/// # Errors
///
/// [`Error::Stale`] unless `seen` is the version of the row; [`Error::AlreadyRegistered`] once there
/// is a number.
pub async fn amend(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
    seen: u64,
    amendment: Amendment,
) -> Result<PersonView> {
    let need = Permission::Enter(Operation::People);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let kept = find(journal.reading(), org, id).await?;
    if kept.version() != seen {
        return Err(Error::Stale);
    }
    if holdings::has_number(&kept.person) {
        return Err(Error::AlreadyRegistered);
    }
    let mut row = (*kept).clone();
    let mut fields = Vec::new();
    if let Some(external_ref) = amendment.external_ref {
        row.person.external_ref = external_ref;
        fields.push(String::from("external_ref"));
    }
    if let Some(keys) = amendment.keys {
        row.person.keys = keys;
        fields.push(String::from("keys"));
    }
    if let Some(personal) = amendment.personal {
        row.person.personal_version += 1;
        row.personal = seal(app, &row.person, &personal)?;
        fields.push(String::from("name"));
    }
    journal.append(PeopleEvent::PersonUpdated { change: None, fields, person: id })?;
    let kept = people::replace(journal.write(), &kept, row).await.map_err(Error::unlogged)?;
    let view = view_of(app, &kept, journal.at())?;
    journal.commit().await?;
    Ok(view)
}

/// One person, masked.
pub async fn one(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    id: PersonId,
) -> Result<PersonView> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = find(&mut view.reading, org, id).await?;
    view_of(app, &kept, view.at)
}

/// Which people a list shows.
#[derive(Default)]
pub struct Search {
    /// References that begin so.
    pub external_ref: Option<String>,
    /// The one who has this key.
    pub key: Option<Key>,
    /// In a relationship of this kind.
    pub kind: Option<PersonKind>,
    /// Whose number stands there.
    pub status: Option<NumberStatus>,
    /// Whose name or kana contains this, whatever the width and kind of kana.
    pub name: Option<String>,
}

/// One page of people, oldest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    search: &Search,
    paging: &Paging,
) -> Result<Page<PersonView>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let wanted = search.name.as_deref().map(fold);
    let mut after = paging.cursor.as_deref().map(cursor::read).transpose()?;
    let mut items = Vec::new();
    loop {
        let filter = Filter {
            external_ref: search.external_ref.as_deref(),
            key: search.key.as_ref(),
            kind: search.kind,
            state: search.status.map(state_of),
        };
        let page = people::page(&mut view.reading, org, filter, after, PAGE).await?;
        let last = page.len() < usize::from(PAGE);
        for kept in &page {
            after = Some((kept.person.created_at, kept.person.id));
            let shown = view_of(app, kept, view.at)?;
            let stands = |status| shown.person.status(shown.today) == status;
            if search.status.is_none_or(stands)
                && wanted.as_deref().is_none_or(|wanted| is_named(&shown.personal, wanted))
            {
                items.push(shown);
            }
            if items.len() == usize::from(paging.limit) {
                return Ok(Page { items, next: after.map(|(at, id)| cursor::write(at, id)) });
            }
        }
        if last {
            return Ok(Page { items, next: None });
        }
    }
}

/// People fetched at a time.
const PAGE: u16 = 200;

/// The person of this id in this organisation.
pub(super) async fn find(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    id: PersonId,
) -> Result<Kept<PersonRow>> {
    people::by_id(reading, org, id).await?.ok_or(Error::NotFound)
}

/// Name, kana and birth date of a person.
pub(super) fn personal(app: &App, row: &PersonRow) -> Result<Personal> {
    let Person { org, id, personal_version, .. } = row.person;
    let opened = app.keys.open_personal(org, id, personal_version, &row.personal);
    opened.map_err(Error::internal)
}

fn view_of(app: &App, kept: &Kept<PersonRow>, at: Timestamp) -> Result<PersonView> {
    let person = kept.person.clone();
    let personal = personal(app, kept)?;
    Ok(PersonView { person, personal, version: kept.version(), today: at.tokyo_date() })
}

fn seal(app: &App, person: &Person, personal: &Personal) -> Result<Vec<u8>> {
    app.keys
        .seal_personal(person.org, person.id, person.personal_version, personal, &*app.rng)
        .map_err(|_| Error::fault("/name", "too-long", "name and kana together are too long"))
}

async fn relationship(
    app: &App,
    journal: &mut Journal<'_>,
    org: OrganisationId,
    new: NewRelationship,
) -> Result<Relationship> {
    let of = match &new.of {
        Some(of) => Some(resolve(journal.reading(), org, of).await?),
        None if new.kind.needs_of() => {
            let detail = "whose dependant or heir this person is";
            return Err(Error::fault("/dependant_of", "required", detail));
        }
        None => None,
    };
    Ok(Relationship {
        id: app.new_id(),
        kind: new.kind,
        of,
        relation: new.relation,
        started_on: new.started_on,
        tax_column: new.tax_column,
        part_time: new.part_time,
    })
}

async fn resolve(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    of: &PersonRef,
) -> Result<PersonId> {
    let kept = match of {
        PersonRef::ExternalRef(text) => people::by_external_ref(reading, org, text).await?,
        PersonRef::Id(id) => people::by_id(reading, org, *id).await?,
    };
    kept.map(|kept| kept.person.id)
        .ok_or_else(|| Error::fault("/dependant_of", "not-found", "a person of this organisation"))
}

/// The column's word for the state in which a status can show.
const fn state_of(status: NumberStatus) -> &'static str {
    match status {
        NumberStatus::Disposed => "disposed",
        // Somebody who declined has not submitted; the other states say so themselves.
        NumberStatus::Declined | NumberStatus::NotSubmitted => "not_submitted",
        NumberStatus::PendingReview => "pending",
        NumberStatus::Requested => "requested",
        NumberStatus::Returned => "returned",
        NumberStatus::Active
        | NumberStatus::DisposalPending
        | NumberStatus::DisposalScheduled
        | NumberStatus::KeepOnly
        | NumberStatus::Misdirected
        | NumberStatus::OnHold
        | NumberStatus::Suspended => "active",
    }
}

fn is_named(personal: &Personal, wanted: &str) -> bool {
    let written = fold(&format!("{}{}", personal.family, personal.given));
    let spoken = fold(&format!("{}{}", personal.family_kana, personal.given_kana));
    written.contains(wanted) || spoken.contains(wanted)
}
