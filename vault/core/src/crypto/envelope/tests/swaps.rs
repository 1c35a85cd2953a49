use super::*;

/// 40 record versions: two organisations, five people each, two versions, active and pending.
///
/// People, versions and states share as much as they can: both organisations have a person of the
/// same id, and a version keeps its slot id when it becomes active.
fn records() -> Vec<(Place, SealedRecord)> {
    let mut records = Vec::new();
    for at in 0..40_u8 {
        let [org, person, version] = [at % 2, at / 2 % 5, at / 10 % 2];
        let state = if at < 20 { State::Active } else { State::Pending };
        let place = Place {
            vault: VaultId::from(Uuid::from_u128(1)),
            org: OrganisationId::from(Uuid::from_u128(org.into())),
            person: PersonId::from(Uuid::from_u128(person.into())),
            version: version.into(),
            slot: SlotId::from(Uuid::from_u128(u128::from(person) * 2 + u128::from(version))),
            epoch: 42,
            state,
        };
        let random = RecordRandom::from_random([at; 80]);
        records.push((place, seal_record(&key(&place), &place, &number(), &random)));
    }
    records
}

fn key(place: &Place) -> OrgEpochKey {
    EpochKey::from_random([0xe1; 32]).for_org(place.org)
}

/// RT-05: records, seeds and personal fields open in their own place only.
#[test]
fn rt_05_every_swap_fails() {
    no_record_opens_with_the_number_or_slot_of_another();
    no_record_opens_in_another_place_with_its_own_key();
    every_field_of_a_place_counts();
    seeds_and_personal_fields_open_in_their_own_place_only();
}

fn no_record_opens_with_the_number_or_slot_of_another() {
    let records = records();
    for (at, (place, own)) in records.iter().enumerate() {
        for (from, (_, other)) in records.iter().enumerate() {
            let open = |number, slot| open_record(&key(place), place, number, slot).is_ok();
            let swapped = [
                open(&other.number, &own.slot),
                open(&own.number, &other.slot),
                open(&other.number, &other.slot),
            ];
            assert_eq!(swapped, [at == from; 3], "{from} in the place of {at}");
        }
    }
}

fn no_record_opens_in_another_place_with_its_own_key() {
    let records = records();
    for (at, (own_place, own)) in records.iter().enumerate() {
        for (other_at, (place, _)) in records.iter().enumerate() {
            let opened = open_record(&key(own_place), place, &own.number, &own.slot).is_ok();
            assert_eq!(opened, at == other_at, "{at} in the place of {other_at}");
        }
    }
}

fn every_field_of_a_place_counts() {
    let sealed = seal_record(&org_key(), &place(), &number(), &random());
    let other = Uuid::from_u128(99);
    let elsewhere = [
        Place { vault: VaultId::from(other), ..place() },
        Place { org: OrganisationId::from(other), ..place() },
        Place { person: PersonId::from(other), ..place() },
        Place { version: 8, ..place() },
        Place { slot: SlotId::from(other), ..place() },
        Place { epoch: 41, ..place() },
        Place { state: State::Pending, ..place() },
    ];
    for place in elsewhere {
        assert!(
            open_record(&org_key(), &place, &sealed.number, &sealed.slot).is_err(),
            "{place:?}"
        );
    }
}

fn seeds_and_personal_fields_open_in_their_own_place_only() {
    let other = Uuid::from_u128(99);
    let seed = seal_totp(&totp_key(), &totp_place(), &[6; 20], &[1; 24]);
    for place in [
        TotpPlace { vault: VaultId::from(other), ..totp_place() },
        TotpPlace { user: UserId::from(other), ..totp_place() },
        TotpPlace { version: 2, ..totp_place() },
    ] {
        assert!(open_totp(&totp_key(), &place, &seed).is_err(), "{place:?}");
    }
    let fields = seal_personal(&personal_key(), &personal_place(), &[1], &[2; 24]).unwrap();
    for place in [
        PersonalPlace { vault: VaultId::from(other), ..personal_place() },
        PersonalPlace { org: OrganisationId::from(other), ..personal_place() },
        PersonalPlace { person: PersonId::from(other), ..personal_place() },
        PersonalPlace { version: 3, ..personal_place() },
    ] {
        assert!(open_personal(&personal_key(), &place, &fields).is_err(), "{place:?}");
    }
}
