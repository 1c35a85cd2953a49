//! The load generator: a small HTTP/1.1 client that sends prepared bytes and looks at every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Requests of one kind: the same bytes but for the places where each request has its own.
pub(crate) struct Requests {
    pub(crate) template: Vec<u8>,
    /// Offset, and what stands there in the first request, the second, …; then from the beginning.
    pub(crate) places: Vec<(usize, Vec<Vec<u8>>)>,
    pub(crate) expected: Expected,
}

/// What an answer must be; any other ends the run.
pub(crate) struct Expected {
    pub(crate) status: &'static str,
    /// A text in its body, and how often it stands there.
    pub(crate) text: &'static str,
    pub(crate) times: usize,
}

/// How much is asked at most.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    pub(crate) time: Duration,
}

/// What came back.
pub(crate) struct Measured {
    pub(crate) answers: usize,
    pub(crate) per_second: f64,
    /// Ascending.
    pub(crate) took: Vec<Duration>,
}

/// Sends `requests` from the `first` on until the bounds are reached.
pub(crate) async fn run(
    server: SocketAddr,
    requests: &Arc<Requests>,
    first: usize,
    bounds: Bounds,
) -> Result<Measured> {
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut connections = JoinSet::new();
    for _ in 0..bounds.connections {
        let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
        connections.spawn(async move {
            let mut connection = Connection::new(server);
            let mut took = Vec::with_capacity(64 * 1024);
            let mut bytes = requests.template.clone();
            while began.elapsed() < bounds.time {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= bounds.requests {
                    break;
                }
                requests.write(first + number, &mut bytes);
                let before = Instant::now();
                connection.exchange(&bytes, &requests.expected).await?;
                took.push(before.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(one) = connections.join_next().await {
        took.append(&mut one??);
    }
    let elapsed = began.elapsed();
    took.sort_unstable();
    ensure!(!took.is_empty(), "nothing was answered");
    let per_second = took.len() as f64 / elapsed.as_secs_f64();
    Ok(Measured { answers: took.len(), per_second, took })
}

impl Measured {
    /// The time within which this share of the answers came.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        quantile(&self.took, share)
    }
}

/// The element of an ascending list below which this share of it lies.
pub(crate) fn quantile(ascending: &[Duration], share: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a length")]
    let at = (ascending.len() as f64 * share) as usize;
    let last = ascending.last().copied().unwrap_or_default();
    ascending.get(at).copied().unwrap_or(last)
}

impl Requests {
    fn write(&self, number: usize, bytes: &mut [u8]) {
        for (offset, values) in &self.places {
            let value = values.get(number % values.len()).map_or(&[][..], Vec::as_slice);
            let place = bytes.iter_mut().skip(*offset);
            place.zip(value).for_each(|(byte, value)| *byte = *value);
        }
    }
}

/// One connection, opened when it is needed.
struct Connection {
    server: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
    body: Vec<u8>,
}

/// What a head says of the body that follows.
struct Head {
    end: usize,
    length: Option<usize>,
    close: bool,
}

impl Connection {
    fn new(server: SocketAddr) -> Self {
        let (received, body) = (Vec::with_capacity(64 * 1024), Vec::with_capacity(64 * 1024));
        Self { server, stream: None, received, body }
    }

    async fn exchange(&mut self, request: &[u8], expected: &Expected) -> Result<()> {
        let mut stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let stream = TcpStream::connect(self.server).await?;
            stream.set_nodelay(true)?;
            stream
        };
        stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            self.receive(&mut stream).await?;
            if let Some(head) = head(&self.received, expected.status)? {
                break head;
            }
        };
        self.read_body(&mut stream, &head).await?;
        if !head.close {
            self.stream = Some(stream);
        }
        let found = occurrences(&self.body, expected.text.as_bytes());
        ensure!(found == expected.times, "{found} of {} results", expected.times);
        Ok(())
    }

    async fn receive(&mut self, stream: &mut TcpStream) -> Result<()> {
        let count = stream.read_buf(&mut self.received).await?;
        ensure!(count > 0, "the server ended the connection before its answer");
        Ok(())
    }

    async fn read_body(&mut self, stream: &mut TcpStream, head: &Head) -> Result<()> {
        self.body.clear();
        if let Some(length) = head.length {
            while self.received.len() < head.end + length {
                self.receive(stream).await?;
            }
            self.body.extend(self.received.get(head.end..).unwrap_or_default());
            return Ok(());
        }
        let mut at = head.end;
        loop {
            let Some((start, length)) = chunk(self.received.get(at..).unwrap_or_default())? else {
                self.receive(stream).await?;
                continue;
            };
            let (start, end) = (at + start, at + start + length);
            while self.received.len() < end + 2 {
                self.receive(stream).await?;
            }
            if length == 0 {
                return Ok(());
            }
            self.body.extend(self.received.get(start..end).unwrap_or_default());
            at = end + 2;
        }
    }
}

/// Where the body begins and how it ends; `None` while the head is not all there.
fn head(received: &[u8], status: &str) -> Result<Option<Head>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(received.get(..end).unwrap_or_default())?;
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    ensure!(first.starts_with(status), "answered {first}");
    let mut head = Head { end: end + 4, length: None, close: false };
    let mut chunked = false;
    for line in lines {
        let (name, value) = line.split_once(": ").context("read a header")?;
        if name.eq_ignore_ascii_case("content-length") {
            head.length = Some(value.parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case("connection") {
            head.close = value.eq_ignore_ascii_case("close");
        }
    }
    if head.length.is_none() && !chunked {
        bail!("the answer does not say where it ends");
    }
    Ok(Some(head))
}

/// Where a chunk begins behind its size line, and its size; `None` while the line is not there.
fn chunk(received: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(line) = received.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
    let size = std::str::from_utf8(received.get(..line).unwrap_or_default())?;
    Ok(Some((line + 2, usize::from_str_radix(size, 16)?)))
}

fn occurrences(body: &[u8], text: &[u8]) -> usize {
    let (Some(first), mut at, mut found) = (text.first(), 0, 0) else { return 0 };
    while let Some(rest) = body.get(at..) {
        let Some(next) = rest.iter().position(|byte| byte == first) else { break };
        if rest.get(next..).is_some_and(|rest| rest.starts_with(text)) {
            found += 1;
        }
        at += next + 1;
    }
    found
}
