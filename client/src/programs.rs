//! Programs of one organisation, their grants and their keys.

use azekura_wire::changes::Change;
use azekura_wire::clients::{
    AccessToken, Client as Program, ClientDetail, ClientSecret, NewClient, NewKey, NewPublicKey,
    TokenRequest,
};
use azekura_wire::page::{Page, PageQuery};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use crate::transport::{read, tagged};
use crate::{Client, Error, Org, Tagged};

/// What became of a new grant.
#[derive(Clone, Debug)]
pub enum GrantOutcome {
    /// In force: nothing is wider than before.
    Applied(Box<Tagged<Program>>),
    /// Something is wider; a second person decides.
    Waiting(Box<Change>),
}

impl Client {
    /// A token for the program that signed `assertion`, a JWT that is good once.
    pub async fn access_token(&self, assertion: &SecretString) -> Result<AccessToken, Error> {
        let fields = [
            ("grant_type", TokenRequest::GRANT_TYPE),
            ("client_assertion_type", TokenRequest::ASSERTION_TYPE),
            ("client_assertion", assertion.expose_secret()),
        ];
        self.post_form(self.url(&["v1", "oauth", "token"]), &fields).await
    }
}

impl Org<'_> {
    /// The change that proposes a program.
    pub async fn propose_client(&self, new: &NewClient) -> Result<Change, Error> {
        self.client.post(self.url(&["clients"]), new).await
    }

    /// A page of programs, ended ones too.
    pub async fn clients(&self, page: &PageQuery) -> Result<Page<Program>, Error> {
        self.client.fetch(self.url(&["clients"]), page).await
    }

    /// A program and what it used up, with the tag that a new grant names.
    pub async fn program(&self, id: &str) -> Result<Tagged<ClientDetail>, Error> {
        self.client.fetch_tagged(self.url(&["clients", id])).await
    }

    /// Grants the program read under `etag` something else: at once, or as a change if anything is
    /// wider.
    pub async fn change_client_grant(
        &self,
        id: &str,
        etag: &str,
        grant: &NewClient,
    ) -> Result<GrantOutcome, Error> {
        let url = self.url(&["clients", id, "grant"]);
        let response = self.client.update(Method::PUT, url, etag, grant).await?;
        if response.status() == StatusCode::ACCEPTED {
            return Ok(GrantOutcome::Waiting(Box::new(read(response).await?)));
        }
        Ok(GrantOutcome::Applied(Box::new(tagged(response).await?)))
    }

    /// The first key of the caller's program, shown this once.
    pub async fn client_secret(&self, id: &str) -> Result<ClientSecret, Error> {
        self.client.act(self.url(&["clients", id, "secret"])).await
    }

    /// Another key of the caller's program, shown this once. The one before goes on as `new` says.
    pub async fn rotate_client_key(&self, id: &str, new: &NewKey) -> Result<ClientSecret, Error> {
        self.client.post(self.url(&["clients", id, "keys"]), new).await
    }

    /// The program with another key, whose private half it keeps. The one before goes on as `new` says.
    pub async fn bring_client_key(&self, id: &str, new: &NewPublicKey) -> Result<Program, Error> {
        self.client.post(self.url(&["clients", id, "public-keys"]), new).await
    }

    /// The program without the key that begins so, from now on.
    pub async fn end_client_key(&self, id: &str, key: &str) -> Result<Program, Error> {
        self.client.act(self.url(&["clients", id, "keys", key, "end"])).await
    }

    /// The program, stopped now.
    pub async fn stop_client(&self, id: &str) -> Result<Program, Error> {
        self.client.act(self.url(&["clients", id, "stop"])).await
    }

    /// The change that proposes that a stopped program goes on.
    pub async fn resume_client(&self, id: &str) -> Result<Change, Error> {
        self.client.act(self.url(&["clients", id, "resume"])).await
    }

    /// The program, ended now and for good.
    pub async fn end_client(&self, id: &str) -> Result<Program, Error> {
        self.client.act(self.url(&["clients", id, "end"])).await
    }
}
