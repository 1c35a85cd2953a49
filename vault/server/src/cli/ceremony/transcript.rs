//! What a ceremony did, for people to sign and for auditors to compare with entry 0. No secret.

use anyhow::Result;
use azekura_core::audit::Digest;
use azekura_core::crypto::keyring::{SealedMaster, SlotKind};
use azekura_core::crypto::recovery::{SHARES, ShareSet, THRESHOLD};
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::cli::setup::{Administrator, NewKeys};

/// The parts of a transcript.
pub(super) struct Transcript<'a> {
    pub(super) keys: &'a NewKeys,
    pub(super) at: Timestamp,
    pub(super) file: &'a [u8],
    pub(super) slots: &'a [SealedMaster],
    pub(super) set: ShareSet,
    pub(super) holders: &'a [String; SHARES],
    pub(super) rehearsed: &'a [[u8; 2]],
    pub(super) administrators: &'a [Administrator; 2],
}

impl Transcript<'_> {
    /// The bytes of the file: JSON, ending with a line end.
    pub(super) fn text(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(&self.json())?;
        text.push('\n');
        Ok(text)
    }

    fn json(&self) -> Value {
        let holders: Vec<Value> = (1..)
            .zip(self.holders)
            .map(|(share, holder)| json!({ "share": share, "holder": holder }))
            .collect();
        let administrators: Vec<Value> = self
            .administrators
            .iter()
            .map(|one| json!({ "user": one.id, "name": one.display_name }))
            .collect();
        json!({
            "version": 1,
            "vault": self.keys.vault(),
            "held_at": self.at,
            "software": format!("azekura {}", env!("CARGO_PKG_VERSION")),
            "keyring": {
                "generation": 1,
                "sha256": Digest::of(self.file),
                "slots": self.slots.iter().map(kind).collect::<Vec<_>>(),
            },
            "recovery": {
                "set": HEXLOWER.encode(&self.set.bytes()),
                "threshold": THRESHOLD,
                "shares": holders,
                "rehearsed": self.rehearsed,
            },
            "administrators": administrators,
            "trust": self.keys.trust(self.at, false),
        })
    }
}

fn kind(slot: &SealedMaster) -> &'static str {
    match slot.kind() {
        Some(SlotKind::Credential) => "credential",
        Some(SlotKind::Passphrase) => "passphrase",
        Some(SlotKind::Recovery) => "recovery",
        None => "unknown",
    }
}
