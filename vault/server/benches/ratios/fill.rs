//! A vault with people in it, written by the functions that the server itself writes with.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use azekura::app::App;
use azekura::auth::Actor;
use azekura::service::audit::{self, Journal};
use azekura::service::keys::Spot;
use azekura::store::numbers::{About, NumberRow, State};
use azekura::store::people::{self, PersonRow};
use azekura_core::access::Scope;
use azekura_core::audit::event::{NumberEvent, PeopleEvent, RosterEvent};
use azekura_core::crypto::api_key::ApiKey;
use azekura_core::id::{ClientId, NoticeId, OrganisationId, PersonId, RelationshipId, UserId};
use azekura_core::identity::{Document, IdentityCheck, Method};
use azekura_core::number::MyNumber;
use azekura_core::person::{
    Active, Marks, NumberState, Person, PersonKind, Personal, Record, Relationship,
};
use azekura_core::purpose::{Bundle, Purpose, Purposes};
use azekura_core::retention::{Holdings, Settings};
use azekura_core::roster::{
    Client, ClientKey, Grant, Hours, Networks, Notice, Operation, Organisation, Profile, Proof,
    User, UserState,
};
use azekura_core::time::CivilDate;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};

use super::number;

/// People written in one transaction.
const CHUNK: usize = 500;

/// The first day of everyone's employment.
const HIRED: &str = "2019-04-01";

/// What the load generator has to know of the vault.
pub(crate) struct Filled {
    pub(crate) org: OrganisationId,
    pub(crate) client: ClientId,
    pub(crate) key: SecretString,
    /// With an active number.
    pub(crate) registered: Vec<PersonId>,
    /// Without one yet.
    pub(crate) bare: Vec<PersonId>,
}

/// Fills a new vault: one organisation, one program that may read and submit, and people.
pub(crate) async fn fill(app: &App, registered: usize, bare: usize) -> Result<Filled> {
    let org = app.new_id();
    let (client, key) = found(app, org).await?;
    let new = |count: usize| (0..count).map(|_| app.new_id()).collect::<Vec<PersonId>>();
    let (registered, bare) = (new(registered), new(bare));
    let (actor, settings) = (Actor::job("fill"), Settings::default());
    for (chunk, ids) in registered.chunks(CHUNK).enumerate() {
        let mut journal = audit::begin_own(app, &actor, Some(org)).await?;
        for (id, serial) in ids.iter().zip(chunk * CHUNK..) {
            let person = person(app, &journal, org, *id)?;
            register(app, &mut journal, person, serial, &settings).await?;
        }
        journal.commit().await?;
    }
    for ids in bare.chunks(CHUNK) {
        let mut journal = audit::begin_own(app, &actor, Some(org)).await?;
        for id in ids {
            let person = person(app, &journal, org, *id)?;
            insert(app, &mut journal, person).await?;
        }
        journal.commit().await?;
    }
    Ok(Filled { org, client, key, registered, bare })
}

/// The organisation, its notice, and a program with its owner.
async fn found(app: &App, org: OrganisationId) -> Result<(ClientId, SecretString)> {
    let actor = Actor::job("fill");
    let mut journal = audit::begin_own(app, &actor, Some(org)).await?;
    let (owner, at): (UserId, _) = (app.new_id(), journal.at());
    journal.append(RosterEvent::UserEnabled { change: None, user: owner })?;
    journal
        .insert(User {
            id: owner,
            display_name: String::from("架空 担当"),
            staff_ref: None,
            administrator: false,
            state: UserState::Active,
            last_day: None,
            created_at: at,
        })
        .await?;
    journal
        .insert(Organisation {
            id: org,
            name: String::from("見本商事株式会社"),
            corporate_number: None,
            profile: Profile::Standard,
            processor: false,
            settings: Settings::default(),
            frozen: None,
            created_at: at,
        })
        .await?;
    journal
        .insert(Notice {
            id: app.new_id(),
            org,
            version: 1,
            bundles: bundles(),
            texts: [(PersonKind::Employee, String::from("試験のための利用目的"))].into(),
            channel: String::from("intranet"),
            from: HIRED.parse()?,
        })
        .await?;
    let key = ApiKey::mint(random(app), random(app));
    let client = program(app, org, owner, &key);
    let id = client.id;
    journal.insert(client).await?;
    journal.commit().await?;
    Ok((id, SecretString::from(key.text().expose_secret())))
}

