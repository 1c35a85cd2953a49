//! What is done to the database without the vault is found.

use azekura::store::authority::Authority;
use azekura::store::people::PersonRow;
use azekura::store::verify::verify_tables;
use azekura::store::{Error, audit, people};
use azekura_core::crypto::row::Table;
use azekura_core::id::OrganisationId;
use azekura_core::roster::{Designation, Session};

use crate::fixtures::{Vault, designation, log, organisation, person, session, user, uuid};

on_both_engines!(
    a_changed_value_is_found_when_it_is_read,
    a_changed_search_column_is_found,
    a_row_given_another_id_is_found,
    a_deleted_row_is_named,
    a_row_put_back_is_named_and_grants_nothing,
    a_whole_table_put_back_is_named,
    a_table_put_back_with_its_head_is_a_smaller_log,
    an_old_seal_does_not_fit_the_head,
    a_changed_head_stops_every_write,
    a_family_link_taken_out_is_named,
    rows_as_the_vault_left_them_verify,
);

async fn forged_tables(vault: &Vault) -> Vec<&'static str> {
    verify_tables(&mut vault.read().await).await.unwrap()
}

async fn a_changed_value_is_found_when_it_is_read(vault: Vault) {
    let (mut one, mut other) = (user(), user());
    other.administrator = true;
    (one.display_name, other.display_name) = ("試験".to_owned(), "試験".to_owned());
    let id = one.id;
    vault
        .write(async |write| {
            write.insert(one).await.unwrap();
            write.insert(other.clone()).await.unwrap();
        })
        .await;
    let of_other = "(select sealed from app_user order by id desc limit 1)";
    vault.attack(&format!("update app_user set sealed = {of_other}")).await;
    let found = vault.read().await.find::<azekura_core::roster::User>(id).await;
    assert!(matches!(found, Err(Error::Forged { what: "user" })));
    assert_eq!(forged_tables(&vault).await, ["user"]);
}

async fn a_changed_search_column_is_found(vault: Vault) {
    let org: OrganisationId = uuid().into();
    vault
        .write(async |write| people::insert(write, person(org, "E-1")).await.map(drop).unwrap())
        .await;
    vault.attack("update person set external_ref = 'E-2'").await;
    let found = people::by_external_ref(&mut vault.read().await, org, "E-2").await;
    assert!(matches!(found, Err(Error::Forged { what: "person" })));
    assert_eq!(forged_tables(&vault).await, ["person"]);
}

async fn a_row_given_another_id_is_found(vault: Vault) {
    vault.write(async |write| write.insert(organisation()).await.map(drop).unwrap()).await;
    let other = match &vault.store {
        azekura::store::Store::Sqlite { .. } => "randomblob(16)",
        azekura::store::Store::Postgres(_) => "gen_random_uuid()",
    };
    vault.attack(&format!("update organisation set id = {other}")).await;
    assert_eq!(forged_tables(&vault).await, ["organisation"]);
}

async fn a_deleted_row_is_named(vault: Vault) {
    vault
        .write(async |write| {
            write.insert(session("a")).await.unwrap();
            write.insert(session("b")).await.unwrap();
        })
        .await;
    vault.attack("delete from session where token_mac = 'a'").await;
    assert_eq!(forged_tables(&vault).await, ["session"]);
}

async fn a_row_put_back_is_named_and_grants_nothing(vault: Vault) {
    let org = uuid().into();
    let line = designation(org);
    let user = line.user;
    let kept = vault.write(async |write| write.insert(line).await.unwrap()).await;
    vault.attack("create table old as select * from designation").await;
    vault
        .write(async |write| {
            let mut ended: Designation = (*kept).clone();
            ended.ended_at = Some(crate::fixtures::NOW);
            write.replace(&kept, ended).await.unwrap();
        })
        .await;
    let authority = Authority::load(&mut vault.read().await).await.unwrap();
    assert_eq!(authority.designations(org, user).count(), 1);

    vault
        .attack(
            "delete from designation; insert into designation select * from old; drop table old",
        )
        .await;
    let mut read = vault.read().await;
    assert_eq!(verify_tables(&mut read).await.unwrap(), ["designation"]);
    let authority = Authority::load(&mut read).await.unwrap();
    assert_eq!(authority.designations(org, user).count(), 0);
    assert!(
        Table::ALL
            .iter()
            .all(|table| { authority.is_forged(*table) == (*table == Table::Designation) })
    );
    let head = audit::head(&mut read).await.unwrap();
    assert_eq!(authority.stale(head.seals()).len(), 1, "it is tried again until it is restored");
}

