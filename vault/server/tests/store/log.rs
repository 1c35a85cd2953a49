//! The log: dense, in order, all or nothing.

use azekura::store::{Error, audit};
use azekura_core::audit::Entry;
use azekura_core::audit::event::{Boot, VaultEvent};
use azekura_core::audit::tree::{Frontier, leaf_hash};
use azekura_core::id::{OrganisationId, PersonId};

use crate::fixtures::{NOW, Vault, append, log, log_about, organisation, uuid};

on_both_engines!(
    entries_are_written_byte_for_byte_and_the_root_is_theirs,
    a_transaction_that_is_dropped_leaves_nothing,
    a_change_without_an_entry_is_not_committed,
    an_entry_out_of_order_is_refused,
    eight_writers_leave_no_hole,
    entries_are_found_by_organisation_and_person,
    heartbeats_count_once_an_hour,
    checkpoints_are_kept_once_each,
    a_vault_begins_once,
);

async fn entries_are_written_byte_for_byte_and_the_root_is_theirs(vault: Vault) {
    let org: OrganisationId = uuid().into();
    for _ in 0..3 {
        let mut write = vault.begin().await;
        let person = uuid().into();
        for _ in 0..5 {
            log_about(&mut write, org, person);
            log(&mut write);
        }
        write.commit().await.unwrap();
    }
    let mut read = vault.read().await;
    let leaves = audit::entries(&mut read, 0, 100).await.unwrap();
    assert_eq!(leaves.len(), 30);
    let mut frontier = Frontier::default();
    for (seq, leaf) in (0..).zip(&leaves) {
        assert_eq!(leaf.seq, seq);
        assert_eq!(Entry::from_leaf(&leaf.leaf).unwrap().seq, seq);
        frontier.append(leaf_hash(&leaf.leaf));
    }
    let head = audit::head(&mut read).await.unwrap();
    assert_eq!((head.size(), head.root()), (30, frontier.root()));
    let middle = audit::entries(&mut read, 7, 2).await.unwrap();
    assert_eq!(middle.iter().map(|leaf| leaf.seq).collect::<Vec<_>>(), [7, 8]);
}

async fn a_transaction_that_is_dropped_leaves_nothing(vault: Vault) {
    let mut write = vault.begin().await;
    log(&mut write);
    let kept = write.insert(organisation()).await.unwrap();
    drop(write);
    assert_eq!(vault.begin().await.size(), 0);
    let mut read = vault.read().await;
    assert!(audit::entries(&mut read, 0, 1).await.unwrap().is_empty());
    let found = read.find::<azekura_core::roster::Organisation>(kept.id).await.unwrap();
    assert!(found.is_none());
}

async fn a_change_without_an_entry_is_not_committed(vault: Vault) {
    let mut write = vault.begin().await;
    let kept = write.insert(organisation()).await.unwrap();
    assert!(matches!(write.commit().await, Err(Error::Unlogged)));
    let found = vault.read().await.find::<azekura_core::roster::Organisation>(kept.id).await;
    assert!(found.unwrap().is_none());
}

async fn an_entry_out_of_order_is_refused(vault: Vault) {
    let mut write = vault.begin().await;
    log(&mut write);
    write.commit().await.unwrap();
    let leaf = audit::entries(&mut vault.read().await, 0, 1).await.unwrap().remove(0);
    let entry = Entry::from_leaf(&leaf.leaf).unwrap();
    let mut write = vault.begin().await;
    assert_eq!(write.next_seq(), 1);
    assert!(matches!(write.append(&entry), Err(Error::Unlogged)));
    let long = Entry { seq: 1, node: "n".repeat(8_192), ..entry };
    assert!(matches!(write.append(&long), Err(Error::TooLong)));
}

async fn eight_writers_leave_no_hole(vault: Vault) {
    let writer = async || {
        for _ in 0..25 {
            let mut write = vault.begin().await;
            log(&mut write);
            write.commit().await.unwrap();
        }
    };
    tokio::join!(writer(), writer(), writer(), writer(), writer(), writer(), writer(), writer(),);
    let leaves = audit::entries(&mut vault.read().await, 0, 1_000).await.unwrap();
    let seqs: Vec<_> = leaves.iter().map(|leaf| leaf.seq).collect();
    assert_eq!(seqs, (0..200).collect::<Vec<_>>());
}

