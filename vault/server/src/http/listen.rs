//! The accept loop: one task a connection, within limits that no client can exceed.
//!
//! `axum::serve` waits for ever for the rest of a half-sent header. Here each connection has a
//! timer from its first byte, a place among a bounded number, and ends with the server.
//! HTTP/1.1 only: protocol detection would run before any timer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Connections at one time.
const CONNECTIONS: usize = 1_024;
/// Connections at one time from one address; a loopback address is exempt, being a proxy or a test.
const PER_SOURCE: usize = 64;
/// From the first byte of a request to the end of its header.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a request header.
const HEADER_BYTES: usize = 16 * 1024;
/// How long requests under way may take once the server stops.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves `router` until `stop`, then lets the requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let sources = Arc::new(Sources::default());
    let graceful = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else { continue };
        let Some(source) = sources.enter(peer.ip()) else { continue };
        let connection = connection(stream, peer, router.clone());
        let watched = graceful.watch(connection);
        tasks.spawn(async move {
            let _held: (OwnedSemaphorePermit, Entered) = (place, source);
            // A connection that breaks off concerns its client only.
            watched.await.ok();
        });
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections cut off at shutdown");
    }
}

fn connection(
    stream: TcpStream,
    peer: std::net::SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // An answer is one small write; waiting for more to send would add 40 ms.
    stream.set_nodelay(true).ok();
    let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(
            TokioIo::new(stream),
            hyper_util::service::TowerToHyperService::new(service),
        )
}

/// How many connections each address has open.
#[derive(Default)]
struct Sources(Mutex<HashMap<IpAddr, usize>>);

struct Entered {
    sources: Arc<Sources>,
    ip: IpAddr,
}

impl Sources {
    fn enter(self: &Arc<Self>, ip: IpAddr) -> Option<Entered> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(ip).or_default();
        if *count >= PER_SOURCE && !ip.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Entered { sources: Arc::clone(self), ip })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut open = self.sources.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.ip);
            }
        }
    }
}
