//! Every other kind of row: written, found, replaced, removed; and the copy of rights in memory.

use azekura::store::authority::{self, Authority};
use azekura::store::certificates::{self, CertificateRow};
use azekura::store::idempotency::{self, Answered};
use azekura::store::{
    Error, Kept, accounts, audit, bulk, changes, clients, notices, purges, roster, sessions,
};
use azekura_core::certificate::Serial;
use azekura_core::change::{Change, Content, EXPIRES_AFTER_DAYS, Maker};
use azekura_core::id::{OrganisationId, PersonId};
use azekura_core::purge::{Item, Purge, PurgeState, digest};
use azekura_core::roster::{
    Client, ClientUse, Credential, Enrolment, EnrolmentState, PlanText, Rank, Session, Training,
    TrainingPlan,
};
use azekura_core::sign_in::Counter;
use azekura_core::time::Timestamp;

use crate::fixtures::{
    NOW, Vault, appointment, client, day, designation, log, notice, organisation, session, user,
    uuid,
};

on_both_engines!(
    accounts_are_found_by_login_and_token,
    sessions_are_found_and_end,
    the_roster_of_an_organisation_is_listed,
    programs_are_listed_and_count_their_use,
    a_row_changed_meanwhile_is_not_replaced,
    changes_wait_in_their_queue,
    purges_bind_their_items,
    certificates_are_numbered_by_year,
    an_answer_is_kept_once_until_it_is_swept,
    rights_in_memory_follow_own_commits,
    rights_in_memory_are_loaded_again_after_others_commits,
);

async fn accounts_are_found_by_login_and_token(vault: Vault) {
    let credential = Credential {
        user: uuid().into(),
        login: "hanako".to_owned(),
        password: "$argon2id$".to_owned(),
        rank: Rank::General,
        changed_at: NOW,
        earlier: Vec::new(),
        totp: String::new(),
        totp_version: 1,
        last_step: 0,
        recovery: Vec::new(),
    };
    let enrolment = Enrolment {
        id: uuid().into(),
        user: credential.user,
        token_mac: "ab".to_owned(),
        expires_at: NOW,
        state: EnrolmentState::Begun {
            credential: Box::new(credential.clone()),
            guesses: Counter::default(),
        },
    };
    vault
        .write(async |write| {
            write.insert(credential.clone()).await.unwrap();
            write.insert(enrolment.clone()).await.unwrap();
        })
        .await;
    let mut read = vault.read().await;
    let found = accounts::credential_by_login(&mut read, "hanako").await.unwrap().unwrap();
    assert_eq!(*found, credential);
    assert!(accounts::credential_by_login(&mut read, "Hanako").await.unwrap().is_none());
    assert_eq!(*read.find::<Credential>(credential.user).await.unwrap().unwrap(), credential);
    let found = accounts::enrolment_by_token(&mut read, "ab").await.unwrap().unwrap();
    assert_eq!(*found, enrolment);
    drop(read);
    let mut write = vault.begin().await;
    let twice = write.insert(Credential { user: uuid().into(), ..credential }).await;
    assert!(matches!(twice, Err(Error::Duplicate { what: "credential" })));
}

async fn sessions_are_found_and_end(vault: Vault) {
    let kept = vault.write(async |write| write.insert(session("t")).await.unwrap()).await;
    let mut read = vault.read().await;
    assert_eq!(*sessions::by_token(&mut read, "t").await.unwrap().unwrap(), *kept);
    drop(read);
    let again = kept.clone();
    vault.write(async |write| write.remove(kept).await.unwrap()).await;
    assert!(sessions::by_token(&mut vault.read().await, "t").await.unwrap().is_none());
    let mut write = vault.begin().await;
    assert!(matches!(write.remove(again).await, Err(Error::Stale { what: "session" })));
}

