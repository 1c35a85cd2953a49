//! Ledgers of one organisation.

use azekura_wire::ledgers::{LedgerQuery, RosterLedger};

use crate::{Error, Org};

impl Org<'_> {
    /// The roster of handlers (様式7) over some days.
    pub async fn roster_ledger(&self, days: &LedgerQuery) -> Result<RosterLedger, Error> {
        self.client.fetch(self.url(&["ledgers", "roster"]), days).await
    }
}