async fn entries_are_found_by_organisation_and_person(vault: Vault) {
    let (org, other): (OrganisationId, OrganisationId) = (uuid().into(), uuid().into());
    let (one, two): (PersonId, PersonId) = (uuid().into(), uuid().into());
    let mut write = vault.begin().await;
    log_about(&mut write, org, one);
    log_about(&mut write, other, two);
    log(&mut write);
    log_about(&mut write, org, two);
    for _ in 4..2_500 {
        log(&mut write);
    }
    log_about(&mut write, other, two);
    write.commit().await.unwrap();

    let seqs = |leaves: Vec<audit::Leaf>| leaves.iter().map(|leaf| leaf.seq).collect::<Vec<_>>();
    let mut read = vault.read().await;
    assert_eq!(seqs(audit::entries_of(&mut read, org, 0, 9).await.unwrap()), [0, 3]);
    assert_eq!(seqs(audit::entries_of(&mut read, org, 1, 9).await.unwrap()), [3]);
    assert_eq!(seqs(audit::entries_about(&mut read, two, 0, 9).await.unwrap()), [1, 3, 2_500]);
    assert_eq!(seqs(audit::entries_about(&mut read, two, 2, 9).await.unwrap()), [3, 2_500]);
    assert_eq!(seqs(audit::entries_about(&mut read, two, 4, 9).await.unwrap()), [2_500]);
    assert_eq!(seqs(audit::entries_about(&mut read, two, 0, 2).await.unwrap()), [1, 3]);
}

async fn heartbeats_count_once_an_hour(vault: Vault) {
    let mut write = vault.begin().await;
    for minute in [0, 1, 59, 60, 61, 180] {
        let beat = VaultEvent::Heartbeat { boot: Boot { id: uuid(), ms: 0 } };
        append(&mut write, None, beat.into(), NOW.plus_millis(minute * 60_000));
    }
    log(&mut write);
    write.commit().await.unwrap();
    let mut read = vault.read().await;
    let minutes = |beats: Vec<azekura_core::time::Timestamp>| {
        beats.iter().map(|at| at.millis_since(NOW) / 60_000).collect::<Vec<_>>()
    };
    assert_eq!(minutes(audit::heartbeats(&mut read, 0).await.unwrap()), [0, 60, 180]);
    assert_eq!(minutes(audit::heartbeats(&mut read, 2).await.unwrap()), [59, 60, 180]);
    drop(read);

    vault.attack("update log_entry set beat_hour = 1 where seq = 6").await;
    let forged = audit::heartbeats(&mut vault.read().await, 0).await;
    assert!(matches!(forged, Err(Error::Forged { what: "log entry" })));
}

async fn checkpoints_are_kept_once_each(vault: Vault) {
    let note = |size| audit::Note { size, note: format!("見本 {size}\n"), at: NOW };
    assert_eq!(audit::checkpoint_of(&mut vault.read().await, 8).await.unwrap(), None);
    vault.store.insert_checkpoint(&note(3)).await.unwrap();
    vault.store.insert_checkpoint(&note(8)).await.unwrap();
    let again = audit::Note { note: "見本\n".to_owned(), ..note(8) };
    vault.store.insert_checkpoint(&again).await.unwrap();
    let mut read = vault.read().await;
    assert_eq!(audit::checkpoint_of(&mut read, 8).await.unwrap(), Some(again));
    assert_eq!(audit::checkpoint_of(&mut read, 3).await.unwrap(), Some(note(3)));
    assert_eq!(audit::checkpoint_of(&mut read, 5).await.unwrap(), None);
}

async fn a_vault_begins_once(vault: Vault) {
    let again = vault.store.establish(&vault.key).await;
    assert!(matches!(again, Err(Error::Duplicate { what: "head of the log" })));
}
