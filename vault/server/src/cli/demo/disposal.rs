//! A number whose time is over is deleted: proposed, confirmed, approved, executed, certified.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use azekura_client::Org;
use azekura_client::wire::purges::{Agreement, CertificatesQuery, PurgeDetail};
use azekura_client::wire::retention::Event;
use tokio::time::sleep;

use super::expect::{must_be, must_hold};
use super::founding::Cast;
use super::intake::{self, Entered};
use super::tell::{Step, Teller};
use super::uses;

/// How often and how long the job is waited for: ten seconds in all.
const LOOKS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// The evidence of one deletion.
pub(super) struct Certificate {
    pub(super) serial: String,
    /// Byte for byte as the vault signed it.
    pub(super) bytes: Vec<u8>,
}

/// Deletes the number of the person of whom payroll learns late that they left long ago.
pub(super) async fn delete<W: Write>(
    cast: &Cast,
    people: &[Entered],
    out: &mut Teller<W>,
) -> anyhow::Result<Certificate> {
    let late = people.iter().find_map(|person| Some((person, person.entrant.line.left_late?)));
    let (person, left) = late.context("could not find anybody on the roster who left late")?;
    intake::leave(cast, &person.id, left).await?;
    file_last_slip(cast, &person.id, left.year()).await?;
    let org = cast.checker.org(&cast.org);
    let proposed = org.propose_purge().await.context("could not propose a deletion")?;
    must_be("a proposed deletion", proposed.purge.state.as_str(), "proposed")?;
    must_be("how many numbers are to go", proposed.purge.count, 1)?;
    let items = proposed.items.iter().map(|item| item.person.as_str());
    must_be("whose number is to go", items.collect::<String>(), &person.id)?;
    let list = Agreement { digest: proposed.purge.digest.clone() };
    let id = &proposed.purge.id;
    let confirmed = org.confirm_purge(id, &list).await.context("could not confirm a deletion")?;
    must_be("a confirmed deletion", confirmed.purge.state.as_str(), "confirmed")?;
    let before = uses::denied_now(cast, person, "disposal-pending").await?;
    let manager = cast.manager.org(&cast.org);
    let approved = manager.approve_purge(id, &list).await;
    let approved = approved.context("could not approve a deletion")?;
    let approver = approved.purge.approved.map(|signed| signed.by).unwrap_or_default();
    must_be("who approved the deletion", approver, &cast.manager.id)?;
    let done = finished(manager, id).await?;
    let after = uses::denied_now(cast, person, "deleted").await?;
    let certificate = fetch(manager, &person.id).await?;
    out.tell(&Step::Purged {
        count: done.purge.count,
        state: &done.purge.state,
        serial: &certificate.serial,
        before: &before,
        after: &after,
    })?;
    Ok(certificate)
}

async fn file_last_slip(cast: &Cast, person: &str, year: i16) -> anyhow::Result<()> {
    let filed = Event::DocumentFiled {
        purpose: String::from("withholding_slip"),
        tax_year: year.unsigned_abs(),
        on: format!("{}-01-31", year + 1),
        destination: String::from("架空税務署"),
    };
    let recorded = cast.payroll().record_event(person, &filed).await;
    let recorded = recorded.context("could not record a filed slip")?;
    must_hold("the filed slip is recorded as it was sent", recorded.event == filed)
}

/// Waits for the vault's own job, which looks at once after an approval.
async fn finished(org: Org<'_>, id: &str) -> anyhow::Result<PurgeDetail> {
    for _ in 0..LOOKS {
        let detail = org.purge(id).await.context("could not look at a deletion")?;
        match detail.purge.state.as_str() {
            "finished" => {
                let states = detail.items.iter().map(|item| item.status.as_str());
                must_be("what became of it", states.collect::<String>(), "deleted")?;
                return Ok(detail);
            }
            "approved" | "executing" => sleep(PAUSE).await,
            other => bail!("the vault left a deletion in the state {other:?}"),
        }
    }
    bail!("the vault did not execute an approved deletion")
}

async fn fetch(org: Org<'_>, person: &str) -> anyhow::Result<Certificate> {
    let query = CertificatesQuery { person: Some(String::from(person)), ..Default::default() };
    let page = org.certificates(&query).await.context("could not list certificates")?;
    must_be("how many certificates there are", page.items.len(), 1)?;
    let listed = page.items.into_iter().next().context("the vault lists no certificate")?;
    must_be("whose certificate it is", listed.person.as_str(), person)?;
    // It becomes a part of a file name.
    let plain = listed.serial.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    must_hold("a serial is digits and a hyphen", plain && !listed.serial.is_empty())?;
    let bytes = org.certificate(&listed.id).await.context("could not fetch a certificate")?;
    Ok(Certificate { serial: listed.serial, bytes })
}
