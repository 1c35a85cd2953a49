//! A vault of a few lines: it answers each connection with the next piece of a script and tells
//! what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use azekura_client::Client;

/// What the vault was asked.
pub(crate) struct Asked {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A client of a vault that follows `script`, and what it will be asked. An empty answer hangs up.
pub(crate) fn follow(script: &[&str]) -> (Client, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (asked, all) = channel();
    let script: Vec<String> = script.iter().copied().map(String::from).collect();
    thread::spawn(move || serve(&listener, &script, &asked));
    (Client::new(&base).unwrap().with_pause(Duration::ZERO), all)
}

/// An answer with a JSON body.
pub(crate) fn json(status: &str, body: &str) -> String {
    answer(status, "Content-Type: application/json", body)
}

/// A refusal.
pub(crate) fn problem(status: u16, code: &str) -> String {
    let body = format!(
        r#"{{"type":"/problems/{code}","title":"試験","status":{status},"detail":"架空",
        "code":"{code}","request_id":"req_1","attempts_left":2,
        "errors":[{{"pointer":"/purpose","code":"missing","detail":"必須"}}]}}"#
    );
    answer(&format!("{status} X"), "Content-Type: application/problem+json; charset=utf-8", &body)
}

/// An answer with further headers, lines joined by CRLF.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n\
         {body}"
    )
}

/// An answer in chunks, each as it is sent.
pub(crate) fn chunked(chunks: &[&str]) -> String {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let chunks = chunks.iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()));
    std::iter::once(String::from(head)).chain(chunks).collect()
}

fn serve(listener: &TcpListener, script: &[String], asked: &Sender<Asked>) {
    for answer in script {
        let (mut stream, _) = listener.accept().unwrap();
        asked.send(receive(&stream)).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

fn receive(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let headers: Vec<(String, String)> = lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Asked { line: lines.remove(0), headers, body: String::from_utf8(body).unwrap() }
}
