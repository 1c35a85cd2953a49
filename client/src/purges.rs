//! Deletions, certificates and the log of one organisation.

use azekura_wire::log::{Entries, EntriesQuery, Proof, ProofQuery};
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::purges::{Agreement, Certificate, CertificatesQuery, Purge, PurgeDetail};

use crate::{Error, Org};

impl Org<'_> {
    /// A page of batches, newest first.
    pub async fn purges(&self, page: &PageQuery) -> Result<Page<Purge>, Error> {
        self.client.fetch(self.url(&["purges"]), page).await
    }

    /// A batch of what is due now.
    pub async fn propose_purge(&self) -> Result<PurgeDetail, Error> {
        self.client.act(self.url(&["purges"])).await
    }

    /// A batch with its items, masked.
    pub async fn purge(&self, id: &str) -> Result<PurgeDetail, Error> {
        self.client.fetch(self.url(&["purges", id]), &()).await
    }

    /// The batch, its targets confirmed by the caller.
    pub async fn confirm_purge(&self, id: &str, list: &Agreement) -> Result<PurgeDetail, Error> {
        self.client.post(self.url(&["purges", id, "confirm"]), list).await
    }

    /// The batch, approved by the calling manager.
    pub async fn approve_purge(&self, id: &str, list: &Agreement) -> Result<PurgeDetail, Error> {
        self.client.post(self.url(&["purges", id, "approve"]), list).await
    }

    /// The batch, dropped before anything in it is gone.
    pub async fn cancel_purge(&self, id: &str) -> Result<PurgeDetail, Error> {
        self.client.act(self.url(&["purges", id, "cancel"])).await
    }

    /// A page of certificates.
    pub async fn certificates(
        &self,
        query: &CertificatesQuery,
    ) -> Result<Page<Certificate>, Error> {
        self.client.fetch(self.url(&["certificates"]), query).await
    }

    /// The evidence of one deletion, byte for byte: save it as it is, for `azekura-verify`.
    pub async fn certificate(&self, id: &str) -> Result<Vec<u8>, Error> {
        self.client.fetch_bytes(self.url(&["certificates", id])).await
    }

    /// The organisation's own log entries with their proofs.
    pub async fn log_entries(&self, query: &EntriesQuery) -> Result<Entries, Error> {
        self.client.fetch(self.url(&["log", "entries"]), query).await
    }

    /// The proof that one entry is in a signed tree.
    pub async fn log_proof(&self, query: &ProofQuery) -> Result<Proof, Error> {
        self.client.fetch(self.url(&["log", "proof"]), query).await
    }
}
