//! Who may see what travels, and who is believed to be the vault.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use azekura_client::{Client, Error};
use azekura_tests::process::wait_for;
use azekura_tests::tls::Authority;
use azekura_tests::vault::{Files, Founded};
use azekura_tests::{Answer, Caller, Site, Vault};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The fatal alert `protocol_version`.
///
/// Source: RFC 8446 6.
const PROTOCOL_VERSION: [u8; 2] = [2, 70];

const EVERYWHERE: [(&str, &str); 5] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
];

const ONLY_TLS: &str = "strict-transport-security";

#[test]
fn every_answer_over_tls_tells_browsers_to_stay_there() {
    let authority = Authority::new();
    let vault = Vault::start_with_tls(&authority);
    let [administrator, _] = vault.administrators();
    let answers = [
        administrator.get("/v1/users"),
        administrator.get("/v1/nothing"),
        vault.anonymous().get("/v1/users"),
        vault.anonymous().post("/healthz", &Value::Null),
        vault.anonymous().get("/docs"),
    ];
    for answer in &answers {
        for (name, value) in EVERYWHERE {
            assert_eq!(answer.header(name), Some(value), "{}", answer.head);
        }
        assert_eq!(answer.header(ONLY_TLS), Some("max-age=31536000; includeSubDomains"));
    }
    let (_server, plain) = plain();
    assert_eq!(plain.get("/healthz").header(ONLY_TLS), None, "it would lock out plain loopback");
}

#[test]
fn older_versions_and_plain_http_are_not_spoken() {
    let vault = Vault::start_with_tls(&Authority::new());
    let address = vault.anonymous().address;
    let said = said_to(&hello_1_2(), address);
    assert_eq!(said.first(), Some(&21), "an alert: {said:?}");
    assert_eq!(said.get(5..), Some(&PROTOCOL_VERSION[..]), "{said:?}");
    let said = said_to(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", address);
    assert!(Answer::parse(&said).is_none(), "it answers in the clear");
    assert_eq!(vault.anonymous().get("/healthz").status, 200);
}

#[test]
fn a_client_believes_only_the_authority_it_was_given() {
    let (ours, other) = (Authority::new(), Authority::new());
    let vault = Vault::start_with_tls(&ours);
    let address = vault.anonymous().address;
    let runtime = Runtime::new().unwrap();
    let asked = |client: Result<Client, Error>| {
        runtime.block_on(async { client?.health().await.map(drop) })
    };
    let url = format!("https://{address}");
    asked(Client::trusting(&url, ours.pem().as_bytes())).unwrap();
    asked(Client::trusting(&url.replace("127.0.0.1", "localhost"), ours.pem().as_bytes())).unwrap();
    for client in [
        Client::trusting(&url, other.pem().as_bytes()),
        Client::new(&url),
        // The name is not in the certificate.
        Client::trusting(&url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), ours.pem().as_bytes()),
    ] {
        let refused = asked(client);
        assert!(matches!(refused, Err(Error::Transport(_))), "{refused:?}");
    }
    for nothing in ["", "no certificate", &ours.pem()[..200]] {
        let client = Client::trusting(&url, nothing.as_bytes());
        assert!(matches!(client, Err(Error::Authority)), "{nothing}");
    }
    assert!(Caller { trust: Some(other.trust()), ..vault.anonymous() }.connect().is_err());
}

#[test]
fn a_vault_with_tls_may_be_reached_from_elsewhere() {
    let files = Founded::new().files;
    assert!(files.refusal("0.0.0.0:0").contains("needs TLS"));
    let authority = Authority::new();
    authority.certify(&files.certificate(), &files.key());
    let (server, address) = files.serve("0.0.0.0:0", "info");
    let here = std::net::SocketAddr::from(([127, 0, 0, 1], address.port()));
    let site = Site::new(here).trusting(authority.trust());
    assert_eq!(site.anonymous().get("/healthz").status, 200);
    assert!(server.stop());
}

#[test]
fn a_certificate_that_does_not_fit_is_refused() {
    let (files, authority) = (Founded::new().files, Authority::new());
    let (certificate, key) = (files.certificate(), files.key());
    let refused = |files: &Files| files.refusal("127.0.0.1:0");
    authority.certify(&certificate, &key);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(refused(&files).contains("closed to everyone else"));
    authority.certify(&files.fresh("other"), &key);
    assert!(refused(&files).contains("could not use this certificate with this key"));
    fs::write(&key, "no key, 秘密").unwrap();
    let said = refused(&files);
    assert!(said.contains("could not read a private key"), "{said}");
    assert!(!said.contains("秘密"), "what the file holds is repeated");
    authority.certify(&certificate, &key);
    fs::write(&certificate, "no certificate").unwrap();
    assert!(refused(&files).contains("could not use this certificate"));
    fs::remove_file(&key).unwrap();
    assert!(refused(&files).contains("could not open"));
    authority.certify(&certificate, &key);
    assert!(files.serve("127.0.0.1:0", "info").0.stop());
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    let authority = Authority::new();
    let vault = Vault::start_with_tls(&authority);
    let (nobody, files) = (vault.anonymous(), vault.files());
    let shown = || nobody.connect().unwrap().shown()[0].as_ref().to_vec();
    let mut open = nobody.connect().unwrap();
    let old = shown();
    authority.certify(&files.certificate(), &files.key());
    assert_eq!(shown(), old, "it waits to be told");
    vault.signal("HUP");
    let new = wait_for("the new certificate", || Some(shown()).filter(|shown| *shown != old));

    fs::write(files.key(), "no key").unwrap();
    vault.signal("HUP");
    wait_for("the refusal", || {
        let logs = String::from_utf8_lossy(&files.logs()).into_owned();
        logs.contains("the old certificate for TLS stays in use").then_some(())
    });
    assert_eq!(shown(), new);
    open.write_all(&nobody.request("GET", "/healthz", &[], None)).unwrap();
    let mut answer = Vec::new();
    open.read_to_end(&mut answer).unwrap();
    assert_eq!(Answer::parse(&answer).unwrap().status, 200, "connections stay");
}

/// A vault without TLS.
fn plain() -> (azekura_tests::process::Server, Caller) {
    let files = Founded::new().files;
    let (server, address) = files.serve("127.0.0.1:0", "info");
    (server, Caller::anonymous(address))
}

/// Everything that the server says to these bytes until it closes.
fn said_to(bytes: &[u8], address: std::net::SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    let mut said = Vec::new();
    // Some of what was sent may not have been read when the server closed.
    stream.read_to_end(&mut said).ok();
    said
}

/// A `ClientHello` of TLS 1.2 that offers ECDHE with AES-GCM and names no newer version.
///
/// Source: RFC 5246 7.4.1.2.
fn hello_1_2() -> Vec<u8> {
    // Groups (P-256), point formats, signatures (ECDSA with SHA-256).
    let extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3];
    // No session, one cipher suite (TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), no compression.
    let offer = [0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 22];
    let hello = [&[3, 3][..], &[7; 32], &offer, &extensions].concat();
    let length = u8::try_from(hello.len()).unwrap();
    [&[22, 3, 1, 0, length + 4, 1, 0, 0, length][..], &hello].concat()
}