async fn a_whole_table_put_back_is_named(vault: Vault) {
    let org = uuid().into();
    vault
        .write(async |write| people::insert(write, person(org, "1")).await.map(drop).unwrap())
        .await;
    vault.attack("create table old as select * from person").await;
    vault
        .write(async |write| people::insert(write, person(org, "2")).await.map(drop).unwrap())
        .await;
    vault.attack("delete from person; insert into person select * from old; drop table old").await;
    assert_eq!(forged_tables(&vault).await, ["person"]);
}

async fn a_table_put_back_with_its_head_is_a_smaller_log(vault: Vault) {
    let kept = vault.write(async |write| write.insert(session("a")).await.unwrap()).await;
    vault
        .attack(
            "create table old as select * from session;
             create table old_head as select * from log_head",
        )
        .await;
    let before = vault.begin().await.size();
    vault.write(async |write| write.remove::<Session>(kept).await.unwrap()).await;
    let after = vault.begin().await.size();
    vault
        .attack(
            "insert into session select * from old; delete from log_head;
             insert into log_head select * from old_head; drop table old; drop table old_head",
        )
        .await;
    assert_eq!(forged_tables(&vault).await, Vec::<&str>::new(), "the head and the table agree");
    assert_eq!(vault.begin().await.size(), before, "but the log is shorter than the anchor says");
    assert!(before < after);
}

async fn an_old_seal_does_not_fit_the_head(vault: Vault) {
    let kept = vault.write(async |write| write.insert(session("a")).await.unwrap()).await;
    vault.attack("create table old_head as select * from log_head").await;
    vault.write(async |write| write.remove::<Session>(kept).await.unwrap()).await;
    vault
        .attack("update log_head set seals = (select seals from old_head); drop table old_head")
        .await;
    let begun = vault.store.begin(&vault.key).await;
    assert!(matches!(begun, Err(Error::Forged { what: "head of the log" })));
}

async fn a_changed_head_stops_every_write(vault: Vault) {
    let mut write = vault.begin().await;
    log(&mut write);
    write.commit().await.unwrap();
    vault.attack("update log_head set size = 0").await;
    assert!(matches!(vault.store.begin(&vault.key).await, Err(Error::Forged { .. })));
    vault.attack("delete from log_head").await;
    assert!(matches!(vault.store.begin(&vault.key).await, Err(Error::Corrupt { .. })));
}

async fn a_family_link_taken_out_is_named(vault: Vault) {
    let org = uuid().into();
    let parent = person(org, "1");
    let mut child = person(org, "2");
    child.person.relationships[0].of = Some(parent.person.id);
    vault
        .write(async |write| {
            people::insert(write, parent).await.unwrap();
            people::insert(write, child).await.unwrap();
        })
        .await;
    assert_eq!(forged_tables(&vault).await, Vec::<&str>::new());
    vault.attack("delete from person_of").await;
    assert_eq!(forged_tables(&vault).await, ["index of people"]);
}

async fn rows_as_the_vault_left_them_verify(vault: Vault) {
    let org = uuid().into();
    let kept = vault
        .write(async |write| {
            write.insert(organisation()).await.unwrap();
            people::insert(write, person(org, "1")).await.unwrap()
        })
        .await;
    let next = PersonRow { personal: vec![1; 588], ..(*kept).clone() };
    vault.write(async |write| people::replace(write, &kept, next).await.map(drop).unwrap()).await;
    assert_eq!(forged_tables(&vault).await, Vec::<&str>::new());
}
