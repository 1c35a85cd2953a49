//! Numbers are read for a purpose, and refused where they must be.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, bail};
use azekura_client::wire::people::MASK;
use azekura_client::wire::reads::{PersonRef, ReadRequest, ReadResult};
use azekura_core::number::MyNumber;

use super::expect::{must_be, must_hold, must_refuse};
use super::founding::Cast;
use super::intake::Entered;
use super::tell::{Step, Teller};

const PURPOSE: &str = "withholding_slip";
/// Well after everybody on the roster was hired, and before everybody was.
const YEAR: i16 = 2026;
const OTHER_YEAR: i16 = 2001;

/// The reason for which a number nobody has checked is not read.
pub(super) async fn before_the_check(cast: &Cast, people: &[Entered]) -> anyhow::Result<String> {
    let [first, ..] = people else { bail!("the roster has too few people") };
    denied(cast, first, PURPOSE, YEAR, "pending-check").await
}

/// Reads one number, and tries what must not work with the same one.
pub(super) async fn read<W: Write>(
    cast: &Cast,
    people: &[Entered],
    unchecked: &str,
    out: &mut Teller<W>,
) -> anyhow::Result<()> {
    let [first, ..] = people else { bail!("the roster has too few people") };
    let result = ask(cast, first, PURPOSE, YEAR).await?;
    let number = result.number.context("the vault gave no number where it must")?;
    let same = MyNumber::parse(number.expose())
        .is_ok_and(|number| number.ct_eq(&first.entrant.collected.number));
    must_hold("the number is the one that was registered", same)?;
    let unbound = denied(cast, first, "fee_payment_report", YEAR, "purpose-not-bound").await?;
    let period = denied(cast, first, PURPOSE, OTHER_YEAR, "no-relationship-in-period").await?;
    let step = Step::Used {
        purpose: PURPOSE,
        number: &number,
        unbound: &unbound,
        period: &period,
        unchecked,
    };
    out.tell(&step)?;
    Ok(())
}

/// Whoever is no handler sees the mask, and is refused a read.
pub(super) async fn look<W: Write>(
    cast: &Cast,
    people: &[Entered],
    out: &mut Teller<W>,
) -> anyhow::Result<()> {
    let [first, ..] = people else { bail!("the roster has too few people") };
    let [administrator, _] = &cast.administrators;
    let mut roles = Vec::new();
    let mut refused = String::new();
    for member in [&cast.viewer, &cast.auditor, administrator, &cast.manager] {
        let seen = member.org(&cast.org).person(&first.id).await;
        let seen = seen.context("could not look at a person")?.value.number;
        must_hold("the number is masked", seen.masked.as_deref() == Some(MASK))?;
        let answer = member.org(&cast.org).read(&request(PURPOSE, YEAR, [first], false)).await;
        refused = must_refuse("a read by no handler", answer, 403, "not-designated")?.code;
        roles.extend(member.roles);
    }
    out.tell(&Step::Masked { roles: &roles, masked: MASK, refused: &refused })?;
    Ok(())
}

/// A dry run over everybody: who would be refused, and why.
pub(super) async fn rehearse<W: Write>(
    cast: &Cast,
    people: &[Entered],
    out: &mut Teller<W>,
) -> anyhow::Result<()> {
    let answer = cast.payroll().read(&request(PURPOSE, YEAR, people, true)).await;
    let results = answer.context("could not rehearse a read")?.results;
    must_be("how many people were answered", results.len(), people.len())?;
    let (mut allowed, mut refused) = (0, BTreeMap::new());
    for (result, person) in results.into_iter().zip(people) {
        must_hold("a dry run opens nothing", result.number.is_none())?;
        must_be("who was answered", result.person.unwrap_or_default(), &person.id)?;
        let code = result.denied.map(|denied| denied.code);
        must_be("a dry run", code.as_deref().unwrap_or("allowed"), expected(person))?;
        match code {
            Some(code) => *refused.entry(code).or_insert(0) += 1,
            None => {
                must_hold("a dry run says what is allowed", result.allowed == Some(true))?;
                allowed += 1;
            }
        }
    }
    out.tell(&Step::Rehearsed { allowed, denied: &refused })?;
    Ok(())
}

/// The reason for which `person`'s number is not read for the slip of this story's year.
pub(super) async fn denied_now(
    cast: &Cast,
    person: &Entered,
    expected: &str,
) -> anyhow::Result<String> {
    denied(cast, person, PURPOSE, YEAR, expected).await
}

fn expected(person: &Entered) -> &'static str {
    let gone = person.entrant.line.left_on.is_some_and(|day| day.year() < YEAR);
    match (person.entrant.is_on_slips(), gone) {
        (false, _) => "purpose-not-bound",
        (true, true) => "no-relationship-in-period",
        (true, false) => "allowed",
    }
}

async fn denied(
    cast: &Cast,
    person: &Entered,
    purpose: &str,
    year: i16,
    expected: &str,
) -> anyhow::Result<String> {
    let result = ask(cast, person, purpose, year).await?;
    must_hold("a refused number is not given", result.number.is_none())?;
    let code = result.denied.map(|denied| denied.code).unwrap_or_default();
    must_be("why a number is not read", code, expected)
}

async fn ask(
    cast: &Cast,
    person: &Entered,
    purpose: &str,
    year: i16,
) -> anyhow::Result<ReadResult> {
    let answer = cast.payroll().read(&request(purpose, year, [person], false)).await;
    let mut results = answer.context("could not read a number")?.results;
    must_be("how many people were answered", results.len(), 1)?;
    let result = results.pop().context("the vault answered about nobody")?;
    must_be("who was answered", result.person.as_deref().unwrap_or_default(), &person.id)?;
    Ok(result)
}

fn request<'p>(
    purpose: &str,
    year: i16,
    people: impl IntoIterator<Item = &'p Entered>,
    dry_run: bool,
) -> ReadRequest {
    ReadRequest {
        purpose: String::from(purpose),
        period: year.to_string(),
        reference: String::from("令和8年分 源泉徴収票（見本）"),
        destination: None,
        reason: None,
        dry_run,
        people: people.into_iter().map(|person| PersonRef::Id(person.id.clone())).collect(),
    }
}
