//! Before the first number: accounts, the organisation, its roster of handlers, its notice and its
//! payroll program. Each granting act takes two people.

use std::io::Write;

use anyhow::{Context, bail};
use azekura_client::wire::accounts::{NewOrganisation, NewUser};
use azekura_client::wire::changes::{Change, ChangesQuery, Content};
use azekura_client::wire::clients::NewClient;
use azekura_client::wire::number::SecretText;
use azekura_client::wire::page::PageQuery;
use azekura_client::wire::roster::{NewAppointment, NewDesignation, NewNotice};
use azekura_client::wire::training::NewTraining;
use azekura_client::{Client, Org, SecretString};
use secrecy::ExposeSecret;

use super::Stage;
use super::expect::{must_be, must_hold};
use super::member::{Member, Part, enrol};
use super::tell::{Step, Teller};

const ORGANISATION: &str = "株式会社架空商事";
pub(super) const BUNDLES: [&str; 7] = [
    "declarations",
    "fees",
    "health_family",
    "health_pension",
    "labour_insurance",
    "rents",
    "withholding",
];
const KINDS: [&str; 5] = ["dependant", "employee", "landlord", "officer", "payee"];
const OPERATIONS: [&str; 4] = ["events", "people", "reads", "submit"];
const NOTICE: &str = "株式会社架空商事は、皆様の個人番号を、源泉徴収票・支払調書の作成、扶養控除等申告書、\
                      健康保険・厚生年金保険・雇用保険の届出の事務に限って利用します。（見本）";

/// Everybody in the story.
pub(super) struct Cast {
    /// `org_…`
    pub(super) org: String,
    pub(super) organisation: String,
    pub(super) administrators: [Member; 2],
    pub(super) manager: Member,
    /// Enters and uses numbers.
    pub(super) handler: Member,
    /// Checks and deletes.
    pub(super) checker: Member,
    pub(super) auditor: Member,
    pub(super) viewer: Member,
    pub(super) payroll: Program,
}

/// The payroll program.
pub(super) struct Program {
    pub(super) name: String,
    pub(super) key: SecretText,
    client: Client,
}

impl Cast {
    /// The organisation's calls of the payroll program.
    pub(super) fn payroll(&self) -> Org<'_> {
        self.payroll.client.org(&self.org)
    }

    /// Everybody, administrators first.
    pub(super) fn members(&self) -> [&Member; 7] {
        let [first, second] = &self.administrators;
        let Self { manager, handler, checker, auditor, viewer, .. } = self;
        [first, second, manager, handler, checker, auditor, viewer]
    }
}

/// Builds everything up to the first number.
pub(super) async fn found<W: Write>(stage: &Stage, out: &mut Teller<W>) -> anyhow::Result<Cast> {
    let [first, second] = &stage.tokens;
    let administrators = [
        enrol(stage, administrator("kakuu.ichiro"), SecretText::from(first.expose_secret()))
            .await?,
        enrol(stage, administrator("kakuu.jiro"), SecretText::from(second.expose_secret())).await?,
    ];
    let staff = staff(stage, &administrators).await?;
    let Staff { manager, handler, checker, auditor, viewer } = staff;
    let (org, organisation) = organise(&administrators, &manager).await?;
    for member in [&auditor, &viewer] {
        appoint(&org, &manager, member).await?;
    }
    for member in [&handler, &checker] {
        designate(stage, &org, &manager, member).await?;
    }
    publish(stage, &org, &manager, &handler).await?;
    let payroll = register(stage, &org, &administrators, &manager, &handler).await?;
    let cast = Cast {
        org,
        organisation,
        administrators,
        manager,
        handler,
        checker,
        auditor,
        viewer,
        payroll,
    };
    let users = cast.administrators[0].vault().users(&PageQuery::default()).await?.items.len();
    must_be("how many users there are", users, cast.members().len())?;
    out.tell(&Step::Founded { organisation: &cast.organisation, users })?;
    Ok(cast)
}

/// Those whom the administrators invite.
struct Staff {
    manager: Member,
    handler: Member,
    checker: Member,
    auditor: Member,
    viewer: Member,
}

