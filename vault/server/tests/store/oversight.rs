//! What is held against those who operate the vault, as rows.

use std::collections::BTreeMap;

use azekura::store::{changes, oversight};
use azekura_core::change::{Change, Content, Maker};
use azekura_core::id::OrganisationId;
use azekura_core::oversight::{Cause, ItAccess, Reset, Signed};

use crate::fixtures::{NOW, Vault, appointment, day, notice, uuid};

on_both_engines!(
    visits_are_listed_and_new_credentials_are_in_memory,
    grants_are_those_that_were_accepted_lately,
);

async fn visits_are_listed_and_new_credentials_are_in_memory(vault: Vault) {
    let (org, user): (OrganisationId, _) = (uuid().into(), uuid().into());
    let visit = |org| ItAccess {
        id: uuid().into(),
        org,
        who: "架空".to_owned(),
        purpose: "試験".to_owned(),
        from: day("2026-11-21"),
        until: day("2026-11-22"),
        approved: None,
        done: None,
    };
    let reset = Reset {
        id: uuid().into(),
        user,
        at: NOW,
        cause: Cause::RecoveryCode,
        confirmed: BTreeMap::new(),
    };
    let kept = vault
        .write(async |write| {
            write.insert(visit(uuid().into())).await.unwrap();
            write.insert(reset).await.unwrap();
            write.insert(visit(org)).await.unwrap()
        })
        .await;
    let closed = ItAccess { approved: Some(Signed { by: user, at: NOW }), ..(*kept).clone() };
    vault.write(async |write| write.replace(&kept, closed.clone()).await.map(drop).unwrap()).await;
    let mut read = vault.read().await;
    let listed = oversight::it_access(&mut read, org).await.unwrap();
    assert_eq!(listed.iter().map(|kept| (**kept).clone()).collect::<Vec<_>>(), [closed]);
    let authority = azekura::store::authority::Authority::load(&mut read).await.unwrap();
    assert_eq!(authority.resets(user).count(), 1);
    assert_eq!(authority.resets(uuid().into()).count(), 0);
}

async fn grants_are_those_that_were_accepted_lately(vault: Vault) {
    let org: OrganisationId = uuid().into();
    let by = uuid().into();
    let change = |content, days: i64| {
        let maker = Maker { user: uuid().into(), client: None };
        let at = NOW.plus_millis(-days * 86_400_000);
        Change::propose(uuid().into(), Some(org), maker, content, at)
    };
    let mut lately = change(Content::Appointment(appointment(org)), 20);
    let holder = lately.content.accepted_by().unwrap();
    lately.approve(holder, NOW).unwrap();
    let mut other = change(Content::Notice(notice(org, 1)), 1);
    other.approve(by, NOW).unwrap();
    let pending = change(Content::Appointment(appointment(org)), 1);
    let mut old = change(Content::Appointment(appointment(org)), 40);
    let holder = old.content.accepted_by().unwrap();
    old.approve(holder, NOW.plus_millis(-39 * 86_400_000)).unwrap();
    let expected = lately.clone();
    vault
        .write(async |write| {
            for change in [lately, other, pending, old] {
                write.insert(change).await.unwrap();
            }
        })
        .await;
    let offered = NOW.plus_millis(-31 * 86_400_000);
    let grants = changes::grants(&mut vault.read().await, org, offered).await.unwrap();
    assert_eq!(grants.iter().map(|kept| (**kept).clone()).collect::<Vec<_>>(), [expected]);
}
