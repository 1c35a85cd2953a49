//! A server that is killed: what it acknowledged is there, and the evidence still holds.

use azekura_tests::site::text;
use azekura_tests::{Office, Vault, number};

#[test]
fn what_was_acknowledged_survives_a_killed_server() {
    let vault = Vault::start();
    let office = Office::found(&vault, vault.administrators(), "架空商事");
    let (sato, suzuki) = (office.handler("架空 佐藤"), office.handler("試験 鈴木"));
    office.publish(&["withholding"], &suzuki);
    for round in 0..5 {
        let (checked, waiting) = (number(9_000 + round), number(9_100 + round));
        let person = sato.add_with_number(&suzuki, &checked, &["withholding"]);
        let other = sato.add_employee("試験");
        let change = text(&sato.register(&other, &waiting, &["withholding"]).ok(202), "id");
        assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(checked.clone()));
        vault.kill9();
        vault.restart();
        assert_eq!(sato.read_one(&person, "withholding_slip"), Ok(checked));
        assert_eq!(sato.status(&other), "pending_review");
        suzuki.check(&change, &waiting).ok(200);
        assert_eq!(sato.read_one(&other, "withholding_slip"), Ok(waiting));
    }
    vault.verify_offline();
}