async fn staff(stage: &Stage, by: &[Member; 2]) -> anyhow::Result<Staff> {
    let handler = handler("mihon.nyuryoku", "見本 入力", &["enter", "check", "use"]);
    let checker = self::handler("shiken.tenken", "試験 点検", &["check", "delete"]);
    Ok(Staff {
        manager: invite(stage, by, part("mihon.sekinin", "見本 責任", &["manager"])).await?,
        handler: invite(stage, by, handler).await?,
        checker: invite(stage, by, checker).await?,
        auditor: invite(stage, by, part("kakuu.kansa", "架空 監査", &["auditor"])).await?,
        viewer: invite(stage, by, part("kakuu.ippan", "架空 一般", &["viewer"])).await?,
    })
}

const fn administrator(login: &'static str) -> Part {
    part(login, "", &["administrator"])
}

const fn part(login: &'static str, name: &'static str, roles: &'static [&'static str]) -> Part {
    Part { login, name, roles, capabilities: &[] }
}

const fn handler(
    login: &'static str,
    name: &'static str,
    capabilities: &'static [&'static str],
) -> Part {
    Part { login, name, roles: &[], capabilities }
}

/// One administrator proposes the account, the other approves it, and its owner enrols.
async fn invite(stage: &Stage, by: &[Member; 2], part: Part) -> anyhow::Result<Member> {
    let [first, second] = by;
    let new = NewUser { display_name: String::from(part.name), staff_ref: None };
    let change = first.vault().propose_user(&new).await.context("could not propose a user")?;
    must_be("a proposed user", change.status.as_str(), "pending")?;
    let approval = second.vault().approve_vault_change(&change.id).await;
    let approval = approval.context("could not approve a user")?;
    must_be("an approved user", approval.change.status.as_str(), "approved")?;
    let token = approval.enrolment_token.context("the vault gave no enrolment token")?;
    let member = enrol(stage, part, token).await?;
    must_be("the name of a user", member.name.as_str(), part.name)?;
    Ok(member)
}

/// The organisation's id and name, once its manager has accepted.
async fn organise(by: &[Member; 2], manager: &Member) -> anyhow::Result<(String, String)> {
    let [first, second] = by;
    let new = NewOrganisation {
        name: String::from(ORGANISATION),
        corporate_number: Some(String::from("7123456789012")),
        profile: String::from("standard"),
        processor: false,
        settings: None,
        manager: manager.id.clone(),
    };
    let change = first.vault().propose_organisation(&new).await;
    let change = change.context("could not propose an organisation")?;
    let approval = second.vault().approve_vault_change(&change.id).await;
    let approval = approval.context("could not approve an organisation")?;
    must_be("an approved organisation", approval.change.status.as_str(), "approved")?;
    let mut all = first.vault().organisations(&PageQuery::default()).await?.items;
    must_be("how many organisations there are", all.len(), 1)?;
    let org = all.pop().context("the vault lists no organisation")?;
    let pending = ChangesQuery { status: Some(String::from("pending")), ..ChangesQuery::default() };
    let waiting = first.org(&org.id).changes(&pending).await?.items.into_iter().next();
    let waiting = waiting.context("the vault offers the manager no appointment")?;
    accept_role(&org.id, manager, &waiting).await?;
    Ok((org.id, must_be("the organisation's name", org.name, ORGANISATION)?))
}

async fn appoint(org: &str, manager: &Member, member: &Member) -> anyhow::Result<()> {
    let role = member.roles.first().copied().unwrap_or_default();
    let new = NewAppointment {
        user: member.id.clone(),
        role: String::from(role),
        deputy_for: None,
        from: None,
        until: None,
    };
    let change = manager.org(org).propose_appointment(&new).await;
    accept_role(org, member, &change.context("could not propose a role")?).await
}

async fn accept_role(org: &str, member: &Member, change: &Change) -> anyhow::Result<()> {
    let Content::Appointment(offered) = &change.content else {
        bail!("the vault answered something else than an appointment");
    };
    let held = member.org(org).accept_appointment(&offered.id).await;
    let held = held.context("could not accept a role")?;
    must_be("whose role it is", &held.user, &member.id)?;
    let role = member.roles.first().copied().unwrap_or_default();
    must_be("the role", held.role.as_str(), role).map(drop)
}

