//! No number lies in a file.

use azekura_tests::canary::{Canaries, ENCODINGS};
use azekura_tests::{Vault, number};

use crate::Scene;

#[test]
fn rt_10_no_number_lies_in_any_file_of_the_vault() {
    let vault = Vault::start_logging("trace");
    let scene = Scene::new(&vault);
    let numbers: Vec<String> = (10_000..10_200).map(number).collect();
    scene.work(&numbers);
    let canaries = Canaries::new(&numbers);
    let look = || {
        let (hits, looked) = canaries.find_under(vault.files().root());
        assert!(looked > 1_000_000, "only {looked} bytes were looked at");
        assert_eq!(hits, [], "200 numbers in {ENCODINGS} forms");
    };
    assert!(vault.files().state().join("vault.db-wal").metadata().unwrap().len() > 0);
    look();
    vault.export();
    vault.stop();
    look();
}
