//! The tamper-evident log (監査ログ).

use serde::{Deserialize, Serialize};

/// `GET /log/entries`: from where on.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// The first entry wanted, counted over the whole vault; 0 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// How many at most, 1 to 200; 50 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// The `next_cursor` of the page before; `from` is then passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The organisation's own entries, each with its proof in one tree.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entries {
    /// Oldest first.
    pub items: Vec<Entry>,
    /// Asks for the next page as `?cursor=`; `null` on the last one.
    pub next_cursor: Option<String>,
    /// The tree that the proofs lead to; `null` if there are no entries.
    pub checkpoint: Option<Checkpoint>,
}

/// One line of the log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its place in the vault's log, from 0.
    pub seq: u64,
    /// The JSON line exactly as it was hashed.
    pub line: String,
    /// From the entry to the root: base64 hashes, leaf's sibling first. Source: RFC 9162 §2.1.3.
    pub proof: Vec<String>,
}

/// `GET /log/proof`: of which entry.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// Its place in the vault's log.
    pub entry: u64,
}

/// That one entry is in a signed tree.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proof {
    /// The entry's place in the vault's log.
    pub entry: u64,
    /// Index, hashes and checkpoint as C2SP tlog-proof text, complete by itself.
    pub proof: String,
}

/// `GET /v1/log/checkpoint`: a signed tree head.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    /// `azekura/<vault id>`
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    /// The root, base64.
    pub root: String,
    /// The signed note these were taken from; keep this. Source: C2SP tlog-checkpoint.
    pub note: String,
}
