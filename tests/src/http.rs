//! HTTP/1.1 as bare as it goes: a test sees every byte of an answer.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::tls::{Stream, Trust};

/// Longer than any answer may take; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who calls the API, signed in or not.
#[derive(Clone)]
pub struct Caller {
    /// Where the API is.
    pub address: SocketAddr,
    /// Whom they believe that it is the vault; without it they speak in the clear.
    pub trust: Option<Trust>,
    /// What stands behind `Bearer`.
    pub token: Option<String>,
}

/// What came back.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body, put together again if it came in chunks.
    pub body: Vec<u8>,
}

impl Caller {
    /// Nobody.
    pub fn anonymous(address: SocketAddr) -> Self {
        Self { address, trust: None, token: None }
    }

    /// The answer to a GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// The answer to a POST of JSON; `null` sends no body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, &[], body)
    }

    /// The answer to a request with a JSON body and further headers.
    pub fn json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let text = body.to_string();
        let mut all = headers.to_vec();
        if body.is_null() {
            return self.send(method, path, headers, Some(b""));
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            all.push(("Content-Type", "application/json"));
        }
        self.send(method, path, &all, Some(text.as_bytes()))
    }

    /// The answer to any request.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let request = self.request(method, path, headers, body);
        self.exchange(&request).expect("the server answers")
    }

    /// Sends bytes and reads until the server closes.
    ///
    /// # Errors
    ///
    /// If the connection fails, or ends before a whole answer.
    pub fn exchange(&self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        // A server that refuses early closes its end before it has read everything.
        let sent = stream.write_all(request).and_then(|()| stream.flush());
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(_) if !bytes.is_empty() => {}
            Err(error) => return Err(sent.err().unwrap_or(error)),
        }
        Answer::parse(&bytes).ok_or_else(|| io::Error::other("the answer is not whole"))
    }

    /// A connection that gives up after a minute.
    ///
    /// # Errors
    ///
    /// If nobody listens, or whoever does is not to be trusted.
    pub fn connect(&self) -> io::Result<Stream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        match &self.trust {
            None => Ok(Stream::Plain(stream)),
            Some(trust) => trust.connect(stream),
        }
    }

    /// The bytes of a request.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut lines =
            vec![format!("{method} {path} HTTP/1.1"), format!("Host: {}", self.address)];
        let named =
            |wanted: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if let Some(token) = self.token.as_ref().filter(|_| !named("authorization")) {
            lines.push(format!("Authorization: Bearer {token}"));
        }
        if !named("connection") {
            lines.push(String::from("Connection: close"));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if let Some(body) = body {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        let text = lines.join("\r\n") + "\r\n\r\n";
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        bytes
    }
}

impl Answer {
    /// An answer from its bytes; `None` unless it is whole.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let answer = Self { status, head, body: bytes.get(end + 4..)?.to_vec() };
        let chunked = answer.header("transfer-encoding").is_some_and(|value| value == "chunked");
        if chunked {
            let body = unchunk(&answer.body)?;
            return Some(Self { body, ..answer });
        }
        let length = answer.header("content-length").and_then(|value| value.parse::<usize>().ok());
        length.is_none_or(|length| length == answer.body.len()).then_some(answer)
    }

    /// The value of a header.
    pub fn header(&self, wanted: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` if it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body, which must have come with this status.
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self.value()
    }

    /// The problem, which must be this one.
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.ok(status);
        assert_eq!(problem["code"], code, "{}", self.text());
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(problem["status"], status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        problem
    }
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?, 16).ok()?;
        let from = end + 2;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(from..from + size)?);
        rest = rest.get(from + size + 2..)?;
    }
}

#[test]
fn chunks_are_put_together_and_a_cut_answer_is_none() {
    let whole =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
    let answer = Answer::parse(whole).unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (200, "abcd"));
    assert!(Answer::parse(&whole[..whole.len() - 6]).is_none());
    assert!(Answer::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc").is_none());
}
