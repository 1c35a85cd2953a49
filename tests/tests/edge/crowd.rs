//! A crowd at the door: whoever is slow goes, and whoever works is served all the while.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use azekura_tests::process::wait_for;
use azekura_tests::tls::{Authority, Stream};
use azekura_tests::{Caller, Vault};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;

/// Silent connections, by so many sources with so many each: nearly as many as there are places.
const SILENT: (u8, usize) = (18, 50);
/// More of them than there are places.
const TOO_MANY: (u8, usize) = (22, 50);
/// Connections that one source may have.
const SHARE: usize = 64;
/// Slow ones of each kind.
const SLOW: usize = 10;
/// Handshakes, one after the other.
const HANDSHAKES: usize = 200;
/// Requests of somebody who works.
const PROBES: usize = 50;
/// Bytes of memory, in KiB, that the server may have had at any time.
const MEMORY: usize = 512 * 1024;

#[test]
fn rt_41_a_crowd_keeps_nobody_out_and_stays_nowhere() {
    let authority = Authority::new();
    let vault = Vault::start_with_tls(&authority);
    let (runtime, address) = (Runtime::new().unwrap(), vault.anonymous().address);
    let caller = &vault.administrators()[0].caller;
    a_source_has_its_share(&runtime, address);
    let plain = plain(&runtime);

    let silent = silent(&runtime, address, SILENT);
    let mut slow = slow(caller);
    for _ in 0..HANDSHAKES {
        caller.connect().unwrap();
    }
    for _ in 0..PROBES {
        caller.get("/v1/users").ok(200);
    }
    gone_though_they_trickle(&mut slow);
    for stream in silent {
        assert_closed(stream);
    }
    still_waits(plain);

    let crowd = self::silent(&runtime, address, TOO_MANY);
    for _ in 0..PROBES {
        caller.get("/v1/users").ok(200);
    }
    for stream in crowd {
        assert_closed(stream);
    }
    let peak = peak_memory(vault.pid());
    assert!(peak < MEMORY, "{peak} KiB of memory");
    caller.get("/v1/users").ok(200);
}

/// Half a header at a server that only has axum's own accept loop.
fn plain(runtime: &Runtime) -> TcpStream {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", get(async || "見本"));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let mut stream = connect(runtime, address, 1);
    stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    stream
}

/// What the vault had closed long ago is still waited for, so this test would fail there.
fn still_waits(mut stream: TcpStream) {
    stream.write_all(b"Host: mihon\r\n\r\n").unwrap();
    let mut status = [0; 15];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
}

fn a_source_has_its_share(runtime: &Runtime, address: SocketAddr) {
    let mut streams: Vec<TcpStream> =
        (0..SHARE + 6).map(|_| connect(runtime, address, 200)).collect();
    for stream in streams.split_off(SHARE) {
        assert_closed(stream);
    }
    for stream in &streams {
        stream.set_nonblocking(true).unwrap();
        let kind = stream.peek(&mut [0]).map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::WouldBlock), "one within the share was closed");
    }
}

/// Connections that never say anything.
fn silent(runtime: &Runtime, address: SocketAddr, (sources, each): (u8, usize)) -> Vec<TcpStream> {
    let sources = (1..=sources).flat_map(|source| std::iter::repeat_n(source, each));
    sources.map(|source| connect(runtime, address, source)).collect()
}

/// A connection from one of the many addresses that a machine has for itself.
fn connect(runtime: &Runtime, address: SocketAddr, source: u8) -> TcpStream {
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::new(127, 0, 1, source), 0).into()).unwrap();
        socket.connect(address).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

/// Connections over TLS with a request that does not come to its end, or an answer that is not
/// taken.
fn slow(caller: &Caller) -> Vec<Stream> {
    let json = [("Content-Type", "application/json"), ("Content-Length", "60000")];
    let body = caller.request("POST", "/v1/users", &json, None);
    let header = caller.request("GET", "/v1/users", &[], None);
    let again = [("Connection", "keep-alive")];
    let answers = caller.request("GET", "/openapi.json", &again, None).repeat(200);
    let huge = [("X-Any", "a".repeat(64 * 1024))].map(|(name, value)| (name, value));
    let huge: Vec<(&str, &str)> =
        huge.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let huge = caller.request("GET", "/v1/users", &huge, None);
    let kinds = [body.as_slice(), &header[..header.len() / 2], &answers, &huge];
    let open = |bytes: &&[u8]| {
        let mut stream = caller.connect().unwrap();
        // The server may refuse before it has read everything.
        stream.write_all(bytes).and_then(|()| stream.flush()).ok();
        stream
    };
    kinds.iter().flat_map(|bytes| (0..SLOW).map(move |_| open(bytes))).collect()
}

/// A byte now and then wins nobody time.
fn gone_though_they_trickle(slow: &mut Vec<Stream>) {
    wait_for("slow connections to be closed", || {
        slow.retain_mut(|stream| stream.write_all(b"a").and_then(|()| stream.flush()).is_ok());
        slow.is_empty().then_some(())
    });
}

fn assert_closed(mut stream: TcpStream) {
    let read = stream.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(read, Ok(0) | Err(ErrorKind::ConnectionReset)), "still open: {read:?}");
}

/// The most memory that a process had at any time, in KiB.
fn peak_memory(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
