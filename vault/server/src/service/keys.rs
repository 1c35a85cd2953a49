//! The vault's keys at work. Numbers are opened here and nowhere else, and only against a value
//! that proves the log entry is durable.

use azekura_core::crypto::envelope::{self, RecordRandom, SealedRecord};
use azekura_core::crypto::keyring::Keyring;
use azekura_core::crypto::{
    EpochKey, IntegrityFailure, OrgEpochKey, PersonalPlace, Place, State, TotpPlace,
};
use azekura_core::id::{OrganisationId, PersonId, SlotId, UserId, VaultId};
use azekura_core::number::MyNumber;
use azekura_core::person::Personal;
use azekura_core::random::Rng;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use zeroize::Zeroizing;

use super::audit::Committed;
use crate::keyfile::{self, Tombstones};
use crate::store::numbers::NumberRow;

/// The keyring and the slots that must never open again.
pub struct Keys {
    ring: Keyring,
    tombstones: Tombstones,
}

impl Keys {
    /// The keys of an unlocked vault.
    pub fn new(ring: Keyring, tombstones: Tombstones) -> Self {
        Self { ring, tombstones }
    }

    /// The installation.
    pub fn vault(&self) -> VaultId {
        self.ring.vault
    }

    /// The keys themselves, for their own verbs.
    pub fn ring(&self) -> &Keyring {
        &self.ring
    }

    /// The slots that were destroyed.
    pub fn tombstones(&self) -> &Tombstones {
        &self.tombstones
    }

    /// Notes destroyed slots, so that they never open again, whatever a restored database says.
    pub fn bury(&self, slots: &[SlotId]) -> Result<(), keyfile::Error> {
        self.tombstones.bury(&self.ring.row, slots)
    }

    /// Seals a number that waits for its check, under a kind that no release can open.
    pub fn seal_pending(&self, spot: Spot, number: &MyNumber, rng: &dyn Rng) -> Sealed {
        self.seal(spot, State::Pending, number, rng)
    }

    /// Seals a checked number.
    pub fn seal_active(&self, spot: Spot, number: &MyNumber, rng: &dyn Rng) -> Sealed {
        self.seal(spot, State::Active, number, rng)
    }

    /// What opens numbers of `org`, once the intent to release them is durable.
    pub fn opener<'a>(&'a self, intent: &'a Committed, org: OrganisationId) -> Opener<'a> {
        Opener { keys: self, _durable: intent, org, epochs: BTreeMap::new() }
    }

    /// Seals name, kana and birth date for version `version` of those fields.
    ///
    /// # Errors
    ///
    /// If they are too long to be sealed.
    pub fn seal_personal(
        &self,
        org: OrganisationId,
        person: PersonId,
        version: u64,
        personal: &Personal,
        rng: &dyn Rng,
    ) -> Result<Vec<u8>, envelope::PersonalTooLong> {
        let encoded = Zeroizing::new(serde_json::to_vec(personal).unwrap_or_default());
        let mut salt = [0; 24];
        rng.fill(&mut salt);
        let key = self.ring.personal.for_org(org);
        envelope::seal_personal(&key, &self.personal_place(org, person, version), &encoded, &salt)
    }

    /// Name, kana and birth date.
    pub fn open_personal(
        &self,
        org: OrganisationId,
        person: PersonId,
        version: u64,
        sealed: &[u8],
    ) -> Result<Personal, IntegrityFailure> {
        let key = self.ring.personal.for_org(org);
        let place = self.personal_place(org, person, version);
        let encoded = envelope::open_personal(&key, &place, sealed)?;
        let end = encoded.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let json = encoded.get(..end).ok_or(IntegrityFailure)?;
        serde_json::from_slice(json).map_err(|_| IntegrityFailure)
    }

    /// Where the seed of a user's one-time codes belongs.
    pub fn totp_place(&self, user: UserId, version: u64) -> TotpPlace {
        TotpPlace { vault: self.vault(), user, version }
    }

    fn seal(&self, spot: Spot, state: State, number: &MyNumber, rng: &dyn Rng) -> Sealed {
        let (epoch, key) = self.epoch_in_use();
        let place = self.place(spot, epoch, state);
        let mut random = Zeroizing::new([0; 80]);
        rng.fill(&mut *random);
        let record = envelope::seal_record(
            &key.for_org(spot.org),
            &place,
            number,
            &RecordRandom::from_random(*random),
        );
        Sealed { epoch, record }
    }

    /// New numbers are sealed under the newest epoch.
    fn epoch_in_use(&self) -> (u32, &EpochKey) {
        let newest = self.ring.epochs.last_key_value();
        newest.map(|(epoch, key)| (*epoch, key)).expect("a keyring has an epoch")
    }

    fn place(&self, spot: Spot, epoch: u32, state: State) -> Place {
        let Spot { org, person, version, slot } = spot;
        Place { vault: self.vault(), org, person, version, slot, epoch, state }
    }

    fn personal_place(&self, org: OrganisationId, person: PersonId, version: u64) -> PersonalPlace {
        PersonalPlace { vault: self.vault(), org, person, version }
    }
}

/// Opens numbers of one organisation, whose keys it derives once.
pub struct Opener<'a> {
    keys: &'a Keys,
    _durable: &'a Committed,
    org: OrganisationId,
    epochs: BTreeMap<u32, OrgEpochKey>,
}

impl Opener<'_> {
    /// A number that a second person has checked.
    pub fn open(&mut self, stored: &NumberRow) -> Result<MyNumber, IntegrityFailure> {
        self.open_as(State::Active, stored)
    }

    /// A number that waits for its check, to be compared with the second entry.
    pub fn open_pending(&mut self, stored: &NumberRow) -> Result<MyNumber, IntegrityFailure> {
        self.open_as(State::Pending, stored)
    }

    fn open_as(&mut self, state: State, stored: &NumberRow) -> Result<MyNumber, IntegrityFailure> {
        let NumberRow { id, about, blob, slot: key_blob } = stored;
        if self.keys.tombstones.holds(*id) {
            return Err(IntegrityFailure);
        }
        let spot = Spot { org: self.org, person: about.person, version: about.version, slot: *id };
        let place = self.keys.place(spot, about.epoch, state);
        let key = match self.epochs.entry(about.epoch) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let epoch = self.keys.ring.epochs.get(&about.epoch).ok_or(IntegrityFailure)?;
                new.insert(epoch.for_org(self.org))
            }
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the one opener: it asks for a durable log entry first"
        )]
        envelope::open_record(key, &place, blob, key_blob)
    }
}

/// Which version of whose number.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The tenant.
    pub org: OrganisationId,
    /// Whose number.
    pub person: PersonId,
    /// Which version.
    pub version: u64,
    /// The slot of its key.
    pub slot: SlotId,
}

/// A sealed number and the epoch it was sealed under.
pub struct Sealed {
    /// The epoch of the key.
    pub epoch: u32,
    /// What the database keeps.
    pub record: SealedRecord,
}
