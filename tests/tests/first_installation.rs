//! The script in `docs` that installs a vault: it must work as it stands there.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use azekura_tests::process::{program, run};
use azekura_tests::tls::Authority;
use azekura_tests::vault::Files;

fn script() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().join("docs/first-installation.sh")
}

fn install(files: &Files) -> Command {
    let mut script = Command::new(script());
    for name in ["TLS_CERT", "TLS_KEY", "TLS_CA", "http_proxy", "https_proxy", "all_proxy"] {
        script.env_remove(name);
    }
    script.arg(files.root()).env("AZEKURA", program("azekura"));
    script.env("LISTEN", "127.0.0.1:0").env("SERVE", "--allow-root").env("AZEKURA_LOG", "info");
    script
}

#[test]
fn the_script_in_the_documents_installs_a_vault_that_works() {
    let (files, authority) = (Files::new(), Authority::new());
    authority.certify(&files.certificate(), &files.key());
    let trusted = files.root().join("ca.pem");
    fs::write(&trusted, authority.pem()).unwrap();
    let mut install = install(&files);
    install.env("TLS_CERT", files.certificate()).env("TLS_KEY", files.key());
    let output = run(install.env("TLS_CA", trusted));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.matches('✔').count(), 8, "{said}");
    assert!(said.contains("serves at https://127.0.0.1:"), "{said}");
    assert!(!said.contains("123456789018"), "a number was shown: {said}");
    assert!(!said.contains("azk1_") && !said.contains("azs1_"), "a secret was shown: {said}");
    let (holds, report) = files.verify_log(&files.root().join("evidence"));
    assert!(holds, "{report:#}");
    let log = fs::read_to_string(files.root().join("evidence/entries.jsonl")).unwrap();
    for act in ["ceremony.completed", "number.activated", "number.release.outcome"] {
        assert!(log.contains(&format!("\"act\":\"{act}\"")), "{act}");
    }
    assert!(!log.contains("123456789018"));
}
