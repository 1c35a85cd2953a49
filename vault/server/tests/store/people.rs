//! People, their numbers, and what finds them.

use azekura::store::people::{Filter, PersonRow};
use azekura::store::{Error, bulk, numbers, people};
use azekura_core::crypto::envelope::{NumberBlob, SlotBlob};
use azekura_core::id::{OrganisationId, PersonId};
use azekura_core::identity::{IdentityCheck, Method};
use azekura_core::person::{Active, Key, NumberState, PersonKind};
use azekura_core::purpose::Bundle;
use azekura_core::retention::{Holding, Span};

use crate::fixtures::{NOW, Vault, day, person, uuid};

on_both_engines!(
    a_person_comes_back_as_written,
    a_reference_is_taken_once_in_an_organisation,
    a_key_belongs_to_one_person,
    a_page_is_stable_while_people_are_added,
    a_page_shows_what_the_filter_admits,
    dependants_are_found_by_their_parent,
    whose_number_is_due_comes_earliest_first,
    numbers_come_with_their_people_in_one_statement,
    a_person_has_one_number_in_force,
    a_destroyed_number_is_nowhere,
    references_are_resolved_together,
);

async fn insert(vault: &Vault, rows: Vec<PersonRow>) {
    vault
        .write(async |write| {
            for row in rows {
                people::insert(write, row).await.unwrap();
            }
        })
        .await;
}

fn number(org: OrganisationId, person: PersonId, version: u64) -> numbers::NumberRow {
    let about = numbers::About { org, person, version, epoch: 1, state: numbers::State::Active };
    let byte = u8::try_from(version).unwrap();
    let (blob, slot) = (NumberBlob::from([byte; 92]), SlotBlob::from([byte + 100; 112]));
    numbers::NumberRow { id: uuid().into(), about, blob, slot }
}

fn due(org: OrganisationId, external_ref: &str, keep_until: &str) -> PersonRow {
    let mut row = person(org, external_ref);
    row.person.holdings.items = vec![Holding {
        relationship: row.person.relationships[0].id,
        kind: PersonKind::Employee,
        bundle: Bundle::Declarations,
        rule: None,
        retirement: false,
        span: Span { from: None, until: None },
        use_until: None,
        keep_until: Some(day(keep_until)),
        estimated: false,
        set_by: None,
    }];
    row.person.number.state = NumberState::Active(Box::new(Active {
        version: 1,
        purposes: [Bundle::Declarations].into_iter().collect(),
        notice: uuid().into(),
        identity: IdentityCheck {
            method: Method::MnCard,
            number_document: None,
            identity_documents: [].into(),
            agent_document: None,
            verified_on: day("2026-04-01"),
        },
        registered_at: NOW,
        slot: uuid().into(),
        epoch: 1,
        correction: None,
        purge: None,
    }));
    row
}

fn refs(rows: &[azekura::store::Kept<PersonRow>]) -> Vec<&str> {
    rows.iter().map(|row| row.person.external_ref.as_str()).collect()
}

async fn a_person_comes_back_as_written(vault: Vault) {
    let org = uuid().into();
    let row = due(org, "E-1", "2027-01-31");
    let written = row.person.clone();
    insert(&vault, vec![row]).await;
    let mut read = vault.read().await;
    let found = people::by_id(&mut read, org, written.id).await.unwrap().unwrap();
    assert_eq!((&found.person, found.personal.len()), (&written, 332));
    assert_eq!((found.version(), found.next_version(), found.seq()), (1, 2, 0));
    let elsewhere = people::by_id(&mut read, uuid().into(), written.id).await.unwrap();
    assert!(elsewhere.is_none(), "nothing crosses organisations");
}

async fn a_reference_is_taken_once_in_an_organisation(vault: Vault) {
    let org = uuid().into();
    insert(&vault, vec![person(org, "E-1"), person(uuid().into(), "E-1")]).await;
    let mut write = vault.begin().await;
    let twice = people::insert(&mut write, person(org, "E-1")).await;
    assert!(matches!(twice, Err(Error::Duplicate { what: "person" })));
}