async fn designate(
    stage: &Stage,
    org: &str,
    manager: &Member,
    member: &Member,
) -> anyhow::Result<()> {
    let today = stage.clock.now().tokyo_date().to_string();
    let new = NewDesignation {
        user: member.id.clone(),
        capabilities: texts(member.capabilities),
        purposes: texts(&BUNDLES),
        kinds: texts(&KINDS),
        networks: Vec::new(),
        from: today.clone(),
        until: None,
        remarks: Some(String::from("見本")),
    };
    let change = manager.org(org).propose_designation(&new).await;
    let Content::Designation(line) = change.context("could not propose a designation")?.content
    else {
        bail!("the vault answered something else than a designation");
    };
    let held = member.org(org).accept_designation(&line.id, line.pledge).await;
    let held = held.context("could not accept a designation")?;
    must_be("whose designation it is", &held.user, &member.id)?;
    must_hold("the designation is accepted", held.accepted_at.is_some())?;
    train(org, manager, member, today).await
}

/// The manager writes the training down, and its attendee confirms it.
async fn train(org: &str, manager: &Member, member: &Member, on: String) -> anyhow::Result<()> {
    let subject = String::from("特定個人情報の取扱い（見本）");
    let training = NewTraining { user: member.id.clone(), on: on.clone(), subject, plan: None };
    let training = manager.org(org).record_training(&training).await;
    let training = training.context("could not record a training")?;
    let confirmed = member.org(org).confirm_training(&training.id).await;
    let confirmed = confirmed.context("could not confirm a training")?;
    must_hold("the training counts", confirmed.confirmed_at.is_some())?;
    must_be("the day of a training", confirmed.on, on).map(drop)
}

/// A handler drafts the notice; the manager reads it through and approves.
async fn publish(
    stage: &Stage,
    org: &str,
    manager: &Member,
    handler: &Member,
) -> anyhow::Result<()> {
    let notice = NewNotice {
        bundles: texts(&BUNDLES),
        texts: KINDS.into_iter().map(|kind| (kind.into(), NOTICE.into())).collect(),
        channel: String::from("intranet"),
        from: stage.clock.now().tokyo_date().to_string(),
    };
    let change = handler.org(org).propose_notice(&notice).await;
    let change = change.context("could not propose a notice")?;
    let approved = manager.org(org).approve(&change.id).await;
    let approved = approved.context("could not approve a notice")?;
    must_be("an approved notice", approved.status.as_str(), "approved").map(drop)
}

/// An administrator registers the program, the manager approves it, its owner fetches the key.
async fn register(
    stage: &Stage,
    org: &str,
    by: &[Member; 2],
    manager: &Member,
    owner: &Member,
) -> anyhow::Result<Program> {
    // The first one offered the manager their role just now.
    let [_, second] = by;
    let new = NewClient {
        name: String::from("給与計算（見本）"),
        owner: owner.id.clone(),
        purposes: texts(&BUNDLES),
        kinds: texts(&KINDS),
        operations: texts(&OPERATIONS),
        hours: Vec::new(),
        networks: Vec::new(),
        quota_per_hour: 10_000,
        quota_per_day: 20_000,
        until: stage.clock.now().tokyo_date().plus_months(12).to_string(),
    };
    let change = second.org(org).propose_client(&new).await;
    let change = change.context("could not propose a program")?;
    let approved = manager.org(org).approve(&change.id).await;
    let approved = approved.context("could not approve a program")?;
    must_be("an approved program", approved.status.as_str(), "approved")?;
    let Content::Client(program) = approved.content else {
        bail!("the vault answered something else than a program");
    };
    must_be("who answers for the program", &program.grant.owner, &owner.id)?;
    let key = owner.org(org).client_secret(&program.id).await;
    let key = key.context("could not fetch the program's key")?.key;
    let client = Client::new(&stage.base_url)?.with_key(SecretString::from(key.expose()));
    Ok(Program { name: program.grant.name, key, client })
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().copied().map(String::from).collect()
}
