//! Deadlines of a connection: how long it may wait, take for a header, and fall behind.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Limits;
use super::places::Place;
use crate::app::lock;

/// Bytes that win a peer who is behind one second back.
const RATE: u64 = 1_024;

/// Whose turn it is on a connection.
pub(super) struct Turn {
    limits: Limits,
    place: Arc<Place>,
    phase: Mutex<Phase>,
}

#[derive(Clone, Copy)]
enum Phase {
    /// The client's, and it has begun, or should have.
    Header { until: Instant },
    /// The client's, who has nothing to ask.
    Idle { until: Instant },
    /// The server's, or of a body.
    Request,
}

/// A request under way, from the end of its header to the end of its answer.
pub(super) struct Busy(Arc<Turn>);

impl Turn {
    pub(super) fn new(limits: Limits, place: Arc<Place>) -> Self {
        let phase = Mutex::new(Phase::Header { until: Instant::now() + limits.handshake });
        Self { limits, place, phase }
    }

    /// The client may speak.
    pub(super) fn greet(&self) {
        *lock(&self.phase) = Phase::Header { until: Instant::now() + self.limits.header };
    }

    /// A request has begun.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.place.work();
        *lock(&self.phase) = Phase::Request;
        Busy(Arc::clone(self))
    }

    /// The client sent something.
    fn heard(&self) {
        if matches!(*lock(&self.phase), Phase::Idle { .. }) {
            self.greet();
        }
    }

    /// Until when the client must send something.
    fn deadline(&self) -> Option<Instant> {
        match *lock(&self.phase) {
            Phase::Header { until } | Phase::Idle { until } => Some(until),
            Phase::Request => None,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Self(turn) = self;
        *lock(&turn.phase) = Phase::Idle { until: Instant::now() + turn.limits.idle };
        turn.place.wait();
    }
}

/// A socket that fails once its peer is late. It stands below TLS, so that a peer whose records
/// never become whole is late too.
pub(super) struct Paced<S> {
    socket: S,
    turn: Arc<Turn>,
    reading: Timer,
    writing: Allowance,
}

impl<S> Paced<S> {
    pub(super) fn new(socket: S, turn: Arc<Turn>) -> Self {
        let writing = Allowance::new(turn.limits.behind);
        Self { socket, turn, reading: Timer::default(), writing }
    }

    /// Counts what a write came to.
    fn paced<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match &written {
            Poll::Ready(Ok(done)) => self.writing.moved(bytes(done)),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => ready!(self.writing.poll_late(cx))?,
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        match &read {
            Poll::Ready(_) if buffer.filled().len() > before => self.turn.heard(),
            Poll::Pending => {
                if let Some(until) = self.turn.deadline() {
                    ready!(self.reading.poll_until(cx, until));
                    return Poll::Ready(Err(late()));
                }
            }
            Poll::Ready(_) => {}
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.paced(cx, written, |count| *count)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        self.paced(cx, written, |count| *count)
    }

    /// Without it hyper would copy every number it sends into a buffer that it keeps.
    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(cx);
        self.paced(cx, flushed, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.paced(cx, shut, |()| 0)
    }
}

/// A request's body that fails once it falls behind.
pub(super) struct Steady {
    body: Incoming,
    allowance: Allowance,
}

impl Steady {
    pub(super) fn new(body: Incoming, behind: Duration) -> Self {
        Self { body, allowance: Allowance::new(behind) }
    }
}

impl HttpBody for Steady {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                self.allowance.moved(frame.data_ref().map_or(0, Bytes::len));
            }
            Poll::Ready(_) => {}
            Poll::Pending => {
                if let Err(late) = ready!(self.allowance.poll_late(cx)) {
                    return Poll::Ready(Some(Err(late.into())));
                }
            }
        }
        frame.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body; with it the request ends.
pub(super) struct Answering {
    body: Body,
    _busy: Busy,
}

impl Answering {
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How far a peer may fall behind [`RATE`]: time that it keeps the server waiting is taken off,
/// bytes that move win it back.
struct Allowance {
    most: Duration,
    left: Duration,
    waits_since: Option<Instant>,
    timer: Timer,
}

impl Allowance {
    fn new(most: Duration) -> Self {
        Self { most, left: most, waits_since: None, timer: Timer::default() }
    }

    fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.waits_since.take() {
            let won = Duration::from_millis(bytes as u64 * 1_000 / RATE);
            self.left = (self.left.saturating_sub(since.elapsed()) + won).min(self.most);
        }
    }

    /// The peer keeps the server waiting: an error once nothing is left.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let since = *self.waits_since.get_or_insert_with(Instant::now);
        self.timer.poll_until(cx, since + self.left).map(|()| Err(late()))
    }
}

/// A timer that is made when it is first needed.
#[derive(Default)]
struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    fn poll_until(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if sleep.deadline() != until {
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx)
    }
}

fn late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
