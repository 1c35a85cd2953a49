//! What becomes of connections that are late, with short limits.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Mutex;

use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_stream::StreamExt;

use super::*;
use crate::app::lock;

const SOON: Duration = Duration::from_millis(50);
/// Longer than any test takes.
const NEVER: Duration = Duration::from_hours(1);

const NO_LIMITS: Limits = Limits {
    connections: 10,
    per_source: 10,
    handshake: NEVER,
    header: NEVER,
    idle: NEVER,
    behind: NEVER,
    drain: NEVER,
};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

fn router() -> Router {
    Router::new().route("/", get(|| async { "ok" })).route("/", post(async |body: Bytes| body))
}

/// Runs `client` against a server with these limits, for as long as it takes.
async fn against<C>(limits: Limits, router: Router, client: impl FnOnce(SocketAddr) -> C)
where
    C: Future<Output = ()>,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let door = Door { limits, ..Door::from(listener) };
    tokio::select! {
        () = serve(door, router, CancellationToken::new()) => unreachable!("nobody stops it"),
        () = client(address) => {}
    }
}

/// What the server says to `bytes` until it closes.
async fn said(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.ok();
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_client_who_says_nothing_is_let_go() {
    let limits = Limits { handshake: SOON, ..NO_LIMITS };
    against(limits, router(), async |address| assert_eq!(said(address, b"").await, "")).await;
}

#[tokio::test]
async fn half_a_header_is_not_waited_for() {
    let limits = Limits { header: SOON, ..NO_LIMITS };
    against(limits, router(), async |address| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"ok") {
            stream.read_buf(&mut said).await.unwrap();
        }
        stream.write_all(&REQUEST[..20]).await.unwrap();
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_connection_without_requests_is_closed() {
    let limits = Limits { idle: SOON, ..NO_LIMITS };
    against(limits, router(), async |address| {
        let said = said(address, &REQUEST.repeat(2)).await;
        assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_falls_behind_is_refused() {
    let limits = Limits { behind: SOON, ..NO_LIMITS };
    against(limits, router(), async |address| {
        let half = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";
        assert!(said(address, half).await.starts_with("HTTP/1.1 400 Bad Request"));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let limits = Limits { behind: SOON, ..NO_LIMITS };
    let given_up = CancellationToken::new();
    let guard = Arc::new(Mutex::new(Some(given_up.clone().drop_guard())));
    let endless = get(async move || {
        let held = lock(&guard).take();
        let chunks = tokio_stream::iter(std::iter::repeat(Bytes::from_static(&[0; 16 * 1024])));
        Body::from_stream(chunks.map(move |chunk| {
            let _until_the_body_goes = &held;
            Ok::<_, Infallible>(chunk)
        }))
    });
    against(limits, Router::new().route("/", endless), async |address| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        given_up.cancelled().await;
    })
    .await;
}