async fn the_roster_of_an_organisation_is_listed(vault: Vault) {
    let (org, other): (OrganisationId, OrganisationId) = (uuid().into(), uuid().into());
    let training = Training {
        id: uuid().into(),
        org,
        user: uuid().into(),
        on: day("2026-04-01"),
        subject: "試験".to_owned(),
        plan: None,
        recorded_by: uuid().into(),
        confirmed_at: None,
        extension: None,
    };
    let text = || "見本".to_owned();
    let plan = TrainingPlan {
        id: uuid().into(),
        org,
        text: PlanText {
            section: text(),
            content: text(),
            teacher: text(),
            audience: text(),
            means: text(),
            cycle: text(),
        },
        written_at: NOW,
        ended_at: None,
    };
    vault
        .write(async |write| {
            write.insert(designation(org)).await.unwrap();
            write.insert(designation(other)).await.unwrap();
            write.insert(appointment(org)).await.unwrap();
            write.insert(notice(org, 2)).await.unwrap();
            write.insert(notice(org, 1)).await.unwrap();
            write.insert(training.clone()).await.unwrap();
            let kept = write.insert(plan.clone()).await.unwrap();
            write.replace(&kept, plan.clone()).await.unwrap();
        })
        .await;
    let mut read = vault.read().await;
    assert_eq!(roster::designations(&mut read, org).await.unwrap().len(), 1);
    assert_eq!(roster::appointments(&mut read, org).await.unwrap().len(), 1);
    assert_eq!(*roster::trainings(&mut read, org).await.unwrap()[0], training);
    assert_eq!(*roster::training_plan(&mut read, org).await.unwrap()[0], plan);
    assert_eq!(roster::training_plan(&mut read, other).await.unwrap().len(), 0);
    assert_eq!(roster::trainings(&mut read, other).await.unwrap().len(), 0);
    let versions = notices::of_org(&mut read, org).await.unwrap();
    assert_eq!(versions.iter().map(|notice| notice.version).collect::<Vec<_>>(), [1, 2]);
    drop(read);
    let mut write = vault.begin().await;
    let twice = write.insert(notice(org, 2)).await;
    assert!(matches!(twice, Err(Error::Duplicate { what: "notice" })));
}

async fn programs_are_listed_and_count_their_use(vault: Vault) {
    let org = uuid().into();
    let (one, other) = (client(org, "0000000a"), client(org, "0000000b"));
    let keyless = Client { id: uuid().into(), keys: Vec::new(), ..client(org, "") };
    let keyless_too = Client { id: uuid().into(), ..keyless.clone() };
    let count = ClientUse::none(one.id, NOW);
    let kept = vault
        .write(async |write| {
            for program in [one.clone(), other.clone(), keyless, keyless_too] {
                write.insert(program).await.unwrap();
            }
            write.insert(count).await.unwrap()
        })
        .await;
    let more = kept.plus(&one.grant, 3, NOW).unwrap();
    vault.write(async |write| write.replace(&kept, more).await.map(drop).unwrap()).await;

    let mut read = vault.read().await;
    let listed = clients::of_org(&mut read, org).await.unwrap();
    assert!(listed.len() == 4 && listed.iter().any(|kept| **kept == other));
    let uses = bulk::client_uses(&mut read, &[one.id, other.id]).await.unwrap();
    assert_eq!(uses.iter().map(|used| used.in_day).collect::<Vec<_>>(), [3]);
}

async fn a_row_changed_meanwhile_is_not_replaced(vault: Vault) {
    let kept = vault.write(async |write| write.insert(user()).await.unwrap()).await;
    let next =
        vault.write(async |write| write.replace(&kept, (*kept).clone()).await.unwrap()).await;
    assert_eq!((next.version(), next.seq()), (2, 1));
    let mut write = vault.begin().await;
    let lost = write.replace(&kept, (*kept).clone()).await;
    assert!(matches!(lost, Err(Error::Stale { what: "user" })));
    let other = write.replace(&next, user()).await;
    assert!(matches!(other, Err(Error::Stale { what: "user" })), "a row keeps its id");
}

