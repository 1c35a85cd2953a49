//! The typed client against the real server: what a payroll program does in an afternoon.

use azekura_client::Client;
use azekura_client::wire::reads::{PersonRef, ReadRequest};
use azekura_tests::{Office, Vault, number};
use serde_json::json;

#[tokio::test]
async fn a_program_reads_numbers_one_by_one_and_sees_why_one_is_missing() {
    let (vault, org, key, people, numbers) = tokio::task::spawn_blocking(|| {
        let vault = Vault::start();
        let office = Office::found(&vault, vault.administrators(), "架空商事");
        let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
        office.publish(&["withholding"], &suzuki);
        let numbers = [number(8_000), number(8_001)];
        let mut people: Vec<String> = numbers
            .iter()
            .map(|number| sato.add_with_number(&suzuki, number, &["withholding"]))
            .collect();
        people.push(sato.add_employee("見本"));
        let (key, org) = (office.program(&sato).token.unwrap(), office.id.clone());
        (vault, org, key, people, numbers)
    })
    .await
    .unwrap();

    let base = format!("http://{}", vault.anonymous().address);
    let client = Client::new(&base).unwrap().with_key(key.into());
    let request = ReadRequest {
        purpose: String::from("withholding_slip"),
        period: String::from("2026"),
        reference: String::from("令和8年分 源泉徴収票（試験）"),
        destination: None,
        reason: None,
        dry_run: false,
        people: people.iter().cloned().map(PersonRef::Id).collect(),
    };
    let org = client.org(&org);
    let mut results = org.read_each(&request).await.unwrap();
    let mut given = Vec::new();
    while let Some(line) = results.next().await.unwrap() {
        given.push(match (line.number, line.denied) {
            (Some(number), None) => String::from(number.expose()),
            (None, Some(denied)) => denied.code,
            _ => String::from("neither or both"),
        });
    }
    let [first, second] = numbers;
    assert_eq!(given, [first, second, String::from("no-number")]);

    let record = org.read_record(results.id()).await.unwrap();
    assert_eq!(record.results.len(), 3);
    let mut unbound = request;
    unbound.purpose = String::from("fee_payment_report");
    let answer = org.read(&unbound).await.unwrap();
    assert!(answer.results.iter().all(|line| line.number.is_none()));
}

#[test]
fn a_program_that_was_stopped_stays_so_when_the_server_starts_again() {
    let vault = Vault::start();
    let office = Office::found(&vault, vault.administrators(), "架空商事");
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    let person = sato.add_with_number(&suzuki, &number(8_010), &["withholding"]);
    let narrow = json!({"quota_per_hour": 1, "quota_per_day": 1, "operations": ["reads"]});
    let program = office.program_with(&sato, &narrow);
    let (path, asked) = (sato.path("reads"), sato.asking(&[&person], "withholding_slip"));
    program.post(&path, &asked).ok(200);
    let refused = program.post(&path, &asked);
    refused.refused(429, "quota-exceeded");
    assert!(refused.header("retry-after").is_some());
    // Six within a minute; on a machine that pauses, a few more.
    let stopped = (0..60).map(|_| program.post(&path, &asked)).find(|answer| answer.status == 403);
    stopped.expect("refusals add up").refused(403, "client-stopped");
    vault.kill9();
    vault.restart();
    program.post(&path, &asked).refused(403, "client-stopped");
    program.get(&sato.path("people")).refused(403, "client-stopped");
}
