//! Numbers for a purpose, at once or as they come.

use azekura_wire::reads::{NDJSON, ReadAnswer, ReadHead, ReadRecord, ReadRequest, ReadResult};
use reqwest::Response;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{Error, Org};

/// The longest line an answer may have, in bytes.
const LONGEST_LINE: usize = 64 * 1024;

/// The answers of one read, one person at a time. What was received is wiped as it is passed.
pub struct Results {
    id: String,
    left: usize,
    lines: Lines,
}

impl Org<'_> {
    /// The numbers of all people asked for, or for each the reason why not.
    pub async fn read(&self, request: &ReadRequest) -> Result<ReadAnswer, Error> {
        self.client.post(self.url(&["reads"]), request).await
    }

    /// The same, one person at a time: for many people, so that no more than a few numbers are in
    /// memory together.
    pub async fn read_each(&self, request: &ReadRequest) -> Result<Results, Error> {
        let url = self.url(&["reads"]);
        let response = self.client.post_for_lines(url, request, NDJSON).await?;
        let mut lines = Lines::new(response);
        let head: Option<ReadHead> = lines.next().await?;
        let ReadHead { id } = head.ok_or_else(|| lines.unexpected("it is empty"))?;
        Ok(Results { id, left: request.people.len(), lines })
    }

    /// What a read asked and was answered, without numbers.
    pub async fn read_record(&self, id: &str) -> Result<ReadRecord, Error> {
        self.client.fetch(self.url(&["reads", id]), &()).await
    }
}

impl Results {
    /// Names the read (`red_…`) in ledgers and log.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The next person's answer, in the order asked; `None` once everybody had theirs.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] or [`Error::Unexpected`] if the answer stops before that, or goes on.
    pub async fn next(&mut self) -> Result<Option<ReadResult>, Error> {
        let result = self.lines.next().await?;
        match (&result, self.left) {
            (Some(_), 0) => Err(self.lines.unexpected("it has more people than were asked for")),
            (None, 1..) => Err(self.lines.unexpected("it stopped before the last person")),
            (Some(_), 1..) => {
                self.left -= 1;
                Ok(result)
            }
            (None, 0) => Ok(None),
        }
    }
}

/// JSON values, one a line.
struct Lines {
    response: Response,
    received: Zeroizing<Vec<u8>>,
    /// Where in `received` the next line begins.
    next: usize,
}

impl Lines {
    fn new(response: Response) -> Self {
        Self { response, received: Zeroizing::new(Vec::new()), next: 0 }
    }

    async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        loop {
            let waiting = self.waiting();
            if let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
                // The parser's own words may quote the line.
                let value = serde_json::from_slice(waiting.get(..end).unwrap_or_default())
                    .map_err(|_| self.unexpected("a line of it is not a result"))?;
                self.next += end + 1;
                return Ok(Some(value));
            }
            if waiting.len() > LONGEST_LINE {
                return Err(self.unexpected("a line of it is too long"));
            }
            match self.response.chunk().await? {
                Some(chunk) => self.put(&chunk),
                None if self.waiting().is_empty() => return Ok(None),
                None => return Err(self.unexpected("it stopped within a line")),
            }
        }
    }

    /// What was received and not passed on yet.
    fn waiting(&self) -> &[u8] {
        self.received.get(self.next..).unwrap_or_default()
    }

    /// Moves to a new buffer, because one that grows in place leaves its old bytes behind.
    fn put(&mut self, chunk: &[u8]) {
        let mut joined = Zeroizing::new(Vec::with_capacity(self.waiting().len() + chunk.len()));
        joined.extend_from_slice(self.waiting());
        joined.extend_from_slice(chunk);
        self.received = joined;
        self.next = 0;
    }

    fn unexpected(&self, detail: &'static str) -> Error {
        Error::Unexpected { status: self.response.status().as_u16(), detail }
    }
}
