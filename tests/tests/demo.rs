//! `azekura demo` as whoever tries it sees it: it ends well, and it notices a wrong answer.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends where it goes wrong"
)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use azekura_tests::process::{program, wait_for};
use tempfile::TempDir;

/// A demo that does not outlive its test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn demo(dir: &Path, listen: &str, more: &[&str]) -> Demo {
    let child = Command::new(program("azekura"))
        .args(["demo", "--people", "10", "--lang", "en", "--listen", listen, "--data-dir"])
        .arg(dir.join("demo"))
        .arg("--ready-file")
        .arg(dir.join("ready.json"))
        .args(more)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Demo(child.unwrap())
}

fn interrupt(demo: &mut Demo) -> ExitStatus {
    let pid = demo.0.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    demo.0.wait().unwrap()
}

#[test]
fn the_demo_tells_its_story_and_ends_well() {
    let dir = TempDir::new().unwrap();
    let mut demo = demo(dir.path(), "127.0.0.1:0", &[]);
    let ready = dir.path().join("ready.json");
    wait_for("the demo's story", || {
        let ended = demo.0.try_wait().unwrap().is_some();
        (ready.exists() || ended).then_some(())
    });
    assert!(ready.exists() && interrupt(&mut demo).success());

    let verify = Command::new(program("azekura-verify"))
        .arg("log")
        .arg(dir.path().join("demo/evidence"))
        .arg("--trust")
        .arg(dir.path().join("demo/trust.json"))
        .output()
        .unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
}

/// Passes bytes on, and says one thing that the vault did not say.
fn lying_proxy(listener: &TcpListener, upstream: &str) {
    for client in listener.incoming() {
        let (Ok(client), Ok(server)) = (client, TcpStream::connect(upstream)) else { return };
        let (mut asks, mut tells) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || {
            std::io::copy(&mut asks, &mut tells).ok();
            tells.shutdown(Shutdown::Write).ok();
        });
        thread::spawn(move || twist(server, client));
    }
}

fn twist(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let told = &mut buffer[..length];
        let truth = b"purpose-not-bound";
        if let Some(at) = told.windows(truth.len()).position(|window| window == truth) {
            told[at..at + truth.len()].copy_from_slice(b"purpose-not-found");
        }
        if to.write_all(told).is_err() {
            return;
        }
    }
    to.shutdown(Shutdown::Both).ok();
}

#[test]
fn one_changed_answer_ends_the_demo_with_exit_code_one() {
    let dir = TempDir::new().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let through = format!("http://{}", proxy.local_addr().unwrap());
    let upstream = free.clone();
    thread::spawn(move || lying_proxy(&proxy, &upstream));
    let mut demo = demo(dir.path(), &free, &["--through", &through]);
    let ended = wait_for("the demo to notice", || demo.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(1));
    assert!(!dir.path().join("ready.json").exists());
}
