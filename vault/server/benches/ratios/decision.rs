//! What one decision takes: the caller's rights from memory, then the rules for one person.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use azekura::app::App;
use azekura::auth::{Actor, Permission, Who};
use azekura::service::rights;
use azekura::store::bulk;
use azekura_core::access::{self, Ask, Grounds};
use azekura_core::purpose::Purpose;
use azekura_core::retention::Period;

use super::fill::Filled;

/// People who are decided on in turn.
const PEOPLE: usize = 1_000;

/// How often.
const PASSES: u32 = 20;

/// Microseconds in which one core decides whether a program may read one number, with nothing taken
/// over from the decision before.
pub(crate) async fn microseconds(app: &App, filled: &Filled) -> Result<f64> {
    let (org, now) = (filled.org, app.clock.now());
    let owner = app.authority().client_by_id(filled.client).context("the program")?.grant.owner;
    let actor = Actor { who: Who::Client { id: filled.client, owner }, ..Actor::job("bench") };
    let grounds = grounds(app, filled).await?;
    let (authority, today) = (app.authority(), now.tokyo_date());
    let period = Period::TaxYear(today.year());
    let ask = Ask { purpose: Purpose::WithholdingSlip, period, correction_reason: false };
    let decide = |grounds: &Grounds| {
        let scope = rights::scope(&authority, &actor, org, Permission::Use, now).ok()?;
        access::decide(ask, &scope, grounds, today).ok()
    };
    let began = Instant::now();
    for _ in 0..PASSES {
        for one in &grounds {
            ensure!(black_box(decide(black_box(one))).is_some(), "a decision refused");
        }
    }
    let decisions = f64::from(PASSES) * grounds.len() as f64;
    Ok(began.elapsed().as_secs_f64() * 1e6 / decisions)
}

async fn grounds(app: &App, filled: &Filled) -> Result<Vec<Grounds>> {
    let people = filled.registered.get(..PEOPLE).unwrap_or(&filled.registered);
    let found = bulk::current(&mut app.reading().await?, filled.org, people).await?;
    found.into_iter().map(|(_, current)| Ok(current?.grounds.clone())).collect()
}
