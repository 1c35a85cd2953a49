//! Whoever has the database and all of this code, and not the keyring, opens nothing.

use azekura_core::crypto::{EpochKey, Place, State};

use azekura_core::crypto::envelope::{NumberBlob, SlotBlob, open_record};
use azekura_core::crypto::keyring::{Keyring, Unlock};
use azekura_core::id::VaultId;
use azekura_tests::{Vault, number, sqlite};
use secrecy::SecretBox;
use sha2::{Digest, Sha256};
use sqlx::Row;
use uuid::Uuid;

use crate::Scene;

/// A stolen row: where it says it stands, and its two blobs.
struct Stolen {
    place: Place,
    blob: NumberBlob,
    slot: SlotBlob,
    /// Every 32 bytes in a row that stand in it.
    windows: Vec<[u8; 32]>,
}

#[test]
fn rt_12_a_dump_opens_nothing_without_the_keyring() {
    let vault = Vault::start();
    let scene = Scene::new(&vault);
    let numbers: Vec<String> = (12_000..12_010).map(number).collect();
    scene.work(&numbers);
    let waiting = scene.sato.add_employee("架空");
    scene.sato.register(&waiting, &number(12_010), &["withholding"]).ok(202);
    vault.stop();
    let files = vault.files();
    let bytes = std::fs::read(files.state().join("keyring")).unwrap();
    let secret = data_encoding::HEXLOWER.decode(&std::fs::read(files.credential()).unwrap());
    let secret = SecretBox::new(Box::new(secret.unwrap().try_into().unwrap()));
    let keyring = Keyring::decode(&bytes, &Unlock::Credential(secret)).unwrap().keyring;

    let rows = steal(&files.state().join("vault.db"), keyring.vault);
    assert_eq!(rows.len(), 11);
    let mut tried = 0;
    for row in &rows {
        assert!(opens(row, &keyring.epochs[&1]), "the attack is right: with the key it opens");
        for guess in guesses(row) {
            assert!(!opens(row, &EpochKey::from_random(guess)), "a guessed key opens a number");
            tried += 1;
        }
    }
    assert!(tried > 5_000, "{tried}");
}

#[expect(clippy::disallowed_methods, reason = "an attacker keeps no rule of the house")]
fn opens(row: &Stolen, key: &EpochKey) -> bool {
    let states = [State::Active, State::Pending];
    states.into_iter().any(|state| {
        let place = Place { state, ..row.place };
        open_record(&key.for_org(place.org), &place, &row.blob, &row.slot).is_ok()
    })
}

/// Known keys, keys made of what the row says of itself, and every 32 bytes of the row.
fn guesses(row: &Stolen) -> Vec<[u8; 32]> {
    let Place { vault, org, person, slot, .. } = row.place;
    let ids: [Uuid; 4] = [vault.into(), org.into(), person.into(), slot.into()];
    let mut guesses: Vec<[u8; 32]> = (0..=255).map(|byte| [byte; 32]).collect();
    guesses.push(core::array::from_fn(|at| u8::try_from(at).unwrap()));
    for one in ids {
        for other in ids {
            let both = [*one.as_bytes(), *other.as_bytes()].concat();
            guesses.push(both.as_slice().try_into().unwrap());
            guesses.push(Sha256::digest(&both).into());
        }
        guesses.push(Sha256::digest(one.as_bytes()).into());
        guesses.push(Sha256::digest(one.to_string().as_bytes()).into());
    }
    for word in ["azekura", "mnv1/org", "password", "", "校倉"] {
        guesses.push(Sha256::digest(word.as_bytes()).into());
    }
    guesses.extend(&row.windows);
    guesses
}

fn steal(database: &std::path::Path, vault: VaultId) -> Vec<Stolen> {
    let rows = sqlite::rows(database, "select * from number");
    let stolen = rows.iter().map(|row| {
        let id = |name: &str| Uuid::from_slice(row.get::<&[u8], _>(name)).unwrap();
        let bytes = |name: &str| row.get::<&[u8], _>(name);
        let version: i64 = row.get("version");
        let place = Place {
            vault,
            org: id("org_id").into(),
            person: id("person_id").into(),
            version: u64::try_from(version).unwrap(),
            slot: id("id").into(),
            epoch: 1,
            state: State::Active,
        };
        let all = [bytes("id"), bytes("blob"), bytes("slot"), bytes("sealed")].concat();
        Stolen {
            place,
            blob: NumberBlob::try_from(bytes("blob")).ok().unwrap(),
            slot: SlotBlob::try_from(bytes("slot")).ok().unwrap(),
            windows: all.windows(32).map(|window| window.try_into().unwrap()).collect(),
        }
    });
    stolen.collect()
}