fn program(app: &App, org: OrganisationId, owner: UserId, key: &ApiKey) -> Client {
    let mac = HEXLOWER.encode(&key.mac(&app.keys.ring().api));
    Client {
        id: app.new_id(),
        org,
        grant: Grant {
            name: String::from("給与試験"),
            owner,
            scope: Scope {
                purposes: Purpose::ALL.iter().copied().collect(),
                kinds: BTreeSet::from([PersonKind::Employee]),
            },
            operations: BTreeSet::from([Operation::Reads, Operation::Submit]),
            hours: Hours::default(),
            networks: Networks::default(),
            quota_per_hour: u32::MAX,
            quota_per_day: u32::MAX,
            until: app.clock.now().tokyo_date().plus_months(12),
        },
        keys: vec![ClientKey {
            id: HEXLOWER.encode(&key.id()),
            proof: Proof::Mac(mac),
            made_at: app.clock.now(),
            until: None,
        }],
        stopped: None,
        ended_at: None,
    }
}

fn person(app: &App, journal: &Journal<'_>, org: OrganisationId, id: PersonId) -> Result<Person> {
    let relationship = Relationship {
        id: app.new_id(),
        kind: PersonKind::Employee,
        of: None,
        relation: None,
        started_on: Some(HIRED.parse()?),
        tax_column: None,
        part_time: false,
    };
    Ok(Person {
        id,
        org,
        external_ref: format!("E-{id}"),
        keys: Vec::new(),
        relationships: vec![relationship],
        facts: Vec::new(),
        number: Record::default(),
        marks: Marks::default(),
        holdings: Holdings::default(),
        personal_version: 1,
        created_at: journal.at(),
    })
}

/// Adds a person whose number two people are taken to have agreed on.
async fn register(
    app: &App,
    journal: &mut Journal<'_>,
    mut person: Person,
    serial: usize,
    settings: &Settings,
) -> Result<()> {
    let number = MyNumber::parse(&number(serial)).context("make a number")?;
    let (org, of) = (person.org, person.id);
    let place = Spot { org, person: of, version: person.number.take_version(), slot: app.new_id() };
    let fresh = app.keys.seal_active(place, &number, &*app.rng);
    let (version, slot, epoch) = (place.version, place.slot, fresh.epoch);
    person.number.state = NumberState::Active(Box::new(Active {
        version,
        purposes: bundles(),
        notice: app.new_id::<NoticeId>(),
        identity: identity()?,
        registered_at: journal.at(),
        slot,
        epoch,
        correction: None,
        purge: None,
    }));
    person.holdings = Holdings::derive(&person, &bundles(), &|_| None, settings);
    insert(app, journal, person).await?;
    journal.append(NumberEvent::Activated { change: None, epoch, person: of, slot, version })?;
    let about = About { org, person: of, version, epoch, state: State::Active };
    let record = fresh.record;
    journal.insert(NumberRow { id: slot, about, blob: record.number, slot: record.slot }).await?;
    Ok(())
}

async fn insert(app: &App, journal: &mut Journal<'_>, person: Person) -> Result<()> {
    let personal = Personal {
        family: String::from("架空"),
        given: String::from("見本"),
        family_kana: String::from("カクウ"),
        given_kana: String::from("ミホン"),
        birth_date: Some("1990-01-02".parse()?),
    };
    let Person { org, id, personal_version, .. } = person;
    let personal = app.keys.seal_personal(org, id, personal_version, &personal, &*app.rng)?;
    let first = person.relationships.first().context("the first relationship")?;
    let relationship: RelationshipId = first.id;
    journal.append(PeopleEvent::PersonCreated { person: id, relationship })?;
    people::insert(journal.write(), PersonRow { person, personal }).await?;
    Ok(())
}

fn identity() -> Result<IdentityCheck> {
    let verified_on: CivilDate = HIRED.parse()?;
    Ok(IdentityCheck {
        method: Method::MnCard,
        number_document: Some(Document::MnCard),
        identity_documents: BTreeSet::from([Document::MnCard]),
        agent_document: None,
        verified_on,
    })
}

/// Every bundle an ordinary employee is told of.
fn bundles() -> Purposes {
    let told =
        [Bundle::Declarations, Bundle::Withholding, Bundle::HealthPension, Bundle::LabourInsurance];
    told.into_iter().collect()
}

fn random<const N: usize>(app: &App) -> [u8; N] {
    let mut bytes = [0; N];
    app.rng.fill(&mut bytes);
    bytes
}
