//! The accept loop: one task a connection, within limits that no client can exceed.
//!
//! `axum::serve` waits for ever for the rest of a half-sent header. Here each connection has a
//! deadline from its first byte, a place among a bounded number, and ends with the server.
//! HTTP/1.1 only: protocol detection would run before any timer.

mod pace;
mod places;
#[cfg(test)]
mod tests;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use self::pace::{Answering, Paced, Steady, Turn};
use self::places::{Place, Places, source};
pub use self::tls::{Error as TlsError, Tls};

/// Bytes of a request's header.
const HEADER_BYTES: usize = 16 * 1024;

/// How long to leave the system alone when it has no more sockets to give.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

/// Where connections come in, and within which limits.
pub struct Door {
    /// The address.
    pub listener: TcpListener,
    /// Without it only programs of this machine may call.
    pub tls: Option<Arc<Tls>>,
    /// What a client may take.
    pub limits: Limits,
    /// Fires when requests under way are no longer waited for.
    pub cut: CancellationToken,
}

/// What clients may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time.
    pub connections: usize,
    /// Connections at one time from one source: an IPv4 address or an IPv6 /64. Not counted
    /// without TLS, where every source is a program of this machine.
    pub per_source: usize,
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its header, and from the connection, or the
    /// end of its handshake, to the end of the first header.
    pub header: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// How far a peer that sends a body or takes an answer may fall behind 1 KB/s.
    pub behind: Duration,
    /// How long requests under way may take once the server stops.
    pub drain: Duration,
}

/// Who is at the other end of a connection: in the extensions of every request that came over one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer {
    /// Their address as the socket has it; an IPv4 address is one even on an IPv6 socket. Headers
    /// that name another are not believed.
    pub ip: IpAddr,
    /// How what they send is kept from others on the way.
    pub transport: Transport,
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// As they are, within this machine.
    Plain,
    /// Encrypted.
    Tls,
}

/// What each connection is given.
#[derive(Clone)]
struct House {
    router: Router,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    stop: CancellationToken,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1_024,
            per_source: 64,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            behind: Duration::from_secs(10),
            drain: Duration::from_secs(20),
        }
    }
}

impl From<TcpListener> for Door {
    /// A door for programs of this machine.
    fn from(listener: TcpListener) -> Self {
        Self { listener, tls: None, limits: Limits::default(), cut: CancellationToken::new() }
    }
}

/// Serves `router` until `stop`, then lets the requests under way finish. None runs any more when
/// this ends.
pub async fn serve(door: impl Into<Door>, router: Router, stop: CancellationToken) {
    let Door { listener, tls, limits, cut } = door.into();
    let house = House { router, tls, limits, stop };
    let tasks = TaskTracker::new();
    welcome(&house, &listener, &tasks, &cut).await;
    drop((listener, house));
    tasks.close();
    tokio::select! {
        () = tasks.wait() => return,
        () = cut.cancelled() => {}
        () = tokio::time::sleep(limits.drain) => {}
    }
    tracing::warn!("connections cut off at shutdown");
    cut.cancel();
    tasks.wait().await;
}

/// Lets connections in until the server stops.
async fn welcome(
    house: &House,
    listener: &TcpListener,
    tasks: &TaskTracker,
    cut: &CancellationToken,
) {
    let places = Places::new(house.limits);
    loop {
        tokio::select! {
            () = house.stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => admit(house, &places, tasks, cut, (stream, from)),
                Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
            },
        }
    }
}

/// Gives a connection a place and a task, or lets it go without a word.
fn admit(
    house: &House,
    places: &Arc<Places>,
    tasks: &TaskTracker,
    cut: &CancellationToken,
    (stream, from): (TcpStream, SocketAddr),
) {
    let ip = from.ip().to_canonical();
    let Some(place) = places.take(house.tls.as_ref().map(|_| source(ip))) else { return };
    let (place, house, cut) = (Arc::new(place), house.clone(), cut.clone());
    tasks.spawn(async move {
        tokio::select! {
            () = place.lost() => {}
            () = cut.cancelled() => {}
            () = converse(house, stream, ip, Arc::clone(&place)) => {}
        }
    });
}

/// A connection from its first byte to its last. One that breaks off concerns its client only.
async fn converse(house: House, stream: TcpStream, ip: IpAddr, place: Arc<Place>) {
    // An answer is one small write; waiting for more to send would add 40 ms.
    stream.set_nodelay(true).ok();
    let turn = Arc::new(Turn::new(house.limits, place));
    let socket = Paced::new(stream, Arc::clone(&turn));
    let Some(tls) = &house.tls else {
        return requests(&house, socket, turn, Peer { ip, transport: Transport::Plain }).await;
    };
    let handshake = tokio::time::timeout(house.limits.handshake, tls.accept(socket));
    let shaken = tokio::select! {
        () = house.stop.cancelled() => return,
        shaken = handshake => shaken,
    };
    if let Ok(Ok(stream)) = shaken {
        turn.greet();
        requests(&house, stream, turn, Peer { ip, transport: Transport::Tls }).await;
    } else {
        // What the peer sent instead is not repeated.
        tracing::info!("a TLS handshake failed");
    }
}

async fn requests<S>(house: &House, stream: S, turn: Arc<Turn>, peer: Peer)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (router, behind) = (house.router.clone(), house.limits.behind);
    let service = tower::service_fn(move |request: hyper::Request<Incoming>| {
        let (router, busy) = (router.clone(), turn.begin());
        let mut request = request.map(|body| Body::new(Steady::new(body, behind)));
        request.extensions_mut().insert(peer);
        async move {
            let response = router.oneshot(request).await?;
            Ok::<_, std::convert::Infallible>(response.map(|body| Answering::new(body, busy)))
        }
    });
    let connection = http1::Builder::new()
        // Hyper's timer for headers would also run while a connection is idle.
        .header_read_timeout(None)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = house.stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await.ok();
}
