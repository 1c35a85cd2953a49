//! Events of batches of deletions (廃棄) and their certificates.

use serde::{Deserialize, Serialize};

use crate::audit::Digest;
use crate::id::{CertificateId, ChangeId, PersonId, PurgeId};

/// Events of batches of deletions and their certificates.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum PurgeEvent {
    /// The manager agreed to the list (承認).
    #[serde(rename = "purge.approved")]
    Approved {
        /// Digest of the list.
        digest: Digest,
        /// The batch.
        purge: PurgeId,
    },
    /// The batch will not be executed.
    #[serde(rename = "purge.cancelled")]
    Cancelled {
        /// The batch.
        purge: PurgeId,
        /// Free text, scanned for digits.
        reason: String,
    },
    /// A deletion was certified (削除証明書).
    #[serde(rename = "certificate.issued")]
    CertificateIssued {
        /// The certificate.
        certificate: CertificateId,
        /// The change that ended the record's version, where no batch did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        change: Option<ChangeId>,
        /// Whose record.
        person: PersonId,
        /// The batch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purge: Option<PurgeId>,
        /// Its serial number, as printed.
        serial: String,
        /// SHA-256 of the signed payload's bytes.
        sha256: Digest,
    },
    /// A holder of `delete` looked through the list (対象確認).
    #[serde(rename = "purge.confirmed")]
    Confirmed {
        /// Digest of the list.
        digest: Digest,
        /// The batch.
        purge: PurgeId,
    },
    /// The batch is done.
    #[serde(rename = "purge.finished")]
    Finished {
        /// How many certificates were issued.
        certified: u32,
        /// How many records were destroyed.
        destroyed: u32,
        /// The batch.
        purge: PurgeId,
        /// How many dropped out because something changed after the approval.
        skipped: u32,
    },
    /// A list of what is due.
    #[serde(rename = "purge.proposed")]
    Proposed {
        /// How many records.
        count: u32,
        /// Digest of the list.
        digest: Digest,
        /// The batch.
        purge: PurgeId,
    },
    /// The grace is over and the first key is about to be destroyed.
    #[serde(rename = "purge.started")]
    Started {
        /// The batch.
        purge: PurgeId,
    },
}

impl PurgeEvent {
    pub(super) fn people(&self) -> Vec<PersonId> {
        match self {
            Self::CertificateIssued { person, .. } => vec![*person],
            Self::Approved { .. }
            | Self::Cancelled { .. }
            | Self::Confirmed { .. }
            | Self::Finished { .. }
            | Self::Proposed { .. }
            | Self::Started { .. } => Vec::new(),
        }
    }
}
