//! Where sealed bytes belong: 96 bytes that go into both the derived key and the AEAD.

use uuid::Uuid;

use super::seal::SUITE;
use crate::id::{OrganisationId, PersonId, SlotId, UserId, VaultId};

/// Where the number and the slot of one record version belong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The installation.
    pub vault: VaultId,
    /// The tenant.
    pub org: OrganisationId,
    /// Whose number it is.
    pub person: PersonId,
    /// 1, 2, 3 … for each number that the record ever had.
    pub version: u64,
    /// The slot of this version.
    pub slot: SlotId,
    /// The epoch whose key wraps the record key.
    pub epoch: u32,
    /// Whether a second person has checked the number.
    pub state: State,
}

/// Whether a number may be used. A pending one cannot be passed off as an active one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Checked by a second person.
    Active,
    /// Waiting for the check.
    Pending,
}

/// Where a TOTP seed belongs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TotpPlace {
    /// The installation.
    pub vault: VaultId,
    /// Whose second factor it is.
    pub user: UserId,
    /// The version of the credential row.
    pub version: u64,
}

/// Where a person's name, kana and birth date belong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PersonalPlace {
    /// The installation.
    pub vault: VaultId,
    /// The tenant.
    pub org: OrganisationId,
    /// Whose fields they are.
    pub person: PersonId,
    /// The version of the person's row.
    pub version: u64,
}

/// What is sealed. 5 (imported documents) is reserved and 6 is never used.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Kind {
    ActiveNumber = 1,
    Slot = 2,
    PendingNumber = 3,
    Totp = 4,
    Keyring = 7,
    Personal = 8,
    NodeKey = 9,
}

/// The fields of a context; those that a kind does not use are zero.
pub(crate) struct Context {
    pub(crate) kind: Kind,
    pub(crate) vault: VaultId,
    pub(crate) tenant: Uuid,
    pub(crate) record: Uuid,
    pub(crate) version: u64,
    pub(crate) slot: Uuid,
    pub(crate) epoch: u32,
}

impl Place {
    pub(crate) fn number(&self) -> Context {
        let kind = match self.state {
            State::Active => Kind::ActiveNumber,
            State::Pending => Kind::PendingNumber,
        };
        Context { kind, epoch: 0, ..self.slot() }
    }

    pub(crate) fn slot(&self) -> Context {
        Context {
            tenant: self.org.into(),
            record: self.person.into(),
            version: self.version,
            slot: self.slot.into(),
            epoch: self.epoch,
            ..Context::of(Kind::Slot, self.vault)
        }
    }
}

impl TotpPlace {
    pub(crate) fn context(&self) -> Context {
        Context {
            record: self.user.into(),
            version: self.version,
            ..Context::of(Kind::Totp, self.vault)
        }
    }
}

impl PersonalPlace {
    pub(crate) fn context(&self) -> Context {
        Context {
            tenant: self.org.into(),
            record: self.person.into(),
            version: self.version,
            ..Context::of(Kind::Personal, self.vault)
        }
    }
}

impl Context {
    /// A context that names the vault only.
    pub(crate) fn of(kind: Kind, vault: VaultId) -> Self {
        let nil = Uuid::nil();
        Self { kind, vault, tenant: nil, record: nil, version: 0, slot: nil, epoch: 0 }
    }

    pub(crate) fn to_bytes(&self) -> [u8; 96] {
        let field: u16 = match self.kind {
            Kind::ActiveNumber | Kind::PendingNumber | Kind::Slot => 1,
            Kind::Keyring | Kind::NodeKey | Kind::Personal | Kind::Totp => 0,
        };
        let vault = Uuid::from(self.vault);
        let mut bytes = [0; 96];
        let parts: [&[u8]; 9] = [
            b"MNV1",
            &[self.kind as u8, SUITE],
            &field.to_be_bytes(),
            vault.as_bytes(),
            self.tenant.as_bytes(),
            self.record.as_bytes(),
            &self.version.to_be_bytes(),
            self.slot.as_bytes(),
            &self.epoch.to_be_bytes(),
        ];
        let values = parts.into_iter().flatten();
        bytes.iter_mut().zip(values).for_each(|(byte, value)| *byte = *value);
        bytes
    }
}