async fn changes_wait_in_their_queue(vault: Vault) {
    let org: OrganisationId = uuid().into();
    let propose = |org: Option<OrganisationId>, at: Timestamp| {
        let maker = Maker { user: uuid().into(), client: None };
        let content = Content::Appointment(appointment(uuid().into()));
        Change::propose(uuid().into(), org, maker, content, at)
    };
    let (first, second) = (propose(Some(org), NOW), propose(Some(org), NOW.plus_millis(1)));
    let own = propose(None, NOW);
    let kept = vault
        .write(async |write| {
            write.insert(second.clone()).await.unwrap();
            write.insert(own.clone()).await.unwrap();
            write.insert(first.clone()).await.unwrap()
        })
        .await;
    let ids = |page: Vec<Kept<Change>>| page.iter().map(|change| change.id).collect::<Vec<_>>();
    let mut read = vault.read().await;
    let page = changes::page(&mut read, Some(org), None, None, 9).await.unwrap();
    assert_eq!(ids(page), [first.id, second.id]);
    let cursor = Some((NOW, first.id));
    let rest = changes::page(&mut read, Some(org), Some("pending"), cursor, 9).await.unwrap();
    assert_eq!(ids(rest), [second.id]);
    assert_eq!(ids(changes::page(&mut read, None, None, None, 9).await.unwrap()), [own.id]);
    let lapsed = NOW.plus_millis(i64::from(EXPIRES_AFTER_DAYS) * 86_400_000);
    assert_eq!(ids(changes::expiring(&mut read, lapsed, 9).await.unwrap()), [first.id, own.id]);
    drop(read);

    let mut decided = first.clone();
    decided.approve(appointment(org).user, NOW).unwrap_err();
    decided.withdraw(first.maker.user, NOW).unwrap();
    vault.write(async |write| write.replace(&kept, decided).await.map(drop).unwrap()).await;
    let mut read = vault.read().await;
    let page = changes::page(&mut read, Some(org), Some("withdrawn"), None, 9).await.unwrap();
    assert_eq!(ids(page), [first.id]);
    assert_eq!(ids(changes::expiring(&mut read, lapsed, 9).await.unwrap()), [own.id]);
}

async fn purges_bind_their_items(vault: Vault) {
    let org = uuid().into();
    let item = |set_by: Option<u8>| Item {
        person: uuid().into(),
        version: 3,
        first_deletable: day("2027-01-11"),
        set_by: set_by.map(|_| uuid().into()),
    };
    let items = vec![item(None), item(Some(1)), item(None)];
    let purge = Purge {
        id: uuid().into(),
        org,
        count: 3,
        digest: digest(&items),
        not_before: day("2027-01-11"),
        proposed_at: NOW,
        proposed_by: None,
        confirmed: None,
        approved: None,
        state: PurgeState::Approved,
    };
    vault
        .write(async |write| {
            write.insert(purge.clone()).await.unwrap();
            purges::insert_items(write, purge.id, &items).await.unwrap();
        })
        .await;
    let mut read = vault.read().await;
    assert_eq!(purges::items(&mut read, &purge).await.unwrap(), items);
    assert_eq!(purges::to_execute(&mut read).await.unwrap().len(), 1);
    let proposed = purges::page(&mut read, org, Some(PurgeState::Proposed), None, 9).await.unwrap();
    assert!(proposed.is_empty());
    assert_eq!(purges::page(&mut read, org, None, None, 9).await.unwrap().len(), 1);
    drop(read);
    vault.attack("delete from purge_item where position = 1").await;
    let fewer = purges::items(&mut vault.read().await, &purge).await;
    assert!(matches!(fewer, Err(Error::Forged { what: "items of a purge" })));
}

