//! One organisation, and its settings.

use azekura_wire::accounts::Settings;
use azekura_wire::changes::Change;
use reqwest::{Method, StatusCode, Url};

use crate::transport::{read, tagged};
use crate::{Client, Error, Tagged};

/// The calls of one organisation.
#[derive(Clone, Copy, Debug)]
pub struct Org<'c> {
    pub(crate) client: &'c Client,
    id: &'c str,
}

/// What became of new settings.
#[derive(Clone, Debug)]
pub enum SettingsOutcome {
    /// In force: nothing is weaker than before.
    Applied(Tagged<Settings>),
    /// Something is weaker; a second person decides.
    Waiting(Box<Change>),
}

impl Client {
    /// The calls of the organisation `id` (`org_…`).
    pub fn org<'c>(&'c self, id: &'c str) -> Org<'c> {
        Org { client: self, id }
    }
}

impl Org<'_> {
    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut whole = vec!["v1", "orgs", self.id];
        whole.extend(path);
        self.client.url(&whole)
    }

    /// The settings in force, with the tag that a change of them names.
    pub async fn settings(&self) -> Result<Tagged<Settings>, Error> {
        self.client.fetch_tagged(self.url(&["settings"])).await
    }

    /// Puts `settings` in the place of those read under `etag`: at once, or as a change if one of
    /// them is weaker.
    pub async fn change_settings(
        &self,
        etag: &str,
        settings: &Settings,
    ) -> Result<SettingsOutcome, Error> {
        let url = self.url(&["settings"]);
        let response = self.client.update(Method::PUT, url, etag, settings).await?;
        if response.status() == StatusCode::ACCEPTED {
            return Ok(SettingsOutcome::Waiting(Box::new(read(response).await?)));
        }
        Ok(SettingsOutcome::Applied(tagged(response).await?))
    }
}