async fn a_key_belongs_to_one_person(vault: Vault) {
    let org = uuid().into();
    let key = Key { system: "給与".to_owned(), value: "0042".to_owned() };
    let (mut one, mut two) = (person(org, "1"), person(org, "2"));
    one.person.keys.push(key.clone());
    insert(&vault, vec![one.clone()]).await;
    two.person.keys.push(key.clone());
    let mut write = vault.begin().await;
    let taken = people::insert(&mut write, two.clone()).await;
    assert!(matches!(taken, Err(Error::Duplicate { what: "key" })));
    drop(write);

    vault
        .write(async |write| {
            let kept = people::by_id(write.reading(), org, one.person.id).await.unwrap().unwrap();
            one.person.keys.clear();
            people::replace(write, &kept, one).await.unwrap();
            people::insert(write, two).await.unwrap();
        })
        .await;
    let filter = Filter { key: Some(&key), ..Filter::default() };
    let page = people::page(&mut vault.read().await, org, filter, None, 9).await.unwrap();
    assert_eq!(refs(&page), ["2"], "a key that was given up is free again");
}

async fn a_page_is_stable_while_people_are_added(vault: Vault) {
    let org = uuid().into();
    insert(&vault, (1..=3).map(|at| person(org, &at.to_string())).collect()).await;
    let all = Filter::default();
    let first = people::page(&mut vault.read().await, org, all, None, 2).await.unwrap();
    assert_eq!(refs(&first), ["1", "2"]);
    insert(&vault, vec![person(org, "4"), person(uuid().into(), "5")]).await;
    let last = &first[1].person;
    let cursor = Some((last.created_at, last.id));
    let second = people::page(&mut vault.read().await, org, all, cursor, 9).await.unwrap();
    assert_eq!(refs(&second), ["3", "4"]);
}

async fn a_page_shows_what_the_filter_admits(vault: Vault) {
    let org = uuid().into();
    let first = person(org, "E-1");
    let mut payee = person(org, "E-9");
    payee.person.relationships[0].kind = PersonKind::Payee;
    let active = due(org, "F%", "2027-01-31");
    insert(&vault, vec![first, payee, person(org, "e-1"), active]).await;
    let mut read = vault.read().await;
    let cases = [
        (Filter { external_ref: Some("E-"), ..Filter::default() }, vec!["E-1", "E-9"]),
        (Filter { external_ref: Some("%"), ..Filter::default() }, vec![]),
        (Filter { kind: Some(PersonKind::Payee), ..Filter::default() }, vec!["E-9"]),
        (Filter { state: Some("active"), ..Filter::default() }, vec!["F%"]),
        (Filter { state: Some("disposed"), ..Filter::default() }, vec![]),
    ];
    for (filter, expected) in cases {
        let page = people::page(&mut read, org, filter, None, 9).await.unwrap();
        assert_eq!(refs(&page), expected);
    }
}

async fn dependants_are_found_by_their_parent(vault: Vault) {
    let org = uuid().into();
    let parent = person(org, "parent");
    let parent_id = parent.person.id;
    let mut child = person(org, "child");
    child.person.relationships[0].kind = PersonKind::Dependant;
    child.person.relationships[0].of = Some(parent_id);
    insert(&vault, vec![parent, child, person(org, "other")]).await;
    let family = people::dependants_of(&mut vault.read().await, parent_id).await.unwrap();
    assert_eq!(refs(&family), ["child"]);
}

async fn whose_number_is_due_comes_earliest_first(vault: Vault) {
    let org = uuid().into();
    let mut gone = due(org, "gone", "2026-01-31");
    gone.person.number.state = NumberState::NotSubmitted;
    let rows = [("later", "2027-03-30"), ("second", "2027-02-27"), ("first", "2027-01-30")];
    insert(
        &vault,
        rows.map(|(name, until)| due(org, name, until)).into_iter().chain([gone]).collect(),
    )
    .await;
    let mut read = vault.read().await;
    let until = day("2027-02-28");
    let found = people::due(&mut read, org, until, None, 9).await.unwrap();
    assert_eq!(refs(&found), ["first", "second"]);
    let cursor = Some((day("2027-01-31"), found[0].person.id));
    let rest = people::due(&mut read, org, until, cursor, 9).await.unwrap();
    assert_eq!(refs(&rest), ["second"]);
}

