//! People, their relationships and the facts about them.

use azekura_wire::page::{Page, PageQuery};
use azekura_wire::people::{
    NewPerson, NewRelationship, PeopleQuery, Person, PersonPatch, Relationship,
};
use azekura_wire::retention::{Event, RecordedEvent, Retention, RetentionQuery};
use reqwest::Method;

use crate::transport::tagged;
use crate::{Error, Org, Tagged};

impl Org<'_> {
    /// The person, created with their first relationship.
    pub async fn create_person(&self, new: &NewPerson) -> Result<Person, Error> {
        self.client.post(self.url(&["people"]), new).await
    }

    /// A page of people, masked.
    pub async fn people(&self, query: &PeopleQuery) -> Result<Page<Person>, Error> {
        self.client.fetch(self.url(&["people"]), query).await
    }

    /// One person, masked, with the tag that an update names.
    pub async fn person(&self, id: &str) -> Result<Tagged<Person>, Error> {
        self.client.fetch_tagged(self.url(&["people", id])).await
    }

    /// The person read under `etag`, with the fields of `patch` in place of theirs.
    pub async fn update_person(
        &self,
        id: &str,
        etag: &str,
        patch: &PersonPatch,
    ) -> Result<Tagged<Person>, Error> {
        let url = self.url(&["people", id]);
        tagged(self.client.update(Method::PATCH, url, etag, patch).await?).await
    }

    /// A page of a person's relationships.
    pub async fn relationships(
        &self,
        person: &str,
        page: &PageQuery,
    ) -> Result<Page<Relationship>, Error> {
        self.client.fetch(self.url(&["people", person, "relationships"]), page).await
    }

    /// One more relationship of the person.
    pub async fn add_relationship(
        &self,
        person: &str,
        new: &NewRelationship,
    ) -> Result<Relationship, Error> {
        self.client.post(self.url(&["people", person, "relationships"]), new).await
    }

    /// A page of what was written down about the person.
    pub async fn events(
        &self,
        person: &str,
        page: &PageQuery,
    ) -> Result<Page<RecordedEvent>, Error> {
        self.client.fetch(self.url(&["people", person, "events"]), page).await
    }

    /// The event, effective at once.
    pub async fn record_event(&self, person: &str, event: &Event) -> Result<RecordedEvent, Error> {
        self.client.post(self.url(&["people", person, "events"]), event).await
    }

    /// Until when the person's number is kept, and why.
    pub async fn retention(
        &self,
        person: &str,
        query: &RetentionQuery,
    ) -> Result<Retention, Error> {
        self.client.fetch(self.url(&["people", person, "retention"]), query).await
    }
}
