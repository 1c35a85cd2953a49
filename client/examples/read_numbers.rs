//! Payroll in January: the numbers for the withholding slips of a year, into a file.
//!
//! `cargo run --example read_numbers -- <base url> <org id> <key file> <out file> <社員番号>…`

use std::fs::{File, read_to_string};
use std::io::Write;

use anyhow::Context;
use azekura_client::wire::reads::{ExternalRef, PersonRef, ReadRequest};
use azekura_client::{Client, SecretString};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, org, key_file, out_file, references @ ..] = arguments.as_slice() else {
        anyhow::bail!("expected: <base url> <org id> <key file> <out file> <external ref>…");
    };

    // The key comes from a file, never from the command line, which others can see.
    let key = SecretString::from(read_to_string(key_file)?.trim());
    let client = Client::new(base_url)?.with_key(key);

    // Every read says what for, for when, and what the ledger shall call it.
    let people = references.iter().cloned().map(|external_ref| ExternalRef { external_ref });
    let request = ReadRequest {
        purpose: "withholding_slip".into(),
        period: "2026".into(),
        reference: "令和8年分 源泉徴収票".into(),
        destination: None,
        reason: None,
        dry_run: false,
        people: people.map(PersonRef::External).collect(),
    };
    let mut results = client.org(org).read_each(&request).await.context("could not read")?;

    // Each person has their own answer: the number, or the reason why not.
    let mut out = File::create_new(out_file).context("could not make the file")?;
    while let Some(result) = results.next().await? {
        let who = result.external_ref.unwrap_or_default();
        let reason = result.denied.map(|denied| denied.code).unwrap_or_default();
        match &result.number {
            Some(number) => writeln!(out, "{who},{},", number.expose())?,
            None => writeln!(out, "{who},,{reason}")?,
        }
    }
    Ok(())
}
