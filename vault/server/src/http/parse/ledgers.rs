//! Which days a ledger covers.

use azekura_wire::ledgers as wire;

use super::Faults;
use crate::http::problem::Failed;
use crate::service::ledgers::Span;

/// The days.
pub(in crate::http) fn span(query: &wire::LedgerQuery) -> Result<Span, Failed> {
    let mut faults = Faults::default();
    let from = faults.optional(query.from.as_ref(), |f, text| f.day("?from", text));
    let to = faults.optional(query.to.as_ref(), |f, text| f.day("?to", text));
    faults.finish(Some(Span { from, to }))
}
