//! What waits for a second person in one organisation.

use azekura_wire::changes::{Change, ChangesQuery, Check, NewChange, Rejection};
use azekura_wire::page::Page;

use crate::{Error, Org};

impl Org<'_> {
    /// The change, waiting: for a number its blind check.
    pub async fn propose_change(&self, new: &NewChange) -> Result<Change, Error> {
        self.client.post(self.url(&["changes"]), new).await
    }

    /// A page of changes.
    pub async fn changes(&self, query: &ChangesQuery) -> Result<Page<Change>, Error> {
        self.client.fetch(self.url(&["changes"]), query).await
    }

    /// One change, without its number.
    pub async fn change(&self, id: &str) -> Result<Change, Error> {
        self.client.fetch(self.url(&["changes", id]), &()).await
    }

    /// The change, approved because the number keyed again agrees.
    ///
    /// # Errors
    ///
    /// [`Error::Problem`] with the code `number-mismatch` and `attempts_left` if it does not.
    pub async fn check(&self, id: &str, check: &Check) -> Result<Change, Error> {
        self.client.post(self.url(&["changes", id, "check"]), check).await
    }

    /// The change, approved. One that brings a number is checked instead.
    pub async fn approve(&self, id: &str) -> Result<Change, Error> {
        self.client.act(self.url(&["changes", id, "approve"])).await
    }

    /// The change, rejected for good.
    pub async fn reject(&self, id: &str, why: &Rejection) -> Result<Change, Error> {
        self.client.post(self.url(&["changes", id, "reject"]), why).await
    }

    /// The caller's own change, taken back.
    pub async fn withdraw(&self, id: &str) -> Result<Change, Error> {
        self.client.act(self.url(&["changes", id, "withdraw"])).await
    }
}