async fn certificates_are_numbered_by_year(vault: Vault) {
    let (org, person): (OrganisationId, PersonId) = (uuid().into(), uuid().into());
    let certificate = |year, number, person| CertificateRow {
        id: uuid().into(),
        org,
        person,
        purge: None,
        serial: Serial { year, number },
        issued_at: NOW,
        document: "{}".to_owned(),
        completion: None,
    };
    let last = certificate(2026, 12, uuid().into());
    vault
        .write(async |write| {
            write.insert(last.clone()).await.unwrap();
            write.insert(certificate(2026, 11, person)).await.unwrap();
            write.insert(certificate(2025, 99, person)).await.unwrap();
        })
        .await;
    let mut read = vault.read().await;
    assert_eq!(certificates::next_serial(&mut read, 2026).await.unwrap().number, 13);
    assert_eq!(certificates::next_serial(&mut read, 2027).await.unwrap().number, 1);
    let serials = |page: Vec<Kept<CertificateRow>>| {
        page.iter().map(|row| row.serial.number).collect::<Vec<_>>()
    };
    let all = certificates::page(&mut read, org, None, None, 9).await.unwrap();
    assert_eq!(serials(all), [99, 11, 12]);
    let after = Some(Serial { year: 2025, number: 99 });
    let of = certificates::page(&mut read, org, Some(person), after, 9).await.unwrap();
    assert_eq!(serials(of), [11]);
    assert_eq!(*read.find::<CertificateRow>(last.id).await.unwrap().unwrap(), last);
}

async fn an_answer_is_kept_once_until_it_is_swept(vault: Vault) {
    let answer = Answered {
        actor: uuid(),
        key: "k".to_owned(),
        route: "POST /v1/people".to_owned(),
        fingerprint: vec![1; 32],
        status: 201,
        body: b"{}".to_vec(),
        at: NOW,
    };
    vault.write(async |write| idempotency::insert(write, &answer).await.unwrap()).await;
    let found = idempotency::find(&mut vault.read().await, answer.actor, "k").await.unwrap();
    assert_eq!(found, Some(answer.clone()));
    assert_eq!(idempotency::find(&mut vault.read().await, uuid(), "k").await.unwrap(), None);
    let mut write = vault.begin().await;
    let twice = idempotency::insert(&mut write, &answer).await;
    assert!(matches!(twice, Err(Error::Duplicate { what: "idempotency key" })));
    drop(write);
    let swept = async |at| vault.write(async |write| idempotency::sweep(write, at).await).await;
    assert_eq!(swept(NOW).await.unwrap(), 0);
    assert_eq!(swept(NOW.plus_millis(1)).await.unwrap(), 1);
}

async fn rights_in_memory_follow_own_commits(vault: Vault) {
    let mut authority = Authority::load(&mut vault.read().await).await.unwrap();
    let (org, one) = (organisation(), session("t"));
    let program = client(org.id, "0000000a");
    let mut write = vault.begin().await;
    log(&mut write);
    write.insert(org.clone()).await.unwrap();
    write.insert(program.clone()).await.unwrap();
    let kept = write.insert(one.clone()).await.unwrap();
    authority.apply(&write.commit().await.unwrap());
    assert_eq!(authority.session("t").map(|session| session.id), Some(one.id));
    assert_eq!(authority.organisation(org.id).map(|found| &**found), Some(&org));
    assert_eq!(authority.client("0000000a").map(|found| found.id), Some(program.id));

    let mut write = vault.begin().await;
    assert!(authority.stale(write.seals()).is_empty());
    log(&mut write);
    write.remove::<Session>(kept).await.unwrap();
    authority.apply(&write.commit().await.unwrap());
    assert!(authority.session("t").is_none());
    assert!(authority.stale(vault.begin().await.seals()).is_empty());
}

async fn rights_in_memory_are_loaded_again_after_others_commits(vault: Vault) {
    let mut authority = Authority::load(&mut vault.read().await).await.unwrap();
    let (one, two) = (user(), user());
    vault.write(async |write| write.insert(one.clone()).await.map(drop).unwrap()).await;
    let mut write = vault.begin().await;
    log(&mut write);
    write.insert(two.clone()).await.unwrap();
    authority.apply(&write.commit().await.unwrap());
    assert!(authority.user(two.id).is_none(), "a commit that does not follow is passed over");

    let mut read = vault.read().await;
    let head = audit::head(&mut read).await.unwrap();
    let stale = authority.stale(head.seals());
    assert_eq!(stale.len(), 1);
    authority.renew(authority::fetch(&mut read, head.seals(), &stale).await.unwrap());
    assert!(authority.user(one.id).is_some() && authority.user(two.id).is_some());
    assert!(authority.stale(head.seals()).is_empty());
}
