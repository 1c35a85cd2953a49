//! Events of the installation itself.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::Digest;
use crate::id::{EmergencyId, UserId};
use crate::time::Timestamp;

/// The clock that does not jump, by which gaps and jumps of the wall clock are judged.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Boot {
    /// The id that the operating system gave this boot.
    pub id: Uuid,
    /// Milliseconds since boot, time asleep included.
    pub ms: u64,
}

/// Events of the installation itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, tag = "act")]
pub enum VaultEvent {
    /// The keys were made and two people hold the recovery shares.
    #[serde(rename = "ceremony.completed")]
    CeremonyCompleted {
        /// A vault of `demo`: no grace before a purge, and never a production vault.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        demo: bool,
        /// Digest of the transcript that the operators signed.
        transcript_sha256: Digest,
    },
    /// A key that signs certificates exists.
    #[serde(rename = "certificate_key.created")]
    CertificateKeyCreated {
        /// From when it signs.
        from: Timestamp,
        /// The Ed25519 public key, 32 bytes in base64.
        key: String,
        /// The name under which a signature refers to it.
        kid: String,
        /// Until when it signs.
        until: Timestamp,
    },
    /// Two recovery shares appointed administrators, because fewer than two could act.
    #[serde(rename = "emergency.opened")]
    EmergencyOpened {
        /// Who was said to be unable to act, and is disabled.
        displaced: Vec<UserId>,
        /// This use of the shares.
        emergency: EmergencyId,
        /// Who was given a token.
        invited: Vec<UserId>,
        /// Why.
        reason: String,
        /// Which shares.
        shares: Vec<u8>,
        /// Until when the tokens are good.
        until: Timestamp,
    },
    /// Two recovery shares asked for administrators and got none.
    #[serde(rename = "emergency.refused")]
    EmergencyRefused {
        /// Why not, as a code.
        code: String,
        /// Which shares.
        shares: Vec<u8>,
    },
    /// An auditor or manager looked at a use of the shares.
    #[serde(rename = "emergency.reviewed")]
    EmergencyReviewed {
        /// Which use.
        emergency: EmergencyId,
    },
    /// A key epoch began.
    #[serde(rename = "epoch.created")]
    EpochCreated {
        /// Its number.
        epoch: u32,
    },
    /// The vault runs. Written each minute, so that a night cut out of the log shows as a hole.
    #[serde(rename = "heartbeat")]
    Heartbeat {
        /// The steady clock beside the entry's wall time.
        boot: Boot,
    },
    /// Stored bytes are not what the vault wrote.
    #[serde(rename = "integrity.failure")]
    IntegrityFailure {
        /// Digest of the ciphertext as found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob_sha256: Option<Digest>,
        /// Table and column, or file.
        r#where: String,
    },
    /// The whole log was written out on the host.
    #[serde(rename = "log.exported")]
    LogExported {
        /// How many entries.
        size: u64,
    },
    /// The vault began to run.
    #[serde(rename = "vault.started")]
    Started {
        /// The steady clock at that moment.
        boot: Boot,
        /// Version of the program.
        software: String,
    },
    /// The vault stopped in order.
    #[serde(rename = "vault.stopped")]
    Stopped {
        /// The steady clock at that moment.
        boot: Boot,
    },
}
