//! A hire: the person, then their number, which waits for a second person's check.
//!
//! `cargo run --example submit_numbers -- <base url> <org id> <key file> < number`

use std::fs::read_to_string;
use std::io::{Write, stdin, stdout};

use azekura_client::wire::changes::{IdentityCheck, NewChange, NewNumber};
use azekura_client::wire::people::{NewPerson, PersonName};
use azekura_client::{Client, SecretString};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, org, key_file] = arguments.as_slice() else {
        anyhow::bail!("expected: <base url> <org id> <key file>, and a number on standard input");
    };
    let key = SecretString::from(read_to_string(key_file)?.trim());
    let client = Client::new(base_url)?.with_key(key);
    let org = client.org(org);

    // The person first, under the payroll's own key. Nothing here is a number.
    let person = org.create_person(&hire()).await?;

    // Then the number, from standard input, with what makes it lawful to hold.
    let mut line = String::with_capacity(64);
    stdin().read_line(&mut line)?;
    let change = NewChange::Register(NewNumber {
        person: person.id,
        number: line.into(),
        purposes: vec!["declarations".into(), "health_pension".into()],
        notice: None,
        identity_check: IdentityCheck {
            method: "mn_card".into(),
            number_document: None,
            identity_documents: Vec::new(),
            agent_document: None,
            verified_on: "2026-11-20".into(),
        },
        reason: None,
        replaces: None,
    });

    // It is usable once somebody else has keyed it again from the document.
    let change = org.propose_change(&change).await?;
    writeln!(stdout(), "{} {}", change.id, change.status)?;
    Ok(())
}

fn hire() -> NewPerson {
    NewPerson {
        external_ref: "E-0001".into(),
        keys: Vec::new(),
        kind: "employee".into(),
        name: PersonName {
            family: "見本".into(),
            given: "花子".into(),
            family_kana: "ミホン".into(),
            given_kana: "ハナコ".into(),
        },
        birth_date: None,
        dependant_of: None,
        relation: None,
        started_on: Some("2026-11-16".into()),
        tax_column: Some("kou".into()),
        part_time: None,
    }
}