async fn numbers_come_with_their_people_in_one_statement(vault: Vault) {
    let org = uuid().into();
    let mut rows: Vec<_> = (0..300).map(|at| due(org, &format!("E-{at}"), "2033-01-10")).collect();
    let ids: Vec<PersonId> = rows.iter().map(|row| row.person.id).collect();
    let numbers = [number(org, ids[7], 1), number(org, ids[8], 1)];
    if let NumberState::Active(active) = &mut rows[7].person.number.state {
        active.slot = numbers[0].id;
    }
    let stranger = person(uuid().into(), "E-0");
    let asked: Vec<PersonId> = ids.iter().copied().chain([stranger.person.id]).collect();
    insert(&vault, rows.into_iter().chain([stranger]).collect()).await;
    vault
        .write(async |write| {
            for number in numbers {
                write.insert(number).await.unwrap();
            }
        })
        .await;

    let current = bulk::current(&mut vault.read().await, org, &asked).await.unwrap();
    let mut found: Vec<_> = current.iter().map(|(id, _)| *id).collect();
    found.sort_unstable();
    assert_eq!(found, ids);
    let rows: Vec<_> = current.into_iter().map(|(_, row)| row.unwrap()).collect();
    assert!(rows.iter().zip(&ids).all(|(row, id)| row.grounds.person == *id));
    let with: Vec<_> = rows.iter().filter_map(|row| row.number.as_ref()).collect();
    assert_eq!(with.len(), 1, "a number in another slot than the grounds name is none");
    assert_eq!((with[0].about.person, with[0].blob.as_bytes()), (ids[7], &[1; 92]));

    vault.attack("update person set grounds = personal where external_ref = 'E-7'").await;
    let current = bulk::current(&mut vault.read().await, org, &asked).await.unwrap();
    for (id, row) in current {
        let forged = matches!(row, Err(Error::Forged { what: "person" }));
        assert_eq!(forged, id == ids[7], "a changed row stops nobody else");
    }
}

async fn a_person_has_one_number_in_force(vault: Vault) {
    let org = uuid().into();
    let row = person(org, "1");
    let id = row.person.id;
    insert(&vault, vec![row]).await;
    let mut pending = number(org, id, 2);
    pending.about.state = numbers::State::Pending;
    let slot = pending.id;
    vault
        .write(async |write| {
            write.insert(number(org, id, 1)).await.unwrap();
            write.insert(pending).await.unwrap();
        })
        .await;
    let mut read = vault.read().await;
    assert_eq!(numbers::active(&mut read, id).await.unwrap().unwrap().about.version, 1);
    assert_eq!(numbers::of_person(&mut read, id).await.unwrap().len(), 2);
    assert_eq!(numbers::by_slot(&mut read, slot).await.unwrap().unwrap().about.version, 2);
    drop(read);
    let mut write = vault.begin().await;
    let second = write.insert(number(org, id, 3)).await;
    assert!(matches!(second, Err(Error::Duplicate { what: "number" })));
}

async fn a_destroyed_number_is_nowhere(vault: Vault) {
    let org = uuid().into();
    let row = person(org, "1");
    let id = row.person.id;
    insert(&vault, vec![row]).await;
    vault.write(async |write| write.insert(number(org, id, 7)).await.map(drop).unwrap()).await;
    let standing = vault.store.scrub(&[[7; 32]]).await.unwrap();
    let needles = vault
        .write(async |write| {
            let kept = numbers::active(write.reading(), id).await.unwrap().unwrap();
            numbers::destroy(write, kept).await.unwrap()
        })
        .await;
    assert_eq!(needles, [[7; 32], [107; 32]]);
    let scan = vault.store.scrub(&needles).await.unwrap();
    assert_eq!(scan.hits, 0);
    if matches!(vault.store, azekura::store::Store::Sqlite { .. }) {
        assert!(standing.hits > 0, "the scan finds what is there");
        assert!(scan.files.contains(&"vault.db".to_owned()), "{:?}", scan.files);
    }
    assert!(numbers::active(&mut vault.read().await, id).await.unwrap().is_none());
    let forged = azekura::store::verify::verify_tables(&mut vault.read().await).await.unwrap();
    assert_eq!(forged, Vec::<&str>::new());
}

async fn references_are_resolved_together(vault: Vault) {
    let org = uuid().into();
    insert(&vault, vec![person(org, "a\"1"), person(org, "b"), person(uuid().into(), "c")]).await;
    let found =
        bulk::ids_by_external_ref(&mut vault.read().await, org, &["a\"1", "b", "c", "d"]).await;
    let names: Vec<_> = found.unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a\"1", "b"]);
    let mut read = vault.read().await;
    let by_ref = people::by_external_ref(&mut read, org, "b").await.unwrap();
    assert_eq!(by_ref.unwrap().person.external_ref, "b");
    assert!(people::by_external_ref(&mut read, org, "c").await.unwrap().is_none());
}
